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

from benchmarks.populations import DRIFTS, amount_for, as_group, expectation
from benchmarks.promises import misses
from benchmarks.rare_rates import rare_rate_table
from benchmarks.rules import RULES, estimates_of
from benchmarks.tables import Row, naive_table, rates_table
from crs_simcheck.gate import Comparison, GateSpec, Settings, Verdict
from crs_simcheck.metrics import metric_named
from crs_simcheck.stats import Pool

__all__ = ["Cell", "Plan", "Row", "main", "measure_rates"]

_J = TypeVar("_J")
_R = TypeVar("_R")
_RUNS_A_JOB = 25


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
    """Metrics of one population: a size of baseline and a drift, made by this much of it."""

    metrics: tuple[str, ...]
    n_people: int
    drift: str
    amount: float = 0.0


@dataclass(frozen=True)
class _Seen:
    """One run of one metric."""

    margin: float
    outcomes: dict[str, str]
    interval: tuple[float, float]
    least_drift: float


def _run(cell: Cell, plan: Plan, run: int) -> list[_Seen]:
    drift = DRIFTS[cell.metrics[0]]
    # People of a run are the same ones whatever the simulator's drift.
    people = np.random.default_rng([plan.seed, run, cell.n_people])
    own = np.random.default_rng([plan.seed, run, cell.n_people, round(1e6 * cell.amount), 1])
    comparison = Comparison(
        drift.task,
        as_group(drift.task, drift.draw(plan.n, own, cell.amount), simulator=True),
        as_group(drift.task, drift.people(cell.n_people, people)),
        settings=Settings(seed=run, n_draws=plan.draws),
    )
    return [_judged(comparison, name) for name in cell.metrics]


def _judged(comparison: Comparison, metric: str) -> _Seen:
    verdict = comparison.verdict(GateSpec(comparison.task, metric_named(metric)))
    found = estimates_of(verdict, _whole(comparison, verdict))
    margin = verdict.margin or 0.0
    outcomes = {name: rule(found, margin) for name, rule in RULES.items()}
    if outcomes["ours"] != verdict.outcome:
        raise AssertionError(f"{metric}: the gate says {verdict.outcome}, not {outcomes['ours']}")
    zero = {f"{name}, margin 0": rule(found, 0.0) for name, rule in RULES.items()}
    return _Seen(
        margin, {**outcomes, **zero}, (found.own.low, found.own.high), verdict.least_drift or 0.0
    )


def _whole(comparison: Comparison, verdict: Verdict) -> float:
    """Return the value of all people of the baseline pooled."""
    metric = verdict.gate.metric
    rows = comparison.sides.baseline_rows(metric.table)
    if metric.paired or rows is None:
        return float("nan")
    return float(metric.compute(Pool.whole(rows), comparison.sides.frame)[0])


# -- all runs, on all workers ------------------------------------------------------------------


def _job(job: tuple[Cell, int, int], plan: Plan) -> list[list[_Seen]]:
    cell, first, last = job
    return [_run(cell, plan, run) for run in range(first, last)]


def _mapped(function: Callable[[_J], _R], jobs: Sequence[_J], plan: Plan) -> list[_R]:
    if plan.workers <= 1:
        return [function(job) for job in jobs]
    with ProcessPoolExecutor(plan.workers, get_context("spawn")) as pool:
        return list(pool.map(function, jobs))


def _all_runs(cells: Sequence[Cell], plan: Plan) -> dict[tuple[str, int, str], list[_Seen]]:
    """Return what was seen in every run, by metric, size of baseline and drift."""
    step = _RUNS_A_JOB
    jobs = [
        (cell, first, min(first + step, plan.runs))
        for cell in cells
        for first in range(0, plan.runs, step)
    ]
    seen: dict[tuple[str, int, str], list[_Seen]] = {}
    for (cell, _, _), part in zip(jobs, _mapped(partial(_job, plan=plan), jobs, plan), strict=True):
        for of_run in part:
            for metric, one in zip(cell.metrics, of_run, strict=True):
                seen.setdefault((metric, cell.n_people, cell.drift), []).append(one)
    return seen


# -- which drifts ------------------------------------------------------------------------------


def _size(metric: str, plan: Plan, n_people: int) -> int:
    """Return the size of the groups that are compared."""
    most = n_people // 2 if metric_named(metric).paired else n_people
    return min(plan.n, most)


def _drift(job: tuple[str, int, str, float], plan: Plan) -> Cell:
    """Return the cell of a drift of so many margins, or of a distance, found by simulation."""
    metric, n_people, name, distance = job
    size = _size(metric, plan, n_people)
    if name != "least":
        center = expectation(metric, size, n_people, 0.0, plan.groups)
        distance *= metric_named(metric).margin.at(center)
    return Cell(
        (metric,), n_people, name, amount_for(metric, distance, size, n_people, plan.groups)
    )


def _of_one_task(plan: Plan) -> list[tuple[str, ...]]:
    tasks = dict.fromkeys(DRIFTS[metric].task for metric in plan.metrics)
    return [tuple(m for m in plan.metrics if DRIFTS[m].task == task) for task in tasks]


def measure_rates(plan: Plan) -> list[Row]:
    """Run the whole simulation and return a row for each metric and size of baseline."""
    pairs = list(product(plan.metrics, plan.people))
    people = [Cell(together, n, "people") for together in _of_one_task(plan) for n in plan.people]
    margins = [name for name in plan.drifts if name != "least"]
    asked = [(m, n, name, float(name[0])) for m, n in pairs for name in margins]
    seen = _all_runs([*people, *_mapped(partial(_drift, plan=plan), asked, plan)], plan)
    if "least" in plan.drifts:
        asked = [
            (m, n, "least", float(np.mean([one.least_drift for one in seen[m, n, "people"]])))
            for m, n in pairs
        ]
        seen |= _all_runs(_mapped(partial(_drift, plan=plan), asked, plan), plan)
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
