"""Sentences from templates: ``{word}`` is one of a list, or a value that is put in as it is."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Final

from crs_simcheck.engines.embedded.draws import pick

__all__ = ["Speaker", "begun", "length", "nearest", "shortened"]

_SLOT = re.compile(r"\{(\w+)\}")
_DEEPEST: Final = 6
_ARTICLE = re.compile(r"\ba(?= (?:[aeio]|u(?!ni)))(?! one\b| euro)")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")


class Speaker:
    """Fills templates; of each list the words that were said already come last.

    Parameters
    ----------
    lists:
        Name → words to choose from, which may hold templates.
    values:
        Name → text that is put in as it is: nothing in it is filled in.
    """

    def __init__(
        self,
        lists: Mapping[str, Sequence[str]],
        values: Mapping[str, str],
        draws: random.Random,
    ) -> None:
        self._lists = lists
        self._values = values
        self._draws = draws
        self._said: set[str] = set()

    def pick(self, some: Sequence[str]) -> str:
        """Return one that was not said before, where the draws find it within three."""
        chosen = pick(self._draws, some)
        for _ in range(2):
            if chosen not in self._said:
                break
            chosen = pick(self._draws, some)
        self._said.add(chosen)
        return chosen

    def fill(self, template: str, depth: int = 0) -> str:
        """Return a template with its words put in; a name that nobody knows stays as it is."""

        def put(slot: re.Match[str]) -> str:
            name = slot[1]
            if name in self._values:
                return self._values[name]
            some = self._lists.get(name)
            if not some or depth == _DEEPEST:
                return slot[0]
            return self.fill(self.pick(some), depth + 1)

        return _SLOT.sub(put, template)


def length(text: str) -> int:
    """Return about how many words a text has; close to the instruments' count, and faster."""
    return len(text.split())


def begun(sentence: str, end: str = ".") -> str:
    """Return a sentence with a capital, ``I`` for ``i``, ``an`` where it must be, and a stop."""
    sentence = re.sub(r"\bi\b(?=$|[ ',])", "I", " ".join(sentence.split()))
    sentence = _ARTICLE.sub("an", sentence.rstrip(" ,;"))
    if sentence and sentence[-1] not in ".!?":
        sentence += end
    return sentence[:1].upper() + sentence[1:]


def nearest(texts: Sequence[str], words: int) -> str:
    """Return the text whose number of words is nearest; of equals the first."""
    return min(texts, key=lambda text: abs(length(text) - words))


def shortened(text: str, words: int) -> str:
    """Return the first sentences of a text within a number of words: one at least, cut if need."""
    kept, used = "", 0
    for sentence in _SENTENCE.findall(text):
        used += length(sentence)
        if kept and used > words:
            break
        kept += sentence
    kept = kept.strip()
    if length(kept) <= words:
        return kept
    pieces = kept.split()
    return begun(" ".join(pieces[:words]))
