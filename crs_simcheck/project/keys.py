"""Names that settings and what is built on them share; importing this costs nothing."""

from __future__ import annotations

__all__ = ["JUDGEMENTS", "JUDGE_KEYS", "LIVE_KEYS", "PYTEST_KEYS", "RECORDINGS"]

RECORDINGS = "recordings"
"""The folder beside the settings file that holds a folder of recordings for each simulator."""

JUDGEMENTS = "judgements"
"""The same of what judges replied."""

JUDGE_KEYS = ("judge", "rubric", "judge_repeats", "calibration")

LIVE_KEYS = (
    "prompts",
    "python",
    "engine",
    "repeats",
    "temperature",
    "top_p",
    "top_k",
    "num_ctx",
    "num_predict",
    "think",
    "configuration",
    "examples",
    "retrieval",
    "slots",
    "timeout",
    "sequential",
)

PYTEST_KEYS = {
    "record": ("none", "new", "all"),
    "inconclusive": ("fail", "warn"),
    "github": ("auto", "off"),
}
"""What the table [pytest] may say: key → its words, the default first."""
