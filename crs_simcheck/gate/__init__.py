"""The verdict: a metric of a simulator, held against groups of people of the same size."""

from crs_simcheck.gate.compare import Comparison, Settings
from crs_simcheck.gate.evidence import Asked, Criteria, Events, Evidence, Lengths, Named, Shares
from crs_simcheck.gate.notes import left_out
from crs_simcheck.gate.sides import JointCatalogue, Sides, joint_catalogue
from crs_simcheck.gate.spec import GATE_KEYS, GateSpec, gate_from_table
from crs_simcheck.gate.verdict import People, Verdict

__all__ = [
    "GATE_KEYS",
    "Asked",
    "Comparison",
    "Criteria",
    "Events",
    "Evidence",
    "GateSpec",
    "JointCatalogue",
    "Lengths",
    "Named",
    "People",
    "Settings",
    "Shares",
    "Sides",
    "Verdict",
    "gate_from_table",
    "joint_catalogue",
    "left_out",
]
