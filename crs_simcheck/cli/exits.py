"""Exit codes. A crash must not look like a drift, so it has a code of its own."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "BAD_INPUT",
    "DRIFTED",
    "FINE",
    "INTERNAL",
    "INTERRUPTED",
    "NO_READER",
    "UNDECIDED",
    "code_of",
]

FINE, DRIFTED, UNDECIDED, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 70, 130
# The reader went before all was said (… | head): what a shell says of a program that this ended.
NO_READER = 141


def code_of(outcomes: Iterable[str]) -> int:
    """Return 1 where anything drifted, else 2 where anything is inconclusive, else 0."""
    found = set(outcomes)
    if "drifted" in found:
        return DRIFTED
    return UNDECIDED if "inconclusive" in found else FINE
