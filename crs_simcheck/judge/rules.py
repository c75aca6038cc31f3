"""A judge by rule: no language model. For demos, tests and learning; every report says so.

It sees what any judge sees, and nothing else: the messages. Its scores follow from counted things,
which are written down here, and no figure of it says how good an answer is.
"""

from __future__ import annotations

import json
import re

from crs_simcheck.engines import About, Reply, Request
from crs_simcheck.instruments import count_words, read_role, words
from crs_simcheck.instruments.reaction import read_reaction

__all__ = ["RULES_MODEL", "RuleJudge"]

RULES_MODEL = "rules-1"
"""Goes up with every change after which some score is another."""

_WISHES = re.compile(
    r"\b(?:instead|rather|prefer|something|looking for|in the mood|more like|would (?:like|love)|"
    r"recommend|suggest|how about|anything|want)\b",
    re.IGNORECASE,
)
_REASONS = re.compile(
    r"\b(?:because|since|too|not (?:really )?(?:my|into|a fan)|never|hate|dislike|bored?|boring|"
    r"don'?t (?:like|enjoy|care)|can'?t stand|isn'?t|not for me)\b",
    re.IGNORECASE,
)
_PLAIN = frozenset(
    {
        *("and", "are", "but", "does", "film", "films", "for", "from", "like", "likes", "most"),
        *("movie", "movies", "much", "not", "person", "she", "that", "the", "their", "them"),
        *("they", "this", "too", "very", "watch", "watches", "with", "who", "would", "have"),
    }
)
_LONGEST = 120


class RuleJudge:
    """Scores by rule, behind the same port as any engine.

    A (clarity): a plain rejection 10, an unclear answer 4, an acceptance 0. B (grounds): a reason
    is 4, and 2 more for each word of the persona that it takes up, to 10. C (guidance): a wish is
    4, and 1 more for each three words of the answer that may say of what kind, to 10. D (tone): 8,
    less 4 for speaking as a recommender, less 2 for more than 120 words or for fewer than 4.
    """

    kind = "rules"
    model = RULES_MODEL
    slots = 8

    async def answer(self, request: Request) -> Reply:
        """Return the scores as JSON."""
        shown = json.loads(request.messages[-1].content)
        text, persona = str(shown["answer"]), str(shown["persona"])
        own = _content(text)
        taken_up = len(own & _content(persona))
        reason, wish = bool(_REASONS.search(text)), bool(_WISHES.search(text))
        n_words = count_words(text)
        clarity = {"reject": 10, "unclear": 4, "accept": 0}[read_reaction(text)]
        grounds = min(10, 4 + 2 * taken_up) if reason else min(4, taken_up)
        guidance = min(10, 4 + len(own) // 3) if wish else 0
        tone = 8 - 4 * bool(read_role(text).markers) - 2 * (not 4 <= n_words <= _LONGEST)
        scores = {"A": clarity, "B": grounds, "C": guidance, "D": tone}
        asked = (request.schema or {}).get("properties", scores)
        return Reply(json.dumps({c: score for c, score in scores.items() if c in asked}), "stop")

    async def about(self) -> About:
        """Return the name of the rules."""
        return About(self.kind, self.model)

    async def aclose(self) -> None:
        """Do nothing: nothing is open."""


def _content(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if word not in _PLAIN and len(word) > 2)
