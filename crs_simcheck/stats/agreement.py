"""Agreement of raters who score the same targets on one scale: intraclass correlation and alpha.

Scores are (targets × raters) tables with NaN where a rater did not score a target. What is missing
is taken to be missing for reasons that have nothing to do with the score.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from crs_simcheck.stats.estimates import (
    AGREEMENT_LEVEL,
    Estimate,
    as_scores,
    bootstrap_interval,
    equal_scores,
    mean_estimate,
    resampling_weights,
    spread_of,
)
from crs_simcheck.stats.quantiles import f_quantile
from crs_simcheck.stats.rows import FloatArray
from crs_simcheck.stats.rule import ConfidenceInterval

__all__ = ["IntraclassCorrelation", "Scale", "bias", "icc_2k", "krippendorff_alpha"]

Scale = Literal["nominal", "ordinal", "interval"]

_UPPER = (1 + AGREEMENT_LEVEL) / 2
# What rounding may leave of a sum of squares, as a share of the whole.
_ROUNDING = 1e-12
# Numbers in one block of resamples: bounds memory to some 16 MB a block.
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IntraclassCorrelation(Estimate):
    """ICC(2,k): how far the mean of a target's scores tells targets apart, in absolute terms.

    Parameters
    ----------
    single:
        ICC(2,1), the same of one rater's score.
    raters, scores:
        Raters with a score, and scores in all; n is the number of targets with a score.
    raters_per_target:
        k: the harmonic mean of the number of scores of each target.
    target_variance, rater_variance, error_variance:
        Estimated components in squared units of the scores; they may come out below 0. None where
        the value is None.
    """

    single: Estimate
    raters: int
    scores: int
    raters_per_target: float
    target_variance: float | None = None
    rater_variance: float | None = None
    error_variance: float | None = None


@dataclass(frozen=True, slots=True)
class _Components:
    """Variance components with the degrees of freedom of their mean squares."""

    target: float
    rater: float
    error: float
    target_degrees: int
    rater_degrees: int
    error_degrees: int
    per_target: float
    per_rater: float


def icc_2k(scores: ArrayLike) -> IntraclassCorrelation:
    """Return ICC(2,k), and ICC(2,1) within it, with 95 % intervals.

    Two-way random effects, absolute agreement: σ_t² / (σ_t² + (σ_r² + σ_e²) / k), k = 1 for a
    single rater (Shrout and Fleiss 1979, Psychological Bulletin 86, 420–428; ICC(A,k) of McGraw and
    Wong 1996, Psychological Methods 1, 30–46). The components are those of Henderson's method III,
    each factor adjusted for the other: on complete data they are the ones of the analysis of
    variance, and with missing scores they stay unbiased; no row is left out. k is then the harmonic
    mean of the number of scores of each target (ten Hove, Jorgensen and van der Ark 2022,
    Psychological Methods).

    The interval is the one of McGraw and Wong for normal scores; that of k raters follows from that
    of one by the Spearman–Brown formula. With missing scores the mean squares are put together from
    the components and the harmonic means, so the interval is an approximation. With three raters
    whose levels differ as much as their errors it covers 82 to 93 % instead of 95. What comes out
    below −1 is told as −1: nothing below 0 tells targets apart.

    Parameters
    ----------
    scores:
        (targets × raters), NaN where missing.
    """
    table = as_scores(scores, ndim=2)
    present = ~np.isnan(table)
    table = table[present.any(axis=1)][:, present.any(axis=0)]
    present = ~np.isnan(table)
    n, k = table.shape
    known = table[present]
    spread = spread_of(known)
    found = None if n < 2 or k < 2 or spread == 0 else _components(table, present, spread)
    if found is not None:
        odds, limits = _variance_odds(found)
        together, single = (_estimate(odds, limits, k, n) for k in (found.per_target, 1.0))
        square = spread * spread
        return IntraclassCorrelation(
            value=together.value,
            interval=together.interval,
            n=n,
            reason=together.reason,
            single=single,
            raters=k,
            scores=known.size,
            raters_per_target=found.per_target,
            target_variance=found.target * square,
            rater_variance=found.rater * square,
            error_variance=found.error * square,
        )
    return _undefined(present, known)


def _undefined(present: np.ndarray, known: FloatArray) -> IntraclassCorrelation:
    """Return a coefficient that does not exist, with the reason."""
    n, k = present.shape
    if n < 2 or k < 2:
        reason = f"undefined, it needs 2 targets and 2 raters and there are {n} and {k}"
    elif spread_of(known) == 0:
        reason = equal_scores(known)
    else:
        reason = "undefined, raters have too few targets in common to tell them from targets"
    nothing = Estimate(value=None, interval=None, n=n, reason=reason)
    return IntraclassCorrelation(
        value=None,
        interval=None,
        n=n,
        reason=reason,
        single=nothing,
        raters=k,
        scores=known.size,
        raters_per_target=float(n / np.sum(1 / present.sum(axis=1))) if n else 0.0,
    )


def _components(table: FloatArray, present: np.ndarray, spread: float) -> _Components | None:
    """Return Henderson's components of scores in units of their spread, None if they do not exist.

    The sums of squares are SSE, and what each factor takes off where the other is there already;
    E R(t | r) = (N − k) σ_t² + (rank − k) σ_e², and the same of raters with n (Henderson 1953;
    Searle, Casella and McCulloch 1992, chapter 5).
    """
    n, k = table.shape
    mask = present.astype(np.float64)
    y = np.where(present, table - table[present].mean(), 0.0) / spread
    total = int(present.sum())
    per_target, per_rater = mask.sum(axis=1), mask.sum(axis=0)
    # Raters within targets: the equations of the raters with the targets taken out.
    centred = np.where(present, y - (y.sum(axis=1) / per_target)[:, None], 0.0)
    matrix = np.diag(per_rater) - mask.T @ (mask / per_target[:, None])
    right = centred.sum(axis=0)
    effects, _, rank, _ = np.linalg.lstsq(matrix, right, rcond=1e-10)
    of_raters = float(effects @ right)
    rest = np.where(present, centred - effects[None, :], 0.0)
    rest -= np.where(present, (rest.sum(axis=1) / per_target)[:, None], 0.0)
    error = float(np.sum(rest**2))
    within_raters = float(np.sum(np.where(present, y - y.sum(axis=0) / per_rater, 0.0) ** 2))
    of_targets = within_raters - error
    degrees = total - n - int(rank)
    if degrees < 1 or total - k < 1 or total - n < 1 or n + rank - k < 1:
        return None
    small = _ROUNDING * total
    error = 0.0 if error <= small else error
    mean_error = error / degrees
    of_raters = 0.0 if of_raters <= small else of_raters
    of_targets = 0.0 if of_targets <= small else of_targets
    return _Components(
        target=(of_targets - (n + int(rank) - k) * mean_error) / (total - k),
        rater=(of_raters - int(rank) * mean_error) / (total - n),
        error=mean_error,
        target_degrees=n + int(rank) - k,
        rater_degrees=int(rank),
        error_degrees=degrees,
        per_target=float(n / np.sum(1 / per_target)),
        per_rater=float(k / np.sum(1 / per_rater)),
    )


def _variance_odds(c: _Components) -> tuple[float, tuple[float, float] | None]:
    """Return q = σ_t² / (σ_r² + σ_e²) with its limits; none where B is 0.

    With mean squares B of targets, J of raters and E of error, B / (E + k q (σ_r² + σ_e²)) is about
    an F, its denominator with the degrees of freedom of Satterthwaite: the limits solve it for q.
    It is the interval of McGraw and Wong in other letters.
    """
    within = c.rater + c.error
    if within <= 0:  # every target has one score from all its raters
        return math.inf, (math.inf, math.inf)
    k, n = c.per_target, c.per_rater
    b, j = max(k * c.target + c.error, 0.0), max(n * c.rater + c.error, 0.0)
    odds = c.target / within
    if b <= _ROUNDING * (c.error + within):
        return odds, None
    step = k * max(odds, 0.0)
    below = (step * j / n) ** 2 / c.rater_degrees
    below += ((1 + step * (n - 1) / n) * c.error) ** 2 / c.error_degrees
    degrees = (c.error + step * within) ** 2 / below if below > 0 else float(c.error_degrees)
    down = f_quantile(c.target_degrees, degrees, _UPPER)
    up = f_quantile(degrees, c.target_degrees, _UPPER)
    return odds, ((b / down - c.error) / (k * within), (b * up - c.error) / (k * within))


def _estimate(
    odds: float, limits: tuple[float, float] | None, k: float, n_targets: int
) -> Estimate:
    """Return the coefficient of the mean of k raters, kq / (1 + kq), with its interval."""
    value = _share(k * odds)
    if limits is None:
        reason = "no interval: targets do not differ from each other"
        return Estimate(value=value, interval=None, n=n_targets, reason=reason)
    interval = ConfidenceInterval(_share(k * limits[0]), _share(k * limits[1]))
    return Estimate(value=value, interval=interval, n=n_targets, reason=_no_width(interval))


def _share(odds: float) -> float:
    """Return q / (1 + q), and −1 for all that lies below −1 or beyond the pole."""
    if math.isinf(odds):
        return 1.0
    return odds / (1 + odds) if odds > -0.5 else -1.0


def krippendorff_alpha(
    scores: ArrayLike,
    metric: Scale = "interval",
    *,
    rng: np.random.Generator,
    n_resamples: int = 1000,
) -> Estimate:
    """Return Krippendorff's α = 1 − D_o / D_e with a bootstrap interval.

    D_o is the mean δ² of the pairs of scores of one target, D_e that of all pairs of scores
    whatsoever; δ² is 0 or 1 (nominal), the squared difference (interval), or that of the mean ranks
    (ordinal). Targets with a single score are left out, other missing scores need nothing
    (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability).

    The interval resamples targets, whole rows of scores, and works out D_o and D_e anew
    (:func:`~crs_simcheck.stats.estimates.bootstrap_interval`). Hayes and Krippendorff (2007)
    resample the pairs of scores and keep D_e, as if the pairs of one target were independent.

    Parameters
    ----------
    scores:
        (targets × raters), NaN where missing.
    metric:
        The scale of the scores.
    """
    if metric not in ("nominal", "ordinal", "interval"):
        raise ValueError(f"the metric is nominal, ordinal or interval, got {metric!r}")
    table = as_scores(scores, ndim=2)
    table = table[(~np.isnan(table)).sum(axis=1) >= 2]
    n = table.shape[0]
    known = table[~np.isnan(table)]
    if n == 0:
        reason = "undefined, no target has scores from two raters"
        return Estimate(value=None, interval=None, n=0, reason=reason)
    if spread_of(known) == 0:
        return Estimate(value=None, interval=None, n=n, reason=equal_scores(known))
    counted = _Counted.of(table)
    value = float(counted.alpha(np.ones((1, n)), metric)[0])
    if n < 2:
        reason = "no interval: one target has scores from two raters"
        return Estimate(value=value, interval=None, n=n, reason=reason)
    weights = resampling_weights(n, n_resamples, rng)
    step = max(1, _CHUNK // (n + counted.values.size))
    resampled = np.concatenate(
        [counted.alpha(weights[i : i + step], metric) for i in range(0, n_resamples, step)]
    )
    interval, why = bootstrap_interval(value, resampled, n)
    return Estimate(value=value, interval=interval, n=n, reason=why or _no_width(interval))


def _no_width(interval: ConfidenceInterval | None) -> str | None:
    """Return what is to be known of the interval of raters who always agree."""
    if interval is None or interval.low < 1:
        return None
    return "raters agree on every target: the interval has no width"


@dataclass(frozen=True)
class _Counted:
    """How often each of V values was given to each of n targets; values are centred and scaled."""

    values: FloatArray
    counts: csr_array

    @classmethod
    def of(cls, table: FloatArray) -> _Counted:
        known = ~np.isnan(table)
        values, column = np.unique(table[known], return_inverse=True)
        row = np.nonzero(known)[0]
        ones = np.ones(row.size)
        counts = csr_array((ones, (row, column)), shape=(table.shape[0], values.size))
        center = float(table[known].mean())
        return cls((values - center) / spread_of(table[known]), counts)

    def alpha(self, weights: FloatArray, metric: Scale) -> FloatArray:
        """Return the (B,) alphas of weightings (B × n) of the targets, NaN where D_e is 0.

        For numbers g the sum of (g_i − g_j)² over the pairs of m is 2 (m Σ g² − (Σ g)²).
        """
        per_target = np.asarray(self.counts.sum(axis=1)).reshape(-1)
        total = weights @ per_target
        of_value = (self.counts.T @ weights.T).T  # (B × V)
        if metric == "nominal":
            alike = np.asarray((self.counts * self.counts).sum(axis=1)).reshape(-1)
            observed = weights @ ((per_target**2 - alike) / (per_target - 1))
            expected = total**2 - np.sum(of_value**2, axis=1)
        else:
            g = np.broadcast_to(self.values, of_value.shape)
            if metric == "ordinal":  # the mean ranks of this weighting, from −½ to ½
                ranks = np.cumsum(of_value, axis=1) - of_value / 2
                g = ranks / total[:, None] - 0.5
            first = (self.counts @ g.T).T  # (B × n)
            second = (self.counts @ (g * g).T).T
            pairs = 2 * (per_target * second - first**2)
            # Scores that are all alike leave a speck of rounding.
            pairs = np.where(pairs > _ROUNDING * per_target * second, pairs, 0.0)
            observed = np.sum(weights * pairs / (per_target - 1), axis=1)
            sums, squares = np.sum(of_value * g, axis=1), np.sum(of_value * g * g, axis=1)
            expected = 2 * (total * squares - sums**2)
        expected = np.where(np.count_nonzero(of_value, axis=1) > 1, expected, 0.0)
        result = np.full(total.shape, np.nan)
        np.divide(observed * (total - 1), expected, out=result, where=expected > 0)
        return 1 - result


def bias(
    judge: ArrayLike, people: ArrayLike, clusters: Sequence[Hashable] | None = None
) -> tuple[Estimate, ...]:
    """Return the mean of judge less people, for each column, with Student's interval.

    Parameters
    ----------
    judge, people:
        (n,) or (n × columns) scores of the same targets, people's already averaged over raters;
        pairs with a NaN are left out.
    clusters:
        (n,) ids, where some targets are alike, as in
        :func:`~crs_simcheck.stats.estimates.mean_estimate`.
    """
    ndim = np.ndim(judge)
    ours, theirs = as_scores(judge, "judge", ndim), as_scores(people, "people", ndim)
    if ndim not in (1, 2) or ours.shape != theirs.shape:
        raise ValueError(
            "judge and people must score the same targets in the same columns, "
            f"got shapes {ours.shape} and {theirs.shape}"
        )
    difference = ours - theirs
    columns = [difference] if ndim == 1 else difference.T
    return tuple(mean_estimate(column, clusters) for column in columns)
