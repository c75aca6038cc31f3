"""Functions of pooled counts and sums, each over all groups at once.

Every function takes (G × F) matrices or (G,) arrays, one row a group, and returns (G,) floats.
What does not exist (nothing counted, no variance) is NaN: never 0, so that it cannot pass a gate.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, issparse

from crs_simcheck.stats.rows import FloatArray, Matrix

__all__ = [
    "above_zero",
    "dense",
    "dispersion",
    "dispersion_of_lengths",
    "entropy_bits",
    "pearson",
    "pearson_each_with_each",
    "positive_columns",
    "rarefied_share",
    "ratio",
    "row_sums",
]

# What rounding may leave of a difference of sums, as a share of them.
_ROUNDING = 1e-12


def dense(matrix: Matrix) -> FloatArray:
    """Return a sparse or dense matrix as a dense one."""
    return csr_array(matrix).toarray() if issparse(matrix) else np.asarray(matrix)


def above_zero(counts: Matrix) -> Matrix:
    """Return 1 where a count is above zero, else 0."""
    if issparse(counts):
        sparse = csr_array(counts)
        ones = (sparse.data > 0.5).astype(np.float64)
        return csr_array((ones, sparse.indices, sparse.indptr), shape=sparse.shape)
    return (np.asarray(counts) > 0.5).astype(np.float64)


def row_sums(counts: Matrix) -> FloatArray:
    """Return the (G,) sums of the rows of a sparse or dense matrix."""
    return np.asarray(counts.sum(axis=1), dtype=np.float64).reshape(-1)


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Return numerator / denominator, NaN where the denominator is 0."""
    numerator, denominator = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    )
    result = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result


def entropy_bits(counts: Matrix) -> FloatArray:
    """Return the plug-in Shannon entropy of each row, in bits.

    ``H = log2 N − (1/N) Σ c log2 c`` with c the counts (they may be fractions) and N their sum;
    NaN where N is 0. Source: Shannon 1948, with the empirical frequencies put in.

    Parameters
    ----------
    counts:
        (G × F) counts, not negative.
    """
    totals = row_sums(counts)
    if issparse(counts):
        sparse = csr_array(counts, dtype=np.float64)
        data = sparse.data
        weighted = np.zeros_like(data)
        np.log2(data, out=weighted, where=data > 0)
        weighted *= data
        terms = row_sums(csr_array((weighted, sparse.indices, sparse.indptr), shape=sparse.shape))
    else:
        dense = np.maximum(np.asarray(counts, dtype=np.float64), 0.0)
        logs = np.zeros_like(dense)
        np.log2(dense, out=logs, where=dense > 0)
        terms = np.einsum("ij,ij->i", dense, logs)
    result = np.full(totals.shape, np.nan)
    some = totals > 0
    result[some] = np.log2(totals[some]) - terms[some] / totals[some]
    # A single value has an entropy of 0; rounding may leave a negative speck of it.
    return np.where(result < 0, 0.0, result)


def positive_columns(counts: Matrix) -> FloatArray:
    """Return the (G,) number of columns above zero."""
    return row_sums(above_zero(counts))


def pearson(x: FloatArray, y: FloatArray, mask: np.ndarray) -> FloatArray:
    """Return Pearson's r of each row of x with the same row of y, over the columns in the mask.

    NaN where fewer than three columns are in the mask, or where either side does not vary.

    Parameters
    ----------
    x, y, mask:
        (G × F); values outside the mask are not looked at.
    """
    x, y, mask = np.broadcast_arrays(x, y, mask)
    dx, dy = _standard(x, mask), _standard(y, mask)
    covariance = np.einsum("ij,ij->i", dx, dy)
    product = np.einsum("ij,ij->i", dx, dx) * np.einsum("ij,ij->i", dy, dy)
    return _correlation(covariance, product, mask.sum(axis=1).astype(np.float64))


def pearson_each_with_each(
    x: FloatArray, x_mask: np.ndarray, y: FloatArray, y_mask: np.ndarray
) -> FloatArray:
    """Return Pearson's r of every row of x with every row of y, over the columns both masks have.

    Parameters
    ----------
    x, x_mask:
        (G × F).
    y, y_mask:
        (D × F).

    Returns
    -------
    (G × D); NaN as in :func:`pearson`.
    """
    x_in, y_in = x_mask.astype(np.float64), y_mask.astype(np.float64)
    # Centring first keeps the differences of large sums from losing digits.
    x, y = _standard(x, x_mask), _standard(y, y_mask)
    count = x_in @ y_in.T
    safe = np.maximum(count, 1.0)
    sum_x, sum_y = x @ y_in.T, x_in @ y.T
    square_x, square_y = (x * x) @ y_in.T, x_in @ (y * y).T
    covariance = x @ y.T - sum_x * sum_y / safe
    var_x = square_x - sum_x**2 / safe
    var_y = square_y - sum_y**2 / safe
    # Less than this share of the squares is what rounding leaves of a side that does not vary.
    varies = (var_x > _ROUNDING * np.maximum(square_x, _ROUNDING)) & (
        var_y > _ROUNDING * np.maximum(square_y, _ROUNDING)
    )
    return _correlation(covariance, np.where(varies, var_x * var_y, 0.0), count)


