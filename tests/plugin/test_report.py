"""What a run leaves: the report, JUnit properties, and what GitHub reads; and nothing unasked."""

import json
import os
import xml.etree.ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from crs_simcheck.schemas import load_schema
from tests.plugin.live_project import record_here, write_live
from tests.plugin.test_idle import SPY, modules
from tests.plugin.test_messages import summary

FAILED, USAGE = pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.USAGE_ERROR
FILES = ("index.html", "report.json", "summary.md")


@pytest.fixture(autouse=True)
def away_from_github(monkeypatch):
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


def left(project, folder="out"):
    """The three files, and the document, which must be as its schema says."""
    place = project.path / folder
    assert sorted(path.name for path in place.iterdir()) == sorted(FILES)
    document = json.loads((place / "report.json").read_text(encoding="utf-8"))
    Draft202012Validator(load_schema("report")).validate(document)
    return document


def test_a_report_is_left_and_the_rest_is_as_without(project):
    plain = project.run()
    result = project.run("--simcheck-report=out")
    assert result.ret == plain.ret == FAILED
    assert summary(result)[: len(summary(plain))] == summary(plain)
    result.stdout.fnmatch_lines(["crs-simcheck: the report is out/index.html"])
    document = left(project)
    assert document["verdicts"] == {"within": 3, "drifted": 1, "inconclusive": 1, "error": 0}
    alike, narrow = document["simulators"]
    assert (alike["ran"], alike["gates"]) == (4, 4)
    entropy = narrow["tasks"]["items_talk"]["metrics"]["item_entropy"]
    assert entropy["behind"][1] == "   40 × Made Up 000 (1950), by 40 seekers"
    assert sum(entropy["groups"]["counts"]) == 200
    assert entropy["next"].startswith("crs-simcheck show narrow.jsonl --metric item_entropy")
    about = narrow["tasks"]["items_talk"]["about"]
    assert about["baseline"]["name"] == "crowd"
    assert len(about["baseline"]["sha256"]) == 64
    assert len(about["examples"]) == 4
    assert narrow["about"]["seed"] == 0


@pytest.mark.slow
def test_workers_leave_the_same_bytes(project):
    project.run_apart("--simcheck-report=alone")
    project.run_apart("-n", "2", "--simcheck-report=shared")
    for name in FILES:
        alone = (project.path / "alone" / name).read_bytes()
        assert alone == (project.path / "shared" / name).read_bytes(), name


@pytest.mark.slow
def test_input_that_cannot_be_used_is_in_the_report(project):
    project.simulator("gone")
    assert project.run("--simcheck-report=out").ret == FAILED
    (simulator,) = left(project)["simulators"]
    (error,) = simulator["errors"]
    assert (error["task"], error["metric"]) == (None, None)
    assert "there is no such file" in error["message"]


