"""How often ``compare`` sees a change that was made, and one that was not.

Seekers are people that ship. Both sides ask the same people the same. A share of the answers comes
out anew each time, as those of an engine do that was given another prompt or another seed: it is
what somebody else said of the same film, or a film that somebody else named. Nothing else parts the
sides, unless a change is planted in the new one:

- ``5 points``: No becomes Yes so often that 5 of 100 answers more are Yes;
- ``5 %``: that there are 5 % more Yes than before (3 of 100 answers, where 60 are);
- ``top 5 doubled``: the five films that people name most take twice their share of mentions.

``python benchmarks/comparing.py --help`` lists the options; results are a pure function of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

import numpy as np

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from crs_simcheck.baselines import Group, SeekerStatistics, load_baseline
from crs_simcheck.gate import (
    Change,
    GateSpec,
    PairedComparison,
    Settings,
    decided,
    joint_catalogue,
)
from crs_simcheck.metrics import metrics_of
from crs_simcheck.records import TaskName

__all__ = ["ANEW", "PLANTED", "Plan", "Seen", "compared", "main", "power_table"]

ANEW = (0.0, 0.1, 0.2, 0.3, 1.0)
"""Shares of the answers of each side that come out anew."""

PLANTED: dict[str, TaskName] = {
    "5 points": "bin_pref",
    "5 %": "bin_pref",
    "top 5 doubled": "items_talk",
}
_PEOPLE: dict[TaskName, str] = {"bin_pref": "synthetic-raters", "items_talk": "redial-seekers"}
_ASKED = 10

_Film = str
_Said = list[tuple[_Film, float]]  # bin_pref: film and 1 or 0; items_talk: film and 1


@dataclass(frozen=True)
class Plan:
    """The size of the simulation: runs of each cell, seekers, ways to swap, groups of people."""

    runs: int = 200
    n: int = 100
    swaps: int = 999
    draws: int = 200
    anew: tuple[float, ...] = ANEW
    workers: int = 2
    seed: int = 0


@dataclass(frozen=True)
class Seen:
    """What came of one run: any metric different, any worse, and what parts the two sides.

    ``intervals`` holds metric → difference and the ends of its interval.
    """

    different: bool
    worse: bool
    changed: float
    first: str
    intervals: dict[str, tuple[float, float, float]]


# -- people, asked twice -----------------------------------------------------------------------


@lru_cache(maxsize=4)
def _people(task: TaskName) -> tuple[Group, tuple[tuple[tuple[_Film, float], ...], ...]]:
    """Return the people of a task, and what each said."""
    group = load_baseline(_PEOPLE[task])
    table = "answers" if task == "bin_pref" else "mentions"
    said = []
    for one in group.tasks[task].seekers():
        rows = one[table]
        if rows:
            said.append(
                tuple((row[0], float(row[1]) if task == "bin_pref" else 1.0) for row in rows)
            )
    return group, tuple(said)


def _anew_yes(
    said: _Said, share: float, others: dict[_Film, np.ndarray], rng: np.random.Generator
) -> _Said:
    """Return answers, a share of them as somebody else gave them to the same film."""
    drawn = rng.random(len(said)) < share
    return [
        (film, float(rng.choice(others[film]))) if new else (film, yes)
        for (film, yes), new in zip(said, drawn, strict=True)
    ]


def _anew_films(said: _Said, share: float, mentions: np.ndarray, rng: np.random.Generator) -> _Said:
    """Return mentions, a share of them films that somebody else named; none twice."""
    drawn = rng.random(len(said)) < share
    films = [film for film, _ in said]
    for place in np.flatnonzero(drawn):
        film = str(rng.choice(mentions))
        films[place] = films[place] if film in films else film
    return [(film, 1.0) for film in films]


def _planted(
    kind: str, people: Sequence[_Said], everybody: Iterable[Sequence[tuple[_Film, float]]],
    rng: np.random.Generator,
) -> list[_Said]:  # fmt: skip
    """Return the answers of all seekers with a change planted; an empty kind changes nothing."""
    if kind == "top 5 doubled":
        named = Counter(film for said in everybody for film, _ in said)
        top = named.most_common(5)
        share = sum(count for _, count in top) / sum(named.values())
        weights = np.array([count for _, count in top]) / sum(count for _, count in top)
        names = [film for film, _ in top]
        return [
            [
                (str(rng.choice(names, p=weights)), 1.0)
                if film not in names and rng.random() < share / (1 - share)
                else (film, one)
                for film, one in said
            ]
            for said in people
        ]
    if kind:
        rate = np.mean([yes for said in everybody for _, yes in said])
        more = 0.05 if kind == "5 points" else 0.05 * rate
        turned = more / (1 - rate)
        return [
            [(film, 1.0 if rng.random() < turned else yes) for film, yes in said] for said in people
        ]
    return list(people)


def asked_twice(
    task: TaskName, n: int, share: float, kind: str, rng: np.random.Generator
) -> tuple[list[_Said], list[_Said], Group]:
    """Return both sides' answers of n people, and a group of the people who are not among them."""
    group, everybody = _people(task)
    order = rng.permutation(len(everybody))
    chosen = [list(everybody[i]) for i in order[:n]]
    if task == "bin_pref":
        chosen = [[said[i] for i in rng.permutation(len(said))[:_ASKED]] for said in chosen]
        by_film: dict[_Film, list[float]] = {}
        for said in everybody:
            for film, yes in said:
                by_film.setdefault(film, []).append(yes)
        answers = {film: np.array(given) for film, given in by_film.items()}
        sides = [[_anew_yes(said, share, answers, rng) for said in chosen] for _ in range(2)]
    else:
        mentions = np.array([film for said in everybody for film, _ in said])
        sides = [[_anew_films(said, share, mentions, rng) for said in chosen] for _ in range(2)]
    rows = group.tasks[task].seekers()
    rest = SeekerStatistics.of_seekers(
        [rows[i] for i in order[n:].tolist()], group.tasks[task].tables, group.tasks[task].design
    )
    return sides[0], _planted(kind, sides[1], everybody, rng), group.with_tasks({task: rest})


