"""Recorded once, replayed for ever; what changed since fails with its name."""

from __future__ import annotations

import json
import socket
import sys

import pytest

from crs_simcheck.engines import Reply
from crs_simcheck.project import SimulatorRun, read_settings
from crs_simcheck.records import TASKS
from crs_simcheck.simulator import MOST_FAILURES
from tests.plugin.live_project import N_PEOPLE, OWN, PROMPTS, record_here, says, write_live

N_ANSWERS = 4 * N_PEOPLE  # three films each, and a request


@pytest.fixture
def live(project, monkeypatch):
    write_live(project.path)
    monkeypatch.delitem(sys.modules, "mysim", raising=False)  # of another test's folder
    return project


def settings(project, *changes):
    text = PROMPTS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    project.settings(text)


def words(result):
    return " ".join(result.stdout.str().split())


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_more):
        raise AssertionError("a replay opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_recording_is_replayed_without_a_network(live, no_network):
    done = record_here(live.path)
    assert (done.asked, done.collected.answered) == (N_ANSWERS, N_ANSWERS)
    result = live.run("--simcheck-record=none")
    result.assert_outcomes(passed=2)
    again = live.run()
    again.assert_outcomes(passed=2)


def test_a_replay_imports_no_client(live):
    record_here(live.path)
    live.write(
        "conftest.py",
        "import sys\ndef pytest_unconfigure():\n"
        "    print('FOUND', [m for m in ('aiohttp', 'httpx', 'ollama', 'bm25s', 'filelock')"
        " if m in sys.modules])\n",
    )
    result = live.run_apart("-p", "no:anyio")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["FOUND []"])


def test_nothing_recorded_yet_fails_with_the_command(live):
    result = live.run()
    result.assert_outcomes(failed=1)
    text = words(result)
    assert f"{N_ANSWERS} of {N_ANSWERS} answers of simulator 'seeker' are not recorded" in text
    assert "nothing was recorded yet" in text
    assert "crs-simcheck record seeker" in text


def test_a_changed_section_is_named_with_its_file_and_line(live):
    record_here(live.path)
    file = live.path / "prompts" / "seeker" / "bin_pref.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("# Guidelines\n", "# Guidelines\n\nBe picky.\n"), encoding="utf-8")
    line = text.splitlines().index("# Guidelines") + 1
    result = live.run()
    result.assert_outcomes(failed=1)
    told = words(result)
    assert f"prompts/seeker/bin_pref.md:{line}: section '# Guidelines' has changed" in told
    assert f"bin_pref: {3 * N_PEOPLE} of {3 * N_PEOPLE} answers are not recorded" in told
    assert "section '# Persona'" not in told
    assert "rec_request:" not in told
    assert f"{N_ANSWERS} other answers are recorded" in told
    assert "crs-simcheck record seeker" in told
    record_here(live.path)
    live.run().assert_outcomes(passed=2)
    file.write_text(text, encoding="utf-8")
    live.run().assert_outcomes(passed=2)  # what was recorded before is still there


def test_front_matter_and_line_ends_change_nothing(live):
    record_here(live.path)
    file = live.path / "prompts" / "seeker" / "bin_pref.md"
    text = file.read_bytes()
    assert text.startswith(b"---\n")
    text = text.replace(b"---\n", b"---\nby: somebody\n", 1)
    file.write_bytes(text.replace(b"\n", b"\r\n"))
    live.run().assert_outcomes(passed=2)


@pytest.mark.parametrize(
    "old, new, told",
    [
        ('engine = "ollama:tiny"', 'engine = "ollama:other"',
         "the engine is ollama:other:latest, and was ollama:tiny:latest"),
        ("draws = 100", "draws = 100\ntemperature = 0.25",
         "temperature is 0.25, and was 0.8"),
        ("draws = 100", "draws = 100\nnum_ctx = 8192", "num_ctx is 8192, and was 4096"),
        ("draws = 100", 'draws = 100\nconfiguration = "zero_shot"',
         "the configuration is zero_shot, and was pag"),
        ("draws = 100", "draws = 100\nseed = 4", "the seed is 4, and was 0"),
        ("asked = 3", "asked = 4",
         "what seekers are asked has changed (120 questions, there were 90)"),
        ("draws = 100", "draws = 100\nrepeats = 2", "the number of repeats is 2, and was 1"),
    ],
)  # fmt: skip
def test_a_changed_setting_is_named_with_its_value(live, old, new, told):
    record_here(live.path)
    settings(live, (old, new))
    result = live.run()
    result.assert_outcomes(failed=1)
    assert told in words(result)


