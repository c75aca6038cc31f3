"""How often a gate that is looked at several times is wrong, and how many answers that saves.

Every run draws a baseline of N synthetic people and a simulator of n seekers, and asks the gate at
once and in blocks. The controls are made from people that ship, or are reference simulators.
``python benchmarks/sequential.py --help`` lists the options; results are a pure function of them.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks.known_bad import Bad, Plan, bad_simulators, first, in_blocks, mapped
from benchmarks.populations import DRIFTS, amount_for, as_group, expectation
from benchmarks.tables import markdown
from crs_simcheck.baselines import SeekerStatistics
from crs_simcheck.gate import Comparison, GateSpec, Settings
from crs_simcheck.gate.sequential import Look, SequentialComparison
from crs_simcheck.metrics import metric_named

__all__ = ["Rates", "main", "misses", "rates"]

_RUNS_A_JOB = 10

# Outcome at once, outcome in blocks, seekers asked in blocks.
_Run = tuple[str, str, int]


@dataclass(frozen=True)
class Rates:
    """Shares of runs of a case, at once and in blocks, and the mean share of the seekers asked."""

    metric: str
    case: str
    runs: int
    at_once: tuple[float, float]
    in_blocks: tuple[float, float]
    asked: float


def one_run(metric: str, amounts: Mapping[str, float], plan: Plan, run: int) -> dict[str, _Run]:
    """Hold a simulator of every case against one baseline, at once and in blocks."""
    drift, of = DRIFTS[metric], metric_named(DRIFTS[metric].metric)
    baseline = as_group(
        drift.task, drift.people(plan.people, np.random.default_rng([plan.seed, run]))
    )
    settings = Settings(seed=run, n_draws=plan.draws)
    found: dict[str, _Run] = {}
    for case, amount in amounts.items():
        # All simulators of a run begin with the same random numbers, and so differ by their drift.
        seekers = drift.draw(plan.n, np.random.default_rng([plan.seed, run, 1]), amount)

        def at(look: Look, seekers: SeekerStatistics = seekers) -> Comparison:
            group = as_group(drift.task, first(seekers, look.n_seekers), simulator=True)
            return SequentialComparison(drift.task, group, baseline, settings=settings, look=look)

        specs = {case: GateSpec(drift.task, of)}
        if case == "people":
            specs["people, margin 0"] = GateSpec(drift.task, of, margin=0.0)
        whole = as_group(drift.task, seekers, simulator=True)
        at_once = Comparison(drift.task, whole, baseline, settings=settings)
        asked = dict.fromkeys(specs, plan.n)
        for look, verdicts in in_blocks(plan.n, at, lambda _, specs=specs: tuple(specs.values())):
            for name, spec in specs.items():
                if verdicts[spec].outcome != "inconclusive":
                    asked[name] = min(asked[name], look.n_seekers)
        for name, spec in specs.items():
            found[name] = at_once.verdict(spec).outcome, verdicts[spec].outcome, asked[name]
    return found


def _amounts(metric: str, plan: Plan) -> dict[str, float]:
    """Return how much of a drift makes it so many margins; what cannot be so large is left out."""
    of = metric_named(DRIFTS[metric].metric)
    center = expectation(metric, plan.n, plan.people, 0.0, plan.groups)
    amounts = {"people": 0.0}
    for case in ("1 margin", "2 margins"):
        distance = float(case[0]) * of.margin.at(center)
        try:
            amounts[case] = amount_for(metric, distance, plan.n, plan.people, plan.groups)
        except ValueError:
            continue
    return amounts


def _job(job: tuple[str, dict[str, float], range], plan: Plan) -> list[dict[str, _Run]]:
    metric, amounts, runs = job
    return [one_run(metric, amounts, plan, run) for run in runs]


def rates(plan: Plan) -> list[Rates]:
    """Run the simulation and return a row for each metric and case."""
    amounts = dict(
        zip(plan.metrics, mapped(partial(_amounts, plan=plan), plan.metrics, plan), strict=True)
    )
    jobs = [
        (metric, amounts[metric], range(begin, min(begin + _RUNS_A_JOB, plan.runs)))
        for metric in plan.metrics
        for begin in range(0, plan.runs, _RUNS_A_JOB)
    ]
    seen: dict[tuple[str, str], list[_Run]] = {}
    for (metric, _, _), part in zip(
        jobs, mapped(partial(_job, plan=plan), jobs, plan), strict=True
    ):
        for run in part:
            for case, outcome in run.items():
                seen.setdefault((metric, case), []).append(outcome)
    return [
        Rates(
            metric,
            case,
            len(runs),
            _shares([once for once, _, _ in runs]),
            _shares([blocks for _, blocks, _ in runs]),
            float(np.mean([asked for _, _, asked in runs])) / plan.n,
        )
        for (metric, case), runs in seen.items()
    ]


def _shares(outcomes: Sequence[str]) -> tuple[float, float]:
    return tuple(outcomes.count(o) / len(outcomes) for o in ("within", "drifted"))  # type: ignore[return-value]


# -- promises ----------------------------------------------------------------------------------


def misses(rows: Sequence[Rates], bad: Sequence[Bad], deviations: float = 0.0) -> list[str]:
    """Return a sentence for every promise that is not kept.

    The rates are those that the gate promises where it is asked at once; a rate that the metric
    itself does not keep there may be missed by as much here.

    Parameters
    ----------
    deviations:
        Standard deviations of a binomial count by which a rate may miss: for few runs.
    """
    found = []
    for row in rows:
        for what, share, once, end, limit in _promises(row):
            slack = deviations * math.sqrt(limit * (1 - limit) / row.runs) + 1e-9
            most, least = max(limit, once) + slack, min(limit, once) - slack
            if share > most if end == "most" else share < least:
                found.append(
                    f"{row.metric}, {row.case}: {what} {share:.1%}, at once {once:.1%}, "
                    f"need at {end} {limit:.1%}"
                )
        if row.asked > 1:
            found.append(f"{row.metric}, {row.case}: more seekers than at once")
    for kind in bad:
        most = 1.0 if kind.name == "people" else 1 / 3
        if max(kind.own, kind.first_drift) > most:
            found.append(f"{kind.name} takes {kind.first_drift:.0%} of the answers")
        if kind.name != "people" and kind.caught < 1:
            found.append(f"{kind.name} is caught in {kind.caught:.1%}")
    return found


def _promises(row: Rates) -> list[tuple[str, float, float, str, float]]:
    within, drifted = row.in_blocks
    once_within, once_drifted = row.at_once
    return {
        "people": [
            ("drifted", drifted, once_drifted, "most", 0.01),
            ("within", within, once_within, "least", 0.95),
        ],
        "people, margin 0": [("drifted", drifted, once_drifted, "most", 0.01)],
        "1 margin": [
            ("within", within, once_within, "most", 0.065),
            ("drifted", drifted, once_drifted, "most", 0.065),
        ],
        "2 margins": [
            ("within", within, once_within, "most", 0.005),
            ("drifted", drifted, once_drifted, "least", 0.95),
        ],
    }[row.case]


def _percent(shares: tuple[float, float]) -> str:
    return f"{100 * shares[0]:.1f} / {100 * shares[1]:.1f}"


def tables(rows: Sequence[Rates], bad: Sequence[Bad]) -> Iterator[str]:
    """Yield both tables, as Markdown."""
    yield from markdown(
        ("metric", "case", "at once", "in blocks", "seekers asked"),
        (
            (r.metric, r.case, _percent(r.at_once), _percent(r.in_blocks), f"{100 * r.asked:.0f} %")
            for r in rows
        ),
    )
    yield ""
    yield from markdown(
        ("simulator", "people", "own gates", "first drift", "every gate", "drifted"),
        (
            (
                b.name,
                b.baseline,
                *(f"{100 * s:.0f} %" for s in (b.own, b.first_drift, b.every_gate, b.caught)),
            )
            for b in bad
        ),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; exit 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    plan = Plan()
    parser.add_argument("--runs", type=int, default=plan.runs, help="runs of each metric")
    parser.add_argument("--draws", type=int, default=plan.draws, help="groups drawn at each look")
    parser.add_argument("--groups", type=int, default=plan.groups, help="groups of an expectation")
    parser.add_argument("--seekers", type=int, default=plan.n, help="seekers of the simulator")
    parser.add_argument("--people", type=int, default=plan.people, help="people N")
    parser.add_argument("--metrics", nargs="+", choices=tuple(DRIFTS), default=plan.metrics)
    parser.add_argument("--workers", type=int, default=plan.workers, help="processes")
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    given = parser.parse_args(arguments)
    plan = Plan(
        given.runs, given.draws, given.seekers, given.people, tuple(given.metrics),
        given.groups, given.workers, given.seed,
    )  # fmt: skip
    started = time.perf_counter()
    rows = rates(plan)
    bad = bad_simulators(Plan(max(20, plan.runs // 5), plan.draws, plan.n, workers=plan.workers))
    print("\n".join(tables(rows, bad)))
    print(f"\n{plan.runs:,} runs, {(time.perf_counter() - started) / 60:.0f} minutes")
    missed = misses(rows, bad)
    print("\n".join(["misses:", *missed]) if missed else "every promise is kept")
    if given.json is not None:
        figures = {"plan": asdict(plan), "rows": [asdict(r) for r in (*rows, *bad)]}
        given.json.write_text(json.dumps(figures))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
