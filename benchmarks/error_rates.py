"""How often the gate is wrong: people against people, and against drifts of known size.

Every run draws a baseline of N synthetic people and a simulator of n seekers and asks the gate.
``python benchmarks/error_rates.py --help`` lists the options; results are a pure function of them.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks.populations import DRIFTS, amount_for, as_group, expectation, put_together
from benchmarks.promises import misses
from benchmarks.rare_rates import rare_rate_table
from benchmarks.rules import RULES, Estimates, estimates_of, of_gate
from benchmarks.tables import Row, naive_table, rates_table
from crs_simcheck.baselines import SeekerStatistics
from crs_simcheck.gate import Comparison, GateSpec, Settings
from crs_simcheck.gate.drawer import Drawer
from crs_simcheck.gate.estimates import estimates
from crs_simcheck.gate.ratings import choose_ratings
from crs_simcheck.metrics import Metric, metric_named
from crs_simcheck.stats import Pool

__all__ = ["Cell", "Plan", "Row", "main", "measure_rates", "run_of_all"]

_J = TypeVar("_J")
_R = TypeVar("_R")
_RUNS_A_JOB = 25
# Runs from which the least drift is taken that is then made.
_PILOT = 100


@dataclass(frozen=True)
class Plan:
    """The size of the simulation.

    Parameters
    ----------
    runs, draws:
        Runs of each cell; groups of people drawn in each run.
    n, people:
        Seekers of the simulator; sizes N of the baseline.
    groups:
        Groups that expectations are the mean of.
    drifts:
        Which drifts are made; "least" is one of the size that verdicts on people name.
    """

    runs: int = 1_000
    draws: int = 300
    n: int = 100
    people: tuple[int, ...] = (135, 271, 610)
    metrics: tuple[str, ...] = tuple(DRIFTS)
    groups: int = 1_000
    workers: int = 2
    seed: int = 0
    drifts: tuple[str, ...] = ("1 margin", "2 margins", "least")


@dataclass(frozen=True)
class Cell:
    """A population: metrics that are looked at in it, the drift's name, and how much of it."""

    metrics: tuple[str, ...]
    drift: str = "people"
    amount: float = 0.0


@dataclass(frozen=True)
class _Seen:
    """One run of one metric."""

    margin: float
    outcomes: dict[str, str]
    interval: tuple[float, float] = (math.nan, math.nan)
    least_drift: float = math.nan


# Metric and drift → what was seen in each run.
_Runs = dict[tuple[str, str], list[_Seen]]


def _metric(name: str) -> Metric:
    """Return the metric that a drift moves."""
    return metric_named(DRIFTS[name].metric)


def run_of_all(cells: Sequence[Cell], n_people: int, plan: Plan, run: int) -> _Runs:
    """Draw one baseline, and hold a simulator of every population against it."""
    drift = DRIFTS[cells[0].metrics[0]]
    rng = np.random.default_rng([plan.seed, run, n_people])
    baseline = as_group(drift.task, drift.people(n_people, rng))

    # All simulators of a run begin with the same random numbers, and so differ by their drift.
    drawn = [
        DRIFTS[cell.metrics[0]].draw(
            plan.n, np.random.default_rng([plan.seed, run, n_people, 1]), cell.amount
        )
        for cell in cells
    ]
    _same_counts(drawn)
    simulators = as_group(drift.task, put_together(drawn), simulator=True)
    alone = [as_group(drift.task, one, simulator=True) for one in drawn]
    settings = Settings(seed=run, n_draws=plan.draws)
    together = Comparison(drift.task, simulators, baseline, settings=settings)
    drawer = Drawer(drift.task, run, plan.draws)
    seen: _Runs = {}
    for place, cell in enumerate(cells):
        if cell.drift == "people":
            comparison = Comparison(drift.task, alone[place], baseline, settings=settings)
            for metric in cell.metrics:
                seen[metric, cell.drift] = [_by_verdict(comparison, metric)]
        else:
            units = np.arange(place * plan.n, (place + 1) * plan.n)
            for metric in cell.metrics:
                seen[metric, cell.drift] = [_by_estimates(together, drawer, units, metric)]
    return seen


def _same_counts(drawn: Sequence[SeekerStatistics]) -> None:
    """Make sure that one draw of people, cut to what a simulator has, serves all simulators."""
    for name in drawn[0].tables:
        counts = [np.sort(np.bincount(one.tables[name].owner)) for one in drawn]
        if any(not np.array_equal(counts[0], other) for other in counts):
            raise AssertionError(f"simulators of one run differ in their number of {name}")


