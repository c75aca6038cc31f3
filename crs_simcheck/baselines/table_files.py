"""Tables of seeker statistics as files: CSV where small, ``.npz`` (never pickle) where not."""

from __future__ import annotations

import csv
import io
import math
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.baselines.bags import (
    HALF,
    Bags,
    bag_cell,
    bag_of_cell,
    packed_bags,
    unpacked_bags,
)
from crs_simcheck.baselines.tables import COLUMNS, Column, ColumnKind, Table, TableName
from crs_simcheck.errors import InputError, nearest_name
from crs_simcheck.stats import FloatArray

__all__ = ["TablesOnDisk", "impossible", "number_of", "read_table", "table_path", "write_table"]

# Rows up to which a table stays a text file.
_MOST_CSV_ROWS = 50_000
# The same of a table with bags, whose cells are many words long.
_MOST_BAG_ROWS = 1_000
# A bag of the words of a very long text is a very long cell.
_MOST_CELL = 1 << 30
# What a damaged archive makes numpy and zipfile raise.
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,  # another magic number: an array, and no archive of them
    EOFError,
    RuntimeError,  # with NotImplementedError: a flag that says encrypted, or an unknown method
    MemoryError,  # a damaged shape
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
)
# Of a mean of unit vectors, with what 16 bits may add.
_MOST_LENGTH = 1.01


def write_table(folder: Path, stem: str, name: TableName, table: Table) -> Path:
    """Write a table into a folder and return its file, ``stem`` with the ending that fits."""
    if _is_small(name, len(table)):
        path = folder / f"{stem}.csv"
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(["seeker", *COLUMNS[name]])
        writer.writerows([_cell(v) for v in row] for row in table.rows())
        path.write_text(buffer.getvalue(), encoding="utf-8", newline="\n")
        return path
    path = folder / f"{stem}.npz"
    arrays = {"seeker": table.owner}
    for column, cells in table.columns.items():
        arrays |= packed_bags(column, cells) if isinstance(cells, Bags) else {column: cells}
    # numpy stamps no date into the archive, so that its bytes depend on the numbers alone.
    with path.open("wb") as file:
        np.savez_compressed(file, **cast(dict[str, Any], arrays))
    return path


