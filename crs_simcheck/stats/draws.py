"""Groups drawn at random, and the cut to equal observations, as one matrix of zeros and ones.

A draw of a group is a row of a (draws × rows) matrix W; ``W @ blocks`` pools every group of every
draw in one sparse product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from crs_simcheck.stats.rows import IntArray, Pool, Rows

__all__ = ["Allowance", "Draws", "cut_once", "draw_groups", "draw_pools", "row_weights"]

# Random numbers drawn at a time while choosing groups: bounds memory to some 32 MB.
_CHUNK = 4_000_000
# Random orders of the rows that the cuts of many draws share.
_SHUFFLES = 16


def draw_groups(n_units: int, size: int, n_draws: int, rng: np.random.Generator) -> IntArray:
    """Draw groups of units without replacement.

    Returns
    -------
    (n_draws × size) indices of units; each row holds different units, in no meaningful order.

    Raises
    ------
    ValueError
        Where ``size`` is not in ``1..n_units``.
    """
    if not 1 <= size <= n_units:
        raise ValueError(f"cannot draw {size} of {n_units} units without replacement")
    if size == n_units:
        return np.broadcast_to(np.arange(n_units), (n_draws, n_units)).copy()
    if n_units > 50 * size:  # a sort of all units would cost more than drawing the few
        return np.stack([rng.choice(n_units, size, replace=False) for _ in range(n_draws)])
    result = np.empty((n_draws, size), dtype=np.int64)
    step = max(1, _CHUNK // n_units)
    for first in range(0, n_draws, step):
        count = min(step, n_draws - first)
        keys = rng.random((count, n_units), dtype=np.float32)
        result[first : first + count] = np.argpartition(keys, size - 1, axis=1)[:, :size]
    return result


@dataclass(frozen=True, eq=False)
class Allowance:
    """How many rows each unit of a group may keep, so that both sides have equally many.

    Both sides are sorted by their number of rows; at each rank the smaller of the two counts is
    what either side may keep. Ranks are quantiles, so that any size of group can be served.

    Parameters
    ----------
    first, second:
        Numbers of rows of each unit of the two sides.
    """

    first: IntArray
    second: IntArray

    def of_size(self, size: int) -> IntArray:
        """Return the (size,) allowances of a group, sorted."""
        return np.minimum(_quantiles(self.first, size), _quantiles(self.second, size))

    def cuts(self, counts: IntArray) -> bool:
        """Return whether a side with these numbers of rows may lose any at all."""
        if counts.size == 0:
            return False
        return int(self.of_size(counts.size).min()) < int(counts.max())


def _quantiles(counts: IntArray, size: int) -> IntArray:
    ordered = np.sort(np.asarray(counts, dtype=np.int64))
    ranks = ((np.arange(size) + 0.5) / size * ordered.size).astype(np.int64)
    return ordered[np.minimum(ranks, ordered.size - 1)]


@dataclass(frozen=True, eq=False)
class Draws:
    """Groups drawn from rows: which units, and the pool of what they keep.

    ``groups`` is (D × size); ``pool`` has D groups.
    """

    groups: IntArray
    pool: Pool


def draw_pools(
    rows: Rows,
    size: int,
    n_draws: int,
    rng: np.random.Generator,
    allowance: Allowance | None = None,
) -> Draws:
    """Draw groups of units from rows and pool each, cut to the allowance where one is given."""
    groups = draw_groups(rows.n_units, size, n_draws, rng)
    keep = None if allowance is None else allowance.of_size(size)
    weights = row_weights(rows, groups, keep, rng)
    return Draws(groups, Pool(n_draws, rows, weights))


def cut_once(rows: Rows, allowance: Allowance, rng: np.random.Generator) -> Rows:
    """Return the rows with every unit cut to its allowance, once, at random."""
    everybody = np.arange(rows.n_units)[None, :]
    weights = row_weights(rows, everybody, allowance.of_size(rows.n_units), rng)
    return rows.select(weights.indices.astype(np.int64))


def row_weights(
    rows: Rows, groups: IntArray, keep: IntArray | None, rng: np.random.Generator
) -> csr_array:
    """Return the (D × R) matrix of ones at the rows that each group keeps.

    Parameters
    ----------
    groups:
        (D × size) indices of units.
    keep:
        (size,) sorted allowances: the members of a group, sorted by their number of rows (ties
        at random), keep at most that many, chosen at random. None keeps all.
    """
    n_draws = groups.shape[0]
    # take(), here and below: indexing by an array of places takes two or three times as long.
    counts = rows.counts.take(groups)
    if keep is None or int(keep.min()) >= int(rows.counts.max(initial=0)):
        kept = counts
        chosen = _rows_of(rows, groups.reshape(-1))
    else:
        ties = rng.random(groups.shape, dtype=np.float32) * np.float32(0.5)
        by_count = np.argsort(counts + ties, axis=1)
        by_count += groups.shape[1] * np.arange(n_draws)[:, None]
        kept = np.minimum(counts.take(by_count), keep)
        n_shuffles = max(1, min(_SHUFFLES, n_draws, _CHUNK // max(1, len(rows))))
        order = groups.take(by_count).reshape(-1)
        chosen = _some_rows_of(rows, order, kept.reshape(-1), n_shuffles, rng)
    indptr = np.concatenate(([0], np.cumsum(kept.sum(axis=1)))).astype(np.int32)
    return csr_array((np.ones(chosen.size), chosen, indptr), shape=(n_draws, len(rows)))


def _runs(starts: IntArray, lengths: IntArray) -> NDArray[np.int32]:
    """Return ``starts[i], starts[i] + 1, …`` for ``lengths[i]`` numbers, for all i in a row."""
    before = np.cumsum(lengths) - lengths
    total = int(lengths.sum())
    return np.arange(total, dtype=np.int32) + np.repeat((starts - before).astype(np.int32), lengths)


def _rows_of(rows: Rows, units: IntArray) -> NDArray[np.int32]:
    return _runs(rows.starts.take(units), rows.counts.take(units))


def _some_rows_of(
    rows: Rows, units: IntArray, kept: IntArray, n_shuffles: int, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Return, unit by unit, ``kept`` of its rows, every subset being equally likely.

    A unit takes consecutive places, from a random one on and round the end, of one of
    ``n_shuffles`` random orders of its rows: work for the rows that stay, and none for the others.
    """
    shuffled = _shuffles(rows, n_shuffles, rng)
    which = rng.integers(0, n_shuffles, units.size)
    first = rng.integers(0, np.maximum(rows.counts, 1).take(units))
    begin = 2 * (which * len(rows) + rows.starts.take(units)) + first
    return shuffled.take(_runs(begin, kept))


def _shuffles(rows: Rows, n_shuffles: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Return ``n_shuffles`` random orders of all rows, behind each other.

    Each unit's rows stay together, and stand there twice, so that a run may go round their end.
    """
    twice = _runs(np.repeat(rows.starts, 2), np.repeat(rows.counts, 2))
    keys = rng.random((n_shuffles, len(rows)), dtype=np.float32) * np.float32(0.99)
    orders = np.argsort(keys + rows.owner, axis=1).astype(np.int32)
    return orders.take(twice, axis=1).reshape(-1)
