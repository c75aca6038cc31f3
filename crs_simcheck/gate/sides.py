"""The two sides of a comparison on one task: one list of films, one kind of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from crs_simcheck.baselines import Group, SeekerStatistics, Table
from crs_simcheck.baselines.bags import unpacked
from crs_simcheck.catalogue import Catalogue, union
from crs_simcheck.instruments import stars_to_sentiment
from crs_simcheck.metrics import (
    CONDUCT_NUMBERS,
    JUDGED,
    RESPONSE_NUMBERS,
    SENTIMENTS,
    Frame,
    answer_rows,
    conduct_rows,
    judged_rows,
    mention_rows,
    reaction_rows,
    response_rows,
    text_rows,
    usable_attributes,
    vector_rows,
)
from crs_simcheck.metrics import Table as TableName
from crs_simcheck.records import TaskName
from crs_simcheck.stats import FloatArray, IntArray, Rows, one_hot

__all__ = ["JointCatalogue", "Sides", "joint_catalogue"]


@dataclass(frozen=True, eq=False)
class JointCatalogue:
    """The films that both sides know, and whose popularity and mean ratings they carry.

    ``labels`` leads from every label of either side to its film: a film without a year on one side
    has another label there.
    """

    catalogue: Catalogue
    labels: Mapping[str, int]
    popularity_from: str | None
    mean_rating_from: str | None


def joint_catalogue(user: Catalogue | None, baseline: Group | None) -> JointCatalogue:
    """Join the user's catalogue with a baseline's; what the user's knows comes from there."""
    films = baseline.catalogue if baseline is not None else Catalogue("none", ())
    name = baseline.name if baseline is not None else "none"
    if user is None or not len(user):
        return JointCatalogue(
            films,
            _labels(films, range(len(films))),
            name if films.has("popularity") else None,
            name if films.has("mean_rating") else None,
        )
    joined = union(user, films, f"{user.name} + {name}")
    labels = _labels(joined.catalogue, range(len(joined.catalogue)))
    labels |= _labels(user, joined.from_first) | _labels(films, joined.from_second)
    return JointCatalogue(joined.catalogue, labels, joined.popularity_from, joined.mean_rating_from)


def _labels(catalogue: Catalogue, numbers: Sequence[int]) -> dict[str, int]:
    # Backwards, so that of items with one label the first is meant.
    return dict(zip(reversed(catalogue.labels), reversed(numbers), strict=True))


