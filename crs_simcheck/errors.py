"""Every error that crs-simcheck raises on purpose.

    SimcheckError                 base: something a caller can act on
    ├── InputError                bad input: names file, line and field where they are known
    │   ├── SettingsError         simcheck.toml cannot be used as it stands
    │   ├── EmptyInputError       the input is readable but holds nothing to measure
    │   ├── InstrumentError       two groups were read by different instruments
    │   └── UnrecordedError       a replay needs answers that were never recorded
    ├── EngineError               an engine gave no answer that can be used
    │   ├── EngineUnavailableError    it may pass: refused, reset, busy, too slow; retries are over
    │   ├── EngineRefusedError        it cannot pass: no such model, no such option, no access
    │   │   └── PromptTooLongError    the prompt does not fit into the model's context
    │   └── BadReplyError             it answered, and not with an answer; retries are over
    └── UnknownNameError          a name (baseline, metric, task, …) that does not exist

A message says what was found, what is needed, and the likely fix. None of them is raised for a
statistic that does not exist: that is an ``inconclusive`` verdict, not an error.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

__all__ = [
    "BadReplyError",
    "EmptyInputError",
    "EngineError",
    "EngineRefusedError",
    "EngineUnavailableError",
    "InputError",
    "InstrumentError",
    "PromptTooLongError",
    "SettingsError",
    "SimcheckError",
    "UnknownNameError",
    "UnrecordedError",
    "known_names",
    "nearest_name",
    "shown_path",
]

_MOST_NAMES = 60  # that a message lists


class SimcheckError(Exception):
    """Base of every error that crs-simcheck raises on purpose."""


class InputError(SimcheckError):
    """Input that cannot be used: says where (file, line, field), what was found and what is needed.

    Parameters
    ----------
    problem:
        What was found and what is needed, in one sentence.
    path, line, field:
        Where. ``line`` counts from 1; ``field`` is the key or column.
    fix:
        What the reader most likely should do, as a short imperative.
    """

    def __init__(
        self,
        problem: str,
        *,
        path: str | Path | None = None,
        line: int | None = None,
        field: str | None = None,
        fix: str | None = None,
    ) -> None:
        self.problem = problem
        self.path = None if path is None else str(path)
        self.line = line
        self.field = field
        self.fix = fix
        place = ""
        if path is not None:
            shown = shown_path(path)
            place = shown if line is None else f"{shown}:{line}"
        if field is not None:
            place = f"{place}: field '{field}'" if place else f"field '{field}'"
        message = f"{place}: {problem}" if place else problem
        if fix:
            message = f"{message} ({fix})"
        super().__init__(message)


class SettingsError(InputError):
    """``simcheck.toml`` (or ``[tool.crs-simcheck]``) cannot be used as it stands."""


class EmptyInputError(InputError):
    """The input was read, and there is nothing in it to measure."""


class InstrumentError(InputError):
    """Two groups were read by different instruments, so their figures cannot be compared."""


class UnrecordedError(InputError):
    """A replay needs answers that no recording holds; the message says what changed."""


class EngineError(SimcheckError):
    """An engine gave no answer that can be used; keys never stand in the message."""


class EngineUnavailableError(EngineError):
    """What may pass did not: refused, reset, busy or too slow until the retries were over."""


class EngineRefusedError(EngineError):
    """What cannot pass: no such model, a request that the server refuses, no access."""


class PromptTooLongError(EngineRefusedError):
    """The prompt does not fit into the model's context; other requests may."""


class BadReplyError(EngineError):
    """The engine answered, but not with an answer, until the retries were over."""


class UnknownNameError(SimcheckError):
    """A name that does not exist; the message offers the nearest one and lists the known ones.

    Parameters
    ----------
    kind:
        What the name stands for, in words: ``"metric"``, ``"baseline"``.
    name:
        What was asked for.
    known:
        The names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(known))
        near = nearest_name(name, self.known)
        message = f"unknown {kind} '{name}'"
        if near is not None:
            message += f"; did you mean '{near}'?"
        listing = ", ".join(self.known[:_MOST_NAMES]) if self.known else "none"
        if len(self.known) > _MOST_NAMES:
            listing += f" and {len(self.known) - _MOST_NAMES:,} more"
        message += f" (known: {listing})"
        if hint:
            message += f" {hint}"
        super().__init__(message)


def shown_path(path: str | Path) -> str:
    """Return a path as messages show it: from the working directory where it lies beneath it."""
    try:
        shown = Path(path).relative_to(Path.cwd())
    except (ValueError, OSError):
        return str(path)
    return str(path) if shown == Path() else str(shown)


def known_names(name: str, known: Iterable[str]) -> str:
    """Return the fix of a name that does not exist: the nearest one, or all that there are."""
    known = tuple(known)
    near = nearest_name(name, known)
    return f"did you mean '{near}'?" if near else f"known: {', '.join(known)}"


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like ``name``, or None where none is alike."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
