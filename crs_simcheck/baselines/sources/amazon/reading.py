"""Reading large files of reviews: who is drawn, then what those people wrote."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crs_simcheck.baselines.progress import Steps, progress
from crs_simcheck.baselines.sources.amazon.formats import (
    Edition,
    Filters,
    Review,
    parse,
)
from crs_simcheck.baselines.sources.amazon.people import Marks, Scan, Sketch, insert, seed_key
from crs_simcheck.baselines.sources.stream import line_blocks
from crs_simcheck.errors import EmptyInputError, InputError

__all__ = ["Draw", "Kept", "draw", "keep"]

# A few odd lines are left out and told of; more of them, and it is another file.
_ODD_LINES, _ODD_SHARE = 20, 0.01


@dataclass(frozen=True, slots=True)
class Draw:
    """Whose reviews are drawn from which files.

    Parameters
    ----------
    people:
        How many people, or None for all.
    least, most:
        Different reviews that a person must have written, and how many of them are kept.
    window:
        As in :class:`Sketch`.
    """

    files: tuple[Path, ...]
    edition: Edition
    filters: Filters
    seed: int = 0
    people: int | None = 2_000
    least: int = 1
    most: int = 5
    window: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the line of a review stands in the file that they are put by in."""

    offset: int
    length: int
    key: str


@dataclass(frozen=True)
class Kept:
    """The reviews of those who are drawn, put by in a file without a name.

    Nothing is left of the file when the process ends, however it ends.
    """

    edition: Edition
    marks: Marks
    file: IO[bytes]
    places: dict[tuple[bytes, int], _Place]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the products that the reviews are of."""
        return frozenset(place.key for place in self.places.values() if place.key)

    def reviews(self) -> Iterator[tuple[bytes, Review]]:
        """Yield (hash of the person, review), in the order of hashes; can be called once."""
        with self.file as file:
            for person, marks in self.marks.items():
                for mark in marks:
                    place = self.places[person, mark]
                    file.seek(place.offset)
                    yield person, parse(file.read(place.length), self.edition)


def draw(of: Draw) -> tuple[Marks, str]:
    """Return those who are drawn with the marks of their reviews, and a note on odd lines or "".

    Raises
    ------
    InputError
        A file cannot be read, or holds too many lines that are no review.
    EmptyInputError
        Nobody is left.
    """
    found: Marks = {}
    above = b""
    while True:
        wanted = None if of.people is None else of.people - len(found)
        sketch = Sketch(wanted, least=of.least, kept=of.most, above=above, window=of.window)
        note = ""
        for digest, review in _scanned(of, sketch):
            if isinstance(review, str):
                note = review
            else:
                sketch.add(digest, review.mark(seed_key(of.seed)))
        for person, marks in sketch.drawn().items():
            found[person] = marks[: of.most]
        if wanted is None or len(found) == of.people or sketch.everybody:
            break
        above = sketch.below[:-1]
    if not found:
        raise EmptyInputError(
            "nobody is left whose reviews could be counted",
            path=of.files[0],
            fix="check the kind, or ask for less: --min-reviews, --verified, --language, "
            "--since, --until",
        )
    return found, note


def _scanned(of: Draw, sketch: Sketch) -> Iterator[tuple[bytes, Review | str]]:
    """Yield the reviews of all files, and at the end a note where lines were left out."""
    scan = Scan(of.edition, of.filters, seed_key(of.seed))
    with progress("reading: who is drawn", _size(of.files)) as steps:
        for digest, review, _ in scan(_all(of.files, steps), lambda: (sketch.above, sketch.below)):
            yield digest, review
    note = _checked(scan, of)
    if note:
        yield b"", note


def keep(of: Draw, drawn: Marks) -> Kept:
    """Put the reviews of those who are drawn by; ``most`` of each."""
    key = seed_key(of.seed)
    marks: Marks = {person: [] for person in drawn}
    places: dict[tuple[bytes, int], _Place] = {}
    file = tempfile.TemporaryFile(prefix="crs-simcheck-")  # noqa: SIM115 - closed when read
    scan = Scan(of.edition, of.filters, key)
    end = 0
    ends = (b"", max(drawn) + b"\0")
    with progress("reading: what they wrote", _size(of.files)) as steps:
        for person, review, line in scan(_all(of.files, steps), lambda: ends, drawn):
            mark = review.mark(key)
            mine = marks[person]
            last = mine[-1] if len(mine) == of.most else None
            if insert(mine, mark, of.most):
                if last is not None:
                    del places[person, last]
                file.write(line)
                places[person, mark] = _Place(end, len(line), review.key)
                end += len(line)
    return Kept(of.edition, marks, file, places)


def _size(files: Sequence[Path]) -> float:
    try:
        return float(sum(path.stat().st_size for path in files))
    except OSError:  # opening it says in words what is wrong
        return 0.0


def _all(files: Sequence[Path], steps: Steps) -> Iterator[list[bytes]]:
    for path in files:
        yield from line_blocks(path, steps.add)


def _checked(scan: Scan, of: Draw) -> str:
    """Return what to say about lines that hold no review; raise where there are too many."""
    if scan.problem is None:
        return ""
    line, problem = scan.problem
    many = scan.failed > max(_ODD_LINES, _ODD_SHARE * scan.looked)
    if many or scan.failed == scan.looked:
        raise InputError(
            f"{scan.failed:,} of {scan.looked:,} lines hold no review of the edition "
            f"'{of.edition.name}'; the first: {problem}",
            path=of.files[0],
            line=line if len(of.files) == 1 else None,
            fix="check that this is the right file and the right --kind",
        )
    where = f"line {line}" if len(of.files) == 1 else f"line {line} of all"
    return f"{scan.failed:,} lines hold no review and were left out; the first, {where}: {problem}"
