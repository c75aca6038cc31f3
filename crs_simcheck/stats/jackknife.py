"""The delete-one-unit jackknife, all units at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array, issparse

from crs_simcheck.stats.functions import dense
from crs_simcheck.stats.rows import FloatArray, Matrix, Pool, Rows

__all__ = ["jackknife_error", "leave_one_out"]

# Numbers in one dense block of leave-one-out pools: bounds memory to some 16 MB a block.
_CHUNK = 2_000_000


def leave_one_out(
    rows: Rows, function: Callable[[Pool], FloatArray], blocks: tuple[str, ...]
) -> FloatArray:
    """Return the (n_units,) values of a function of the pool of all units but one.

    The pool without a unit is the sum of all less the unit's own, so nothing is pooled again.

    Parameters
    ----------
    function:
        Pool of G groups → (G,) values.
    blocks:
        Names of the blocks that the function reads.
    """
    sums = {name: rows.unit_sums(name) for name in blocks}
    totals = {name: _total(block) for name, block in sums.items()}
    widest = max((block.shape[1] for block in sums.values()), default=1)
    step = max(1, _CHUNK // max(1, widest))
    values = []
    for first in range(0, rows.n_units, step):
        last = min(first + step, rows.n_units)
        given = {name: _less(totals[name], block[first:last]) for name, block in sums.items()}
        values.append(function(Pool(last - first, rows, given=given)))
    return np.concatenate(values) if values else np.empty(0)


def jackknife_error(values: FloatArray) -> float:
    """Return the jackknife's standard error from the (n,) leave-one-out values.

    ``√((n − 1)/n · Σ (θᵢ − θ̄)²)`` (Efron and Stein 1981). NaN for n < 2, or where any value does
    not exist: one missing value says that the statistic hangs on a single unit.
    """
    n = values.size
    if n < 2 or not np.all(np.isfinite(values)):
        return float("nan")
    return float(np.sqrt((n - 1) / n * np.sum((values - values.mean()) ** 2)))


def _less(total: FloatArray, sums: Matrix) -> Matrix:
    """Return the total less each row; sparse where it was, over the columns that hold anything."""
    if not issparse(sums):
        return total - dense(sums)
    columns = np.flatnonzero(total).astype(np.int32)
    left = total[:, columns] - dense(sums[:, columns])
    n = left.shape[0]
    ends = np.arange(n + 1, dtype=np.int32) * columns.size
    return csr_array((left.reshape(-1), np.tile(columns, n), ends), shape=sums.shape)


def _total(block: Matrix) -> FloatArray:
    return np.asarray(block.sum(axis=0), dtype=np.float64).reshape(1, -1)
