"""One row of a catalogue's CSV file: its cells become a film, or an error that says where."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path

from crs_simcheck.catalogue.items import Item, canonical_genre
from crs_simcheck.catalogue.normalise import FIRST_YEAR, LAST_YEAR, split_year
from crs_simcheck.errors import InputError

__all__ = [
    "KNOWN_COLUMNS",
    "NEEDED_COLUMNS",
    "OPTIONAL_COLUMNS",
    "Row",
    "all_sound",
    "check_text",
    "clean",
    "shown",
]

NEEDED_COLUMNS = ("title", "year", "genres")
OPTIONAL_COLUMNS = ("region", "popularity", "mean_rating", "description")
KNOWN_COLUMNS = frozenset((*NEEDED_COLUMNS, *OPTIONAL_COLUMNS))

_YEAR = re.compile(r"[0-9]{4}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Bytes that are not UTF-8 are carried as these through the CSV reader, to be told by row.
_SMUGGLED = re.compile("[\ud800-\udfff]")


def shown(value: str, limit: int = 60) -> str:
    """Quote a value for a message: escaped, and cut where it is long."""
    return repr(value if len(value) <= limit else value[:limit] + "…")


def clean(text: str) -> str:
    """Trim a cell, and write every line end in it as one newline."""
    if "\r" not in text:
        return text.strip()
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def check_text(text: str, field: str, path: Path, line: int) -> None:
    """Raise for text that no catalogue can mean: NUL, or bytes that were not UTF-8."""
    if "\0" not in text and text.isascii():
        return
    if "\0" in text:
        raise InputError(
            f"a NUL byte in {shown(text)}",
            path=path,
            line=line,
            field=field,
            fix="the file is damaged, or not plain UTF-8; export it again",
        )
    if _SMUGGLED.search(text):
        raise InputError(
            f"not UTF-8: {shown(text)}",
            path=path,
            line=line,
            field=field,
            fix="save the file as UTF-8",
        )


def all_sound(text: str) -> bool:
    """Tell whether ``check_text`` would pass any part of a text."""
    return "\0" not in text and (text.isascii() or _SMUGGLED.search(text) is None)


# Thousands of rows hold a few hundred different genres and numbers.
@lru_cache(maxsize=4096)
def _genres(cell: str) -> tuple[str, ...]:
    genres = map(canonical_genre, cell.split("|"))
    return tuple(dict.fromkeys(genre for genre in genres if genre))


@lru_cache(maxsize=4096)
def _number_of(cell: str) -> float:
    """Return the number that a cell holds, or NaN."""
    # float() alone would take "1_000", "nan" and digits of other scripts.
    return float(cell) if _NUMBER.fullmatch(cell) else math.nan


class Row:
    """One row of the file: reads each attribute, and says where when one cannot be used.

    ``sound`` says that no cell of the file needs ``check_text``.
    """

    def __init__(
        self, header: tuple[str, ...], line: int, cells: list[str], path: Path, *, sound: bool
    ) -> None:
        self._line = line
        self._path = path
        if len(cells) != len(header):
            more = len(cells) > len(header)
            raise self._error(
                f"{len(cells)} fields where the header has {len(header)}",
                None,
                "quote a title that has a comma in it" if more else "add the missing commas",
            )
        self._cells: dict[str, str] = {}
        for name, cell in zip(header, cells, strict=True):
            if not sound:
                check_text(cell, name, path, line)
            value = clean(cell)
            if name:
                self._cells[name] = value
            elif value:
                raise self._error(
                    f"{shown(value)} in a column without a name", None, "name it in the header"
                )

    def item(self) -> Item:
        """Return the film of this row."""
        title, year = self._title_and_year()
        return Item(
            title=title,
            year=year,
            genres=_genres(self._cells["genres"]),
            region=self._cells.get("region") or None,
            popularity=self._number("popularity", 0.0, math.inf, "a number, 0 or more"),
            mean_rating=self._number("mean_rating", 0.5, 5.0, "stars from 0.5 to 5"),
            description=self._cells.get("description") or None,
            extra={k: v for k, v in self._cells.items() if k not in KNOWN_COLUMNS and v},
        )

    def _error(self, problem: str, field: str | None, fix: str | None = None) -> InputError:
        return InputError(problem, path=self._path, line=self._line, field=field, fix=fix)

    def _title_and_year(self) -> tuple[str, int | None]:
        title = " ".join(self._cells["title"].split())
        if not title:
            raise self._error("empty; a title is needed", "title", "name the film")
        year = self._year()
        if not title.endswith((")", "]")):
            return title, year
        plain, own = split_year(title)
        if own is None:
            return title, year
        if year is None or year == own:
            return plain, own
        raise self._error(
            f"the title {shown(title)} says {own} and the column says {year}",
            "year",
            "correct one of them",
        )

    def _year(self) -> int | None:
        cell = self._cells["year"]
        if not cell:
            return None
        if _YEAR.fullmatch(cell) and FIRST_YEAR <= int(cell) <= LAST_YEAR:
            return int(cell)
        whole = re.fullmatch(r"([0-9]{4})\.0+", cell)
        fix = f"write {whole.group(1)}" if whole else "leave it empty where it is not known"
        raise self._error(
            f"{shown(cell)}; a whole number from {FIRST_YEAR} to {LAST_YEAR} is needed",
            "year",
            fix,
        )

    def _number(self, field: str, low: float, high: float, needed: str) -> float | None:
        cell = self._cells.get(field, "")
        if not cell:
            return None
        value = _number_of(cell)
        if math.isfinite(value) and low <= value <= high:
            return value
        raise self._error(
            f"{shown(cell)}; {needed} is needed", field, "leave it empty where it is not known"
        )
