"""Correlations with p-values and intervals: of two sides, and of every pair of raters.

Where a side does not vary there is no correlation, and the result says so. ``smooth`` gives 0 there
instead: ε is added to both variances, r = cov / √((s_x² + ε)(s_y² + ε)), and the covariance with a
constant is 0 whatever ε is. So no agreement is credited to scores that never differ, and the result
is marked. Where both sides vary nothing is added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crs_simcheck.stats.estimates import (
    Estimate,
    as_scores,
    bootstrap_interval,
    equal_scores,
    resampling_weights,
    spread_of,
)
from crs_simcheck.stats.quantiles import student_tails
from crs_simcheck.stats.rows import FloatArray
from crs_simcheck.stats.rule import ConfidenceInterval

__all__ = [
    "Correlation",
    "MeanCorrelation",
    "mean_pairwise_pearson",
    "midranks",
    "pearson_of",
    "pearson_test",
    "spearman_test",
]

_NORMAL = 1.959963984540054
_LEAST_PAIRS = 3
# Up to this n every order of the ranks is counted, 9! of them.
_MOST_EXACT = 9
# What rounding may leave of 1 − |r|, for each pair.
_ROUNDING = 4e-16
# Less than this share of the squares is what rounding leaves of a rater who does not vary.
_NO_VARIANCE = 1e-12
# Numbers in one block of resamples: bounds memory to some 16 MB a block.
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation(Estimate):
    """A correlation over n pairs; ``p_value`` is two-sided, of no correlation at all."""

    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanCorrelation(Estimate):
    """The mean correlation of all pairs of raters; n is the number of targets.

    ``pairs_left_out`` are pairs with fewer than three targets in common, or of which one does not
    vary over those.
    """

    pairs: int
    pairs_left_out: int


def pearson_test(x: ArrayLike, y: ArrayLike, *, smooth: bool = False) -> Correlation:
    """Return Pearson's r with its p-value and 95 % interval.

    p is two-sided, from Student's t with n − 2 degrees of freedom; the interval is that of Fisher's
    z, tanh(artanh r ± 1.96 / √(n − 3)) (Fisher 1921). Both hold for normal scores.

    Parameters
    ----------
    x, y:
        (n,) scores of the same targets; pairs with a NaN are left out.
    smooth:
        Give 0, marked, where a side does not vary.
    """
    x, y = _complete_pairs(x, y)
    undefined = _undefined(x, y, smooth)
    return pearson_of(_pearson(x, y), x.size) if undefined is None else undefined


def pearson_of(r: float, n: int) -> Correlation:
    """Return what :func:`pearson_test` says of a correlation r that was found over n pairs."""
    if not -1 <= r <= 1:
        raise ValueError(f"a correlation lies from -1 to 1, got {r}")
    if n < _LEAST_PAIRS:
        raise ValueError(f"a correlation needs at least {_LEAST_PAIRS} pairs, got {n}")
    return _correlation(float(r), int(n), _tails(r, n), 1.0)


def spearman_test(x: ArrayLike, y: ArrayLike, *, smooth: bool = False) -> Correlation:
    """Return Spearman's rank correlation (mean ranks for ties), p-value and 95 % interval.

    p is two-sided: from all orders of the ranks up to n = 9, from Student's t with n − 2 degrees of
    freedom above. The interval is tanh(artanh r ± 1.96 √((1 + r²/2) / (n − 3))) (Bonett and Wright
    2000, Psychometrika 65, 23–28).

    Parameters are those of :func:`pearson_test`.
    """
    x, y = _complete_pairs(x, y)
    undefined = _undefined(x, y, smooth)
    if undefined is not None:
        return undefined
    ranks_x, ranks_y = midranks(x), midranks(y)
    r = _pearson(ranks_x, ranks_y)
    p_value = _exact_tails(ranks_x, ranks_y) if x.size <= _MOST_EXACT else _tails(r, x.size)
    return _correlation(r, x.size, p_value, 1 + r * r / 2)


def midranks(values: FloatArray) -> FloatArray:
    """Return ranks from 1, equal values sharing the mean of theirs."""
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: FloatArray = (last - (counts - 1) / 2)[index]
    return ranks


def mean_pairwise_pearson(
    scores: ArrayLike,
    rng: np.random.Generator,
    *,
    n_resamples: int = 1000,
    smooth: bool = False,
) -> MeanCorrelation:
    """Return the mean of Pearson's r over all pairs of raters, with a bootstrap interval.

    The bootstrap resamples targets, whole rows of scores, and keeps the raters: the interval is one
    for these raters (:func:`~crs_simcheck.stats.estimates.bootstrap_interval`).

    Parameters
    ----------
    scores:
        (targets × raters), NaN where missing. Targets without a score count for nothing.
    smooth:
        Count pairs of which one does not vary as 0, and mark the result.
    """
    table = as_scores(scores, ndim=2)
    table = table[~np.isnan(table).all(axis=1)]
    n, raters = table.shape
    pairs = raters * (raters - 1) // 2
    if pairs == 0 or n == 0:
        reason = f"undefined, {raters} rater(s) and {n} target(s) with a score make no pair"
        return MeanCorrelation(
            value=None, interval=None, n=n, reason=reason, pairs=0, pairs_left_out=pairs
        )
    each = _Pairs.of(table)
    found, flat = each.correlations(np.ones((1, n)))
    used = int(np.isfinite(found).sum()) + (int(flat.sum()) if smooth else 0)
    if used == 0:
        known = table[~np.isnan(table)]
        reason = "undefined, no two raters have 3 targets in common on which both vary"
        if spread_of(known) == 0:
            reason = equal_scores(known)
        return MeanCorrelation(
            value=None, interval=None, n=n, reason=reason, pairs=0, pairs_left_out=pairs
        )
    value = float(_mean_over_pairs(found, flat, smooth)[0])
    weights = resampling_weights(n, n_resamples, rng)
    step = max(1, _CHUNK // (n + each.common.shape[1]))
    resampled = np.concatenate(
        [
            _mean_over_pairs(*each.correlations(weights[i : i + step]), smooth)
            for i in range(0, n_resamples, step)
        ]
    )
    interval, reason_why = bootstrap_interval(value, resampled, n)
    return MeanCorrelation(
        value=value,
        interval=interval,
        n=n,
        reason=reason_why,
        smoothed=smooth and bool(flat.any()),
        pairs=used,
        pairs_left_out=pairs - used,
    )


def _complete_pairs(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, y = as_scores(x, "x"), as_scores(y, "y")
    if x.size != y.size:
        raise ValueError(f"x and y must score the same targets, got {x.size} and {y.size}")
    both = ~(np.isnan(x) | np.isnan(y))
    return x[both], y[both]


def _undefined(x: FloatArray, y: FloatArray, smooth: bool) -> Correlation | None:
    """Return the result where there is no correlation, or None where there is one."""
    if x.size < _LEAST_PAIRS:
        reason = f"undefined, it needs at least {_LEAST_PAIRS} pairs and there are {x.size}"
        return Correlation(value=None, interval=None, n=x.size, reason=reason, p_value=None)
    flat = [side for side in (x, y) if spread_of(side) == 0]
    if not flat:
        return None
    reason = equal_scores(flat[0])
    if len(flat) == 2 and equal_scores(flat[1]) != reason:
        reason += f" on one side and {float(flat[1][0]):.6g} on the other"
    if smooth:
        return _correlation(0.0, x.size, 1.0, 1.0, f"smoothed: {reason}")
    return Correlation(value=None, interval=None, n=x.size, reason=reason, p_value=None)


def _pearson(x: FloatArray, y: FloatArray) -> float:
    """Return r of two sides that vary."""
    x, y = x - x.mean(), y - y.mean()
    # Scaled first, so that no square leaves the range of floats.
    x, y = x / np.abs(x).max(), y / np.abs(y).max()
    r = float(x @ y) / math.sqrt(float(x @ x) * float(y @ y))
    return math.copysign(1.0, r) if 1 - abs(r) <= _ROUNDING * x.size else r


def _tails(r: float, n: int) -> float:
    rest = (1 - r) * (1 + r)
    return student_tails(n - 2, r * math.sqrt((n - 2) / rest) if rest > 0 else math.inf)


def _exact_tails(x: FloatArray, y: FloatArray) -> float:
    """Return the share of all orders of y in which the ranks agree or disagree as much.

    The sums Σ x_i y_j of all orders are counted by adding one x after another, for every subset of
    the y that are used up by then: 2ⁿ subsets in place of n! orders. Twice a mean rank is whole.
    """
    a, b = np.rint(2 * x).astype(np.int64), np.rint(2 * y).astype(np.int64)
    n = a.size
    largest = int(np.sort(a) @ np.sort(b))
    counts = np.zeros((1 << n, largest + 1), dtype=np.int64)
    counts[0, 0] = 1
    for used in range((1 << n) - 1):
        next_x = a[used.bit_count()]
        for j in range(n):
            if not used >> j & 1:
                product = int(next_x * b[j])
                counts[used | 1 << j, product:] += counts[used, : largest + 1 - product]
    # n times the sum, less its mean: whole numbers, so ties with the sample are exact.
    distance = np.abs(n * np.arange(largest + 1) - int(a.sum() * b.sum()))
    as_far = distance >= abs(n * int(a @ b) - int(a.sum() * b.sum()))
    return float(counts[-1, as_far].sum() / counts[-1].sum())


def _correlation(
    r: float, n: int, p_value: float, variance: float, smoothed: str | None = None
) -> Correlation:
    """Return a correlation with the interval of Fisher's z; variance is that of z, times n − 3."""
    interval, reason = None, smoothed
    if n <= _LEAST_PAIRS:
        reason = f"no interval: it needs at least {_LEAST_PAIRS + 1} pairs and there are {n}"
    elif abs(r) == 1:
        interval = ConfidenceInterval(r, r)
        reason = f"all {n} pairs lie on one line: the interval has no width"
    else:
        reach = _NORMAL * math.sqrt(variance / (n - _LEAST_PAIRS))
        z = math.atanh(r)
        interval = ConfidenceInterval(math.tanh(z - reach), math.tanh(z + reach))
    return Correlation(
        value=r,
        interval=interval,
        n=n,
        reason=reason,
        p_value=p_value,
        smoothed=smoothed is not None,
    )


