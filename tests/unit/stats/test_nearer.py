"""Which of two values is nearer to its target."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.stats import ConfidenceInterval, Range, approach, distance, score, t_quantile

TWO, AT_MOST, AT_LEAST = Range(7.0, 9.0), Range(-math.inf, 0.05), Range(0.6, math.inf)
finite = st.floats(-50, 50)


def held(values, target, margin, reach=0.0, apart=0.0):
    """Approach with intervals of one reach; ``apart`` is the reach of the difference."""
    x, y = values
    return approach(
        values,
        target,
        margin,
        difference=ConfidenceInterval(y - x - apart, y - x + apart),
        total=ConfidenceInterval(x + y - 2 * reach, x + y + 2 * reach),
        ends=tuple(ConfidenceInterval(v - reach, v + reach) for v in values),
    )


@given(finite, st.sampled_from([TWO, AT_MOST, AT_LEAST]), st.floats(0.01, 5))
def test_the_distance_is_that_of_scores(value, target, margin):
    expected = max(1.0, 10.0 - 4.5 * distance(value, target, margin))
    assert score(value, target, margin) == pytest.approx(expected)


@given(finite, finite, st.sampled_from([TWO, AT_MOST, AT_LEAST]), st.floats(0.01, 5))
def test_without_uncertainty_it_is_the_difference_of_the_distances(x, y, target, margin):
    found = held((x, y), target, margin)
    change = distance(y, target, margin) - distance(x, target, margin)
    assert found.change == pytest.approx(change)
    assert found.interval.low == pytest.approx(change, abs=1e-9)
    assert found.interval.high == pytest.approx(change, abs=1e-9)


@given(finite, finite, st.sampled_from([TWO, AT_MOST, AT_LEAST]), st.floats(0, 4), st.floats(0, 4))
def test_the_interval_holds_the_value_and_turns_with_the_sides(x, y, target, reach, apart):
    found = held((x, y), target, 0.1, reach, apart)
    back = held((y, x), target, 0.1, reach, apart)
    assert found.interval.low - 1e-9 <= found.change <= found.interval.high + 1e-9
    assert back.interval.low == pytest.approx(-found.interval.high, abs=1e-7)
    assert back.interval.high == pytest.approx(-found.interval.low, abs=1e-7)


def test_who_is_nearer():
    assert held((7.2, 7.8), TWO, 0.4, 0.2, 0.1).sign == -1
    assert held((7.8, 7.2), TWO, 0.4, 0.2, 0.1).sign == 1
    assert held((7.4, 7.6), TWO, 0.4, 0.2, 0.3).sign == 0  # they do not differ for sure
    assert held((7.5, 8.6), TWO, 0.4, 0.2, 0.1).sign == 0  # the middle lies between them
    assert held((0.01, 0.04), AT_MOST, 0.05, 0.02, 0.01).sign == 0  # inside, both are fine
    assert held((0.01, 0.12), AT_MOST, 0.05, 0.02, 0.01).sign == 1
    assert held((0.4, 0.58), AT_LEAST, 0.1, 0.05, 0.05).sign == -1
    assert held((0.55, 0.9), AT_LEAST, 0.1, 0.1, 0.05).sign == 0  # the first may be inside


def test_an_end_that_is_nowhere():
    assert held((1.0, 2.0), Range(-math.inf, math.inf), 0.1).sign == 0


@pytest.mark.parametrize("target", [TWO, AT_LEAST], ids=["two ends", "one end"])
@pytest.mark.parametrize("near", [0.0, 0.1, 0.3, 1.0])
def test_it_is_wrong_for_sure_no_oftener_than_it_says(target, near):
    """x and y are as far from the target: whoever is called nearer is called so wrongly."""
    rng = np.random.default_rng(11)
    n, error, rho, runs = 100, 0.1, 0.6, 4000
    middle = 8.0 if target is TWO else 0.6
    for other in (near, -near) if target is TWO else (-near,):
        truth = np.array([middle + near if target is TWO else middle - near, middle + other])
        noise = rng.multivariate_normal([0, 0], error**2 * np.array([[1, rho], [rho, 1]]), runs)
        t = t_quantile(n)
        apart, both = (t * error * np.sqrt(2 * (1 + s * rho)) for s in (-1, 1))
        signs = []
        for x, y in truth + noise:
            found = approach(
                (x, y),
                target,
                0.1,
                difference=ConfidenceInterval(y - x - apart, y - x + apart),
                total=ConfidenceInterval(x + y - both, x + y + both),
                ends=tuple(ConfidenceInterval(v - t * error, v + t * error) for v in (x, y)),
            )
            signs.append(found.sign)
        for sign in (-1, 1):
            assert np.mean(np.array(signs) == sign) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
