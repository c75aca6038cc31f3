"""What a metric is: a function of pooled statistics, with unit, direction and practical margin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from crs_simcheck.metrics.frame import Frame
from crs_simcheck.records import TaskName
from crs_simcheck.stats import Direction, FloatArray, Pool, Rows, positive_columns, ratio

__all__ = ["Compute", "Margin", "Metric", "RateColumns", "RepeatColumns", "Table"]

Table = Literal[
    "mentions",
    "answers",
    "responses",
    "texts",
    "word_vectors",
    "sentence_vectors",
    "conduct",
    "reactions",
    "judged",
]
Compute = Callable[[Pool, Frame], FloatArray]


@dataclass(frozen=True, slots=True)
class Margin:
    """The practical margin: how far from people a value may be before anybody should mind.

    Parameters
    ----------
    value:
        In the unit of the metric, or as a share of people's value where ``relative``.
    reason:
        Why this much, in one sentence.
    """

    value: float
    reason: str
    relative: bool = False

    def at(self, center: float) -> float:
        """Return the margin in the unit of the metric, given people's value."""
        return self.value * abs(center) if self.relative else self.value


@dataclass(frozen=True, slots=True)
class RateColumns:
    """Where a plain rate finds its events and its answers: two columns of one dense block."""

    block: str
    events: int
    answers: int

    def share(self, pool: Pool, _frame: Frame) -> FloatArray:
        """Return the share of the answers that are such events."""
        sums = np.asarray(pool.block(self.block))
        return ratio(sums[:, self.events], sums[:, self.answers])

    def of_units(self, rows: Rows) -> tuple[FloatArray, FloatArray]:
        """Return (n_units,) events and answers."""
        sums = np.asarray(rows.unit_sums(self.block))
        return sums[:, self.events], sums[:, self.answers]


@dataclass(frozen=True, slots=True)
class RepeatColumns:
    """Where a rate of repeats finds its answers, and the block that tells different ones apart."""

    block: str
    answers: int
    different: str

    def of_units(self, rows: Rows) -> tuple[FloatArray, FloatArray]:
        """Return (n_units,) answers that the unit had given before, and answers."""
        answers = np.asarray(rows.unit_sums(self.block))[:, self.answers]
        return answers - positive_columns(rows.unit_sums(self.different)), answers


@dataclass(frozen=True, slots=True)
class Metric:
    """A function of pooled seeker statistics.

    Parameters
    ----------
    name, unit, title:
        ``unit`` as printed behind a value (``"bits"``, ``""`` for shares); ``title`` says in a few
        words what it measures.
    direction:
        ``two-sided``: too much is as wrong as too little; ``lower``: only too little is wrong;
        ``upper``: only too much is.
    tasks:
        The tasks that it stands on.
    table:
        Which table of seeker statistics it reads.
    blocks:
        The blocks of that table that :attr:`compute` reads.
    compute:
        Pool of G groups and the frame → (G,) values; NaN where the value does not exist.
    margin:
        The practical margin, with its reason.
    too_low, too_high:
        What a drift to either side means, as a clause about the simulator.
    default_max:
        For rare rates, the end that stands where none is given by hand; people are not needed then.
    rate:
        Where a rate finds its events; its interval is the one for rare rates.
    needs:
        Frame → None, or the reason why this metric cannot be measured with it.
    read_in:
        Block and column that count the responses it could be read in, where rows may hold none.
    chosen:
        The instrument among those that somebody chooses that it hangs on (``aspects``, …).
    absent:
        Why the value of a group may not exist, beyond there being nothing to count.
    lacking:
        Rows → the share of answers without a value; each of these may have any on the scale.
    scale:
        Where single values lie, and so ends of one's own must.
    paired:
        The value of a group depends on ratings by people outside of it (see ``bin_pref``).
    automatic:
        Whether it is gated where nobody names any gate.
    """

    name: str
    unit: str
    title: str
    direction: Direction
    tasks: tuple[TaskName, ...]
    table: Table
    blocks: tuple[str, ...]
    compute: Compute
    margin: Margin
    too_low: str
    too_high: str
    default_max: float | None = None
    rate: RateColumns | RepeatColumns | None = None
    needs: Callable[[Frame], str | None] = lambda _frame: None
    read_in: tuple[str, int] | None = None
    chosen: str | None = None
    absent: str = ""
    lacking: Callable[[Rows], float] | None = None
    scale: tuple[float, float] | None = None
    paired: bool = False
    automatic: bool = True
