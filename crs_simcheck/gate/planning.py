"""What a gate will see with n seekers, before anybody is asked.

The least drift, and how often the gate is wrong about a simulator that is like people. The figures
stand on the people of the baseline: a simulator is taken to scatter as they do. One that drifts may
scatter more, and is then found less often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crs_simcheck.baselines import Group
from crs_simcheck.gate.compare import Comparison, Settings
from crs_simcheck.gate.deciding import room
from crs_simcheck.gate.estimates import largest_group, people_of_size, value_of
from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.records import TaskName
from crs_simcheck.stats import (
    Allowance,
    Power,
    Range,
    RareRate,
    Rows,
    cut_once,
    jackknife_error,
    leave_one_out,
    power_of,
    power_of_rate,
    rare_rate,
    reference_suffices,
    target_range,
)

__all__ = ["Foresight", "Outlook", "rare_outlook"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a gate will see with n seekers.

    Parameters
    ----------
    gate, n:
        Which, and with how many.
    value, target, margin:
        People's value in groups of that size, the range, and the margin; None where there is none.
    power:
        The least drift and the rates of error; None where nothing can be said.
    reason:
        Why not.
    suffices:
        Whether any number of seekers could decide against so few people.
    """

    gate: GateSpec
    n: int
    value: float | None = None
    target: Range | None = None
    margin: float | None = None
    power: Power | None = None
    reason: str = ""
    suffices: bool = True

    @property
    def half_width(self) -> float | None:
        """How far the range reaches from people's value; None where an end was given by hand."""
        if self.target is None or self.value is None or self.gate.range_by_hand is not None:
            return None
        low, high = self.value - self.target.low, self.target.high - self.value
        return high if np.isfinite(high) else low

    @property
    def sees_margin(self) -> bool:
        """Whether a drift that ends one margin past an end of the range is found 4 times of 5."""
        if self.power is None or self.margin is None:
            return False
        return self.power.past_end <= self.margin

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        power, target = self.power, self.target
        plain = (None, None) if target is None else (target.low, target.high)
        return {
            "seekers": self.n,
            "value": _plain(self.value),
            "range": [_plain(end) for end in plain],
            "half_width": _plain(self.half_width),
            "margin": _plain(self.margin),
            "least_drift": None if power is None else _plain(power.least_drift),
            "past_end": None if power is None else _plain(power.past_end),
            "people_drifted": None if power is None else _plain(power.drifted),
            "people_not_within": None if power is None else _plain(power.not_within),
            "sees_margin": self.sees_margin,
            "reason": self.reason,
        }


