"""Metrics of answers to a recommendation: what is turned down, and whether it should have been.

Two rates, so that a simulator that rejects everything is seen as well as one that rejects nothing.
"""

from __future__ import annotations

from crs_simcheck.metrics.base import Margin, Metric, RateColumns
from crs_simcheck.metrics.blocks import FIT, FIT_REJECTED, UNFIT, UNFIT_REJECTED

__all__ = ["METRICS"]


def _rate(columns: RateColumns, name: str, title: str, too_low: str, too_high: str) -> Metric:
    return Metric(
        name=name,
        unit="",
        title=title,
        direction="two-sided",
        tasks=("neg_feedback",),
        table="reactions",
        blocks=("sums",),
        compute=columns.share,
        margin=Margin(0.12, "as for acceptance_rate, with five answers of each seeker"),
        too_low=too_low,
        too_high=too_high,
        rate=columns,
        read_in=(columns.block, columns.answers),
    )


METRICS: tuple[Metric, ...] = (
    _rate(
        RateColumns("sums", UNFIT_REJECTED, UNFIT),
        "rejection_rate_unfit",
        "recommendations that do not fit and are turned down",
        "films that do not fit are accepted all the same",
        "films that do not fit are turned down more often than people do",
    ),
    _rate(
        RateColumns("sums", FIT_REJECTED, FIT),
        "rejection_rate_fit",
        "recommendations that fit and are turned down",
        "films that fit are turned down less often than people do",
        "films that fit are turned down: it rejects whatever is recommended",
    ),
)
