"""Any table of answers, JSON Lines or CSV, by a mapping of its columns given by the user.

``seeker=user.id`` reads the key ``id`` of the object ``user``; ``item==Heat (1995)`` is the same
title for every row. The file may be longer than memory: one row is held at a time.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData
from crs_simcheck.baselines.sources.rows import DESCRIBED, Tally, described, files_beside
from crs_simcheck.errors import EmptyInputError, InputError, UnknownNameError, nearest_name
from crs_simcheck.jsonl import read_lines
from crs_simcheck.recordings import parse_response
from crs_simcheck.records import TASKS, Response

__all__ = ["FIELDS", "KIND"]

FIELDS = ("seeker", "text", "task", "rating", "item", "n_items", "relevant")
"""The fields of a response that a column can be read into."""

_STIMULUS = ("item", "n_items", "relevant")
_NEEDED = ("seeker",)
_CSV = {".csv": ",", ".tsv": "\t"}
# A cell longer than this is no answer; the same as the longest line of JSON Lines.
_LONGEST_CELL = 64 * 1024 * 1024
_MOST_COLUMNS_NAMED = 30
_MISSING = object()


@dataclass(frozen=True, slots=True)
class _Column:
    """Where a field is read: a key, the keys within one another, or a fixed value."""

    field: str
    name: str
    constant: bool

    def read(self, row: Mapping[str, Any]) -> Any:
        """Return the value in a row, or ``_MISSING``."""
        if self.constant:
            return self.name
        if self.name in row:
            return row[self.name]
        value: Any = row
        for key in self.name.split("."):
            if isinstance(value, Mapping) and key in value:
                value = value[key]
            elif isinstance(value, list) and key.isdecimal() and int(key[:9]) < len(value):
                value = value[int(key[:9])]
            else:
                return _MISSING
        return value


def _columns(options: BuildOptions) -> tuple[_Column, ...]:
    """Return what the mapping says, checked as far as it can be without the source."""
    columns: dict[str, _Column] = {}
    for text in options.map:
        field, equals, name = text.partition("=")
        constant = name.startswith("=")
        name = name.removeprefix("=")
        if not equals or not name:
            raise InputError(
                f"found '{text}', need FIELD=COLUMN or FIELD==TEXT",
                field="map",
                fix="for example --map seeker=user_id",
            )
        if field not in FIELDS:
            raise UnknownNameError("field of a response", field, FIELDS)
        if field in columns:
            raise InputError(f"'{field}' is mapped twice", field="map", fix="leave one of them out")
        columns[field] = _Column(field, name, constant)
    missing = [field for field in _NEEDED if field not in columns]
    if missing or not {"text", "rating"} & set(columns):
        raise InputError(
            "need a column of 'seeker' and one of 'text' or 'rating'",
            field="map",
            fix="for example --map seeker=user_id --map text=review --map rating=stars",
        )
    if ("task" in columns) == (options.task is not None):
        raise InputError(
            "what the rows answer must be said once",
            field="task",
            fix=f"give --task {'|'.join(TASKS)}, or --map task=COLUMN",
        )
    return tuple(columns.values())


def _files(source: Path, options: BuildOptions) -> tuple[Path, ...]:
    if not source.is_file():
        problem = "a folder; need one file" if source.is_dir() else "no such file"
        raise InputError(problem, path=source, fix="name a .jsonl, .csv or .tsv file, or its .gz")
    return (source, *files_beside(options))


def _read(source: Path, options: BuildOptions) -> SourceData:
    columns = _columns(options)
    # Read twice: to count and find what is wrong, and to measure, a row at a time.
    reader = _Reader(source, columns, options.task)
    tally = Tally().add(reader.responses())
    if not tally.total:
        raise EmptyInputError(f"none of its {reader.read} rows is an answer", path=source)
    notes: tuple[str, ...] = ()
    if reader.empty:
        which = (
            "row that answers nothing was"
            if reader.empty == 1
            else ("rows that answer nothing were")
        )
        notes = (f"{reader.empty} {which} left out.",)
    return described(
        _Reader(source, columns, options.task).responses(),
        source,
        options,
        tally,
        description=" ".join((f"Rows of {source.name}, read by a mapping of its columns.", *notes)),
        asked=False,
        notes=notes,
    )


class _Reader:
    """Reads a file once, and counts what it leaves out."""

    def __init__(self, path: Path, columns: tuple[_Column, ...], task: str | None) -> None:
        self._path = path
        self._columns = columns
        self._task = task
        self._found = {column.field for column in columns if column.constant}
        self._seen: dict[str, None] = {}
        self.read = 0
        self.empty = 0

    def responses(self) -> Iterator[Response]:
        """Yield the response of each row that has a text, or stars where these suffice."""
        for line, row in self._rows():
            self.read += 1
            if len(self._seen) < _MOST_COLUMNS_NAMED:
                self._seen.update(dict.fromkeys(_names(row)))
            values = self._values(row, line)
            if "text" in values or self._stars_suffice(values):
                yield self._response(values, line)
            else:
                self.empty += 1
        if self.read:
            self._check_found()

    def _stars_suffice(self, values: Mapping[str, Any]) -> bool:
        """Return whether stars alone are an answer: to bin_pref, and where nobody gave a text."""
        task = values.get("task", self._task)
        has_text = any(column.field == "text" for column in self._columns)
        return "rating" in values and (task == "bin_pref" or not has_text)

    def _rows(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        ending = Path(self._path.name.lower().removesuffix(".gz")).suffix
        if ending in _CSV:
            return _csv_rows(self._path, _CSV[ending])
        return read_lines(self._path)

    def _values(self, row: Mapping[str, Any], line: int) -> dict[str, Any]:
        """Return the fields of a row that are there; what is blank is not."""
        values = {}
        for column in self._columns:
            value = column.read(row)
            if value is _MISSING:
                if column.field in _NEEDED:
                    self._refuse(column, line)
                continue
            self._found.add(column.field)
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            values[column.field] = self._typed(column, value, line)
        return values

    def _typed(self, column: _Column, value: Any, line: int) -> Any:
        """Return a value that was written as text as what its field must be."""
        if not isinstance(value, str):
            return value
        plain = value.strip().lower()
        try:
            if column.field == "rating":
                return float(plain)
            if column.field == "n_items":
                return int(plain)
        except ValueError:
            raise self._wrong(column, f"found '{value[:40]}', need a number", line) from None
        if column.field == "relevant":
            if plain not in ("true", "false", "1", "0"):
                raise self._wrong(column, f"found '{value[:40]}', need true or false", line)
            return plain in ("true", "1")
        return value

    def _response(self, values: Mapping[str, Any], line: int) -> Response:
        row: dict[str, Any] = {"task": self._task, "text": ""}
        row |= {key: value for key, value in values.items() if key not in _STIMULUS}
        row["stimulus"] = {key: values[key] for key in _STIMULUS if key in values}
        try:
            return parse_response(row, self._path, line)
        except InputError as error:
            field = (error.field or "").removeprefix("stimulus.")
            column = next((c for c in self._columns if c.field == field), None)
            if column is not None:
                raise self._wrong(column, error.problem, line, error.fix) from None
            raise InputError(
                error.problem,
                path=self._path,
                line=line,
                field=field or None,
                fix=f"give --map {field}=COLUMN" if field in FIELDS else error.fix,
            ) from None

    def _wrong(
        self, column: _Column, problem: str, line: int, fix: str | None = None
    ) -> InputError:
        return InputError(
            f"{problem} (read as {column.field})",
            path=self._path,
            line=line,
            field=column.name,
            fix=fix,
        )

    def _check_found(self) -> None:
        """Refuse a mapping that names a column which no row has: it would change the group."""
        for column in self._columns:
            if column.field not in self._found:
                self._refuse(column, None)

    def _refuse(self, column: _Column, line: int | None) -> NoReturn:
        near = nearest_name(column.name, self._seen)
        raise InputError(
            f"no such column, to be read as {column.field}; "
            f"there are {', '.join(self._seen) or 'none'}",
            path=self._path,
            line=line,
            field=column.name,
            fix=f"did you mean --map {column.field}={near}?" if near else None,
        )


def _names(row: Mapping[str, Any], within: str = "", depth: int = 3) -> Iterator[str]:
    """Yield the names by which a mapping can reach the values of a row."""
    for key, value in row.items():
        if isinstance(value, Mapping) and value and depth:
            yield from _names(value, f"{within}{key}.", depth - 1)
        else:
            yield within + key


@contextlib.contextmanager
def _text_of(path: Path) -> Iterator[IO[str]]:
    """Open a file of text, plain or compressed, without reading it all."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        raw: IO[bytes] = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file
        yield io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


def _csv_rows(path: Path, delimiter: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the line and the cells by column of each row of a CSV file, one at a time."""
    before = csv.field_size_limit(_LONGEST_CELL)
    line = 0
    try:
        with _text_of(path) as text:
            reader = csv.reader(text, delimiter=delimiter)
            header = next(reader, [])
            twice = [name for place, name in enumerate(header) if name in header[:place]]
            if twice:
                raise InputError("the column stands twice", path=path, line=1, field=twice[0])
            for row in reader:
                line = reader.line_num
                if not row:
                    continue
                if len(row) != len(header):
                    raise InputError(
                        f"found {len(row)} fields, need {len(header)}",
                        path=path,
                        line=line,
                        fix="put quotes round a field that holds the separator",
                    )
                yield line, dict(zip(header, row, strict=True))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"cannot be read after line {line}: {error}", path=path, fix="save it as CSV in UTF-8"
        ) from error
    finally:
        csv.field_size_limit(before)


KIND = Kind(
    name="mapped",
    title="any .jsonl, .csv or .tsv file (or its .gz), by --map FIELD=COLUMN",
    knows=("map", "task", *DESCRIBED),
    files=_files,
    read=_read,
)
