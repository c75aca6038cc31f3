"""Asking a model about prompts: one request at a time, each reply written down at once.

What is recorded is never asked again, so a run that was cut off goes on where it stopped, and the
same run a second time asks nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from crs_simcheck.engines import Engine, EngineSpec, Options, Reply, Request
from crs_simcheck.errors import (
    BadReplyError,
    EngineError,
    InputError,
    PromptTooLongError,
    UnrecordedError,
)
from crs_simcheck.jsonl import format_line
from crs_simcheck.optimize.call_file import CallFile
from crs_simcheck.prompts import tokens_upper_bound
from crs_simcheck.recordings import request_key, seed_of
from crs_simcheck.records import Message

__all__ = ["CALLS_FILE", "BudgetError", "RecordedCalls", "Role", "Said", "most_tokens_of"]

CALLS_FILE = "calls.jsonl"

Role = Literal["backward", "optimizer", "evaluator"]
_AGAIN_TEMPERATURE = 0.8  # the same request would only give the same reply


class BudgetError(EngineError):
    """As many calls were made, or tokens used, as are allowed."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said.

    Parameters
    ----------
    text:
        Empty where there is a problem.
    problem:
        Why there is no reply that could be read, in a sentence.
    cut:
        Whether the reply ended because it was too long.
    too_long:
        Whether the request did not fit into the model's context; so will none like it.
    new:
        Whether it was asked for now; False of what is recorded.
    """

    text: str
    problem: str = ""
    cut: bool = False
    too_long: bool = False
    new: bool = False


class RecordedCalls:
    """Asks engines or returns what they said before; a context manager.

    It runs an event loop of its own, since an engine belongs to the loop that first asks it. The
    engines are its own from then on: they are closed with it.

    Parameters
    ----------
    folder:
        Where ``calls.jsonl`` lies; made where it is missing. One process at a time.
    backward, optimizer, evaluator:
        Who says what to improve, who rewrites, and who scores. None of the first two stands for
        the other; the evaluator is the backward engine where none is given. One that is only named
        (an ``EngineSpec``) replays what is recorded.
    options:
        Of every request, but for the seed, which follows from its seed and what is asked.
    max_calls, max_tokens:
        How many requests may be recorded in this folder, and of how many tokens, prompts included.
        A request that could exceed them is not made.
    before:
        Is told of each request, before it is made, how many tokens it may take; raises
        :class:`BudgetError` where it may not be made.

    Attributes
    ----------
    asked:
        How many requests this object made.

    Raises
    ------
    InputError
        Where the file is damaged, or another process holds it.
    """

    def __init__(
        self,
        folder: str | Path,
        backward: Engine | EngineSpec | None,
        optimizer: Engine | EngineSpec | None = None,
        *,
        evaluator: Engine | EngineSpec | None = None,
        options: Options | None = None,
        max_calls: int | None = None,
        max_tokens: int | None = None,
        before: Callable[[int], object] | None = None,
    ) -> None:
        self.folder = Path(folder)
        first = backward if backward is not None else optimizer
        second = optimizer if optimizer is not None else backward
        if first is None or second is None:
            raise InputError("no engine is given", fix="give one to say what to improve")
        self._engines: Mapping[Role, Engine | EngineSpec] = {
            "backward": first,
            "optimizer": second,
            "evaluator": evaluator if evaluator is not None else first,
        }
        self.options = options or Options(temperature=0.0, num_ctx=8192, num_predict=2048)
        self.max_calls = max_calls
        self.max_tokens = max_tokens
        self.before = before
        self.asked = 0
        self._runner: asyncio.Runner | None = None
        self._file = CallFile(self.folder / CALLS_FILE)

    def __enter__(self) -> RecordedCalls:
        """Read what is recorded."""
        self._file.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the engines and the file."""
        self.close()

    def close(self) -> None:
        """Close the engines and the file; what is recorded stays."""
        if self._runner is not None:
            _check_no_loop()
        runner, self._runner = self._runner, None
        try:
            if runner is not None:
                with runner:
                    for engine in {id(e): e for e in self._engines.values()}.values():
                        if not isinstance(engine, EngineSpec):
                            runner.run(engine.aclose())
        finally:
            self._file.close()

    @property
    def name(self) -> str:
        """Who is asked, for reports."""
        first, second = (_name(self._engines[role]) for role in ("backward", "optimizer"))
        return first if first == second else f"{first}, {second}"

    @property
    def calls(self) -> int:
        """How many requests are recorded, whenever they were made."""
        return len(self._file.rows)

    @property
    def tokens(self) -> int:
        """How many tokens these have, replies included; estimated where nobody said."""
        return sum(map(_tokens_of, self._file.rows.values()))

    def ask(self, role: Role, messages: Sequence[Message], *about: object, repeat: int = 0) -> Said:
        """Return what a model says to some messages, asked or recorded.

        Parameters
        ----------
        about:
            What the request is for, so that its seed is its own: task, section, step.
        repeat:
            Which of several tries it is; from the second on the temperature is raised.

        Raises
        ------
        BudgetError
            Where nothing more may be asked.
        EngineError
            Where nothing more can be asked: nothing is recorded of this request then.
        UnrecordedError
            Where the engine is only named, and this request is not recorded.
        """
        engine = self._engines[role]
        heat = self.options.temperature
        options = replace(
            self.options,
            seed=seed_of(self.options.seed, "optimize", role, *about, repeat),
            temperature=heat if repeat == 0 else max(heat, _AGAIN_TEMPERATURE),
        )
        asked = {**options.as_json(), "role": role}
        key = request_key(engine.kind, engine.model, asked, messages, repeat)
        self._file.open()
        row = self._file.rows.get(key)
        if row is not None:
            return _said(row, new=False)
        if isinstance(engine, EngineSpec):
            raise UnrecordedError(
                f"the {role} engine {engine.name} is only named, and this request is not recorded",
                path=self._file.path,
                fix="run it with the engine at hand",
            )
        request = Request(tuple(messages), options)
        self._check_budget(request)
        row = self._row(key, role, engine, request)
        self._file.add(row)
        return _said(row, new=True)

    def _row(self, key: str, role: Role, engine: Engine, request: Request) -> dict[str, Any]:
        """Ask, and return what is to be written down."""
        problem = ""
        try:
            reply = self._answer(engine, request)
        except (BadReplyError, PromptTooLongError) as error:
            reply = Reply("")
            problem = f"{type(error).__name__}: {str(error)[:300]}"
        else:
            if reply.truncated:
                problem = "truncated: the server read only a part of the request"
        row = {
            "request": key,
            "role": role,
            "engine": engine.kind,
            "model": engine.model,
            "digest": reply.digest,
            "server": reply.server,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            "text": reply.text,
            "problem": problem or None,
            "done_reason": reply.done_reason,
            "prompt_tokens": reply.prompt_tokens,
            "tokens": reply.tokens,
        }
        # What is returned is what a later run would read.
        found: dict[str, Any] = json.loads(format_line(row))
        return found

    def _answer(self, engine: Engine, request: Request) -> Reply:
        _check_no_loop()
        if self._runner is None:
            self._runner = asyncio.Runner()
        self.asked += 1
        return self._runner.run(engine.answer(request))

    def _check_budget(self, request: Request) -> None:
        if self.max_calls is not None and self.calls >= self.max_calls:
            raise BudgetError(
                f"{self.calls:,} calls were made, and at most {self.max_calls:,} are allowed; "
                "the same command with more of them goes on from here"
            )
        if self.max_tokens is None and self.before is None:
            return
        most = most_tokens_of(request)
        if self.before is not None:
            self.before(most)
        if self.max_tokens is not None and self.tokens + most > self.max_tokens:
            raise BudgetError(
                f"{self.tokens:,} tokens were used and the next call may take {most:,}; at most "
                f"{self.max_tokens:,} are allowed; the same command with more of them goes on "
                "from here"
            )


