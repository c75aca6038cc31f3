"""The metrics of a team's own, by name; ``crs_simcheck.metric`` puts them here."""

from __future__ import annotations

from crs_simcheck.metrics.base import Metric

__all__ = ["OWN"]

OWN: dict[str, Metric] = {}
"""The last definition of a name stands: a file may be read again."""
