"""A number with its interval, or why there is none; and what all measures of agreement share.

Intervals are two-sided, at 95 %: these are the figures that are printed beside a published one, and
the custom there is 95 %. The rule of a comparison has its own level.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crs_simcheck.stats.quantiles import student_quantile
from crs_simcheck.stats.rows import FloatArray, IntArray
from crs_simcheck.stats.rule import ConfidenceInterval

__all__ = [
    "AGREEMENT_LEVEL",
    "Estimate",
    "as_clusters",
    "as_scores",
    "bootstrap_interval",
    "cluster_sums",
    "equal_scores",
    "mean_estimate",
    "resampling_weights",
    "spread_of",
]

AGREEMENT_LEVEL = 0.95
_UPPER = (1 + AGREEMENT_LEVEL) / 2
# Squares of larger numbers would leave the range of floats.
_LARGEST = 1e100
# An interval from fewer of the resamples would be one of those that happen to have a value.
_LEAST_SHARE_OF_RESAMPLES = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its 95 % interval; what is undefined is None with a reason, never NaN.

    Parameters
    ----------
    value, interval:
        None where undefined.
    n:
        How many values, pairs or targets it rests on.
    reason:
        Why the value or the interval is missing, or what is to be known of it; else None.
    smoothed:
        Whether the value would have been undefined, and a tiny amount was added.
    """

    value: float | None
    interval: ConfidenceInterval | None
    n: int
    reason: str | None = None
    smoothed: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no number, and what is missing without a reason."""
        numbers = [] if self.value is None else [self.value]
        if self.interval is not None:
            numbers += [self.interval.low, self.interval.high]
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"an estimate holds finite numbers, got {numbers}")
        if self.value is None and self.interval is not None:
            raise ValueError("an estimate without a value has no interval")
        if self.interval is None and not self.reason:
            raise ValueError("an estimate without an interval says why")


def as_scores(scores: ArrayLike, name: str = "scores", ndim: int = 1) -> FloatArray:
    """Return scores as floats, NaN where missing.

    Raises
    ------
    ValueError
        Where they are infinite, beyond ±1e100, or of another number of dimensions.
    """
    array = np.asarray(scores, dtype=np.float64)
    if array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimension(s), got shape {array.shape}")
    wrong = array[~np.isnan(array) & ~(np.abs(array) <= _LARGEST)]
    if wrong.size:
        raise ValueError(
            f"{name} must be numbers within ±{_LARGEST:g}, or NaN where missing; got {wrong[0]:g}"
        )
    return array


def spread_of(values: FloatArray) -> float:
    """Return the largest distance of values from their mean; 0 where only rounding parts them."""
    if values.size == 0:
        return 0.0
    largest = float(np.abs(values - values.mean()).max())
    noise = 8 * float(np.finfo(np.float64).eps) * float(np.abs(values).max())
    return largest if largest > noise else 0.0


def equal_scores(values: FloatArray) -> str:
    """Return the reason why nothing can be said of scores that do not vary."""
    return f"undefined, all scores equal {float(values[0]):.6g}"


def as_clusters(clusters: Sequence[Hashable] | np.ndarray, n: int, name: str) -> IntArray:
    """Return the ids of clusters as numbers from 0 on, one for each of n values."""
    ids = list(clusters)
    if len(ids) != n:
        raise ValueError(f"{name} must name one cluster for each of {n} values, got {len(ids)}")
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(c, len(numbers)) for c in ids], dtype=np.int64)


def cluster_sums(values: FloatArray, clusters: IntArray, n_clusters: int) -> FloatArray:
    """Return the (n_clusters,) sums of the values of each cluster."""
    return np.bincount(clusters, weights=values, minlength=n_clusters).astype(np.float64)


def mean_estimate(values: ArrayLike, clusters: Sequence[Hashable] | None = None) -> Estimate:
    """Return the mean with Student's interval, robust to clusters where they are named.

    Missing values (NaN) are left out. With clusters the variance of the mean is
    ``G / (G − 1) · Σ_g (Σ_{i ∈ g} (x_i − x̄))² / n²`` and t has G − 1 degrees of freedom (Liang and
    Zeger 1986); without, every value is a cluster and it is s² / n.

    Parameters
    ----------
    values:
        (n,) numbers.
    clusters:
        (n,) ids; values of one cluster may be alike.
    """
    x = as_scores(values, "values")
    groups = np.arange(x.size) if clusters is None else as_clusters(clusters, x.size, "clusters")
    kept = ~np.isnan(x)
    x, groups = x[kept], np.unique(groups[kept], return_inverse=True)[1]
    if x.size == 0:
        return Estimate(value=None, interval=None, n=0, reason="undefined, there is no value")
    mean, n_groups = float(x.mean()), int(groups.max()) + 1
    if n_groups < 2:
        reason = "no interval from a single value" if x.size == 1 else "no interval: one cluster"
        return Estimate(value=mean, interval=None, n=x.size, reason=reason)
    sums = cluster_sums(x - mean, groups, n_groups)
    error = math.sqrt(n_groups / (n_groups - 1) * float(sums @ sums)) / x.size
    reach = student_quantile(n_groups - 1, _UPPER) * error
    return Estimate(
        value=mean,
        interval=ConfidenceInterval(mean - reach, mean + reach),
        n=x.size,
        reason=None if spread_of(x) > 0 else f"all {x.size} values equal {mean:.6g}",
    )


def resampling_weights(n: int, n_resamples: int, rng: np.random.Generator) -> FloatArray:
    """Return (n_resamples × n) counts: how often each of n targets is in each bootstrap sample."""
    if n_resamples < 1:
        raise ValueError(f"a bootstrap needs at least one resample, got {n_resamples}")
    return rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(np.float64)


def bootstrap_interval(
    value: float, resampled: FloatArray, n: int
) -> tuple[ConfidenceInterval | None, str | None]:
    """Return the bias-corrected percentile interval, expanded for few targets; or a reason.

    The percentiles are Φ(2 z₀ ± t·√(n/(n − 1))), with z₀ the normal quantile of the share of
    resamples below the value (Efron 1987, with no acceleration) and t Student's quantile with n − 1
    degrees of freedom in place of 1.96 (Hesterberg 2015, The American Statistician 69, 371–386):
    plain percentiles are too short when n is small.

    Parameters
    ----------
    value:
        What the sample itself gives.
    resampled:
        (B,) what the resamples give, NaN where undefined.
    n:
        Number of targets that were resampled, from 2.
    """
    from statistics import NormalDist  # takes longer to import than the rest of this package's own

    normal = NormalDist()
    found = resampled[np.isfinite(resampled)]
    if found.size < _LEAST_SHARE_OF_RESAMPLES * resampled.size:
        return None, (
            f"no interval: only {found.size} of {resampled.size} bootstrap samples of {n} targets "
            "have a value"
        )
    below = np.count_nonzero(found < value) + np.count_nonzero(found == value) / 2
    # Half a resample off the ends, where the normal quantile is infinite.
    share = min(max(below / found.size, 0.5 / found.size), 1 - 0.5 / found.size)
    center = 2 * normal.inv_cdf(share)
    reach = student_quantile(n - 1, _UPPER) * math.sqrt(n / (n - 1))
    low, high = np.quantile(found, [normal.cdf(center - reach), normal.cdf(center + reach)])
    return ConfidenceInterval(float(low), float(high)), None
