"""The time that the closed form of the diversity of vectors takes, against that of all pairs.

    python benchmarks/diversity.py

20,000 vectors of 300 dimensions. Pairs are multiplied in blocks by numpy, which is as fast as all
pairs get without a GPU; equations 6 and 7 of arXiv 2607.00010 as they are written are the same
figure.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.stats import dispersion

N, DIMENSION = 20_000, 300
LEAST_RATIO = 100
_BLOCK = 2_000
_RUNS = 5


def closed_form(units: NDArray[np.float64]) -> float:
    """Return the diversity from the sum of the vectors."""
    total = units.sum(axis=0, keepdims=True)
    return float(dispersion(total, np.array([len(units)]))[0])


def all_pairs(units: NDArray[np.float64]) -> float:
    """Return the diversity as one minus the mean cosine of all pairs."""
    cosines = 0.0
    for begin in range(0, len(units), _BLOCK):
        cosines += float((units[begin : begin + _BLOCK] @ units.T).sum())
    return 1.0 - cosines / len(units) ** 2


def _seconds(function: Callable[[NDArray[np.float64]], float], units: NDArray[np.float64]) -> float:
    begin = time.perf_counter()
    function(units)
    return time.perf_counter() - begin


def main() -> int:
    """Print both times and their ratio; exit 1 where it is less than promised."""
    vectors = np.random.default_rng(0).normal(0.1, 1.0, (N, DIMENSION))
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    difference = abs(closed_form(units) - all_pairs(units))
    # One after the other in each run, so that both see the same machine.
    pairs = [(_seconds(closed_form, units), _seconds(all_pairs, units)) for _ in range(_RUNS)]
    fast, slow = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"{N:,} vectors of {DIMENSION} dimensions, medians of {_RUNS} runs")
    print(f"closed form {1000 * fast:.1f} ms, all pairs {1000 * slow:,.0f} ms: {ratio:,.0f} times")
    print(f"the two differ by {difference:.1e}; at least {LEAST_RATIO} times is promised")
    return 0 if ratio >= LEAST_RATIO and difference < 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