def _by_verdict(comparison: Comparison, name: str) -> _Seen:
    """Ask the gate itself, and every rule about the same estimates."""
    metric = _metric(name)
    verdict = comparison.verdict(GateSpec(comparison.task, metric))
    rows = comparison.sides.baseline_rows(metric.table)
    whole = math.nan
    if rows is not None and not metric.paired:
        whole = float(metric.compute(Pool.whole(rows), comparison.sides.frame)[0])
    found = estimates_of(verdict, whole)
    margin = verdict.margin or 0.0
    seen = _Seen(
        margin,
        _outcomes(found, margin),
        (found.own.low, found.own.high),
        verdict.least_drift or 0.0,
    )
    if seen.outcomes["ours"] != verdict.outcome:
        raise AssertionError(f"{name}: the gate says {verdict.outcome}, not {seen.outcomes}")
    return seen


def _by_estimates(comparison: Comparison, drawer: Drawer, units: np.ndarray, name: str) -> _Seen:
    """Decide for some of the seekers; the people are drawn once for all of these."""
    metric, sides = _metric(name), comparison.sides
    rows, people = sides.simulator_rows(metric.table), sides.baseline_rows(metric.table)
    if rows is None or people is None:
        raise AssertionError(f"nothing to compare in {name}")
    ratings = choose_ratings(sides, people, people) if metric.paired else None
    found = estimates(metric, sides.frame, rows.units(units), people, ratings, drawer)
    if found is None:
        raise AssertionError(f"{name} does not exist")
    margin = metric.margin.at(found.center)
    return _Seen(margin, _outcomes(of_gate(found, units.size, metric.direction), margin))


def _outcomes(found: Estimates, margin: float) -> dict[str, str]:
    outcomes: dict[str, str] = {name: rule(found, margin) for name, rule in RULES.items()}
    return outcomes | {f"{name}, margin 0": rule(found, 0.0) for name, rule in RULES.items()}


# -- all runs, on all workers ------------------------------------------------------------------

# Populations of one task, the size of the baseline, and which runs.
_Job = tuple[tuple[Cell, ...], int, range]


def _job(job: _Job, plan: Plan) -> _Runs:
    cells, n_people, runs = job
    seen: _Runs = {}
    for run in runs:
        for key, one in run_of_all(cells, n_people, plan, run).items():
            seen.setdefault(key, []).extend(one)
    return seen


def _mapped(function: Callable[[_J], _R], jobs: Sequence[_J], plan: Plan) -> list[_R]:
    if plan.workers <= 1:
        return [function(job) for job in jobs]
    with ProcessPoolExecutor(plan.workers, get_context("spawn")) as pool:
        return list(pool.map(function, jobs))


def _all_runs(
    populations: Sequence[tuple[tuple[Cell, ...], int]], plan: Plan, n_runs: int
) -> dict[tuple[str, int, str], list[_Seen]]:
    """Return what was seen in every run, by metric, size of baseline and drift."""
    jobs: list[_Job] = [
        (cells, n_people, range(first, min(first + _RUNS_A_JOB, n_runs)))
        for cells, n_people in populations
        for first in range(0, n_runs, _RUNS_A_JOB)
    ]
    seen: dict[tuple[str, int, str], list[_Seen]] = {}
    for (_, n_people, _), part in zip(
        jobs, _mapped(partial(_job, plan=plan), jobs, plan), strict=True
    ):
        for (metric, drift), runs in part.items():
            seen.setdefault((metric, n_people, drift), []).extend(runs)
    return seen


# -- which drifts ------------------------------------------------------------------------------


def _size(metric: str, plan: Plan, n_people: int) -> int:
    """Return the size of the groups that are compared."""
    most = n_people // 2 if _metric(metric).paired else n_people
    return min(plan.n, most)


def _drift(job: tuple[str, int, str, float], plan: Plan) -> Cell:
    """Return the cell of a drift of so many margins, or of a distance, found by simulation."""
    metric, n_people, name, distance = job
    size = _size(metric, plan, n_people)
    if name != "least":
        center = expectation(metric, size, n_people, 0.0, plan.groups)
        distance *= _metric(metric).margin.at(center)
    return Cell((metric,), name, amount_for(metric, distance, size, n_people, plan.groups))


