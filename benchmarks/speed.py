"""How long the gate takes: all metrics of 100 seekers, and pytest over the example.

Medians of several runs in one process, so that figures can be compared with each other; how they
grow is a ratio, which no machine changes much.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks.alone import ALONE
from crs_simcheck.baselines import Group, load_baseline, measure, measure_group
from crs_simcheck.controls import make_control
from crs_simcheck.gate import Comparison, GateSpec, Settings, joint_catalogue
from crs_simcheck.metrics import metrics_of
from crs_simcheck.records import Response

__all__ = ["answers", "compare_all", "main"]

ROOT = Path(__file__).resolve().parent.parent
SEEKERS, ANSWERS = 100, 5
LIMIT_COMPARED, LIMIT_PYTEST, LIMIT_RATIO = 0.5, 1.5, 10.0
BASELINES = ("redial-seekers", "synthetic-raters")


def answers(baseline: Group) -> list[Response]:
    """Return 100 seekers' answers, drawn from the baseline, at most five of each to a task."""
    control = make_control("people", baseline, SEEKERS, np.random.default_rng(0))
    given: dict[tuple[str, str], int] = {}
    kept = []
    for response in control.responses:
        key = (response.task, response.seeker)
        given[key] = given.get(key, 0) + 1
        if given[key] <= ANSWERS:
            kept.append(response)
    return kept


def compare_all(responses: dict[str, list[Response]], draws: int) -> int:
    """Measure all answers, decide every metric that can be measured, and return how many."""
    decided = 0
    for name, rows in responses.items():
        baseline = load_baseline(name)
        joint = joint_catalogue(None, baseline)
        seen = measure(rows, joint.catalogue)
        group = measure_group(seen, joint.catalogue, name="simulator", speakers="simulator")
        for task in group.tasks:
            settings = Settings(n_draws=draws)
            compared = Comparison(task, group, baseline, catalogue=joint, settings=settings)
            for metric in metrics_of(task):
                spec = GateSpec(task, metric)
                if compared.missing(spec) is None:
                    compared.verdict(spec)
                    decided += 1
    return decided


def _median(function: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        function()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _peak(function: Callable[[], object]) -> float:
    """Return the most memory that Python and numpy held at once, in MB."""
    tracemalloc.start()
    function()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def _pytest() -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--crs-simcheck", "-q", *ALONE],
            cwd=ROOT / "examples" / "movies",
            capture_output=True,
            text=True,
            check=False,
            env=_environment(Path(folder)),
        )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "PYTHON"))}
    return kept | {"HOME": str(folder)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the medians; exit 1 where one is over its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=9, help="runs of each measurement")
    runs = parser.parse_args(arguments).runs
    responses = {name: answers(load_baseline(name)) for name in BASELINES}
    decided = compare_all(responses, 100)
    few = _median(lambda: compare_all(responses, 1_000), runs)
    many = _median(lambda: compare_all(responses, 10_000), max(3, runs // 3))
    memory = [_peak(partial(compare_all, responses, n)) for n in (1_000, 10_000)]
    whole = _median(_pytest, runs)
    bare = _median(
        lambda: subprocess.run([sys.executable, "-c", "import pytest"], check=True), runs
    )
    figures = (
        (f"{decided} metrics of {SEEKERS} seekers, 1,000 groups", few, LIMIT_COMPARED, "s"),
        ("the same, 10,000 groups, over 1,000", many / few, LIMIT_RATIO, "×"),
        ("memory of 10,000 groups over 1,000", memory[1] / memory[0], LIMIT_RATIO, "×"),
        ("pytest --crs-simcheck, examples/movies", whole, LIMIT_PYTEST, "s"),
    )
    print(f"medians of {runs} runs; {sum(map(len, responses.values())):,} answers in all")
    for what, value, limit, unit in figures:
        verdict = "ok" if value <= limit else "TOO SLOW"
        print(f"{what:45} {value:6.2f} {unit}  (at most {limit:g})  {verdict}")
    print(f"{'memory of 1,000 and 10,000 groups':45} {memory[0]:6.0f} and {memory[1]:.0f} MB")
    print(f"{'python -c import pytest, for comparison':45} {bare:6.2f} s")
    return int(any(value > limit for _, value, limit, _ in figures))


if __name__ == "__main__":
    sys.exit(main())
