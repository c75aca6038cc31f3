"""Measuring as a map and a sum: blocks of responses become rows of their seekers, and rows add.

A block is measured by itself, wherever that is done, and blocks are cut and added in the order of
the source. So one process, several and a cluster come to the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from crs_simcheck.baselines.late_vectors import SeekerTexts, add_texts, texts_by_seeker
from crs_simcheck.baselines.measure import SeekerRows, add_rows, measure, rows_by_seeker
from crs_simcheck.baselines.progress import progress
from crs_simcheck.baselines.sources.base import SourceData, speaker_rng
from crs_simcheck.baselines.spread import spread
from crs_simcheck.baselines.tables import TableName
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import InputError, InstrumentError
from crs_simcheck.instruments import INSTRUMENTS
from crs_simcheck.records import Response, TaskName
from crs_simcheck.tasks import Readers

__all__ = ["BLOCK", "Total", "Work", "total_rows", "with_cap"]

# Responses that are measured at once. Who measures them may not depend on how many workers there
# are: vectors are read in batches, and another batch can give another last digit.
BLOCK = 500


@dataclass(frozen=True, slots=True)
class Work:
    """Where measuring is done; as in ``spread``. It makes no difference to any byte."""

    workers: int | None = 1
    cluster: str | None = None

    def __post_init__(self) -> None:
        number = self.workers
        if number is not None and (isinstance(number, bool) or number < 1):
            raise InputError(f"found {number!r}, need a whole number from 1", field="workers")


@dataclass(frozen=True, slots=True)
class _Block:
    responses: tuple[Response, ...]
    histories: Mapping[str, tuple[str, ...]] | None


@dataclass(frozen=True, slots=True)
class _How:
    """What all blocks share."""

    catalogue: Catalogue
    tables: Mapping[TaskName, tuple[TableName, ...]]
    unread: Mapping[TaskName, tuple[str, ...]]
    like_at: float
    readers: Readers | None


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one block, and the versions of the instruments that read it."""

    rows: SeekerRows
    texts: SeekerTexts
    versions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Total:
    """The rows of every seeker, and the texts whose vectors are still to be read."""

    rows: SeekerRows
    texts: SeekerTexts = field(default_factory=dict)


def total_rows(data: SourceData, *, like_at: float, readers: Readers | None, work: Work) -> Total:
    """Measure the responses of a source, and return the rows of every seeker.

    Vectors are not read yet; see ``add_vectors``.

    Raises
    ------
    InstrumentError
        A worker has other instruments than the ones at hand.
    InputError
        The workers cannot do it; see ``spread``.
    """
    how = _How(data.catalogue, data.tables, data.unread, like_at, readers)
    total = Total(data.rows)
    parts = spread(
        _measured,
        how,
        _blocks(data.responses, data.histories),
        workers=work.workers,
        cluster=work.cluster,
    )
    with progress("measuring") as steps:
        for part in parts:
            _same_instruments(part.versions)
            add_rows(total.rows, part.rows)
            add_texts(total.texts, part.texts)
            steps.add()
    return total


def _blocks(
    responses: Iterable[Response], histories: Mapping[str, tuple[str, ...]] | None
) -> Iterator[_Block]:
    rest = iter(responses)
    while block := tuple(islice(rest, BLOCK)):
        known = None
        if histories is not None:
            known = {r.seeker: histories[r.seeker] for r in block if r.seeker in histories}
        yield _Block(block, known)


def _measured(how: _How, block: _Block) -> _Part:
    measured = measure(
        block.responses,
        how.catalogue,
        histories=block.histories,
        like_at=how.like_at,
        readers=None if how.readers is None else replace(how.readers, vectors={}),
    )
    vectors = how.readers is not None and bool(how.readers.vectors)
    return _Part(
        rows=rows_by_seeker(measured, how.tables, how.unread),
        texts=texts_by_seeker(block.responses) if vectors else {},
        versions={name: instrument.version for name, instrument in INSTRUMENTS.items()},
    )


def _same_instruments(theirs: Mapping[str, int]) -> None:
    for name, instrument in INSTRUMENTS.items():
        if theirs.get(name) != instrument.version:
            found = f"'{name}/{theirs[name]}'" if name in theirs else f"no '{name}'"
            raise InstrumentError(
                f"a worker has instrument {found}, this process has '{name}/{instrument.version}'",
                fix="install the same version of crs-simcheck everywhere",
            )


def with_cap(rows: SeekerRows, cap: int, seed: int) -> None:
    """Keep at most ``cap`` mentions of each seeker of items_talk, drawn by seed and seeker."""
    for seeker, tables in rows.get("items_talk", {}).items():
        mentions = tables.get("mentions", [])
        if len(mentions) > cap:
            draw = speaker_rng(seed, seeker).choice(len(mentions), cap, replace=False)
            tables["mentions"] = [mentions[i] for i in sorted(draw.tolist())]
