"""What a comparison will see and how often it will be wrong, where a side is like the reference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from crs_simcheck.stats.power import least_drift
from crs_simcheck.stats.rare import RareRate, clopper_pearson
from crs_simcheck.stats.rule import Range, decide, standard_error, t_quantile, with_reference
from crs_simcheck.stats.sequential import normal_tail

__all__ = ["Power", "power_of", "power_of_rate"]

# What has less probability than this on either side of a count adds nothing to four digits.
_NEGLIGIBLE = 1e-9
# Points of a grid over an estimated variance, and how many standard deviations it reaches.
_GRID, _DEVIATIONS = 80, 6.0


@dataclass(frozen=True, slots=True)
class Power:
    """What a comparison will see.

    Parameters
    ----------
    least_drift:
        The least distance from the reference's value that is found four times of five; infinite
        where no end is looked at, or none can be passed.
    past_end:
        The same from the end of the range.
    drifted, not_within:
        How often what is like the reference comes out ``drifted``, and not ``within``.
    """

    least_drift: float
    past_end: float
    drifted: float
    not_within: float


def power_of(
    value: float, own: float, n: int, target: Range, sigma1: float = 0.0, n_reference: int = 0
) -> Power:
    """Return what a comparison of n units will see.

    Values are taken for normal, and the variance that is estimated from them for χ² with n − 1
    degrees of freedom: ``drifted`` lies h + t·SE away and ``within`` ends at h − t·SE, for each
    estimate of SE.

    Parameters
    ----------
    value:
        c, the reference's value in groups of n.
    own:
        Standard error of n units that scatter as the reference does.
    target:
        The range.
    sigma1, n_reference:
        σ₁ and N of the reference; leave them at 0 where the range is given by hand.
    """
    se = standard_error(own, sigma1, n_reference)
    past = least_drift(0.0, se, n)
    ends = [end for end in (target.high - value, value - target.low) if math.isfinite(end)]
    drifted = outside = 0.0
    for weight, share in _shares_of_variance(n - 1):
        reach = t_quantile(n) * standard_error(own * math.sqrt(share), sigma1, n_reference)
        drifted += weight * min(1.0, sum(_beyond(end + reach, se) for end in ends))
        outside += weight * min(1.0, sum(_beyond(end - reach, se) for end in ends))
    return Power(min(ends, default=math.inf) + past, past, drifted, outside)


def _beyond(distance: float, se: float) -> float:
    """Return how often a value lies farther from its expectation, to one side."""
    return float(distance < 0) if se <= 0 else normal_tail(distance / se)


@lru_cache(maxsize=256)
def _shares_of_variance(degrees: int) -> tuple[tuple[float, float], ...]:
    """Return what share of the variance is estimated, each with its probability: χ²/ν on a grid."""
    reach = _DEVIATIONS * math.sqrt(2 / degrees)
    grid = [1 + reach * (2 * k / _GRID - 1) for k in range(_GRID + 1)]
    shares = [share for share in grid if share > 0]
    # The density of χ²/ν, but for a factor.
    logs = [(degrees / 2 - 1) * math.log(x) - degrees * x / 2 for x in shares]
    weights = [math.exp(one - max(logs)) for one in logs]
    return tuple((weight / sum(weights), x) for weight, x in zip(weights, shares, strict=True))


def power_of_rate(
    rate: RareRate,
    value: float,
    n: int,
    target: Range,
    sigma1: float = 0.0,
    n_reference: int = 0,
) -> Power:
    """Return the same of a rate: events are counted one by one, each with its exact interval.

    Parameters
    ----------
    rate:
        As n units of the reference would show it; its design effect is taken as it is.
    value:
        The true rate.
    """
    trials = max(1, round(rate.answers / rate.deff))
    theirs = least_drift(0.0, standard_error(0.0, sigma1, n_reference), n)
    past = math.inf
    if math.isfinite(target.high):
        past = math.hypot(rate.detectable(target.high) - target.high, theirs)
    drifted = within = 0.0
    for events, probability in enumerate(_binomial(trials, value)):
        if probability < _NEGLIGIBLE:
            continue
        ends = clopper_pearson(events, trials)
        span = with_reference(events / trials, ends, sigma1, max(n_reference, 0), n)
        outcome = decide(span, target)
        drifted += probability * (outcome == "drifted")
        within += probability * (outcome == "within")
    return Power(target.high - value + past, past, drifted, 1 - within)


def _binomial(trials: int, share: float) -> list[float]:
    """Return the probability of each number of events."""
    if share <= 0 or share >= 1:
        certain = 0 if share <= 0 else trials
        return [float(events == certain) for events in range(trials + 1)]
    logs = math.log(share), math.log1p(-share)
    of_all = math.lgamma(trials + 1)
    return [
        math.exp(
            of_all - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
            + k * logs[0] + (trials - k) * logs[1]
        )
        for k in range(trials + 1)
    ]  # fmt: skip
