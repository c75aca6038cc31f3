"""Who the embedded seeker is: what its persona says in plain English."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

from crs_simcheck.catalogue import Item
from crs_simcheck.engines.embedded import vocabulary
from crs_simcheck.engines.embedded.vocabulary import any_of, listed

__all__ = ["Taste", "read_taste", "with_history"]

# Of a persona no more is read.
_READ_AT_MOST = 20_000
# How much a genre of a film in the history counts, where a genre that is named counts 1.
_OF_HISTORY = 0.4
_FIRST_DECADE, _LAST_DECADE = 1880, 2100

_LIKE: Final = (
    *("loves", "love", "likes", "like", "enjoys", "enjoy", "prefers", "prefer", "favourite"),
    *("favourites", "favorite", "favorites", "fond of", "fan of", "into", "drawn to", "watches"),
)


@dataclass(frozen=True, slots=True)
class Taste:
    """What a seeker likes.

    Parameters
    ----------
    liked, disliked:
        Genre → how much, from 1 for one that is named.
    decades:
        First years of the decades that are named.
    pickiness:
        −1 easy to please, 0 not said, 1 hard to please.
    """

    liked: Mapping[str, float] = field(default_factory=dict)
    disliked: Mapping[str, float] = field(default_factory=dict)
    decades: frozenset[int] = frozenset()
    pickiness: int = 0

    def match(self, item: Item) -> float:
        """Return how well a film fits, about −1 to 1; 0 where nothing is known."""
        if not item.genres:
            return 0.0
        score = 0.0
        for genre in item.genres:
            score += min(self.liked.get(genre, 0.0), 1.0) - min(self.disliked.get(genre, 0.0), 1.0)
        score /= math.sqrt(len(item.genres))
        if self.decades and item.year is not None:
            score += 0.15 if item.year // 10 * 10 in self.decades else -0.15
        return max(-1.0, min(1.0, score))


@cache
def _words() -> tuple[re.Pattern[str], Mapping[str, str], Mapping[str, frozenset[int]]]:
    """Return the pattern of every word that counts, and what the words mean."""
    file = vocabulary.table("persona")
    genres = {word: genre for genre, words in file["genres"].items() for word in listed(words)}
    eras = {word: frozenset(map(int, of.split())) for word, of in file["eras"].items()}
    groups = {
        "dislike": any_of(listed(file["dislike"]["words"])),
        "like": any_of(_LIKE),
        "genre": any_of(tuple(genres)),
        "decade": r"(?<![\w])(?:1[89]|20)\d0'?s?(?![\w])|(?<![\w])'?[2-9]0'?s(?![\w])",
        "era": any_of(tuple(eras)),
        "end": r"[.;!?\n]|\b(?:but|while|whereas|though)\b",
    }
    pattern = "|".join(f"(?P<{name}>{of})" for name, of in groups.items())
    return re.compile(pattern), genres, eras


@cache
def _pickiness_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    picky = vocabulary.table("persona")["picky"]
    return re.compile(any_of(listed(picky["hard"]))), re.compile(any_of(listed(picky["easy"])))


@lru_cache(maxsize=512)
def read_taste(persona: str) -> Taste:
    """Return what a persona says; a function of the text alone, which may be anything."""
    text = persona[:_READ_AT_MOST].casefold().replace("\u2019", "'")
    pattern, genres, eras = _words()
    liked: dict[str, float] = {}
    disliked: dict[str, float] = {}
    decades: set[int] = set()
    against = False
    for found in pattern.finditer(text):
        kind, word = found.lastgroup, found[0]
        if kind == "genre":
            genre = genres[word]
            side = disliked if against else liked
            side[genre] = 1.0
        elif kind == "decade" and not against:
            decades.add(_decade(word))
        elif kind == "era" and not against:
            decades |= eras[word]
        else:
            against = kind == "dislike"
    for genre in disliked:
        liked.pop(genre, None)
    hard, easy = _pickiness_words()
    # What is easy may hold what is hard: "not picky".
    pickiness = -1 if easy.search(text) else int(hard.search(text) is not None)
    return Taste(liked, disliked, frozenset(decades), pickiness)


def _decade(word: str) -> int:
    digits = int("".join(sign for sign in word if sign.isascii() and sign.isdigit()) or "0")
    if digits < 100:
        digits += 2000 if digits < 20 else 1900
    return max(_FIRST_DECADE, min(_LAST_DECADE, digits // 10 * 10))


def with_history(taste: Taste, history: tuple[Item, ...]) -> Taste:
    """Return a taste that also likes the kinds of films that a history holds."""
    if not history:
        return taste
    liked = dict(taste.liked)
    for item in history:
        for genre in item.genres:
            if genre not in taste.disliked:
                liked[genre] = min(1.0, liked.get(genre, 0.0) + _OF_HISTORY)
    decades = {i.year // 10 * 10 for i in history if i.year is not None} | taste.decades
    return Taste(liked, taste.disliked, frozenset(decades), taste.pickiness)
