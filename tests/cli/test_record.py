"""``crs-simcheck record``, as a user runs it."""

from __future__ import annotations

import json
import shutil
import sys

import pytest

from crs_simcheck.cli import main
from crs_simcheck.cli.exits import BAD_INPUT, FINE
from tests.cli.conftest import Ran
from tests.plugin.live_project import N_PEOPLE, OWN, PROMPTS, record_here, write_live

N_ASKED = 3 * N_PEOPLE


@pytest.fixture
def live(tmp_path, project_folder, monkeypatch, capsys):
    shutil.copytree(project_folder, tmp_path, dirs_exist_ok=True)
    write_live(tmp_path, OWN)
    monkeypatch.delitem(sys.modules, "mysim", raising=False)  # of another test's folder
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        code = main(["record", *map(str, arguments)])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    run.path = tmp_path
    return run


def test_a_dry_run_asks_nothing_and_says_what_it_would_take(live):
    ran = live("--dry-run")
    assert ran.code == FINE
    assert f"seeker: {N_ASKED} calls (bin_pref {N_ASKED})" in ran.out
    assert "not measured yet" in ran.out
    assert not (live.path / "calls.txt").exists()
    assert not (live.path / "recordings").exists()


def test_a_dry_run_knows_the_rate_and_the_tokens_of_the_last_recording(live):
    (live.path / "simcheck.toml").write_text(PROMPTS)
    record_here(live.path)
    summary = json.loads((live.path / "recordings/seeker/summary.json").read_text())
    assert summary["answers_per_minute"] > 0
    ran = live("--dry-run", "--all")
    assert "tokens: at most " in ran.out
    assert "as such answers had before" in ran.out
    assert "at the rate of the last recording" in ran.out
    assert "nothing to ask; all 120 answers are recorded" in live("--dry-run").out


def test_it_records_and_then_has_nothing_to_do(live):
    ran = live()
    assert ran.code == FINE
    assert f"seeker: {N_ASKED} of {N_ASKED} requests answered by mysim:answer" in ran.out
    again = live("seeker")
    assert f"nothing to ask; all {N_ASKED} answers are recorded" in again.out
    assert len((live.path / "calls.txt").read_text().splitlines()) == N_ASKED + 2


def test_a_limit_and_fewer_seekers_ask_less(live):
    assert "10 of 10 requests" in live("--limit", 10).out
    assert "20 of 20 requests" in live("--seekers", 10, "--limit", 20).out
    rest = live("--probe", 0)
    assert rest.code == FINE
    assert len((live.path / "calls.txt").read_text().splitlines()) == N_ASKED + 4


def test_an_engine_that_does_not_repeat_itself_is_told(live):
    (live.path / "mysim.py").write_text(
        "import itertools\nn = itertools.count()\n"
        "def answer(request):\n    return f'Yes {next(n)}'\n"
    )
    ran = live()
    assert "2 of 2 requests gave another text when asked again with the same seed" in ran.out
    assert "2 otherwise when asked again" in ran.out


def test_a_changed_digest_is_told(live):
    (live.path / "simcheck.toml").write_text(PROMPTS)
    record_here(live.path, limit=20)
    from crs_simcheck.engines import About, ScriptedEngine
    from crs_simcheck.project import SimulatorRun, read_settings
    from crs_simcheck.project.record import record

    class Other(ScriptedEngine):
        async def about(self):
            return About("ollama", "tiny:latest", "sha256:bb")

    run = SimulatorRun(read_settings(live.path / "simcheck.toml").simulators[0]).live
    done = record(run, engine=Other(lambda _: "Yes"))
    assert done.changed_digest == "sha256:bb"
    assert done.digests == ("sha256:aa",)


def test_pruning_removes_what_nothing_asks_for(live):
    live()
    settings = live.path / "simcheck.toml"
    settings.write_text(settings.read_text().replace("asked = 3", "asked = 2"))
    ran = live()
    assert "recorded answers are asked for by nothing; --prune removes them" in ran.out
    pruned = live("--prune")
    assert "answers that nothing asks for were removed" in pruned.out
    lines = (live.path / "recordings/seeker/bin_pref.jsonl").read_text().splitlines()
    assert len(lines) == 2 * N_PEOPLE
    assert "nothing" not in live("--prune").out.replace("nothing to ask", "")


