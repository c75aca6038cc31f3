"""Gates in a team's own suite: other plugins beside ours, and pytest's own ways to run a part.

Every run is a process of its own, as a team starts it, with all plugins that are installed.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.plugin.conftest import SETTINGS

pytestmark = pytest.mark.slow

GATES = [
    "simcheck.toml::alike::items_talk::format_violation_rate",
    "simcheck.toml::alike::items_talk::item_entropy",
    "simcheck.toml::alike::bin_pref::acceptance_rate",
    "simcheck.toml::alike::bin_pref::format_violation_rate",
    "simcheck.toml::narrow::items_talk::item_entropy",
]
# Forty answers cannot show a rate of 5 %.
PASSED, FAILED = 3, 2

SUITE = """
import asyncio
import random

import anyio
import pytest
from pytest_crs_simcheck import assert_item_entropy


def test_snapshot(simcheck, snapshot):
    assert [v.outcome for v in simcheck.simulator("alike").verdicts] == snapshot


@pytest.mark.asyncio
async def test_asyncio(crs_simulator):
    await asyncio.sleep(0)
    assert crs_simulator.tasks


@pytest.mark.anyio
async def test_anyio(human_baseline):
    await anyio.sleep(0)
    assert human_baseline.n("item_entropy") == 80


@pytest.mark.crs_simulator("alike")
def test_entropy(crs_simulator):
    assert_item_entropy(crs_simulator)


def test_random():
    assert 0 <= random.random() < 1
"""
TESTS = 6  # one runs for each of the two simulators


SNAPSHOT = """# serializer version: 1
# name: test_snapshot
  list([
    'within',
    'inconclusive',
    'within',
    'within',
  ])
