"""How often the gate is wrong: people against people, and against drifts of known size.

Every run draws a baseline of N synthetic people and a simulator of n seekers and asks the gate.
``python benchmarks/error_rates.py --help`` lists the options; results are a pure function of them.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks.populations import DRIFTS, amount_for, as_group, expectation
from benchmarks.rare_rates import rare_rate_table
from benchmarks.rules import RULES, estimates_of, jackknife_interval
from crs_simcheck.gate import Comparison, GateSpec, Settings, Verdict
from crs_simcheck.metrics import metric_named
from crs_simcheck.stats import Pool

__all__ = ["Cell", "Plan", "Row", "main", "measure_rates", "table"]

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
    """

    runs: int = 1_000
    draws: int = 300
    n: int = 100
    people: tuple[int, ...] = (135, 271, 610)
    metrics: tuple[str, ...] = tuple(DRIFTS)
    groups: int = 1_000
    workers: int = 2
    seed: int = 0


@dataclass(frozen=True)
class Cell:
    """One metric, one size of baseline, one drift; ``amount`` is the drift that makes it."""

    metric: str
    n_people: int
    drift: str
    amount: float
    expected: float


@dataclass(frozen=True)
class Row:
    """Rates of one metric and one size of baseline, shares of 1; outcomes by rule.

    ``outcomes`` maps (drift, rule) to the shares that come out within and drifted; ``covered`` is
    the share of 90 % intervals of the value that hold its expectation; ``least_drift`` the mean
    of what verdicts on people name, in the unit of the metric, and ``found`` how often a drift of
    that size is found.
    """

    metric: str
    n: int
    n_people: int
    margin: float
    runs: int
    outcomes: dict[str, dict[str, tuple[float, float]]]
    covered: float
    least_drift: float
    found: float


@dataclass(frozen=True)
class _Seen:
    """One run of one cell."""

    margin: float
    within: dict[str, bool]
    drifted: dict[str, bool]
    covered: bool
    least_drift: float


def _comparison(cell: Cell, plan: Plan, run: int) -> Comparison:
    task, draw = DRIFTS[cell.metric].task, DRIFTS[cell.metric].draw
    # People of a run are the same ones whatever the simulator's drift.
    people = np.random.default_rng([plan.seed, run, cell.n_people])
    own = np.random.default_rng([plan.seed, run, cell.n_people, round(1e6 * cell.amount), 1])
    baseline = as_group(task, draw(cell.n_people, people, 0.0))
    simulator = as_group(task, draw(plan.n, own, cell.amount), simulator=True)
    settings = Settings(seed=run, n_draws=plan.draws)
    return Comparison(task, simulator, baseline, settings=settings)


def _one(cell: Cell, plan: Plan, run: int) -> _Seen:
    comparison = _comparison(cell, plan, run)
    metric = metric_named(cell.metric)
    spec = GateSpec(DRIFTS[cell.metric].task, metric)
    verdict = comparison.verdict(spec)
    found = estimates_of(verdict, _whole(comparison, verdict))
    margin = verdict.margin or 0.0
    outcomes = {name: rule(found, margin) for name, rule in RULES.items()}
    if outcomes["ours"] != verdict.outcome:
        raise AssertionError(f"{cell}: the gate says {verdict.outcome}, not {outcomes['ours']}")
    outcomes |= {f"{name}, margin 0": rule(found, 0.0) for name, rule in RULES.items()}
    interval = jackknife_interval(found)
    return _Seen(
        margin,
        {name: outcome == "within" for name, outcome in outcomes.items()},
        {name: outcome == "drifted" for name, outcome in outcomes.items()},
        interval.low <= cell.expected <= interval.high,
        verdict.least_drift or 0.0,
    )


def _whole(comparison: Comparison, verdict: Verdict) -> float:
    metric = verdict.gate.metric
    rows = comparison.sides.baseline_rows(metric.table)
    if metric.paired or rows is None:
        return float("nan")
    return float(metric.compute(Pool.whole(rows), comparison.sides.frame)[0])


def _job(job: tuple[Cell, range], plan: Plan) -> list[_Seen]:
    cell, runs = job
    return [_one(cell, plan, run) for run in runs]


def _all_runs(cells: Iterable[Cell], plan: Plan) -> dict[Cell, list[_Seen]]:
    jobs = [
        (cell, range(first, min(first + _RUNS_A_JOB, plan.runs)))
        for cell in cells
        for first in range(0, plan.runs, _RUNS_A_JOB)
    ]
    seen: dict[Cell, list[_Seen]] = {}
    for (cell, _), part in zip(jobs, _mapped(partial(_job, plan=plan), jobs, plan), strict=True):
        seen.setdefault(cell, []).extend(part)
    return seen


def _mapped[Job, Result](function, jobs: Sequence[Job], plan: Plan) -> list[Result]:  # noqa: ANN001
    if plan.workers <= 1:
        return [function(job) for job in jobs]
    with multiprocessing.get_context("spawn").Pool(plan.workers) as pool:
        return pool.map(function, jobs, chunksize=1)


