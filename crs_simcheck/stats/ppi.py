"""Prediction-powered inference: a mean from a few true values and many predictions of them.

The predictions may be wrong in any way: what they are wrong by is measured where the truth is
known, and taken off. Nothing is assumed of them but that they were made in the same way on both
sides, and that the labelled values are a random part of all.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crs_simcheck.stats.estimates import (
    AGREEMENT_LEVEL,
    Estimate,
    as_clusters,
    as_scores,
    cluster_sums,
    mean_estimate,
)
from crs_simcheck.stats.quantiles import student_quantile
from crs_simcheck.stats.rows import FloatArray, IntArray
from crs_simcheck.stats.rule import ConfidenceInterval

__all__ = ["PredictionPowered", "ppi_mean"]

_UPPER = (1 + AGREEMENT_LEVEL) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionPowered(Estimate):
    """A prediction-powered mean.

    Parameters
    ----------
    n, unlabelled:
        How many labelled and unlabelled values it rests on.
    weight:
        λ: 1 where predictions count in full, 0 where they count for nothing.
    labelled_only:
        The mean of the labelled truth alone, to compare with.
    """

    unlabelled: int
    weight: float
    labelled_only: Estimate


def ppi_mean(
    labelled_truth: ArrayLike,
    labelled_prediction: ArrayLike,
    unlabelled_prediction: ArrayLike,
    *,
    tuned: bool = False,
    labelled_clusters: Sequence[Hashable] | None = None,
    unlabelled_clusters: Sequence[Hashable] | None = None,
) -> PredictionPowered:
    """Return the prediction-powered mean with its 95 % interval.

    ``λ·mean(F) + mean(y − λ f)``, F the predictions without a truth and f those with one
    (Angelopoulos et al. 2023, Science 382, 669–674, arXiv 2301.09633). λ is 1, or tuned to the
    shortest interval, between 0 and 1 (PPI++, Angelopoulos, Duchi and Zrnic 2023, arXiv
    2311.01453), at the price of one degree of freedom: it takes three labels, or clusters of them.
    In place of the normal quantile stands Student's t, with Welch's degrees of freedom.

    With clusters the variance is the sum over clusters of the squares of what each adds to the
    estimate, over both sides together: a cluster may have labelled and unlabelled values.

    Parameters
    ----------
    labelled_truth, labelled_prediction:
        (n,) values; pairs with a NaN are left out.
    unlabelled_prediction:
        (N,) predictions of other values; NaN are left out. With none the truth stands alone.
    tuned:
        Whether λ is tuned.
    labelled_clusters, unlabelled_clusters:
        (n,) and (N,) ids, both or neither.
    """
    truth = as_scores(labelled_truth, "labelled_truth")
    known = as_scores(labelled_prediction, "labelled_prediction")
    other = as_scores(unlabelled_prediction, "unlabelled_prediction")
    if truth.size != known.size:
        raise ValueError(
            f"each labelled value needs a prediction, got {truth.size} and {known.size}"
        )
    ours, theirs = _groups(truth.size, other.size, labelled_clusters, unlabelled_clusters)
    kept, there = ~(np.isnan(truth) | np.isnan(known)), ~np.isnan(other)
    truth, known, other = truth[kept], known[kept], other[there]
    ours, theirs = ours[kept], theirs[there]
    alone = mean_estimate(truth, ours.tolist())
    weight, estimate = 0.0, alone
    if alone.interval is not None and other.size:
        parts = _Parts.of(truth, known, other, ours, theirs)
        weight = parts.best_weight() if tuned else 1.0
        value = weight * float(other.mean()) + float((truth - weight * known).mean())
        estimate = parts.estimate(value, weight, tuned)
    alone_why = None if other.size else "no unlabelled predictions: the labelled truth alone"
    return PredictionPowered(
        value=estimate.value,
        interval=estimate.interval,
        n=truth.size,
        reason=estimate.reason or alone_why,
        unlabelled=other.size,
        weight=weight,
        labelled_only=alone,
    )


@dataclass(frozen=True)
class _Parts:
    """What each cluster adds to the estimate: truth + λ (unlabelled − prediction), each about 0."""

    truth: FloatArray
    prediction: FloatArray
    unlabelled: FloatArray
    labelled_groups: int
    unlabelled_groups: int
    labelled_values: int

    @classmethod
    def of(
        cls,
        truth: FloatArray,
        known: FloatArray,
        other: FloatArray,
        ours: IntArray,
        theirs: IntArray,
    ) -> _Parts:
        n_groups = 1 + int(max(ours.max(), theirs.max()))

        def added(values: FloatArray, groups: IntArray) -> FloatArray:
            # The factor makes the sum of squares unbiased where each value is its own cluster.
            n = np.unique(groups).size
            factor = math.sqrt(n / (n - 1)) if n > 1 else 1.0
            sums = cluster_sums(values - values.mean(), groups, n_groups)
            return factor * sums / values.size

        return cls(
            added(truth, ours),
            added(known, ours),
            added(other, theirs),
            np.unique(ours).size,
            np.unique(theirs).size,
            truth.size,
        )

    def best_weight(self) -> float:
        """Return the λ with the least variance, from 0 to 1; 0 where labels are too few for it."""
        if self.labelled_groups < 3:
            return 0.0
        slope = self.unlabelled - self.prediction
        square = float(slope @ slope)
        return min(max(-float(self.truth @ slope) / square, 0.0), 1.0) if square > 0 else 0.0

    def estimate(self, value: float, weight: float, tuned: bool) -> Estimate:
        """Return the value with its interval; a tuned λ takes one more degree of freedom."""
        given = self.labelled_groups - 1
        left = max(given - 1, 1) if tuned else given
        error = (self.truth - weight * self.prediction) * math.sqrt(given / left)
        prediction = weight * self.unlabelled
        variance = float(np.sum((error + prediction) ** 2))
        of_error, of_prediction = float(error @ error), float(prediction @ prediction)
        below = of_error**2 / left + of_prediction**2 / max(self.unlabelled_groups - 1, 1)
        n = self.labelled_values
        if variance <= 0 or below <= 0:
            reason = "no error varies: the interval has no width"
            return Estimate(
                value=value, interval=ConfidenceInterval(value, value), n=n, reason=reason
            )
        degrees = (of_error + of_prediction) ** 2 / below
        reach = student_quantile(degrees, _UPPER) * math.sqrt(variance)
        return Estimate(value=value, interval=ConfidenceInterval(value - reach, value + reach), n=n)


def _groups(
    n: int,
    n_unlabelled: int,
    labelled: Sequence[Hashable] | None,
    unlabelled: Sequence[Hashable] | None,
) -> tuple[IntArray, IntArray]:
    """Return the cluster of every value as a number, one numbering for both sides."""
    if (labelled is None) != (unlabelled is None):
        raise ValueError("clusters must be named on both sides or on neither")
    if labelled is None or unlabelled is None:
        every = np.arange(n + n_unlabelled)
        return every[:n], every[n:]
    for ids, size, name in ((labelled, n, "labelled"), (unlabelled, n_unlabelled, "unlabelled")):
        if len(ids) != size:
            raise ValueError(
                f"{name}_clusters must name one cluster for each of {size} values, got {len(ids)}"
            )
    every = as_clusters([*labelled, *unlabelled], n + n_unlabelled, "clusters")
    return every[:n], every[n:]