@pytest.mark.slow
def test_a_part_of_the_gates_says_so(project):
    project.run("--simcheck-report=out", "-k", "acceptance_rate")
    (simulator,) = left(project)["simulators"]
    assert (simulator["ran"], simulator["gates"]) == (1, 4)
    assert "Only 1 of 4 gates ran" in (project.path / "out/index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_prompt_that_changed_is_shown_with_its_sections(project):
    write_live(project.path)
    record_here(project.path)
    prompt = project.path / "prompts" / "seeker" / "bin_pref.md"
    text = prompt.read_text(encoding="utf-8").replace("# Output", "- Be brief.\n\n# Output")
    prompt.write_text(text, encoding="utf-8")
    project.run("--simcheck-report=out")
    (simulator,) = left(project)["simulators"]
    assert "are not recorded" in simulator["errors"][0]["message"]
    (changed,) = simulator["prompts"].values()
    assert changed["changed_sections"] == ["Guidelines"]
    assert changed["file"] == "prompts/seeker/bin_pref.md"
    assert changed["sha256"] != changed["recorded_sha256"]


@pytest.mark.parametrize(
    "where, message",
    [
        ("simcheck.toml", "*simcheck.toml: this is no folder*"),
        ("simcheck.toml/deep/er", "*simcheck.toml: this is no folder*"),
        ("taken", "*index.html: this is a folder*"),
    ],
)
def test_a_folder_that_cannot_be_is_a_usage_error_before_anything_runs(project, where, message):
    (project.path / "taken" / "index.html").mkdir(parents=True)
    result = project.run(f"--simcheck-report={where}")
    assert result.ret == USAGE
    result.stderr.fnmatch_lines([f"ERROR: --simcheck-report: {message}"])
    assert "Traceback" not in result.stderr.str()


@pytest.mark.slow
def test_workers_or_not_it_is_the_same_usage_error(project):
    result = project.run_apart("--simcheck-report=simcheck.toml", "-n", "2")
    assert result.ret == USAGE
    result.stderr.fnmatch_lines(["ERROR: --simcheck-report: *this is no folder*"])


@pytest.mark.slow
def test_what_cannot_be_written_in_the_end_is_told_and_is_no_success(project):
    project.simulator("alike")
    project.write(
        "conftest.py",
        "import pathlib\n\ndef pytest_runtest_teardown():\n"
        "    pathlib.Path('out/index.html').mkdir(parents=True, exist_ok=True)\n",
    )
    result = project.run("--simcheck-report=out")
    result.assert_outcomes(passed=1)
    assert result.ret == USAGE
    result.stdout.fnmatch_lines(["crs-simcheck: the report was not written: *index.html*"])
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()


def test_nothing_ran_and_nothing_is_written(project):
    result = project.run("--simcheck-report=out", "--collect-only")
    assert "no gate ran" not in result.stdout.str()
    result = project.run("--simcheck-report=out", "-k", "nothing_of_that_name")
    result.stdout.fnmatch_lines(["crs-simcheck: no gate ran, and no report was written"])
    assert not (project.path / "out").exists()


@pytest.mark.slow
def test_what_draws_is_imported_only_for_a_report(project):
    project.write("conftest.py", SPY.replace("pytest_sessionfinish", "pytest_unconfigure"))
    heavy = {"jinja2", "matplotlib", "crs_simcheck.project.reporting", "crs_simcheck.report.html"}
    assert not heavy & modules(project.run_apart("--junit-xml=out.xml"))
    assert heavy <= modules(project.run_apart("--simcheck-report=out"))


@pytest.mark.slow
def test_a_gate_that_is_run_again_is_told_once(project):
    project.simulator("narrow")
    project.write(
        "conftest.py",
        "def pytest_runtest_protocol(item, nextitem):\n"
        "    from _pytest.runner import runtestprotocol\n"
        "    runtestprotocol(item, nextitem=nextitem, log=True)\n",
    )
    project.run_apart("--simcheck-report=out", "--junit-xml=out.xml")
    (simulator,) = left(project)["simulators"]
    assert simulator["ran"] == 1
    for case in ET.parse(project.path / "out.xml").iter("testcase"):
        assert not [one for one in case.iter("property") if "part" in one.get("name")]
        names = [told.get("name") for told in case.iter("property")]
        assert len(names) == len(set(names))


# ---------------------------------------------------------------------------------------- JUnit


def test_junit_is_told_every_figure_by_name(project):
    project.settings(
        (project.path / "simcheck.toml").read_text(encoding="utf-8")
        + '[simulator.lost]\nresponses = "gone.jsonl"\n'
    )
    project.run("--junit-xml=out.xml")
    cases = {}
    for case in ET.parse(project.path / "out.xml").iter("testcase"):
        told = {one.get("name"): one.get("value") for one in case.iter("property")}
        cases[told.get("simcheck_simulator"), told.get("simcheck_metric")] = told
    found = cases["narrow", "item_entropy"]
    entry = json.loads(found["crs_simcheck"])["verdict"]
    for key in ("value", "interval", "range", "score"):
        assert json.loads(found[f"simcheck_{key}"]) == entry[key]
    assert found["simcheck_verdict"] == "drifted"
    assert (found["simcheck_n"], found["simcheck_baseline"]) == ("40", "crowd")
    assert found["simcheck_task"] == "items_talk"
    by_hand = cases["alike", "format_violation_rate"]
    assert json.loads(by_hand["simcheck_range"]) == [None, 0.05]
    assert "simcheck_baseline" not in by_hand


# --------------------------------------------------------------------------------------- GitHub


def commands(result):
    return [line for line in result.outlines if line.startswith("::")]


@pytest.fixture
def on_github(project, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.path / "step.md"))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.path.parent))
    return project


WORKERS = pytest.param(["-n", "2"], id="xdist", marks=pytest.mark.slow)


