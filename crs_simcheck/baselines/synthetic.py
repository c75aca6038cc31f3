"""People who do not exist, for demos and for error rates: raters of films, and namers of films.

Both are fitted to figures of real people (MovieLens' stars, ReDial's seekers), and both can drift
by a known amount, so that it can be counted how often a gate is wrong. They are never people: a
group of them says ``speakers = "synthetic"``.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

import numpy as np

from crs_simcheck.baselines.tables import SeekerStatistics, Table
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.stats import FloatArray, IntArray

__all__ = [
    "named_films",
    "rated_films",
    "synthetic_namers",
    "synthetic_raters",
    "synthetic_stars",
]

# Raters. A rating is film quality + bias of the person + taste + noise, in stars, rounded to
# halves. Fitted to MovieLens: like rate .61, entropy of stars 1.32 bits, and acceptance rates that
# agree with other people's mean ratings at r = .91 (100 people, 10 of 30 films asked).
_N_RATED = 30
_MEAN, _SPREAD = 3.585, 0.88
_BIAS, _TASTE, _NOISE = 0.53, 0.42, 0.84

# Namers. Titles are drawn from a Zipf law that is tilted by each person's taste in genre and fame.
_N_NAMED = 3_000
_ZIPF_SHIFT, _ZIPF_POWER = 14.0, 0.83
_TILTS = (0.8, 1.0, 1.2)  # powers of the law: people who know rare films, most, famous films alone
_OWN_GENRE = 0.6  # share of mentions that are drawn from the person's own genre
# How many of ReDial's seekers keep 1, 2, … 5 mentions after the cap.
_MENTIONS = (18, 26, 34, 23, 155)
_FAMOUS = 50  # films that a concentrated simulator draws from
_GENRES = MappingProxyType(
    {
        "comedy": 198, "drama": 136, "action": 107, "adventure": 104, "horror": 71,
        "romance": 62, "thriller": 59, "crime": 49, "sci-fi": 40, "mystery": 40, "fantasy": 34,
        "animation": 22, "family": 20, "biography": 12, "documentary": 10, "war": 9, "sport": 8,
    }
)  # fmt: skip
_DECADES = MappingProxyType({1960: 2, 1970: 4, 1980: 11, 1990: 17, 2000: 24, 2010: 42})


@lru_cache(maxsize=1)
def rated_films() -> Catalogue:
    """Return the 30 films of the raters, from the worst to the best."""
    return Catalogue(
        "synthetic-raters",
        tuple(Item(f"Synthetic Film {i + 1:02}", 1990 + i) for i in range(_N_RATED)),
    )


def synthetic_stars(
    n: int,
    rng: np.random.Generator,
    *,
    quality: float = 1.0,
    eagerness: float = 0.0,
    like_at: float = 3.5,
) -> FloatArray:
    """Return (n × 30) stars, 0.5 to 5 in halves, of the films of :func:`rated_films`.

    Parameters
    ----------
    quality:
        Share, 0 to 1, of the differences between films that is kept. At 1 it is people's.
    eagerness:
        Share, 0 to 1, of stars that mean No which are raised to 4.
    """
    grade = np.linspace(-1.0, 1.0, _N_RATED)
    # A pattern that has nothing to do with quality: some like the ones, others the others.
    flavour = np.sqrt(2.0) * np.sin(2.4 * np.arange(_N_RATED))
    latent = _MEAN + _SPREAD * quality * grade
    latent = latent + _BIAS * rng.standard_normal((n, 1))
    latent = latent + _TASTE * rng.standard_normal((n, 1)) * flavour
    latent = latent + _NOISE * rng.standard_normal((n, _N_RATED))
    stars: FloatArray = np.clip(np.round(2 * latent) / 2, 0.5, 5.0)
    raised = (stars < like_at) & (rng.random(stars.shape) < eagerness)
    return np.where(raised, 4.0, stars)


def synthetic_raters(
    n: int,
    rng: np.random.Generator,
    *,
    quality: float = 1.0,
    eagerness: float = 0.0,
    asked: int | None = None,
    like_at: float = 3.5,
) -> SeekerStatistics:
    """Return the bin_pref statistics of n raters; see :func:`synthetic_stars`.

    Parameters
    ----------
    asked:
        Number of films, of the 30, that each is asked about, drawn for each; all where None.
    """
    stars = synthetic_stars(n, rng, quality=quality, eagerness=eagerness, like_at=like_at)
    kept = np.ones(stars.shape, dtype=bool)
    if asked is not None and asked < _N_RATED:
        order = rng.random(stars.shape).argsort(axis=1)
        kept = order.argsort(axis=1) < asked
    owner, film = np.nonzero(kept)
    labels = np.array([item.label for item in rated_films()])
    table = Table(
        owner.astype(np.int64),
        MappingProxyType(
            {
                "film": labels[film],
                "yes": (stars[kept] >= like_at).astype(np.float64),
                "rating": stars[kept],
            }
        ),
    )
    design = {"films": labels.tolist(), "like_at": like_at}
    return SeekerStatistics(n, MappingProxyType({"answers": table}), MappingProxyType(design))


@lru_cache(maxsize=1)
def named_films() -> Catalogue:
    """Return the 3,000 films that namers draw from, with genres, years and popularity.

    Popularity is what other, equally made people would name: the namers' own law, with the
    accidents of some 2,500 mentions.
    """
    rng = np.random.default_rng(20261123)
    law = _law(1.0)
    names = tuple(_GENRES)
    shares = np.array(tuple(_GENRES.values()), dtype=np.float64)
    n_genres = rng.integers(1, 5, _N_NAMED)
    keys = np.log(shares) + rng.gumbel(size=(_N_NAMED, len(names)))
    order = (-keys).argsort(axis=1)
    decades = rng.choice(
        list(_DECADES), _N_NAMED, p=np.array(tuple(_DECADES.values())) / sum(_DECADES.values())
    )
    years = decades + rng.integers(0, 10, _N_NAMED)
    popularity = rng.poisson(2_500 * law)
    return Catalogue(
        "synthetic-namers",
        tuple(
            Item(
                f"Synthetic Title {i + 1:04}",
                int(years[i]),
                tuple(names[g] for g in order[i, : n_genres[i]]),
                popularity=float(popularity[i]),
            )
            for i in range(_N_NAMED)
        ),
    )


def _law(tilt: float) -> FloatArray:
    weights = (np.arange(_N_NAMED) + _ZIPF_SHIFT) ** (-_ZIPF_POWER * tilt)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


@lru_cache(maxsize=1)
def _laws() -> tuple[FloatArray, IntArray, tuple[str, ...]]:
    """Return (tilts × genres + 1 × F) cumulative laws, any genre last; famous films; labels."""
    films = named_films()
    has = np.array([[g in item.genres for g in _GENRES] for item in films], dtype=np.float64).T
    has = np.vstack([has, np.ones(len(films))])
    laws = np.stack([has * _law(tilt) for tilt in _TILTS])
    cumulative = laws.cumsum(axis=2) / laws.sum(axis=2, keepdims=True)
    known = np.array([item.popularity for item in films], dtype=np.float64)
    famous = np.argsort(-known, kind="stable")[:_FAMOUS].astype(np.int64)
    return cumulative, famous, tuple(item.label for item in films)


def synthetic_namers(
    n: int, rng: np.random.Generator, *, concentrate: float = 0.0, mentions: int | None = None
) -> SeekerStatistics:
    """Return the items_talk statistics of n people who name films of :func:`named_films`.

    Fitted to ReDial's seekers: 1 to 5 mentions each, 8.19 bits at n = 100, a fifth of the mentions
    among the 50 best-known films, people who keep to a genre and to a degree of fame.

    Parameters
    ----------
    concentrate:
        Share, 0 to 1, of mentions that one of the 50 best-known films is put in for.
    mentions:
        Number of films that each names; as many as people where None.
    """
    laws, famous, labels = _laws()
    if mentions is None:
        weights = np.array(_MENTIONS) / sum(_MENTIONS)
        counts = rng.choice(np.arange(1, len(_MENTIONS) + 1), n, p=weights)
    else:
        counts = np.full(n, mentions)
    genres = np.array(tuple(_GENRES.values()), dtype=np.float64)
    genre = rng.choice(len(genres), n, p=genres / genres.sum())
    tilt = rng.integers(0, len(_TILTS), n)
    owner = np.repeat(np.arange(n, dtype=np.int64), counts)
    own = rng.random(owner.size) < _OWN_GENRE
    chosen = np.where(own, genre[owner], len(genres))
    film = _drawn(laws, tilt[owner], chosen, rng)
    swapped = rng.random(owner.size) < concentrate
    film = np.where(swapped, famous[rng.integers(0, famous.size, owner.size)], film)
    table = Table(owner, MappingProxyType({"film": np.array(labels)[film]}))
    return SeekerStatistics(
        n, MappingProxyType({"mentions": table}), MappingProxyType({"cap": len(_MENTIONS)})
    )


def _drawn(laws: FloatArray, tilt: IntArray, genre: IntArray, rng: np.random.Generator) -> IntArray:
    """Return one film for each row, from the law of its tilt and genre."""
    uniform = rng.random(tilt.size)
    film = np.empty(tilt.size, dtype=np.int64)
    for t in range(laws.shape[0]):
        for g in np.unique(genre[tilt == t]):
            rows = (tilt == t) & (genre == g)
            film[rows] = np.searchsorted(laws[t, g], uniform[rows], side="right")
    last = np.int64(laws.shape[2] - 1)
    return np.asarray(np.minimum(film, last), dtype=np.int64)
