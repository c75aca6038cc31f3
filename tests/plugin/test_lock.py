"""pytest beside a ``simcheck.lock``: prompts that were not accepted, and gates that regressed."""

from __future__ import annotations

import re

import pytest

from crs_simcheck.cli import main
from tests.plugin.live_project import N_PEOPLE, PROMPTS, record_here, write_live

EVEN = ("--even", "drifted", "--even", "inconclusive")


@pytest.fixture
def locked(project, monkeypatch):
    """One gate with an end far away, accepted."""
    project.simulator("alike", "acceptance_rate = { max = 0.95 }")
    monkeypatch.chdir(project.path)
    assert main(["accept"]) == 0
    return project


@pytest.fixture
def live(project, monkeypatch):
    """A simulator with prompts, accepted."""
    write_live(project.path, PROMPTS)
    record_here(project.path)
    monkeypatch.chdir(project.path)
    assert main(["accept", *EVEN]) == 0
    return project


def kinder(project):
    path = project.path / "alike.jsonl"
    rows = path.read_text().splitlines()
    path.write_text("\n".join(
        row.replace('"No"', '"Yes"') if i % 2 and "bin_pref" in row else row
        for i, row in enumerate(rows)
    ) + "\n")  # fmt: skip


def change_prompt(project):
    path = project.path / "prompts" / "seeker" / "bin_pref.md"
    path.write_text(path.read_text().replace("# Guidelines\n", "# Guidelines\n\nBe kind.\n", 1))


def test_the_same_answers_pass(locked):
    result = locked.run()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*simcheck.lock*")


def test_a_gate_that_regressed_fails_and_stays_within(locked):
    kinder(locked)
    result = locked.run("--simcheck-inconclusive=warn")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*acceptance_rate of simulator 'alike'*REGRESSED, nearer to*"])
    assert re.search(r"acceptance_rate .* within", result.stdout.str())
    (locked.path / "simcheck.lock").unlink()
    locked.run().assert_outcomes(passed=1)


def test_fewer_seekers_are_not_compared_and_it_says_so(locked):
    kinder(locked)
    result = locked.run("--simcheck-seekers=30")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*fewer seekers are run: simcheck.lock is not compared*"])


def test_a_new_gate_and_one_that_was_set_otherwise_are_told(locked):
    locked.simulator("alike", "acceptance_rate = { max = 0.99 }\nitem_entropy = {}")
    kinder(locked)
    result = locked.run()
    result.assert_outcomes(passed=2)
    text = " ".join(result.stdout.str().split())
    assert "new since the lock: not compared with simcheck.lock: items_talk item_entropy" in text
    assert "the settings of the gate have changed since (max = 0.95)" in text


def test_another_baseline_is_told_and_not_compared(locked):
    group = locked.path / "crowd" / "group.toml"
    group.write_text(group.read_text().replace("2026-11-23", "2026-11-24"))
    kinder(locked)
    result = locked.run()
    text = " ".join(result.stdout.str().split())
    assert "accepted against 'crowd' (" in text
    assert "REGRESSED" not in text


def test_a_simulator_that_the_lock_does_not_know(locked):
    locked.settings()
    result = locked.run("-k", "narrow")
    result.assert_outcomes(failed=1, deselected=4)
    text = " ".join(result.stdout.str().split())
    assert "note on 'narrow': simcheck.lock does not know it" in text


def test_a_lock_that_cannot_be_read_is_a_usage_error(locked):
    locked.write("simcheck.lock", "<<<<<<< HEAD\n")
    result = locked.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*simcheck.lock: is no TOML*"])


def test_a_lock_that_is_a_folder_is_a_usage_error(locked):
    (locked.path / "simcheck.lock").unlink()
    (locked.path / "simcheck.lock").mkdir()
    result = locked.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*simcheck.lock: cannot be read*"])


def test_an_accepted_prompt_passes_as_a_test_of_its_own(live):
    result = live.run("-k", "accepted", "-v")
    result.assert_outcomes(passed=2, deselected=2)
    result.stdout.fnmatch_lines(["simcheck.toml::seeker::bin_pref::accepted PASSED*"])


def test_a_changed_prompt_fails_until_it_is_accepted(live):
    change_prompt(live)
    record_here(live.path)
    result = live.run("-k", "accepted")
    result.assert_outcomes(passed=1, failed=1, deselected=2)
    text = result.stdout.str()
    assert "the prompt of bin_pref of simulator 'seeker' was not accepted\n" in text
    assert max(map(len, text[text.index("the prompt of") :].split("next:")[0].splitlines())) <= 100
    assert "next: crs-simcheck accept seeker" in text
    assert "crs-simcheck compare HEAD --simulator seeker" in text
    assert main(["accept", "seeker", *EVEN]) == 0
    live.run("-k", "accepted").assert_outcomes(passed=2, deselected=2)


def test_where_few_are_run_prompts_are_not_looked_at(live):
    change_prompt(live)
    record_here(live.path)
    result = live.run(f"--simcheck-seekers={N_PEOPLE - 5}")
    assert "accepted" not in result.stdout.str().replace("what was accepted", "")


@pytest.mark.slow
def test_under_xdist_it_is_the_same(live):
    pytest.importorskip("xdist")
    change_prompt(live)
    record_here(live.path)
    result = live.run_apart("-k", "accepted", "-n", "2")
    result.assert_outcomes(passed=1, failed=1)


def test_without_a_lock_nothing_of_it_is_imported(project):
    project.simulator("alike")
    project.write(
        "conftest.py",
        "import sys\n\ndef pytest_sessionfinish():\n"
        "    names = ('accepted', 'lock', 'accepting', 'comparing')\n"
        "    found = [n for n in names if f'crs_simcheck.project.{n}' in sys.modules]\n"
        "    print('LOADED', found, 'crs_simcheck.stats.paired' in sys.modules)\n",
    )
    result = project.run_apart("-s")
    result.stdout.fnmatch_lines(["*LOADED [[][]] False*"])
