"""``regressed``: a value that is nearer to the edge of its range than the one that was accepted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from crs_simcheck.gate.verdict import Verdict
from crs_simcheck.stats import ConfidenceInterval, Range, t_quantile
from crs_simcheck.stats.quantiles import student_quantile

__all__ = ["SHARE_OF_MARGIN", "WRONG", "Accepted", "Regression", "regression"]

SHARE_OF_MARGIN = 0.5
"""Room that must be lost, in margins of the gate.

A whole one cannot be lost inside a range: from its middle to its end it is one margin.
"""

WRONG = 0.05
"""The chance that any gate of a simulator is called regressed where nothing but chance did it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted of a gate: value, its 90 % interval, range, seekers."""

    value: float
    interval: ConfidenceInterval
    target: Range
    seekers: int


@dataclass(frozen=True, slots=True)
class Regression:
    """How much room to the nearest end of the range was lost, and how much could have been.

    Parameters
    ----------
    lost:
        Room when it was accepted, less room now.
    practical, chance:
        What may be lost: half a margin, and what chance makes.
    """

    lost: float
    practical: float
    chance: float

    @property
    def found(self) -> bool:
        """Whether more was lost than either."""
        return self.lost > max(self.practical, self.chance)


def regression(accepted: Accepted, verdict: Verdict, n_gates: int) -> Regression | None:
    """Return how much room a gate has lost since it was accepted, or None without a value.

    Room is the distance from the value to the nearest end of its range, below 0 outside. Both
    values have the range of their own size. Chance makes up to ``q · √(r² + s²)``, with r and s the
    reaches of the two intervals towards each other (Zou and Donner 2008) and q from 90 % to a
    chance of :data:`WRONG` over all gates: Student's quantile at 1 − .05/m over that at .95, m
    gates.

    Parameters
    ----------
    n_gates:
        m, how many gates of the simulator are compared.
    """
    value, interval, target = verdict.value, verdict.interval, verdict.target
    if value is None or interval is None or target is None:
        return None
    if math.isinf(target.low) and math.isinf(target.high):
        return None
    lost = _room(accepted.value, accepted.target) - _room(value, target)
    upwards = target.high - value <= value - target.low
    if upwards:
        reaches = value - interval.low, accepted.interval.high - accepted.value
    else:
        reaches = interval.high - value, accepted.value - accepted.interval.low
    n = max(2, min(verdict.n_seekers, accepted.seekers))
    q = student_quantile(n - 1, 1 - WRONG / max(1, n_gates)) / t_quantile(n)
    return Regression(lost, SHARE_OF_MARGIN * (verdict.margin or 0.0), q * math.hypot(*reaches))


def _room(value: float, target: Range) -> float:
    return min(value - target.low, target.high - value)
