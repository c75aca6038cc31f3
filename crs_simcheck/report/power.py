"""What gates will see with n seekers: as a table, and as a plot."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crs_simcheck.errors import InputError
from crs_simcheck.gate.planning import Outlook
from crs_simcheck.report.plain_table import plain_table
from crs_simcheck.report.words import amount

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PLOT_ENDINGS", "check_plot", "power_plot", "power_table"]

PLOT_ENDINGS = (".svg", ".png")
# Column → whether it stands at the right.
_COLUMNS = {
    "seekers": True,
    "range": True,
    "least drift": True,
    "drifted": True,
    "not within": True,
    "": False,
}
_BLIND, _TOO_SMALL = "cannot see one margin", "baseline too small"


def power_table(
    gates: Iterable[tuple[str, Sequence[Outlook]]], *, width: int = 80, color: bool = False
) -> str:
    """Return the table as text.

    Parameters
    ----------
    gates:
        The heading of each gate, and what it will see with each number of seekers.
    """
    lines: list[tuple[str, ...]] = []
    for heading, outlooks in gates:
        if lines:
            lines.append(())
        lines.append((heading,))
        lines += (_cells(outlook) for outlook in outlooks)
    cells = [line for line in lines if len(line) > 1]
    columns = dict(_COLUMNS)
    if not any(line[-1] for line in cells):  # nothing to remark
        del columns[""]
        cells = [line[:-1] for line in cells]
    table = plain_table(columns, cells, width)
    if table is None:
        raise InputError(f"{width} columns are too few for this table")
    first, head, rule, *rest = table.splitlines()
    body = iter(rest)
    # A heading is as wide as it likes: it stands in no column.
    told = [(" " + line[0]) if len(line) == 1 else next(body) if line else "" for line in lines]
    text = "\n".join([first, head, rule, *told, ""])
    return _coloured(text, {f" {line[0]}" for line in lines if len(line) == 1}) if color else text


def _coloured(text: str, headings: set[str]) -> str:
    """Return the table with escape codes: headings are bold, what cannot be seen is yellow."""
    lines = []
    for line in text.splitlines():
        told = line
        for remark in (_BLIND, _TOO_SMALL):
            told = told.replace(remark, f"\x1b[33m{remark}\x1b[0m")
        lines.append(f"\x1b[1m{line}\x1b[0m" if line in headings else told)
    return "\n".join(lines)


def _cells(outlook: Outlook) -> tuple[str, ...]:
    """Return the cells of a line: seekers, range, least drift, false alarms, and a remark."""
    metric, power = outlook.gate.metric, outlook.power
    if power is None:
        return (f"{outlook.n:,}", "–", "–", "–", "–", outlook.reason)
    by_hand = outlook.gate.range_by_hand
    if by_hand is None:
        least = amount(metric, power.least_drift, unit=metric.unit == "")
        span = "± " + amount(metric, outlook.half_width, unit=metric.unit == "")
    else:
        low, high = by_hand.low, by_hand.high
        ends = [f"≥ {amount(metric, low, unit=metric.unit == '')}"] if math.isfinite(low) else []
        ends += [f"≤ {amount(metric, high, unit=metric.unit == '')}"] if math.isfinite(high) else []
        span = " ".join(ends)
        least = "end + " + amount(metric, power.past_end, unit=metric.unit == "")
    remark = "" if outlook.sees_margin else _BLIND
    remark = remark if outlook.suffices else _TOO_SMALL
    return (
        f"{outlook.n:,}",
        span,
        least,
        _rate(power.drifted),
        _rate(power.not_within),
        remark,
    )


def _rate(share: float) -> str:
    return "< 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


# -- the plot ----------------------------------------------------------------------------------


def check_plot(file: Path) -> None:
    """Check, before anything is computed, that a plot can be drawn into this file.

    Raises
    ------
    InputError
        Where matplotlib is missing, or the file is of another kind.
    """
    if file.suffix not in PLOT_ENDINGS:
        raise InputError(f"found '{file.suffix}', need .svg or .png", path=file)
    if importlib.util.find_spec("matplotlib") is None:
        raise InputError("a plot needs matplotlib", fix="pip install 'crs-simcheck[report]'")


def power_plot(gates: Mapping[str, Sequence[Outlook]], file: Path) -> None:
    """Draw the least drift and the false alarms of every gate over the number of seekers.

    Parameters
    ----------
    gates:
        Name → what it will see.
    file:
        ``.svg`` or ``.png``. The same figures give the same bytes.

    Raises
    ------
    InputError
        Where matplotlib is missing, there is nothing to draw, or the file cannot be written.
    """
    check_plot(file)
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    drawn = {name: [o for o in seen if o.power is not None] for name, seen in gates.items()}
    drawn = {name: seen for name, seen in drawn.items() if seen}
    if not drawn:
        raise InputError("there is nothing to draw: no gate can be foreseen", path=file)
    settings: dict[Any, Any] = {
        "svg.hashsalt": "crs-simcheck",
        "svg.fonttype": "path",
        "font.size": 9,
    }
    with matplotlib.rc_context({**_defaults(), **settings}):
        height = 2.1 * len(drawn) + 0.6
        figure = Figure(figsize=(9, height), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(len(drawn), 2, squeeze=False)
        for (name, seen), (left, right) in zip(drawn.items(), axes, strict=True):
            _draw_least(left, name, seen)
            _draw_alarms(right, seen)
        axes[-1][0].set_xlabel("seekers")
        axes[-1][1].set_xlabel("seekers")
        metadata = {"Date": None} if file.suffix == ".svg" else {"Software": None}
        try:
            figure.savefig(file, metadata=metadata, dpi=110)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", path=file) from error


def _defaults() -> dict[Any, Any]:
    """Return the settings that matplotlib comes with, and none of the user's."""
    import matplotlib

    return {key: value for key, value in matplotlib.rcParamsDefault.items() if key != "backend"}


def _draw_least(axes: Axes, name: str, seen: Sequence[Outlook]) -> None:
    metric = seen[0].gate.metric
    scale, unit = (100.0, "%") if metric.unit == "" else (1.0, metric.unit)
    by_hand = seen[0].gate.range_by_hand is not None
    sizes = [o.n for o in seen]
    powers = [o.power for o in seen if o.power is not None]
    least = [scale * (p.past_end if by_hand else p.least_drift) for p in powers]
    axes.plot(sizes, least, marker="o", markersize=3, label="least drift found 4 times of 5")
    if by_hand:
        axes.set_ylabel(f"past the end, {unit}")
    else:
        reach = [scale * o.half_width for o in seen if o.half_width is not None]
        axes.plot(sizes, reach, linestyle="--", color="0.5", label="half-width of the range")
        axes.set_ylabel(unit)
    _finish(axes, name)


def _draw_alarms(axes: Axes, seen: Sequence[Outlook]) -> None:
    sizes = [o.n for o in seen]
    powers = [o.power for o in seen if o.power is not None]
    axes.plot(
        sizes, [100 * p.not_within for p in powers], marker="o", markersize=3, label="not within"
    )
    axes.plot(sizes, [100 * p.drifted for p in powers], marker="s", markersize=3, label="drifted")
    axes.axhline(5, linestyle=":", color="0.5")
    axes.set_ylabel("% of people")
    axes.set_ylim(-3, 103)
    _finish(axes, "people who are called so")


def _finish(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=9)
    axes.set_xlim(left=0)
    if axes.get_ylim()[0] > 0:
        axes.set_ylim(bottom=0)
    axes.grid(visible=True, color="0.9")
    axes.legend(frameon=False, fontsize=8)
