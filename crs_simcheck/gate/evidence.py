"""What lies behind a value: which films, how often, how long. Figures only; reports word them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
from scipy.sparse import csr_array

from crs_simcheck.metrics import (
    JUDGED,
    JUDGED_ANSWERS,
    Metric,
    column_of,
    judged_column,
    known_column_of,
)
from crs_simcheck.stats import FloatArray, Pool, Rows

__all__ = ["Asked", "Criteria", "Events", "Evidence", "Lengths", "Named", "Shares", "evidence_for"]

_N_TOP = 5
# Groups of people that are looked at for how much their own most named films make.
_N_GROUPS = 200


# Metric → what its block shares out.
_SHARED = {
    "aspect_entropy": "aspects",
    "sentiment_entropy": "sentences",
    "star_entropy": "ratings",
}
_SENTIMENT_WORDS = ("negative", "neutral", "positive")


class _Plain:
    def as_json(self) -> Mapping[str, Any]:
        """Return the figures as plain JSON values, with their kind."""
        return {"kind": type(self).__name__.lower(), **asdict(self)}  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class Named(_Plain):
    """The films named most: (label, mentions), and the share of mentions that the first make.

    ``people_top_share`` is that of the films named most in groups of people of the same size.
    """

    top: tuple[tuple[str, int], ...]
    top_share: float
    people_top_share: float | None


@dataclass(frozen=True, slots=True)
class Asked(_Plain):
    """Films whose share of Yes is farthest from people's: (label, share, people's share)."""

    films: tuple[tuple[str, float, float], ...]
    unclear: int


@dataclass(frozen=True, slots=True)
class Lengths(_Plain):
    """Quartiles of what a seeker's responses hold on average, of both sides."""

    quartiles: tuple[float, float, float]
    people_quartiles: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Events(_Plain):
    """How many responses had it, of how many, by how many seekers."""

    events: int
    responses: int
    seekers: int


@dataclass(frozen=True, slots=True)
class Shares(_Plain):
    """What most of a text is made of: (label, share, people's share), the most frequent first.

    ``of`` says what is shared out: ``aspects``, ``sentences`` or ``ratings``.
    """

    of: str
    shares: tuple[tuple[str, float, float | None], ...]


@dataclass(frozen=True, slots=True)
class Criteria(_Plain):
    """What a judge gave: (letter, mean, people's mean), of how many answers, and how many lack it.

    A mean is None where that criterion was not judged.
    """

    means: tuple[tuple[str, float | None, float | None], ...]
    answers: int
    missing: int


Evidence: TypeAlias = Named | Asked | Lengths | Events | Shares | Criteria


def evidence_for(
    metric: Metric,
    label: Callable[[int], str],
    simulator: Rows,
    people: Rows | None = None,
    groups: Pool | None = None,
) -> Evidence | None:
    """Return the figures that explain a value of this metric.

    Parameters
    ----------
    label:
        Leads from a column of the rows to the label of its film.
    people, groups:
        The baseline's rows, and groups drawn from them of the simulator's size.
    """
    if metric.rate is not None:
        return _events(metric, simulator)
    if metric.table == "mentions":
        return _named(label, simulator, groups)
    if metric.table == "answers":
        return None if people is None else _asked(label, simulator, people)
    if metric.name == "words_per_response":
        return Lengths(_quartiles(simulator), None if people is None else _quartiles(people))
    if metric.table == "judged":
        return _criteria(simulator, people)
    if metric.name in _SHARED:
        return _shares(metric, label, simulator, people)
    return None


def _column_sums(rows: Rows, block: str) -> FloatArray:
    return np.asarray(rows.blocks[block].sum(axis=0), dtype=np.float64).reshape(-1)


def _named(label: Callable[[int], str], simulator: Rows, groups: Pool | None) -> Named:
    counts = _column_sums(simulator, "titles")
    best = sorted(np.flatnonzero(counts), key=lambda f: (-counts[f], label(int(f))))
    top = tuple((label(int(f)), int(counts[f])) for f in best[:_N_TOP])
    theirs = None if groups is None else _usual_top_share(groups)
    return Named(top, _top_share(counts), theirs)


