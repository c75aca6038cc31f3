"""The judge of neg_feedback: a rubric, who scores by it, and what is taken from a reply."""

from crs_simcheck.judge.annotations import (
    SHEET_COLUMNS,
    Annotations,
    guide_for,
    read_annotations,
    sheet_for,
)
from crs_simcheck.judge.asking import MOST_CHARS, Case, Scores, messages_for, read_scores
from crs_simcheck.judge.calibration import (
    TOTAL,
    Agreement,
    Calibration,
    calibrate,
    identity_of,
    read_calibration,
    write_calibration,
)
from crs_simcheck.judge.judging import (
    ATTEMPTS,
    NOT_JUDGED,
    Judged,
    Judgement,
    JudgeSpec,
    judge_cases,
    keys_of,
    replay_judgements,
    unjudged,
)
from crs_simcheck.judge.rubric import (
    CRITERIA,
    HIGHEST,
    LOWEST,
    Criterion,
    Rubric,
    default_rubric,
    read_rubric,
)
from crs_simcheck.judge.rules import RULES_MODEL, RuleJudge

__all__ = [
    "ATTEMPTS",
    "CRITERIA",
    "HIGHEST",
    "LOWEST",
    "MOST_CHARS",
    "NOT_JUDGED",
    "RULES_MODEL",
    "SHEET_COLUMNS",
    "TOTAL",
    "Agreement",
    "Annotations",
    "Calibration",
    "Case",
    "Criterion",
    "JudgeSpec",
    "Judged",
    "Judgement",
    "Rubric",
    "RuleJudge",
    "Scores",
    "calibrate",
    "default_rubric",
    "guide_for",
    "identity_of",
    "judge_cases",
    "keys_of",
    "messages_for",
    "read_annotations",
    "read_calibration",
    "read_rubric",
    "read_scores",
    "replay_judgements",
    "sheet_for",
    "unjudged",
    "write_calibration",
]
