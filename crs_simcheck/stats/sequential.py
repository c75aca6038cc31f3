"""Group-sequential bounds: a test that is looked at several times, at the error rate of one.

A test that is looked at K times, each time at 5 %, is wrong far more often than 5 %. A spending
function says how much of the error may have been used up when a share t of all units is there
(Lan and DeMets 1983); the bounds follow from it, one look after the other, by integrating the
density of what has not been stopped (Armitage, McPherson and Rowe 1969). Between looks the
statistic Z moves as a Brownian motion does: Cov(Zⱼ, Zₖ) = √(tⱼ/tₖ) for j ≤ k.

A reference of N units that all looks share makes the looks more alike than that: the variances are
σ²/nₖ + σ₁²/N, and the covariance of two looks is still the smaller of them. Bounds for the shares
nₖ/n are then a little too wide, never too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import numpy as np

from crs_simcheck.stats.rows import FloatArray

__all__ = [
    "SPENDING",
    "Spending",
    "looks_at",
    "nominal_tails",
    "normal_tail",
]

Spending = Literal["quadratic", "obrien-fleming", "pocock"]

# The grid of the integration: points, and how far to the left of 0 it begins.
_POINTS, _FAR = 601, -8.5
_MOST_BOUND = 8.0
_STEPS = 60


def _pocock(share: float, alpha: float) -> float:
    """Return α ln(1 + (e − 1) t): bounds that hardly change from look to look."""
    return alpha * math.log1p((math.e - 1) * share)


def _obrien_fleming(share: float, alpha: float) -> float:
    """Return 2 − 2Φ(z/√t), z the upper α/2 point: next to nothing at first, most at the end."""
    return 2 * normal_tail(_normal_quantile(alpha / 2) / math.sqrt(share))


def _quadratic(share: float, alpha: float) -> float:
    """Return α t² (Kim and DeMets 1987): between the two others."""
    return alpha * share**2


SPENDING: Mapping[Spending, Callable[[float, float], float]] = MappingProxyType(
    {"quadratic": _quadratic, "obrien-fleming": _obrien_fleming, "pocock": _pocock}
)
"""Spending function → share of all units (above 0, at most 1), α → error used up by then."""


def normal_tail(z: float) -> float:
    """Return how often a standard normal variable lies above z."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def looks_at(n: int, shares: Sequence[float], least: int) -> tuple[int, ...]:
    """Return the numbers of units at which to look: these shares of n, none below ``least``.

    The last is n, whatever it is.
    """
    sizes = {min(n, math.ceil(share * n - 1e-9)) for share in shares}
    return (*sorted(size for size in sizes if least <= size < n), n)


@lru_cache(maxsize=256)
def nominal_tails(sizes: tuple[int, ...], alpha: float, spending: Spending) -> tuple[float, ...]:
    """Return, for each look, the level of the one-sided test that is made there.

    A test that is made at these levels, and ends where it rejects first, rejects a true hypothesis
    at its edge with probability α in all. A level, and not a bound of Z: at few units it is that of
    Student's t, or of an exact interval.

    Parameters
    ----------
    sizes:
        Units at each look, growing.
    alpha:
        Error to one side, in all looks together.

    Raises
    ------
    ValueError
        Where sizes do not grow from 1.
    """
    if not sizes or sizes[0] < 1 or any(b <= a for a, b in pairwise(sizes)):
        raise ValueError(f"the sizes of the looks must grow from 1, got {sizes}")
    spend = SPENDING[spending]
    left: _Left | None = None
    spent, tails = 0.0, []
    for size in sizes:
        share = size / sizes[-1]
        bound = _bound(left, share, spend(share, alpha) - spent)
        spent = spend(share, alpha)
        tails.append(normal_tail(bound))
        left = _Left.after(left, share, bound)
    return tuple(tails)


class _Left:
    """The density of Z at a look, of what has not been stopped by then, on a grid below a bound."""

    def __init__(self, share: float, points: FloatArray, density: FloatArray) -> None:
        self.share, self.points = share, points
        step = points[1] - points[0]
        weights = np.full(points.size, 2.0)  # Simpson's rule
        weights[1::2] = 4.0
        weights[[0, -1]] = 1.0
        self.mass = density * weights * step / 3

    @classmethod
    def after(cls, before: _Left | None, share: float, bound: float) -> _Left:
        points = np.linspace(_FAR, bound, _POINTS)
        if before is None:
            return cls(share, points, np.exp(-0.5 * points**2) / math.sqrt(2 * math.pi))
        rest = share - before.share
        # Z√t has independent increments, of variance the growth of t.
        moved = points[:, None] * math.sqrt(share) - before.points * math.sqrt(before.share)
        kernel = np.exp(-0.5 * moved**2 / rest) * math.sqrt(share / (2 * math.pi * rest))
        return cls(share, points, kernel @ before.mass)

    def above(self, bound: float, share: float) -> float:
        """Return how often Z is above a bound at a later look, and has not been stopped before."""
        rest = math.sqrt(share - self.share)
        past = (bound * math.sqrt(share) - self.points * math.sqrt(self.share)) / rest
        return float(np.dot(self.mass, [normal_tail(z) for z in past.tolist()]))


def _bound(left: _Left | None, share: float, error: float) -> float:
    """Return the bound that uses up so much error at this look."""
    low, high = -_MOST_BOUND, _MOST_BOUND
    for _ in range(_STEPS):
        middle = (low + high) / 2
        above = normal_tail(middle) if left is None else left.above(middle, share)
        low, high = (middle, high) if above > error else (low, middle)
    return (low + high) / 2


def _normal_quantile(tail: float) -> float:
    """Return the point above which a standard normal variable lies so often."""
    return _bound(None, 1.0, tail)
