"""Plots of several values of one metric: systems below each other, prompts after each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from crs_simcheck.gate import Verdict
from crs_simcheck.report.html.plots import COLORS, Plot, as_plot, axis_unit, drawing
from crs_simcheck.report.texts import shown
from crs_simcheck.report.words import amount, range_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Labelled", "plot_of_path", "plot_of_systems"]

_LONGEST = 34  # letters of a name beside a plot


@dataclass(frozen=True, slots=True)
class Labelled:
    """A verdict, and what it is called."""

    label: str
    verdict: Verdict


def plot_of_systems(name: str, seen: Sequence[Labelled]) -> Plot | None:
    """Draw one metric of several systems: value, 90 % interval, and the target range of each.

    Parameters
    ----------
    name:
        Of the plot, one for each on a page.

    Returns
    -------
    Plot | None
        None where none has a value.
    """
    known = [one for one in seen if one.verdict.value is not None]
    if not known:
        return None
    unit, factor, low, high = _scale([one.verdict for one in known])
    with drawing(width=6.4, height=0.62 + 0.3 * len(known)) as figure:
        tall = figure.get_figheight()
        axes = figure.add_axes((0.4, 0.5 / tall, 0.58, (tall - 0.56) / tall))
        axes.set_xlim(low, high)
        axes.set_ylim(len(known) - 0.5, -0.5)
        for place, one in enumerate(known):
            start, end = _ends(one.verdict, factor, low, high)
            axes.barh(place, end - start, left=start, height=0.8, color=COLORS["range"], zorder=0)
            value = factor * (one.verdict.value or 0.0)
            color = COLORS[one.verdict.outcome]
            interval = one.verdict.interval
            if interval is not None:
                across = [max(low, factor * interval.low), min(high, factor * interval.high)]
                axes.plot(across, [place, place], color=color, lw=3, solid_capstyle="butt")
            axes.plot([value], [place], "o", color=color, ms=6)
        axes.set_yticks(range(len(known)), [_short(one.label) for one in known])
        _frame(axes, "x")
        axes.set_xlabel(shown(axis_unit(unit)), color=COLORS["muted"], labelpad=2)
        return as_plot(figure, name, _in_words(known))


def plot_of_path(name: str, seen: Sequence[Labelled]) -> Plot | None:
    """Draw how one metric went from prompt to prompt, against its target range.

    Parameters
    ----------
    name:
        Of the plot, one for each on a page.

    Returns
    -------
    Plot | None
        None where none has a value.
    """
    known = [one for one in seen if one.verdict.value is not None]
    if not known:
        return None
    unit, factor, low, high = _scale([one.verdict for one in known])
    with drawing(height=2.0) as figure:
        axes = figure.add_axes((0.13, 0.24, 0.85, 0.73))
        axes.set_ylim(low, high)
        axes.set_xlim(-0.4, len(known) - 0.6)
        start, end = _ends(known[-1].verdict, factor, low, high)
        axes.axhspan(start, end, facecolor=COLORS["range"], edgecolor="none", zorder=0)
        values = [factor * (one.verdict.value or 0.0) for one in known]
        axes.plot(range(len(known)), values, color=COLORS["muted"], lw=1, zorder=1)
        for place, (one, value) in enumerate(zip(known, values, strict=True)):
            color = COLORS[one.verdict.outcome]
            interval = one.verdict.interval
            if interval is not None:
                up = [max(low, factor * interval.low), min(high, factor * interval.high)]
                axes.plot([place, place], up, color=color, lw=3, solid_capstyle="butt")
            axes.plot([place], [value], "o", color=color, ms=6)
        axes.set_xticks(range(len(known)), [_short(one.label) for one in known])
        _frame(axes, "y")
        axes.set_ylabel(shown(axis_unit(unit)), color=COLORS["muted"], labelpad=2)
        return as_plot(figure, name, _in_words(known))


def _in_words(seen: Sequence[Labelled]) -> str:
    metric = seen[0].verdict.gate.metric
    told = "; ".join(
        f"{one.label}: {amount(metric, one.verdict.value)}, {one.verdict.outcome}" for one in seen
    )
    return f"{metric.name}. {told}. Target range: {range_words(seen[-1].verdict, short=True)}."


def _short(label: str) -> str:
    text = shown(label)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _scale(seen: Sequence[Verdict]) -> tuple[str, float, float, float]:
    """Return the unit of an axis, what values are multiplied by, and its two ends.

    All values, ranges and intervals are shown; of shares, what lies between 0 and 100 %.
    """
    unit = seen[0].gate.metric.unit
    factor = 100.0 if unit == "" else 1.0
    ends = [factor * (one.value or 0.0) for one in seen]
    for one in seen:
        if one.target is not None:
            ends += [factor * e for e in (one.target.low, one.target.high) if abs(e) < 1e12]
        if one.interval is not None:
            ends += [factor * one.interval.low, factor * one.interval.high]
    if factor != 1.0:
        ends = [min(max(end, 0.0), 100.0) for end in ends]
    room = 0.06 * (max(ends) - min(ends)) or 0.5 * abs(ends[0]) or 1.0
    return unit, factor, min(ends) - room, max(ends) + room


def _ends(verdict: Verdict, factor: float, low: float, high: float) -> tuple[float, float]:
    target = verdict.target
    if target is None:
        return low, low
    return max(low, factor * target.low), min(high, factor * target.high)


def _frame(axes: Axes, along: Literal["x", "y"]) -> None:
    for side in ("right", "top", "left" if along == "x" else "bottom"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(COLORS["muted"])
    axes.tick_params(color=COLORS["muted"], labelcolor=COLORS["ink"], length=3)
    axes.locator_params(axis=along, nbins=6)
