"""Films: what they are called, what is known of them, and which one a title means."""

from crs_simcheck.catalogue.items import (
    ATTRIBUTES,
    Catalogue,
    Item,
    canonical_genre,
)
from crs_simcheck.catalogue.joining import Union, union
from crs_simcheck.catalogue.normalise import (
    FIRST_YEAR,
    LAST_YEAR,
    normalise_text,
    normalise_title,
    split_year,
)
from crs_simcheck.catalogue.reader import (
    read_catalogue,
    read_catalogue_counted,
    write_catalogue,
)
from crs_simcheck.catalogue.resolve import Match, MatchKind, Resolver

__all__ = [
    "ATTRIBUTES",
    "FIRST_YEAR",
    "LAST_YEAR",
    "Catalogue",
    "Item",
    "Match",
    "MatchKind",
    "Resolver",
    "Union",
    "canonical_genre",
    "normalise_text",
    "normalise_title",
    "read_catalogue",
    "read_catalogue_counted",
    "split_year",
    "union",
    "write_catalogue",
]
