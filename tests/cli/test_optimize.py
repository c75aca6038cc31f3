"""``crs-simcheck optimize`` from end to end, with the embedded engine and the editor by rule."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crs_simcheck.cli import main
from crs_simcheck.errors import InputError
from crs_simcheck.optimize import Edit, LoopSettings, RuleEditor, Search
from crs_simcheck.project import read_settings
from crs_simcheck.project.optimize_files import with_provenance
from crs_simcheck.project.optimizing import OptimizeRun
from crs_simcheck.prompts import default_prompts, read_prompt

PEOPLE = Path(__file__).resolve().parents[2] / "examples" / "prompts" / "profiles.jsonl"
SETTINGS = """
[simulator.seeker]
prompts  = "prompts"
engine   = "embedded"
profiles = "profiles.jsonl"
draws    = 200
[simulator.seeker.gates.items_talk]
item_entropy = {}
popularity_share = {}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A naive seeker: the shipped prompts, and a hundred people made up."""
    folder = tmp_path_factory.mktemp("optimize")
    (folder / "simcheck.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copy(PEOPLE, folder / "profiles.jsonl")
    from crs_simcheck.prompts import write_prompt

    write_prompt(default_prompts()["items_talk"], folder / "prompts" / "items_talk.md")
    return folder


@pytest.fixture
def cli(project, monkeypatch, tmp_path, capsys):
    """Run ``optimize`` in a copy of the project."""
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        code = main(["optimize", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def files_of(folder):
    """Return what a run left: name → hash; locks apart."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_a_naive_prompt_becomes_a_better_one(cli, tmp_path):
    before = read_prompt(tmp_path / "prompts" / "items_talk.md")
    code, out, _ = cli("prompts/items_talk.md", "--out", "run", "--write")
    assert code == 0
    assert "item_entropy             drifted" in out
    assert "no LLM" in out
    after = read_prompt(tmp_path / "prompts" / "items_talk.md")
    for name in ("Task", "Persona", "Output"):
        assert after.section(name).text == before.section(name).text
    assert "Vary the films" in after.section("Guidelines").text
    digest = hashlib.sha256(after.content.encode()).hexdigest()
    assert f"content: {digest}" in after.front_matter
    assert "people: redial-seekers sha256:" in after.front_matter
    assert "digest: sha256:" in after.front_matter
    assert "seed: 0" in after.front_matter
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["best"] == 1
    assert result["candidates"][1]["gain_at_least"] > 0
    report = (tmp_path / "run" / "report.md").read_text(encoding="utf-8")
    assert "+- Vary the films" in report
    answers = sorted((tmp_path / "run" / "answers").rglob("items_talk.jsonl"))
    kept = [path.read_bytes() for path in answers]
    # The same command again: the prompt that it began with is another one now.
    code, _, err = cli("prompts/items_talk.md", "--out", "run")
    assert (code, "prompt differs" in err) == (3, True)
    assert [path.read_bytes() for path in answers] == kept


@pytest.mark.slow
def test_a_second_run_asks_nothing_and_ends_the_same(cli, tmp_path, monkeypatch):
    assert cli("seeker", "--task", "items_talk", "--out", "run")[0] == 0
    first = files_of(tmp_path / "run")

    def refuse(*_args, **_more):
        raise AssertionError("somebody was asked")

    monkeypatch.setattr("crs_simcheck.engines.embedded.engine.EmbeddedEngine.answer", refuse)
    code, out, _ = cli("seeker", "--task", "items_talk", "--out", "run")
    assert (code, "going on with the run" in out) == (0, True)
    assert files_of(tmp_path / "run") == first


