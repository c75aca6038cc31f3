"""What became of a metric between two answers of every seeker, and which of them is nearer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.gate.verdict import ends, plain
from crs_simcheck.stats import Approach, ConfidenceInterval, Range, holm, score

__all__ = ["LEVEL", "Change", "ChangeOutcome", "decided"]

LEVEL = 0.05
"""The chance that any metric is called different where nothing but chance parts the two."""

ChangeOutcome = Literal["better", "worse", "different", "none seen", "undecided"]


@dataclass(frozen=True, slots=True)
class Change:
    """A metric before and after.

    Parameters
    ----------
    n_pairs, n_differing:
        Seekers with an observation on both sides; those of them whose two sides differ.
    before, after, difference:
        Values, at the same size, and the second less the first; None where they do not exist.
    intervals:
        The 90 % intervals of the two values; people's uncertainty is not in them.
    interval:
        The 90 % interval of the difference.
    p_value, p_adjusted:
        By swapping the two of a pair; adjusted for all metrics compared.
    exact:
        Whether all ways to swap were looked at.
    target, margin, people:
        What both are held against; None where nobody is there to be held against.
    approach:
        How the distance from the target changed.
    least:
        The least difference that is found 4 times of 5 at this size, unadjusted.
    least_p:
        The least that ``p_value`` could have been; see :class:`~crs_simcheck.stats.SwapTest`.
    moved:
        (label, before, after) of what was said more or less often, the largest change first.
    reason:
        Why nothing is decided, or why nobody says which is nearer; else empty.
    """

    gate: GateSpec
    n_pairs: int = 0
    n_differing: int = 0
    before: float | None = None
    after: float | None = None
    intervals: tuple[ConfidenceInterval, ConfidenceInterval] | None = None
    difference: float | None = None
    interval: ConfidenceInterval | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    exact: bool = False
    least_p: float = 1.0
    target: Range | None = None
    margin: float | None = None
    people: str | None = None
    approach: Approach | None = None
    least: float | None = None
    moved: tuple[tuple[str, int, int], ...] = ()
    reason: str = ""
    outcome: ChangeOutcome = "undecided"

    @property
    def nearer(self) -> Literal["old", "new", "neither"] | None:
        """Which of the two is nearer to people for sure; None where there is nothing to be near."""
        if self.approach is None:
            return None
        if self.approach.sign == 0:
            return "neither"
        return "new" if self.approach.sign < 0 else "old"

    @property
    def scores(self) -> tuple[float, float] | None:
        """The two scores, 1 to 10, or None."""
        if self.target is None or self.before is None or self.after is None:
            return None
        margin = self.margin or 0.0
        return score(self.before, self.target, margin), score(self.after, self.target, margin)

    def as_json(self) -> Mapping[str, Any]:
        """Return the change as plain JSON values; open ends and missing values are null."""
        scores = self.scores or (None, None)
        intervals = self.intervals or (None, None)
        return {
            "outcome": self.outcome,
            "unit": self.gate.metric.unit,
            "before": {
                "value": plain(self.before),
                "interval": ends(intervals[0]),
                "score": plain(scores[0], 1),
            },
            "after": {
                "value": plain(self.after),
                "interval": ends(intervals[1]),
                "score": plain(scores[1], 1),
            },
            "difference": plain(self.difference),
            "interval": ends(self.interval),
            "p_value": plain(self.p_value),
            "p_adjusted": plain(self.p_adjusted),
            "exact": self.exact,
            "seekers": self.n_pairs,
            "seekers_differing": self.n_differing,
            "least_difference": plain(self.least),
            "nearer": self.nearer,
            "range": ends(self.target),
            "distance_change": plain(None if self.approach is None else self.approach.change),
            "distance_interval": None if self.approach is None else ends(self.approach.interval),
            "baseline": self.people,
            "moved": [
                {"what": label, "before": before, "after": after}
                for label, before, after in self.moved
            ],
            "reason": self.reason,
        }


def decided(changes: Iterable[Change], level: float = LEVEL) -> tuple[Change, ...]:
    """Return the changes with p adjusted for how many they are, and what became of each.

    Metrics in which nothing could have been seen, whichever way pairs are swapped (two seekers'
    answers differ, or none's), are not among them (Tarone 1990). A metric is ``worse`` or
    ``better`` where its adjusted p is at most the level and the interval of the change in distance
    does not hold 0, ``different`` where the first alone is so.
    """
    changes = tuple(changes)
    places = [i for i, c in enumerate(changes) if c.p_value is not None and c.least_p <= level]
    alone = [changes[i].p_value or 0.0 for i in places]
    adjusted = dict(zip(places, holm(alone), strict=True))
    result = []
    for place, change in enumerate(changes):
        if change.p_value is None:
            result.append(change)
            continue
        p = adjusted.get(place, 1.0)
        outcome: ChangeOutcome = "none seen"
        if p <= level:
            sign = 0 if change.approach is None else change.approach.sign
            outcome = "better" if sign < 0 else "worse" if sign > 0 else "different"
        result.append(replace(change, p_adjusted=p, outcome=outcome))
    return tuple(result)