@dataclass(frozen=True)
class _Pairs:
    """The P pairs of raters with enough targets in common: (n × P) scores of either rater.

    ``common`` is 1 where both have a score. Scores have mean 0 and largest size 1 over those, and
    are 0 elsewhere, as they are where a rater does not vary.
    """

    common: FloatArray
    first: FloatArray
    second: FloatArray

    @classmethod
    def of(cls, table: FloatArray) -> _Pairs:
        present = ~np.isnan(table)
        i, j = np.triu_indices(table.shape[1], 1)
        shared = present[:, i] & present[:, j]
        enough = shared.sum(axis=0) >= _LEAST_PAIRS
        i, j, shared = i[enough], j[enough], shared[:, enough]
        return cls(shared.astype(np.float64), *(_standard(table[:, k], shared) for k in (i, j)))

    def correlations(self, weights: FloatArray) -> tuple[FloatArray, np.ndarray]:
        """Return r of all pairs in each weighting (B × n) of the targets, NaN where there is none.

        Returns
        -------
        (B × P) correlations; and where three targets are in common, but one side does not vary.
        """
        x, y = self.first, self.second
        safe = np.maximum(weights @ self.common, 1.0)
        sum_x, sum_y = weights @ x, weights @ y
        square_x, square_y = weights @ (x * x), weights @ (y * y)
        var_x, var_y = square_x - sum_x**2 / safe, square_y - sum_y**2 / safe
        varies = (var_x > _NO_VARIANCE * square_x) & (var_y > _NO_VARIANCE * square_y)
        enough = (weights > 0).astype(np.float64) @ self.common >= _LEAST_PAIRS
        size = np.sqrt(np.where(varies, var_x * var_y, 1.0))
        r = np.clip((weights @ (x * y) - sum_x * sum_y / safe) / size, -1.0, 1.0)
        return np.where(enough & varies, r, np.nan), enough & ~varies


def _standard(scores: FloatArray, present: np.ndarray) -> FloatArray:
    """Return columns with mean 0 and largest size 1 over what is present, 0 where it is not."""
    standard = np.zeros(scores.shape)
    for column, kept, result in zip(scores.T, present.T, standard.T, strict=True):
        if spread := spread_of(column[kept]):
            result[kept] = (column[kept] - column[kept].mean()) / spread
    return standard


def _mean_over_pairs(r: FloatArray, flat: np.ndarray, smooth: bool) -> FloatArray:
    """Return the (B,) means of the correlations that exist, NaN where none does."""
    if smooth:
        r = np.where(flat, 0.0, r)
    found = np.isfinite(r)
    count = found.sum(axis=1)
    mean: FloatArray = np.where(found, r, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count > 0, mean, np.nan)
