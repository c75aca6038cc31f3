import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from crs_simcheck.stats import ConfidenceInterval, clopper_pearson, rare_rate, units_to_show


def rate_of(n, k, events=()):
    """n units with k answers each; ``events`` are those of the first units."""
    seen = np.zeros(n)
    seen[: len(events)] = events
    return rare_rate(seen, np.full(n, k))


@given(st.integers(1, 400), st.data())
def test_clopper_pearson_is_the_exact_binomial_interval(trials, data):
    events = data.draw(st.integers(0, trials))
    expected = binomtest(events, trials).proportion_ci(0.90, method="exact")
    found = clopper_pearson(events, trials)
    assert found.low == pytest.approx(expected.low, abs=1e-7)
    assert found.high == pytest.approx(expected.high, abs=1e-7)


def test_the_ends_of_clopper_pearson():
    assert clopper_pearson(0, 50).low == 0.0
    assert clopper_pearson(50, 50).high == 1.0
    assert clopper_pearson(60, 50) == clopper_pearson(50, 50)
    assert clopper_pearson(-1, 50) == clopper_pearson(0, 50)
    half = clopper_pearson(2.5, 60.5)
    assert clopper_pearson(2, 60.5).high < half.high < clopper_pearson(3, 60.5).high


@pytest.mark.parametrize("n, per_cent", [(50, 3.5), (100, 1.8), (300, 0.6)])
def test_the_limit_where_nothing_was_seen_with_five_answers_each(n, per_cent):
    span = rate_of(n, 5).interval
    assert span.low == 0.0
    assert 100 * span.high == pytest.approx(per_cent, abs=0.05)


def test_the_limits_with_one_answer_each():
    assert 100 * rate_of(100, 1).interval.high == pytest.approx(2.95, abs=0.005)
    assert 100 * rate_of(100, 1, [1]).interval.high == pytest.approx(4.7, abs=0.05)
    assert rate_of(100, 1, [1]).interval.high < 0.05


@pytest.mark.parametrize("most, needed", [(0.02, 89), (0.01, 179)])
def test_how_many_units_it_takes_to_show_a_rate_so_low(most, needed):
    assert units_to_show(most, 5) == needed
    assert rate_of(needed, 5).interval.high <= most
    assert rate_of(needed - 1, 5).interval.high > most


@given(st.floats(0.002, 0.5), st.integers(1, 12))
def test_units_to_show_is_the_least_number_that_shows_it(most, k):
    needed = units_to_show(most, k)
    assert rate_of(needed, k).interval.high <= most + 1e-12
    if needed > 1:
        assert rate_of(needed - 1, k).interval.high > most


def test_a_rate_of_nothing_can_never_be_shown_and_one_of_all_always():
    assert units_to_show(0.0, 5) is None
    assert units_to_show(1.0, 5) == 1


def test_the_design_effect_by_the_formula():
    """deff = max(1, (a·d + 3·(1 + (k−1)/2)) / (a + 3)); d is jackknife by binomial variance."""
    n, k, events = 60, 4, [4, 4, 2]
    rate = rate_of(n, k, events)
    p = sum(events) / (n * k)
    seen = np.array([*events, *[0] * (n - len(events))])
    left = (seen.sum() - seen) / (n * k - k)
    jackknife = (n - 1) / n * np.sum((left - left.mean()) ** 2)
    d = max(1.0, jackknife / (p * (1 - p) / (n * k)))
    expected = (3 * d + 3 * (1 + (k - 1) / 2)) / (3 + 3)
    assert rate.deff == pytest.approx(expected)
    assert rate.interval == clopper_pearson(sum(events) / expected, n * k / expected)
    assert (rate.value, rate.events, rate.answers, rate.units_with_event) == (p, 10, n * k, 3)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_the_interval_holds_the_rate_and_stays_between_0_and_1(units):
    answers = np.array([a + b for a, b in units], dtype=float)
    events = np.array([a for a, _ in units], dtype=float)
    if answers.sum() == 0:
        with pytest.raises(ValueError, match="a rate needs at least one answer"):
            rare_rate(events, answers)
        return
    rate = rare_rate(events, answers)
    assert 0 <= rate.interval.low <= rate.value + 1e-9
    assert rate.value - 1e-9 <= rate.interval.high <= 1
    assert rate.deff >= 1


def test_units_without_an_answer_count_for_nothing():
    some = rare_rate(np.array([1.0, 0.0, 0.0]), np.array([2.0, 2.0, 2.0]))
    more = rare_rate(np.array([1.0, 0.0, 0.0, 0.0]), np.array([2.0, 2.0, 2.0, 0.0]))
    assert some == more


def test_clusters_widen_the_interval():
    spread = rate_of(100, 5, [1] * 10)
    lumps = rate_of(100, 5, [5] * 2)
    assert spread.value == lumps.value
    assert lumps.interval.high > spread.interval.high


def test_the_detectable_rate_is_found_four_times_of_five():
    rate = rate_of(200, 1)
    least = rate.detectable(0.05)
    # With one answer each the effective number of trials is the number of answers.
    caught = next(x for x in range(1, 201) if clopper_pearson(x, 200).low > 0.05)
    assert binom.sf(caught - 1, 200, least) == pytest.approx(0.8, abs=1e-9)
    assert 0.05 < least < 0.12


def test_where_too_few_were_asked_no_rate_would_be_found():
    assert rate_of(2, 1).detectable(0.5) == 1.0


@pytest.mark.parametrize(
    "n, k, events, most", [(100, 1, [1] * 3, 0.05), (60, 5, [], 0.01), (100, 1, [1] * 9, 0.05)]
)
def test_the_units_needed_decide_about(n, k, events, most):
    rate = rate_of(n, k, events)
    needed = rate.units_needed(most, n)

    def decided(units):
        trials = rate.answers / rate.deff * units / n
        span = clopper_pearson(rate.value * trials, trials)
        return span.high <= most or span.low > most

    assert not decided(n)
    assert decided(needed)
    assert not decided(needed / 1.12)


def test_a_rate_on_the_very_end_is_never_decided():
    assert rate_of(100, 1, [1] * 5).units_needed(0.05, 100) is None


def test_rates_cover_at_small_numbers():
    """The upper limit of rare, clustered events covers at 95 %, less a little, by simulation."""
    rng = np.random.default_rng(3)
    n, k, p, icc = 100, 5, 0.02, 0.3
    a = p * (1 - icc) / icc
    own = rng.beta(a, a * (1 - p) / p, (800, n))
    events = rng.binomial(k, own)
    high = [rare_rate(e, np.full(n, k)).interval.high for e in events]
    assert np.mean(np.array(high) >= p) >= 0.92


def test_an_interval_is_a_plain_pair():
    span = rate_of(10, 1).interval
    assert isinstance(span, ConfidenceInterval)
    assert span.high == pytest.approx(1 - math.pow(0.05, 1 / 10))
