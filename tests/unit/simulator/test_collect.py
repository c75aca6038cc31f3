"""Asking: bounded, lazily, each answer written at once, and what fails told apart."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import threading
import time
import warnings

import pytest

from crs_simcheck.engines import Reply, ScriptedEngine
from crs_simcheck.errors import (
    BadReplyError,
    EngineRefusedError,
    EngineUnavailableError,
    InputError,
    PromptTooLongError,
    SettingsError,
)
from crs_simcheck.recordings import Recorder, read_recording
from crs_simcheck.simulator import (
    MOST_FAILURES,
    CallableAnswerer,
    EngineAnswerer,
    collect,
    load_function,
)
from tests.unit.simulator.made_up import simulator

PLANNED = tuple(simulator(seekers=10).planned())


def gather(planned, script, *, slots=4, write=None, **more):
    written = [] if write is None else None
    answerer = EngineAnswerer(ScriptedEngine(script, slots=slots))
    done = asyncio.run(
        collect(planned, answerer, written.append if write is None else write,
                date="2026-11-23", **more)
    )  # fmt: skip
    return done, written


def test_every_request_is_answered_once_with_what_stands_beside_it():
    done, rows = gather(PLANNED, lambda _: Reply("Yes", "stop", 12, 3))
    assert {r.request for r in rows} == {p.key for p in PLANNED}
    assert (done.answered, done.tokens, done.prompt_tokens) == (
        len(PLANNED), 3 * len(PLANNED), 12 * len(PLANNED),
    )  # fmt: skip
    by_key = {p.key: p for p in PLANNED}
    for row in rows:
        planned = by_key[row.request]
        assert (row.task, row.seeker) == (planned.question.task, planned.question.seeker)
        assert row.stimulus == planned.question.stimulus
        assert row.meta["seed"] == planned.request.options.seed
        assert row.meta["date"] == "2026-11-23"
        assert row.history is None
        assert row.persona is None


def test_no_more_are_asked_at_a_time_than_there_are_slots():
    running, most = 0, 0

    async def script(_):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return "Yes"

    gather(PLANNED, script, slots=5)
    assert most == 5


def test_a_plan_is_taken_as_it_is_asked():
    taken = []

    def lazily():
        for planned in PLANNED:
            taken.append(planned)
            yield planned

    async def script(_):
        assert len(taken) - len(rows) <= 3
        await asyncio.sleep(0)
        return "Yes"

    rows = []
    gather(lazily(), script, slots=3, write=rows.append)
    assert len(rows) == len(PLANNED)


@pytest.mark.parametrize("error", [BadReplyError("nothing"), PromptTooLongError("too long")])
def test_a_request_that_fails_is_counted_and_the_others_go_on(error):
    bad = {p.request.messages for p in PLANNED[::9]}

    def script(request):
        if request.messages in bad:
            raise error
        return "Yes"

    done, rows = gather(PLANNED, script, slots=3)
    expected = sum(p.request.messages in bad for p in PLANNED)
    assert done.failed == expected > 2
    assert len(rows) == len(PLANNED) - expected
    assert len(done.failures) == 3
    assert "of seeker u" in done.failures[0]


@pytest.mark.parametrize("kind", [EngineUnavailableError, EngineRefusedError])
def test_what_no_request_gets_past_ends_the_run_and_keeps_what_there_is(kind):
    asked = 0

    def script(_):
        nonlocal asked
        asked += 1
        if asked > 20:
            raise kind("gone")
        return "Yes"

    rows = []
    with pytest.raises(kind, match="gone"):
        gather(PLANNED, script, slots=4, write=rows.append)
    assert len(rows) == 20
    assert asked < 30


def test_nothing_but_failures_ends_the_run():
    asked = 0

    def script(_):
        nonlocal asked
        asked += 1
        raise BadReplyError("garbage")

    with pytest.raises(BadReplyError):
        gather(PLANNED, script, slots=2)
    assert MOST_FAILURES <= asked <= MOST_FAILURES + 2


def test_an_answer_that_cannot_be_written_ends_the_run():
    def write(_):
        raise InputError("disk full")

    with pytest.raises(InputError, match="disk full"):
        gather(PLANNED, lambda _: "Yes", write=write)


def test_a_probe_tells_whether_a_seed_repeats():
    done, rows = gather(PLANNED, lambda r: str(r.options.seed), probe=3)
    assert (done.probed, done.differing) == (3, 0)
    assert [r.meta["again"] for r in rows[-3:]] == ["same"] * 3
    count = iter(range(10_000))
    done, rows = gather(PLANNED, lambda _: str(next(count)), probe=2)
    assert (done.probed, done.differing) == (2, 2)
    assert rows[-1].meta["again"] == "different"
    assert rows[-1].text in {r.text for r in rows[:-2]}


# ------------------------------------------------------------------------------ functions


def call(function, **more):
    rows = []
    answerer = CallableAnswerer(function, "mod:fn", **more)

    async def main():
        try:
            return await collect(PLANNED[:12], answerer, rows.append, date="2026-11-23")
        finally:
            await answerer.aclose()

    return asyncio.run(main()), rows


def test_a_function_is_called_with_everything_it_needs():
    seen = []

    def answer(request):
        seen.append(request)
        return f"{request.task} {request.seed}"

    done, rows = call(answer)
    assert done.answered == 12
    for request, planned in zip(seen, PLANNED, strict=False):
        assert request.seeker == planned.question.seeker
        assert request.persona == planned.persona
        assert request.stimulus == planned.question.stimulus
        assert request.messages == planned.request.messages
    assert rows[0].meta["engine"] == "python"


def test_a_function_may_be_async():
    async def answer(request):
        await asyncio.sleep(0)
        return request.seeker

    _, rows = call(answer, slots=4)
    assert {r.text for r in rows} == {p.question.seeker for p in PLANNED[:12]}


def test_functions_that_are_not_async_run_side_by_side():
    running, most = 0, 0

    def answer(_):
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.01)
        running -= 1
        return "x"

    call(answer, slots=3)
    assert most > 1


@pytest.mark.parametrize(
    "result, problem", [(None, "returned NoneType"), (3, "returned int"), (ValueError, "raised")]
)
def test_a_function_that_returns_no_text_is_told(result, problem):
    def answer(_):
        if result is ValueError:
            raise ValueError("my own fault")
        return result

    with pytest.raises(BadReplyError, match=problem):
        call(answer)


def test_a_function_that_hangs_is_given_up(monkeypatch):
    hangs = threading.Event()

    def answer(request):
        if request.seeker == "u003":
            hangs.wait(20)
        return "x"

    done, rows = call(answer, slots=2, timeout=0.2)
    hangs.set()
    assert done.failed == sum(p.question.seeker == "u003" for p in PLANNED[:12]) > 0
    assert "took more than 0.2 s" in done.failures[0]
    assert len(rows) == 12 - done.failed


@pytest.mark.parametrize("error", [SystemExit(7), KeyError("x")])
def test_a_function_that_ends_the_program_does_not(error):
    def answer(_):
        raise error

    with pytest.raises(BadReplyError, match=type(error).__name__):
        call(answer)


def test_what_a_function_does_to_the_stimulus_is_not_recorded():
    def answer(request):
        request.stimulus["extra"] = "leak"
        return "x"

    _, rows = call(answer)
    assert all("extra" not in row.stimulus for row in rows)


def test_functions_are_found_by_name(tmp_path):
    (tmp_path / "mysim_a.py").write_text("class S:\n    def ask(r): return 'x'\nNUMBER = 3\n")
    assert load_function("mysim_a:S.ask", tmp_path)(None) == "x"


@pytest.mark.parametrize(
    "name, problem",
    [
        ("mysim_b", "need 'module:function'"),
        ("mysim_b:", "need 'module:function'"),
        ("os; import sys:x", "need 'module:function'"),
        ("mysim_b:anser", "did you mean 'answer'"),
        ("mysim_b:NUMBER", "is no function"),
        ("mysim_gone:answer", "cannot be imported"),
        ("mysim_broken:answer", "ZeroDivisionError"),
        ("mysim_exits:answer", "SystemExit: 7"),
    ],
)
def test_a_wrong_name_is_told(tmp_path, name, problem):
    (tmp_path / "mysim_b.py").write_text("def answer(r): return ''\nNUMBER = 3\n")
    (tmp_path / "mysim_exits.py").write_text("import sys\nsys.exit(7)\n")
    (tmp_path / "mysim_broken.py").write_text("1 / 0\n")
    with pytest.raises(SettingsError, match=problem):
        load_function(name, tmp_path)


# ----------------------------------------------------------------------------------- kill


def _record(folder, log, delay):
    """Record what is missing, noting every request before it is answered."""

    async def script(request):
        os.write(log, f"{request.options.seed} {hash(request.messages)}\n".encode())
        await asyncio.sleep(delay())
        return f"answer of {request.options.seed}"

    planned = tuple(simulator(seekers=15, tasks=("bin_pref", "neg_feedback", "rec_request"),
                              asked={"bin_pref": {"asked": 14}}).planned())  # fmt: skip
    assert len(planned) == 300
    with Recorder(folder) as recorder:
        missing = [p for p in planned if not recorder.held.has(p.question.task, p.key)]
        answerer = EngineAnswerer(ScriptedEngine(script, slots=8))
        asyncio.run(collect(missing, answerer, recorder.add, date="2026-11-23"))
        recorder.finish()
    return planned


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_thirty_kills_lose_nothing_but_what_was_in_flight(tmp_path):
    folder, log = tmp_path / "recordings", tmp_path / "asked.txt"
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    rng = random.Random(4)
    held, most_lost = 0, 0
    for _ in range(30):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of fork, from Python 3.12 on
            child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                _record(folder, descriptor, lambda: rng.uniform(0, 0.03))
            os._exit(0)
        before = log.stat().st_size
        deadline = time.monotonic() + 10
        # Somewhere within the first answers of this run, or a little later.
        while log.stat().st_size == before and time.monotonic() < deadline:
            time.sleep(0.0005)
        time.sleep(rng.uniform(0, 0.008))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        now = len(read_recording(folder))
        assert now >= held
        held = now
        lost = len(log.read_text().splitlines()) - held
        most_lost = max(most_lost, lost)
    assert 0 < held < 300, "the kills must come while there is something left to ask"
    planned = _record(folder, descriptor, lambda: 0)
    os.close(descriptor)
    asked = len(log.read_text().splitlines())
    held_now = read_recording(folder)
    assert {p.key for p in planned} == {k for rows in held_now.rows.values() for k in rows}
    assert asked <= 300 + 30 * 8  # at most the eight in flight were asked for again
    for task, rows in held_now.rows.items():
        lines = (folder / f"{task}.jsonl").read_text().splitlines()
        assert len(lines) == len(rows)
        assert all(json.loads(line)["text"].startswith("answer of") for line in lines)
