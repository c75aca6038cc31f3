"""Which seekers serve what: to tune on, to choose by, for the report; batches, cohorts and folds.

All by hashes of their ids, so that nobody's place hangs on who else there is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from crs_simcheck.errors import InputError

__all__ = [
    "FOLDS",
    "MOST_COHORTS",
    "Part",
    "batch_of",
    "cohorts_of",
    "folds_of",
    "most_in_cohorts",
    "part_of",
    "split",
]

Part = Literal["train", "validation", "test"]
FOLDS = 10
"""Groups of seekers, each of which is left out once, to see how sure a difference is."""

_SHARES = (0.4, 0.7)  # train below, test from the second on
MOST_COHORTS = 4


def part_of(seeker: str, seed: int = 0) -> Part:
    """Return whether a seeker is there to tune prompts on, to choose by, or for the report.

    By a hash of the id: 40, 30 and 30 %, whoever else there is.
    """
    place = int.from_bytes(_digest(f"{seed} part {seeker}")[:8], "big") / 2**64
    if place < _SHARES[0]:
        return "train"
    return "validation" if place < _SHARES[1] else "test"


def split(seekers: Iterable[str], seed: int, least: int) -> Mapping[Part, Sequence[str]]:
    """Return the seekers of each part.

    Raises
    ------
    InputError
        Where one of the three has fewer than ``least``.
    """
    parts: dict[Part, list[str]] = {"train": [], "validation": [], "test": []}
    for seeker in sorted(set(seekers)):
        parts[part_of(seeker, seed)].append(seeker)
    for part, those in parts.items():
        if len(those) < least:
            raise InputError(
                f"{len(those)} seekers for {part}; at least {least} are needed",
                fix="give about a hundred profiles or more: they are split in three",
            )
    return parts


def batch_of(train: Sequence[str], size: int, seed: int, which: int) -> list[str]:
    """Return the seekers that one look at a prompt takes; ``which`` says which draw it is."""
    return sorted(_drawn(train, seed, which)[:size])


def cohorts_of(
    train: Sequence[str], size: int, seed: int, most: int = MOST_COHORTS
) -> list[tuple[str, ...]]:
    """Return groups of so many seekers, none in two of them; one of fewer where there are fewer."""
    drawn = _drawn(train, seed, 0)
    count = min(_cohorts(len(drawn), size), max(1, most))
    return [tuple(sorted(drawn[k * size : (k + 1) * size])) for k in range(count)]


def most_in_cohorts(train: int, size: int) -> int:
    """Return how many seekers the cohorts of so many have together."""
    return min(train, _cohorts(train, size) * size)


def _cohorts(train: int, size: int) -> int:
    return min(max(1, train // size), MOST_COHORTS)


def folds_of(seekers: Sequence[str]) -> list[frozenset[str]]:
    """Return tenths of seekers."""
    folds: list[set[str]] = [set() for _ in range(FOLDS)]
    for place, seeker in enumerate(sorted(seekers)):
        folds[place % FOLDS].add(seeker)
    return [frozenset(fold) for fold in folds if fold]


def _drawn(seekers: Sequence[str], seed: int, which: int) -> list[str]:
    return sorted(seekers, key=lambda seeker: _digest(f"{seed} batch {which} {seeker}"))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
