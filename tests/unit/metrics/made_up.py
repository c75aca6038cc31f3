"""Films and rows for metrics: small enough to count by hand."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from crs_simcheck.catalogue import Catalogue, Item

FILMS = (
    Item("Blue Harbour", 1995, ("crime", "drama"), "US", popularity=10.0),
    Item("The Long Orbit", 2001, ("sci-fi",), "FR", popularity=5.0),
    Item("Paper Lions", 2004, ("comedy", "drama", "family"), popularity=5.0),
    Item("Green Winter", None, (), "US"),
    Item("Amber Road", 1999, ("drama",), popularity=1.0),
)
CATALOGUE = Catalogue("made up", FILMS)


def entropy(counts) -> float:
    """Plain entropy in bits of a mapping or list of counts; NaN of nothing."""
    values = [v for v in (counts.values() if isinstance(counts, dict) else counts) if v]
    total = math.fsum(values)
    if not total:
        return math.nan
    return -math.fsum(v / total * math.log2(v / total) for v in values)


def share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def flat(seekers):
    """Owners and values of lists, one a seeker."""
    owner = np.array([i for i, one in enumerate(seekers) for _ in one], dtype=np.int64)
    return owner, [value for one in seekers for value in one]


def item_of(film: int) -> Item:
    return FILMS[film] if film < len(FILMS) else Item("unknown")


def bins_of(film: int, attributes) -> Counter:
    """The bins of one film, each with its share."""
    item = item_of(film)
    genres = item.genres if "genre" in attributes and item.genres else ("unknown",)
    counts: Counter = Counter()
    for genre in genres:
        key = []
        if "genre" in attributes:
            key.append(genre)
        if "era" in attributes:
            key.append(item.decade or "unknown")
        if "region" in attributes:
            key.append(item.region or "unknown")
        counts[tuple(key)] += 1 / len(genres)
    return counts


def same(found, expected) -> bool:
    return bool(np.allclose(found, expected, atol=1e-9, equal_nan=True))