def test_changed_personas_are_named(live):
    record_here(live.path)
    file = live.path / "profiles.jsonl"
    file.write_text(file.read_text().replace("Person 3,", "Somebody"), encoding="utf-8")
    told = words(live.run())
    assert "personas in profiles.jsonl have changed" in told
    assert f"4 of {N_ANSWERS} answers" in told


def test_other_hosts_change_nothing(live):
    record_here(live.path)
    settings(live, ('engine = "ollama:tiny"', 'engine = "ollama:tiny@gpu1,gpu2:11500"'))
    live.run().assert_outcomes(passed=2)


def test_fewer_seekers_are_replayed_from_the_same_recording(live):
    record_here(live.path)
    live.run("--simcheck-seekers=25").assert_outcomes(passed=2)


def test_a_recording_that_was_cut_off_asks_for_the_rest(live):
    record_here(live.path, limit=50)
    told = words(live.run())
    assert f"{N_ANSWERS - 50} of {N_ANSWERS} answers" in told
    asked = []
    record_here(live.path, script=lambda r: asked.append(r) or says(r), probe=0)
    assert len(asked) == N_ANSWERS - 50
    live.run().assert_outcomes(passed=2)


def test_unused_answers_are_told_and_pruned(live):
    record_here(live.path)
    settings(live, ("asked = 3", "asked = 2"))
    record_here(live.path)
    result = live.run()
    result.assert_outcomes(passed=2)
    assert "recorded answers are asked for by nothing" in words(result)
    done = record_here(live.path, prune=True)
    assert done.pruned > 0
    assert "asked for by nothing" not in words(live.run())


def test_the_same_answers_are_the_same_bytes(live):
    record_here(live.path)
    files = sorted((live.path / "recordings" / "seeker").glob("*.jsonl"))
    before = [f.read_bytes() for f in files]
    record_here(live.path, "all")
    assert [f.read_bytes() for f in files] == before


def test_fewer_seekers_for_once_make_no_leftovers(live):
    record_here(live.path)
    assert "asked for by nothing" not in words(live.run("--simcheck-seekers=25"))


def test_a_replay_believes_the_plan_and_not_the_row(live):
    """Seeker and stimulus are known from what is asked now; the key does not hold all of it."""
    record_here(live.path)
    file = live.path / "recordings" / "seeker" / "bin_pref.jsonl"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"seeker":"u03"', '"seeker":"somebody"'), encoding="utf-8")
    run = SimulatorRun(read_settings(live.path / "simcheck.toml").simulators[0])
    assert {row.seeker for row in run.responses} == {f"u{i:02}" for i in range(N_PEOPLE)}


@pytest.mark.parametrize(
    "made", ['{"prompt": [], "options": 3}', '{"prompt": {"sections": 4}}', "7"]
)
def test_a_summary_of_other_types_stops_nothing(live, made):
    record_here(live.path, limit=50)
    summary = {"tasks": {task: {"made_with": json.loads(made), "tokens": "x"} for task in TASKS}}
    (live.path / "recordings" / "seeker" / "summary.json").write_text(json.dumps(summary))
    told = words(live.run())
    assert "answers of simulator 'seeker' are not recorded" in told


def test_no_history_and_no_message_is_recorded(live):
    record_here(live.path)
    text = (live.path / "recordings" / "seeker" / "bin_pref.jsonl").read_text()
    assert "fond of old films" not in text
    assert "messages" not in text
    assert set(json.loads(text.splitlines()[0])) == {
        "task", "seeker", "stimulus", "text", "request", "meta",
    }  # fmt: skip


# ------------------------------------------------------------------- how answers were given


def test_conduct_is_counted_and_can_be_gated(live):
    def script(request):
        reply = says(request)
        if request.options.seed % 3 == 0:
            return Reply(reply.text, "length", 90, 9, digest="sha256:aa")
        return Reply("As an AI, I cannot say.", "stop", 90, 9, digest="sha256:bb")

    record_here(live.path, script=script)
    result = live.run()
    told = words(result)
    assert "cut short by num_predict" in told
    assert "refused" in told
    assert "by another model than the rest" in told
    gates = (
        "cut_short_rate = {}\nrefusal_rate = {}\nother_model_rate = {}\nempty_rate = { max = 0.2 }"
    )
    settings(live, ("format_violation_rate = { max = 0.2 }", gates))
    result = live.run("-v")
    result.assert_outcomes(failed=6, passed=2)
    assert "answers end before they are done" in words(result)