# ---
"""


@pytest.fixture
def team(project):
    """A suite that uses four other plugins, all of which are needed."""
    for module in ("syrupy", "pytest_asyncio", "anyio", "pytest_randomly", "xdist"):
        pytest.importorskip(module)
    project.settings(SETTINGS)
    project.write("pytest.ini", "[pytest]\ntestpaths = tests\n")
    project.write("tests/test_suite.py", SUITE)
    project.write("tests/__snapshots__/test_suite.ambr", SNAPSHOT)
    backend = "import pytest\n@pytest.fixture\ndef anyio_backend(): return 'asyncio'\n"
    project.write("tests/conftest.py", backend)
    return project


def run(project, *arguments, flag=True):
    """Run pytest in a process of its own, with every plugin that is installed."""
    given = ["--crs-simcheck"] if flag else []
    return project.pytester.runpytest_subprocess(*given, *arguments)


def told(result):
    """Return the table of verdicts, its sum included."""
    text = result.stdout.str()
    return text.partition(" crs-simcheck ==")[2].partition("\n====")[0]


def verdicts(result):
    assert "3 within, 1 drifted, 1 inconclusive" in told(result)


@pytest.mark.parametrize(
    "arguments",
    [(), ("-p", "no:randomly"), ("-p", "randomly", "-p", "no:cacheprovider"), ("-n", "4"),
     ("-n", "4", "--dist", "loadscope"), ("-n", "4", "-p", "no:randomly"), ("--tb=short",),
     ("-rA",)],
    ids=" ".join,
)  # fmt: skip
def test_beside_other_plugins(team, arguments):
    result = run(team, *arguments)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=TESTS + PASSED, failed=FAILED)
    verdicts(result)
    assert "5 snapshots" not in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()


def test_two_seeds_give_the_same_figures(team):
    tables = {told(run(team, f"--randomly-seed={seed}")) for seed in (1, 2)}
    assert len(tables) == 1


def test_what_failed_last_runs_alone(team):
    run(team)
    result = run(team, "--lf")
    result.assert_outcomes(failed=FAILED)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "1 drifted, 1 inconclusive" in told(result)
    assert "only 1 of 4 gates of 'alike' ran" in told(result)
    first = run(team, "--ff", "-v", "-p", "no:randomly")
    lines = [line for line in first.outlines if " FAILED " in line or " PASSED " in line]
    assert all("simcheck.toml::" in line for line in lines[:FAILED])


def test_lf_after_the_fault_was_mended(team):
    run(team, "simcheck.toml::narrow")
    start, gates = SETTINGS.split("[simulator.narrow.gates]")
    team.settings(start + "[simulator.narrow.gates]" + gates.replace("{}", "{ margin = 9 }"))
    result = run(team, "--lf", "simcheck.toml")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "shared"])
def test_a_part_by_its_name(team, workers):
    result = run(team, "-k", "narrow and item_entropy", *workers)
    result.assert_outcomes(failed=1, deselected=0 if workers else TESTS + 4)
    assert "1 drifted" in told(result)
    none = run(team, "-k", "no_such_gate", *workers)
    assert none.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_by_marker(team):
    run(team, "-m", "not simcheck").assert_outcomes(passed=TESTS, deselected=5)
    run(team, "-m", "simcheck").assert_outcomes(passed=PASSED, failed=FAILED, deselected=TESTS)


@pytest.mark.parametrize("workers", [(), ("-n", "4")], ids=["alone", "shared"])
def test_junit(team, workers):
    result = run(team, "--junitxml=out.xml", *workers)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    suite = ET.parse(team.path / "out.xml").find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == (
        str(TESTS + 5), str(FAILED), "0",
    )  # fmt: skip
    gates = [c for c in suite.iter("testcase") if c.find("properties") is not None]
    assert len(gates) == 5
    for case in gates:
        (value,) = [
            p.get("value") for p in case.iter("property") if p.get("name") == "crs_simcheck"
        ]
        verdict = json.loads(value)["verdict"]
        assert (verdict["verdict"] == "within") == (case.find("failure") is None)
    (drifted,) = [c for c in gates if "narrow" in c.get("classname")]
    assert "DRIFTED (too low)" in drifted.find("failure").text
    assert float(drifted.get("time")) >= 0


def test_stop_at_the_first_failure(team):
    result = run(team, "-x", "-p", "no:randomly", "simcheck.toml")
    result.assert_outcomes(failed=1, passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "stopping after 1 failures" in result.stdout.str()
    assert "only 2 of 4 gates of 'alike' ran" in told(result)


def test_collect_only(team):
    # Of tests that did not run, syrupy takes the snapshots for unused, and so the run for failed.
    options = ("--collect-only", "-p", "no:randomly", "--snapshot-warn-unused")
    result = run(team, *options, "-q")
    assert result.ret == pytest.ExitCode.OK
    found = [line for line in result.outlines if line.startswith("simcheck.toml::")]
    assert sorted(found) == sorted(GATES)
    tree = run(team, *options).stdout.str()
    assert "<SettingsFile simcheck.toml>" in tree
    assert "<GateItem item_entropy>" in tree
    assert told(result) == ""


@pytest.mark.parametrize("gate", GATES)
def test_each_gate_by_its_own_id(team, gate):
    result = run(team, gate)
    name = gate.rpartition("::")[2]
    fails = "narrow" in gate or gate == GATES[0]
    result.assert_outcomes(**{"failed" if fails else "passed": 1})
    assert result.ret == int(fails)
    assert name in told(result)


def test_durations_name_gates(team):
    result = run(team, "--durations=0", "-vv", "simcheck.toml")
    for gate in GATES:
        assert any(gate in x and "call" in x for x in result.outlines), gate


@pytest.mark.parametrize("where", ["tests", "deep/er"])
def test_from_a_folder_beneath(team, monkeypatch, where):
    folder = team.path / where
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(folder)
    result = run(team, "-p", "no:randomly")
    inside = TESTS if where == "tests" else 0
    result.assert_outcomes(passed=inside + PASSED, failed=FAILED)
    text = result.stdout.str()
    up = "../" * len(Path(where).parts)
    assert f"answers: {up}narrow.jsonl" in text
    assert f"show {up}narrow.jsonl" in text


def test_two_settings_in_one_tree(team, monkeypatch):
    inner = SETTINGS.replace("simulator.narrow", "simulator.inner").replace(
        '"narrow.jsonl"', '"../narrow.jsonl"'
    ).replace('"alike.jsonl"', '"../alike.jsonl"').replace('"films.csv"', '"../films.csv"'
    ).replace('"crowd"', '"../crowd"')  # fmt: skip
    team.write("service/simcheck.toml", inner)
    outer = run(team, "-v", "-p", "no:randomly")
    outer.assert_outcomes(passed=TESTS + PASSED, failed=FAILED)
    assert "inner" not in outer.stdout.str()
    named = run(team, "-v", "-p", "no:randomly", "--simcheck-config=service/simcheck.toml",
                "service")  # fmt: skip
    named.assert_outcomes(passed=PASSED, failed=FAILED)
    assert "service/simcheck.toml::inner::items_talk::item_entropy FAILED" in named.stdout.str()
    monkeypatch.chdir(team.path / "service")
    from_inside = run(team, "-q", "--rootdir", ".", "-c", "/dev/null", "-p", "no:randomly")
    from_inside.assert_outcomes(passed=PASSED, failed=FAILED)
    assert "'inner'" in from_inside.stdout.str()
    assert "'narrow'" not in from_inside.stdout.str()


def test_a_run_again_of_what_failed(team):
    """pytest-rerunfailures and its kin call runtest again: the same gate, the same verdict."""
    team.write("conftest.py", "def pytest_runtest_protocol(item, nextitem):\n"
               "    from _pytest.runner import runtestprotocol\n"
               "    if 'narrow' in item.nodeid:\n"
               "        runtestprotocol(item, nextitem=nextitem, log=False)\n")  # fmt: skip
    result = run(team, "simcheck.toml::narrow")
    result.assert_outcomes(failed=1)
    assert told(result).count("item_entropy") == 1


def test_asked_once_by_four_workers(team):
    from tests.plugin.live_project import N_PEOPLE, OWN, write_live

    write_live(team.path, OWN)
    test = "def test_it(crs_simulator): assert len(crs_simulator.responses) == 90\n"
    team.write("tests/test_suite.py", test)
    result = run(team, "-n", "4", "--simcheck-record=new")
    result.assert_outcomes(passed=3)
    assert len((team.path / "calls.txt").read_text().splitlines()) == 3 * N_PEOPLE + 2
