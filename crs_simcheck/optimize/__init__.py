"""New prompts: rewritten by feedback, compared on seekers they were not made for, or refused.

What is searched over is text; who answers and how it is measured comes in as functions.
"""

from crs_simcheck.optimize.base import Edit, Editor, EditRequest
from crs_simcheck.optimize.checks import MOST_TOKENS, Checks
from crs_simcheck.optimize.feedback import Finding, feedback_text, findings
from crs_simcheck.optimize.loop import (
    Candidate,
    Evaluate,
    Evaluation,
    LoopSettings,
    Optimized,
    Search,
    Step,
    part_of,
)
from crs_simcheck.optimize.rules import RuleEditor

__all__ = [
    "MOST_TOKENS",
    "Candidate",
    "Checks",
    "Edit",
    "EditRequest",
    "Editor",
    "Evaluate",
    "Evaluation",
    "Finding",
    "LoopSettings",
    "Optimized",
    "RuleEditor",
    "Search",
    "Step",
    "feedback_text",
    "findings",
    "part_of",
]