# ------------------------------------------------------------------ recording under pytest


def calls(project):
    return (project.path / "calls.txt").read_text().splitlines()


def test_pytest_records_when_it_is_told_to(live):
    live.settings(OWN)
    live.run("--simcheck-record=new").assert_outcomes(passed=2)
    once = calls(live)
    assert len(once) == 3 * N_PEOPLE + 2  # two are asked again, to see whether they repeat
    live.run("--simcheck-record=new").assert_outcomes(passed=2)
    assert calls(live) == once
    live.run("--simcheck-record=all").assert_outcomes(passed=2)
    assert len(calls(live)) == 2 * len(once)
    live.run("-o", "simcheck_record=new").assert_outcomes(passed=2)
    live.run().assert_outcomes(passed=2)
    assert len(calls(live)) == 2 * len(once)


def test_two_workers_ask_each_question_once(live):
    live.settings(OWN)
    result = live.run_apart("--simcheck-record=new", "-n", "2")
    result.assert_outcomes(passed=2)
    assert len(set(calls(live))) == 3 * N_PEOPLE
    assert len(calls(live)) == 3 * N_PEOPLE + 2
    file = live.path / "recordings" / "seeker" / "bin_pref.jsonl"
    assert len(file.read_text().splitlines()) == 3 * N_PEOPLE


@pytest.mark.slow
def test_everything_is_asked_again_by_one_worker(live):
    live.settings(OWN)
    live.run("--simcheck-record=new").assert_outcomes(passed=2)
    once = len(calls(live))
    result = live.run_apart("--simcheck-record=all", "-n", "2")
    result.assert_outcomes(passed=2)
    assert len(calls(live)) == 2 * once


def test_to_list_the_gates_nobody_is_asked(live):
    live.settings(OWN)
    result = live.run("--simcheck-record=new", "--collect-only", "-q")
    assert result.ret == 0
    assert not (live.path / "calls.txt").exists()
    assert not (live.path / "recordings").exists()


def test_nobody_is_asked_for_gates_that_are_deselected(live):
    live.settings(OWN)
    live.write("test_plain.py", "def test_plain(): pass\n")
    live.run("--simcheck-record=new", "-k", "plain").assert_outcomes(passed=1, deselected=2)
    assert not (live.path / "calls.txt").exists()


DOWN = """
def answer(request):
    open("calls.txt", "a").write("asked\\n")
    raise ValueError("down")
"""


@pytest.mark.slow
def test_an_engine_that_is_down_is_tried_once(live):
    live.settings(OWN)
    live.write("mysim.py", DOWN)
    live.run_apart("--simcheck-record=new").assert_outcomes(failed=2)
    assert len(calls(live)) == MOST_FAILURES


def test_gates_and_fixtures_ask_once(live):
    live.settings(OWN)
    test = "def test_it(crs_simulator): assert len(crs_simulator.responses) == 90"
    live.write("test_own.py", test)
    live.run("--simcheck-record=all").assert_outcomes(passed=3)
    assert len(calls(live)) == 3 * N_PEOPLE + 2


def test_an_unknown_mode_is_a_usage_error(live):
    live.settings(OWN)
    result = live.run("-o", "simcheck_record=sometimes")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "need none, new or all" in result.stderr.str()


def test_another_model_may_not_answer_in_its_place(live):
    result = live.run("--simcheck-record=new", "--simcheck-engine=ollama:other")
    result.assert_outcomes(failed=2)  # each gate by its own name
    assert "simulator 'seeker' is ollama:tiny" in words(result)


def test_a_function_that_fails_is_told_and_what_was_answered_is_kept(live):
    live.settings(OWN)
    live.write(
        "mysim.py",
        "n = 0\ndef answer(request):\n    global n\n    n += 1\n"
        "    if n > 40: raise ValueError('my fault')\n    return 'Yes'\n",
    )
    result = live.run_apart("--simcheck-record=new")
    result.assert_outcomes(failed=2)  # each gate by its own name
    assert "mysim:answer raised ValueError: my fault" in words(result)
    file = live.path / "recordings" / "seeker" / "bin_pref.jsonl"
    assert len(file.read_text().splitlines()) == 40
