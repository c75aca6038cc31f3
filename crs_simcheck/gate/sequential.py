"""A comparison that is looked at several times while seekers are asked, at the error of one look.

At look k there are nₖ of n seekers. Their value is held against groups of nₖ people, as ever, but
within the range that n seekers will be held against: c(nₖ) ± h(n). People vary more in small
groups, and a range that were as wide as that would let early what the last look would not.

What is decided early must also be true of n seekers. Where a value changes with the size of a
group (entropies grow), so may its distance from people's. The distance at nₖ and that at half of
it, which is drawn from both sides, lead to the distance at n: a plug-in's bias goes as 1/n (Miller
1955). Before the last look a gate decides only what both say, the distance seen and the one
carried forward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from crs_simcheck.gate.compare import Comparison
from crs_simcheck.gate.deciding import Decided, room
from crs_simcheck.gate.estimates import Estimates, largest_group, people_of_size, value_of
from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.gate.verdict import Verdict
from crs_simcheck.stats import (
    TAIL,
    Allowance,
    ConfidenceInterval,
    Pool,
    Range,
    Rows,
    Spending,
    decide,
    looks_at,
    nominal_tails,
)

__all__ = ["SHARES", "Look", "SequentialComparison", "look_at", "looks"]

SHARES = (0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
"""The shares of all seekers at which gates are looked at."""

OUTSIDE: Spending = "quadratic"
"""How the error of ``drifted`` is spent: soon, for what is far off shows soon."""
INSIDE: Spending = "obrien-fleming"
"""How the error of ``within`` is spent: late, for near the end it costs next to no power."""

_LEAST_HALF = 4  # fewer seekers have no value worth carrying forward


@dataclass(frozen=True, slots=True)
class Look:
    """One of several looks at the same gates.

    Parameters
    ----------
    sizes:
        Seekers at each look, growing; the last is n.
    place:
        Which of them this is, from 0.
    """

    sizes: tuple[int, ...]
    place: int

    @property
    def n_seekers(self) -> int:
        """Seekers at this look."""
        return self.sizes[self.place]

    @property
    def final(self) -> bool:
        """Whether it is the last one."""
        return self.place == len(self.sizes) - 1

    @property
    def share(self) -> float:
        """The share of all seekers that are there."""
        return self.n_seekers / self.sizes[-1]

    def tail(self, spending: Spending) -> float:
        """Return the level of a test at this look, such that all looks have 5 % to either side."""
        return nominal_tails(self.sizes, TAIL, spending)[self.place]

    def __str__(self) -> str:
        """Return where this look stands, as a report says it."""
        where = f"look {self.place + 1} of {len(self.sizes)}"
        return f"{where}: {self.n_seekers:,} of {self.sizes[-1]:,} seekers"


def looks(n: int, least: int) -> tuple[Look, ...]:
    """Return the looks at n seekers; none has fewer than ``least``, but the only one may."""
    sizes = looks_at(n, SHARES, least)
    return tuple(Look(sizes, place) for place in range(len(sizes)))


def look_at(
    comparison: Comparison,
    gates: Iterable[GateSpec],
    before: Mapping[GateSpec, Verdict] = MappingProxyType({}),
) -> dict[GateSpec, Verdict]:
    """Return the verdicts of gates at a look; what an earlier look decided stays as it was."""
    return {
        spec: before[spec]
        if spec in before and before[spec].outcome != "inconclusive"
        else comparison.verdict(spec)
        for spec in gates
    }


class SequentialComparison(Comparison):
    """One simulator against one baseline on one task, at one of several looks.

    Parameters
    ----------
    look:
        Which look; the simulator has so many seekers.
    """

    def __init__(self, *given: Any, look: Look, **named: Any) -> None:
        super().__init__(*given, **named)
        self.look = look
        self.drift_tail = look.tail(OUTSIDE)

    def verdict(self, spec: GateSpec) -> Verdict:
        """Return the verdict of a gate; ``inconclusive`` where a later look is to decide."""
        verdict = super().verdict(spec)
        if self.look.final or verdict.value is None:
            return verdict
        if verdict.outcome != "inconclusive" and spec.rule != "estimate":
            return replace(verdict, notes=(*verdict.notes, f"decided at {self.look}"))
        why = f"not decided at {self.look}"
        return replace(
            verdict, outcome="inconclusive", reason=why, seekers_needed=None, people_needed=None
        )

    def _room(
        self, spec: GateSpec, found: Estimates, sides: tuple[Rows, Rows]
    ) -> tuple[float, float]:
        if self.look.final:
            return super()._room(spec, found, sides)
        own, theirs = sides
        people = people_of_size(
            spec.metric,
            self.sides.frame_for(spec.top_k),
            theirs,
            Allowance(own.counts, theirs.counts),
            self._final_size(own, found.largest),
            self._ratings(spec.metric, by_hand=False) if spec.metric.paired else None,
            self._drawer,
        )
        if not people.exists:
            return super()._room(spec, found, sides)
        return room(spec, people.center, people.sigma1, self._final_size(own, found.largest))

    def _decided(
        self,
        spec: GateSpec,
        value: float,
        at: Callable[[float], ConfidenceInterval],
        target: Range,
        sides: tuple[Rows, Rows | None],
    ) -> Decided:
        # Only a value inside the range can be within, and only one outside can have drifted.
        tail = self.look.tail(INSIDE if value in target else OUTSIDE)
        interval = at(tail)
        outcome = decide(interval, target)
        if outcome != "inconclusive" and not self.look.final:
            change = self._change(spec, *sides)
            then = ConfidenceInterval(interval.low + change, interval.high + change)
            if not np.isfinite(change) or decide(then, target) != outcome:
                outcome = "inconclusive"
        return Decided(tail, interval, outcome)

    def _final_size(self, own: Rows, largest: int) -> int:
        """Return the size of groups at the last look: some seekers may have no observation."""
        return min(max(own.n_units, round(own.n_units / self.look.share)), largest)

    def _change(self, spec: GateSpec, own: Rows, theirs: Rows | None) -> float:
        """Return how much farther from people's the value will be with all seekers.

        Of a distance a + b/m in groups of m, b follows from groups of nₖ and of half of it. NaN
        where there is none in groups of half the size.
        """
        if spec.metric.rate is not None and theirs is None:
            return 0.0  # answers count one by one: a rate is the same in groups of any size
        ratings = self._ratings(spec.metric, theirs is None) if spec.metric.paired else None
        largest = own.n_units / self.look.share
        if theirs is not None:
            largest = largest_group(theirs.n_units, ratings)
        now = min(own.n_units, int(largest))
        then, half = self._final_size(own, int(np.ceil(largest))), now // 2
        if half < _LEAST_HALF or then <= now:
            return 0.0 if then <= now else float("nan")
        seen, before = (self._distance(spec, own, theirs, size) for size in (now, half))
        return (seen - before) * (1 / then - 1 / now) / (1 / now - 1 / half)

    def _distance(self, spec: GateSpec, own: Rows, theirs: Rows | None, size: int) -> float:
        """Return the mean distance of groups of this size from groups of people; or their value."""
        metric, frame = spec.metric, self.sides.frame_for(spec.top_k)
        ratings = self._ratings(metric, theirs is None) if metric.paired else None
        if theirs is None:
            most = np.array([own.counts.max()])
            both, center = Allowance(most, most), 0.0
            function = value_of(metric, frame, None if ratings is None else ratings.outside)
        else:
            both = Allowance(own.counts, theirs.counts)
            people = people_of_size(metric, frame, theirs, both, size, ratings, self._drawer)
            function, center = people.function, people.center
        if size < own.n_units or both.cuts(own.counts):
            pool = self._drawer.groups("simulator", metric.table, own, size, both).pool
        else:
            pool = Pool.whole(own)
        return float(np.mean(function(pool))) - center
