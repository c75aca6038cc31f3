"""What became of a simulator after a change: a table and words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from crs_simcheck.gate import Change
from crs_simcheck.metrics import Metric
from crs_simcheck.report.plain_table import plain_table
from crs_simcheck.report.words import amount, wrapped

__all__ = ["change_summary", "change_table", "change_words"]

_OUTCOMES = ("better", "worse", "different", "none seen", "undecided")
# From this width on there is room for units, for the difference beside its interval, and for who is
# nearer.
_ROOM = 110


def change_table(changes: Sequence[Change], width: int = 100) -> str:
    """Return the table of changes as text, at most so wide."""
    wide = width >= _ROOM
    difference = "difference (90 %)" if wide else "difference 90 %"
    columns = {"metric": False, "old": True, "new": True, difference: True, "p adj.": True}
    columns |= {"nearer": False, "outcome": False} if wide else {"outcome": False}
    lines: list[tuple[str, ...]] = []
    task = ""
    tasks = list(dict.fromkeys(change.gate.task for change in changes))
    for change in sorted(changes, key=lambda change: tasks.index(change.gate.task)):
        if change.gate.task != task:
            if task:
                lines.append(())
            task = change.gate.task
            lines.append((task,))
        metric = change.gate.metric
        unit = wide or metric.unit == ""
        cells = [
            f"  {metric.name}",
            amount(metric, change.before, unit=unit),
            amount(metric, change.after, unit=unit),
            difference_words(change) if wide else _interval_words(change),
            p_words(change.p_adjusted),
        ]
        if wide:
            cells.append(change.nearer or "–")
        lines.append((*cells, change.outcome))
    table = plain_table(columns, lines, width)
    return "\n".join("  ".join(line) for line in lines) if table is None else table


def difference_words(change: Change) -> str:
    """Return the difference with its interval: ``+0.31 [+0.12, +0.50]``."""
    metric = change.gate.metric
    if change.difference is None or change.interval is None:
        return "–"
    return f"{_signed(metric, change.difference)} {_interval_words(change)}"


def _interval_words(change: Change) -> str:
    if change.interval is None:
        return "–"
    low, high = change.interval.low, change.interval.high
    return f"[{_signed(change.gate.metric, low)}, {_signed(change.gate.metric, high)}]"


def _signed(metric: Metric, value: float) -> str:
    """Return a difference in the unit of the metric, shares in points, without the unit."""
    if not math.isfinite(value):
        return "–"
    text = amount(metric, abs(value), unit=False).removeprefix("r = ")
    return text if float(text) == 0 else f"{'−' if value < 0 else '+'}{text}"


def p_words(p: float | None) -> str:
    """Return a p-value as tables have it."""
    if p is None:
        return "–"
    if p >= 0.9995:
        return "1"
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def change_words(change: Change, adjusted_for: int) -> str:
    """Return what a reader should know of one change."""
    return "\n".join(_lines(change, adjusted_for))


def _lines(change: Change, adjusted_for: int) -> Iterator[str]:
    metric = change.gate.metric
    start = f"{metric.name} in {change.gate.task}: "
    if change.difference is None:
        yield wrapped(f"{start}UNDECIDED: {change.reason}")
        return
    p = change.p_adjusted
    alone = "" if p is None else f" (adjusted for {adjusted_for} metrics)"
    text = (
        f"{start}{amount(metric, change.before)} before, {amount(metric, change.after)} after: "
        f"{difference_words(change)}{' points' if metric.unit == '' else ''}, "
        f"p = {p_words(p)}{alone}. {change.outcome.upper()}{_nearer(change)}"
    )
    yield wrapped(text.replace("p = <", "p < "))
    seekers = f"the answers of {change.n_differing:,} of {change.n_pairs:,} seekers differ"
    if change.least is not None and math.isfinite(change.least):
        seekers += f"; a difference of {_signed(metric, change.least).lstrip('+')}"
        seekers += (
            f"{' points' if metric.unit == '' else ''} is found 4 times of 5 before adjusting"
        )
    yield wrapped(seekers, "  ")
    if change.moved:
        moved = ", ".join(
            f"{label} {before:,} → {after:,}" for label, before, after in change.moved
        )
        yield wrapped(f"most moved: {moved}", "  ")


def _nearer(change: Change) -> str:
    if change.nearer is None:
        return f"; which is nearer to people nobody can say: {change.reason}"
    scores = ""
    if change.scores is not None:
        scores = f", score {change.scores[0]:.1f} before and {change.scores[1]:.1f} after"
    who = "people" if change.people is not None else "the ends given"
    words = {
        "old": f": the old one is nearer to {who}",
        "new": f": the new one is nearer to {who}",
        "neither": f": neither is nearer to {who} for sure",
    }
    return words[change.nearer] + scores


def change_summary(changes: Iterable[Change]) -> str:
    """Return how many metrics came out how."""
    outcomes: list[str] = [change.outcome for change in changes]
    counts = [(outcome, outcomes.count(outcome)) for outcome in _OUTCOMES]
    return ", ".join(f"{n} {outcome}" for outcome, n in counts if n)