def most_tokens_of(request: Request) -> int:
    """Return how many tokens a request and its answer may have, by an upper estimate."""
    prompt = sum(tokens_upper_bound(message.content) for message in request.messages)
    return prompt + request.options.num_predict


def _check_no_loop() -> None:
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        raise InputError(
            "an engine cannot be asked from within a running event loop",
            fix="run all of it in a thread: await asyncio.to_thread(…)",
        )


def _name(engine: Engine | EngineSpec) -> str:
    return engine.name if isinstance(engine, EngineSpec) else f"{engine.kind}:{engine.model}"


def _said(row: Mapping[str, Any], *, new: bool) -> Said:
    problem = row["problem"] or ""
    kind, _, why = problem.partition(": ")
    return Said(
        "" if problem else row["text"],
        why and f"The model gave no reply: {why}.".replace("..", "."),
        cut=row["done_reason"] == "length",
        too_long=kind in (PromptTooLongError.__name__, "truncated"),
        new=new,
    )


def _tokens_of(row: Mapping[str, Any]) -> int:
    prompt, reply = row["prompt_tokens"], row["tokens"]
    if prompt is None:
        prompt = sum(tokens_upper_bound(m["content"]) for m in row["messages"])
    return int(prompt) + int(tokens_upper_bound(row["text"]) if reply is None else reply)
