"""The rule of the gate beside rules that look as good and are not, on the same estimates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crs_simcheck.gate import Verdict
from crs_simcheck.gate.estimates import Estimates as GateEstimates
from crs_simcheck.stats import (
    ConfidenceInterval,
    Direction,
    Outcome,
    decide,
    half_width,
    t_quantile,
    target_range,
    with_reference,
)

__all__ = ["RULES", "Estimates", "Rule", "estimates_of", "of_gate"]

# What groups vary by 95 % of the time.
_BOTH_SIDES = 1.959964


@dataclass(frozen=True, slots=True)
class Estimates:
    """What every rule decides from.

    Parameters
    ----------
    value, own, n:
        Of the simulator, of n seekers, with the 90 % interval without the baseline's part.
    center, sigma1, size, n_people:
        Mean of groups of ``size`` people, deviation per person, people in the baseline.
    whole:
        The value of all people of the baseline pooled, NaN where there is none.
    """

    value: float
    own: ConfidenceInterval
    n: int
    center: float
    sigma1: float
    size: int
    n_people: int
    direction: Direction
    whole: float = math.nan


def estimates_of(verdict: Verdict, whole: float = math.nan) -> Estimates:
    """Return what a verdict was decided from.

    Raises
    ------
    ValueError
        Where the verdict rests on no estimate, or not on people.
    """
    people = verdict.people
    if verdict.value is None or verdict.interval is None or people is None:
        raise ValueError(f"no estimate: {verdict.reason}")
    theirs = t_quantile(verdict.n_seekers) * people.sigma1 / math.sqrt(people.n_seekers)
    low, high = (
        math.sqrt(max((end - verdict.value) ** 2 - theirs**2, 0.0))
        for end in (verdict.interval.low, verdict.interval.high)
    )
    return Estimates(
        verdict.value,
        ConfidenceInterval(verdict.value - low, verdict.value + high),
        verdict.n_seekers,
        people.center,
        people.sigma1,
        people.size,
        people.n_seekers,
        verdict.gate.metric.direction,
        whole,
    )


def of_gate(found: GateEstimates, n: int, direction: Direction) -> Estimates:
    """Return what the gate would decide from, of n seekers."""
    return Estimates(
        found.value, found.own, n, found.center, found.sigma1, found.size, found.n_people, direction
    )


Rule = Callable[[Estimates, float], Outcome]


def _ours(found: Estimates, margin: float) -> Outcome:
    """Decide as STATISTICS says: same size, and all uncertainty in the interval."""
    h = half_width(margin, found.sigma1, found.size, found.direction)
    return decide(_with_people(found), target_range(found.center, h, found.direction))


def _naive_draws(found: Estimates, margin: float) -> Outcome:
    """Take what draws without replacement vary by as range, and the simulator's error alone."""
    overlap = max(0.0, 1 / found.size - 1 / found.n_people)
    h = max(margin, _BOTH_SIDES * found.sigma1 * math.sqrt(overlap))
    return decide(found.own, target_range(found.center, h, found.direction))


def _inflated_range(found: Estimates, margin: float) -> Outcome:
    """Let the baseline's uncertainty widen the range, where it belongs in the interval."""
    h = half_width(margin, found.sigma1, found.size, found.direction)
    left = found.n_people - found.size
    wider = math.sqrt((found.n_people + found.size) / left) if left else math.inf
    target = target_range(found.center, h * wider, found.direction)
    return decide(found.own, target)


def _unequal_sizes(found: Estimates, margin: float) -> Outcome:
    """Hold the simulator against all people of the baseline at once, however many they are."""
    h = half_width(margin, found.sigma1, found.size, found.direction)
    return decide(_with_people(found), target_range(found.whole, h, found.direction))


def _estimate_alone(found: Estimates, margin: float) -> Outcome:
    """Look at the value and at no interval, as ``rule = "estimate"`` does."""
    h = half_width(margin, found.sigma1, found.size, found.direction)
    target = target_range(found.center, h, found.direction)
    return "within" if found.value in target else "drifted"


def _with_people(found: Estimates) -> ConfidenceInterval:
    return with_reference(found.value, found.own, found.sigma1, found.n_people, found.n)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "ours": _ours,
        "naive draws": _naive_draws,
        "inflated range": _inflated_range,
        "unequal sizes": _unequal_sizes,
        "estimate alone": _estimate_alone,
    }
)
