"""MovieLens: stars that people gave, read as Yes and No. Its terms forbid shipping it: build it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import (
    Kind,
    SourceData,
    find_file,
    read_table,
    speaker_rng,
)
from crs_simcheck.baselines.sources.titles import movielens_item
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.records import Response

__all__ = ["KIND", "read_stars"]

_FIX = (
    "get ml-latest-small from https://grouplens.org/datasets/movielens/, unpack it, "
    "and name the folder with ratings.csv and movies.csv"
)
_FILMS = 30
_SOURCE = "MovieLens, https://grouplens.org/datasets/movielens/"
_LICENCE = "GroupLens terms of use: no commercial use; not to be passed on with this project"
_ATTRIBUTION = (
    "F. Maxwell Harper and Joseph A. Konstan: The MovieLens Datasets: History and Context. ACM "
    "Transactions on Interactive Intelligent Systems 5(4), 2015, doi 10.1145/2827872. Changed: "
    "stars were read as Yes and No, and no id of a person was kept."
)

# Person → label of a film → stars.
_Stars = Mapping[str, Mapping[str, float]]


def _files(folder: Path, _options: BuildOptions) -> tuple[Path, ...]:
    return (
        find_file(folder, "ratings.csv.gz", "ratings.csv", fix=_FIX),
        find_file(folder, "movies.csv.gz", "movies.csv", fix=_FIX),
    )


def read_stars(folder: Path) -> tuple[dict[str, Item], _Stars]:
    """Return the films by label, and person → label of a film → stars, of everybody.

    Raises
    ------
    InputError
        A file is missing or cannot be read.
    """
    ratings, movies = _files(folder, BuildOptions())
    films, label_of = _films(movies)
    return films, _stars(ratings, label_of)


def _read(folder: Path, options: BuildOptions) -> SourceData:
    ratings, _ = _files(folder, options)
    films, stars = read_stars(folder)
    count = Counter(label for of_person in stars.values() for label in of_person)
    design: dict[str, Any]
    if options.films == "all":
        kept = _drawn(stars, options)
        design = {"films": "natural", "asked": options.asked, "like_at": options.like_at}
        what = f"{options.asked} of each person's ratings, drawn by seed"
    else:
        n_films = _FILMS if options.films is None else options.films
        chosen = _chosen(stars, count, n_films, options.pool, ratings)
        kept = _asked(stars, set(chosen), options.asked)
        design = {"films": list(chosen), "asked": options.asked, "like_at": options.like_at}
        what = (
            f"{n_films} films at equal steps in the order of mean rating among the "
            f"{options.pool} most rated; people who rated {options.asked} of them or more"
        )
    if not kept:
        raise EmptyInputError(
            f"nobody rated {options.asked} of these films", path=ratings, fix="lower --asked"
        )
    named = {label for of_person in kept.values() for label in of_person}
    catalogue = Catalogue(
        "movielens",
        tuple(replace(films[f], popularity=float(count[f])) for f in sorted(named)),
    )
    return SourceData(
        responses=tuple(_responses(kept)),
        catalogue=catalogue,
        speakers="people",
        tables={"bin_pref": ("answers",)},
        designs={"bin_pref": design},
        source=_SOURCE,
        licence=_LICENCE,
        attribution=_ATTRIBUTION,
        description=f"People's stars, read as Yes from {options.like_at:g} on: {what}.",
        popularity="number of ratings in the same source",
    )


def _films(path: Path) -> tuple[dict[str, Item], dict[str, str]]:
    """Return the films by label, and the label of each id.

    A few films share title and year ("Emma (1996)" is two): no text could tell them apart, and
    they count as one, with the genres of the one that has more.
    """
    films: dict[str, Item] = {}
    label_of: dict[str, str] = {}
    for line, (film, title, genres) in read_table(path, "movieId", "title", "genres"):
        if not title.strip():
            raise InputError("empty; a title is needed", path=path, line=line, field="title")
        item = movielens_item(title, genres)
        known = films.get(item.label, item)
        films[item.label] = max(known, item, key=lambda one: len(one.genres))
        label_of[film] = item.label
    return films, label_of


def _stars(path: Path, label_of: Mapping[str, str]) -> _Stars:
    """Return everybody's stars; where two ids are one film, the first rating counts."""
    stars: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for line, (person, film, rating) in read_table(path, "userId", "movieId", "rating"):
        if film not in label_of:
            raise InputError(
                f"film {film} is not in movies.csv", path=path, line=line, field="movieId", fix=_FIX
            )
        try:
            value = float(rating)
        except ValueError:
            value = 0.0
        if not 0.5 <= value <= 5:
            raise InputError(
                f"found '{rating}', need stars from 0.5 to 5", path=path, line=line, field="rating"
            )
        stars[person].setdefault(label_of[film], value)
    return stars


def _chosen(
    stars: _Stars, count: Counter[str], n_films: int, pool: int, path: Path
) -> tuple[str, ...]:
    """Return films at equal steps in the order of mean rating among the most rated, sorted."""
    known = sorted(count, key=lambda f: (-count[f], f))[:pool]
    if len(known) < n_films:
        raise InputError(
            f"{len(known)} films are rated, need {n_films}", path=path, fix="lower --films"
        )
    total: defaultdict[str, float] = defaultdict(float)
    wanted = set(known)
    for of_person in stars.values():
        for label, value in of_person.items():
            if label in wanted:
                total[label] += value
    ordered = sorted(known, key=lambda f: (total[f] / count[f], f))
    places = np.linspace(0, len(ordered) - 1, n_films).round().astype(int)
    return tuple(sorted(ordered[p] for p in places.tolist()))


def _asked(stars: _Stars, films: set[str], asked: int) -> _Stars:
    kept = {
        person: {label: value for label, value in of_person.items() if label in films}
        for person, of_person in stars.items()
    }
    return {person: of_person for person, of_person in kept.items() if len(of_person) >= asked}


def _drawn(stars: _Stars, options: BuildOptions) -> _Stars:
    kept = {}
    for person, of_person in stars.items():
        if len(of_person) >= options.asked:
            labels = sorted(of_person)
            draw = speaker_rng(options.seed, person).choice(
                len(labels), options.asked, replace=False
            )
            kept[person] = {labels[i]: of_person[labels[i]] for i in draw.tolist()}
    return kept


def _responses(kept: _Stars) -> Iterator[Response]:
    for person, of_person in kept.items():
        for label, value in of_person.items():
            yield Response("bin_pref", person, "", {"item": label}, rating=value)


KIND = Kind(
    name="movielens",
    title="MovieLens: a folder with ratings.csv(.gz) and movies.csv(.gz)",
    knows=("films", "pool", "asked", "like_at"),
    files=_files,
    read=_read,
    vectors=False,
)
