"""Which spending functions to take: rates and seekers asked, of values that are normal.

``python benchmarks/spending.py`` prints the table of docs/planning.md in half a minute. The margin
and the people are the usual ones: .42 σ₁, n = 100, N = 271.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks.tables import markdown
from crs_simcheck.gate.sequential import SHARES
from crs_simcheck.stats import (
    SPENDING,
    TAIL,
    FloatArray,
    Spending,
    half_width,
    looks_at,
    nominal_tails,
    t_quantile,
)

__all__ = ["main", "simulated"]

# In margins; one look finds 1.7 of them in 80 %.
_DRIFTS = {
    "people": 0.0,
    "1 margin": 1.0,
    "1.7 margins": 1.7,
    "2 margins": 2.0,
    "3 margins": 3.0,
}
_LEAST = 20


def simulated(
    sizes: Sequence[int],
    outside: Spending,
    inside: Spending,
    drift: float,
    margin: float = 0.42,
    people: int = 271,
    runs: int = 20_000,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Return the shares within and drifted, and the mean number of units asked.

    Parameters
    ----------
    sizes:
        Units at each look.
    drift:
        In half-widths of the range.
    """
    rng = np.random.default_rng(seed)
    n = sizes[-1]
    values = rng.standard_normal((runs, n))
    theirs = rng.standard_normal(runs) / math.sqrt(people)
    h = half_width(margin, 1.0, n)
    tails = nominal_tails(tuple(sizes), TAIL, outside), nominal_tails(tuple(sizes), TAIL, inside)
    within = np.zeros(runs, dtype=bool)
    drifted = np.zeros(runs, dtype=bool)
    asked = np.full(runs, n, dtype=np.float64)
    for place, size in enumerate(sizes):
        some = values[:, :size]
        error: FloatArray = np.sqrt(some.var(axis=1, ddof=1) / size + 1 / people)
        far = np.abs(some.mean(axis=1) + theirs + drift * h)
        reach = [t_quantile(size, tail[place]) * error for tail in tails]
        left = ~(within | drifted)
        asked[left & ((far - reach[0] > h) | (far + reach[1] <= h))] = size
        drifted |= left & (far - reach[0] > h)
        within |= left & (far + reach[1] <= h)
    return float(within.mean()), float(drifted.mean()), float(asked.mean())


def _lines(n: int, runs: int) -> Iterator[tuple[str, ...]]:
    sizes = looks_at(n, SHARES, _LEAST)
    choices: list[tuple[str, Sequence[int], Spending, Spending]] = [
        ("one look", (n,), "quadratic", "quadratic")
    ]
    for outside in SPENDING:
        for inside in SPENDING:
            choices.append((f"{outside}, {inside}", sizes, outside, inside))
    for name, looks, outside, inside in choices:
        cells = []
        for drift in _DRIFTS.values():
            within, drifted, asked = simulated(looks, outside, inside, drift, runs=runs)
            cells.append(f"{100 * within:.1f} / {100 * drifted:.1f} ({asked:.0f})")
        yield (name, *cells)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seekers", type=int, default=100)
    given = parser.parse_args(arguments)
    head = ("drifted, within", *_DRIFTS)
    print("\n".join(markdown(head, _lines(given.seekers, given.runs))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