def _of_one_task(plan: Plan) -> list[tuple[str, ...]]:
    tasks = dict.fromkeys(DRIFTS[metric].task for metric in plan.metrics)
    return [tuple(m for m in plan.metrics if DRIFTS[m].task == task) for task in tasks]


def measure_rates(plan: Plan) -> list[Row]:
    """Run the whole simulation and return a row for each metric and size of baseline."""
    pairs = list(product(plan.metrics, plan.people))
    people = [((Cell(metrics),), n) for metrics in _of_one_task(plan) for n in plan.people]
    asked = [
        (m, n, name, float(name[0])) for m, n in pairs for name in plan.drifts if name != "least"
    ]
    if "least" in plan.drifts:
        pilot = _all_runs(people, plan, min(plan.runs, _PILOT))
        asked += [
            (m, n, "least", float(np.mean([one.least_drift for one in pilot[m, n, "people"]])))
            for m, n in pairs
        ]
    drifts = dict(zip(asked, _mapped(partial(_drift, plan=plan), asked, plan), strict=True))
    populations = [
        (
            (*cells, *(drifts[key] for key in asked if key[0] in cells[0].metrics and key[1] == n)),
            n,
        )
        for cells, n in people
    ]
    seen = _all_runs(populations, plan, plan.runs)
    expected = _mapped(partial(_expected, plan=plan), pairs, plan)
    return [
        _row(plan, m, n, value, {d: s for (of, at, d), s in seen.items() if (of, at) == (m, n)})
        for (m, n), value in zip(pairs, expected, strict=True)
    ]


def _expected(pair: tuple[str, int], plan: Plan) -> float:
    metric, n_people = pair
    return expectation(metric, _size(metric, plan, n_people), n_people, 0.0, 4 * plan.groups)


def _row(
    plan: Plan, metric: str, n_people: int, expected: float, seen: dict[str, list[_Seen]]
) -> Row:
    people = seen["people"]
    outcomes = {
        drift: {rule: _shares([one.outcomes[rule] for one in runs]) for rule in runs[0].outcomes}
        for drift, runs in seen.items()
    }
    return Row(
        metric,
        plan.n,
        n_people,
        float(np.mean([one.margin for one in people])),
        len(people),
        outcomes,
        float(np.mean([one.interval[0] <= expected <= one.interval[1] for one in people])),
        float(np.mean([one.least_drift for one in people])),
        outcomes["least"]["ours"][1] if "least" in outcomes else math.nan,
    )


def _shares(outcomes: Sequence[str]) -> tuple[float, float]:
    count = Counter(outcomes)
    return count["within"] / len(outcomes), count["drifted"] / len(outcomes)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; exit 1 where a promise is not kept."""
    plan, out = _options(arguments)
    started = time.perf_counter()
    rows = measure_rates(plan)
    rare = rare_rate_table(max(200, plan.runs * 2))
    missed = misses(rows)
    print("\n".join([*rates_table(rows), "", *naive_table(rows), "", *rare]))
    minutes = (time.perf_counter() - started) / 60
    print(f"\n{plan.runs:,} runs of each cell, {plan.draws} draws in each; {minutes:.0f} minutes")
    print("\n".join(["misses:", *missed]) if missed else "every promise is kept")
    if out is not None:
        out.write_text(json.dumps({"plan": asdict(plan), "rows": [asdict(r) for r in rows]}))
    return 1 if missed else 0


def _options(arguments: Sequence[str] | None) -> tuple[Plan, Path | None]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    plan = Plan()
    parser.add_argument("--runs", type=int, default=plan.runs, help="runs of each cell")
    parser.add_argument("--draws", type=int, default=plan.draws, help="groups drawn in each run")
    parser.add_argument("--groups", type=int, default=plan.groups, help="groups of an expectation")
    parser.add_argument("--seekers", type=int, default=plan.n, help="seekers of the simulator")
    parser.add_argument("--people", type=int, nargs="+", default=plan.people, help="sizes N")
    parser.add_argument("--metrics", nargs="+", choices=tuple(DRIFTS), default=plan.metrics)
    parser.add_argument("--workers", type=int, default=plan.workers, help="processes")
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    given = parser.parse_args(arguments)
    plan = Plan(
        given.runs,
        given.draws,
        given.seekers,
        tuple(given.people),
        tuple(given.metrics),
        given.groups,
        given.workers,
        given.seed,
    )
    return plan, given.json


if __name__ == "__main__":
    sys.exit(main())