def _plain(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(value, 6)


class Foresight(Comparison):
    """The people of a task, as a simulator that is like them would be held against them.

    Parameters
    ----------
    people:
        The baseline.
    answers:
        How many answers each seeker will give.
    named:
        How many films each will name; None for as many as people do.
    """

    def __init__(
        self,
        task: TaskName,
        people: Group,
        *,
        answers: int = 1,
        named: int | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(task, people, people, settings=settings)
        self.answers, self.named = answers, named

    def outlook(self, spec: GateSpec, n: int) -> Outlook:
        """Return what a gate will see with n seekers."""
        by_hand = self.given_range(spec)
        least = max(self.settings.least_seekers, 4)
        if n < least:
            return Outlook(spec, n, reason=f"{n} seekers; at least {least} are needed")
        if by_hand is not None and spec.metric.rate is not None:
            return rare_outlook(spec, n, self.answers, by_hand)
        reason = self.missing(spec)
        rows, theirs, _ = self._rows(spec.metric, by_hand is not None)
        if reason is not None or rows is None:
            why = (reason or "").replace("the simulator", "the baseline")
            return Outlook(spec, n, reason=why)
        if by_hand is not None:
            return self._of_end(spec, n, rows, by_hand)
        if theirs is None:
            raise AssertionError("missing() lets no gate pass here without people")
        return self._of_people(spec, n, theirs)

    def _of_people(self, spec: GateSpec, n: int, theirs: Rows) -> Outlook:
        metric = spec.metric
        ratings = self._ratings(metric, by_hand=False) if metric.paired else None
        largest = largest_group(theirs.n_units, ratings)
        if n > largest:
            return Outlook(spec, n, reason=self._too_many(largest, theirs.n_units))
        both = self._allowance(spec, theirs)
        people = people_of_size(
            metric, self.sides.frame_for(spec.top_k), theirs, both, n, ratings, self._drawer
        )
        if not people.exists:
            return Outlook(spec, n, reason=metric.absent or "the value does not exist")
        margin, h = room(spec, people.center, people.sigma1, n)
        target = target_range(people.center, h, metric.direction)
        if metric.rate is None:
            own = people.sigma1 / n**0.5
            power = power_of(people.center, own, n, target, people.sigma1, theirs.n_units)
        else:
            rate = self._rate(spec, theirs, n)
            power = power_of_rate(rate, people.center, n, target, people.sigma1, theirs.n_units)
        enough = reference_suffices(margin, people.sigma1, theirs.n_units)
        return Outlook(spec, n, people.center, target, margin, power, suffices=enough)

    def _of_end(self, spec: GateSpec, n: int, rows: Rows, target: Range) -> Outlook:
        """Return the same where an end was given: people are then only who is looked at."""
        metric = spec.metric
        margin = metric.margin.at(target.high if np.isfinite(target.high) else target.low)
        ratings = self._ratings(metric, by_hand=True) if metric.paired else None
        function = value_of(
            metric, self.sides.frame_for(spec.top_k), None if ratings is None else ratings.outside
        )
        if n > rows.n_units:
            return Outlook(spec, n, reason=self._too_many(rows.n_units, rows.n_units))
        both = self._allowance(spec, rows)
        groups = self._drawer.groups("people", metric.table, rows, n, both)
        value = float(np.nanmean(function(groups.pool)))
        cut = cut_once(rows, both, self._drawer.rng("cut", metric.table, n))
        se = jackknife_error(leave_one_out(cut, function, metric.blocks))
        own = se * (rows.n_units / n) ** 0.5
        if not (np.isfinite(value) and np.isfinite(own)):
            return Outlook(spec, n, reason=metric.absent or "the value does not exist")
        return Outlook(spec, n, value, target, margin, power_of(value, own, n, target))

    def _rate(self, spec: GateSpec, theirs: Rows, n: int) -> RareRate:
        """Return people's rate, as n seekers that are like them would show it."""
        assert spec.metric.rate is not None
        both = self._allowance(spec, theirs)
        cut = cut_once(theirs, both, self._drawer.rng("cut", spec.metric.table, theirs.n_units))
        found = rare_rate(*spec.metric.rate.of_units(cut))
        return found.of_units(n / theirs.n_units)

    def _allowance(self, spec: GateSpec, theirs: Rows) -> Allowance:
        each = self.named if spec.metric.table == "mentions" else self.answers
        return Allowance(theirs.counts if each is None else np.array([each]), theirs.counts)

    def _too_many(self, largest: int, n_people: int) -> str:
        name = "" if self.baseline is None else f"'{self.baseline.name}' "
        halved = " (the others give the ratings)" if largest < n_people else ""
        return f"{name}has {n_people:,} people: no groups of more than {largest:,}{halved}"


def rare_outlook(spec: GateSpec, n: int, answers: int, target: Range) -> Outlook:
    """Return what a gate of a rare rate below an end will see: who is like it shows no event."""
    margin = spec.metric.margin.at(target.high if np.isfinite(target.high) else target.low)
    rate = rare_rate(np.zeros(n), np.full(n, float(answers)))
    return Outlook(spec, n, 0.0, target, margin, power_of_rate(rate, 0.0, n, target))
