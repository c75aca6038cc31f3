"""The shop's list of products: titles, years and genres of the films that reviews are of.

A disc's date of release is not the film's year, so a year is taken from the title in brackets, or
from the features of a film that the shop streams ("1995" between "IMDb 7.1" and "1 h 40 min").
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crs_simcheck.baselines.progress import progress
from crs_simcheck.baselines.sources.amazon.text import title_and_year
from crs_simcheck.baselines.sources.stream import line_blocks
from crs_simcheck.catalogue import FIRST_YEAR, LAST_YEAR, Catalogue, Item, canonical_genre

__all__ = ["films_of"]

# Genres as the shop names them; every other category is a shelf, a studio or a format.
_GENRES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "action": ("action",),
        "action & adventure": ("action", "adventure"),
        "adventure": ("adventure",),
        "animation": ("animation",),
        "anime": ("animation",),
        "biography": ("biography",),
        "comedy": ("comedy",),
        "crime": ("crime",),
        "documentary": ("documentary",),
        "drama": ("drama",),
        "family": ("family",),
        "fantasy": ("fantasy",),
        "historical": ("history",),
        "horror": ("horror",),
        "kids": ("family",),
        "kids & family": ("family",),
        "military & war": ("war",),
        "music videos and concerts": ("music",),
        "musicals": ("musical",),
        "musicals & performing arts": ("musical",),
        "mystery & thrillers": ("mystery", "thriller"),
        "mystery & suspense": ("mystery", "thriller"),
        "romance": ("romance",),
        "science fiction": ("sci-fi",),
        "science fiction & fantasy": ("sci-fi", "fantasy"),
        "sports": ("sport",),
        "suspense": ("thriller",),
        "western": ("western",),
        "westerns": ("western",),
    }
)
_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")
_STREAMED = "prime video"
_MOST_TITLE = 300


@dataclass(frozen=True, slots=True)
class _Product:
    item: Item
    raters: int
    stars: float | None


def films_of(path: Path, keys: Collection[str]) -> tuple[Catalogue, Mapping[str, str]]:
    """Return the films of these products, and product → label of its film.

    Products of one title and year are one film, named as the one with the most ratings;
    ``popularity`` is their number of ratings and ``mean_rating`` the mean of all of them, where the
    list says so. Products that the list does not know, or that have no title, are left out.
    """
    products: dict[str, _Product] = {}
    wanted = frozenset(keys)
    size = path.stat().st_size if path.is_file() else None
    with progress("reading: titles", size) as steps:
        for record in _records(line_blocks(path, steps.add), wanted):
            key = _key(record)
            if key in wanted and key not in products:
                product = _product(record)
                if product is not None:
                    products[key] = product
    return _catalogue(products)


def _records(blocks: Iterable[list[bytes]], wanted: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield the objects of lines that hold one of the keys; most lines are never parsed."""
    raw = frozenset(key.encode("utf-8", "surrogatepass") for key in wanted)
    name = re.compile(rb'"(?:parent_)?asin"\s*:\s*"([^"\\]*)"')
    for lines in blocks:
        for line in lines:
            found = name.findall(line)
            if found and not any(key in raw for key in found):
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict):
                yield record


def _key(record: Mapping[str, Any]) -> str:
    for name in ("parent_asin", "asin"):
        value = record.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _product(record: Mapping[str, Any]) -> _Product | None:
    name = record.get("title")
    if not isinstance(name, str) or len(name) > _MOST_TITLE:  # such are pieces of a web page
        return None
    title, year = title_and_year(name)
    if not title:
        return None
    if year is None and str(record.get("main_category", "")).casefold() == _STREAMED:
        year = _streamed_year(record.get("features"))
    raters, stars = record.get("rating_number"), record.get("average_rating")
    return _Product(
        Item(title, year, _genres(record.get("categories", record.get("category")))),
        raters if isinstance(raters, int) and not isinstance(raters, bool) and raters > 0 else 0,
        float(stars) if isinstance(stars, int | float) and 1 <= stars <= 5 else None,
    )


def _streamed_year(features: Any) -> int | None:
    for feature in features if isinstance(features, list) else ():
        if isinstance(feature, str) and _YEAR.fullmatch(feature.strip()):
            year = int(feature)
            return year if FIRST_YEAR <= year <= LAST_YEAR else None
    return None


def _genres(categories: Any) -> tuple[str, ...]:
    names = [c for c in categories if isinstance(c, str)] if isinstance(categories, list) else []
    genres = (
        genre
        for name in names
        for genre in _GENRES.get(" ".join(name.replace("&amp;", "&").casefold().split()), ())
    )
    return tuple(dict.fromkeys(canonical_genre(genre) for genre in genres))


def _catalogue(products: Mapping[str, _Product]) -> tuple[Catalogue, dict[str, str]]:
    same: defaultdict[tuple[str, int | None], list[str]] = defaultdict(list)
    order = sorted(products, key=lambda p: (-products[p].raters, products[p].item.label, p))
    for key in order:
        same[products[key].item.key].append(key)
    counted = any(product.raters for product in products.values())
    items: list[Item] = []
    label_of: dict[str, str] = {}
    for keys in same.values():
        first = products[keys[0]].item
        rated = [p for p in (products[k] for k in keys) if p.raters and p.stars is not None]
        raters = sum(p.raters for p in rated)
        stars = sum(p.raters * (p.stars or 0.0) for p in rated)
        genres = next((products[k].item.genres for k in keys if products[k].item.genres), ())
        items.append(
            Item(
                first.title,
                first.year,
                genres,
                popularity=float(sum(products[k].raters for k in keys)) if counted else None,
                mean_rating=round(stars / raters, 3) if raters else None,
            )
        )
        label_of |= dict.fromkeys(keys, first.label)
    items.sort(key=lambda item: (item.title, item.year or 0))
    return Catalogue("amazon", tuple(items)), label_of
