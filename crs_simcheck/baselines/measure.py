"""From responses to a group: the one way in which people and simulators are measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

from crs_simcheck.baselines.bags import vector_value
from crs_simcheck.baselines.group import Group, Provenance, unknown_label
from crs_simcheck.baselines.tables import COLUMNS, NOTHING, SeekerStatistics, TableName
from crs_simcheck.catalogue import Catalogue, Resolver
from crs_simcheck.instruments import text_key, word_key
from crs_simcheck.instruments.vectors import VectorReading
from crs_simcheck.metrics import CONDUCT_NUMBERS, JUDGED
from crs_simcheck.records import Response, Speakers, TaskName
from crs_simcheck.tasks import (
    READ_BY,
    TEXT_TASKS,
    VECTORS,
    Observation,
    Readers,
    conduct_of,
    observe,
    usual_digest,
    was_recorded,
)

__all__ = [
    "TABLES_OF",
    "Judged",
    "Measured",
    "SeekerRows",
    "add_rows",
    "group_of_rows",
    "instruments_of",
    "label_resolver",
    "measure",
    "measure_group",
    "rows_by_seeker",
    "vector_rows_of",
]

_PROSE: tuple[TableName, ...] = ("responses", "texts", "word_vectors", "sentence_vectors")
# The tables that each task fills.
TABLES_OF: Mapping[TaskName, tuple[TableName, ...]] = MappingProxyType(
    {
        "items_talk": ("mentions", "responses", "conduct"),
        "bin_pref": ("answers", "responses", "conduct"),
        "open_pref": (*_PROSE, "conduct"),
        "rec_request": (*_PROSE, "conduct"),
        "neg_feedback": (*_PROSE, "reactions", "judged", "conduct"),
    }
)
_Rows = dict[TableName, list[tuple[Any, ...]]]
# Task → seeker → rows of each table, in the order in which they were measured.
SeekerRows: TypeAlias = dict[TaskName, dict[str, _Rows]]


@dataclass(frozen=True, slots=True)
class Judged:
    """The scores that an answer was given.

    Parameters
    ----------
    scores:
        Letter of the criterion → score, 0 to 10; empty where none is there.
    missing:
        Why none is there.
    spread:
        Range between the means of several judgements; None of fewer than two.
    """

    scores: Mapping[str, float]
    missing: str = ""
    spread: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A response with what was read in it, for reports that point at single answers.

    ``judged`` is what the judge says of it; None where nobody asked one.
    """

    response: Response
    observation: Observation
    films: tuple[str, ...]
    word_vector: VectorReading | None = None
    sentence_vector: VectorReading | None = None
    judged: Judged | None = None


@lru_cache(maxsize=4)
def _resolver(catalogue: Catalogue) -> Resolver:
    """Return the resolver of a catalogue; simulators of one repository share its index."""
    return Resolver(catalogue)


def label_resolver(catalogue: Catalogue) -> Callable[[str], str]:
    """Return a function that leads from a title as written to the label it is counted under.

    An unknown or ambiguous title gets a label of its own, made of the hash of its words.
    """
    resolver = _resolver(catalogue)

    def label(text: str) -> str:
        match = resolver.resolve(text)
        if match.index is None:
            return unknown_label(text_key(text))
        return catalogue[match.index].label

    return label


def measure(
    responses: Iterable[Response],
    catalogue: Catalogue,
    *,
    histories: Mapping[str, Sequence[str]] | None = None,
    like_at: float = 3.5,
    readers: Readers | None = None,
) -> tuple[Measured, ...]:
    """Read every response with the instruments and resolve the films named in it.

    Parameters
    ----------
    histories:
        Seeker → titles of the history, for leakage; a seeker who is not in it has no known history.
    like_at:
        Least number of stars that mean yes in bin_pref, 0.5 to 5.
    readers:
        The instruments that were chosen for prose; without them prose is not read.
    """
    label = label_resolver(catalogue)
    known = histories or {}
    measured = []
    for response in responses:
        seen = observe(response, known.get(response.seeker), like_at=like_at, readers=readers)
        films: tuple[str, ...] = ()
        if response.task == "items_talk":
            films = tuple(label(title) for title in seen.mentions)
        elif response.task == "bin_pref" and seen.item is not None:
            films = (label(seen.item),)
        measured.append(Measured(response, seen, films))
    return tuple(measured if readers is None else _with_vectors(measured, readers))


