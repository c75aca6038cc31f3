"""New prompts: rewritten by feedback, compared on seekers they were not made for, or refused.

What is searched over is text; who answers and how it is measured comes in as functions.
"""

from crs_simcheck.optimize.asking import (
    CALLS_FILE,
    BudgetError,
    RecordedCalls,
    Said,
    most_tokens_of,
)
from crs_simcheck.optimize.base import Edit, Editor, EditRequest
from crs_simcheck.optimize.by_gepa import GepaSearch
from crs_simcheck.optimize.by_textgrad import TextGradEditor
from crs_simcheck.optimize.checks import MOST_TOKENS, Checks
from crs_simcheck.optimize.criteria import CRITERIA_TEMPLATES, criteria_for, read_criteria
from crs_simcheck.optimize.direct import DirectEditor
from crs_simcheck.optimize.evaluator import LlmEvaluator, Rated
from crs_simcheck.optimize.feedback import Finding, feedback_text, findings, span_words
from crs_simcheck.optimize.loop import Found, Search
from crs_simcheck.optimize.parts import most_in_cohorts, part_of, split
from crs_simcheck.optimize.results import (
    Candidate,
    Evaluate,
    Evaluation,
    LoopSettings,
    Optimized,
    Optimizer,
    Step,
)
from crs_simcheck.optimize.rules import RuleEditor

__all__ = [
    "CALLS_FILE",
    "CRITERIA_TEMPLATES",
    "MOST_TOKENS",
    "BudgetError",
    "Candidate",
    "Checks",
    "DirectEditor",
    "Edit",
    "EditRequest",
    "Editor",
    "Evaluate",
    "Evaluation",
    "Finding",
    "Found",
    "GepaSearch",
    "LlmEvaluator",
    "LoopSettings",
    "Optimized",
    "Optimizer",
    "Rated",
    "RecordedCalls",
    "RuleEditor",
    "Said",
    "Search",
    "Step",
    "TextGradEditor",
    "criteria_for",
    "feedback_text",
    "findings",
    "most_in_cohorts",
    "most_tokens_of",
    "part_of",
    "read_criteria",
    "span_words",
    "split",
]
