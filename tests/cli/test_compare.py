"""``crs-simcheck compare``, as a user runs it: files, a working tree, revisions of git."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from jsonschema import Draft202012Validator

from crs_simcheck.cli import main
from crs_simcheck.schemas import load_schema
from tests.cli.conftest import Ran
from tests.plugin.live_project import PROMPTS, record_here, write_live

PEOPLE = ("--baseline", "crowd", "--catalogue", "films.csv", "--draws", 200)


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def turned(rows, count, to="Yes"):
    """The rows with some answers to bin_pref turned, one of a seeker."""
    places = {}
    for place, row in enumerate(rows):
        if row["task"] == "bin_pref" and row["text"] != to:
            places.setdefault(row["seeker"], place)
    wanted = set(list(places.values())[:count])
    assert len(wanted) == count
    return [{**r, "text": to} if i in wanted else r for i, r in enumerate(rows)]


@pytest.fixture
def old_rows(project_folder):
    return rows_of(project_folder / "alike.jsonl")


def test_the_same_answers_do_not_differ(cli):
    ran = cli("compare", "alike.jsonl", "alike.jsonl", *PEOPLE)
    assert ran.code == 0
    assert "40 seekers" in ran.out
    assert "left out" not in ran.out
    outcomes = ran.out.strip().splitlines()[-1]
    assert outcomes.endswith(" none seen")
    assert "," not in outcomes


def test_more_acceptances_are_worse_than_people(cli, tmp_path, old_rows):
    write(tmp_path / "new.jsonl", turned(turned(old_rows, 30), 30))
    ran = cli("compare", "alike.jsonl", tmp_path / "new.jsonl", *PEOPLE, "--task", "bin_pref")
    assert ran.code == 1
    assert "acceptance_rate in bin_pref: " in ran.out
    assert "WORSE: the old one is nearer to people" in ran.out
    assert "the answers of 30 of 40 seekers differ" in ran.out
    back = cli("compare", tmp_path / "new.jsonl", "alike.jsonl", *PEOPLE, "--task", "bin_pref")
    assert back.code == 0
    assert "BETTER: the new one is nearer to people" in back.out


def test_a_difference_without_people_is_undecided(cli, tmp_path, old_rows):
    write(tmp_path / "new.jsonl", turned(old_rows, 20))
    arguments = ("compare", "alike.jsonl", tmp_path / "new.jsonl", "--metric", "acceptance_rate")
    ran = cli(*arguments, "--catalogue", "films.csv")
    assert ran.code == 2
    words = " ".join(ran.out.split())
    assert "DIFFERENT; which is nearer to people nobody can say: no baseline of people" in words
    assert "items_talk" not in words


def test_what_has_no_counterpart_is_left_out_and_counted(cli, tmp_path, old_rows):
    rows = [r for r in old_rows if r["seeker"] not in ("alike-000", "alike-001")]
    rows = [r if r["task"] != "items_talk" else {**r, "stimulus": {"n_items": 4}} for r in rows]
    rows += [{**rows[0], "seeker": "somebody else"}]
    rows += [{**rows[-2], "stimulus": {"item": "Heat (1995)"}}]
    write(tmp_path / "new.jsonl", rows)
    ran = cli("compare", "alike.jsonl", tmp_path / "new.jsonl", *PEOPLE, "-q")
    words = " ".join(ran.out.split())
    left = "items_talk: 38 pairs of answers of 38 seekers; left out: 2 seekers of old alone, "
    assert f"{left}1 seeker of new alone" in words
    assert "2 seekers of old alone, 1 answer of new alone" in words


def test_the_json_follows_its_schema_and_repeats(cli, tmp_path, old_rows):
    write(tmp_path / "new.jsonl", turned(old_rows, 30))
    arguments = ("compare", "alike.jsonl", tmp_path / "new.jsonl", *PEOPLE, "--json", "-")
    ran = cli(*arguments)
    document = json.loads(ran.out)
    Draft202012Validator(load_schema("compare")).validate(document)
    found = document["tasks"]["bin_pref"]["metrics"]["acceptance_rate"]
    assert found["difference"] == pytest.approx(30 / 480, abs=1e-6)
    assert found["interval"][0] < found["difference"] < found["interval"][1]
    assert found["nearer"] in ("old", "neither")
    assert found["p_adjusted"] >= found["p_value"]
    assert cli(*arguments).out == ran.out


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(cli, tmp_path, old_rows, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    write(tmp_path / "new.jsonl", turned(old_rows, 30))
    ran = cli("compare", "alike.jsonl", tmp_path / "new.jsonl", *PEOPLE)
    table = ran.out.split("\n\n metric")[1].split("\n\n")[0]
    assert "─" in table
    assert max(map(len, table.splitlines())) <= width
    assert ("nearer" in table.splitlines()[0]) == (width == 120)


def test_few_seekers_decide_nothing(cli, tmp_path, old_rows):
    few = {f"alike-{i:03}" for i in range(12)}
    write(tmp_path / "few.jsonl", [r for r in old_rows if r["seeker"] in few])
    ran = cli("compare", "alike.jsonl", tmp_path / "few.jsonl", *PEOPLE)
    assert ran.code == 2
    assert "UNDECIDED: 12 seekers with an observation on both sides; at least 20" in ran.out


@pytest.mark.parametrize(
    "arguments,word",
    [
        (["alike.jsonl", "narrow.jsonl"], "no answer in common"),
        (["alike.jsonl", "nowhere.jsonl"], "nowhere.jsonl"),
        (["alike.jsonl", "crowd"], "this is a group"),
        (["alike.jsonl", "alike.jsonl", "--task", "open_pref"], "no answer to open_pref"),
        (["alike.jsonl", "alike.jsonl", "--metric", "item_entrpy"], "item_entropy"),
        (["alike.jsonl", "--upload-pack=true"], "--upload-pack"),
        (["alike.jsonl", ""], "need the name"),
        (["alike.jsonl", "HEAD"], "no git repository"),
        (["alike.jsonl", "alike.jsonl", "--permutations", "5"], "--permutations"),
    ],
)
def test_bad_input(cli, tmp_path, monkeypatch, arguments, word):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "/")
    ran = cli("compare", *arguments)
    assert ran.code == 3, ran.out
    assert word in ran.err
    assert "Traceback" not in ran.err


# -- a project under version control -----------------------------------------------------------


@pytest.fixture
def repository(tmp_path, project_folder, monkeypatch, capsys):
    """A recorded simulator in a folder of a repository; profiles are private."""
    folder = tmp_path / "repo" / "sims"
    shutil.copytree(project_folder, folder)
    write_live(folder, PROMPTS.replace("[simulator.seeker.gates]", "[simulator.seeker.gates]\n"
                                       "acceptance_rate = {}"))  # fmt: skip
    record_here(folder)
    monkeypatch.chdir(folder)
    (folder / ".gitignore").write_text("profiles.jsonl\n")

    def git(*arguments):
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-q", "-b", "main", "..")
    git("add", ".")
    git("commit", "-q", "-m", "one")

    def run(*arguments):
        capsys.readouterr()
        code = main(["compare", *map(str, arguments)])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    run.git, run.path = git, folder
    return run


def always_yes(request):
    from tests.plugin.live_project import says

    reply = says(request)
    if reply.text in ("Yes", "No"):
        from dataclasses import replace

        return replace(reply, text="Yes")
    return reply


def changed_prompt(folder):
    path = folder / "prompts" / "seeker" / "bin_pref.md"
    path.write_text(path.read_text().replace("# Guidelines\n", "# Guidelines\n\nBe kind.\n", 1))
    record_here(folder, script=always_yes)


def test_a_revision_and_the_working_tree(repository):
    changed_prompt(repository.path)
    ran = repository("HEAD")
    assert ran.code == 1, ran.err
    assert "bin_pref.md has changed: " in ran.out
    assert "'HEAD' has no profiles.jsonl: that of the working tree is taken" in ran.out
    assert "acceptance_rate in bin_pref: " in ran.out
    assert "WORSE: the old one is nearer to people" in ran.out
    repository.git("add", ".")
    repository.git("commit", "-q", "-m", "two")
    again = repository("main~1", "main", "--simulator", "seeker", "--json", "-")
    document = json.loads(again.out)
    assert document["outcome"] == "worse"
    assert document["changed_prompts"].keys() == {"bin_pref"}
    assert len(document["old"]["commit"]) == 40
    assert document["old"]["commit"] != document["new"]["commit"]
    assert repository("main", "HEAD").code == 0


def test_paths_of_a_revision(repository):
    whole = repository("HEAD:sims", ".", "-q")
    assert whole.code == 0, whole.err
    assert "no prompt has changed" in whole.out
    held = ("HEAD:sims/recordings/seeker", "HEAD:./recordings/seeker", *PEOPLE)
    rows = repository(*held, "--task", "bin_pref", "-q")
    assert rows.code == 0, rows.err
    assert repository("HEAD:sims/alike.jsonl", "alike.jsonl", *PEOPLE, "-q").code == 0


@pytest.mark.parametrize(
    "old,word",
    [
        ("HEAD:nothing", "has no such file or folder"),
        ("HEAD:../../out", "leads out of the repository"),
        ("nobranch", "no file, folder or git revision 'nobranch'"),
        ("--all", "no file, folder or git revision"),
        ("HEAD:sims/crowd", "a group"),
        ("HEAD; touch pwned", "no file, folder or git revision"),
        ("$(touch pwned)", "no file, folder or git revision"),
    ],
)
def test_what_no_revision_has(repository, old, word):
    ran = repository("--", old)
    assert ran.code == 3, ran.out
    assert word in ran.err
    assert not (repository.path / "pwned").exists()


def test_a_revision_without_recordings_says_so(repository):
    repository.git("rm", "-rq", "--cached", "recordings")
    repository.git("commit", "-q", "-m", "none")
    ran = repository("HEAD")
    assert ran.code == 3
    assert "of revision 'HEAD'" in ran.err
    assert "has no recorded answers" in ran.err
    assert "/tmp" not in ran.err.replace(str(repository.path), "")


def test_filters_and_attributes_of_the_repository_are_not_obeyed(repository):
    (repository.path / ".gitattributes").write_text("*.jsonl export-ignore diff=evil\n")
    repository.git("config", "diff.evil.textconv", "touch pwned;cat")
    repository.git("add", ".")
    repository.git("commit", "-q", "-m", "attributes")
    assert repository("HEAD", "-q").code == 0
    assert not list(repository.path.rglob("pwned"))


def test_two_simulators_need_a_name(repository):
    path = repository.path / "simcheck.toml"
    text = path.read_text()
    path.write_text(text + text.replace("simulator.seeker", "simulator.other"))
    ran = repository("HEAD", ".")
    assert ran.code == 3
    assert "say which: --simulator NAME" in ran.err
    assert repository("HEAD", ".", "--simulator", "seeker").code == 0
