"""Which of two values lies nearer to a target, and by how much, with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

from crs_simcheck.stats.rule import ConfidenceInterval, Range, away

__all__ = ["Approach", "approach", "distance"]


def distance(value: float, target: Range, margin: float) -> float:
    """Return how far a value is from its target, in the unit of scores (see :func:`away`).

    A score is 10 less 4.5 times this, not under 1.
    """
    past, unit = away(value, target, margin)
    return past / _unit(unit)


def _unit(width: float) -> float:
    """Return what distances are counted in; a range without any width has the metric's own unit."""
    return width if width > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Approach:
    """How the distance of a second value differs from that of a first.

    ``change`` is below 0 where the second is nearer. ``interval`` decides: where it holds 0,
    neither is nearer for sure.
    """

    change: float
    interval: ConfidenceInterval

    @property
    def sign(self) -> int:
        """−1 where the second is nearer for sure, 1 where it is farther, 0 where neither."""
        if self.interval.high < 0:
            return -1
        return 1 if self.interval.low > 0 else 0


def approach(
    values: tuple[float, float],
    target: Range,
    margin: float,
    *,
    difference: ConfidenceInterval,
    total: ConfidenceInterval,
    ends: tuple[ConfidenceInterval, ConfidenceInterval],
) -> Approach:
    """Return whether the second value is nearer to its target than the first.

    With two ends and x, y the values less the middle, ``|y| − |x|`` is y − x or x + y, whichever is
    nearer to 0, with the sign of their product: so it is told from 0 only where both the difference
    and the sum of the two are (an intersection–union test at 5 % on each side), and no interval is
    laid around a kink. With one end the second is farther for sure where it is worse than the first
    for sure and past the end for sure.

    Parameters
    ----------
    difference:
        Interval of the second value less the first.
    total:
        Interval of the sum of both, with twice the uncertainty of the middle.
    ends:
        Intervals of the first and of the second value, with that of the end.
    """
    change = distance(values[1], target, margin) - distance(values[0], target, margin)
    if math.isinf(target.low) and math.isinf(target.high):
        return Approach(0.0, ConfidenceInterval(0.0, 0.0))
    if math.isinf(target.low) or math.isinf(target.high):
        low, high = _past_one_end(target, difference, ends)
        unit = _unit(margin)
    else:
        unit = _unit((target.high - target.low) / 2)
        corners = [
            _nearer_to_zero(a, b - 2 * target.middle)
            for a, b in product((difference.low, difference.high), (total.low, total.high))
        ]
        # |y| − |x| rises or falls all along either interval, so corners are the extremes; and it
        # is 0 where either is.
        low, high = min(corners), max(corners)
        if difference.low <= 0 <= difference.high or total.low <= 2 * target.middle <= total.high:
            low, high = min(low, 0.0), max(high, 0.0)
    return Approach(change, ConfidenceInterval(low / unit, high / unit))


def _nearer_to_zero(a: float, b: float) -> float:
    """Return |y| − |x| from y − x and x + y."""
    return math.copysign(min(abs(a), abs(b)), a * b) if a * b else 0.0


def _past_one_end(
    target: Range,
    difference: ConfidenceInterval,
    ends: tuple[ConfidenceInterval, ConfidenceInterval],
) -> tuple[float, float]:
    """Return the interval of how much farther past its one end the second value is."""
    upper = math.isinf(target.low)
    end = target.high if upper else target.low

    def past(value: float) -> float:
        return max(0.0, value - end if upper else end - value)

    # Worse by this much at least and at most; below 0: better.
    least, most = difference.low, difference.high
    if not upper:
        least, most = -most, -least
    (first_least, first_most), (second_least, second_most) = (
        sorted((past(one.low), past(one.high))) for one in ends
    )
    low = min(least, second_least) if least > 0 else -min(-least, first_most)
    high = min(most, second_most) if most > 0 else -min(-most, first_least)
    return low + 0.0, high + 0.0  # no negative zero
