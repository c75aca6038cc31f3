"""Seeker statistics: small tables of numbers, one row a response, a mention or an answer.

Tables know films by their labels and no catalogue, so that tables of different groups merge by
putting them together. In canonical order (seekers by what they hold, rows by value) the order of
the input never shows, and no order of ids is given away.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.stats import IntArray

__all__ = ["COLUMNS", "SeekerStatistics", "Table", "TableName", "merge_statistics"]

TableName = Literal["mentions", "answers", "responses"]
Kind = Literal["label", "number"]

# Columns of each table beside the owner. Numbers are NaN where nothing could be read.
COLUMNS: Mapping[TableName, Mapping[str, Kind]] = MappingProxyType(
    {
        "mentions": MappingProxyType({"film": "label"}),
        "answers": MappingProxyType({"film": "label", "yes": "number", "rating": "number"}),
        "responses": MappingProxyType(
            {
                "words": "number",
                "violation": "number",
                "role": "number",
                "leak": "number",
                "text": "label",
            }
        ),
    }
)


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of one table.

    Parameters
    ----------
    owner:
        (R,) the seeker of each row, sorted, from 0.
    columns:
        Name → (R,) array: strings for labels, floats for numbers.
    """

    owner: IntArray
    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.owner.size)

    def known(self, column: str) -> bool:
        """Return whether any row has a number in this column."""
        return bool(np.isfinite(self.columns[column]).any())

    @classmethod
    def of_rows(cls, name: TableName, rows: Iterable[tuple[int, tuple[Any, ...]]]) -> Table:
        """Build a table from (owner, values) in any order; values in the order of COLUMNS."""
        ordered = sorted(rows, key=lambda r: (r[0], *map(_sortable, r[1])))
        owner = np.array([r[0] for r in ordered], dtype=np.int64)
        columns: dict[str, NDArray[Any]] = {}
        for position, (column, kind) in enumerate(COLUMNS[name].items()):
            values = [r[1][position] for r in ordered]
            columns[column] = (
                np.array(values, dtype=np.str_)
                if kind == "label"
                else np.array([np.nan if v is None else v for v in values], dtype=np.float64)
            )
        return cls(owner, columns)

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows as plain tuples, owner first; what is NaN is None."""
        plain = []
        for values in self.columns.values():
            raw = values.tolist()
            if values.dtype.kind == "f":
                raw = [None if math.isnan(v) else v for v in raw]
            plain.append(raw)
        return list(zip(self.owner.tolist(), *plain, strict=True))


def _sortable(value: Any) -> tuple[int, Any]:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return (0, 0) if missing else (1, value)


@dataclass(frozen=True, eq=False)
class SeekerStatistics:
    """All that is kept of the seekers of one task.

    Parameters
    ----------
    n_seekers:
        Number of seekers, those without a row included.
    tables:
        Those that the task has; see :data:`COLUMNS`.
    design:
        What the seekers were asked, as far as it matters to a comparison (``films``: a fixed list
        that everybody was asked about, ``cap``: most mentions kept of a seeker).
    """

    n_seekers: int
    tables: Mapping[TableName, Table]
    design: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_seekers(
        cls,
        seekers: Iterable[Mapping[TableName, Iterable[tuple[Any, ...]]]],
        tables: Iterable[TableName],
        design: Mapping[str, Any] | None = None,
    ) -> SeekerStatistics:
        """Build statistics from each seeker's rows, in canonical order."""
        names = tuple(tables)
        canonical = sorted(
            ({name: sorted(one.get(name, ()), key=_row_key) for name in names} for one in seekers),
            key=lambda one: [[_row_key(row) for row in one[name]] for name in names],
        )
        built = {
            name: Table.of_rows(
                name, [(i, row) for i, one in enumerate(canonical) for row in one[name]]
            )
            for name in names
        }
        return cls(len(canonical), MappingProxyType(built), MappingProxyType(dict(design or {})))

    def seekers(self) -> list[dict[TableName, list[tuple[Any, ...]]]]:
        """Return each seeker's rows, the inverse of :meth:`of_seekers`."""
        result: list[dict[TableName, list[tuple[Any, ...]]]] = [
            {name: [] for name in self.tables} for _ in range(self.n_seekers)
        ]
        for name, table in self.tables.items():
            for owner, *values in table.rows():
                result[owner][name].append(tuple(values))
        return result

    @cached_property
    def films(self) -> tuple[str, ...]:
        """The labels of all films in the tables, sorted."""
        labels: set[str] = set()
        for table in self.tables.values():
            if "film" in table.columns:
                labels.update(table.columns["film"].tolist())
        return tuple(sorted(labels))


def _row_key(row: tuple[Any, ...]) -> tuple[tuple[int, Any], ...]:
    return tuple(map(_sortable, row))


def merge_statistics(first: SeekerStatistics, second: SeekerStatistics) -> SeekerStatistics:
    """Return the statistics of the seekers of both; associative and commutative.

    A table that only one side has is left out: its metrics could not be measured on all seekers.
    A design is kept where both sides agree on it.
    """
    names = tuple(n for n in COLUMNS if n in first.tables and n in second.tables)
    design = {k: v for k, v in first.design.items() if second.design.get(k) == v}
    return SeekerStatistics.of_seekers([*first.seekers(), *second.seekers()], names, design)
