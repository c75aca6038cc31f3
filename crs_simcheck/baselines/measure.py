"""From responses to a group: the one way in which people and simulators are measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from crs_simcheck.baselines.group import Group, Provenance, unknown_label
from crs_simcheck.baselines.tables import COLUMNS, SeekerStatistics, TableName
from crs_simcheck.catalogue import Catalogue, Resolver
from crs_simcheck.instruments import INSTRUMENTS, text_key
from crs_simcheck.records import Response, Speakers, TaskName
from crs_simcheck.tasks import READ_BY, Observation, observe

__all__ = ["TABLES_OF", "Measured", "label_resolver", "measure", "measure_group"]

# The tables that each task fills.
TABLES_OF: Mapping[TaskName, tuple[TableName, ...]] = MappingProxyType(
    {
        "items_talk": ("mentions", "responses"),
        "bin_pref": ("answers", "responses"),
        "open_pref": ("responses",),
        "rec_request": ("responses",),
        "neg_feedback": ("responses",),
    }
)
# The instrument that fills each column of ``responses``.
READS: Mapping[str, str] = MappingProxyType(
    dict(zip(COLUMNS["responses"], READ_BY["responses"], strict=True))
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A response with what was read in it, for reports that point at single answers."""

    response: Response
    observation: Observation
    films: tuple[str, ...]


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
) -> tuple[Measured, ...]:
    """Read every response with the instruments and resolve the films named in it.

    Parameters
    ----------
    histories:
        Seeker → titles of the history, for leakage; a seeker who is not in it has no known history.
    like_at:
        Least number of stars that mean yes in bin_pref, 0.5 to 5.
    """
    label = label_resolver(catalogue)
    known = histories or {}
    measured = []
    for response in responses:
        seen = observe(response, known.get(response.seeker), like_at=like_at)
        films: tuple[str, ...] = ()
        if response.task == "items_talk":
            films = tuple(label(title) for title in seen.mentions)
        elif response.task == "bin_pref" and seen.item is not None:
            films = (label(seen.item),)
        measured.append(Measured(response, seen, films))
    return tuple(measured)


def _rows(one: Measured, unread: Sequence[str]) -> dict[TableName, list[tuple[Any, ...]]]:
    seen = one.observation
    answered = {
        "words": float(seen.words),
        "violation": float(seen.violation is not None),
        "role": float(bool(seen.role_markers)),
        "leak": None if seen.leaked is None else float(bool(seen.leaked)),
        "text": seen.text_key,
    }
    empty = {"label": "", "number": None}
    row = tuple(
        empty[kind] if column in unread else answered[column]
        for column, kind in COLUMNS["responses"].items()
    )
    rows: dict[TableName, list[tuple[Any, ...]]] = {"responses": [row]}
    if one.response.task == "items_talk":
        rows["mentions"] = [(film,) for film in one.films]
    elif one.response.task == "bin_pref":
        yes = None if seen.yes is None else float(seen.yes)
        rows["answers"] = [(film, yes, seen.rating) for film in one.films]
    return rows


def measure_group(
    measured: Iterable[Measured],
    catalogue: Catalogue,
    *,
    name: str,
    speakers: Speakers,
    provenance: Provenance | None = None,
    tables: Mapping[TaskName, tuple[TableName, ...]] = TABLES_OF,
    unread: Mapping[TaskName, tuple[str, ...]] | None = None,
    designs: Mapping[TaskName, Mapping[str, Any]] | None = None,
) -> Group:
    """Add up what was read into a group.

    Parameters
    ----------
    tables:
        Task → the tables to keep. A source whose texts are not the speakers' own words (a list of
        mentions put together by us) keeps no ``responses``.
    unread:
        Task → columns of ``responses`` that mean nothing there and are left empty (``violation``
        where nobody was asked for a format). An empty column is not measured, which is not 0.
    """
    by_seeker: dict[TaskName, dict[str, dict[TableName, list[tuple[Any, ...]]]]] = {}
    for one in measured:
        task = one.response.task
        if task not in tables:
            continue
        of_task = by_seeker.setdefault(task, {})
        mine = of_task.setdefault(one.response.seeker, defaultdict(list))
        for table, rows in _rows(one, (unread or {}).get(task, ())).items():
            mine[table].extend(rows)
    tasks = {
        task: SeekerStatistics.of_seekers(
            by_seeker[task].values(), tables[task], (designs or {}).get(task)
        )
        for task in tables
        if task in by_seeker
    }
    used = {instrument for statistics in tasks.values() for instrument in _used(statistics)}
    return Group(
        name=name,
        speakers=speakers,
        tasks=MappingProxyType(tasks),
        catalogue=catalogue,
        instruments=MappingProxyType({i: INSTRUMENTS[i].version for i in sorted(used)}),
        provenance=provenance or Provenance(),
    )


def _used(statistics: SeekerStatistics) -> Iterator[str]:
    """Yield the instruments that read anything: those of an empty column did not."""
    for name, table in statistics.tables.items():
        if name != "responses":
            yield from READ_BY[name]
            continue
        for column, instrument in READS.items():
            values = table.columns[column]
            if table.known(column) if values.dtype.kind == "f" else np.any(values != ""):
                yield instrument
