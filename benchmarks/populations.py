"""People who do not exist, and drifts of a known size from them, one for each metric.

A drift is made by people who answer differently (famous films put in, No turned into Yes), never by
adding to a value. How much of it moves the expected value by one margin is found on large
simulations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from scipy.optimize import brentq
from scipy.sparse import csr_array

from crs_simcheck.baselines import Group, SeekerStatistics, Table
from crs_simcheck.baselines.synthetic import (
    named_films,
    rated_films,
    synthetic_namers,
    synthetic_raters,
    synthetic_stars,
)
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.gate import Comparison
from crs_simcheck.metrics import correlations, metric_named
from crs_simcheck.records import Speakers, TaskName
from crs_simcheck.stats import FloatArray, Pool, Rows

__all__ = [
    "DRIFTS",
    "Drift",
    "amount_for",
    "as_group",
    "expectation",
    "group_values",
    "put_together",
]

ASKED = 10
# Share of mentions that no catalogue knows, and that repeat an earlier one, of synthetic people.
# ReDial's seekers repeat .014; unknown titles are those of free text read by a matcher.
_UNKNOWN, _REPEATS = 0.03, 0.015
# Words of a turn, fitted to the 6,142 turns of ReDial's 271 seekers: mean of a person lognormal,
# turns of a person spread about it by .65 of it; a person has a median of 17 turns.
_LOG_WORDS, _LOG_SPREAD, _WITHIN = 2.345, 0.26, 0.65
_LOG_TURNS, _TURNS_SPREAD, _TURNS = np.log(17.0), 1.0, (2, 80)

Draw = Callable[[int, np.random.Generator, float], SeekerStatistics]


@dataclass(frozen=True)
class Drift:
    """A way to differ from people that moves one metric.

    Parameters
    ----------
    metric, task:
        What it moves, and on which task.
    sign:
        Which way: −1 or 1.
    draw:
        (n, rng, amount) → n seekers; amount 0 is people.
    most:
        The amount at which it moves the metric by two margins and more.
    baseline:
        How people of a baseline are drawn, where they were asked more than a simulator is.
    """

    metric: str
    task: TaskName
    sign: int
    draw: Draw
    most: float = 1.0
    baseline: Draw | None = None

    def people(self, n: int, rng: np.random.Generator) -> SeekerStatistics:
        """Return n people of a baseline."""
        return (self.baseline or self.draw)(n, rng, 0.0)


def as_group(task: TaskName, statistics: SeekerStatistics, simulator: bool = False) -> Group:
    """Return seekers as a group: the simulator, or else the people of a baseline."""
    speakers: Speakers = "simulator" if simulator else "people"
    return Group(speakers, speakers, MappingProxyType({task: statistics}), _catalogue(task))


def _catalogue(task: TaskName) -> Catalogue:
    if task == "rec_request":
        return Catalogue("none", ())
    return named_films() if task == "items_talk" else rated_films()


def put_together(parts: Sequence[SeekerStatistics]) -> SeekerStatistics:
    """Return the seekers of all parts, in order, as if they were one group."""
    offsets = np.cumsum([0, *(part.n_seekers for part in parts)])
    tables = {}
    for name, first in parts[0].tables.items():
        of_parts = [part.tables[name] for part in parts]
        owner = np.concatenate([t.owner + at for t, at in zip(of_parts, offsets, strict=False)])
        columns = {c: np.concatenate([t.columns[c] for t in of_parts]) for c in first.columns}
        tables[name] = Table(owner, MappingProxyType(columns))
    return SeekerStatistics(int(offsets[-1]), MappingProxyType(tables), parts[0].design)


# -- namers ------------------------------------------------------------------------------------


def _namers(
    n: int, rng: np.random.Generator, change: str = "", share: float = 0.0
) -> SeekerStatistics:
    """Return namers, with a share of their mentions changed beyond what people do."""
    people = synthetic_namers(n, rng, concentrate=share if change == "famous" else 0.0)
    table = people.tables["mentions"]
    films = table.columns["film"].astype(object)
    if change in ("recent", "one kind"):
        swapped = rng.random(films.size) < share
        pool = _pool(change)
        films[swapped] = pool[rng.integers(0, pool.size, int(swapped.sum()))]
    repeats = _REPEATS + (share if change == "repeats" else 0.0)
    # The first mention of a seeker cannot repeat any: the others repeat more often.
    first = np.r_[True, table.owner[1:] != table.owner[:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(films.size), 0))
    again = ~first & (rng.random(films.size) < repeats / max(1e-9, 1 - first.mean()))
    films[again] = films[start[again]]
    unknown = _UNKNOWN + (share if change == "unknown" else 0.0)
    made_up = ~again & (rng.random(films.size) < unknown)
    films[made_up] = [f"?{i:010}" for i in rng.integers(0, 10**9, int(made_up.sum()))]
    columns = MappingProxyType({"film": films.astype(np.str_)})
    mentions = Table(table.owner, columns)
    return SeekerStatistics(n, MappingProxyType({"mentions": mentions}), people.design)


@lru_cache(maxsize=2)
def _pool(change: str) -> np.ndarray:
    """Return the labels of the films of the last decade, or of those of a single kind."""
    films = [item for item in named_films() if item.year is not None and item.year >= 2010]
    if change == "one kind":
        films = [item for item in films if item.genres == ("comedy",)]
    return np.array([item.label for item in films], dtype=object)


def _changed(change: str) -> Draw:
    return lambda n, rng, amount: _namers(n, rng, change, amount)


_RATED = {item.label: i for i, item in enumerate(rated_films())}
# How far the best and the worst film are from the middle, in stars (as in synthetic_raters); and an
# order of films that has nothing to do with quality, and spreads them as much.
_SPREAD_OF_FILMS = 0.88
_OWN_ORDER = np.sqrt(2 / 3) * np.cos(2 * np.pi * np.arange(len(_RATED)) * 7 / len(_RATED))


# -- raters and talkers ------------------------------------------------------------------------


def _eager(n: int, rng: np.random.Generator, amount: float) -> SeekerStatistics:
    return synthetic_raters(n, rng, eagerness=amount, asked=ASKED)


def _all_films(n: int, rng: np.random.Generator, _amount: float) -> SeekerStatistics:
    return synthetic_raters(n, rng)


def _unlike_people(n: int, rng: np.random.Generator, amount: float) -> SeekerStatistics:
    """Return raters whose answers follow an order of films of their own instead of people's.

    Films differ as much as for people, but by √(1 − amount²) of people's order and ``amount`` of
    one that has nothing to do with it.
    """
    people = synthetic_raters(n, rng, quality=float(np.sqrt(1 - amount**2)), asked=ASKED)
    table = people.tables["answers"]
    number = np.array([_RATED[label] for label in table.columns["film"].tolist()])
    # Stars are halves: spread out again, so that a small move of all moves some over the line.
    stars = table.columns["rating"] + rng.uniform(-0.25, 0.25, number.size)
    moved = stars + amount * _SPREAD_OF_FILMS * _OWN_ORDER[number]
    columns = {**table.columns, "yes": (moved >= 3.25).astype(np.float64)}
    answers = Table(table.owner, MappingProxyType(columns))
    return SeekerStatistics(n, MappingProxyType({"answers": answers}), people.design)


def _without_taste(n: int, rng: np.random.Generator, amount: float) -> SeekerStatistics:
    """Return raters to whom films are the more alike, the larger the amount."""
    return synthetic_raters(n, rng, quality=1.0 - amount, asked=ASKED)


def _talkers(n: int, rng: np.random.Generator, amount: float) -> SeekerStatistics:
    """Return the words of n seekers' turns, with ``amount`` more in each than people's.

    Fewer where it is negative, but never less than none.
    """
    turns = np.exp(_LOG_TURNS + _TURNS_SPREAD * rng.standard_normal(n))
    counts = np.clip(np.round(turns), *_TURNS).astype(np.int64)
    own = np.exp(_LOG_WORDS + _LOG_SPREAD * rng.standard_normal(n))
    owner = np.repeat(np.arange(n, dtype=np.int64), counts)
    words = own[owner] * rng.gamma(_WITHIN**-2, _WITHIN**2, owner.size)
    words = np.maximum(np.round(words + amount), 0.0)
    nothing = np.full(owner.size, np.nan)
    columns = {"words": words, "violation": nothing, "role": nothing, "leak": nothing}
    columns["text"] = np.full(owner.size, "")
    table = Table(owner, MappingProxyType(columns))
    return SeekerStatistics(n, MappingProxyType({"responses": table}))


def _short_talkers(n: int, rng: np.random.Generator, amount: float) -> SeekerStatistics:
    return _talkers(n, rng, -amount)


# By name: that of the metric, and more where it is moved both ways.
DRIFTS: Mapping[str, Drift] = MappingProxyType(
    {
        drift.metric + (", fewer" if drift.draw is _short_talkers else ""): drift
        for drift in (
            Drift("item_entropy", "items_talk", -1, _changed("famous")),
            Drift("item_bin_entropy", "items_talk", -1, _changed("one kind")),
            Drift("era_entropy", "items_talk", -1, _changed("recent")),
            Drift("popularity_share", "items_talk", 1, _changed("famous")),
            Drift("mean_log_rank", "items_talk", -1, _changed("famous")),
            Drift("unknown_item_rate", "items_talk", 1, _changed("unknown"), 0.4),
            Drift("repeat_rate", "items_talk", 1, _changed("repeats"), 0.4),
            Drift("acceptance_rate", "bin_pref", 1, _eager, baseline=_all_films),
            Drift("bin_pref_correlation", "bin_pref", -1, _unlike_people, baseline=_all_films),
            Drift("words_per_response", "rec_request", 1, _talkers, 6.0),
            Drift("words_per_response", "rec_request", -1, _short_talkers, 9.0),
        )
    }
)


# -- expectations ------------------------------------------------------------------------------


def group_values(
    drift: Drift, size: int, n_groups: int, seed: int, amount: float, n_people: int
) -> FloatArray:
    """Return the metric of independent groups of this size.

    Parameters
    ----------
    n_people:
        Of the baseline; a correlation is one with the ratings by those who are in no group.
    """
    rng = np.random.default_rng(seed)
    metric = metric_named(drift.metric)
    group = as_group(drift.task, drift.draw(size * n_groups, rng, amount))
    comparison = Comparison(drift.task, group, group)
    rows = comparison.sides.simulator_rows(metric.table)
    assert rows is not None
    pool = _by_groups(rows, size)
    if not metric.paired:
        return metric.compute(pool, comparison.sides.frame)
    return correlations(pool, _ratings_by_others(n_people - size, n_groups, seed))


@lru_cache(maxsize=64)
def _ratings_by_others(n: int, n_groups: int, seed: int) -> FloatArray:
    """Return (G × films) mean ratings, each by n other people."""
    rng = np.random.default_rng([seed, 1])
    return np.stack([synthetic_stars(n, rng).mean(axis=0) for _ in range(n_groups)])


def _by_groups(rows: Rows, size: int) -> Pool:
    """Pool every ``size`` consecutive units."""
    n_groups = rows.n_units // size
    ends = np.r_[rows.starts, len(rows)][::size][: n_groups + 1]
    index = np.arange(int(ends[-1]))
    weights = csr_array((np.ones(index.size), index, ends), shape=(n_groups, len(rows)))
    return Pool(n_groups, rows, weights)


@lru_cache(maxsize=4096)
def expectation(
    metric: str, size: int, n_people: int, amount: float = 0.0, n_groups: int = 1_000, seed: int = 7
) -> float:
    """Return the expected value of a metric in groups of this size."""
    drift = DRIFTS[metric]
    at_once = max(1, min(n_groups, 30_000 // size))
    parts = [
        group_values(drift, size, at_once, seed + part, amount, n_people)
        for part in range(-(-n_groups // at_once))
    ]
    return float(np.nanmean(np.concatenate(parts)))


def amount_for(
    metric: str, distance: float, size: int, n_people: int, n_groups: int = 1_000
) -> float:
    """Return the amount of drift that moves the expected value by a distance.

    Raises
    ------
    ValueError
        Where even the most that the drift can be does not get so far.
    """
    drift = DRIFTS[metric]
    people = expectation(metric, size, n_people, 0.0, n_groups)

    def short(amount: float) -> float:
        moved = expectation(metric, size, n_people, round(amount, 6), n_groups) - people
        return distance - drift.sign * moved

    if short(drift.most) > 0:
        most = distance - short(drift.most)
        raise ValueError(f"{metric} moves by {most:.3g} at most, not {distance:.3g}")
    return float(brentq(short, 0.0, drift.most, xtol=1e-4 * drift.most))
