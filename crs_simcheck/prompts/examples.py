"""Examples of people's answers, drawn for one request by a hash: for the configuration ``icl``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.catalogue.normalise import normalise_title, split_year
from crs_simcheck.instruments.yesno import read_yes_no
from crs_simcheck.records import Response, TaskName

__all__ = ["ANSWER_CHARS", "Examples", "hash_of", "mixed", "shortened", "text_of", "title_key"]

ANSWER_CHARS = 400
"""An example's answer is cut to this many characters."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The examples of one task; ``hashes`` has one number for each, from what it says alone."""

    rows: tuple[Response, ...]
    items: tuple[str, ...]
    hashes: NDArray[np.uint64]


class Examples:
    """Answers of people that may be shown as examples. Not changed after it was made.

    Left out are empty answers, what says the same as another (same task, seeker, item and text),
    and answers to ``bin_pref`` that are neither yes nor no where no stars say it either.

    Parameters
    ----------
    rows:
        The answers, in any order: it means nothing.
    like_at:
        Least stars that mean Yes in ``bin_pref``, where the text is no Yes or No.
    """

    def __init__(self, rows: Iterable[Response] = (), *, like_at: float = 3.5) -> None:
        self._tasks: dict[TaskName, _Rows] = {}
        self._like_at = like_at
        by_task: dict[TaskName, dict[int, Response]] = {}
        for row in rows:
            if self._answer(row):
                key = hash_of(row.seeker, _label(row), row.text)
                by_task.setdefault(row.task, {}).setdefault(key, row)
        for task, found in by_task.items():
            ordered = sorted(found)
            self._tasks[task] = _Rows(
                tuple(found[key] for key in ordered),
                tuple(title_key(_label(found[key])) for key in ordered),
                np.array(ordered, dtype=np.uint64),
            )

    def __len__(self) -> int:
        return sum(len(found.rows) for found in self._tasks.values())

    @property
    def tasks(self) -> tuple[TaskName, ...]:
        """The tasks that there are examples of."""
        return tuple(self._tasks)

    def draw(
        self, task: TaskName, seeker: str, item: str, *, seed: int = 0, k: int = 3
    ) -> tuple[Response, ...]:
        """Return up to ``k`` examples for one request.

        None is the seeker's own. None is about ``item`` unless all others' are, and no two are of
        one person while there are others. Which ones is a function of (seed, seeker, task, item)
        and of each example by itself: one more takes the place of one other at most (unless it is
        the first that is not about ``item``).
        """
        found = self._tasks.get(task)
        if found is None:
            return ()
        order = np.argsort(
            mixed(found.hashes, hash_of(str(seed), seeker, task, item)), kind="stable"
        )
        others = (place for place in order.tolist() if found.rows[place].seeker != seeker)
        own = title_key(item)
        if own and any(
            item_key != own and row.seeker != seeker
            for item_key, row in zip(found.items, found.rows, strict=True)
        ):
            others = (place for place in others if found.items[place] != own)
        return tuple(found.rows[place] for place in _of_different(others, found.rows, k))

    def shown(self, row: Response) -> str:
        """Return an example's answer as a prompt shows it, cut to ``ANSWER_CHARS``."""
        return self._answer(row)

    def _answer(self, row: Response) -> str:
        if row.task == "bin_pref":
            said = read_yes_no(row.text)
            if said is None and row.rating is not None:
                said = row.rating >= self._like_at
            return "" if said is None else "Yes" if said else "No"
        if row.task == "items_talk":
            return _whole_lines(row.text)
        return shortened(row.text, ANSWER_CHARS)


def _of_different(places: Iterable[int], rows: Sequence[Response], k: int) -> list[int]:
    """Return the first ``k`` places, those of further answers of one person put to the end."""
    seen: set[str] = set()
    first: list[int] = []
    further: list[int] = []
    for place in places:
        if len(first) == k:
            break
        if rows[place].seeker in seen:
            further.append(place)
        else:
            seen.add(rows[place].seeker)
            first.append(place)
    return (first + further)[:k]


def _label(row: Response) -> str:
    item = row.stimulus.get("item")
    return item if isinstance(item, str) else ""


def _whole_lines(text: str) -> str:
    """Return the first lines of a text that are not blank, as many as fit, each cut if it must."""
    kept: list[str] = []
    room = ANSWER_CHARS
    for line in _lines(text):
        short = shortened(line, ANSWER_CHARS)
        if short and len(short) > room:
            break
        if short:
            kept.append(short)
            room -= len(short) + 1
    return "\n".join(kept)


def _lines(text: str) -> Iterator[str]:
    # No more than could ever fit; a megabyte of line ends is no list of titles.
    yield from text[: 20 * ANSWER_CHARS].splitlines()


def shortened(text: str, most: int) -> str:
    r"""Return a text on one line, cut between words to ``most`` characters with its ``…``.

    Examples
    --------
    >>> shortened("A slow,  quiet\nfilm", 14)
    'A slow, quiet…'
    """
    # White space may be all there is for a while; 20 times as much is read, and no more.
    line = " ".join(text[: 20 * most].split())
    if len(line) <= most and len(text) <= 20 * most:
        return line
    head = line[: most - 1]
    if len(line) >= most and not line[most - 1].isspace():
        cut = head.rsplit(" ", 1)[0]
        head = cut if len(cut) > most // 2 else head
    return head.rstrip() + "…"


def title_key(label: str) -> str:
    """Return what titles are compared by: folded and without the year; empty for blank labels.

    Films that share a title but not the year are taken for one: better one piece too few than the
    very film that is asked about.
    """
    return normalise_title(split_year(label)[0])


def hash_of(*parts: str) -> int:
    """Return 64 bits that depend on all parts and on where each ends."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return int.from_bytes(digest.digest(), "big")


def mixed(hashes: NDArray[np.uint64], key: int) -> NDArray[np.uint64]:
    """Return another hash for each hash, by a key: splitmix64's finaliser over their XOR."""
    z = (hashes ^ np.uint64(key)) + _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed_up: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return mixed_up


def text_of(stimulus: Mapping[str, Any], key: str) -> str:
    """Return a text of a stimulus, or nothing where it has none."""
    value = stimulus.get(key)
    return value.strip() if isinstance(value, str) else ""
