"""Rare rates of answers that come in clusters: an interval that holds even where nothing was seen.

The jackknife's interval is empty when no event was seen, and too short when few were. Here the
exact binomial interval (Clopper and Pearson 1934) is taken on counts divided by a design effect,
which is drawn towards that of an intraclass correlation of one half until events are many.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from crs_simcheck.stats.quantiles import beta_quantile
from crs_simcheck.stats.rows import FloatArray
from crs_simcheck.stats.rule import TAIL, ConfidenceInterval

__all__ = ["RareRate", "clopper_pearson", "rare_rate", "units_to_show"]

# The prior design effect, (1 + (k − 1)/2), weighs as much as this many units with an event.
_PRIOR_UNITS = 3.0
# Beyond this many times the units nobody would go on asking.
_MOST_FACTOR = 10_000.0


def clopper_pearson(events: float, trials: float, tail: float = TAIL) -> ConfidenceInterval:
    """Return the exact binomial interval of a rate; counts may be fractions.

    It leaves 5 % on each side, unless another tail is given.
    """
    events = min(max(events, 0.0), trials)
    rest = trials - events
    high = 1.0 if rest <= 0 else beta_quantile(events + 1, rest, 1 - tail)
    return ConfidenceInterval(_lower_end(events, trials, tail), high)


def _lower_end(events: float, trials: float, tail: float) -> float:
    return 0.0 if events <= 0 else beta_quantile(events, trials - events + 1, tail)


@dataclass(frozen=True, slots=True)
class RareRate:
    """A rate with its interval.

    ``value`` is events / answers; ``deff`` the design effect; ``units_with_event`` how many of the
    units had any.
    """

    value: float
    interval: ConfidenceInterval
    deff: float
    events: float
    answers: float
    units_with_event: int

    def interval_at(self, tail: float) -> ConfidenceInterval:
        """Return the interval that leaves this much to either side."""
        return clopper_pearson(self.events / self.deff, self.answers / self.deff, tail)

    def of_units(self, share: float) -> RareRate:
        """Return the same rate, as so many times the units would show it."""
        events, answers = self.events * share, self.answers * share
        ends = clopper_pearson(events / self.deff, answers / self.deff)
        affected = round(self.units_with_event * share)
        return RareRate(self.value, ends, self.deff, events, answers, affected)

    def detectable(self, most: float, power: float = 0.8, tail: float = TAIL) -> float:
        """Return the least true rate that would be found above ``most`` with this power.

        1.0 where no rate would be.
        """
        trials = self.answers / self.deff
        # The least number of events whose interval lies above ``most``: its low end grows with it.
        least = 1 + bisect_right(
            range(1, int(trials) + 1), most, key=lambda events: _lower_end(events, trials, tail)
        )
        return 1.0 if least > trials else beta_quantile(least, trials - least + 1, power)

    def units_needed(self, most: float, n_units: int, tail: float = TAIL) -> int | None:
        """Return about how many units would decide whether the rate is above ``most``, or None.

        The rate, the answers of each unit and the design effect are taken as they were seen.
        """
        trials = self.answers / self.deff

        def decided(factor: float) -> bool:
            span = clopper_pearson(self.value * trials * factor, trials * factor, tail)
            return span.high <= most or span.low > most

        factor = 1.0
        while not decided(factor):
            factor *= 1.1
            if factor > _MOST_FACTOR:
                return None
        return int(np.ceil(factor * n_units))


def rare_rate(events: FloatArray, answers: FloatArray) -> RareRate:
    """Return the rate of events among the answers of some units, with its interval.

    Parameters
    ----------
    events, answers:
        (n,) per unit, ``0 <= events <= answers``; units without an answer count for nothing.

    Raises
    ------
    ValueError
        Where there is no answer at all.
    """
    asked = np.asarray(answers, dtype=np.float64)
    seen = np.asarray(events, dtype=np.float64)
    some = asked > 0
    asked, seen = asked[some], seen[some]
    if asked.size == 0:
        raise ValueError("a rate needs at least one answer")
    total, hits = float(asked.sum()), float(seen.sum())
    affected = int(np.count_nonzero(seen))
    deff = _design_effect(seen, asked, affected)
    interval = clopper_pearson(hits / deff, total / deff)
    return RareRate(hits / total, interval, deff, hits, total, affected)


def _design_effect(seen: FloatArray, asked: FloatArray, affected: int) -> float:
    n, total = asked.size, float(asked.sum())
    per_unit = total / n
    rate = float(seen.sum()) / total
    observed = 1.0
    binomial = rate * (1 - rate) / total
    if binomial > 0 and n > 1:
        left = (seen.sum() - seen) / (total - asked)
        jackknife = (n - 1) / n * float(np.sum((left - left.mean()) ** 2))
        observed = max(1.0, jackknife / binomial)
    prior = _PRIOR_UNITS * (1 + (per_unit - 1) / 2)
    return max(1.0, (affected * observed + prior) / (affected + _PRIOR_UNITS))


def units_to_show(most: float, answers_per_unit: float) -> int | None:
    """Return how many units with no event at all it takes to show a rate of at most ``most``.

    None where no number does (``most`` is 0). ``within`` needs an upper limit not over ``most``:
    with nothing seen that limit is 1 − .05^(deff / (n k)).
    """
    if most <= 0:
        return None
    if most >= 1:
        return 1
    deff = max(1.0, 1 + (answers_per_unit - 1) / 2)
    return int(np.ceil(np.log(TAIL) / np.log1p(-most) * deff / answers_per_unit))
