"""The verdict of a gate: what was measured, what it was held against, and what it cannot say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crs_simcheck.gate.evidence import Evidence
from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.stats import ConfidenceInterval, FloatArray, Outcome, Range

__all__ = ["People", "Verdict", "ends", "plain"]


@dataclass(frozen=True, slots=True)
class People:
    """The baseline as this verdict saw it.

    Parameters
    ----------
    name, speakers:
        Of the group; ``speakers`` other than ``people`` is said in every report.
    n_seekers:
        N, those with an observation.
    size:
        Size of the groups that were drawn.
    center, sigma1:
        Mean of the metric over those groups; its standard deviation per seeker.
    share_below:
        Share of those groups whose value is below the simulator's; None where only one group of
        that size exists.
    n_draws:
        How many were drawn.
    drawn:
        (n_draws,) value of each, for plots; it is no part of what two verdicts are compared by.
    """

    name: str
    speakers: str
    n_seekers: int
    size: int
    center: float
    sigma1: float
    share_below: float | None
    n_draws: int
    drawn: FloatArray | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of ``within``, ``drifted``, ``inconclusive``, with all that it rests on.

    Parameters
    ----------
    gate:
        The gate.
    value, interval, target:
        The simulator's value, its 90 % interval, and the target range; None where they do not
        exist.
    n_seekers:
        Seekers of the simulator with an observation.
    margin:
        The margin that was used, in the unit of the metric.
    score:
        1–10; None where there is no value.
    reason:
        Why a verdict is inconclusive; empty otherwise.
    least_drift:
        The least distance from people's value that is found 4 times of 5 at this size, or for rare
        rates the least rate.
    seekers_needed, people_needed:
        Seekers, or people in the baseline, that would decide; None where not known or not needed.
    evidence:
        What lies behind the value.
    notes:
        What a reader should know of how it was measured.
    uncalibrated:
        Why the judge behind the value cannot be believed; empty where it can, or none is.
    published:
        The baseline whose published figure the range goes around, where it has no people.
    """

    gate: GateSpec
    outcome: Outcome
    n_seekers: int
    value: float | None = None
    interval: ConfidenceInterval | None = None
    target: Range | None = None
    margin: float | None = None
    score: float | None = None
    people: People | None = None
    reason: str = ""
    least_drift: float | None = None
    seekers_needed: int | None = None
    people_needed: int | None = None
    evidence: Evidence | None = None
    notes: tuple[str, ...] = ()
    published: str | None = None
    uncalibrated: str = ""

    @property
    def too_high(self) -> bool:
        """Whether the value lies above the middle (or the only end) of its range."""
        if self.value is None or self.target is None:
            return False
        if math.isinf(self.target.low):
            return self.value > self.target.high
        if math.isinf(self.target.high):
            return self.value > self.target.low
        return self.value > self.target.middle

    def as_json(self) -> Mapping[str, Any]:
        """Return the verdict as plain JSON values; open ends and missing values are null."""
        people = self.people
        return {
            "verdict": self.outcome,
            "value": plain(self.value),
            "unit": self.gate.metric.unit,
            "interval": ends(self.interval),
            "range": ends(self.target),
            "score": plain(self.score, 1),
            "margin": plain(self.margin),
            "rule": self.gate.rule,
            "seekers": self.n_seekers,
            "reason": self.reason,
            "least_drift": plain(self.least_drift),
            "seekers_needed": self.seekers_needed,
            "people_needed": self.people_needed,
            "baseline": None
            if people is None
            else {
                "name": people.name,
                "speakers": people.speakers,
                "seekers": people.n_seekers,
                "group_size": people.size,
                "value": plain(people.center),
                "sigma1": plain(people.sigma1),
                "share_below": plain(people.share_below),
                "draws": people.n_draws,
            },
            "published": self.published,
            "uncalibrated": self.uncalibrated or None,
            "evidence": None if self.evidence is None else self.evidence.as_json(),
            "notes": list(self.notes),
        }


def plain(value: float | None, digits: int = 6) -> float | None:
    """Return a number as JSON holds it; None where it does not exist."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, digits)


def ends(span: ConfidenceInterval | Range | None) -> list[float | None] | None:
    """Return the two ends of an interval or a range as JSON holds them."""
    if span is None:
        return None
    return [plain(span.low), plain(span.high)]
