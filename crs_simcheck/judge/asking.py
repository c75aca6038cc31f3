"""What a judge is asked, and what is taken from its reply.

The answer that is judged is data: it reaches the judge as one string of a JSON object, in which no
quote and no line of it can end anything. No number is ever looked for in it. From the reply only
one JSON object with the four scores is taken; anything else is no score.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crs_simcheck.judge.rubric import CRITERIA, HIGHEST, LOWEST, Rubric
from crs_simcheck.records import Message

__all__ = ["MOST_CHARS", "Case", "Scores", "messages_for", "read_scores"]

MOST_CHARS = 8000
"""A longer answer is cut before it is judged, and the judge is told so."""

# Modifier letters and signs that look like quotation marks or brackets of tags.
_LIKE_QUOTES = frozenset("\u02b9\u02ba\u02bb\u02bc\u02bd\u02ee\u3003\u02c2\u02c3")
# Of chat templates; the object itself has none of them.
_MARKS = {"[": "\\u005b", "]": "\\u005d", "{{": "\\u007b\\u007b", "}}": "\\u007d\\u007d"}
_STOPS = frozenset("\u3001\u3002\uff0c\uff01\uff1f\uff1a\uff1b\u060c\u061f\u0964\u00bf\u00a1\u2026")
_FENCED = re.compile(r"\A```(?:json)?[ \t]*\n(.*?)\n?```\Z", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """What a judge sees: who the seeker is, what was recommended, and the answer to it."""

    persona: str
    film: str
    answer: str
    description: str = ""

    @property
    def id(self) -> str:
        """A short hash of all of it: the same for whoever gives the same answer to the same."""
        parts = [self.persona, self.film, self.description, self.answer]
        # The letter keeps spreadsheet programs from taking it for a number (12345e67890).
        return "c" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:15]


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of an answer, whole numbers from 0 to 10; None of a criterion not asked about."""

    A: int | None = None
    B: int | None = None
    C: int | None = None
    D: int | None = None

    @property
    def mean(self) -> float:
        """The mean of the scores that there are.

        Of all four, ¼ (A + B + C + D), it is NegFeedback of this answer (arXiv 2607.00010,
        equation 8).
        """
        given = self.as_json()
        return sum(given.values()) / len(given)

    def as_json(self) -> dict[str, int]:
        """Return the scores that there are, by letter."""
        each = ((letter, getattr(self, letter)) for letter in CRITERIA)
        return {letter: score for letter, score in each if score is not None}


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
    text = "".join(map(_plainly, json.dumps(shown, ensure_ascii=False)))
    for mark, escaped in _MARKS.items():
        text = text.replace(mark, escaped)
    return Message("system", rubric.text), Message("user", text)


@lru_cache(maxsize=4096)
def _plainly(sign: str) -> str:
    """Return a sign of a JSON text, escaped where it could pass for something that it is not.

    Letters of all scripts stay. What cannot be seen, turns the text, looks like the end of a
    string, or is a bracket of the marks of chat templates does not.
    """
    if sign.isascii():
        return {"<": "\\u003c", ">": "\\u003e", "\x7f": "\\u007f"}.get(sign, sign)
    kind = unicodedata.category(sign)
    stays = kind[0] in "LN" or kind in ("Mn", "Mc", "Sc", "So")
    if (stays and sign not in _LIKE_QUOTES) or sign in _STOPS:
        return sign
    return json.dumps(sign)[1:-1]


def read_scores(reply: str, letters: Sequence[str] = CRITERIA) -> Scores | str:
    """Return the scores that a reply gives, or what is wrong with it, in a few words.

    A reply is one JSON object with exactly the letters that were asked about, each a whole number
    from 0 to 10; blanks and a code fence around it do no harm. Text beside it does: who else wrote
    it?
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
    if set(found) != set(letters):
        return f"other fields than {', '.join(letters)}"
    for letter in letters:
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