def _top_share(counts: FloatArray) -> float:
    total = counts.sum()
    return float(np.sort(counts)[-_N_TOP:].sum() / total) if total else 0.0


# The metrics of one table look at the same groups, which are not kept for this.
_USUAL: WeakKeyDictionary[Pool, float] = WeakKeyDictionary()


def _usual_top_share(groups: Pool) -> float:
    """Return the mean share that the most named films have in groups of people of this size."""
    usual = _USUAL.get(groups)
    if usual is None:
        titles = csr_array(groups.block("titles"))[:_N_GROUPS]
        rows = np.split(titles.data, titles.indptr[1:-1])
        usual = _USUAL[groups] = float(np.mean([_top_share(row) for row in rows]))
    return usual


def _asked(label: Callable[[int], str], simulator: Rows, people: Rows) -> Asked:
    def shares(rows: Rows) -> tuple[FloatArray, FloatArray]:
        asked = _column_sums(rows, "asked")
        return asked, _column_sums(rows, "yes") / np.maximum(asked, 1.0)

    asked, share = shares(simulator)
    asked_people, share_people = shares(people)
    both = np.flatnonzero((asked >= 3) & (asked_people >= 3))
    worst = sorted(both, key=lambda f: -abs(share[f] - share_people[f]))[:_N_TOP]
    films = tuple(
        (label(int(f)), round(float(share[f]), 3), round(float(share_people[f]), 3)) for f in worst
    )
    return Asked(films, len(simulator) - int(asked.sum()))


def _shares(
    metric: Metric, label: Callable[[int], str], simulator: Rows, people: Rows | None
) -> Shares:
    def shares(rows: Rows) -> FloatArray:
        counts = _column_sums(rows, metric.blocks[0])
        shared: FloatArray = counts / max(counts.sum(), 1.0)
        return shared

    own, theirs = shares(simulator), None if people is None else shares(people)
    best = np.argsort(-own, kind="stable")[:_N_TOP].tolist()
    few = own.size == len(_SENTIMENT_WORDS) and metric.name != "aspect_entropy"
    return Shares(
        _SHARED[metric.name],
        tuple(
            (
                _SENTIMENT_WORDS[column] if few else label(column),
                round(float(own[column]), 4),
                None if theirs is None else round(float(theirs[column]), 4),
            )
            for column in best
            if own[column] > 0
        ),
    )


def _criteria(simulator: Rows, people: Rows | None) -> Criteria:
    def means(rows: Rows | None) -> list[float | None]:
        if rows is None:
            return [None] * len(JUDGED)
        sums = _column_sums(rows, "sums")
        places = [judged_column(letter) for letter in JUDGED]
        return [round(sums[p] / sums[p + 1], 2) if sums[p + 1] else None for p in places]

    sums = _column_sums(simulator, "sums")
    known = max(sums[judged_column(letter) + 1] for letter in JUDGED)
    return Criteria(
        tuple(zip(JUDGED, means(simulator), means(people), strict=True)),
        int(sums[JUDGED_ANSWERS]),
        int(sums[JUDGED_ANSWERS] - known),
    )


def _quartiles(rows: Rows) -> tuple[float, float, float]:
    sums = np.asarray(rows.unit_sums("sums"))
    total, read = sums[:, column_of("words")], sums[:, known_column_of("words")]
    means = total[read > 0] / read[read > 0]
    ordered = np.sort(means).tolist() or [0.0]
    low, middle, high = (round(_quantile(ordered, share), 2) for share in (0.25, 0.5, 0.75))
    return low, middle, high


def _quantile(ordered: list[float], share: float) -> float:
    """Return a quantile of sorted numbers, as ``np.percentile`` does.

    That one loads the whole of masked arrays first, which takes longer than a gate.
    """
    place = share * (len(ordered) - 1)
    below = int(place)
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    rest = place - below
    return low + (high - low) * rest if rest < 0.5 else high - (high - low) * (1 - rest)


def _events(metric: Metric, rows: Rows) -> Events:
    rate = metric.rate
    if rate is None:
        raise ValueError(f"{metric.name} is no rate")
    events, answers = rate.of_units(rows)
    return Events(int(events.sum()), int(answers.sum()), int(np.count_nonzero(events)))