def _with_vectors(measured: Sequence[Measured], readers: Readers) -> list[Measured]:
    """Return the same with the vectors of prose, all texts being read at once."""
    prose = [i for i, one in enumerate(measured) if one.response.task in TEXT_TASKS]
    texts = [measured[i].response.text for i in prose]
    by_word, by_sentence = (readers.vectors_of(name, texts) for name in VECTORS)
    result = list(measured)
    for i, word, sentence in zip(prose, by_word, by_sentence, strict=True):
        result[i] = replace(measured[i], word_vector=word, sentence_vector=sentence)
    return result


def _rows(one: Measured, unread: Sequence[str]) -> _Rows:
    seen = one.observation
    answered = {
        "words": float(seen.words),
        "violation": float(seen.violation is not None),
        "role": float(bool(seen.role_markers)),
        "leak": None if seen.leaked is None else float(bool(seen.leaked)),
        "text": seen.text_key,
    }
    rows: _Rows = {"responses": [_row("responses", answered, unread)]}
    if one.response.task == "items_talk":
        rows["mentions"] = [(film,) for film in one.films]
    elif one.response.task == "bin_pref":
        yes = None if seen.yes is None else float(seen.yes)
        rows["answers"] = [(film, yes, seen.rating) for film in one.films]
    elif seen.reaction is not None:
        fit = one.response.stimulus.get("relevant")
        rejected = float(seen.reaction == "reject")
        rows["reactions"] = [(rejected, None if fit is None else float(bool(fit)))]
    if one.judged is not None:
        rows["judged"] = [tuple(one.judged.scores.get(letter) for letter in JUDGED)]
    return rows | _rows_of_prose(one, unread)


def _rows_of_prose(one: Measured, unread: Sequence[str]) -> _Rows:
    said = one.observation.said
    if said is None:
        return {}
    read = {
        "neg": float(said.sentiment.neg),
        "neu": float(said.sentiment.neu),
        "pos": float(said.sentiment.pos),
        "stars": one.observation.rating,
        "title": None if said.named is None else float(bool(said.named)),
        "aspects": tuple(sorted(said.aspects)),
        "types": tuple(sorted(map(word_key, said.words))),
    }
    rows: _Rows = {"texts": [_row("texts", read, unread)]}
    if one.word_vector is not None:
        rows["word_vectors"] = [vector_rows_of("word-vectors", one.word_vector)]
    if one.sentence_vector is not None:
        rows["sentence_vectors"] = [vector_rows_of("sentence-vectors", one.sentence_vector)]
    return rows


def vector_rows_of(instrument: str, vector: VectorReading) -> tuple[Any, ...]:
    """Return the row of a vector in the table of its instrument."""
    mean = vector_value(vector.mean)
    if instrument == "word-vectors":
        return (float(vector.n), float(vector.missing), mean)
    return (float(vector.n), mean)


def _row(name: TableName, read: Mapping[str, Any], unread: Sequence[str]) -> tuple[Any, ...]:
    return tuple(
        NOTHING[kind] if column in unread else read[column]
        for column, kind in COLUMNS[name].items()
    )