def compared(
    task: TaskName, n: int, share: float, kind: str, plan: Plan, run: int
) -> tuple[tuple[Change, ...], float]:
    """Return what ``compare`` makes of one pair of sides, and the share of answers that differ."""
    rng = np.random.default_rng([plan.seed, run, round(1000 * share), len(kind)])
    old, new, people = asked_twice(task, n, share, kind, rng)
    table = "answers" if task == "bin_pref" else "mentions"

    def rows(said: _Said) -> dict[str, list[tuple[object, ...]]]:
        if task == "bin_pref":
            return {table: [(film, yes, None) for film, yes in sorted(said)]}
        return {table: [(film,) for film, _ in said]}

    statistics = SeekerStatistics.in_order([rows(said) for said in (*old, *new)], [table])
    both = Group("both", "simulator", MappingProxyType({task: statistics}), people.catalogue)
    comparison = PairedComparison(
        task,
        both,
        people,
        catalogue=joint_catalogue(None, people),
        settings=Settings(run, plan.draws),
        n_swaps=plan.swaps,
    )
    specs = [GateSpec(task, metric) for metric in metrics_of(task) if metric.table == table]
    found = [comparison.change(s) for s in specs if comparison.missing(s) is None]
    differing = [a != b for pair in zip(old, new, strict=True) for a, b in zip(*pair, strict=True)]
    return decided(found), float(np.mean(differing))


# -- all runs ----------------------------------------------------------------------------------


def _seen(job: tuple[TaskName, float, str, int], plan: Plan) -> Seen:
    task, share, kind, run = job
    changes, differing = compared(task, plan.n, share, kind, plan, run)
    called = [c for c in changes if c.outcome in ("better", "worse", "different")]
    smallest = min(called, key=lambda c: c.p_value or 0.0, default=None)
    return Seen(
        bool(called),
        any(c.outcome == "worse" for c in called),
        differing,
        "" if smallest is None else smallest.gate.metric.name,
        {
            c.gate.metric.name: (c.difference, c.interval.low, c.interval.high)
            for c in changes
            if c.difference is not None and c.interval is not None
        },
    )


