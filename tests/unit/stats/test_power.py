import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import nct, norm

from crs_simcheck.stats import (
    Range,
    Reference,
    confidence_interval,
    decide,
    half_width,
    least_drift,
    reference_needed,
    reference_suffices,
    standard_error,
    t_quantile,
    target_range,
    units_needed,
)

positive = st.floats(0.05, 3)
directions = st.sampled_from(["two-sided", "lower", "upper"])


def decided_by_the_rule(value, sigma, n, reference):
    """The rule, written out once more."""
    if isinstance(reference, Range):
        target, own = reference, 0.0
    else:
        size = min(n, reference.n_units, reference.largest or n)
        h = half_width(reference.margin, reference.sigma1, size, reference.direction)
        target = target_range(reference.center, h, reference.direction)
        own = reference.sigma1**2 / reference.n_units
    se = math.sqrt(sigma**2 / n + own)
    return decide(confidence_interval(value, se, n), target) != "inconclusive"


@given(
    st.floats(-2, 2), positive, st.integers(20, 300), positive, st.integers(40, 900), positive,
    directions,
)  # fmt: skip
def test_the_number_of_units_decides_and_one_fewer_does_not(
    value, sigma, n, sigma1, n_units, margin, direction
):
    reference = Reference(0.0, sigma1, n_units, margin, direction)
    needed = units_needed(value, sigma, n, reference)
    if needed is None:
        assert not decided_by_the_rule(value, sigma, 10_000_000, reference)
        return
    assert needed >= n
    assert decided_by_the_rule(value, sigma, needed, reference)
    if needed > n:
        assert not decided_by_the_rule(value, sigma, needed - 1, reference)


@given(st.floats(-2, 2), positive, st.integers(20, 300), st.floats(0.1, 1.5))
def test_the_same_for_a_range_given_by_hand(value, sigma, n, half):
    target = Range(-half, half)
    assume(abs(abs(value) - half) > 1e-3)
    needed = units_needed(value, sigma, n, target)
    assert needed is not None
    assert decided_by_the_rule(value, sigma, needed, target)
    if needed > n:
        assert not decided_by_the_rule(value, sigma, needed - 1, target)


def test_a_value_on_the_very_end_is_never_decided():
    assert units_needed(1.0, 0.5, 100, Range(0.0, 1.0)) is None


def test_ranges_do_not_go_on_narrowing_beyond_the_reference():
    reference = Reference(0.0, 1.0, 100, 0.0)
    assert reference.range_at(25).high == pytest.approx(1.96 / 5, abs=1e-4)
    assert reference.range_at(100).high == pytest.approx(0.196, abs=1e-4)
    assert reference.range_at(10_000) == reference.range_at(100)
    paired = Reference(0.0, 1.0, 100, 0.0, "lower", 50)
    assert paired.range_at(100) == paired.range_at(50)


@given(positive, positive, st.integers(2, 500))
def test_the_number_in_the_reference_suffices_and_one_fewer_does_not(margin, sigma1, n):
    needed = reference_needed(margin, sigma1, n)
    assert needed >= n
    assert reference_suffices(margin, sigma1, needed)
    if needed > n:
        assert not reference_suffices(margin, sigma1, needed - 1)


@given(positive, positive, st.integers(30, 900))
def test_a_reference_that_suffices_lets_the_middle_be_shown(margin, sigma1, n_units):
    assume(abs(margin / (1.645 * sigma1 / math.sqrt(n_units)) - 1) > 1e-3)
    needed = units_needed(0.0, sigma1, 20, Reference(0.0, sigma1, n_units, margin))
    if reference_suffices(margin, sigma1, n_units):
        assert needed is not None
    else:  # the reference's own error alone, however many units there are, fills the margin
        assert (
            decide(
                confidence_interval(0.0, standard_error(0.0, sigma1, n_units), 10**7),
                target_range(0.0, margin),
            )
            == "inconclusive"
        )


def test_without_a_margin_no_reference_suffices():
    assert reference_needed(0.0, 1.0, 100) is None
    assert not reference_suffices(0.0, 1.0, 10**9)


def test_the_least_drift_is_found_four_times_of_five():
    """With the standard error known, v is normal about c + drift: P(v − t·SE > c + h) = .8."""
    h, se, n = 0.4, 0.1, 100
    drift = least_drift(h, se, n)
    found = norm.sf(h + t_quantile(n) * se, loc=drift, scale=se)
    assert found == pytest.approx(0.80, abs=1e-6)


def test_the_least_drift_by_simulation():
    """Means of n normal values, the standard error estimated: the power is .8, less a whisker."""
    rng = np.random.default_rng(11)
    n, sigma, h = 100, 1.0, 0.4
    drift = least_drift(h, sigma / math.sqrt(n), n)
    samples = rng.normal(drift, sigma, (4_000, n))
    se = samples.std(axis=1, ddof=1) / math.sqrt(n)
    drifted = samples.mean(axis=1) - t_quantile(n) * se > h
    exact = nct.sf(t_quantile(n), n - 1, (drift - h) / (sigma / math.sqrt(n)))
    assert drifted.mean() == pytest.approx(exact, abs=0.02)
    assert exact == pytest.approx(0.8, abs=0.01)


def test_standard_errors_of_both_sides_meet_in_the_least_drift():
    se = standard_error(0.1, 1.0, 400)
    assert least_drift(0.0, se, 100) > least_drift(0.0, 0.1, 100)
