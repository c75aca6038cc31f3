"""What is measured: every metric, by name. A metric never calls an engine."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from types import MappingProxyType

from crs_simcheck.errors import UnknownNameError
from crs_simcheck.metrics import bin_pref, conduct, items_talk, judged, reactions, responses, texts
from crs_simcheck.metrics.base import Margin, Metric, RateColumns, RepeatColumns, Table
from crs_simcheck.metrics.bin_pref import correlations, correlations_in_pairs, mean_ratings
from crs_simcheck.metrics.blocks import (
    ADDED,
    ASPECTS,
    CONDUCT_NUMBERS,
    JUDGED,
    JUDGED_ANSWERS,
    JUDGED_WHOLE,
    MISSING,
    NAMING,
    NAMING_READ,
    RESPONSE_NUMBERS,
    SENTIMENTS,
    answer_rows,
    column_of,
    conduct_rows,
    judged_column,
    judged_rows,
    known_column_of,
    mention_rows,
    reaction_rows,
    response_rows,
    text_rows,
    vector_rows,
)
from crs_simcheck.metrics.frame import BIN_ATTRIBUTES, COVERAGE_NEEDED, Frame, usable_attributes
from crs_simcheck.metrics.judged import CRITERION_NAMES
from crs_simcheck.metrics.registry import OWN
from crs_simcheck.records import TaskName

__all__ = [
    "ADDED",
    "ASPECTS",
    "BIN_ATTRIBUTES",
    "CONDUCT_NUMBERS",
    "COVERAGE_NEEDED",
    "CRITERION_NAMES",
    "JUDGED",
    "JUDGED_ANSWERS",
    "JUDGED_WHOLE",
    "METRICS",
    "MISSING",
    "NAMING",
    "NAMING_READ",
    "RESPONSE_NUMBERS",
    "SENTIMENTS",
    "Frame",
    "Margin",
    "Metric",
    "RateColumns",
    "RepeatColumns",
    "Table",
    "answer_rows",
    "column_of",
    "conduct_rows",
    "correlations",
    "correlations_in_pairs",
    "judged_column",
    "judged_rows",
    "known_column_of",
    "known_metrics",
    "mean_ratings",
    "mention_rows",
    "metric_named",
    "metrics_of",
    "reaction_rows",
    "response_rows",
    "text_rows",
    "usable_attributes",
    "vector_rows",
]

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        m.name: m
        for m in (
            *items_talk.METRICS,
            *bin_pref.METRICS,
            *texts.METRICS,
            *reactions.METRICS,
            *judged.METRICS,
            *responses.METRICS,
            *conduct.METRICS,
        )
    }
)


def known_metrics() -> Mapping[str, Metric]:
    """Return the metrics that ship, and those of a team's own as far as they were defined."""
    return ChainMap(METRICS, OWN)  # type: ignore[arg-type]  # nothing is written to it


def metric_named(name: str) -> Metric:
    """Return a metric by its name, or raise :class:`UnknownNameError` with the nearest one."""
    known = known_metrics()
    if name not in known:
        raise UnknownNameError("metric", name, known)
    return known[name]


def metrics_of(task: TaskName) -> tuple[Metric, ...]:
    """Return the metrics that ship and stand on a task, in the order of reports."""
    return tuple(m for m in METRICS.values() if task in m.tasks)
