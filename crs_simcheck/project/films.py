"""Which films seekers are shown: the user's where there is a catalogue, else those that ship."""

from __future__ import annotations

from functools import lru_cache

from crs_simcheck.baselines import DEFAULT_BASELINES, load_baseline, mean_rating_catalogue
from crs_simcheck.catalogue import Catalogue, union

__all__ = ["shown_films"]


@lru_cache(maxsize=1)
def _shipped() -> Catalogue:
    """Return the films that ship: with people's mean ratings, and how often they are mentioned."""
    named = load_baseline(DEFAULT_BASELINES["items_talk"]).catalogue
    return union(mean_rating_catalogue(), named, "shipped films").catalogue


@lru_cache(maxsize=4)
def shown_films(user: Catalogue | None) -> Catalogue:
    """Return the films that can be shown, with popularity and mean ratings where they are known.

    A user's catalogue says which films there are; what it leaves open (mean ratings, popularity) is
    taken from the films that ship.
    """
    if user is None or not len(user):
        return _shipped()
    if user.has("popularity") and user.has("mean_rating"):
        return user
    joined = union(user, _shipped(), user.name)
    places = dict.fromkeys(joined.from_first)
    return Catalogue(user.name, tuple(joined.catalogue[place] for place in places))
