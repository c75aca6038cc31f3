"""How an answer was given, rather than what it says: empty, a refusal, thoughts left in it.

Nothing of this is about taste. A simulator that refuses every tenth question, or shows what it
thought, spoils every other figure, so it is counted on its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

__all__ = ["Conduct", "read_conduct"]

_THINKING = r"</?think(ing)?>|<\|?(begin|end)_of_thought\|?>|<reasoning>|</reasoning>"
_ASSISTANT = (
    r"\bas (?:an?|your) (?:ai|a\.i\.|artificial intelligence|(?:large )?language model|"
    r"(?:ai|virtual|digital) assistant|chat ?bot|llm)\b"
    r"|\bi(?:'|’)?\s?a?m (?:just |only )?(?:an? )(?:ai|large language model|language model|llm|"
    r"(?:ai|virtual) assistant|chat ?bot)\b"
    r"|\bi (?:do not|don(?:'|’)?t) have (?:personal|my own) "
    r"(?:preferences|opinions|experiences|feelings|tastes?|memories|beliefs)\b"
)
_DECLINES = (
    r"^\W*(?:i(?:'|’)?m (?:very |really |so )?sorry|(?:my )?apologies|sorry|unfortunately)?\W{0,3}"
    r"(?:but )?(?:i )?(?:can(?:'|’)?t|cannot|can not|am (?:not able|unable)|"
    r"(?:'|’)?m (?:not able|unable)|won(?:'|’)?t|will not|must decline)"
    r"(?: to)? (?:be able to )?(?:help|assist|fulfil+|comply|answer|provide|respond|do that|"
    r"continue|engage|role-?play|pretend|impersonate|generate|create|write|complete)\b"
    r"(?! (?:but|it|myself|noticing|thinking|feeling|liking|loving)\b)"
)


@dataclass(frozen=True, slots=True)
class Conduct:
    """What was seen in one answer."""

    empty: bool
    refusal: bool
    thinking: bool


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    return tuple(re.compile(p, re.IGNORECASE) for p in (_THINKING, _ASSISTANT, _DECLINES))  # type: ignore[return-value]


def read_conduct(text: str) -> Conduct:
    """Read how an answer was given.

    ``empty``: no letter or digit in it. ``thinking``: marks with which models set their thoughts
    apart stand in the answer. ``refusal``: the model speaks of itself as a model, or declines in
    its first sentence to do what it was asked; "I can't stand horror" declines nothing.

    >>> read_conduct("As an AI, I have no favourite film.").refusal
    True
    >>> read_conduct("I can't stand slow films.").refusal
    False
    """
    thinking, assistant, declines = _patterns()
    return Conduct(
        empty=not any(sign.isalnum() for sign in text),
        refusal=bool(assistant.search(text) or declines.search(text[:300])),
        thinking=bool(thinking.search(text)),
    )
