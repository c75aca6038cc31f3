"""Films, and catalogues of films."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from crs_simcheck.catalogue.normalise import normalise_title, split_year

__all__ = ["ATTRIBUTES", "Catalogue", "Item", "canonical_genre"]

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
        """What the spellings of one film have in common: normalised title and year.

        Two films may share it: "Holiday (2006)" and "The Holiday (2006)". Their labels differ.
        """
        return normalise_title(self.title), self.year

    @property
    def decade(self) -> str | None:
        """The decade in words, ``"1990s"``, or None where the year is not known."""
        return None if self.year is None else f"{self.year // 10 * 10}s"


@lru_cache(maxsize=4096)
def canonical_genre(name: str) -> str:
    """Return the one name of a genre: lower case, common synonyms joined.

    ``"Science Fiction"`` and ``"SciFi"`` are ``"sci-fi"``. The result is empty where the name says
    that there is no genre ("(no genres listed)") or is blank.
    """
    plain = " ".join(name.casefold().split())
    return _GENRE_ALIASES.get(plain, plain)


@dataclass(frozen=True)
class Catalogue:
    """A named, ordered list of films.

    Films are told apart by their labels. Of several items with one label the first is meant
    wherever a title leads to a film: no text could tell them apart. ``notes`` say what a reader
    of results should know of how the list came about.
    """

    name: str
    items: tuple[Item, ...]
    notes: tuple[str, ...] = field(default=(), compare=False)

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
        """Return the index of the film with this label, or else of the only film with this key.

        A label is split into title and year. A label without a year finds only a film without
        one; to find a film by anything less than its key, use a ``Resolver``.
        """
        if isinstance(label_or_item, Item):
            found = self.places.get(label_or_item.label)
            return self._only_of_key.get(label_or_item.key) if found is None else found
        found = self.index_of(Item(*split_year(label_or_item)))
        if found is None:
            # "September 30, 1955" is a title that looks like a label.
            found = self.index_of(Item(label_or_item))
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
    def labels(self) -> tuple[str, ...]:
        """The label of each item, in order."""
        return tuple(item.label for item in self.items)

    @cached_property
    def keys(self) -> tuple[_Key, ...]:
        """The key of each item, in order."""
        return tuple(item.key for item in self.items)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Label → index of the first item with it; in the order of the items."""
        found: dict[str, int] = {}
        for index, label in enumerate(self.labels):
            found.setdefault(label, index)
        return found

    @cached_property
    def _only_of_key(self) -> Mapping[_Key, int]:
        films = defaultdict(list)
        for index in self.places.values():
            films[self.keys[index]].append(index)
        return {key: found[0] for key, found in films.items() if len(found) == 1}
