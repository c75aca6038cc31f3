"""Metrics of the judge: how well recommendations that do not fit are turned down."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType

import numpy as np

from crs_simcheck.metrics.base import Compute, Margin, Metric
from crs_simcheck.metrics.blocks import JUDGED, JUDGED_ANSWERS, JUDGED_WHOLE, judged_column
from crs_simcheck.metrics.frame import Frame
from crs_simcheck.stats import FloatArray, Pool, Rows, ratio

__all__ = ["CRITERION_NAMES", "METRICS"]

CRITERION_NAMES = MappingProxyType(
    {"A": "rejection clarity", "B": "justification", "C": "reformulation", "D": "tone"}
)
"""What the letters of the rubric stand for."""

_SCALE = 10.0


def neg_feedback(pool: Pool, _frame: Frame) -> FloatArray:
    """Return the mean of ¼ (A + B + C + D) over the answers that were scored, 0 to 10.

    Source: arXiv 2607.00010, equation 8. An answer without a score counts for nothing: it lowers no
    mean. The interval reaches farther on both sides instead, by the share of such answers times the
    standard deviation of single answers: those that are missing may be so much better or worse than
    the others.
    """
    sums = np.asarray(pool.block("sums"))
    total = sum(sums[:, judged_column(letter)] for letter in JUDGED)
    return ratio(np.asarray(total) / len(JUDGED), sums[:, JUDGED_WHOLE])


def _mean_of(column: int) -> Compute:
    def mean(pool: Pool, _frame: Frame) -> FloatArray:
        """Return the mean score over the answers that were scored on it, 0 to 10."""
        sums = np.asarray(pool.block("sums"))
        return ratio(sums[:, column], sums[:, column + 1])

    return mean


def _slack(column: int, rows: Rows) -> float:
    """Return the share of answers without a score times the standard deviation of the others.

    ``column`` counts the scores; those of one criterion stand before it, and those of all four are
    added up.
    """
    sums = np.asarray(rows.blocks["sums"])
    scored = sums[:, column] > 0
    if scored.sum() < 2:  # nothing is known of how single answers differ: it may be anything
        return _SCALE
    if column == JUDGED_WHOLE:
        scores = sums[scored][:, [judged_column(c) for c in JUDGED]].mean(axis=1)
    else:
        scores = sums[scored, column - 1]
    return float((1 - scored.sum() / sums[:, JUDGED_ANSWERS].sum()) * scores.std(ddof=1))


def _of_criterion(letter: str, name: str, too_low: str) -> Metric:
    """Return the mean score of one criterion."""
    column = judged_column(letter)
    return Metric(
        name=name,
        unit="points",
        title=f"the judge's scores of {CRITERION_NAMES[letter]}, 0 to 10",
        direction="lower",
        tasks=("neg_feedback",),
        table="judged",
        blocks=("sums",),
        compute=_mean_of(column),
        margin=Margin(1.0, "a tenth of the scale, as for neg_feedback"),
        too_low=too_low,
        too_high="",
        read_in=("sums", column + 1),
        chosen="judge",
        absent="the judge gave no score",
        slack=partial(_slack, column + 1),
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        name="neg_feedback",
        unit="points",
        title="the judge's scores of answers to what does not fit, 0 to 10",
        direction="lower",
        tasks=("neg_feedback",),
        table="judged",
        blocks=("sums",),
        compute=neg_feedback,
        margin=Margin(1.0, "a tenth of the scale: single scores are whole points of it"),
        too_low="what does not fit is not turned down as the rubric asks",
        too_high="",
        read_in=("sums", JUDGED_WHOLE),
        chosen="judge",
        absent="the judge gave no score",
        slack=partial(_slack, JUDGED_WHOLE),
    ),
    _of_criterion(
        "A", "rejection_clarity", "what does not fit is turned down less clearly than by people"
    ),
    _of_criterion(
        "C", "reformulation", "rejections say less of what would be better than people's do"
    ),
)
