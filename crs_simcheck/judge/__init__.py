"""The judge of neg_feedback: a rubric, who scores by it, and what is taken from a reply."""

from crs_simcheck.judge.asking import MOST_CHARS, Case, Scores, messages_for, read_scores
from crs_simcheck.judge.judging import (
    ATTEMPTS,
    Judged,
    Judgement,
    JudgeSpec,
    judge_cases,
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
    "RULES_MODEL",
    "Case",
    "Criterion",
    "JudgeSpec",
    "Judged",
    "Judgement",
    "Rubric",
    "RuleJudge",
    "Scores",
    "default_rubric",
    "judge_cases",
    "messages_for",
    "read_rubric",
    "read_scores",
    "replay_judgements",
    "unjudged",
]
