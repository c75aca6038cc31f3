"""Requests, and answers to recommendations."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from crs_simcheck.catalogue import Item
from crs_simcheck.engines.embedded import vocabulary
from crs_simcheck.engines.embedded.directives import Directives
from crs_simcheck.engines.embedded.draws import pick
from crs_simcheck.engines.embedded.grammar import Speaker, begun, length, nearest, shortened
from crs_simcheck.engines.embedded.lengths import meant_words
from crs_simcheck.engines.embedded.taste import Taste
from crs_simcheck.engines.embedded.vocabulary import listed

__all__ = ["answer", "kinds_of", "request"]

# Words of a request and of an answer that are brief.
_BRIEF_REQUEST, _BRIEF_ANSWER = 11, 30
# How many requests are thought of before the one of the right length is said.
_TRIES = 3
# How often the naive seeker names a film in its request, and speaks as the recommender.
_NAMES_A_TITLE, _OUT_OF_ROLE = 0.4, 0.2
# How often a request begins with a greeting.
_GREETS = 0.2
# How often a seeker wants what its persona says rather than something else.
_OF_PERSONA = 0.7
_DECADES: Final = {
    1920: "from the twenties",
    1930: "from the thirties",
    1940: "from the forties",
    1950: "from the fifties",
    1960: "from the sixties",
    1970: "from the seventies",
    1980: "from the eighties",
    1990: "from the nineties",
    2000: "from the early 2000s",
    2010: "from the last ten years",
    2020: "from the last few years",
}


@cache
def _lists(section: str) -> Mapping[str, tuple[str, ...]]:
    file = vocabulary.table("talk")
    own = {name: listed(text) for name, text in file[section].items()}
    if section == "feedback":
        return {**_lists("request"), **own}
    return own


def kinds_of(taste: Taste, draws: random.Random) -> dict[str, str]:
    """Return the kinds and the years that a seeker speaks of: mostly those of its persona."""
    any_genre = _lists("request")["any_genre"]
    liked = tuple(taste.liked)
    own = [pick(draws, liked) if liked and _own(draws) else pick(draws, any_genre) for _ in "ab"]
    if own[0] == own[1]:
        own[1] = pick(draws, any_genre)
    era = pick(draws, _lists("request")["any_era"])
    decades = sorted(taste.decades & _DECADES.keys())
    if decades and _own(draws):
        era = _DECADES[pick(draws, decades)]
    return {"genre": own[0], "genre2": own[1], "era": era}


def _own(draws: random.Random) -> bool:
    return draws.random() < _OF_PERSONA


def request(
    taste: Taste, famous: Callable[[], str], directives: Directives, draws: random.Random
) -> str:
    """Return a request for a recommendation.

    Parameters
    ----------
    famous:
        Thinks of the film that a naive seeker compares its wish with.
    """
    lists = _lists("request")
    words = meant_words(directives, _BRIEF_REQUEST, draws)
    said = (lambda: _wish(taste, draws)) if "wording" in directives else None
    if "rare_words" in directives:
        said = lambda: _rare(taste, draws)  # noqa: E731 - one of two ways to speak
    if said is None:
        text = Speaker(lists, kinds_of(taste, draws), draws).fill(pick(draws, lists["naive"]))
    elif words is None:
        text = " ".join(said() for _ in range(3))
    else:
        text = nearest([said() for _ in range(_TRIES)], words)
    if "no_titles" not in directives and draws.random() < _NAMES_A_TITLE:
        text += " " + Speaker({}, {"item": famous()}, draws).fill(lists["naive_title"][0])
    if "role" not in directives and draws.random() < _OUT_OF_ROLE:
        text += " " + pick(draws, lists["naive_role"])
    return _fitted(text, words, directives)


def _fitted(text: str, words: int | None, directives: Directives) -> str:
    if words is None:
        return text
    most = directives.words if directives.at_most and directives.words is not None else 2 * words
    return shortened(text, most)


def _wish(taste: Taste, draws: random.Random) -> str:
    lists = _lists("request")
    speaker = Speaker(lists, kinds_of(taste, draws), draws)
    text = speaker.fill(pick(draws, lists["frames"]))
    if draws.random() < _GREETS:
        text = f"{pick(draws, lists['opening'])} {text}"
    return begun(text, pick(draws, ("", "", ".")) or ".")


def _rare(taste: Taste, draws: random.Random) -> str:
    file = _lists("request")
    lists = {**file, "rare": file["rare_words"]}
    return begun(Speaker(lists, kinds_of(taste, draws), draws).fill(pick(draws, file["rare"])))


def answer(
    item: str,
    film: Item | None,
    accepted: bool,
    taste: Taste,
    directives: Directives,
    draws: random.Random,
) -> str:
    """Return the answer to a recommendation: taken or turned down, as it was decided."""
    lists = _lists("feedback")
    kinds = kinds_of(taste, draws)
    values = {**kinds, "item": item, "other": _foreign_kind(film, taste) or "that"}
    speaker = Speaker(lists, values, draws)
    words = meant_words(directives, _BRIEF_ANSWER, draws)
    clear = not {"reject", "wording", "reject_all", "selective"}.isdisjoint(directives.given)
    if not clear:
        text = speaker.fill(pick(draws, lists["naive_accept" if accepted else "naive_reject"]))
    elif accepted:
        text = begun(speaker.fill(pick(draws, lists["accept"])))
        if "reasons" in directives:
            text += " " + begun(speaker.fill(pick(draws, lists["accept_because"])))
    else:
        parts = ["reject"]
        if "reasons" in directives:
            parts.append(_reason(film, taste))
        if "instead" in directives:
            parts.append("instead")
        text = " ".join(begun(speaker.fill(pick(draws, lists[part]))) for part in parts)
    if "role" not in directives and draws.random() < _OUT_OF_ROLE:
        text += " " + pick(draws, lists["naive_role"])
    if words is not None and length(text) > 2 * words:
        text = shortened(text, 2 * words)
    return _fitted(text, words, directives)


def _foreign_kind(film: Item | None, taste: Taste) -> str | None:
    """Return a genre of a film that the seeker dislikes, or else one that it does not like."""
    genres = () if film is None else film.genres
    for genre in genres:
        if genre in taste.disliked:
            return genre
    return next((genre for genre in genres if genre not in taste.liked), None)


def _reason(film: Item | None, taste: Taste) -> str:
    """Return the list of reasons that the persona gives against a film."""
    if _foreign_kind(film, taste) is not None:
        return "reason_kind"
    year = None if film is None else film.year
    elsewhere = year is not None and taste.decades and year // 10 * 10 not in taste.decades
    return "reason_era" if elsewhere else "reason_taste"
