"""Films, catalogues of films, and the union of two catalogues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crs_simcheck.catalogue.normalise import normalise_title, split_year

__all__ = ["ATTRIBUTES", "Catalogue", "Item", "Union", "canonical_genre", "union"]

ATTRIBUTES = ("genres", "region", "year", "popularity", "mean_rating", "description")
"""The attributes a catalogue may have or lack; see ``Catalogue.has``."""

_GENRE_ALIASES = {
    "science fiction": "sci-fi",
    "science-fiction": "sci-fi",
    "scifi": "sci-fi",
    "sci fi": "sci-fi",
    "sf": "sci-fi",
    "children's": "family",
    "children’s": "family",
    "childrens": "family",
    "children": "family",
    "kids": "family",
    "musicals": "musical",
    "docu": "documentary",
    "documentaries": "documentary",
    "noir": "film-noir",
    "film noir": "film-noir",
    "biopic": "biography",
    "biographical": "biography",
    "suspense": "thriller",
    "romantic": "romance",
    "animated": "animation",
    "anime": "animation",
    "historical": "history",
    "(no genres listed)": "",
    "no genres listed": "",
}

_Key = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Item:
    """One film. Attributes that are not known are None, or an empty tuple.

    ``year`` is 1880..2100. ``genres`` are canonical (``canonical_genre``). ``popularity`` is not
    negative, larger is better known, on the catalogue's own scale. ``mean_rating`` is people's, in
    stars, 0.5 to 5. ``extra`` keeps unknown columns by name, and takes no part in the hash.
    """

    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    region: str | None = None
    popularity: float | None = None
    mean_rating: float | None = None
    description: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def label(self) -> str:
        """The title with its year where that is known: ``"Heat (1995)"``."""
        return self.title if self.year is None else f"{self.title} ({self.year})"

    @property
    def key(self) -> _Key:
        """What makes two items the same film: normalised title and year."""
        return normalise_title(self.title), self.year

    @property
    def decade(self) -> str | None:
        """The decade in words, ``"1990s"``, or None where the year is not known."""
        return None if self.year is None else f"{self.year // 10 * 10}s"


def canonical_genre(name: str) -> str:
    """Return the one name of a genre: lower case, common synonyms joined.

    ``"Science Fiction"`` and ``"SciFi"`` are ``"sci-fi"``. The result is empty where the name says
    that there is no genre ("(no genres listed)") or is blank.
    """
    plain = " ".join(name.casefold().split())
    return _GENRE_ALIASES.get(plain, plain)


@dataclass(frozen=True)
class Catalogue:
    """A named, ordered list of films."""

    name: str
    items: tuple[Item, ...]

    def __hash__(self) -> int:
        # Equal catalogues agree in both; hashing thousands of films would cost more than it tells.
        return hash((self.name, len(self.items)))

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Item:
        return self.items[index]

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def index_of(self, label_or_item: str | Item) -> int | None:
        """Return the index of the film with exactly this key, the first of equals, or None.

        A label is split into title and year. A label without a year finds only a film without
        one; to find a film by anything less than its key, use a ``Resolver``.
        """
        if isinstance(label_or_item, Item):
            return self._by_key.get(label_or_item.key)
        title, year = split_year(label_or_item)
        found = self._by_key.get((normalise_title(title), year))
        if found is None:
            # "September 30, 1955" is a title that looks like a label.
            found = self._by_key.get((normalise_title(label_or_item), None))
        return found

    def has(self, attribute: str) -> bool:
        """Tell whether any film has a value for an attribute (one of ``ATTRIBUTES``).

        Raises ``ValueError`` for another name: a typing slip must not read as "no film has it".
        """
        if attribute not in ATTRIBUTES:
            known = ", ".join(ATTRIBUTES)
            raise ValueError(f"no attribute '{attribute}' of a film; known: {known}")
        return any(getattr(item, attribute) not in (None, ()) for item in self.items)

    @cached_property
    def keys(self) -> tuple[_Key, ...]:
        """The key of each film, in order."""
        return tuple(item.key for item in self.items)

    @cached_property
    def _by_key(self) -> Mapping[_Key, int]:
        found: dict[_Key, int] = {}
        for index, key in enumerate(self.keys):
            found.setdefault(key, index)
        return found


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

    Films are the same when their keys are. A film without a year is also the same as the one film
    of that normalised title in the other catalogue, unless that one already has a partner. Where
    both know a film, ``first`` is believed and ``second`` fills what it leaves empty. Repeated
    keys inside one catalogue become one film, the first of them.
    """
    merged: list[Item] = []
    positions: dict[_Key, int] = {}
    for key, item in zip(first.keys, first.items, strict=True):
        if positions.setdefault(key, len(merged)) == len(merged):
            merged.append(item)
    from_first = tuple(positions[key] for key in first.keys)
    partners = _yearless_partners(first, second)

    own_popularity = first.has("popularity") or not second.has("popularity")
    own_rating = first.has("mean_rating") or not second.has("mean_rating")
    if not own_popularity:
        merged = [_without(item, popularity=True) for item in merged]
    if not own_rating:
        merged = [_without(item, mean_rating=True) for item in merged]

    seen: dict[_Key, int] = {}
    for key, item in zip(second.keys, second.items, strict=True):
        if key in seen:
            continue
        other = _without(item, popularity=own_popularity, mean_rating=own_rating)
        position = positions.get(partners.get(key, key))
        if position is None:
            seen[key] = len(merged)
            merged.append(other)
        else:
            seen[key] = position
            merged[position] = _filled(merged[position], other)
    return Union(
        catalogue=Catalogue(name, tuple(merged)),
        from_first=from_first,
        from_second=tuple(seen[key] for key in second.keys),
        popularity_from=_source(first, second, "popularity"),
        mean_rating_from=_source(first, second, "mean_rating"),
    )


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


def _filled(item: Item, other: Item) -> Item:
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


def _yearless_partners(first: Catalogue, second: Catalogue) -> dict[_Key, _Key]:
    """Pair films of which one side does not know the year: key in ``second`` to key in ``first``.

    One to one: two films that one catalogue tells apart are never made one by the other.
    """
    first_years = _years_by_title(first)
    partners: dict[_Key, _Key] = {}
    for title, years in _years_by_title(second).items():
        known = first_years.get(title, set())
        shared = years & known
        if None not in shared:
            if None in years and len(known) == 1 and not shared:
                partners[title, None] = (title, next(iter(known)))
            elif None in known and len(years) == 1 and not shared:
                partners[title, next(iter(years))] = (title, None)
    return partners


def _years_by_title(catalogue: Catalogue) -> Mapping[str, set[int | None]]:
    found: defaultdict[str, set[int | None]] = defaultdict(set)
    for title, year in catalogue.keys:
        found[title].add(year)
    return found
