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

_SCALE = (0.0, 10.0)


def neg_feedback(pool: Pool, _frame: Frame) -> FloatArray:
    """Return the mean of ¼ (A + B + C + D) over the answers that were scored, 0 to 10.

    Source: arXiv 2607.00010, equation 8. An answer without a score counts for nothing: it lowers no
    mean. The interval reaches as far as it would if each of these answers had 0, or 10: nobody
    knows, and what got no score may well be what is bad.
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


def _lacking(column: int, rows: Rows) -> float:
    """Return the share of answers that have no score; ``column`` counts those that have."""
    sums = np.asarray(rows.blocks["sums"])
    return float(1 - sums[:, column].sum() / sums[:, JUDGED_ANSWERS].sum())


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
        lacking=partial(_lacking, column + 1),
        scale=_SCALE,
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
        lacking=partial(_lacking, JUDGED_WHOLE),
        scale=_SCALE,
    ),
    _of_criterion(
        "A", "rejection_clarity", "what does not fit is turned down less clearly than by people"
    ),
    _of_criterion(
        "C", "reformulation", "rejections say less of what would be better than people's do"
    ),
)
