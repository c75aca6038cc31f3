"""Seeker statistics: small tables of numbers, one row a response, a mention or an answer.

Tables know films by their labels and no catalogue, so that tables of different groups merge by
putting them together. In canonical order (seekers by what they hold, rows by value) the order of
the input never shows, and no order of ids is given away.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.baselines.bags import Bags, vector_column, vector_values
from crs_simcheck.metrics import CONDUCT_NUMBERS, JUDGED
from crs_simcheck.metrics import Table as TableName
from crs_simcheck.stats import IntArray

__all__ = [
    "COLUMNS",
    "NOTHING",
    "Column",
    "ColumnKind",
    "SeekerStatistics",
    "Table",
    "TableName",
    "column_of_values",
    "merge_statistics",
]

ColumnKind = Literal["label", "number", "bag", "vector"]
Column: TypeAlias = NDArray[Any] | Bags
_RowKey: TypeAlias = tuple[tuple[int, Any], ...]

# What a cell holds where nothing was read.
NOTHING: Mapping[ColumnKind, Any] = MappingProxyType(
    {"label": "", "number": None, "bag": None, "vector": None}
)
# Columns of each table beside the owner. Numbers are NaN where nothing could be read.
COLUMNS: Mapping[TableName, Mapping[str, ColumnKind]] = MappingProxyType(
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
        # Of the text of a response: its sentences by sentiment, stars (0.5 to 5) given with it,
        # whether it names a title, the aspects that it speaks of, the keys of its words.
        "texts": MappingProxyType(
            {
                "neg": "number",
                "neu": "number",
                "pos": "number",
                "stars": "number",
                "title": "number",
                "aspects": "bag",
                "types": "bag",
            }
        ),
        # The mean of the unit vectors of a response's words or sentences, and of how many.
        "word_vectors": MappingProxyType({"n": "number", "missing": "number", "mean": "vector"}),
        "sentence_vectors": MappingProxyType({"n": "number", "mean": "vector"}),
        # Of answers to a recommendation: whether it was turned down, and whether it fits the seeker
        # (empty where nobody knows). Both 1 or 0.
        "reactions": MappingProxyType({"rejected": "number", "fit": "number"}),
        # Of answers to a film that does not fit: what the judge gave, 0 to 10; empty where it gave
        # nothing, or was not asked about that criterion.
        "judged": MappingProxyType(dict.fromkeys(JUDGED, "number")),
        # Of recorded answers: how they were given. All 1 or 0.
        "conduct": MappingProxyType(dict.fromkeys(CONDUCT_NUMBERS, "number")),
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
        Name → column of R cells: an array of strings for labels, of floats for numbers, (R × d)
        half floats for vectors, and :class:`Bags`.
    """

    owner: IntArray
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.owner.size)

    def known(self, column: str) -> bool:
        """Return whether anything was read into this column."""
        cells = self.columns[column]
        if isinstance(cells, Bags):
            return bool(cells.read.any())
        return bool(np.any(cells != "") if cells.dtype.kind == "U" else np.isfinite(cells).any())

    def array(self, column: str) -> NDArray[Any]:
        """Return a column of labels, numbers or vectors."""
        cells = self.columns[column]
        if isinstance(cells, Bags):
            raise TypeError(f"column '{column}' holds bags")
        return cells

    def bags(self, column: str) -> Bags:
        """Return a column of bags."""
        cells = self.columns[column]
        if not isinstance(cells, Bags):
            raise TypeError(f"column '{column}' holds no bags")
        return cells

    @classmethod
    def of_rows(cls, name: TableName, rows: Iterable[tuple[int, tuple[Any, ...]]]) -> Table:
        """Build a table from (owner, values) in any order; values in the order of COLUMNS."""
        return cls._of_ordered(name, sorted(rows, key=lambda r: (r[0], _row_key(r[1]))))

    @classmethod
    def _of_ordered(cls, name: TableName, ordered: Sequence[tuple[int, tuple[Any, ...]]]) -> Table:
        owner = np.array([r[0] for r in ordered], dtype=np.int64)
        columns = {
            column: column_of_values(kind, [r[1][position] for r in ordered])
            for position, (column, kind) in enumerate(COLUMNS[name].items())
        }
        return cls(owner, columns)

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows as plain tuples, owner first; what is NaN is None."""
        plain = [_plain_cells(cells) for cells in self.columns.values()]
        return list(zip(self.owner.tolist(), *plain, strict=True))


def column_of_values(kind: ColumnKind, values: Sequence[Any]) -> Column:
    """Return the column of plain values of a kind."""
    if kind == "label":
        return np.array(values, dtype=np.str_)
    if kind == "bag":
        return Bags.of_values(values)
    if kind == "vector":
        return vector_column(values)
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _plain_cells(cells: Column) -> list[Any]:
    if isinstance(cells, Bags):
        return cells.values()
    if cells.ndim == 2:
        return vector_values(cells)
    raw: list[Any] = cells.tolist()
    return [None if math.isnan(v) else v for v in raw] if cells.dtype.kind == "f" else raw


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
        # Every row stands behind its key, which is made once and orders seekers as well.
        canonical = sorted(
            ([_keyed(one.get(name, ())) for name in names] for one in seekers),
            key=lambda one: [[key for key, _ in rows] for rows in one],
        )
        built = {
            name: Table._of_ordered(
                name, [(i, row) for i, one in enumerate(canonical) for _, row in one[place]]
            )
            for place, name in enumerate(names)
        }
        return cls(len(canonical), MappingProxyType(built), MappingProxyType(dict(design or {})))

    @classmethod
    def in_order(
        cls,
        seekers: Iterable[Mapping[TableName, Iterable[tuple[Any, ...]]]],
        tables: Iterable[TableName],
    ) -> SeekerStatistics:
        """Build statistics that keep the order given, of seekers and of the rows of each.

        For what is paired, here and now: a group that is kept is in canonical order.
        """
        given = list(seekers)
        built = {
            name: Table._of_ordered(
                name, [(i, row) for i, one in enumerate(given) for row in one.get(name, ())]
            )
            for name in tables
        }
        return cls(len(given), MappingProxyType(built))

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
        for name in ("mentions", "answers"):
            if name in self.tables:
                labels.update(self.tables[name].array("film").tolist())
        return tuple(sorted(labels))


def _row_key(row: tuple[Any, ...]) -> _RowKey:
    """Return what rows are ordered by; what is missing comes first. Only NaN is not itself."""
    return tuple((0, 0) if v is None or v != v else (1, v) for v in row)  # noqa: PLR0124


def _keyed(rows: Iterable[tuple[Any, ...]]) -> list[tuple[_RowKey, tuple[Any, ...]]]:
    return sorted(((_row_key(row), row) for row in rows), key=itemgetter(0))


def merge_statistics(first: SeekerStatistics, second: SeekerStatistics) -> SeekerStatistics:
    """Return the statistics of the seekers of both; associative and commutative.

    A table that only one side has is left out: its metrics could not be measured on all seekers.
    A design is kept where both sides agree on it.
    """
    names = tuple(n for n in COLUMNS if n in first.tables and n in second.tables)
    design = {k: v for k, v in first.design.items() if second.design.get(k) == v}
    return SeekerStatistics.of_seekers([*first.seekers(), *second.seekers()], names, design)
