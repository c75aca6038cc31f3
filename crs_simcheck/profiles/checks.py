"""What a persona must not be: naming titles, empty, long, or a refusal to write one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crs_simcheck.instruments import TitleFinder, count_words, leaked_titles

__all__ = ["MOST_WORDS", "PersonaCheck", "Problem"]

MOST_WORDS = 120
"""The most words of a persona."""

# More than any text of so many words; nothing longer is looked at closely.
_MOST_CHARACTERS = 20 * MOST_WORDS
_REFUSAL = re.compile(
    r"\bas an? (?:large |helpful )?(?:ai|a\.i\.|artificial|language model|assistant)\b"
    r"|\bi(?:'m| am) (?:just |only )?an? (?:ai|a\.i\.|artificial|large language|language) ?\w*"
    r"|\bi(?:'m| am) (?:sorry|unable|not able)\b"
    r"|\bi (?:can(?:no|')t|won't|will not) (?:help|assist|do|write|provide|create|comply|give)\b"
    r"|\blanguage model\b",
    re.IGNORECASE,
)
_YEAR_IN_BRACKETS = re.compile(r"[(\[]\s?(?:18|19|20)\d\d\s?[)\]]")
# What a prompt or a chat is made of is not plain English.
_MARKUP = re.compile(r"\{\{|\}\}|<\|?/?[a-z_]+\|?>|```", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a persona cannot be used.

    Parameters
    ----------
    reason:
        In words that hold nothing of the person, for counting.
    request:
        What to ask a writer for instead. It may quote titles, and goes to the engine alone.
    """

    reason: str
    request: str


class PersonaCheck:
    """Looks for what a persona must not be.

    Parameters
    ----------
    titles:
        Labels of films, of the catalogues, that no persona may name.
    """

    def __init__(self, titles: Iterable[str]) -> None:
        self._finder = TitleFinder(titles)

    def problem(self, text: str, history: Sequence[str]) -> Problem | None:
        """Return what is wrong with a persona, or None.

        Parameters
        ----------
        history:
            Labels of all films of the person.

        Notes
        -----
        Titles are found by the instruments that measure answers. They know that "up" and "it" are
        words first: a title of one word, or of very common ones, has to look like a title.
        """
        if not any(sign.isalnum() for sign in text):
            return Problem("empty", "Your text was empty. Write the description.")
        if _REFUSAL.search(text[:_MOST_CHARACTERS].replace("’", "'")):
            return Problem("a refusal", "Write the description itself, and nothing else.")
        if len(text) > _MOST_CHARACTERS or count_words(text) > MOST_WORDS:
            return Problem(
                "too long", f"Your text was too long. Use at most {MOST_WORDS // 2} words."
            )
        if not text.isprintable() or _MARKUP.search(text):
            return Problem("no plain text", "Write plain sentences, without any markup.")
        named = dict.fromkeys((*leaked_titles(text, history, None), *self._finder.named(text)))
        if named:
            listed = "; ".join(f'"{title}"' for title in named)
            return Problem(
                "names titles",
                f"Your text names these titles: {listed}. Write it anew. Do not name them or any "
                "other film or show, and avoid these very words.",
            )
        if _YEAR_IN_BRACKETS.search(text):
            return Problem(
                "names titles",
                "Your text names a film with its year. Write it anew, and name no film or show.",
            )
        return None
