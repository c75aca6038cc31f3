"""Plots as SVG inside a page: in its colours, light and dark, with a text that says what they show.

The same values give the same bytes: no date, no random id, and no setting of the user's matplotlib.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from crs_simcheck.report.texts import shown

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLORS", "Plot", "as_plot", "axis_unit", "drawing", "plot_of_groups"]

# Name of a colour of style.css → what stands for it while matplotlib draws.
COLORS: Mapping[str, str] = MappingProxyType(
    {
        name: f"#01020{digit:x}"
        for digit, name in enumerate(
            ("ink", "muted", "people", "range", "edge", "within", "drifted", "inconclusive")
        )
    }
)
_SETTINGS: Mapping[Any, Any] = {
    "svg.fonttype": "none",  # letters stay letters: they can be read aloud, searched and copied
    "svg.hashsalt": "crs-simcheck",
    "text.parse_math": False,  # a dollar in a label is a dollar
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so the layout is the same everywhere
    "font.size": 10.0,
    "axes.unicode_minus": True,
}
_NOTHING = dict.fromkeys(("Date", "Creator", "Format", "Type"))
# Where values of a unit end: an interval beyond would only puzzle.
_BOUNDS = {"": (0.0, 1.0), "r": (-1.0, 1.0)}
_LINK = re.compile(r"url\(#([^)]+)\)|^#(.+)$")


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot on a page.

    Parameters
    ----------
    svg:
        An ``<svg>`` element, safe to print as it is.
    text:
        What it shows, in words.
    """

    svg: Markup
    text: str


@contextmanager
def drawing(width: float = 4.6, height: float = 1.35) -> Iterator[Figure]:
    """Give a figure to draw on; :func:`as_plot` ends it, before the context does.

    Parameters
    ----------
    width, height:
        In inches of 72 px. On a page the plot gets as wide as there is room, so this is only how
        large letters are beside all else.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a matplotlibrc in the working folder is not ours
        matplotlib.rcParams.update(_SETTINGS)
        figure = Figure(figsize=(width, height))
        FigureCanvasSVG(figure)
        yield figure


def as_plot(figure: Figure, name: str, text: str) -> Plot:
    """Return a figure as a plot.

    Parameters
    ----------
    name:
        Of the plot, one for each on a page: letters, digits and hyphens.
    text:
        What it shows, for who cannot see it.
    """
    from markupsafe import Markup

    out = io.BytesIO()
    figure.savefig(out, format="svg", transparent=True, metadata=_NOTHING)
    # What it holds was escaped by matplotlib, and again by the writer of XML.
    return Plot(Markup(_inlined(out.getvalue(), name, shown(text))), text)  # noqa: S704


def _inlined(data: bytes, name: str, text: str) -> str:
    """Return an SVG file as an element of a page: its ids its own, its colours the page's."""
    root = ET.fromstring(data)  # noqa: S314 - our own drawing
    for element in list(root.iter()):
        element.tag = element.tag.partition("}")[2] or element.tag
        element.tail = None
        for key in list(element.attrib):
            value = element.attrib.pop(key)
            element.attrib[key.partition("}")[2] or key] = value
        for child in [one for one in element if one.tag.endswith(("}metadata", "}style"))]:
            element.remove(child)
    linked = {link for one in root.iter() for link in _links(one)}
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "id":
                if value in linked:
                    element.set(key, f"{name}-{value}")
                else:
                    del element.attrib[key]
            else:
                element.set(key, _in_colors(_LINK.sub(lambda m: _renamed(m, name), value)))
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib |= {"class": "plot", "role": "img", "aria-labelledby": f"{name}-text"}
    title = ET.Element("title", {"id": f"{name}-text"})
    title.text = text
    root.insert(0, title)
    return ET.tostring(root, encoding="unicode")


def _links(element: ET.Element) -> Iterator[str]:
    for value in element.attrib.values():
        for match in _LINK.finditer(value):
            yield match[1] or match[2]


def _renamed(match: re.Match[str], name: str) -> str:
    return f"url(#{name}-{match[1]})" if match[1] else f"#{name}-{match[2]}"


