"""Metrics of bin_pref: yes or no to a film, against what people said."""

from __future__ import annotations

import numpy as np

from crs_simcheck.metrics.base import Margin, Metric
from crs_simcheck.metrics.frame import Frame
from crs_simcheck.stats import (
    FloatArray,
    Matrix,
    Pool,
    dense,
    pearson,
    pearson_each_with_each,
    ratio,
    row_sums,
)

__all__ = ["METRICS", "acceptance_rate", "correlations", "correlations_in_pairs", "mean_ratings"]


def acceptance_rate(pool: Pool, _frame: Frame) -> FloatArray:
    """Return the share of Yes among clear answers."""
    return ratio(row_sums(pool.block("yes")), row_sums(pool.block("asked")))


def mean_ratings(stars: Matrix, rated: Matrix) -> FloatArray:
    """Return the (G × F) mean stars of each film; NaN where nobody rated it."""
    return ratio(dense(stars), dense(rated))


def correlations(pool: Pool, ratings: FloatArray) -> FloatArray:
    """Return Pearson's r of the acceptance rate of each film and people's mean rating of it.

    Source: arXiv 2607.00010, equation 2. Group g is compared with row g of ``ratings`` (or with
    its only row), which must not come from the people of the group itself.

    Parameters
    ----------
    ratings:
        (G × F) or (1 × F), NaN where there is none.
    """
    accepted, asked = _acceptance(pool)
    ratings = np.broadcast_to(ratings, accepted.shape)
    return pearson(accepted, ratings, asked & np.isfinite(ratings))


def correlations_in_pairs(pool: Pool, ratings: FloatArray) -> FloatArray:
    """Return (G × D) correlations of every group with every row of (D × F) ratings."""
    accepted, asked = _acceptance(pool)
    some = np.isfinite(ratings)
    return pearson_each_with_each(accepted, asked, np.where(some, ratings, 0.0), some)


def _acceptance(pool: Pool) -> tuple[FloatArray, np.ndarray]:
    asked = dense(pool.block("asked"))
    rate = ratio(dense(pool.block("yes")), asked)
    return np.nan_to_num(rate), asked > 0


def _not_alone(_pool: Pool, _frame: Frame) -> FloatArray:
    raise TypeError("bin_pref_correlation needs people's ratings: use correlations()")


METRICS: tuple[Metric, ...] = (
    Metric(
        name="acceptance_rate",
        unit="",
        title="share of Yes",
        direction="two-sided",
        tasks=("bin_pref",),
        table="answers",
        blocks=("yes", "asked"),
        compute=acceptance_rate,
        margin=Margin(
            0.12, "two groups of 100 of 271 raters stay .10 to .11 apart (5 or 10 films asked)"
        ),
        too_low="says No more often than people",
        too_high="says Yes more often than people: eager to please",
    ),
    Metric(
        name="bin_pref_correlation",
        unit="r",
        title="agreement with people's mean ratings",
        direction="lower",
        tasks=("bin_pref",),
        table="answers",
        blocks=("yes", "asked"),
        compute=_not_alone,
        margin=Margin(
            0.15, "groups of 100 of 271 raters reach the ceiling less .119 (30 films, 10 asked)"
        ),
        too_low="its Yes and No follow people's ratings less than people's own do",
        too_high="",
        paired=True,
    ),
)
