"""The rule by which a value is compared with groups of the same size drawn from a reference.

Notation: n units give the value v, N units make the reference; c is the mean of the metric over
reference groups of size n; σ₁ is the standard deviation of the metric per unit, so that a group of
size n has standard error σ₁/√n. The interval lies wholly inside the range (an equivalence test at
5 % on each side), wholly outside, or it crosses an end. Uncertainty of the reference belongs to the
interval, never to the range: a poor reference must lead to "inconclusive", not to an easy pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from crs_simcheck.stats.quantiles import student_quantile

__all__ = [
    "CONFIDENCE_LEVEL",
    "TAIL",
    "ConfidenceInterval",
    "Direction",
    "Outcome",
    "Range",
    "confidence_interval",
    "decide",
    "half_width",
    "score",
    "sigma_one",
    "standard_error",
    "t_quantile",
    "target_range",
    "with_reference",
]

Direction = Literal["two-sided", "lower", "upper"]
Outcome = Literal["within", "drifted", "inconclusive"]

CONFIDENCE_LEVEL = 0.90
TAIL = (1 - CONFIDENCE_LEVEL) / 2
"""What an interval leaves to either side: the level of the two one-sided tests."""
# Normal quantiles: what groups vary by 95 % of the time, to both sides and to one.
_BOTH_SIDES, _ONE_SIDE = 1.959964, 1.644854


@dataclass(frozen=True, slots=True)
class ConfidenceInterval:
    """An interval in the unit of the metric: at :data:`CONFIDENCE_LEVEL` in this rule.

    Measures of agreement have theirs at :data:`~crs_simcheck.stats.estimates.AGREEMENT_LEVEL`.
    """

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Range:
    """Where a value should lie; an open end is infinite."""

    low: float
    high: float

    def __contains__(self, value: object) -> bool:
        """Return whether a number lies in the range, ends included."""
        return isinstance(value, (int, float)) and self.low <= value <= self.high

    @property
    def middle(self) -> float:
        """The middle, or NaN where an end is open."""
        if math.isinf(self.low) or math.isinf(self.high):
            return math.nan
        return (self.low + self.high) / 2


def sigma_one(deviation: float, drawn: int, n_reference: int) -> float:
    """Return σ₁ from the deviation of the metric over draws without replacement.

    ``σ₁ = s · √(m N / (N − m))``: takes out the overlap of the draws, whose variance is
    σ₁² (1/m − 1/N) and so would go to zero as m goes to N.

    Parameters
    ----------
    deviation:
        s, the standard deviation over draws of ``drawn`` units.
    drawn, n_reference:
        m and N, with m < N.
    """
    if not 0 < drawn < n_reference:
        raise ValueError(f"draws of {drawn} of {n_reference} units say nothing about one unit")
    return deviation * math.sqrt(drawn * n_reference / (n_reference - drawn))


def half_width(margin: float, sigma1: float, n: int, direction: Direction = "two-sided") -> float:
    """Return h: the margin, or what reference groups of n units vary by, whichever is more."""
    quantile = _BOTH_SIDES if direction == "two-sided" else _ONE_SIDE
    return max(margin, quantile * sigma1 / math.sqrt(n))


def target_range(center: float, h: float, direction: Direction = "two-sided") -> Range:
    """Return [c − h, c + h], with the end open that the direction does not look at."""
    low = -math.inf if direction == "upper" else center - h
    high = math.inf if direction == "lower" else center + h
    return Range(low, high)


def standard_error(se_jackknife: float, sigma1: float = 0.0, n_reference: int = 0) -> float:
    """Return SE = √(se_jack² + σ₁²/N). An end given by hand is no estimate: leave N at 0."""
    own = 0.0 if n_reference <= 0 else sigma1**2 / n_reference
    return math.sqrt(se_jackknife**2 + own)


def t_quantile(n: int, tail: float = TAIL) -> float:
    """Return the quantile of Student's t with n − 1 degrees of freedom (n ≥ 2) that leaves a tail.

    The 95 % quantile, unless another tail is given.
    """
    return student_quantile(n - 1, 1 - tail)


def confidence_interval(value: float, se: float, n: int, tail: float = TAIL) -> ConfidenceInterval:
    """Return v ± t·SE."""
    reach = t_quantile(n, tail) * se
    return ConfidenceInterval(value - reach, value + reach)


def with_reference(
    value: float,
    own: ConfidenceInterval,
    sigma1: float,
    n_reference: int,
    n: int,
    tail: float = TAIL,
) -> ConfidenceInterval:
    """Return an interval of the value, widened on either side by the reference's uncertainty.

    ``v ± √(reach² + (t·σ₁/√N)²)`` with the reach of either side (Zou and Donner 2008). For
    v ± t·se_jack it is v ± t·SE with the SE of :func:`standard_error`.

    Parameters
    ----------
    own:
        Interval of the value alone.
    sigma1, n_reference:
        σ₁ and N of the reference.
    n:
        Number of units that gave the value.
    tail:
        What the interval of the value leaves to either side.
    """
    theirs = t_quantile(n, tail) * standard_error(0.0, sigma1, n_reference)
    return ConfidenceInterval(
        value - math.hypot(value - own.low, theirs), value + math.hypot(own.high - value, theirs)
    )


def decide(interval: ConfidenceInterval, target: Range) -> Outcome:
    """Return whether the interval lies inside the range, outside it, or crosses an end."""
    if target.low <= interval.low and interval.high <= target.high:
        return "within"
    if interval.high < target.low or interval.low > target.high:
        return "drifted"
    return "inconclusive"


def away(value: float, target: Range, margin: float) -> tuple[float, float]:
    """Return how far a value is from its target, and the unit in which that counts.

    From the middle, in half-widths, of a range with two ends; past the end, in margins, of one with
    an open end (0 anywhere inside).
    """
    if math.isinf(target.low) or math.isinf(target.high):
        return max(target.low - value, value - target.high, 0.0), margin
    return abs(value - target.middle), (target.high - target.low) / 2


def score(value: float, target: Range, margin: float) -> float:
    """Return the score 1–10 of a value: 10 − 4.5·d, not under 1.

    d is the distance from the middle in half-widths of a range with two ends (10 in the middle, 5.5
    at an end), or the distance past the one end in margins (10 anywhere inside).
    """
    if not math.isfinite(value):
        return math.nan
    past, unit = away(value, target, margin)
    if unit <= 0:
        return 10.0 if past == 0 else 1.0
    return max(1.0, 10.0 - 4.5 * past / unit)
