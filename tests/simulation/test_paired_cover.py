"""Do 90 % intervals of a paired difference hold it? An entropy and rates, by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crs_simcheck.stats import (
    Pool,
    Rows,
    confidence_interval,
    correlation_of_errors,
    difference_interval,
    entropy_bits,
    jackknife_error,
    leave_one_out,
    one_hot,
    rare_rate,
)

N, EACH, WIDTH = 100, 4, 300
FAME = 1 / (np.arange(WIDTH) + 8)
FAME /= FAME.sum()


def entropy(pool):
    return entropy_bits(pool.block("counts"))


def twice(rng, share, top):
    """Two sides of N units: a share of each side's draws anew; the second moved to the top five."""
    truth = rng.choice(WIDTH, (N, EACH), p=FAME)
    sides = []
    for side in range(2):
        anew = rng.random((N, EACH)) < share
        drawn = np.where(anew, rng.choice(WIDTH, (N, EACH), p=FAME), truth)
        if side:
            drawn = np.where(rng.random((N, EACH)) < top, rng.integers(0, 5, (N, EACH)), drawn)
        sides.append(drawn)
    return sides


def expected(top):
    """Mean of the plug-in entropy of such sides, by itself: what the values estimate."""
    rng = np.random.default_rng(99)
    found = []
    for _ in range(400):
        side = twice(rng, 1.0, top)[1].ravel()
        found.append(entropy_bits(np.bincount(side, minlength=WIDTH)[None, :].astype(float))[0])
    return float(np.mean(found))


def cover_of_entropy(runs, share, top, seed=0):
    truth = expected(top) - expected(0.0)
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(N), EACH)
    held = 0
    for _ in range(runs):
        values, own, without = [], [], []
        for side in twice(rng, share, top):
            rows = Rows(owner, N, {"counts": one_hot(side.ravel(), WIDTH)})
            left = leave_one_out(rows, entropy, ("counts",))
            value = float(entropy(Pool.whole(rows))[0])
            values.append(value)
            own.append(confidence_interval(value, jackknife_error(left), N))
            without.append(left)
        rho = correlation_of_errors(*without)
        found = difference_interval(tuple(values), tuple(own), rho)
        held += found.low <= truth <= found.high
    return held / runs


def cover_of_rate(runs, rates, shared, seed=0):
    """Rates of two sides; a share of the units has its event on both or on neither."""
    rng = np.random.default_rng(seed)
    held = 0
    for _ in range(runs):
        same = rng.random(N) < shared
        level = rng.random(N)
        events = [(np.where(same, level, rng.random(N)) < rate).astype(float) for rate in rates]
        found = [rare_rate(one, np.ones(N)) for one in events]
        left = [(one.sum() - one) / (N - 1) for one in events]
        interval = difference_interval(
            tuple(one.value for one in found),
            tuple(one.interval for one in found),
            correlation_of_errors(*left),
        )
        held += interval.low <= rates[1] - rates[0] <= interval.high
    return held / runs


def least(share, runs):
    return share - 3 * math.sqrt(share * (1 - share) / runs)


@pytest.mark.slow
@pytest.mark.parametrize("share,top", [(0.1, 0.0), (1.0, 0.0), (0.2, 0.1), (1.0, 0.1)])
def test_of_an_entropy(share, top):
    assert cover_of_entropy(600, share, top) >= least(0.87, 600)


@pytest.mark.parametrize("rates", [(0.02, 0.02), (0.02, 0.1), (0.4, 0.45)])
@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_of_a_rate(rates, shared):
    assert cover_of_rate(250, rates, shared) >= least(0.87, 250)