def _is_small(name: TableName, rows: int) -> bool:
    kinds = COLUMNS[name].values()
    return "vector" not in kinds and rows <= (_MOST_BAG_ROWS if "bag" in kinds else _MOST_CSV_ROWS)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return bag_cell(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


class TablesOnDisk(Mapping[TableName, Table]):
    """The tables of a task, each read when it is first asked for."""

    def __init__(self, read: Mapping[TableName, Callable[[], Table]]) -> None:
        self._read = read
        self._tables: dict[TableName, Table] = {}

    def __getitem__(self, name: TableName) -> Table:
        """Return a table, reading it where it has not been read."""
        if name not in self._tables:
            self._tables[name] = self._read[name]()
        return self._tables[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is such a table; nothing is read."""
        return name in self._read

    def __iter__(self) -> Iterator[TableName]:
        """Iterate over the names."""
        return iter(self._read)

    def __len__(self) -> int:
        """Return the number of tables."""
        return len(self._read)

    def read_all(self) -> None:
        """Read all of them now."""
        for name in self:
            self[name]


def impossible(table: Table, column: str) -> str | None:
    """Return what in a column can never have been counted, or None where nothing is wrong."""
    cells = table.columns[column]
    if isinstance(cells, Bags) or cells.dtype.kind == "U":
        return None
    if cells.ndim == 2:
        lengths = np.linalg.norm(cells.astype(np.float64), axis=1)
        far = lengths[~(lengths <= _MOST_LENGTH)]
        return f"a mean of unit vectors of length {far[0]:.3g}" if far.size else None
    below = cells[cells < 0]
    return f"{below[0]:g}, need 0 or more" if below.size else None


def table_path(folder: Path, stem: str) -> Path:
    """Return the file that a table is in."""
    packed = folder / f"{stem}.npz"
    return packed if packed.exists() else folder / f"{stem}.csv"


def read_table(path: Path, name: TableName) -> Table:
    """Read a table that :func:`write_table` wrote, or raise :class:`InputError`."""
    return _read_npz(path, name) if path.suffix == ".npz" else _read_csv(path, name)


def _read_csv(path: Path, name: TableName) -> Table:
    expected = ["seeker", *COLUMNS[name]]
    limit = csv.field_size_limit(_MOST_CELL)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            found = next(reader, [])
            records = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read: {error}", path=path) from error
    finally:
        csv.field_size_limit(limit)  # it holds for every reader of the process
    if found != expected:
        wrong = next((c for c in found if c not in expected), None)
        near = nearest_name(wrong, expected) if wrong else None
        raise InputError(
            f"found columns {','.join(found)}; need {','.join(expected)}",
            path=path,
            line=1,
            fix=f"'{wrong}' looks like '{near}'" if near else None,
        )
    for line, record in enumerate(records, start=2):
        if len(record) != len(expected):
            raise InputError(
                f"found {len(record)} fields, need {len(expected)}", path=path, line=line
            )
    cells = list(zip(*records, strict=True)) if records else [()] * len(expected)
    owner = _numbers(cells[0], path, "seeker").astype(np.int64)
    columns = {
        column: _csv_column(texts, kind, path, column)
        for texts, (column, kind) in zip(cells[1:], COLUMNS[name].items(), strict=True)
    }
    if np.any(np.diff(owner) < 0):
        raise InputError(
            "the rows are not in order of seekers",
            path=path,
            field="seeker",
            fix="the file was edited: build the group again",
        )
    return Table(owner, MappingProxyType(columns))


def _csv_column(texts: Sequence[str], kind: ColumnKind, path: Path, column: str) -> Column:
    if kind == "label":
        return np.array(texts, np.str_)
    if kind == "number":
        return _numbers(texts, path, column)
    bags = []
    for line, text in enumerate(texts, start=2):
        try:
            bags.append(bag_of_cell(text))
        except ValueError as error:
            raise InputError(str(error), path=path, line=line, field=column) from None
    return Bags.of_values(bags)


def _numbers(texts: Sequence[str], path: Path, column: str) -> FloatArray:
    """Return the numbers of a column, NaN where a cell is empty; seekers must be whole."""
    whole = column == "seeker"
    # Thousands of cells hold a few hundred different texts.
    values = {text: _number_of_cell(text, whole) for text in set(texts)}
    if None in values.values():
        line, text = next((n, t) for n, t in enumerate(texts, start=2) if values[t] is None)
        raise InputError(
            f"found '{text}', need a {'number from 0' if whole else 'finite number'}",
            path=path,
            line=line,
            field=column,
        )
    return np.array([values[text] for text in texts], dtype=np.float64)


def _number_of_cell(text: str, whole: bool) -> float | None:
    if not text and not whole:
        return math.nan
    value = number_of(text)
    if value is None or (whole and not (text.isdecimal() and value < 1e9)):
        return None
    return value


def number_of(text: str) -> float | None:
    """Return a finite number that a text stands for, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _read_npz(path: Path, name: TableName) -> Table:
    try:
        # Opened here, since numpy leaves a damaged file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            owner = archive["seeker"].astype(np.int64)
            columns = {c: _npz_column(archive, c, kind) for c, kind in COLUMNS[name].items()}
    except _UNREADABLE as error:
        raise InputError(f"cannot be read: {error}", path=path) from error
    if any(len(c) != owner.size for c in columns.values()) or np.any(np.diff(owner) < 0):
        raise InputError("columns do not fit together", path=path)
    return Table(owner, MappingProxyType(columns))


def _npz_column(archive: Mapping[str, NDArray[Any]], column: str, kind: ColumnKind) -> Column:
    if kind == "bag":
        return unpacked_bags(column, archive)
    types: dict[str, np.dtype[Any]] = {
        "label": np.dtype(np.str_),
        "number": np.dtype(np.float64),
        "vector": HALF,
    }
    cells: NDArray[Any] = archive[column].astype(types[kind])
    if cells.ndim != (2 if kind == "vector" else 1):
        raise ValueError(f"'{column}' has {cells.ndim} dimensions")
    return cells
