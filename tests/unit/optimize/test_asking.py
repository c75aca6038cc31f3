"""What was answered is never asked again, whatever ended the run; budgets are kept."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.engines import Options, Reply, ScriptedEngine, parse_engine
from crs_simcheck.errors import (
    BadReplyError,
    EngineError,
    EngineRefusedError,
    EngineUnavailableError,
    InputError,
    PromptTooLongError,
    UnrecordedError,
)
from crs_simcheck.optimize import CALLS_FILE, BudgetError, RecordedCalls
from crs_simcheck.records import Message

OPTIONS = Options(temperature=0.0, num_predict=100)


def say(text):
    return (Message("user", text),)


def echo(request):
    return f"{request.messages[-1].content}!"


def opened(folder, script=echo, **others):
    return RecordedCalls(folder, ScriptedEngine(script), options=OPTIONS, **others)


def never(_request):
    raise AssertionError("asked again")


def test_what_is_recorded_is_not_asked_again(tmp_path):
    with opened(tmp_path) as calls:
        said = calls.ask("backward", say("a"), "items_talk", 1)
        assert (said.text, said.new, said.problem) == ("a!", True, "")
        assert not calls.ask("backward", say("a"), "items_talk", 1).new
        assert calls.asked == calls.calls == 1
    with opened(tmp_path, never) as calls:
        said = calls.ask("backward", say("a"), "items_talk", 1)
        assert (said.text, said.new) == ("a!", False)
        assert (calls.asked, calls.calls) == (0, 1)


def test_every_difference_is_another_request(tmp_path):
    with opened(tmp_path) as calls:
        for role in ("backward", "optimizer", "evaluator"):
            for text in ("a", "b"):
                for step in (1, 2):
                    for repeat in (0, 1):
                        assert calls.ask(role, say(text), step, repeat=repeat).new
        assert calls.calls == 24
    other = RecordedCalls(tmp_path, ScriptedEngine(echo, model="other"), options=OPTIONS)
    with other as calls:
        assert calls.ask("backward", say("a"), 1).new


def test_a_second_try_is_warmer_and_has_a_seed_of_its_own(tmp_path):
    seen = []
    with opened(tmp_path, lambda request: seen.append(request.options) or "x") as calls:
        for repeat in range(3):
            calls.ask("optimizer", say("a"), repeat=repeat)
    assert [one.temperature for one in seen] == [0.0, 0.8, 0.8]
    assert len({one.seed for one in seen}) == 3
    assert {one.num_predict for one in seen} == {100}


def test_each_role_has_its_engine_and_its_name(tmp_path):
    def engine(name):
        return ScriptedEngine(lambda _: name, model=name)

    with RecordedCalls(
        tmp_path, engine("one"), engine("two"), evaluator=engine("three"), options=OPTIONS
    ) as calls:
        assert calls.ask("backward", say("a")).text == "one"
        assert calls.ask("optimizer", say("a")).text == "two"
        assert calls.ask("evaluator", say("a")).text == "three"
        assert calls.name == "scripted:one, scripted:two"
    with RecordedCalls(tmp_path / "b", None, engine("two"), options=OPTIONS) as calls:
        assert {calls.ask(r, say("a")).text for r in ("backward", "optimizer", "evaluator")} == {
            "two"
        }
        assert calls.name == "scripted:two"
    with pytest.raises(InputError, match="no engine is given"):
        RecordedCalls(tmp_path, None)


class OneLoop(ScriptedEngine):
    """An engine that belongs to the loop that first asks it, as live ones do."""

    def __init__(self, script):
        super().__init__(self.checked)
        self.said, self.loop, self.closed = script, None, 0

    def checked(self, request):
        loop = asyncio.get_running_loop()
        assert self.loop in (None, loop)
        self.loop = loop
        return self.said(request)

    async def aclose(self):
        assert asyncio.get_running_loop() is self.loop
        self.closed += 1


def test_an_engine_is_asked_and_closed_in_one_loop(tmp_path):
    engine = OneLoop(echo)
    with RecordedCalls(tmp_path, engine, engine, options=OPTIONS) as calls:
        for text in "abc":
            calls.ask("backward", say(text))
            calls.ask("optimizer", say(text))
    assert engine.closed == 1
    assert engine.loop.is_closed()
    calls.close()
    assert engine.closed == 1


def test_within_a_running_loop_it_says_what_to_do(tmp_path):
    def whole():
        with opened(tmp_path) as calls:
            return calls.ask("backward", say("a")).text

    async def inside():
        with pytest.raises(InputError, match=re.escape("asyncio.to_thread")):
            whole()
        return await asyncio.to_thread(whole)

    assert asyncio.run(inside()) == "a!"


@pytest.mark.parametrize("error", [EngineUnavailableError("late"), EngineRefusedError("no model")])
def test_what_ends_a_run_is_not_recorded(tmp_path, error):
    def fails(_request):
        raise error

    with opened(tmp_path, fails) as calls, pytest.raises(type(error)):
        calls.ask("backward", say("a"))
    with opened(tmp_path) as calls:
        assert calls.ask("backward", say("a")).new


@pytest.mark.parametrize(
    "error, too_long",
    [(BadReplyError("no JSON. At all."), False), (PromptTooLongError("9 tokens"), True)],
)
def test_what_is_no_reply_is_recorded_as_none(tmp_path, error, too_long):
    def fails(_request):
        raise error

    for script, new in ((fails, True), (never, False)):
        with opened(tmp_path, script) as calls:
            said = calls.ask("backward", say("a"))
        assert said.text == ""
        assert str(error).rstrip(".") in said.problem
        assert (said.too_long, said.new) == (too_long, new)


def test_replies_that_are_cut_or_half_read_say_so(tmp_path):
    with opened(tmp_path, lambda _: Reply("half", done_reason="length")) as calls:
        assert calls.ask("backward", say("a")).cut
    with opened(tmp_path / "b", lambda _: Reply("half", truncated=True)) as calls:
        said = calls.ask("backward", say("a"))
        assert (said.text, said.too_long) == ("", True)
        assert "read only a part" in said.problem


def test_calls_are_kept_within_their_number(tmp_path):
    with opened(tmp_path, max_calls=2) as calls:
        calls.ask("backward", say("a"))
        calls.ask("backward", say("b"))
        calls.ask("backward", say("a"))  # recorded: no call
        with pytest.raises(BudgetError, match="2 calls were made, and at most 2"):
            calls.ask("backward", say("c"))
    assert issubclass(BudgetError, EngineError)
    with opened(tmp_path, never, max_calls=2) as calls:
        assert calls.ask("backward", say("b")).text == "b!"
        with pytest.raises(BudgetError):
            calls.ask("backward", say("c"))
    with opened(tmp_path, max_calls=3) as calls:
        assert calls.ask("backward", say("c")).new
    with opened(tmp_path / "none", never, max_calls=0) as calls, pytest.raises(BudgetError):
        calls.ask("backward", say("a"))


@pytest.mark.parametrize("counted", [True, False], ids=["counted", "estimated"])
def test_tokens_are_kept_below_their_number(tmp_path, counted):
    def script(request):
        return Reply("word " * 40, prompt_tokens=7 if counted else None, tokens=50)

    with opened(tmp_path, script, max_tokens=400) as calls:
        with pytest.raises(BudgetError, match="tokens were used and the next call may take"):
            [calls.ask("backward", say(f"Say {number}.")) for number in range(100)]
        assert calls.calls >= 4
        assert calls.tokens <= 400
        if counted:
            assert calls.tokens == 57 * calls.calls
        spent = calls.tokens
    with opened(tmp_path, never) as calls:
        assert calls.tokens == spent


def test_a_line_that_was_cut_is_asked_for_again(tmp_path):
    file = tmp_path / CALLS_FILE
    with opened(tmp_path) as calls:
        for text in "abc":
            calls.ask("backward", say(text))
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    for left in (0, 1, len(lines[2]) // 2, len(lines[2]) - 1):
        file.write_bytes(b"".join(lines[:2]) + lines[2][:left])
        with opened(tmp_path) as calls:
            assert [calls.ask("backward", say(text)).new for text in "abc"] == [False, False, True]
        assert file.read_bytes() == whole


@pytest.mark.parametrize("line", [b"{}", b"nonsense", b"[1]", b'{"request":1}', b"\xff", b"null"])
def test_a_damaged_line_is_named(tmp_path, line):
    with opened(tmp_path) as calls:
        calls.ask("backward", say("a"))
    file = tmp_path / CALLS_FILE
    file.write_bytes(line + b"\n" + file.read_bytes())
    with pytest.raises(InputError, match=r"calls\.jsonl:1: no recorded call"):
        opened(tmp_path).__enter__()
    file.write_bytes(file.read_bytes().split(b"\n", 1)[1])
    with opened(tmp_path, never) as calls:  # the lock was let go
        assert calls.ask("backward", say("a")).text == "a!"


def test_two_runs_do_not_share_a_folder(tmp_path):
    with opened(tmp_path), pytest.raises(InputError, match="another run holds this file"):
        opened(tmp_path).__enter__()
    with opened(tmp_path) as calls:
        calls.ask("backward", say("a"))


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        opened(tmp_path / "x").__enter__()


def test_an_engine_that_is_only_named_replays(tmp_path):
    spec = parse_engine("ollama:tiny")
    with RecordedCalls(tmp_path, spec, options=OPTIONS) as calls:
        assert calls.name == "ollama:tiny:latest"
        with pytest.raises(UnrecordedError, match="ollama:tiny:latest is only named"):
            calls.ask("backward", say("a"))
    engine = ScriptedEngine(echo, model="tiny:latest")
    engine.kind = "ollama"
    with RecordedCalls(tmp_path, engine, options=OPTIONS) as calls:
        calls.ask("backward", say("a"))
    with RecordedCalls(tmp_path, spec, options=OPTIONS) as calls:
        assert calls.ask("backward", say("a")).text == "a!"


@given(st.text(), st.text())
def test_any_text_is_replayed_as_it_was(tmp_path_factory, asked, answered):
    folder = tmp_path_factory.mktemp("calls")
    for script in (lambda _: answered, never):
        with opened(folder, script) as calls:
            assert calls.ask("backward", say(asked)).text == answered


def test_surrogates_and_a_megabyte_are_replayed_as_they_were(tmp_path):
    text = "\ud800\u202e\x00\n" + "a" * 1_000_000
    for script in (lambda _: text, never):
        with opened(tmp_path, script) as calls:
            assert calls.ask("backward", say("\udfff")).text == text


def test_a_row_says_what_was_asked_and_who_answered(tmp_path):
    def script(_request):
        return Reply("x", "stop", 5, 2, digest="sha256:1", server="0.24.0", retries=2)

    with opened(tmp_path, script) as calls:
        calls.ask("backward", say("a"))
    row = json.loads((tmp_path / CALLS_FILE).read_text())
    assert row.pop("request").startswith("sha256:")
    assert row == {
        "role": "backward",
        "engine": "scripted",
        "model": "script",
        "digest": "sha256:1",
        "server": "0.24.0",
        "messages": [{"role": "user", "content": "a"}],
        "text": "x",
        "problem": None,
        "done_reason": "stop",
        "prompt_tokens": 5,
        "tokens": 2,
    }


KILLED = """
    import sys, time
    from tests.unit.optimize.test_asking import echo, opened, say

    with opened(sys.argv[1]) as calls:
        for number in range(10_000):
            calls.ask("backward", say(f"number {number}"))
            print(number, flush=True)
            time.sleep(0.001)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path):
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        with process:
            for line in process.stdout:
                if int(line) >= 20:
                    break
            time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
    with opened(tmp_path, lambda request: f"late {echo(request)}") as calls:
        texts = [calls.ask("backward", say(f"number {n}")).text for n in range(21)]
        assert texts == [f"number {n}!" for n in range(21)]
        rows = calls.calls
    lines = (tmp_path / CALLS_FILE).read_text().splitlines()
    assert len(lines) == len({json.loads(one)["request"] for one in lines}) == rows
