"""Response rows: whatever is already in the project's own format, of people or of simulators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from crs_simcheck.baselines.measure import TABLES_OF
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData
from crs_simcheck.baselines.tables import COLUMNS, TableName
from crs_simcheck.catalogue import Catalogue, read_catalogue
from crs_simcheck.errors import InputError
from crs_simcheck.profiles import read_profiles
from crs_simcheck.recordings import read_responses, response_files
from crs_simcheck.records import SPEAKERS, Response, TaskName

__all__ = ["DESCRIBED", "KIND", "Tally", "described", "files_beside"]

# What a kind must be told where its files do not say whose words they are.
DESCRIBED = (
    "like_at",
    "cap",
    "speakers",
    "licence",
    "origin",
    "attribution",
    "catalogue",
    "profiles",
)
# Tables that hold nothing but what is read in texts, and what else ``texts`` holds.
_OF_TEXT = frozenset({"responses", "word_vectors", "sentence_vectors"})
_NOT_OF_TEXT = "stars"


def files_beside(options: BuildOptions) -> tuple[Path, ...]:
    """Return the catalogue and the profiles that belong to a source, as far as they are given."""
    return tuple(path for path in (options.catalogue, options.profiles) if path is not None)


@dataclass(frozen=True)
class Tally:
    """How many responses each task has, and how many of them are stars without a text."""

    total: Counter[TaskName] = field(default_factory=Counter)
    stars: Counter[TaskName] = field(default_factory=Counter)

    def add(self, responses: Iterable[Response]) -> Tally:
        """Count responses, and return the tally itself."""
        for row in responses:
            self.total[row.task] += 1
            self.stars[row.task] += row.rating is not None and not row.text.strip()
        return self


def described(
    responses: Iterable[Response],
    source: Path,
    options: BuildOptions,
    tally: Tally,
    *,
    description: str = "",
    asked: bool = True,
    notes: tuple[str, ...] = (),
) -> SourceData:
    """Return a source of responses that does not itself say whose they are.

    Where responses of a task are stars without a text (all of them, or any of bin_pref), what is
    read in texts is left unread: stars are no answer of no words.

    Parameters
    ----------
    tally:
        Of the responses, which are then read once.
    asked:
        Whether the speakers were asked for the form of answer that a task asks for. Of people who
        were not, no departure from it is counted.

    Raises
    ------
    InputError
        The options do not say who speaks.
    """
    if options.speakers is None:
        raise InputError(
            "the source does not say who speaks",
            field="speakers",
            fix=f"give --speakers {'|'.join(SPEAKERS)}",
        )
    catalogue = _catalogue(source, options)
    people = options.speakers == "people"
    named = "" if options.catalogue is None else f"the catalogue {options.catalogue.name}"
    tables, unread = _without_text(tally)
    if people and not asked:
        unread = {task: unread.get(task, ("violation",)) for task in tables}
    return SourceData(
        responses=responses,
        catalogue=catalogue,
        speakers=options.speakers,
        tables=tables,
        unread=unread,
        # One person who names sixty films must not stand for sixty; a simulator was asked for as
        # many as it names.
        cap=options.cap if people else None,
        designs={"bin_pref": {"like_at": options.like_at}},
        histories=_histories(options),
        source=options.origin,
        licence=options.licence,
        attribution=options.attribution,
        description=description,
        popularity=named if catalogue.has("popularity") else "",
        mean_rating=named if catalogue.has("mean_rating") else "",
        notes=notes,
    )


def _catalogue(source: Path, options: BuildOptions) -> Catalogue:
    if options.catalogue is None:
        return Catalogue(source.name, ())
    return read_catalogue(options.catalogue)


def _histories(options: BuildOptions) -> dict[str, tuple[str, ...]] | None:
    if options.profiles is None:
        return None
    profiles = read_profiles(options.profiles)
    return {p.seeker: tuple(film.item for film in p.history) for p in profiles}


def _without_text(
    tally: Tally,
) -> tuple[dict[TaskName, tuple[TableName, ...]], dict[TaskName, tuple[str, ...]]]:
    """Return the tables to keep and the columns to leave unread, by who gave stars alone."""
    # Answers of bin_pref are read in stars as well; no other task is answered by them.
    silent = {t for t, n in tally.stars.items() if n and (n == tally.total[t] or t == "bin_pref")}
    tables = dict(TABLES_OF)
    unread: dict[TaskName, tuple[str, ...]] = {}
    for task in sorted(silent):
        tables[task] = tuple(name for name in tables[task] if name not in _OF_TEXT)
        unread[task] = tuple(
            column
            for name in tables[task]
            for column in COLUMNS[name]
            if name == "texts" and column != _NOT_OF_TEXT
        )
    return tables, unread


def _files(source: Path, options: BuildOptions) -> tuple[Path, ...]:
    return (*response_files(source), *files_beside(options))


def _read(source: Path, options: BuildOptions) -> SourceData:
    rows = read_responses(source).rows
    return described(rows, source, options, Tally().add(rows))


KIND = Kind(
    name="rows",
    title="response rows: a .jsonl(.gz) file, or a folder of them",
    knows=DESCRIBED,
    files=_files,
    read=_read,
)