def test_a_dry_run_asks_nothing(cli, tmp_path):
    code, out, _ = cli("seeker", "--task", "items_talk", "--dry-run", "--out", "run")
    assert (code, "at most" in out, "not measured yet" in out) == (0, True, True)
    assert not (tmp_path / "run").exists()
    rate = tmp_path / "recordings" / "seeker"
    rate.mkdir(parents=True)
    (rate / "summary.json").write_text('{"format": 1, "answers_per_minute": 10.0}')
    assert "time:   at most" in cli("seeker", "--task", "items_talk", "--dry-run")[1]


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nobody"], "unknown simulator 'nobody'"),
        (["seeker"], "name the task"),
        (["prompts/bin_perf.md"], "did you mean 'bin_pref'"),
        (["elsewhere/items_talk.md"], "no simulator has the prompt"),
        (["seeker", "--task", "bin_pref"], "no prompt for bin_pref"),
        (["seeker", "--task", "items_talk", "--editor", "direct"], "rewrites nothing"),
        (["seeker", "--task", "items_talk", "--backward", "ollama:m"], "asks nobody"),
        (["seeker", "--task", "items_talk", "--templates", "mine"], "field '--templates'"),
        (["seeker", "--task", "items_talk", "--max-edits", "3"], "field '--max-edits'"),
        (["seeker", "--task", "items_talk", "--trade-off", "ttrr"], "unknown metric of items_talk"),
        (["seeker", "--task", "items_talk", "--rater", "ollama:m"], "give --evaluator llm"),
        (
            ["seeker", "--task", "items_talk", "--optimizer", "gepa", "--fixed-batch"],
            "leave --fixed-batch out",
        ),
    ],
)
def test_what_cannot_be_optimized_says_why(cli, arguments, said):
    code, _, err = cli(*arguments)
    assert code == 3
    assert said in err


def test_templates_are_read_before_anybody_is_asked(cli, tmp_path):
    options = ("--editor", "direct", "--backward", "ollama:m", "--templates", "nowhere")
    code, _, err = cli("seeker", "--task", "items_talk", "--out", "run", *options)
    assert (code, "the criteria of items_talk cannot be read" in err) == (3, True)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("text", ["[]", "3", "{", "{}"])
def test_a_folder_that_holds_something_else_is_left_alone(cli, tmp_path, text):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(text)
    code, _, err = cli("seeker", "--task", "items_talk", "--out", "run")
    assert (code, "run.json" in err) == (3, True)
    assert (tmp_path / "run" / "run.json").read_text() == text


def test_few_seekers_are_refused_before_anybody_is_asked(cli, tmp_path):
    text = (tmp_path / "simcheck.toml").read_text().replace("draws", "seekers = 30\ndraws")
    (tmp_path / "simcheck.toml").write_text(text)
    code, _, err = cli("seeker", "--task", "items_talk", "--out", "run")
    assert (code, "at least 20 are needed" in err) == (3, True)
    assert not (tmp_path / "run" / "answers").exists()


def test_provenance_is_replaced_and_other_lines_stay(project):
    prompt = read_prompt(project / "prompts" / "items_talk.md")
    once = with_provenance(prompt, {"optimized": "by a", "model": "m"})
    twice = with_provenance(once, {"optimized": "by b", "model": "n"})
    assert twice.front_matter.count("optimized:") == 1
    assert "by b" in twice.front_matter
    assert "about:" in twice.front_matter
    assert twice.content == prompt.content


def run_with(project, folder, editor, seed=0, **how):
    settings = read_settings(project / "simcheck.toml").simulators[0]
    run = OptimizeRun(settings, "items_talk", folder, **how)
    search = Search(
        "items_talk",
        run.evaluate,
        run.rescore,
        editor,
        lambda _verdicts: "",
        run.checks(2048),
        LoopSettings(seed=seed),
    )
    return search.run(run.prompt, run.seekers)


class Deaf(RuleEditor):
    """Hears the feedback of another metric, or none."""

    def __init__(self, change):
        self.change = change

    def rewrite(self, asked):
        from dataclasses import replace

        return super().rewrite(replace(asked, feedback=self.change(asked.feedback)))


def within(evaluation):
    return sum(v.outcome == "within" for v in evaluation.verdicts)


def shuffled(feedback):
    """Give each metric what was said of another one."""
    names = ["item_entropy", "popularity_share"]
    for name, other in zip(names, ["ttr", "acceptance_rate"], strict=True):
        feedback = feedback.replace(name, other)
    return feedback


@pytest.mark.slow
@pytest.mark.parametrize("change", [lambda _feedback: "", shuffled], ids=["blank", "shuffled"])
def test_the_feedback_does_the_work(project, tmp_path, change):
    good = run_with(project, tmp_path / "good", RuleEditor())
    assert within(good.after) == len(good.after.verdicts)
    found = run_with(project, tmp_path / "deaf", Deaf(change))
    reached = found.before if found.after is None else found.after
    assert within(reached) < len(reached.verdicts) / 2


@pytest.mark.slow
def test_an_editor_that_says_nothing_leaves_the_prompt(project, tmp_path):
    class Mute:
        name = "mute"

        def rewrite(self, asked):
            return Edit(None, problem="no tags")

    found = run_with(project, tmp_path / "run", Mute())
    assert found.best is None
    assert found.steps[0].refused.keys() == {"Persona", "Guidelines"}


