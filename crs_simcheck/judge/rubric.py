"""The rubric: what a judge is asked to score. A readable file, editable, told apart by its hash."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from crs_simcheck.errors import InputError, known_names

__all__ = ["CRITERIA", "HIGHEST", "LOWEST", "Criterion", "Rubric", "default_rubric", "read_rubric"]

CRITERIA: tuple[str, ...] = ("A", "B", "C", "D")
"""Rejection clarity, justification, reformulation, tone; the paper's letters."""

LOWEST, HIGHEST = 0, 10
_DEFAULT = Path(__file__).with_name("data") / "rubric.toml"
_KEYS = ("format", "name", "instructions", "criteria")
_OF_CRITERION = ("name", "asks", "low", "high")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is scored: its letter, what is asked, and what the two ends mean."""

    letter: str
    name: str
    asks: str
    low: str
    high: str


@dataclass(frozen=True)
class Rubric:
    """What a judge is told. Frozen.

    Parameters
    ----------
    name:
        As it calls itself.
    instructions:
        With ``{criteria}`` and ``{shape}`` where the criteria and the form of the answer go.
    criteria:
        Those of :data:`CRITERIA`, in that order.
    """

    name: str
    instructions: str
    criteria: tuple[Criterion, ...]
    path: Path | None = None

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters that are asked about."""
        return tuple(c.letter for c in self.criteria)

    def only(self, letters: Collection[str]) -> Rubric:
        """Return the same rubric with these criteria alone, for answers of nobody's persona."""
        told = f"\n\nNothing is known of the person: score {' and '.join(sorted(letters))} alone."
        return replace(
            self,
            instructions=self.instructions.rstrip() + told,
            criteria=tuple(c for c in self.criteria if c.letter in letters),
        )

    @cached_property
    def sha256(self) -> str:
        """Hex digest of everything that a judge is told; layout and comments are no part of it."""
        told = [self.name, self.instructions, *([*_row(c)] for c in self.criteria)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @cached_property
    def text(self) -> str:
        """The instructions as a judge gets them."""
        lines = [
            f"{c.letter} ({c.name}): {c.asks} {LOWEST}: {c.low}. {HIGHEST}: {c.high}."
            for c in self.criteria
        ]
        shape = ", ".join(f'"{c.letter}": number' for c in self.criteria)
        filled = self.instructions.replace("{criteria}", "\n".join(lines))
        return filled.replace("{shape}", "{" + shape + "}").strip()

    @cached_property
    def schema(self) -> Mapping[str, Any]:
        """The JSON Schema of an answer; servers do not enforce the range, so it is checked here."""
        score = {"type": "integer", "minimum": LOWEST, "maximum": HIGHEST}
        return {
            "type": "object",
            "properties": dict.fromkeys(self.letters, score),
            "required": list(self.letters),
            "additionalProperties": False,
        }


def _row(criterion: Criterion) -> tuple[str, ...]:
    return (criterion.letter, criterion.name, criterion.asks, criterion.low, criterion.high)


@lru_cache(maxsize=1)
def default_rubric() -> Rubric:
    """Return the rubric that ships."""
    return read_rubric(_DEFAULT)


def read_rubric(path: str | Path) -> Rubric:
    """Read a rubric.

    Raises
    ------
    InputError
        Names the file, the key, what was found and what is needed.
    """
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise InputError(f"the rubric cannot be read: {reason}", path=file) from error
    _known(table, _KEYS, file, "")
    if table.get("format") != 1:
        raise InputError(f"found format = {table.get('format')!r}, need 1", path=file)
    instructions = _text(table, "instructions", file, "")
    for mark in ("{criteria}", "{shape}"):
        if instructions.count(mark) != 1:
            raise InputError(
                f"the instructions need {mark} exactly once", path=file, field="instructions"
            )
    given = table.get("criteria")
    if not isinstance(given, dict) or set(given) != set(CRITERIA):
        found = ", ".join(given) if isinstance(given, dict) else repr(given)
        raise InputError(
            f"found the criteria {found or 'none'}, need {', '.join(CRITERIA)}",
            path=file,
            field="criteria",
            fix="words may be changed, the four criteria make the score",
        )
    criteria = []
    for letter in CRITERIA:
        place = f"criteria.{letter}"
        if not isinstance(given[letter], dict):
            raise InputError("need a table", path=file, field=place)
        _known(given[letter], _OF_CRITERION, file, place)
        texts = [_text(given[letter], key, file, place) for key in _OF_CRITERION]
        criteria.append(Criterion(letter, *texts))
    return Rubric(_text(table, "name", file, ""), instructions, tuple(criteria), file)


def _text(table: Mapping[str, Any], key: str, path: Path, place: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        field = f"{place}.{key}" if place else key
        raise InputError(f"found {value!r}, need a text", path=path, field=field)
    return value


def _known(table: Mapping[str, Any], known: tuple[str, ...], path: Path, place: str) -> None:
    for key in table:
        if key not in known:
            raise InputError(
                f"unknown key '{key}'",
                path=path,
                field=place or None,
                fix=known_names(key, known),
            )
