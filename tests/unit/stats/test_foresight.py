"""What is foreseen, against simulation."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import t as student

from crs_simcheck.stats import (
    Range,
    clopper_pearson,
    decide,
    half_width,
    power_of,
    power_of_rate,
    rare_rate,
    target_range,
    with_reference,
)

RUNS = 20_000


def simulated(n, n_reference, margin, drift=0.0, direction="two-sided", seed=3):
    """Shares within and drifted of means of normal values, by the rule written out once more."""
    rng = np.random.default_rng(seed)
    value = drift + rng.standard_normal(RUNS) / math.sqrt(n)
    value -= rng.standard_normal(RUNS) / math.sqrt(n_reference)
    own = np.sqrt(rng.chisquare(n - 1, RUNS) / (n - 1) / n)
    reach = student.ppf(0.95, n - 1) * np.sqrt(own**2 + 1 / n_reference)
    h = half_width(margin, 1.0, n, direction)
    low = -math.inf if direction == "upper" else -h
    high = math.inf if direction == "lower" else h
    within = (value - reach >= low) & (value + reach <= high)
    drifted = (value - reach > high) | (value + reach < low)
    return within.mean(), drifted.mean()


@pytest.mark.parametrize("direction", ["two-sided", "lower", "upper"])
@pytest.mark.parametrize("n", [20, 50, 100])
def test_false_alarms_are_as_foreseen(n, direction):
    h = half_width(0.42, 1.0, n, direction)
    target = target_range(0.0, h, direction)
    found = power_of(0.0, 1 / math.sqrt(n), n, target, 1.0, 271)
    within, drifted = simulated(n, 271, 0.42, direction=direction)
    assert found.drifted == pytest.approx(drifted, abs=0.003)
    assert 1 - found.not_within == pytest.approx(within, abs=0.012)


@pytest.mark.parametrize("n", [20, 50, 100, 300])
def test_the_least_drift_is_found_four_times_of_five(n):
    target = target_range(0.0, half_width(0.42, 1.0, n))
    found = power_of(0.0, 1 / math.sqrt(n), n, target, 1.0, 271)
    assert simulated(n, 271, 0.42, drift=found.least_drift)[1] == pytest.approx(0.8, abs=0.015)
    assert found.past_end == pytest.approx(found.least_drift - target.high)


def test_more_units_see_more_and_are_wrong_less():
    seen = [
        power_of(0.0, n**-0.5, n, target_range(0.0, half_width(0.42, 1.0, n)), 1.0, 10_000)
        for n in (20, 50, 100, 200, 400)
    ]
    for before, after in itertools.pairwise(seen):
        assert after.least_drift < before.least_drift
        assert after.drifted <= before.drifted
        assert after.not_within <= before.not_within


def test_a_side_that_does_not_scatter_is_never_wrong():
    found = power_of(1.0, 0.0, 30, Range(0.0, 2.0))
    assert (found.least_drift, found.drifted, found.not_within) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.05])
def test_false_alarms_of_a_rate_are_as_foreseen(rate):
    n, most = 100, Range(-math.inf, 0.05)
    rng = np.random.default_rng(8)
    model = rare_rate(np.zeros(n), np.full(n, 1.0))
    found = power_of_rate(model, rate, n, most)
    events = rng.binomial(n, rate, 4_000)
    outcomes = [decide(clopper_pearson(k, n), most) for k in events.tolist()]
    assert found.drifted == pytest.approx(outcomes.count("drifted") / 4_000, abs=0.02)
    assert 1 - found.not_within == pytest.approx(outcomes.count("within") / 4_000, abs=0.02)


def test_a_rate_that_stands_beside_people_has_their_uncertainty_too():
    model = rare_rate(np.r_[np.ones(5), np.zeros(95)], np.full(100, 1.0))
    target = Range(-math.inf, 0.12)
    alone = power_of_rate(model, 0.05, 100, target)
    beside = power_of_rate(model, 0.05, 100, target, 0.25, 100)
    assert beside.past_end > alone.past_end
    assert beside.not_within >= alone.not_within
    span = with_reference(0.05, clopper_pearson(5, 100), 0.25, 100, 100)
    assert span.high > clopper_pearson(5, 100).high


def test_a_rate_of_more_units_is_the_same_rate_with_a_shorter_interval():
    model = rare_rate(np.r_[np.ones(5), np.zeros(95)], np.full(100, 2.0))
    more = model.of_units(4)
    assert (more.value, more.answers, more.units_with_event) == (model.value, 800, 20)
    assert more.interval.high < model.interval.high
