"""What the embedded seeker thinks of one film: stars, Yes or No, and whether it fits."""

from __future__ import annotations

import random
from typing import Final

from crs_simcheck.catalogue import Item
from crs_simcheck.engines.embedded.directives import Directives
from crs_simcheck.engines.embedded.draws import hash_share
from crs_simcheck.engines.embedded.taste import Taste

__all__ = ["fits", "is_accepted", "says_yes", "stars_of"]

# Stars of a film that nobody has rated: this middle, give or take this much by a hash of its label.
_GUESS, _GUESS_SPREAD = 3.4, 0.6
# What taste, pickiness and the day add to people's mean stars. The spread is that of MovieLens
# people around a film's mean, about .9 stars with taste.
_OF_TASTE, _OF_PICKINESS, _OF_THE_DAY = 0.45, 0.3, 0.8
# A language model that nobody reins in likes what it is shown.
_EAGERNESS, _NAIVE_STARS = 1.2, 2.5
_STARS: Final = 3.5
_TOO_PICKY = 4.5
# How often a naive seeker still turns something down, and how often a clear one is won over.
_NAIVE_NO, _WON_OVER = 0.04, 0.05


def stars_of(
    label: str, film: Item | None, taste: Taste, draws: random.Random, *, eager: bool = False
) -> float:
    """Return the stars that a seeker gives, 0.5 to 5 in halves."""
    liking = _liking(label, film, taste, draws) + (_EAGERNESS if eager else 0.0)
    return max(0.5, min(5.0, round(2 * liking) / 2))


def _liking(label: str, film: Item | None, taste: Taste, draws: random.Random) -> float:
    """Return how much a seeker likes a film, in stars that are not rounded and have no ends."""
    known = None if film is None else film.mean_rating
    if known is None:
        known = _GUESS + _GUESS_SPREAD * (2 * hash_share(label.casefold()) - 1)
    match = 0.0 if film is None else taste.match(film)
    stars = known + _OF_TASTE * match - _OF_PICKINESS * taste.pickiness
    return stars + draws.gauss(0.0, _OF_THE_DAY)


def says_yes(
    label: str, film: Item | None, taste: Taste, directives: Directives, draws: random.Random
) -> bool:
    """Return whether a seeker says Yes: from a threshold on, or to nearly everything."""
    if "reject_all" in directives:
        return stars_of(label, film, taste, draws) >= _TOO_PICKY
    if "selective" in directives:
        threshold = _STARS if directives.stars is None else directives.stars
        # Whole and half stars are what is given from a quarter of a star below on.
        return threshold <= 0.5 or _liking(label, film, taste, draws) >= threshold - 0.25
    return stars_of(label, film, taste, draws, eager=True) >= _NAIVE_STARS


def fits(film: Item | None, label: str, taste: Taste, draws: random.Random) -> bool:
    """Return whether a film that was recommended is of a kind that the seeker likes."""
    if film is not None and film.genres and taste.liked:
        return taste.match(film) > 0.0 or draws.random() < _WON_OVER
    return stars_of(label, film, taste, draws) >= _STARS


def is_accepted(
    film: Item | None, label: str, taste: Taste, directives: Directives, draws: random.Random
) -> bool:
    """Return whether a recommendation is taken: nearly always, unless guidelines say otherwise."""
    if "reject_all" in directives:
        return stars_of(label, film, taste, draws) >= _TOO_PICKY
    if "reject" in directives or "selective" in directives:
        return fits(film, label, taste, draws)
    return draws.random() >= _NAIVE_NO
