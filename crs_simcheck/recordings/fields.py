"""Reading the fields of one row, with errors that say file, line, field, and what is needed.

Two rules hold for every row format of the project. ``null`` in an optional field means that the
field is absent, since data frames write every missing cell so. A number without a fraction counts
as whole (``5.0`` is 5), as in JSON Schema, since data frames turn a column of whole numbers with a
gap into floats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crs_simcheck.errors import InputError, nearest_name

__all__ = ["Fields", "describe"]


def describe(value: object) -> str:
    """Return a JSON value in words short enough, and safe, for a message on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # repr() shows line breaks and lone surrogates, which a terminal could not print.
        return repr(value) if len(value) <= 60 else f"{value[:60]!r}..."
    if isinstance(value, int | float):
        # A whole number of thousands of digits cannot be turned into text at all.
        return str(value) if isinstance(value, float) or abs(value) < 10**30 else "a huge number"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, Sequence) else f"a {type(value).__name__}"


class Fields:
    """One row under reading: each method returns a field in its right type, or raises InputError.

    Parameters
    ----------
    row:
        The row as it was read.
    path, line:
        Where the row stands, for messages; ``line`` 0 where it came from no file.
    known:
        Every key that the format knows.
    prefix:
        What is put before a key in messages: ``"stimulus."``, ``"history[3]."``.
    """

    __slots__ = ("_known", "_line", "_path", "_prefix", "_row")

    def __init__(
        self,
        row: object,
        path: str | Path | None,
        line: int,
        known: Sequence[str],
        prefix: str = "",
    ) -> None:
        self._path = path
        self._line = line
        self._known = known
        self._prefix = prefix
        if not isinstance(row, Mapping):
            raise InputError(
                f"found {describe(row)}; an object is needed",
                path=path,
                line=line or None,
                field=prefix.rstrip(".") or None,
            )
        self._row: Mapping[str, Any] = row

    def error(self, key: str, problem: str, fix: str | None = None) -> InputError:
        """Return an error of one field, placed in its file and line."""
        return InputError(
            problem, path=self._path, line=self._line or None, field=self._prefix + key, fix=fix
        )

    def inside(self, key: str, value: object, known: Sequence[str]) -> Fields:
        """Return the reader of an object that lies in this row; ``key`` names it in messages."""
        return Fields(value, self._path, self._line, known, f"{self._prefix}{key}.")

    def extra(self) -> dict[str, Any]:
        """Return what the row holds beside the keys that the format knows."""
        return {key: value for key, value in self._row.items() if key not in self._known}

    def has(self, key: str) -> bool:
        """Tell whether a field is there and is not null."""
        return self._row.get(key) is not None

    def need(self, key: str, needed: str) -> Any:
        """Return a field that must be there; ``needed`` says in words what it must be."""
        value = self._row.get(key)
        if value is not None:
            return value
        if key in self._row:
            raise self.error(key, f"found null; {needed} is needed")
        near = nearest_name(key, self.extra())
        raise self.error(
            key,
            f"the field is missing; {needed} is needed",
            f"did you mean {describe(near)} to be it?" if near else None,
        )

    def text(self, key: str, *, least: int = 0) -> str | None:
        """Return an optional string of at least ``least`` characters."""
        value = self._row.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.error(key, f"found {describe(value)}; a string is needed")
        if len(value) < least:
            raise self.error(key, "found an empty string; it must not be empty")
        return value

    def name(self, key: str) -> str | None:
        """Return an optional string or whole number as a string: ids are written both ways."""
        value = self._row.get(key)
        if value is None or isinstance(value, str):
            return value
        number = _whole(value)
        if number is None:
            raise self.error(key, f"found {describe(value)}; a string or a whole number is needed")
        try:
            return str(number)
        except ValueError:
            raise self.error(key, "the number has too many digits", "write a string") from None

    def whole(self, key: str, *, least: int) -> int | None:
        """Return an optional whole number that is ``least`` or more."""
        value = self._row.get(key)
        if value is None:
            return None
        number = _whole(value)
        if number is None or number < least:
            raise self.error(
                key, f"found {describe(value)}; a whole number of {least} or more is needed"
            )
        return number

    def stars(self, key: str) -> float | None:
        """Return an optional rating of 0.5 to 5 stars."""
        value = self._row.get(key)
        if value is None:
            return None
        # Written so that NaN fails it too.
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 5:
            raise self.error(
                key,
                f"found {describe(value)}; a number of stars from 0.5 to 5 is needed",
                "scale other ratings first, or leave the field out where there is none",
            )
        return float(value)

    def flag(self, key: str) -> bool | None:
        """Return an optional true or false."""
        value = self._row.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self.error(key, f"found {describe(value)}; true or false is needed")

    def mapping(self, key: str) -> dict[str, Any] | None:
        """Return an optional object, as a dict of its own."""
        value = self._row.get(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.error(key, f"found {describe(value)}; an object is needed")
        return dict(value)

    def items(self, key: str) -> Sequence[Any] | None:
        """Return an optional list."""
        value = self._row.get(key)
        if value is None:
            return None
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            raise self.error(key, f"found {describe(value)}; a list is needed")
        return value


def _whole(value: object) -> int | None:
    """Return a whole number, or None where the value is none; true and false are none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None