def measure_group(  # noqa: PLR0913 - all but the first two are named, and most may be left out
    measured: Iterable[Measured],
    catalogue: Catalogue,
    *,
    name: str,
    speakers: Speakers,
    provenance: Provenance | None = None,
    tables: Mapping[TaskName, tuple[TableName, ...]] = TABLES_OF,
    unread: Mapping[TaskName, tuple[str, ...]] | None = None,
    designs: Mapping[TaskName, Mapping[str, Any]] | None = None,
    readers: Readers | None = None,
) -> Group:
    """Add up what was read into a group.

    Parameters
    ----------
    tables:
        Task → the tables to keep. A source whose texts are not the speakers' own words (a list of
        mentions put together by us) keeps no ``responses``.
    unread:
        Task → columns of ``responses`` and ``texts`` that mean nothing there and are left empty
        (``violation`` where nobody was asked for a format), or that must not be kept (``types``
        where words may not be counted). An empty column is not measured, which is not 0.
    readers:
        Those that read what was measured.
    """
    return group_of_rows(
        rows_by_seeker(measured, tables, unread),
        catalogue,
        name=name,
        speakers=speakers,
        provenance=provenance,
        tables=tables,
        designs=designs,
        readers=readers,
    )


def rows_by_seeker(
    measured: Iterable[Measured],
    tables: Mapping[TaskName, tuple[TableName, ...]] = TABLES_OF,
    unread: Mapping[TaskName, tuple[str, ...]] | None = None,
) -> SeekerRows:
    """Return the rows of every seeker of every task that has tables; as in ``measure_group``."""
    by_seeker: SeekerRows = {}
    recorded: list[tuple[_Rows, Response]] = []
    for one in measured:
        task = one.response.task
        if task not in tables:
            continue
        of_task = by_seeker.setdefault(task, {})
        mine = of_task.setdefault(one.response.seeker, defaultdict(list))
        for table, rows in _rows(one, (unread or {}).get(task, ())).items():
            mine[table].extend(rows)
        if "conduct" in tables[task] and was_recorded(one.response):
            recorded.append((mine, one.response))
    digest = usual_digest(response for _, response in recorded)
    for mine, response in recorded:
        conduct = conduct_of(response, digest)
        mine["conduct"].append(tuple(conduct[name] for name in CONDUCT_NUMBERS))
    return by_seeker


def add_rows(total: SeekerRows, more: SeekerRows) -> None:
    """Put the rows of ``more`` behind those of ``total``, seeker by seeker."""
    for task, seekers in more.items():
        of_task = total.setdefault(task, {})
        for seeker, tables in seekers.items():
            mine = of_task.setdefault(seeker, defaultdict(list))
            for table, rows in tables.items():
                mine[table].extend(rows)


def group_of_rows(
    by_seeker: SeekerRows,
    catalogue: Catalogue,
    *,
    name: str,
    speakers: Speakers,
    provenance: Provenance | None = None,
    tables: Mapping[TaskName, tuple[TableName, ...]] = TABLES_OF,
    designs: Mapping[TaskName, Mapping[str, Any]] | None = None,
    readers: Readers | None = None,
) -> Group:
    """Make a group of rows that were measured, here or elsewhere; as in ``measure_group``."""
    tasks = {
        task: SeekerStatistics.of_seekers(
            by_seeker[task].values(),
            _filled(tables[task], by_seeker[task].values()),
            (designs or {}).get(task),
        )
        for task in tables
        if task in by_seeker
    }
    used = {
        instrument for statistics in tasks.values() for instrument in instruments_of(statistics)
    }
    chosen = readers or Readers()
    return Group(
        name=name,
        speakers=speakers,
        tasks=MappingProxyType(tasks),
        catalogue=catalogue,
        instruments=MappingProxyType({i: chosen.version(i) for i in sorted(used)}),
        provenance=provenance or Provenance(),
    )


def _filled(names: Iterable[TableName], seekers: Iterable[_Rows]) -> list[TableName]:
    """Return the tables to keep: those of prose only where prose was read."""
    filled = {name for seeker in seekers for name, rows in seeker.items() if rows}
    return [n for n in names if n in filled or n in ("mentions", "answers", "responses")]


def instruments_of(statistics: SeekerStatistics) -> Iterator[str]:
    """Yield the instruments that read anything: those of an empty column did not."""
    for name, table in statistics.tables.items():
        for column, instruments in READ_BY[name].items():
            if table.known(column):
                yield from instruments