class Sides:
    """Rows of a simulator and of a baseline on one task, ready to be pooled.

    Parameters
    ----------
    joint:
        The films of baseline and user. Films that only the simulator's own group knows are added.
    """

    def __init__(
        self, task: TaskName, simulator: Group, baseline: Group | None, joint: JointCatalogue
    ) -> None:
        self.task = task
        self.simulator = simulator.task(task)
        self.baseline = (
            baseline.tasks[task] if baseline is not None and task in baseline.tasks else None
        )
        self.joint = joint
        self.catalogue = joint.catalogue
        numbers = dict(joint.labels)
        if simulator.catalogue is not joint.catalogue and self.simulator.films:
            named = _only(simulator.catalogue, self.simulator.films)
            joined = union(joint.catalogue, named, joint.catalogue.name)
            self.catalogue = joined.catalogue
            numbers |= _labels(named, joined.from_second)
        self._numbers, self.n_unknown = self._with_unknown(numbers)
        self._texts: dict[str, int] = {}
        self._rows: dict[tuple[str, TableName], Rows | None] = {}

    def _with_unknown(self, numbers: dict[str, int]) -> tuple[Mapping[str, int], int]:
        """Give numbers behind the films to the titles that no catalogue knows."""
        sides = [self.simulator, *([self.baseline] if self.baseline is not None else [])]
        unknown = sorted({f for side in sides for f in side.films if f not in numbers})
        numbers |= {label: len(self.catalogue) + i for i, label in enumerate(unknown)}
        return numbers, len(unknown)

    @cached_property
    def _aspects(self) -> Mapping[str, int]:
        """Numbers of the aspects that either side speaks of."""
        sides = [self.simulator, *([self.baseline] if self.baseline is not None else [])]
        tables = [side.tables["texts"] for side in sides if "texts" in side.tables]
        keys = {key for table in tables for key in table.bags("aspects").keys}
        return {key: number for number, key in enumerate(sorted(keys))}

    @cached_property
    def _mentions(self) -> tuple[FloatArray, FloatArray]:
        """(F,) mentions of each film, of the simulator and of the baseline."""
        width = len(self.catalogue) + self.n_unknown
        counts = []
        for side in (self.simulator, self.baseline):
            table = None if side is None else side.tables.get("mentions")
            films = np.zeros(0, dtype=np.int64) if table is None else self._films(table)
            counts.append(np.bincount(films, minlength=width).astype(np.float64))
        return counts[0], counts[1]

    @cached_property
    def coverage(self) -> tuple[tuple[str, ...], Mapping[str, tuple[float, float]]]:
        """The attributes that both sides have, and the share of mentions with each."""
        return usable_attributes(self.catalogue, *self._mentions)

    @cached_property
    def frame(self) -> Frame:
        """The films of this comparison, with what is known of them."""
        attributes = self.coverage[0] if self.task == "items_talk" else ()
        return Frame(
            self.catalogue,
            self.n_unknown,
            np.flatnonzero(self._mentions[0] + self._mentions[1]),
            attributes,
            popularity_from=self.joint.popularity_from,
        )

    @cached_property
    def asked_films(self) -> IntArray:
        """The films that either side was asked about, sorted: the columns of "answers" rows."""
        found = [np.zeros(0, dtype=np.int64)]
        for side in (self.simulator, self.baseline):
            table = None if side is None else side.tables.get("answers")
            if table is not None:
                found.append(self._films(table))
        # Not np.unique, which loads masked arrays first.
        return np.flatnonzero(np.bincount(np.concatenate(found)))

    def label(self, table: TableName, column: int) -> str:
        """Return what stands in a column of the rows of a table: a film, or an aspect."""
        if table == "texts":
            return list(self._aspects)[column]
        return self.frame.label(int(self.asked_films[column]) if table == "answers" else column)

    def frame_for(self, top_k: int) -> Frame:
        """Return the frame with another number of best-known films."""
        return self.frame if top_k == self.frame.top_k else replace(self.frame, top_k=top_k)

    def simulator_rows(self, table: TableName) -> Rows | None:
        """Return the simulator's rows of a table, of seekers who have any; None where none has."""
        return self._rows_of("simulator", self.simulator, table)

    def baseline_rows(self, table: TableName) -> Rows | None:
        """Return the baseline's rows of a table, of people who have any; None where none has."""
        if self.baseline is None:
            return None
        return self._rows_of("baseline", self.baseline, table)

    def simulator_units(self, table: TableName) -> Rows | None:
        """Return the simulator's rows of a table; seekers without any are units all the same."""
        held = self.simulator.tables.get(table)
        return self._make(table, held, self.simulator.n_seekers) if held else None

    def _rows_of(self, side: str, statistics: SeekerStatistics, name: TableName) -> Rows | None:
        key = (side, name)
        if key not in self._rows:
            table = statistics.tables.get(name)
            rows = None
            if table is not None and len(table):
                rows = self._make(name, table, statistics.n_seekers)
                some = np.flatnonzero(rows.counts)
                rows = rows if some.size == rows.n_units else rows.units(some)
            self._rows[key] = rows
        return self._rows[key]

    def _make(self, name: TableName, table: Table, n_seekers: int) -> Rows:
        owner = table.owner
        if name == "mentions":
            width = len(self.catalogue) + self.n_unknown
            return mention_rows(owner, n_seekers, self._films(table), len(self.catalogue), width)
        if name == "answers":
            return answer_rows(
                owner,
                n_seekers,
                np.searchsorted(self.asked_films, self._films(table)),
                table.array("yes"),
                table.array("rating"),
                self.asked_films.size,
            )
        if name == "responses":
            numbers = {name: table.array(name) for name in RESPONSE_NUMBERS}
            texts = self._text_numbers(table.array("text"))
            return response_rows(owner, n_seekers, numbers, texts)
        if name == "texts":
            return self._make_texts(table, n_seekers)
        if name == "reactions":
            return reaction_rows(owner, n_seekers, table.array("rejected"), table.array("fit"))
        if name == "judged":
            return judged_rows(owner, n_seekers, {k: table.array(k) for k in JUDGED})
        if name == "conduct":
            return conduct_rows(owner, n_seekers, {k: table.array(k) for k in CONDUCT_NUMBERS})
        missing = table.array("missing") if "missing" in table.columns else np.zeros(len(table))
        return vector_rows(
            owner, n_seekers, unpacked(table.array("mean")), table.array("n"), missing
        )

    def _make_texts(self, table: Table, n_seekers: int) -> Rows:
        aspects, types = table.bags("aspects"), table.bags("types")
        numbers = np.array([self._aspects[key] for key in aspects.keys], dtype=np.int64)
        onto = one_hot(numbers, max(1, len(self._aspects)))
        return text_rows(
            table.owner,
            n_seekers,
            {name: table.array(name) for name in (*SENTIMENTS, "title")},
            _star_classes(table.array("stars")),
            (csr_array(aspects.counts @ onto), aspects.read),
            (types.counts, types.read),
        )

    def _films(self, table: Table) -> IntArray:
        return np.array([self._numbers[f] for f in table.array("film").tolist()], dtype=np.int64)

    def _text_numbers(self, keys: np.ndarray) -> IntArray:
        numbers = self._texts
        return np.array(
            [numbers.setdefault(k, len(numbers)) if k else -1 for k in keys.tolist()],
            dtype=np.int64,
        )


def _star_classes(stars: FloatArray) -> IntArray:
    """Return 0, 1, 2 for stars that are negative, neutral, positive; −1 where there are none."""
    number = {name: i for i, name in enumerate(SENTIMENTS)}
    return np.array(
        [number[stars_to_sentiment(s)] if np.isfinite(s) else -1 for s in stars.tolist()],
        dtype=np.int64,
    )


def _only(catalogue: Catalogue, labels: tuple[str, ...]) -> Catalogue:
    wanted = set(labels)
    return Catalogue(catalogue.name, tuple(i for i in catalogue.items if i.label in wanted))
