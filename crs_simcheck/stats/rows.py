"""Rows that add: statistics of some units, kept so that any group of them pools by addition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = ["FloatArray", "IntArray", "Matrix", "Pool", "Rows", "one_hot"]

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
Matrix: TypeAlias = csr_array | FloatArray


def one_hot(column: IntArray, width: int, values: FloatArray | None = None) -> csr_array:
    """Return the (R × width) matrix with one entry a row, at ``column``.

    Parameters
    ----------
    column:
        (R,) column of each row, ``0 <= column < width``.
    width:
        Number of columns.
    values:
        (R,) the entries; ones by default. Zeros are kept out of the result.
    """
    column = np.asarray(column, dtype=np.int64)
    if column.size and (column.min() < 0 or column.max() >= width):
        raise ValueError(f"columns must lie in 0..{width - 1}, got {column.min()}..{column.max()}")
    data = np.ones(column.size) if values is None else np.array(values, dtype=np.float64)
    # Small numbers and a copy: products are faster, and taking the zeros out moves the columns.
    indices, indptr = column.astype(np.int32), np.arange(column.size + 1, dtype=np.int32)
    matrix = csr_array((data, indices, indptr), shape=(column.size, width))
    if values is not None:
        matrix.eliminate_zeros()
    return matrix


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of some units, each row a few numbers in named blocks.

    Parameters
    ----------
    owner:
        (R,) the unit of each row, non-decreasing, in ``0..n_units - 1``.
    n_units:
        Number of units, those without a row included.
    blocks:
        Name → (R × F) matrix, sparse or dense. Blocks may differ in F.
    maps:
        Name → (F × K) matrix that leads from the columns of a block to others. Maps are the same
        for every group and so are not pooled.

    Raises
    ------
    ValueError
        Where shapes do not agree or ``owner`` is not sorted or out of range.
    """

    owner: IntArray
    n_units: int
    blocks: Mapping[str, Matrix]
    maps: Mapping[str, csr_array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be pooled."""
        owner = self.owner
        if owner.ndim != 1:
            raise ValueError(f"owner must be one-dimensional, got shape {owner.shape}")
        if owner.size:
            if np.any(np.diff(owner) < 0):
                raise ValueError("owner must be sorted; use Rows.ordered")
            if owner[0] < 0 or owner[-1] >= self.n_units:
                raise ValueError(
                    f"owner must lie in 0..{self.n_units - 1}, got {owner[0]}..{owner[-1]}"
                )
        for name, block in self.blocks.items():
            if block.shape[0] != owner.size:
                raise ValueError(
                    f"block '{name}' has {block.shape[0]} rows, the owners are {owner.size}"
                )

    @classmethod
    def ordered(cls, owner: IntArray, n_units: int, blocks: Mapping[str, Matrix]) -> Rows:
        """Build rows from owners in any order; rows of one unit keep their order."""
        order = np.argsort(owner, kind="stable")
        return cls(owner[order], n_units, {name: b[order] for name, b in blocks.items()})

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.owner.size)

    @cached_property
    def counts(self) -> IntArray:
        """(n_units,) number of rows of each unit."""
        return np.bincount(self.owner, minlength=self.n_units).astype(np.int64)

    @cached_property
    def starts(self) -> IntArray:
        """(n_units,) where the rows of each unit begin."""
        return np.cumsum(self.counts) - self.counts

    @cached_property
    def membership(self) -> csr_array:
        """(n_units × R) matrix of ones that adds the rows of each unit."""
        ends = np.concatenate(([0], np.cumsum(self.counts))).astype(np.int32)
        index = np.arange(len(self), dtype=np.int32)
        return csr_array((np.ones(len(self)), index, ends), shape=(self.n_units, len(self)))

    def unit_sums(self, name: str) -> Matrix:
        """Return the (n_units × F) sums of a block over the rows of each unit."""
        return self.membership @ self.blocks[name]

    def select(self, chosen: IntArray) -> Rows:
        """Return these rows alone (indices, any order); every unit stays, even with no row left."""
        chosen = np.sort(np.asarray(chosen, dtype=np.int64))
        return Rows(
            self.owner[chosen],
            self.n_units,
            {n: b[chosen] for n, b in self.blocks.items()},
            self.maps,
        )

    def units(self, wanted: IntArray) -> Rows:
        """Return the rows of these units, renumbered in the order given."""
        wanted = np.asarray(wanted, dtype=np.int64)
        counts = self.counts[wanted]
        offsets = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        index = np.repeat(self.starts[wanted], counts) + offsets
        owner = np.repeat(np.arange(wanted.size), counts)
        blocks = {n: b[index] for n, b in self.blocks.items()}
        return Rows(owner, int(wanted.size), blocks, self.maps)


@dataclass(frozen=True, eq=False)
class Pool:
    """The pooled blocks of G groups, each computed once and only when asked for.

    Parameters
    ----------
    n_groups:
        G.
    rows, weights:
        Blocks are ``weights @ rows.blocks[name]``, with ``weights`` (G × R) of zeros and ones.
    given:
        Blocks that are there already, name → (G × F); they need no ``weights``.
    """

    n_groups: int
    rows: Rows | None = None
    weights: csr_array | None = None
    given: Mapping[str, Matrix] = field(default_factory=dict)
    _made: dict[str, Matrix] = field(default_factory=dict, init=False, repr=False)

    def block(self, name: str) -> Matrix:
        """Return the (G × F) sums of a block over the rows of each group."""
        if name in self.given:
            return self.given[name]
        if name not in self._made:
            if self.rows is None or self.weights is None:
                raise KeyError(name)
            self._made[name] = self.weights @ self.rows.blocks[name]
        return self._made[name]

    def map(self, name: str) -> csr_array:
        """Return one of the maps of the rows."""
        if self.rows is None:
            raise KeyError(name)
        return self.rows.maps[name]

    @classmethod
    def whole(cls, rows: Rows) -> Pool:
        """Pool all rows into a single group."""
        index = np.arange(len(rows), dtype=np.int32)
        ends = np.array([0, len(rows)], dtype=np.int32)
        weights = csr_array((np.ones(len(rows)), index, ends), shape=(1, len(rows)))
        return cls(1, rows, weights)