def _standard(values: FloatArray, mask: np.ndarray) -> FloatArray:
    """Return rows with mean 0 and largest size 1 over their masks, 0 outside.

    A row that varies by no more than rounding does becomes 0, whatever its unit.
    """
    inside = np.where(mask, values, 0.0)
    count = np.maximum(mask.sum(axis=1, keepdims=True), 1)
    centred = np.where(mask, inside - inside.sum(axis=1, keepdims=True) / count, 0.0)
    largest = np.abs(centred).max(axis=1, keepdims=True, initial=0.0)
    noise = 8 * np.finfo(np.float64).eps * np.abs(inside).max(axis=1, keepdims=True, initial=0.0)
    standard: FloatArray = centred / np.where(largest > noise, largest, np.inf)
    return standard


def _correlation(covariance: FloatArray, product: FloatArray, count: FloatArray) -> FloatArray:
    exists = (count >= 3) & (product > 0)
    result = np.full(covariance.shape, np.nan)
    np.divide(covariance, np.sqrt(np.maximum(product, 0.0)), out=result, where=exists)
    clipped: FloatArray = np.clip(result, -1.0, 1.0)
    return clipped


def dispersion(sums: FloatArray, count: FloatArray) -> FloatArray:
    """Return 1 − ‖Σ û‖² / n²: one minus the mean cosine of all pairs of n unit vectors.

    Self pairs are included (arXiv 2607.00010, equations 6 and 7, in closed form).

    Parameters
    ----------
    sums:
        (G × d) sums of unit vectors.
    count:
        (G,) how many vectors were added; NaN comes out where it is 0.
    """
    lengths: FloatArray = np.einsum("ij,ij->i", sums, sums)
    return 1.0 - ratio(lengths, np.asarray(count, dtype=np.float64) ** 2)


def dispersion_of_lengths(sums: FloatArray, count: FloatArray) -> FloatArray:
    """Return 1 − ‖Σ û‖ / n: one minus the length of the mean of n unit vectors.

    Source: ``SentDiv`` of Yoon et al. 2024 (arXiv 2403.09738); :func:`dispersion` has the square.
    Parameters as there.
    """
    lengths: FloatArray = np.sqrt(np.einsum("ij,ij->i", sums, sums))
    return 1.0 - ratio(lengths, np.asarray(count, dtype=np.float64))


def rarefied_share(counts: Matrix, size: int) -> FloatArray:
    """Return the expected number of different columns among ``size`` tokens drawn, over ``size``.

    Tokens are drawn without replacement from the N of each row, so that rows of different N are
    read at one size: ``Σ_f (1 − C(N − c_f, m) / C(N, m)) / m`` with c the counts and m the size.
    NaN where N is less than m. Source: Hurlbert 1971 (Ecology 52, 577–586); with m = 42 it is HD-D
    of McCarthy and Jarvis 2010.

    Parameters
    ----------
    counts:
        (G × F) whole numbers, not negative.
    size:
        m, from 1.
    """
    sparse = csr_array(counts, dtype=np.float64)
    totals = row_sums(sparse)
    n_groups = sparse.shape[0]
    row = np.repeat(np.arange(n_groups), np.diff(sparse.indptr))
    count = sparse.data.astype(np.int64)
    # How many columns of each row have each count: few counts are large, and many are equal.
    seen, of_cell = _distinct(count)
    width = max(seen.size, 1)
    columns = np.bincount(row * width + of_cell, minlength=n_groups * width)
    columns = columns.reshape(n_groups, width).astype(np.float64)
    missed = _share_without(totals, seen, size) if seen.size else np.ones((n_groups, 1))
    expected = np.einsum("ij,ij->i", columns, 1.0 - missed)
    return np.where(totals >= size, expected / size, np.nan)


def _distinct(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different numbers, sorted, and the place of each there, as ``np.unique`` does."""
    largest = int(counts.max(initial=0))
    if largest > counts.size:  # nothing is saved
        return np.unique(counts, return_inverse=True)
    seen = np.flatnonzero(np.bincount(counts))
    places = np.zeros(largest + 1, dtype=np.int64)
    places[seen] = np.arange(seen.size)
    return seen, places.take(counts)


def _share_without(totals: FloatArray, counts: np.ndarray, size: int) -> FloatArray:
    """Return (G × K) C(N − c, m) / C(N, m): how often m of N tokens have none of c given ones."""
    if counts[-1] > size:  # fewer factors the other way round: Π (N − c − j) / (N − j), j < m
        wide = totals[:, None]
        product = np.ones((totals.size, counts.size))
        for j in range(size):
            product *= np.maximum(wide - counts - j, 0.0) / np.maximum(wide - j, 1.0)
        return product
    result = np.ones((totals.size, counts.size))
    missed = np.ones(totals.size)
    position = 0
    for c in range(int(counts[-1]) + 1):
        while position < counts.size and counts[position] == c:
            result[:, position] = missed
            position += 1
        missed = missed * np.maximum(totals - size - c, 0.0) / np.maximum(totals - c, 1.0)
        if position == counts.size or not missed.any():
            break
    result[:, position:] = 0.0
    return result
