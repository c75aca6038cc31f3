"""Two catalogues as one: which films are the same, and what is then known of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from crs_simcheck.catalogue.items import Catalogue, Item
from crs_simcheck.catalogue.normalise import article_title

__all__ = ["Union", "filled", "partners", "union"]


@dataclass(frozen=True)
class Union:
    """Two catalogues as one. ``from_first[i]`` is where the first's film ``i`` stands in it.

    ``popularity_from`` and ``mean_rating_from`` name the catalogue that those figures come from:
    they are on a scale of their own, and are never mixed. None where neither catalogue has them.
    """

    catalogue: Catalogue
    from_first: tuple[int, ...]
    from_second: tuple[int, ...]
    popularity_from: str | None
    mean_rating_from: str | None


def union(first: Catalogue, second: Catalogue, name: str) -> Union:
    """Join two catalogues: the films of ``first``, then those that only ``second`` knows.

    Which films are the same is told by :func:`partners`. Where both know a film, ``first`` is
    believed and ``second`` fills what it leaves empty. Items with one label become one film, the
    first of them.
    """
    merged = [first.items[place] for place in first.places.values()]
    positions = {label: place for place, label in enumerate(first.places)}
    from_first = tuple(positions[label] for label in first.labels)

    own_popularity = first.has("popularity") or not second.has("popularity")
    own_rating = first.has("mean_rating") or not second.has("mean_rating")
    if not own_popularity:
        merged = [_without(item, popularity=True) for item in merged]
    if not own_rating:
        merged = [_without(item, mean_rating=True) for item in merged]

    same = partners(first, second)
    seen: dict[str, int] = {}
    for label, place in second.places.items():
        other = _without(second.items[place], popularity=own_popularity, mean_rating=own_rating)
        if label in same:
            position = seen[label] = positions[same[label]]
            merged[position] = filled(merged[position], other)
        else:
            seen[label] = len(merged)
            merged.append(other)
    return Union(
        catalogue=Catalogue(name, tuple(merged), tuple(dict.fromkeys(first.notes + second.notes))),
        from_first=from_first,
        from_second=tuple(seen[label] for label in second.labels),
        popularity_from=_source(first, second, "popularity"),
        mean_rating_from=_source(first, second, "mean_rating"),
    )


def partners(first: Catalogue, second: Catalogue) -> dict[str, str]:
    """Return which films of ``second`` are in ``first``, label to label and one to one.

    Films are the same, the first that holds deciding,

    1. where their labels are;
    2. where nothing else on either side has their normalised title and year;
    3. where more have it, but nothing else has it with the article that it begins with: of
       "Holiday (2006)" and "The Holiday (2006)", "Holiday, The (2006)" is the second;
    4. where one of them has no year, the other is the only film of that normalised title on its
       side, and no film of that title has a partner yet.

    What one catalogue tells apart is never made one by the other.
    """
    same = {label: label for label in second.places if label in first.places}
    own = _by_key(first, same)
    for key, theirs in _by_key(second, same).items():
        mine = own.get(key, [])
        if len(mine) == len(theirs) == 1:
            same[theirs[0]] = mine[0]
        elif mine:
            named = _by_article(first, mine)
            for article, labels in _by_article(second, theirs).items():
                if len(labels) == len(named.get(article, ())) == 1:
                    same[labels[0]] = named[article][0]
    _pair_without_year(first, second, same)
    return same


def _by_key(
    catalogue: Catalogue, taken: Container[str]
) -> Mapping[tuple[str, int | None], list[str]]:
    found = defaultdict(list)
    for label, place in catalogue.places.items():
        if label not in taken:
            found[catalogue.keys[place]].append(label)
    return found


def _by_article(catalogue: Catalogue, labels: Iterable[str]) -> Mapping[str, list[str]]:
    found = defaultdict(list)
    for label in labels:
        found[article_title(catalogue[catalogue.places[label]].title)].append(label)
    return found


def _pair_without_year(first: Catalogue, second: Catalogue, same: dict[str, str]) -> None:
    """Add the pairs of which one side does not know the year."""
    known = set(same.values())
    wanted = _undated(first, known) | _undated(second, same)
    mine, theirs = _of_titles(first, wanted), _of_titles(second, wanted)
    for title in sorted(wanted & mine.keys() & theirs.keys()):
        own, others = mine[title], theirs[title]
        if not (known.isdisjoint(own) and same.keys().isdisjoint(others)):
            continue
        if pair := _dated_and_undated(own, others):
            same[pair[1]] = pair[0]
        elif pair := _dated_and_undated(others, own):
            same[pair[0]] = pair[1]


def _dated_and_undated(
    one: Mapping[str, int | None], other: Mapping[str, int | None]
) -> tuple[str, str] | None:
    """Return the film of the one side, if it is alone and dated, and the other's only undated."""
    undated = [label for label, year in other.items() if year is None]
    if len(one) == len(undated) == 1 and None not in one.values():
        return next(iter(one)), undated[0]
    return None


def _undated(catalogue: Catalogue, taken: Container[str]) -> set[str]:
    """Return the normalised titles of films without a year that have no partner."""
    return {
        catalogue.keys[place][0]
        for label, place in catalogue.places.items()
        if catalogue[place].year is None and label not in taken
    }


def _of_titles(catalogue: Catalogue, titles: Container[str]) -> Mapping[str, dict[str, int | None]]:
    """Return the labels of films with these normalised titles, each with its year."""
    found: defaultdict[str, dict[str, int | None]] = defaultdict(dict)
    for label, place in catalogue.places.items():
        title, year = catalogue.keys[place]
        if title in titles:
            found[title][label] = year
    return found


def _without(item: Item, *, popularity: bool = False, mean_rating: bool = False) -> Item:
    """Return the film without figures on a scale that is not used; the film itself if it has none.

    Thousands of films pass here: the fields are named, ``dataclasses.replace`` would look them up.
    """
    if not (popularity and item.popularity is not None) and not (
        mean_rating and item.mean_rating is not None
    ):
        return item
    return Item(
        item.title,
        item.year,
        item.genres,
        item.region,
        None if popularity else item.popularity,
        None if mean_rating else item.mean_rating,
        item.description,
        item.extra,
    )


def _source(first: Catalogue, second: Catalogue, attribute: str) -> str | None:
    """Name the catalogue that an attribute with a scale of its own is taken from."""
    for catalogue in (first, second):
        if catalogue.has(attribute):
            return catalogue.name
    return None


def filled(item: Item, other: Item) -> Item:
    """Return ``item`` with what it leaves empty taken from ``other``."""
    return Item(
        title=item.title,
        year=other.year if item.year is None else item.year,
        genres=item.genres or other.genres,
        region=other.region if item.region is None else item.region,
        popularity=other.popularity if item.popularity is None else item.popularity,
        mean_rating=other.mean_rating if item.mean_rating is None else item.mean_rating,
        description=other.description if item.description is None else item.description,
        extra={**other.extra, **item.extra},
    )