@pytest.mark.parametrize("workers", [pytest.param([], id="plain"), WORKERS])
def test_github_is_told_what_failed_where(on_github, workers):
    on_github.write("step.md", "before\n")
    result = (on_github.run_apart if workers else on_github.run)(*workers)
    one, two = commands(result)
    file = f"{on_github.path.name}/simcheck.toml"
    title = "narrow / items_talk / item_entropy%3A drifted"
    assert two.startswith(f"::error file={file},line=13,title={title}::")
    assert "item_entropy of simulator 'narrow' in items_talk: " in two
    assert "DRIFTED (too low)" in two
    assert "%0Anext: crs-simcheck show narrow.jsonl" in two
    assert one.startswith(f"::error file={file},line=2,title=alike / ")
    text = (on_github.path / "step.md").read_text(encoding="utf-8")
    assert text.startswith("before\n# Simulators against people\n")
    assert "| `item_entropy` |" in text
    assert not (on_github.path / "out").exists()


@pytest.mark.slow
def test_the_step_summary_is_the_summary_of_the_report(on_github):
    on_github.run("--simcheck-report=out")
    left(on_github)
    told = (on_github.path / "step.md").read_text(encoding="utf-8")
    assert told == (on_github.path / "out/summary.md").read_text(encoding="utf-8") + "\n"


@pytest.mark.slow
def test_all_else_that_is_printed_is_as_without(on_github, monkeypatch):
    alike = ("--color=no", "-p", "no:randomly")
    told = on_github.run(*alike)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name)
    plain = on_github.run(*alike)

    def rest(result):
        return [x for x in result.outlines if not x.startswith("::") and " in " not in x]

    assert commands(plain) == []
    assert rest(told) == rest(plain)


@pytest.mark.slow
def test_what_is_softened_warns(on_github):
    on_github.simulator("alike", "unknown_item_rate = { max = 0.001 }")
    (line,) = commands(on_github.run("-W", "default", "--simcheck-inconclusive=warn"))
    assert line.startswith("::warning file=")
    assert "unknown_item_rate%3A inconclusive::" in line


@pytest.mark.slow
def test_the_prompt_is_annotated_where_there_is_one(on_github):
    write_live(on_github.path)
    record_here(on_github.path)
    text = (on_github.path / "simcheck.toml").read_text(encoding="utf-8")
    on_github.settings(
        text + "[simulator.seeker.gates.bin_pref]\nacceptance_rate = { max = 0.01 }\n"
    )
    lines = commands(on_github.run())
    file = f"{on_github.path.name}/prompts/seeker/bin_pref.md"
    assert any(line.startswith(f"::error file={file},title=seeker / bin_pref") for line in lines)


def test_input_that_cannot_be_used_is_annotated(on_github):
    on_github.simulator("gone")
    (line,) = commands(on_github.run())
    assert "title=gone%3A error::" in line
    assert "there is no such file" in line


@pytest.mark.parametrize("way", ["option", "ini", "no flag"])
def test_github_is_told_nothing_where_it_is_switched_off(on_github, way):
    if way == "ini":
        on_github.write("pytest.ini", "[pytest]\nsimcheck_github = off\n")
    on_github.write("test_plain.py", "def test_plain(): pass\n")
    arguments = ["--simcheck-github=off"] if way == "option" else []
    result = on_github.run(*arguments, flag=way != "no flag")
    assert commands(result) == []
    assert not (on_github.path / "step.md").exists()


def test_a_wrong_ini_value_is_a_usage_error(project):
    project.write("pytest.ini", "[pytest]\nsimcheck_github = perhaps\n")
    result = project.run()
    assert result.ret == USAGE
    result.stderr.fnmatch_lines(["*simcheck_github: found 'perhaps', need auto or off*"])


@pytest.mark.slow
def test_a_step_summary_that_cannot_be_written_is_told(on_github, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", os.fspath(on_github.path))
    result = on_github.run()
    assert result.ret == FAILED
    result.stdout.fnmatch_lines(["crs-simcheck: GITHUB_STEP_SUMMARY cannot be written: *"])


# ------------------------------------------------------------------------------------- terminal


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_terminal(project, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    settings = (project.path / "simcheck.toml").read_text(encoding="utf-8")
    everything = "responses = 'narrow.jsonl'\nbaseline = 'crowd'\ndraws = 200\n"
    project.settings(settings + "[simulator.everything]\n" + everything)
    result = project.run()
    lines = summary(result)
    assert any(line.startswith("not measured: ") for line in lines)
    assert max(map(len, lines)) <= columns
    assert "\x1b" not in result.stdout.str()