def _mapped(
    function: Callable[[tuple[TaskName, float, str, int]], Seen],
    jobs: Sequence[tuple[TaskName, float, str, int]],
    workers: int,
) -> list[Seen]:
    if workers <= 1:
        return [function(job) for job in jobs]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        return list(pool.map(function, jobs, chunksize=10))


def power_table(
    plan: Plan, tell: Callable[[str], object] = lambda _line: None
) -> dict[tuple[TaskName, str, float], list[Seen]]:
    """Return what was seen in each run, by task, what was planted, and the share anew."""
    cells = [
        *product([("bin_pref", ""), ("items_talk", "")], plan.anew),
        *product([(task, kind) for kind, task in PLANTED.items()], plan.anew),
    ]
    found: dict[tuple[TaskName, str, float], list[Seen]] = {}
    for (task, kind), share in cells:
        jobs = [(task, share, kind, run) for run in range(plan.runs)]
        found[task, kind, share] = _mapped(partial(_seen, plan=plan), jobs, plan.workers)
        tell(_line(task, kind, share, found[task, kind, share]))
    return found


def least_cover(kind: str, seen: Sequence[Seen]) -> tuple[float, str]:
    """Return the least share of the 90 % intervals that hold the true difference, and of what.

    Where nothing is planted that is 0; else it is the mean over all runs.
    """
    covers = []
    for metric in seen[0].intervals:
        runs = np.array([one.intervals[metric] for one in seen if metric in one.intervals])
        truth = float(runs[:, 0].mean()) if kind else 0.0
        held = (runs[:, 1] <= truth) & (truth <= runs[:, 2])
        covers.append((float(held.mean()), metric))
    return min(covers)


_HEAD = (
    "| task | planted | anew | answers that differ | seen | worse | seen first in | least cover |\n"
    "|---|---|---|---|---|---|---|---|"
)


def _line(task: TaskName, kind: str, share: float, seen: Sequence[Seen]) -> str:
    first = Counter(one.first for one in seen if one.first).most_common(1)
    differ, different, worse = (
        100 * float(np.mean([getattr(one, name) for one in seen]))
        for name in ("changed", "different", "worse")
    )
    cover, metric = least_cover(kind, seen)
    return (
        f"| {task} | {kind or 'nothing'} | {100 * share:.0f} % | {differ:.1f} % "
        f"| {different:.1f} % | {worse:.1f} % | {first[0][0] if first else '–'} "
        f"| {100 * cover:.1f} % ({metric}) |"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    plan = Plan()
    parser.add_argument("--runs", type=int, default=plan.runs, help="runs of each cell")
    parser.add_argument("--seekers", type=int, default=plan.n)
    parser.add_argument("--swaps", type=int, default=plan.swaps)
    parser.add_argument("--anew", type=float, nargs="+", default=plan.anew)
    parser.add_argument("--workers", type=int, default=plan.workers)
    parser.add_argument("--seed", type=int, default=plan.seed)
    given = parser.parse_args(arguments)
    plan = Plan(
        given.runs,
        given.seekers,
        given.swaps,
        plan.draws,
        tuple(given.anew),
        given.workers,
        given.seed,
    )
    started = time.perf_counter()
    print(_HEAD, flush=True)
    found = power_table(plan, partial(print, flush=True))
    print(f"\n{plan.runs:,} runs of each cell, {(time.perf_counter() - started) / 60:.0f} minutes")
    missed = list(_missed(found, plan.runs))
    print("\n".join(["misses:", *missed]) if missed else "every promise is kept")
    return 1 if missed else 0


def _missed(found: dict[tuple[TaskName, str, float], list[Seen]], runs: int) -> Iterable[str]:
    """Yield what is not as promised: 5 % where nothing was planted, 80 % where little is anew."""
    for (task, kind, share), seen in found.items():
        rate = float(np.mean([one.different for one in seen]))
        if not kind and rate > 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5:
            yield f"{task}, nothing planted, {100 * share:.0f} % anew: seen in {100 * rate:.1f} %"
        if kind in ("5 points", "top 5 doubled") and share == 0 and rate < 0.8:
            yield f"{task}, {kind}, nothing anew: seen in {100 * rate:.1f} %"


if __name__ == "__main__":
    sys.exit(main())
