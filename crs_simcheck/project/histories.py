"""What people watched, read from the sources that groups are built from as well.

Readers of sources belong to ``baselines``; ``profiles`` take plain records. Here the one is put
into the other.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from crs_simcheck.catalogue import Catalogue, Item, Resolver, split_year
from crs_simcheck.errors import EmptyInputError, InputError, UnknownNameError
from crs_simcheck.profiles.history import Histories, History, Seen, draw_key, usual_stars
from crs_simcheck.recordings import read_responses
from crs_simcheck.records import Response

__all__ = ["HISTORY_KINDS", "HistorySource", "read_histories"]

# Of a large file of reviews so many times as many people are read as are wanted: some reviewed
# films without a title, others may be refused.
_SPARE_TIMES, _SPARE = 2, 50
# More reviews than anybody wrote.
_ALL_REVIEWS = 1_000_000


@dataclass(frozen=True, slots=True)
class HistorySource:
    """Where histories come from, and who of the people in them counts.

    Parameters
    ----------
    least:
        Films that a person must have seen.
    people:
        How many profiles are wanted; of a file that does not fit into memory, not much more than
        these are read.
    catalogue:
        Films of the user, for genres, where the source has none.
    meta:
        amazon: the list of products that belongs to the reviews.
    """

    kind: str
    path: Path
    seed: int = 0
    least: int = 5
    people: int = 100
    catalogue: Catalogue | None = None
    meta: Path | None = None


def read_histories(of: HistorySource) -> Histories:
    """Read the people of a source, in the order in which they are drawn.

    Raises
    ------
    UnknownNameError
        There is no such kind.
    InputError
        A file cannot be read.
    EmptyInputError
        Nobody has seen enough.
    """
    if of.kind not in _READERS:
        raise UnknownNameError("kind of source", of.kind, _READERS)
    if of.meta is not None and not of.kind.startswith("amazon"):
        raise InputError(f"kind '{of.kind}' has no list of products", field="meta")
    return _READERS[of.kind](of)


def _drawn(of: HistorySource, people: Iterable[str]) -> list[str]:
    """Return those who are there, in the order of the draw."""
    return sorted(people, key=lambda person: (draw_key(of.seed, "person", person), person))


def _nobody(of: HistorySource) -> EmptyInputError:
    return EmptyInputError(
        f"nobody has seen {of.least} films", path=of.path, fix="lower --least, or check the kind"
    )


# ------------------------------------------------------------------------------- movielens


def _movielens(of: HistorySource) -> Histories:
    from crs_simcheck.baselines.sources.movielens import read_stars

    films, stars = read_stars(of.path)
    enough = {
        person: of_person for person, of_person in stars.items() if len(of_person) >= of.least
    }
    if not enough:
        raise _nobody(of)

    def people() -> Iterator[History]:
        for person in _drawn(of, enough):
            yield History(
                person,
                tuple(_seen(films[label], stars) for label, stars in enough[person].items()),
            )

    return Histories(
        people(),
        tuple(films),
        usual_stars(statistics.fmean(given.values()) for given in enough.values()),
    )


def _seen(item: Item, rating: float | None, text: str | None = None) -> Seen:
    return Seen(item.label, item.year, item.genres, rating, text)


# ------------------------------------------------------------------------------------ rows


def _rows(of: HistorySource) -> Histories:
    found: dict[str, dict[str, Seen]] = {}
    read = _film_reader(of.catalogue)
    for row in read_responses(of.path).rows:
        films = found.setdefault(row.seeker, {})
        for seen in _seen_in(row, read):
            known = films.get(seen.item)
            films[seen.item] = seen if known is None else _joined(known, seen)
    enough = {person: films for person, films in found.items() if len(films) >= of.least}
    if not enough:
        raise _nobody(of)
    people = (History(p, tuple(enough[p].values())) for p in _drawn(of, enough))
    labels = dict.fromkeys(label for films in found.values() for label in films)
    return Histories(people, tuple(labels), usual_stars(_means(enough.values())))


def _means(histories: Iterable[Mapping[str, Seen]]) -> Iterator[float]:
    """Yield the mean stars of everybody who gives any."""
    for films in histories:
        stars = [film.rating for film in films.values() if film.rating is not None]
        if stars:
            yield statistics.fmean(stars)


def _film_reader(catalogue: Catalogue | None) -> Callable[[str], Item]:
    """Return what leads from a title to its film: of the catalogue where that knows it."""
    resolver = None if catalogue is None else Resolver(catalogue)

    def read(text: str) -> Item:
        if resolver is not None:
            match = resolver.resolve(text)
            if match.index is not None:
                return resolver.catalogue[match.index]
        return Item(*split_year(text))

    return read


def _seen_in(row: Response, read: Callable[[str], Item]) -> Iterator[Seen]:
    """Yield the films that an answer shows its seeker to have seen."""
    item = row.stimulus.get("item")
    # Of films that were only recommended (neg_feedback) nobody knows whether they were watched.
    if row.task in ("bin_pref", "open_pref") and isinstance(item, str):
        text = row.text if row.task == "open_pref" and row.text.strip() else None
        yield _seen(read(item), row.rating, text)
    for title in row.history or ():
        yield _seen(read(title), None)


def _joined(first: Seen, second: Seen) -> Seen:
    """Return one film of two rows about it: what the first does not say comes from the second."""
    rating = second.rating if first.rating is None else first.rating
    return Seen(first.item, first.year, first.genres, rating, first.text or second.text)


# ---------------------------------------------------------------------------------- amazon


def _amazon(of: HistorySource) -> Histories:
    from crs_simcheck.baselines.sources.amazon.formats import EDITIONS, Filters
    from crs_simcheck.baselines.sources.amazon.kinds import review_files
    from crs_simcheck.baselines.sources.amazon.products import films_of
    from crs_simcheck.baselines.sources.amazon.reading import Draw, draw, keep
    from crs_simcheck.baselines.sources.amazon.text import review_text

    if of.meta is None:
        raise InputError(
            "reviews name products by number; their list of products is needed for titles",
            field="meta",
            fix="give --meta, the file of products that belongs to the reviews",
        )
    wanted = _SPARE_TIMES * of.people + _SPARE
    drawing = Draw(
        files=review_files(of.path),
        edition=EDITIONS[of.kind.removeprefix("amazon-")],
        filters=Filters(text=False),
        seed=of.seed,
        people=wanted,
        least=of.least,
        most=_ALL_REVIEWS,
    )
    drawn, note = draw(drawing)
    kept = keep(drawing, drawn)
    catalogue, labels = films_of(of.meta, kept.keys)
    items = {item.label: item for item in catalogue}
    found: dict[str, dict[str, Seen]] = {}
    for person, review in kept.reviews():
        films = found.setdefault(person.hex(), {})
        label = labels.get(review.key)
        if label is not None:
            text = review_text(review.text) or None
            films.setdefault(label, _seen(items[label], review.stars, text))
    enough = {person: films for person, films in found.items() if len(films) >= of.least}
    if not enough:
        raise EmptyInputError(
            f"nobody of {len(found)} people reviewed {of.least} films whose titles are known",
            path=of.meta,
            fix="check that the list of products belongs to the reviews, or lower --least",
        )
    notes = [note] if note else []
    untitled = len(found) - len(enough)
    if untitled:
        notes.append(f"{untitled} people reviewed fewer than {of.least} films of a known title")
    # The reader's own order is a draw by seed as well.
    people = (History(person, tuple(films.values())) for person, films in enough.items())
    return Histories(people, catalogue.labels, usual_stars(_means(enough.values())), tuple(notes))


_READERS: Mapping[str, Callable[[HistorySource], Histories]] = MappingProxyType(
    {
        "amazon-2018": _amazon,
        "amazon-2023": _amazon,
        "amazon-copy": _amazon,
        "movielens": _movielens,
        "rows": _rows,
    }
)
HISTORY_KINDS: tuple[str, ...] = tuple(_READERS)
"""The kinds of sources that hold histories."""
