"""Amazon's reviews of films in the editions of 2018 and 2023: open_pref, counts per reviewer.

A review is a response and its stars are its rating. Neither words nor keys of texts go into a
group, nor ids of anybody: rows are counts, in an order of their own.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from crs_simcheck.baselines.measure import SeekerRows
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.amazon.formats import EDITIONS, Filters
from crs_simcheck.baselines.sources.amazon.language import LANGUAGES
from crs_simcheck.baselines.sources.amazon.people import Marks
from crs_simcheck.baselines.sources.amazon.products import films_of
from crs_simcheck.baselines.sources.amazon.reading import Draw, Kept, draw, keep
from crs_simcheck.baselines.sources.amazon.text import review_text
from crs_simcheck.baselines.sources.base import Kind, SourceData
from crs_simcheck.baselines.tables import COLUMNS, NOTHING
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import EmptyInputError, InputError, UnknownNameError
from crs_simcheck.records import Response

__all__ = ["KINDS", "review_files"]

_ENDINGS = (".jsonl", ".json", ".jsonl.gz", ".json.gz")
_FIX = "name a .jsonl(.gz) or .json.gz file of reviews, or a folder of them"
# Nobody was asked for a format; words and keys of texts are not ours to ship.
_UNREAD = ("violation", "text", "types")
_LICENCE = "no open licence stated; only counts per reviewer, without words and ids"
_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "2018": "Amazon Review Data (2018), https://nijianmo.github.io/amazon/",
        "2023": "Amazon Reviews 2023, https://amazon-reviews-2023.github.io/",
        "copy": (
            "reviews of Amazon Review Data (2018), https://nijianmo.github.io/amazon/, as copied "
            "by others with the fields user, rating, text and asin"
        ),
    }
)
_2018 = (
    "Counts made from Amazon Review Data (2018), described by Jianmo Ni, Jiacheng Li and Julian "
    "McAuley in 'Justifying Recommendations using Distantly-Labeled Reviews and Fine-Grained "
    "Aspects' (EMNLP 2019). Changed: only counts were kept, and no text or id of a person."
)
_ATTRIBUTIONS: Mapping[str, str] = MappingProxyType(
    {
        "2018": _2018,
        "2023": (
            "Counts made from Amazon Reviews 2023, described by Yupeng Hou, Jiacheng Li, Zhankui "
            "He, An Yan, Xiusi Chen and Julian McAuley in 'Bridging Language and Items for "
            "Retrieval and Recommendation' (2024). Changed: only counts were kept, and no text or "
            "id of a person."
        ),
        "copy": _2018,
    }
)


def review_files(source: Path) -> tuple[Path, ...]:
    """Return the files of reviews that a source is: itself, or those in a folder."""
    if not source.is_dir():
        if not source.is_file():
            raise InputError("no such file", path=source, fix=_FIX)
        return (source,)
    found = tuple(
        path
        for path in sorted(source.iterdir())
        if path.is_file() and path.name.endswith(_ENDINGS) and not path.name.startswith("meta")
    )
    if not found:
        raise EmptyInputError("no file of reviews in it", path=source, fix=_FIX)
    return found


def _files(source: Path, options: BuildOptions) -> tuple[Path, ...]:
    meta = () if options.meta is None else (options.meta,)
    return (*review_files(source), *meta)


def _day(text: str | None) -> datetime.date | None:
    return None if text is None else datetime.date.fromisoformat(text)


def _read(source: Path, options: BuildOptions, edition: str) -> SourceData:
    stars_only = options.only == "stars"
    if stars_only and options.meta is not None:
        raise InputError(
            "stars alone need no list of products", field="meta", fix="leave --meta or --only out"
        )
    if options.language is not None and options.language not in LANGUAGES:
        raise UnknownNameError("language", options.language, LANGUAGES)
    of = Draw(
        files=review_files(source),
        edition=EDITIONS[edition],
        filters=Filters(
            since=_day(options.since),
            until=_day(options.until),
            verified=options.verified == "only",
            language=options.language,
            text=not stars_only,
        ),
        seed=options.seed,
        people=None if options.people == "all" else options.people,
        least=options.min_reviews,
        most=options.max_reviews,
    )
    drawn, note = draw(of)
    catalogue = Catalogue("amazon", ())
    labels: Mapping[str, str] = {}
    responses: Iterable[Response] = ()
    if not stars_only:
        kept = keep(of, drawn)
        if options.meta is not None:
            catalogue, labels = films_of(options.meta, kept.keys)
        responses = _written(kept, labels)
    known = "ratings that the list of products counts"
    return SourceData(
        responses=responses,
        catalogue=catalogue,
        speakers="people",
        tables={"open_pref": ("texts",) if stars_only else ("responses", "texts")},
        # Where no title is known, none can be looked for.
        unread={"open_pref": _UNREAD if len(catalogue) else (*_UNREAD, "title")},
        source=_SOURCES[edition],
        licence=_LICENCE,
        attribution=_ATTRIBUTIONS[edition],
        description=_described(options, len(drawn)),
        popularity=known if catalogue.has("popularity") else "",
        mean_rating=known if catalogue.has("mean_rating") else "",
        rows=_starred(drawn) if stars_only else {},
        notes=(note,) if note else (),
    )


def _described(options: BuildOptions, people: int) -> str:
    what = "stars" if options.only == "stars" else "reviews"
    parts = [f"People who reviewed films in a shop: {what} of {people:,} of them"]
    if people == options.people:
        parts.append("drawn by a hash of who they are")
    parts.append(f"at most {options.max_reviews} of each")
    if options.min_reviews > 1:
        parts.append(f"of those with at least {options.min_reviews}")
    return ", ".join(parts) + "."


def _starred(drawn: Marks) -> SeekerRows:
    """Return a row of stars for each review; nothing else is known of it."""
    nothing = {column: NOTHING[kind] for column, kind in COLUMNS["texts"].items()}
    halves = range(2, 11)
    row = {half: tuple((nothing | {"stars": half / 2}).values()) for half in halves}
    return {
        "open_pref": {
            person.hex(): {"texts": [row[mark & 15] for mark in marks]}
            for person, marks in drawn.items()
        }
    }


def _written(kept: Kept, labels: Mapping[str, str]) -> Iterator[Response]:
    for person, review in kept.reviews():
        label = labels.get(review.key)
        yield Response(
            "open_pref",
            person.hex(),
            review_text(review.text),
            stimulus={} if label is None else {"item": label},
            rating=review.stars,
        )


def _kind(name: str, edition: str, title: str, *more: str) -> Kind:
    def read(source: Path, options: BuildOptions) -> SourceData:
        return _read(source, options, edition)

    return Kind(
        name=name,
        title=title,
        knows=("people", "min_reviews", "max_reviews", "language", "only", *more),
        vectors=False,
        files=_files,
        read=read,
    )


_WHOLE = ("verified", "since", "until", "meta")
KINDS: tuple[Kind, ...] = (
    _kind("amazon-2018", "2018", "Amazon reviews of 2018: a .json(l).gz file or a folder", *_WHOLE),
    _kind("amazon-2023", "2023", "Amazon reviews of 2023: a .jsonl(.gz) file or a folder", *_WHOLE),
    _kind(
        "amazon-copy",
        "copy",
        "Amazon reviews as others copied them: user, rating, text, asin (.jsonl)",
        "meta",
    ),
)
