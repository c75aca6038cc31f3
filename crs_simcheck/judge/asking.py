"""What a judge is asked, and what is taken from its reply.

The answer that is judged is data: it reaches the judge as one string of a JSON object, in which no
quote and no line of it can end anything. No number is ever looked for in it. From the reply only
one JSON object with the four scores is taken; anything else is no score.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crs_simcheck.judge.rubric import CRITERIA, HIGHEST, LOWEST, Rubric
from crs_simcheck.records import Message

__all__ = ["MOST_CHARS", "Case", "Scores", "messages_for", "read_scores"]

MOST_CHARS = 8000
"""A longer answer is cut before it is judged, and the judge is told so."""

_FENCED = re.compile(r"\A```(?:json)?[ \t]*\n(.*?)\n?```\Z", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """What a judge sees: who the seeker is, what was recommended, and the answer to it."""

    persona: str
    film: str
    answer: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Scores:
    """The four scores of an answer, whole numbers from 0 to 10."""

    A: int
    B: int
    C: int
    D: int

    @property
    def mean(self) -> float:
        """¼ (A + B + C + D): NegFeedback of this answer (arXiv 2607.00010, equation 8)."""
        return (self.A + self.B + self.C + self.D) / 4

    def as_json(self) -> dict[str, int]:
        """Return the scores by letter."""
        return {letter: getattr(self, letter) for letter in CRITERIA}


def messages_for(rubric: Rubric, case: Case) -> tuple[Message, Message]:
    """Return the rubric as the system message and the case, as one JSON object, as the user's."""
    answer = case.answer
    shown: dict[str, Any] = {
        "persona": case.persona,
        "film": case.film,
        "description": case.description,
        "answer": answer[:MOST_CHARS],
    }
    if len(answer) > MOST_CHARS:
        shown["answer_was_cut_from_characters"] = len(answer)
    # ASCII alone: no sign of another script can look like the end of a string, nor turn the text.
    text = json.dumps(shown, ensure_ascii=True)
    # Marks that chat templates use, so that no part of an answer is read as one.
    text = text.replace("<", "\\u003c").replace(">", "\\u003e")
    return Message("system", rubric.text), Message("user", text)


def read_scores(reply: str) -> Scores | str:
    """Return the scores that a reply gives, or what is wrong with it, in a few words.

    A reply is one JSON object with exactly the four letters, each a whole number from 0 to 10;
    blanks and a code fence around it do no harm. Text beside it does: who else wrote it?
    """
    text = reply.strip()
    fenced = _FENCED.match(text)
    try:
        found = json.loads(
            fenced[1] if fenced else text,
            object_pairs_hook=_once,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        return "no JSON object alone"
    if not isinstance(found, Mapping):
        return "no JSON object"
    if set(found) != set(CRITERIA):
        return f"other fields than {', '.join(CRITERIA)}"
    for letter in CRITERIA:
        score = found[letter]
        if isinstance(score, bool) or not isinstance(score, int):
            return f"{letter} is no whole number"
        if not LOWEST <= score <= HIGHEST:
            return f"{letter} is not from {LOWEST} to {HIGHEST}"
    return Scores(**found)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