@pytest.mark.slow
def test_titles_of_films_are_refused(project, tmp_path):
    class Names:
        name = "names"

        def rewrite(self, asked):
            if asked.section == "Persona":
                return Edit(asked.text)
            return Edit(f"{asked.text}\n- Name films like The Shawshank Redemption (1994).")

    found = run_with(project, tmp_path / "run", Names())
    assert "The Shawshank Redemption" in found.steps[0].refused["Guidelines"]
    assert found.best is None


def test_without_prompts_nothing_can_be_optimized(tmp_path):
    (tmp_path / "simcheck.toml").write_text('[simulator.s]\nresponses = "a.jsonl"\n')
    settings = read_settings(tmp_path / "simcheck.toml").simulators[0]
    with pytest.raises(InputError, match="no prompts to optimize"):
        OptimizeRun(settings, "items_talk")


def start(folder, *, hash_seed="0"):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "crs_simcheck", "optimize", "seeker", "--task", "items_talk"]
    return subprocess.Popen(
        [*command, "--out", "run"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def ended(process):
    """Wait for a run that must end well."""
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors


def copied(project, folder):
    shutil.copytree(project, folder)
    return folder


@pytest.mark.slow
def test_two_processes_with_other_hash_seeds_leave_the_same_bytes(project, tmp_path):
    left = []
    for hash_seed in ("1", "2"):
        folder = copied(project, tmp_path / hash_seed)
        ended(start(folder, hash_seed=hash_seed))
        left.append(files_of(folder / "run"))
    assert left[0] == left[1]


class Killed(BaseException):
    """The process ends here."""


def kill_at(monkeypatch, number):
    """Kill at the n-th time that a recording is sorted or summed up, before it is done."""
    from crs_simcheck.project import record
    from crs_simcheck.recordings import Recorder

    left = [number]

    def killing(function):
        def instead(*arguments, **options):
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return function(*arguments, **options)

        return instead

    monkeypatch.setattr(Recorder, "finish", killing(Recorder.finish))
    monkeypatch.setattr(record, "write_summary", killing(record.write_summary))


@pytest.mark.slow
@pytest.mark.parametrize("number", [3, 4], ids=["before it is sorted", "before it is summed up"])
def test_killed_when_all_is_answered_but_not_yet_sorted(cli, tmp_path, number):
    assert cli("seeker", "--task", "items_talk", "--out", "run")[0] == 0
    (tmp_path / "run").rename(tmp_path / "calm")
    kills = 0
    while True:
        with pytest.MonkeyPatch.context() as monkeypatch:
            kill_at(monkeypatch, number)
            try:
                code = cli("seeker", "--task", "items_talk", "--out", "run")[0]
            except Killed:
                kills += 1
            else:
                break
    assert (code, kills >= 3) == (0, True)
    assert files_of(tmp_path / "run") == files_of(tmp_path / "calm")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_any_point_it_ends_as_if_undisturbed(project, tmp_path):
    calm = copied(project, tmp_path / "calm")
    began = time.monotonic()
    ended(start(calm))
    took = time.monotonic() - began
    expected = files_of(calm / "run")
    rng = random.Random(0)
    folder = copied(project, tmp_path / "killed")
    for _ in range(20):
        process = start(folder)
        time.sleep(rng.uniform(0.3, 1.0) * took)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
    ended(start(folder))
    left = {
        name: content
        for name, content in files_of(folder / "run").items()
        if name.startswith("answers/") or not name.endswith(".tmp")
    }
    assert left == expected


@pytest.mark.slow
def test_the_judge_of_a_run_writes_into_its_folder(cli, tmp_path):
    from crs_simcheck.prompts import write_prompt

    write_prompt(default_prompts()["neg_feedback"], tmp_path / "prompts" / "neg_feedback.md")
    (tmp_path / "simcheck.toml").write_text(
        SETTINGS.replace('"embedded"', '"embedded"\njudge = "rules"')
        + "[simulator.seeker.gates.neg_feedback]\nmin = 4\nrejection_rate_unfit = { min = 0.6 }\n"
    )
    assert cli("seeker", "--task", "neg_feedback", "--steps", "1", "--out", "run")[0] in (0, 1)
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["test"]["before"]["neg_feedback"]["value"] is not None
    assert (tmp_path / "run" / "judgements" / "neg_feedback.jsonl").is_file()
    assert not (tmp_path / "judgements").exists()
