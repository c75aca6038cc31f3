"""Known simulators, asked in blocks: how many answers it takes to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from benchmarks.populations import DRIFTS, as_group
from crs_simcheck import baselines
from crs_simcheck.baselines import Group, SeekerStatistics, Table, load_baseline
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.controls import CONTROLS, make_control
from crs_simcheck.gate import Comparison, GateSpec, Settings, Verdict, joint_catalogue
from crs_simcheck.gate.sequential import Look, SequentialComparison, look_at, looks
from crs_simcheck.metrics import metrics_of
from crs_simcheck.records import TaskName

__all__ = ["KINDS", "Bad", "Kind", "Plan", "bad_simulators", "first", "in_blocks", "mapped"]

_J = TypeVar("_J")
_R = TypeVar("_R")
_LEAST = 20
_METRICS = (
    *("item_entropy", "item_bin_entropy", "popularity_share", "mean_log_rank"),
    *("repeat_rate", "acceptance_rate", "words_per_response"),
)
_RUNS_A_JOB = 20
# Most films of one decade: no control does so, and it is a known fault of language models.
_CLUSTERED, _OF_ONE_DECADE = "clustered", 0.8


@dataclass(frozen=True)
class Plan:
    """The size of the simulation.

    Parameters
    ----------
    runs, draws:
        Runs of each metric; groups of people drawn at each look.
    n, people:
        Seekers of the simulator in all; people N of the baseline.
    groups:
        Groups that the size of a drift is found on.
    """

    runs: int = 1_000
    draws: int = 300
    n: int = 100
    people: int = 271
    metrics: tuple[str, ...] = _METRICS
    groups: int = 1_000
    workers: int = 2
    seed: int = 0


def first(statistics: SeekerStatistics, n: int) -> SeekerStatistics:
    """Return the first n seekers."""
    columns = (c for table in statistics.tables.values() for c in table.columns.values())
    if not all(isinstance(column, np.ndarray) for column in columns):
        everybody = statistics.seekers()
        return SeekerStatistics.of_seekers(everybody[:n], statistics.tables, statistics.design)
    tables = {}
    for name, table in statistics.tables.items():
        kept = table.owner < n
        columns = {c: values[kept] for c, values in table.columns.items()}
        tables[name] = Table(table.owner[kept], MappingProxyType(columns))
    return SeekerStatistics(n, MappingProxyType(tables), statistics.design)


def in_blocks(
    n: int, at: Callable[[Look], Comparison], gates: Callable[[Comparison], Sequence[GateSpec]]
) -> Iterator[tuple[Look, dict[GateSpec, Verdict]]]:
    """Yield the verdicts after each look, until every gate has decided."""
    verdicts: dict[GateSpec, Verdict] = {}
    for look in looks(n, _LEAST):
        comparison = at(look)
        verdicts = look_at(comparison, gates(comparison), verdicts)
        yield look, verdicts
        if all(verdict.outcome != "inconclusive" for verdict in verdicts.values()):
            return


def mapped(function: Callable[[_J], _R], jobs: Sequence[_J], plan: Plan) -> list[_R]:
    """Return what a function makes of each job, on all workers."""
    if plan.workers <= 1:
        return [function(job) for job in jobs]
    with ProcessPoolExecutor(plan.workers, get_context("spawn")) as pool:
        return list(pool.map(function, jobs))


@dataclass(frozen=True)
class Kind:
    """A simulator that is known, made of people or shipped.

    Parameters
    ----------
    name:
        A control, or a shipped group.
    baseline:
        The people.
    gates:
        Task → metrics that it is known to be wrong in; none for people.
    """

    name: str
    baseline: str
    gates: Mapping[TaskName, tuple[str, ...]]


def _kinds() -> Iterator[Kind]:
    for name, kind in CONTROLS.items():
        wanted = dict(kind.drifts)
        for baseline in ("redial-seekers", "synthetic-raters"):
            held = load_baseline(baseline).tasks
            gates = {task: metrics for task, metrics in wanted.items() if task in held}
            if gates or (name == "people"):
                yield Kind(name, baseline, gates)
    yield Kind("ecir2026-mistral-nemo", "redial-seekers", {"rec_request": ("words_per_response",)})
    yield Kind(_CLUSTERED, "synthetic namers", {"items_talk": ("era_entropy",)})


KINDS = tuple(_kinds())


@dataclass(frozen=True)
class Bad:
    """Mean share of the answers of n seekers, by where asking stops, and how often it was caught.

    Parameters
    ----------
    own:
        With the gates that it is known to fail, until each has decided.
    first_drift, every_gate:
        With every gate that can be measured, until one has drifted, or each has decided.
    caught:
        Share of runs in which a gate drifted; of people, in which any did.
    """

    name: str
    baseline: str
    runs: int
    own: float
    first_drift: float
    every_gate: float
    caught: float


def bad_simulators(plan: Plan, kinds: Sequence[Kind] = KINDS) -> list[Bad]:
    """Ask each kind in blocks; the seekers are others in each run."""
    jobs = [
        (kind, range(begin, min(begin + _RUNS_A_JOB, plan.runs)))
        for kind in kinds
        for begin in range(0, plan.runs, _RUNS_A_JOB)
    ]
    parts = mapped(partial(_bad_job, plan=plan), jobs, plan)
    rows = []
    for kind in kinds:
        seen = np.array(
            [s for (of, _), part in zip(jobs, parts, strict=True) if of == kind for s in part]
        )
        means = seen.mean(axis=0)
        rows.append(Bad(kind.name, kind.baseline, len(seen), *(float(m) for m in means)))
    return rows


def _bad_job(job: tuple[Kind, range], plan: Plan) -> list[tuple[float, float, float, float]]:
    kind, runs = job
    return [_bad_run(kind, plan, run) for run in runs]


def _bad_run(kind: Kind, plan: Plan, run: int) -> tuple[float, float, float, float]:
    baseline, group, films = _both_sides(kind, plan, run)
    settings = Settings(seed=run, n_draws=plan.draws)
    tasks = [task for task in group.tasks if task in (kind.gates or group.tasks)]
    own, first_drift, every, caught = [], [], [], False
    for task in tasks:
        seekers = group.tasks[task]
        n = min(plan.n, seekers.n_seekers)
        wanted = kind.gates.get(task, ())

        def at(
            look: Look, task: TaskName = task, seekers: SeekerStatistics = seekers
        ) -> Comparison:
            some = group.with_tasks({task: first(seekers, look.n_seekers)})
            return SequentialComparison(
                task, some, baseline, catalogue=films, settings=settings, look=look
            )

        # A share that is not reached by then takes all.
        shares: dict[str, float] = {}
        for look, verdicts in in_blocks(n, at, partial(_measurable, task=task)):
            named = [v.outcome for spec, v in verdicts.items() if spec.metric.name in wanted]
            if named and "inconclusive" not in named:
                shares.setdefault("own", look.share)
            outcomes = [v.outcome for v in verdicts.values()]
            if "drifted" in outcomes:
                shares.setdefault("first", look.share)
                caught = True
            if "inconclusive" not in outcomes:
                shares["every"] = look.share
        every.append(shares.get("every", 1.0))
        own.append(shares.get("own", every[-1] if not wanted else 1.0))
        first_drift.append(shares.get("first", every[-1]))
    return float(np.mean(own)), float(np.mean(first_drift)), float(np.mean(every)), float(caught)


def _measurable(comparison: Comparison, task: TaskName) -> Sequence[GateSpec]:
    specs = [GateSpec(task, metric) for metric in metrics_of(task) if metric.automatic]
    return [spec for spec in specs if comparison.missing(spec) is None]


def _both_sides(kind: Kind, plan: Plan, run: int) -> tuple[Group, Group, Catalogue | None]:
    """Return the people and the simulator of a run, its seekers in a random order, and films."""
    rng = np.random.default_rng([plan.seed, run, *kind.name.encode()])
    if kind.name == _CLUSTERED:
        drift = DRIFTS["era_entropy"]
        people = as_group(drift.task, drift.people(plan.people, rng))
        seekers = drift.draw(plan.n, rng, _OF_ONE_DECADE)
        return people, as_group(drift.task, seekers, simulator=True), None
    baseline = load_baseline(kind.baseline)
    if kind.name in CONTROLS:
        control = make_control(kind.name, baseline, plan.n, rng)
        films = joint_catalogue(None, baseline).catalogue
        histories = {p.seeker: tuple(h.item for h in p.history) for p in control.profiles}
        seen = baselines.measure(control.responses, films, histories=histories)
        group = baselines.measure_group(seen, films, name=kind.name, speakers="simulator")
        return baseline, group, films
    group = load_baseline(kind.name)
    tasks = {}
    for task, statistics in group.tasks.items():
        everybody = statistics.seekers()
        chosen = rng.permutation(len(everybody))[: plan.n].tolist()
        tasks[task] = SeekerStatistics.of_seekers(
            [everybody[i] for i in chosen], statistics.tables, statistics.design
        )
    return baseline, group.with_tasks(tasks), None