def test_fewer_seekers_for_once_never_make_the_others_leftovers(live):
    live()
    summary = (live.path / "recordings/seeker/summary.json").read_text()
    ran = live("--seekers", 10)
    assert "asked for by nothing" not in ran.out
    assert json.loads((live.path / "recordings/seeker/summary.json").read_text()) == json.loads(
        summary
    )
    refused = live("--seekers", 10, "--prune")
    assert refused.code == BAD_INPUT
    assert "would remove the answers of the other seekers" in refused.err
    assert "nothing to ask" in live().out


def test_a_complete_recording_is_not_touched(live):
    live()
    folder = live.path / "recordings" / "seeker"
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}
    folder.chmod(0o555)
    try:
        assert "nothing to ask" in live().out
    finally:
        folder.chmod(0o755)
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()} == before


@pytest.mark.parametrize(
    "arguments, problem",
    [
        (["seekr"], "unknown simulator 'seekr'; did you mean 'seeker'"),
        (["given"], "simulator 'given' is not asked: its answers are given"),
        (["--config", "elsewhere.toml"], "no such file"),
        (["--limit", "0"], "Invalid value"),
    ],
)
def test_bad_input_is_told(live, arguments, problem):
    settings = live.path / "simcheck.toml"
    settings.write_text(settings.read_text() + '\n[simulator.given]\nresponses = "alike.jsonl"\n')
    ran = live(*arguments)
    assert ran.code == BAD_INPUT
    assert problem in ran.err


def test_without_a_simulator_that_is_asked_there_is_nothing_to_record(live):
    settings = live.path / "simcheck.toml"
    settings.write_text('[simulator.given]\nresponses = "alike.jsonl"\n')
    ran = live()
    assert ran.code == BAD_INPUT
    assert "no simulator is asked: all answers are given" in ran.err
    settings.unlink()
    assert "there is no simcheck.toml here" in live().err


def test_requests_that_get_no_answer_are_told_and_asked_again_next_time(live):
    function = live.path / "mysim.py"
    function.write_text(
        "def answer(request):\n    if request.seeker == 'u03': raise ValueError('my fault')\n"
        "    return 'Yes'\n"
    )
    ran = live()
    assert ran.code == BAD_INPUT
    assert f"{N_ASKED - 3} of {N_ASKED} requests answered" in ran.out
    assert "no answer: bin_pref of seeker u03" in ran.out
    again = live()
    assert "0 of 3 requests answered" in again.out


IN_BLOCKS = OWN.replace("acceptance_rate = { max = 1.0 }", "acceptance_rate = { min = 0.99 }")


def test_it_asks_in_blocks_and_says_what_was_saved(live):
    (live.path / "simcheck.toml").write_text(IN_BLOCKS)
    ran = live("--sequential")
    assert ran.code == FINE
    assert "look 1 of 2: 24 of 30 seekers" in ran.out
    assert "asked in blocks: 18 answers saved (20 % of 90)" in ran.out
    assert "every gate has decided at look 1 of 2" in ran.out
    again = live("--sequential")
    assert again.out.startswith("seeker: asked in blocks: 18 answers saved")
    rest = live()
    assert "seeker: 18 of 18 requests answered" in rest.out


def test_every_gate_goes_on_where_one_has_drifted(live):
    (live.path / "simcheck.toml").write_text(IN_BLOCKS)
    ran = live("--every-gate")
    assert "drifted at" not in ran.out
    assert "has decided at" in ran.out


def test_a_dry_run_of_blocks_says_the_most(live):
    ran = live("--sequential", "--dry-run")
    assert "asked in blocks; where none stops it, it takes" in ran.out
    assert f"{N_ASKED} calls" in ran.out


@pytest.mark.parametrize("other", [("--prune",), ("--limit", "3")])
def test_blocks_are_asked_to_their_end(live, other):
    ran = live("--sequential", *other)
    assert ran.code == BAD_INPUT
    assert "stops by itself" in ran.err


def test_a_function_that_cannot_answer_ends_the_blocks(live):
    (live.path / "simcheck.toml").write_text(IN_BLOCKS)
    (live.path / "mysim.py").write_text("def answer(request):\n    raise ValueError('no')\n")
    ran = live("--sequential")
    assert ran.code == BAD_INPUT
    assert "asked in blocks" not in ran.out
