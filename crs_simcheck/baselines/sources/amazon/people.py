"""Who is drawn: the people with the smallest hashes among those who wrote enough.

A hash depends on the id and the seed alone. So the same people are drawn again from the same file,
from its lines in another order or spread over more files, and from a longer file as well, except
those whom newcomers with smaller hashes displace.

What is held does not grow with the number of reviews, nor with the number of people where a number
is drawn: a person whose hash is too large to be among those drawn is dropped, or never taken up.
Most lines are never parsed: the id is found in the bytes of the line.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field

from crs_simcheck.baselines.sources.amazon.formats import (
    Edition,
    Filters,
    NotReadError,
    Review,
    parse,
)

__all__ = ["Marks", "Scan", "Sketch", "seed_key"]

# Above every hash of a person, and below every one.
_TOP, _BOTTOM = b"\xff" * 9, b""
# People that are followed at once where not everybody is: enough that among them, as a rule, as
# many as are drawn wrote enough. Where they are not, the files are read once more for the next.
_WINDOW_LEAST, _WINDOW_TIMES = 1 << 15, 16
# How many times as many may be held before those who are too many are dropped.
_SLACK = 1.25

Marks = dict[bytes, list[int]]
"""Hash of a person → sorted marks of reviews, see ``Review.mark``."""


def seed_key(seed: int) -> bytes:
    """Return the key of every hash of a draw."""
    return hashlib.blake2b(str(seed).encode(), digest_size=16).digest()


class Sketch:
    """The people with the smallest hashes so far, each with the smallest marks of their reviews.

    Parameters
    ----------
    wanted:
        How many people are drawn; None is all.
    least:
        Different reviews that a person must have written.
    kept:
        Marks that are kept of a person.
    above:
        Only people whose hash is larger than this are followed.
    window:
        Most people that are followed at once; a quarter more are for a moment.
    """

    def __init__(
        self,
        wanted: int | None,
        *,
        least: int,
        kept: int,
        above: bytes = _BOTTOM,
        window: int | None = None,
    ) -> None:
        self.above, self.below = above, _TOP
        self._wanted, self._least, self._kept = wanted, least, max(kept, least)
        self._window = window or max(_WINDOW_LEAST, _WINDOW_TIMES * (wanted or 1))
        self._people: Marks = {}
        self._check = self._next(wanted or 1)

    def __len__(self) -> int:
        """Return the number of people that are followed."""
        return len(self._people)

    def add(self, person: bytes, mark: int) -> None:
        """Take in a review of a person whose hash is between ``above`` and ``below``."""
        marks = self._people.get(person)
        if marks is None:
            self._people[person] = [mark]
            if self._wanted is not None and len(self._people) > self._check:
                self._tighten(self._wanted)
        else:
            insert(marks, mark, self._kept)

    def _tighten(self, wanted: int) -> None:
        """Drop those who cannot be drawn any more: many enough before them wrote enough."""
        ordered = sorted(self._people)
        ready = [p for p in ordered if len(self._people[p]) >= self._least]
        if len(ready) >= wanted:
            last = ready[wanted - 1]
        elif len(ordered) > self._window:
            last = ordered[self._window - 1]
        else:
            last = None
        if last is not None:
            self.below = last + b"\0"
            self._people = {p: self._people[p] for p in ordered if p < self.below}
        self._check = self._next(wanted)

    def _next(self, wanted: int) -> int:
        """Return at how many people it is worth while to look who can be dropped."""
        return int(_SLACK * min(max(len(self._people), 2 * wanted), self._window)) + 1

    def drawn(self) -> Marks:
        """Return those who are drawn of the people that were followed, in order of hashes."""
        if self._wanted is not None:
            self._tighten(self._wanted)
        ready = (p for p in sorted(self._people) if len(self._people[p]) >= self._least)
        return {p: self._people[p] for p in ready}

    @property
    def everybody(self) -> bool:
        """Whether nobody above ``above`` was dropped."""
        return self.below == _TOP


def insert(marks: list[int], mark: int, kept: int) -> bool:
    """Put a mark among the smallest; return whether it is new and stays."""
    place = bisect.bisect_left(marks, mark)
    if place >= kept or (place < len(marks) and marks[place] == mark):
        return False
    marks.insert(place, mark)
    del marks[kept:]
    return True


@dataclass(slots=True)
class Scan:
    """Reads lines, and parses those whose writer may be wanted.

    Parameters
    ----------
    problem:
        Number of the first line that holds no review, and what is wrong with it.
    lines, looked, failed:
        Lines that there are, those that were parsed, and those of these that hold no review. A
        line of somebody who is not wanted is not looked at.
    """

    edition: Edition
    filters: Filters
    seed: bytes
    problem: tuple[int, str] | None = None
    lines: int = 0
    looked: int = 0
    failed: int = 0
    _opening: bytes = field(default=b"", init=False)

    def __call__(
        self,
        blocks: Iterable[list[bytes]],
        wanted: Callable[[], tuple[bytes, bytes]],
        among: Container[bytes] | None = None,
    ) -> Iterator[tuple[bytes, Review, bytes]]:
        """Yield (hash of the person, review, line) of reviews that count.

        Parameters
        ----------
        wanted:
            Returns the two hashes between which people are wanted, the second not included; asked
            again after every review.
        among:
            People who are wanted, where they are known.
        """
        start = hashlib.blake2b(digest_size=8, key=self.seed)
        name = f'"{self.edition.person}"'.encode()
        above, below = wanted()
        for lines in blocks:
            opening = self._spelling(name, lines)
            width = len(opening)
            for number, line in enumerate(lines, self.lines + 1):
                at = line.find(opening)
                if at >= 0:
                    end = line.find(b'"', at + width)
                    person = line[at + width : end]
                    # A second field of that name, or an escaped sign: parse, to be sure.
                    if end > 0 and b"\\" not in person and line.find(name, end) < 0:
                        one = start.copy()
                        one.update(person)
                        digest = one.digest()
                        if not above < digest < below:
                            continue
                        if among is not None and digest not in among:
                            continue
                if not line or line.isspace():
                    continue
                review = self._review(line, number)
                if review is None:
                    continue
                one = start.copy()
                one.update(review.person.encode("utf-8", "surrogatepass"))
                digest = one.digest()
                if not above < digest < below or (among is not None and digest not in among):
                    continue
                if self.filters.take(review):
                    yield digest, review, line
                    above, below = wanted()
            self.lines += len(lines)

    def _spelling(self, name: bytes, lines: list[bytes]) -> bytes:
        """Return how the field of the person is spelt here, with or without a space."""
        if not self._opening or not any(self._opening in line for line in lines[:3]):
            spaced = name + b': "'
            tight = name + b':"'
            self._opening = tight if any(tight in line for line in lines[:3]) else spaced
        return self._opening

    def _review(self, line: bytes, number: int) -> Review | None:
        self.looked += 1
        try:
            return parse(line, self.edition)
        except NotReadError as error:
            self.failed += 1
            if self.problem is None:
                self.problem = (number, str(error))
            return None
