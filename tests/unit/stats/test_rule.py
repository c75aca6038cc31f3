import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.stats import (
    CONFIDENCE_LEVEL,
    ConfidenceInterval,
    Range,
    confidence_interval,
    decide,
    draw_groups,
    half_width,
    score,
    sigma_one,
    standard_error,
    t_quantile,
    target_range,
    with_reference,
)

INF = math.inf


@pytest.mark.parametrize("drawn, n_reference", [(30, 60), (20, 271), (135, 271), (99, 100)])
def test_sigma_one_recovers_the_deviation_of_one_unit(drawn, n_reference):
    """For the mean, σ₁ is the population's own standard deviation, whatever m and N."""
    rng = np.random.default_rng(drawn)
    population = rng.gamma(2.0, 1.5, n_reference)
    groups = draw_groups(n_reference, drawn, 4_000, rng)
    deviation = population[groups].mean(axis=1).std(ddof=1)
    assert sigma_one(deviation, drawn, n_reference) == pytest.approx(
        population.std(ddof=1), rel=0.05
    )


@pytest.mark.parametrize("drawn, n_reference", [(0, 10), (10, 10), (11, 10)])
def test_draws_of_all_say_nothing_about_one(drawn, n_reference):
    message = f"draws of {drawn} of {n_reference} units say nothing about one unit"
    with pytest.raises(ValueError, match=message):
        sigma_one(1.0, drawn, n_reference)


def test_half_width_is_the_margin_or_what_groups_vary_by():
    assert half_width(0.4, 1.0, 100) == 0.4
    assert half_width(0.0, 1.0, 100) == pytest.approx(0.196, abs=1e-4)
    assert half_width(0.0, 1.0, 100, "lower") == pytest.approx(0.1645, abs=1e-4)
    assert half_width(0.0, 1.0, 100, "upper") == half_width(0.0, 1.0, 100, "lower")


def test_a_range_is_open_where_the_direction_does_not_look():
    assert target_range(1.0, 0.25) == Range(0.75, 1.25)
    assert target_range(1.0, 0.25, "lower") == Range(0.75, INF)
    assert target_range(1.0, 0.25, "upper") == Range(-INF, 1.25)
    assert target_range(1.0, 0.25).middle == 1.0
    assert math.isnan(target_range(1.0, 0.25, "lower").middle)
    assert math.isnan(target_range(1.0, 0.25, "upper").middle)


def test_what_lies_in_a_range():
    assert 1.0 in Range(1.0, 2.0)
    assert 2 in Range(1.0, 2.0)
    assert 2.1 not in Range(1.0, 2.0)
    assert "1" not in Range(1.0, 2.0)


def test_the_standard_error_adds_the_references_own():
    assert standard_error(0.3) == 0.3
    assert standard_error(0.3, sigma1=4.0, n_reference=100) == pytest.approx(0.5)


@given(
    st.floats(-5, 5), st.floats(0, 3), st.floats(0, 3), st.floats(0, 2), st.integers(20, 900),
    st.integers(2, 300),
)  # fmt: skip
def test_an_interval_with_the_references_uncertainty_is_wider_on_either_side(
    value, down, up, sigma1, n_reference, n
):
    own = ConfidenceInterval(value - down, value + up)
    found = with_reference(value, own, sigma1, n_reference, n)
    reach = t_quantile(n) * sigma1 / math.sqrt(n_reference)
    assert value - found.low == pytest.approx(math.hypot(value - own.low, reach), abs=1e-9)
    assert found.high - value == pytest.approx(math.hypot(own.high - value, reach), abs=1e-9)


def test_for_a_jackknife_it_is_the_interval_of_both_errors():
    own = confidence_interval(1.0, 0.3, 50)
    found = with_reference(1.0, own, 4.0, 100, 50)
    expected = confidence_interval(1.0, standard_error(0.3, 4.0, 100), 50)
    assert (found.low, found.high) == (
        pytest.approx(expected.low),
        pytest.approx(expected.high),
    )


@pytest.mark.parametrize(
    "n, expected", [(2, 6.3138), (5, 2.1318), (20, 1.7291), (31, 1.6973), (100, 1.6604)]
)
def test_t_quantiles_are_those_of_the_tables(n, expected):
    assert t_quantile(n) == pytest.approx(expected, abs=1e-4)
    span = confidence_interval(1.0, 0.5, n)
    assert span.high - 1.0 == pytest.approx(expected / 2, abs=1e-4)
    assert span.low + span.high == pytest.approx(2.0)
    assert CONFIDENCE_LEVEL == 0.90


@pytest.mark.parametrize(
    "low, high, outcome",
    [
        (1.2, 1.8, "within"),
        (1.0, 2.0, "within"),  # touching ends from inside
        (0.5, 0.9, "drifted"),
        (2.1, 2.5, "drifted"),
        (0.5, 1.0, "inconclusive"),  # touching an end from outside
        (2.0, 2.5, "inconclusive"),
        (0.9, 1.5, "inconclusive"),
        (0.5, 2.5, "inconclusive"),
    ],
)
def test_an_interval_inside_outside_or_across(low, high, outcome):
    assert decide(ConfidenceInterval(low, high), Range(1.0, 2.0)) == outcome


def test_an_open_end_is_never_crossed():
    assert decide(ConfidenceInterval(1.5, 1e9), Range(1.0, INF)) == "within"
    assert decide(ConfidenceInterval(-1e9, 0.9), Range(1.0, INF)) == "drifted"
    assert decide(ConfidenceInterval(-1e9, 0.9), Range(-INF, 1.0)) == "within"
    assert decide(ConfidenceInterval(0.9, 1.1), Range(-INF, 1.0)) == "inconclusive"


@pytest.mark.parametrize("low, high", [(math.nan, math.nan), (math.nan, 1.5), (1.5, math.nan)])
def test_an_interval_that_does_not_exist_never_passes(low, high):
    assert decide(ConfidenceInterval(low, high), Range(1.0, 2.0)) == "inconclusive"


@given(st.floats(-10, 10), st.floats(0.01, 5), st.floats(-3, 3))
def test_scores_in_a_range_with_two_ends(middle, half, d):
    value = middle + d * half
    target = Range(middle - half, middle + half)
    assert score(value, target, 1.0) == pytest.approx(max(1.0, 10 - 4.5 * abs(d)), abs=1e-6)


def test_scores_at_the_marks():
    target = Range(1.0, 3.0)
    assert [score(v, target, 0.1) for v in (2.0, 3.0, 1.0, 4.0, 99.0)] == [10.0, 5.5, 5.5, 1.0, 1.0]


def test_one_sided_scores_count_margins_past_the_end():
    least = Range(0.6, INF)
    assert score(0.9, least, 0.1) == 10.0
    assert score(0.6, least, 0.1) == 10.0
    assert score(0.5, least, 0.1) == pytest.approx(5.5)
    assert score(0.0, least, 0.1) == 1.0
    most = Range(-INF, 0.05)
    assert score(0.01, most, 0.05) == 10.0
    assert score(0.10, most, 0.05) == pytest.approx(5.5)


def test_a_range_without_width_and_a_value_that_does_not_exist():
    assert score(1.0, Range(1.0, 1.0), 0.0) == 10.0
    assert score(1.1, Range(1.0, 1.0), 0.0) == 1.0
    assert math.isnan(score(math.nan, Range(1.0, 2.0), 0.1))
