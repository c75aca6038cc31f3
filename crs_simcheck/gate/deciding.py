"""How far a range reaches, and what an interval says of it."""

from __future__ import annotations

from dataclasses import dataclass

from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.stats import ConfidenceInterval, Outcome, half_width

__all__ = ["Decided", "room"]


@dataclass(frozen=True, slots=True)
class Decided:
    """An interval, what it leaves to either side, and what it says of a range."""

    tail: float
    interval: ConfidenceInterval
    outcome: Outcome


def room(spec: GateSpec, center: float, sigma1: float, size: int) -> tuple[float, float]:
    """Return the margin of a gate, and how far from people's value its range reaches."""
    metric = spec.metric
    margin = spec.margin if spec.margin is not None else metric.margin.at(center)
    return margin, half_width(margin, sigma1, size, metric.direction)
