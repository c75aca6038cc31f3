"""A persona by rule: a few plain sentences made of traits, worded in one of many ways.

Words of film titles lie everywhere ("now and then" is one), so every persona is checked for titles
all the same, those by rule as well; another attempt has other words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from crs_simcheck.profiles.history import draw_key

__all__ = ["persona_by_rule"]

_ACTIVITY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "light": (
            "This person watches a film only once in a while.",
            "This person does not watch many films.",
            "Films are a small part of this person's free time.",
        ),
        "regular": (
            "This person watches films on most weekends.",
            "This person watches films fairly often.",
            "Films are a regular habit of this person.",
        ),
        "heavy": (
            "This person watches a great many films.",
            "This person watches something almost every evening.",
            "Films are this person's main hobby.",
        ),
    }
)
_GENRES = (
    "They reach for {} first.",
    "They mostly go for {}.",
    "Their taste leans towards {}.",
    "They are happiest with {}.",
    "They keep coming back to {}.",
)
_ERAS = (
    "They tend to choose films from {}.",
    "Films from {} suit them best.",
    "Much of what they watch was made in {}.",
)
_PICKINESS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "picky": (
            "They are picky and seldom give high marks.",
            "They are hard to please and say so.",
            "Few films impress them; they are picky.",
        ),
        "average": (
            "They judge fairly, with praise and blame in balance.",
            "They praise and blame in equal measure.",
            "Some films please them and others do not.",
        ),
        "easy": (
            "They are easy to please and generous with praise.",
            "They enjoy nearly everything they pick; they are easy to please.",
            "They give high marks gladly and are easy to please.",
        ),
    }
)
_DISLIKES = (
    "They dislike {}.",
    "They would rather avoid {}.",
    "They do not like {}.",
)
# A genre as it stands in a sentence, where its name alone does not.
_SAID = MappingProxyType(
    {
        "action": "action films",
        "adventure": "adventure films",
        "animation": "animated films",
        "biography": "biographies",
        "comedy": "comedies",
        "crime": "crime films",
        "documentary": "documentaries",
        "drama": "dramas",
        "family": "films for children and families",
        "fantasy": "fantasy films",
        "film-noir": "film noir",
        "history": "films about history",
        "horror": "horror films",
        "music": "films about music",
        "musical": "musicals",
        "mystery": "mysteries",
        "romance": "romantic films",
        "sci-fi": "science fiction films",
        "sport": "films about sport",
        "thriller": "thrillers",
        "war": "war films",
        "western": "westerns",
    }
)


def persona_by_rule(traits: Mapping[str, Any], seed: int, person: str, attempt: int = 0) -> str:
    """Return a persona that says what the traits say.

    Parameters
    ----------
    traits:
        As of ``traits_of``; what is missing is left out.
    seed, person, attempt:
        Decide the words.
    """
    choice = _Choice(draw_key(seed, "words", person, str(attempt)))
    sentences = [
        choice.of(_ACTIVITY.get(traits.get("activity", ""), ())),
        choice.of(_GENRES, [_genre(g) for g in traits.get("genres", ())]),
        choice.of(_ERAS, [f"the {era}" for era in traits.get("eras", ())]),
        choice.of(_PICKINESS.get(traits.get("pickiness", ""), ())),
        choice.of(_DISLIKES, [_genre(g) for g in traits.get("dislikes", ())]),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _genre(name: str) -> str:
    return _SAID.get(name, f"{name} films")


class _Choice:
    """Chooses by the bytes of a hash, one for each choice."""

    def __init__(self, digest: bytes) -> None:
        self._bytes = iter(digest)

    def of(self, ways: Sequence[str], names: Sequence[str] | None = None) -> str:
        """Return one of the ways to say something, or nothing where there is nothing to say."""
        place = next(self._bytes)
        if not ways or names == []:
            return ""
        said = ways[place % len(ways)]
        return said if names is None else said.format(_listed(names))


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