def _in_colors(value: str) -> str:
    for color, stand_in in COLORS.items():
        value = value.replace(stand_in, f"var(--{color})")
    return re.sub(r"font-family:[^;]*", "font-family: inherit", value)


def plot_of_groups(name: str, entry: Mapping[str, Any], text: str) -> Plot | None:
    """Draw how groups of people of this size lie, the target range, and the simulator's interval.

    Parameters
    ----------
    entry:
        A verdict of the document: ``groups``, ``range``, ``interval``, ``value``, ``unit``.

    Returns
    -------
    Plot | None
        None where there is no value.
    """
    if entry["value"] is None:
        return None
    factor = 100.0 if entry["unit"] == "" else 1.0
    value = factor * entry["value"]
    low, high = _BOUNDS.get(entry["unit"], (-math.inf, math.inf))
    interval = [
        None if end is None else factor * min(max(end, low), high)
        for end in entry["interval"] or ()
    ]
    target = [None if end is None else factor * end for end in entry["range"] or ()]
    groups = entry["groups"]
    ends = [value, *interval, *target]
    if groups is not None:
        ends += [factor * groups["low"], factor * groups["high"]]
    low, high = _limits([end for end in ends if end is not None])
    # Without people behind it there is only an interval to see.
    with drawing(height=0.8 if groups is None else 1.4) as figure:
        foot = 0.42 / figure.get_figheight()
        axes = figure.add_axes((0.02, foot, 0.96, 0.98 - foot))
        _bare(axes, low, high, axis_unit(entry["unit"]))
        _range(axes, target, low, high)
        if groups is not None:
            _bars(axes, groups, factor, (high - low) / 200)
        color = COLORS[entry["verdict"]]
        level = 0.7 if groups is None else 1.22
        if interval:
            ends = [value if end is None else end for end in interval]
            axes.plot(ends, [level, level], color=color, lw=3, solid_capstyle="butt", zorder=4)
        axes.plot([value], [level], "o", color=color, ms=7, zorder=5)
        return as_plot(figure, name, text)


def _limits(ends: list[float]) -> tuple[float, float]:
    room = 0.06 * (max(ends) - min(ends)) or 0.5 * abs(ends[0]) or 1.0
    return min(ends) - room, max(ends) + room


def axis_unit(unit: str) -> str:
    """Return what an axis of a metric is called, after the unit of the metric."""
    return {"": "%", "r": "correlation r", "log10 rank": "mean log10 of the rank"}.get(unit, unit)


def _bare(axes: Axes, low: float, high: float, label: str) -> None:
    """Leave of an axis its line at the bottom, with a few ticks and the unit."""
    axes.set_xlim(low, high)
    axes.set_ylim(0, 1.42)
    axes.set_yticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(COLORS["muted"])
    axes.tick_params(axis="x", color=COLORS["muted"], labelcolor=COLORS["ink"], length=3)
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel(shown(label), color=COLORS["muted"], labelpad=2)


def _range(axes: Axes, target: Sequence[float | None], low: float, high: float) -> None:
    if not target:
        return
    start, end = target
    axes.axvspan(
        low if start is None else start,
        high if end is None else end,
        facecolor=COLORS["range"],
        edgecolor="none",
        zorder=0,
    )
    for place in target:
        if place is not None:
            axes.axvline(place, color=COLORS["edge"], lw=1, ls=(0, (3, 2)), zorder=1)


def _bars(axes: Axes, groups: Mapping[str, Any], factor: float, least: float) -> None:
    """Draw the groups of people; the tallest bar is 1 high."""
    counts = groups["counts"]
    low, high = factor * groups["low"], factor * groups["high"]
    if high - low < least:  # all of one value: a bar that can be seen
        middle, counts = (low + high) / 2, [sum(counts)]
        low, high = middle - least, middle + least
    step = (high - low) / len(counts)
    edges = [low + step * number for number in range(len(counts) + 1)]
    tallest = max(counts)
    axes.stairs(
        [count / tallest for count in counts], edges, fill=True, color=COLORS["people"], zorder=2
    )
