"""What a comparison could have seen, and how many units would decide it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from crs_simcheck.stats.rule import (
    TAIL,
    Direction,
    Range,
    confidence_interval,
    decide,
    half_width,
    standard_error,
    t_quantile,
    target_range,
)

__all__ = ["Reference", "least_drift", "reference_needed", "reference_suffices", "units_needed"]

# Normal quantiles: power of 80 %; one side at 5 %.
_POWER, _ONE_SIDE = 0.841621, 1.644854
_MOST_UNITS = 10_000_000


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known of the side that is compared with.

    ``sigma1`` is the metric's standard deviation per unit, ``n_units`` N, ``center`` the mean of
    groups of the same size, ``margin`` the practical margin, ``largest`` the size of the largest
    groups that can be drawn, where that is less than N.
    """

    center: float
    sigma1: float
    n_units: int
    margin: float
    direction: Direction = "two-sided"
    largest: int | None = None

    def range_at(self, n: int) -> Range:
        """Return the target range for n units (the centre is taken as it is).

        Groups are never larger than the reference allows, so that beyond it no range is narrower.
        """
        size = min(n, self.n_units if self.largest is None else self.largest)
        h = half_width(self.margin, self.sigma1, size, self.direction)
        return target_range(self.center, h, self.direction)


def least_drift(h: float, se: float, n: int, tail: float = TAIL) -> float:
    """Return the least distance from the centre that is found ``drifted`` four times of five.

    ``h + (t + z₈₀)·SE``: the interval must clear the end of the range, and its centre scatters.
    With h = 0, the distance past an end that was given by hand.
    """
    return h + (t_quantile(n, tail) + _POWER) * se


def reference_suffices(margin: float, sigma1: float, n_reference: int) -> bool:
    """Return whether any number of units could decide against a reference of this size.

    Not where margin ≤ 1.645·σ₁/√N: the reference's own uncertainty then fills the margin.
    """
    return margin > _ONE_SIDE * sigma1 / math.sqrt(n_reference)


def reference_needed(margin: float, sigma1: float, n: int) -> int | None:
    """Return the least N that suffices, and from which groups of n units can be drawn.

    None where ``margin`` is 0, since no reference suffices then.
    """
    if margin <= 0:
        return None
    alone = math.floor((_ONE_SIDE * sigma1 / margin) ** 2) + 1
    return max(alone, n)


def units_needed(
    value: float, sigma: float, n: int, reference: Reference | Range, tail: float = TAIL
) -> int | None:
    """Return the least number of units at which this value would be decided, or None.

    Parameters
    ----------
    value:
        The estimate, taken as the truth.
    sigma:
        Standard deviation per unit of the side that is judged: se_jack·√n.
    n:
        The number of units that did not decide.
    reference:
        The reference, or a range given by hand.
    """

    def decided(units: int) -> bool:
        own = sigma / math.sqrt(units)
        if isinstance(reference, Range):
            se, target = standard_error(own), reference
        else:
            se = standard_error(own, reference.sigma1, reference.n_units)
            target = reference.range_at(units)
        return decide(confidence_interval(value, se, units, tail), target) != "inconclusive"

    return _first(decided, max(n, 2))


def _first(holds: Callable[[int], bool], start: int) -> int | None:
    high = start
    while not holds(high):
        if high >= _MOST_UNITS:
            return None
        high *= 2
    low = max(start, high // 2)
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return high
