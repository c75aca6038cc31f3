"""What a run of optimize may spend, and what it has spent: requests, tokens, minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crs_simcheck.engines import Reply
from crs_simcheck.optimize import BudgetError, RecordedCalls, most_tokens_of
from crs_simcheck.prompts import Prompt, tokens_upper_bound
from crs_simcheck.recordings import read_recording
from crs_simcheck.simulator import Planned

__all__ = ["Budget", "Limits", "Spent"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a run may spend; None for no limit.

    Parameters
    ----------
    calls:
        Requests of the simulator's engine, whenever they were made.
    tokens:
        Of all engines but a judge's, prompts and answers, whenever they were used.
    minutes:
        Of this command.
    """

    calls: int | None = None
    tokens: int | None = None
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has spent so far: of the simulator's engine, and of those that rewrite or rate."""

    calls: int
    tokens: int
    edit_calls: int
    edit_tokens: int

    def __str__(self) -> str:
        text = f"{self.calls:,} requests of the simulator's engine, {self.tokens:,} tokens"
        if not self.edit_calls:
            return text
        return f"{text}; {self.edit_calls:,} of the editor's, {self.edit_tokens:,} tokens"


class Budget:
    """Counts what is spent, and says where a limit is reached.

    Parameters
    ----------
    folder:
        Of the run; what is recorded there counts, whenever it was asked.
    clock:
        Seconds, from any beginning.
    """

    def __init__(
        self, limits: Limits, folder: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits = limits
        self.editing: RecordedCalls | None = None
        self._folder, self._clock = folder, clock
        self._began = clock()
        self._calls, self._tokens = _recorded(folder)
        self._asking = 0  # requests that are not answered yet
        self._each = 0  # most tokens of one request
        self._prompt = ""
        self._why = ""

    @property
    def spent(self) -> Spent:
        """What was spent until now."""
        edit = self.editing
        return Spent(
            self._calls, self._tokens, edit.calls if edit else 0, edit.tokens if edit else 0
        )

    @property
    def minutes(self) -> float:
        """How long this command has run."""
        return (self._clock() - self._began) / 60

    def begin(self, prompt: Prompt) -> None:
        """Note that requests with this prompt come next.

        Raises
        ------
        BudgetError
            Not one of them may be made.
        """
        self._asking, self._prompt = 0, prompt.content
        if not self._may(1, 0):
            self.stop()

    def go_on(self, planned: Planned) -> bool:
        """Tell whether a request of the simulator's engine may be made; it then is."""
        most = 0 if self.limits.tokens is None else most_tokens_of(planned.request)
        self._each = max(self._each, most)
        if self._why or not self._may(self._asking + 1, (self._asking + 1) * self._each):
            return False
        self._asking += 1
        return True

    def count(self, reply: Reply | None) -> None:
        """Count an answer of the simulator's engine, or a request that got none."""
        self._asking = max(0, self._asking - 1)
        if reply is not None:
            self._calls += 1
            self._tokens += _tokens_of(reply.prompt_tokens, reply.tokens, reply.text, self._prompt)

    def before_edit(self, tokens: int) -> None:
        """Raise where an editor's request, which may take so many tokens, may not be made.

        Raises
        ------
        BudgetError
            A limit is reached.
        """
        if not self._may(0, tokens):
            self.stop()

    def stop(self) -> None:
        """Raise what says which limit is reached.

        Raises
        ------
        BudgetError
            Always.
        """
        raise BudgetError(f"{self._why}; spent so far: {self.spent}")

    def _may(self, calls: int, tokens: int) -> bool:
        limits, spent = self.limits, self.spent
        used = spent.tokens + spent.edit_tokens
        if limits.calls is not None and spent.calls + calls > limits.calls:
            self._why = f"at most {limits.calls:,} requests are allowed (--max-calls)"
        elif limits.tokens is not None and used + tokens > limits.tokens:
            self._why = f"at most {limits.tokens:,} tokens are allowed (--max-tokens)"
        elif limits.minutes is not None and self.minutes >= limits.minutes:
            self._why = f"at most {limits.minutes:g} minutes are allowed (--max-minutes)"
        return not self._why


def _recorded(folder: Path) -> tuple[int, int]:
    """Return how many answers are recorded, and of how many tokens."""
    calls = tokens = 0
    for place in sorted((folder / "answers").glob("*")):
        for task, rows in read_recording(place).rows.items():
            file = folder / "prompts" / place.name / f"{task}.md"
            prompt = file.read_text(encoding="utf-8") if file.is_file() else ""
            calls += len(rows)
            tokens += sum(_of_row(row, prompt) for row in rows.values())
    return calls, tokens


def _of_row(row: Mapping[str, Any], prompt: str) -> int:
    found = row.get("meta")
    meta = found if isinstance(found, Mapping) else {}
    return _tokens_of(
        _whole(meta.get("prompt_tokens")),
        _whole(meta.get("tokens")),
        str(row.get("text", "")),
        prompt,
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _tokens_of(prompt_tokens: int | None, tokens: int | None, text: str, prompt: str) -> int:
    """Return the tokens of a request and its answer; estimated where the engine did not say."""
    asked = tokens_upper_bound(prompt) if prompt_tokens is None else prompt_tokens
    return asked + (tokens_upper_bound(text) if tokens is None else tokens)
