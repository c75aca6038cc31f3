"""The verdict: a metric of a simulator, held against groups of people of the same size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crs_simcheck.gate.compare import Comparison, Settings
from crs_simcheck.gate.evidence import Asked, Criteria, Events, Evidence, Lengths, Named, Shares
from crs_simcheck.gate.notes import left_out
from crs_simcheck.gate.sides import JointCatalogue, Sides, joint_catalogue
from crs_simcheck.gate.spec import GATE_KEYS, GateSpec, gate_from_table
from crs_simcheck.gate.verdict import People, Verdict

if TYPE_CHECKING:
    from crs_simcheck.gate.changes import LEVEL, Change, ChangeOutcome, decided
    from crs_simcheck.gate.pairs import PairedComparison

__all__ = [
    "GATE_KEYS",
    "LEVEL",
    "Asked",
    "Change",
    "ChangeOutcome",
    "Comparison",
    "Criteria",
    "Events",
    "Evidence",
    "GateSpec",
    "JointCatalogue",
    "Lengths",
    "Named",
    "PairedComparison",
    "People",
    "Settings",
    "Shares",
    "Sides",
    "Verdict",
    "decided",
    "gate_from_table",
    "joint_catalogue",
    "left_out",
]

_LATE = {
    "changes": {"LEVEL", "Change", "ChangeOutcome", "decided"},
    "pairs": {"PairedComparison"},
}


def __getattr__(name: str) -> Any:
    """Import what compares two simulators when it is first used: a gate needs none of it."""
    for module, names in _LATE.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
