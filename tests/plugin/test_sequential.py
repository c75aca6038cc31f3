"""Seekers asked in blocks: until it is decided, kept, replayed, and the same under xdist."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace

import pytest

from crs_simcheck.errors import UnrecordedError
from crs_simcheck.project import SimulatorRun, read_settings
from crs_simcheck.project.sampling import chosen, in_order
from tests.plugin.live_project import write_live
from tests.plugin.test_messages import messages, summary

N = 100
SETTINGS = """
[simulator.seeker]
python = "mysim:answer"
profiles = "profiles.jsonl"
catalogue = "films.csv"
baseline = "crowd"
draws = 100
sequential = "first-drift"
[simulator.seeker.tasks]
bin_pref = { asked = 3 }
rec_request = {}
[simulator.seeker.gates]
acceptance_rate = { ACCEPTED }
format_violation_rate = { max = 0.2 }
"""
BAD, GOOD = "min = 0.9", "min = 0.2, max = 0.8"  # it says Yes half of the time
BLOCKS = [20, 30, 40, 60, 80, 100]


@pytest.fixture
def blocks(project, monkeypatch):
    def write(accepted=GOOD, **changes):
        text = SETTINGS.replace("ACCEPTED", accepted)
        for old, new in changes.items():
            text = re.sub(rf"(?m)^{old} = .*$", f"{old} = {new}" if new else "", text)
        write_live(project.path, text)
        with (project.path / "profiles.jsonl").open("w", encoding="utf-8") as file:
            for number in range(N):
                row = {"seeker": f"u{number:03}", "persona": f"Person {number}."}
                file.write(json.dumps(row) + "\n")
        monkeypatch.delitem(sys.modules, "mysim", raising=False)

    write()
    monkeypatch.chdir(project.path)
    project.of = write
    return project


def asked(project):
    """(task, seeker) of every call of the simulator, in order, but for the probe."""
    file = project.path / "calls.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    return [tuple(line.split()[:2]) for line in lines]


def seekers(calls, task="bin_pref"):
    return {seeker for of, seeker in calls if of == task}


def run_of(project, **live):
    (settings,) = read_settings(project.path / "simcheck.toml").simulators
    return SimulatorRun(replace(settings, live=replace(settings.live, **live)))


def test_a_bad_simulator_is_told_after_the_first_block(blocks):
    blocks.of(BAD)
    result = blocks.run("--simcheck-record=new")
    result.assert_outcomes(failed=3)
    assert seekers(asked(blocks)) == seekers(asked(blocks), "rec_request")
    assert len(seekers(asked(blocks))) == 20
    text = " ".join(result.stdout.str().split())
    assert "asked in blocks: 320 answers saved (80 % of 400)" in text
    assert "acceptance_rate in bin_pref drifted at look 1 of 6: 20 of 100 seekers" in text
    assert "no more seekers were asked, for acceptance_rate in bin_pref has drifted" in text
    assert "1 drifted, 2 inconclusive" in summary(result)


@pytest.mark.slow
def test_it_goes_on_until_every_gate_has_decided(blocks):
    blocks.of(BAD, sequential='"every-gate"')
    result = blocks.run("--simcheck-record=new")
    result.assert_outcomes(passed=2, failed=1)
    stopped = run_of(blocks).sequential.stopped
    assert stopped.drifted == ()
    assert all(v.outcome != "inconclusive" for v in stopped.verdicts.values())
    assert stopped.asked == len({p.key for p in stopped.live.planned}) < stopped.planned


@pytest.mark.slow
def test_good_ones_take_no_more_than_all_seekers(blocks):
    blocks.run("--simcheck-record=new").assert_outcomes(passed=3)
    stopped = run_of(blocks).sequential.stopped
    assert stopped.asked < stopped.planned
    assert set(stopped.seekers.values()) <= set(BLOCKS)


@pytest.mark.slow
def test_a_replay_decides_the_same_and_reads_no_more(blocks):
    blocks.of(GOOD, sequential='"every-gate"')
    first = blocks.run("--simcheck-record=new")
    calls = asked(blocks)
    again = blocks.run()
    assert asked(blocks) == calls
    assert summary(again) == summary(first)
    assert messages(again) == messages(first)
    assert again.parseoutcomes() == first.parseoutcomes()


def test_answers_that_were_left_unasked_are_not_missing_but_others_are(blocks):
    blocks.of(BAD)
    blocks.run("--simcheck-record=new")
    file = blocks.path / "recordings/seeker/bin_pref.jsonl"
    rows = file.read_text().splitlines(keepends=True)
    file.write_text("".join(rows[1:]))
    with pytest.raises(UnrecordedError, match="1 of 80 answers of simulator 'seeker'"):
        run_of(blocks).verdict(run_of(blocks).gates[0])


@pytest.mark.slow
def test_a_later_run_asks_for_the_rest_alone(blocks):
    blocks.of(BAD)
    blocks.run("--simcheck-record=new")
    before = asked(blocks)
    blocks.of(BAD, sequential=None)
    run = run_of(blocks, record="new")
    run.verdict(run.gates[0])
    later = asked(blocks)[len(before) :]
    assert len(seekers(asked(blocks))) == N
    assert not seekers(before) & seekers(later[4:])  # but for the probe
    rows = (blocks.path / "recordings/seeker/bin_pref.jsonl").read_text().splitlines()
    assert len(rows) == len({json.loads(row)["request"] for row in rows}) == 3 * N


def test_fewer_seekers_are_the_beginning_of_more(blocks):
    blocks.of(BAD)
    blocks.run("--simcheck-record=new")
    first = seekers(asked(blocks))
    everybody = [f"u{number:03}" for number in range(N)]
    assert first == set(in_order(everybody, 0)[:20])
    assert chosen(everybody, 50, 0) == frozenset(in_order(everybody, 0)[:50])


@pytest.mark.slow
def test_the_flag_goes_before_the_settings(blocks):
    blocks.of(BAD, sequential=None)
    result = blocks.run("--simcheck-record=new", "--simcheck-sequential")
    assert "80 % of 400" in result.stdout.str()
    blocks.of(BAD)
    again = blocks.run("--simcheck-record=new", "--simcheck-every-gate")
    assert "has drifted" not in again.stdout.str()


def test_an_ini_value_that_is_none_is_a_usage_error(blocks):
    blocks.write("pytest.ini", "[pytest]\nsimcheck_sequential = sometimes\n")
    result = blocks.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*found 'sometimes', need first-drift or every-gate*"])


@pytest.mark.slow
def test_workers_of_xdist_ask_once_and_decide_alike(blocks):
    pytest.importorskip("xdist")
    blocks.of(BAD)
    shared = blocks.run_apart("-n", "2", "--simcheck-record=new")
    calls = asked(blocks)
    assert len(calls) == 80 + 2  # and the probe
    alone = blocks.run()
    assert summary(shared) == summary(alone)
    assert asked(blocks) == calls


@pytest.mark.slow
def test_a_task_without_a_gate_is_asked_of_all(blocks):
    blocks.of(GOOD, format_violation_rate="{ max = 0.9 }")
    blocks.write(
        "simcheck.toml",
        (blocks.path / "simcheck.toml").read_text().replace("format_violation_rate", "#"),
    )
    run = run_of(blocks, record="new")
    stopped = run.sequential.stopped
    assert stopped.seekers["rec_request"] == N
    assert stopped.seekers["bin_pref"] < N


def test_answers_that_are_given_are_all_looked_at(project):
    result = project.run("--simcheck-sequential")
    assert "asked in blocks" not in result.stdout.str()


def test_a_replay_of_all_says_that_it_was_recorded_in_blocks(blocks):
    blocks.of(BAD)
    run = run_of(blocks, record="new")
    run.verdict(run.gates[0])
    blocks.of(BAD, sequential=None)
    with pytest.raises(UnrecordedError, match="recorded in blocks: replay it so, with --simcheck"):
        _ = run_of(blocks).responses
    file = blocks.path / "recordings/seeker/bin_pref.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(UnrecordedError) as error:
        _ = run_of(blocks).responses
    assert "in blocks" not in str(error.value)
