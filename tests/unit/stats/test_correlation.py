"""Correlations against scipy, naive loops, all orders of the ranks, and simulated scores."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crs_simcheck.stats import (
    ConfidenceInterval,
    Correlation,
    Estimate,
    mean_pairwise_pearson,
    pearson_of,
    pearson_test,
    spearman_test,
)
from crs_simcheck.stats.correlation import midranks

NAN = float("nan")
whole = st.integers(0, 10)
pairs_of_scores = st.lists(st.tuples(whole, whole), min_size=3, max_size=30)
# Scores of 6 targets by 3 raters, some missing.
tables = st.lists(
    st.lists(st.one_of(st.none(), whole), min_size=3, max_size=3), min_size=1, max_size=6
).map(lambda rows: np.array(rows, dtype=float))


def with_correlation(r, n, seed=0):
    """Two sides whose Pearson correlation is r to the last digits."""
    rng = np.random.default_rng(seed)
    x, e = rng.normal(size=(2, n))
    x = (x - x.mean()) / np.linalg.norm(x - x.mean())
    e = e - e.mean()
    e -= (e @ x) * x
    return x, r * x + np.sqrt(1 - r * r) * e / np.linalg.norm(e)


def varies(values):
    return len(set(np.asarray(values).tolist())) > 1


# ---------------------------------------------------------------------------- Pearson


def test_the_published_correlation_of_ten_pairs():
    """arXiv 2607.00010 prints r = .484 (p = .156) for ten answers; [−.21, .85] by Fisher's z."""
    for found in (pearson_of(0.484, 10), pearson_test(*with_correlation(0.484, 10))):
        assert found.value == pytest.approx(0.484)
        assert found.p_value == pytest.approx(0.156, abs=0.0005)
        assert found.interval.low == pytest.approx(-0.21, abs=0.005)
        assert found.interval.high == pytest.approx(0.85, abs=0.005)
        assert (found.n, found.reason, found.smoothed) == (10, None, False)


@settings(max_examples=25)
@given(pairs_of_scores)
def test_pearson_is_that_of_scipy(pairs):
    x, y = np.array(pairs, dtype=float).T
    found = pearson_test(x, y)
    if not (varies(x) and varies(y)):
        assert (found.value, found.p_value, found.interval) == (None, None, None)
        return
    expected = stats.pearsonr(x, y)
    assert found.value == pytest.approx(expected.statistic, abs=1e-12)
    # Where r is 1 but for rounding, scipy's p is what the rounding leaves.
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-7)
    if len(pairs) > 3:
        span = expected.confidence_interval(0.95)
        assert found.interval.low == pytest.approx(span.low, abs=1e-6)
        assert found.interval.high == pytest.approx(span.high, abs=1e-6)


@settings(max_examples=25)
@given(pairs_of_scores, st.floats(0.1, 50), st.floats(-1000, 1000), st.randoms())
def test_correlations_do_not_see_unit_order_or_side(pairs, factor, shift, random):
    x, y = np.array(pairs, dtype=float).T
    random.shuffle(pairs)
    moved = np.array(pairs, dtype=float)
    for test in (pearson_test, spearman_test):
        one, other = test(x, y), test(moved[:, 1] * factor + shift, moved[:, 0])
        if one.value is None:
            assert other.value is None
            continue
        assert other.value == pytest.approx(one.value, abs=1e-9)
        assert other.p_value == pytest.approx(one.p_value, abs=1e-7)
        turned = test(-x, y)
        assert turned.value == pytest.approx(-one.value, abs=1e-12)
        assert turned.p_value == pytest.approx(one.p_value, abs=1e-12)


def test_pairs_with_a_missing_side_are_left_out():
    x, y = [1, NAN, 3, 4, 2, 9], [2, 5, NAN, 3, 2, 8]
    assert pearson_test(x, y) == pearson_test([1, 4, 2, 9], [2, 3, 2, 8])
    assert spearman_test(x, y).n == 4


@pytest.mark.parametrize("test", [pearson_test, spearman_test])
def test_no_correlation_of_scores_that_do_not_vary(test):
    found = test([7] * 10, range(10))
    assert found == Correlation(
        value=None, interval=None, n=10, p_value=None, reason="undefined, all scores equal 7"
    )
    assert test(range(10), [7] * 10) == found
    assert test([7] * 5, [7] * 5).reason == "undefined, all scores equal 7"
    both = test([7] * 5, [4.5] * 5).reason
    assert both == "undefined, all scores equal 7 on one side and 4.5 on the other"


def test_rounding_is_no_variance():
    x = np.array([0.1 + 0.2, 0.3, 0.3, 0.3, 0.1 + 0.2])
    assert varies(x)
    assert pearson_test(x, range(5)).value is None
    assert pearson_test(x + 1e6, range(5)).value is None


@pytest.mark.parametrize("test", [pearson_test, spearman_test])
def test_smoothing_gives_no_agreement_and_says_so(test):
    found = test([7] * 10, range(10), smooth=True)
    assert (found.value, found.p_value, found.smoothed) == (0.0, 1.0, True)
    assert found.reason == "smoothed: undefined, all scores equal 7"
    assert found.interval.low == -found.interval.high
    assert found.interval.low < 0
    # ε in both variances leads to the same, however small it is.
    x, y, epsilon = np.full(10, 7.0), np.arange(10.0), 1e-9
    covariance = np.mean((x - x.mean()) * (y - y.mean()))
    assert covariance / np.sqrt((x.var() + epsilon) * (y.var() + epsilon)) == found.value
    x, y = with_correlation(0.3, 12)
    assert test(x, y, smooth=True) == test(x, y)
    assert test([7] * 2, [1, 2], smooth=True).value is None


@pytest.mark.parametrize("test", [pearson_test, spearman_test])
def test_too_few_pairs(test):
    for n in range(3):
        found = test(np.arange(n), np.arange(n))
        assert (found.value, found.interval, found.p_value, found.n) == (None, None, None, n)
        assert f"at least 3 pairs and there are {n}" in found.reason
    three = test([1, 2, 3], [1, 3, 2])
    assert three.value == pytest.approx(0.5)
    assert three.p_value is not None
    assert three.interval is None
    assert "at least 4 pairs and there are 3" in three.reason


@pytest.mark.parametrize("test", [pearson_test, spearman_test])
@pytest.mark.parametrize("sign", [1, -1])
def test_scores_on_one_line(test, sign):
    x = np.array([0.1, 0.7, 1.3, 2.9, 3.1, 8.4, 9.9, 11.2, 12, 13])
    found = test(x, sign * 3.7 * x + 0.01)
    assert found.value == sign
    assert found.interval == ConfidenceInterval(sign, sign)
    assert found.p_value == pytest.approx(0, abs=1e-15)
    assert "no width" in found.reason


def test_far_and_tiny_numbers_keep_their_correlation():
    x, y = with_correlation(0.4, 20)
    for factor in (1e-150, 1e98):
        assert pearson_test(x * factor, y * factor).value == pytest.approx(0.4, abs=1e-12)


@pytest.mark.parametrize("wrong", [float("inf"), float("-inf"), 1e101])
def test_what_is_no_score(wrong):
    for function in (pearson_test, spearman_test):
        with pytest.raises(ValueError, match="x must be numbers within"):
            function([1, 2, wrong], [1, 2, 3])
    with pytest.raises(ValueError, match="scores must be numbers within"):
        mean_pairwise_pearson([[1, 2], [2, wrong]], np.random.default_rng(0))


def test_other_input_that_is_refused():
    with pytest.raises(ValueError, match="must score the same targets, got 3 and 2"):
        pearson_test([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match=r"1 dimension\(s\), got shape \(1, 2\)"):
        pearson_test([[1, 2]], [1, 2])
    with pytest.raises(ValueError, match=r"from -1 to 1, got 1\.5"):
        pearson_of(1.5, 10)
    with pytest.raises(ValueError, match="at least 3 pairs, got 2"):
        pearson_of(0.5, 2)
    with pytest.raises(ValueError, match="from -1 to 1, got nan"):
        pearson_of(NAN, 10)


def test_an_estimate_is_never_nan_and_never_silent():
    with pytest.raises(ValueError, match="finite numbers"):
        Estimate(value=NAN, interval=None, n=1, reason="none")
    with pytest.raises(ValueError, match="finite numbers"):
        Estimate(value=1.0, interval=ConfidenceInterval(0.0, NAN), n=1)
    with pytest.raises(ValueError, match="says why"):
        Estimate(value=1.0, interval=None, n=1)
    with pytest.raises(ValueError, match="has no interval"):
        Estimate(value=None, interval=ConfidenceInterval(0.0, 1.0), n=1)


# ---------------------------------------------------------------------------- Spearman


@settings(max_examples=25)
@given(st.lists(whole, min_size=1, max_size=30))
def test_ranks_are_those_of_scipy(values):
    assert midranks(np.array(values)).tolist() == stats.rankdata(values).tolist()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=6))
def test_the_p_value_of_few_ranks_counts_all_orders(pairs):
    x, y = np.array(pairs, dtype=float).T
    found = spearman_test(x, y)
    if not (varies(x) and varies(y)):
        assert found.value is None
        return
    assert found.value == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    rank_x, rank_y = stats.rankdata(x), stats.rankdata(y)
    centred = (rank_x - rank_x.mean()) / (rank_x.std() * rank_y.std() * len(pairs))
    every = np.abs(np.array(list(permutations(rank_y))) @ centred)
    expected = np.mean(every >= abs(found.value) - 1e-9)
    assert found.p_value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "order, r, level",
    [
        ([0, 1, 2, 3, 4], 1.0, 2 / 120),
        ([0, 1, 2, 4, 3], 0.9, 0.0833),
        ([2, 0, 1, 3, 6, 5, 4], 0.75, 0.0663),
        ([1, 0, 2, 5, 3, 6, 4], 0.786, 0.0480),
    ],
)
def test_published_levels_of_few_ranks(order, r, level):
    """Two-sided exact levels as in tables of Spearman's coefficient (Zar 1972, JASA 67)."""
    found = spearman_test(range(len(order)), order)
    assert found.value == pytest.approx(r, abs=5e-4)
    assert found.p_value == pytest.approx(level, abs=5e-4)


@settings(max_examples=25)
@given(st.lists(st.tuples(whole, whole), min_size=10, max_size=30))
def test_spearman_of_more_ranks_is_that_of_scipy(pairs):
    x, y = np.array(pairs, dtype=float).T
    found = spearman_test(x, y)
    if found.value is None:
        return
    expected = stats.spearmanr(x, y)
    assert found.value == pytest.approx(expected.statistic, abs=1e-12)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-9)


def test_the_interval_of_bonett_and_wright():
    rng = np.random.default_rng(4)
    x = rng.normal(size=25)
    y = x + rng.normal(size=25)
    found = spearman_test(x, y)
    r = stats.spearmanr(x, y).statistic
    reach = stats.norm.ppf(0.975) * np.sqrt((1 + r**2 / 2) / (25 - 3))
    assert found.interval.low == pytest.approx(np.tanh(np.arctanh(r) - reach))
    assert found.interval.high == pytest.approx(np.tanh(np.arctanh(r) + reach))


# ---------------------------------------------------------------------------- pairs of raters


def naive_mean(table):
    """Mean of numpy's correlations over pairs of columns, one pair after another; pairs used."""
    values = []
    for i, j in combinations(range(table.shape[1]), 2):
        rows = [(a, b) for a, b in table[:, [i, j]] if a == a and b == b]
        if len(rows) >= 3 and all(varies(side) for side in zip(*rows, strict=True)):
            values.append(np.corrcoef(np.array(rows).T)[0, 1])
    return (np.mean(values) if values else None), len(values)


@settings(max_examples=25)
@given(tables)
def test_the_mean_of_all_pairs_by_a_naive_loop(table):
    found = mean_pairwise_pearson(table, np.random.default_rng(0), n_resamples=5)
    expected, used = naive_mean(table)
    assert (found.pairs, found.pairs_left_out) == (used, 3 - used)
    assert found.n == int((~np.isnan(table)).any(axis=1).sum())
    if expected is None:
        assert found.value is None
        assert found.reason.startswith("undefined")
    else:
        assert found.value == pytest.approx(expected, abs=1e-9)


def test_resamples_are_what_a_loop_over_resampled_rows_gives():
    """The weights of the bootstrap do what repeating rows would do."""
    rng = np.random.default_rng(5)
    table = rng.normal(size=(30, 1)) + rng.normal(size=(30, 4))
    table[rng.random(table.shape) < 0.2] = NAN
    found = mean_pairwise_pearson(table, np.random.default_rng(6), n_resamples=400)
    draws = np.random.default_rng(6).multinomial(30, np.full(30, 1 / 30), size=400)
    naive = np.array([naive_mean(np.repeat(table, d, axis=0))[0] for d in draws[:400:4]])
    assert naive.std() == pytest.approx(
        (found.interval.high - found.interval.low) / (2 * 2.08), rel=0.25
    )
    assert found.interval.low < np.median(naive) < found.interval.high
    assert found.interval.low < found.value < found.interval.high


def test_raters_may_change_places_and_scales():
    rng = np.random.default_rng(7)
    table = rng.normal(size=(12, 1)) + rng.normal(size=(12, 3))
    one = mean_pairwise_pearson(table, np.random.default_rng(0))
    other = mean_pairwise_pearson(table[:, [2, 0, 1]] * [1, 7, 3] - 9, np.random.default_rng(0))
    assert other.value == pytest.approx(one.value, abs=1e-12)
    assert other.interval.low == pytest.approx(one.interval.low, abs=1e-9)
    assert other.interval.high == pytest.approx(one.interval.high, abs=1e-9)


def test_pairs_left_out_are_counted():
    table = np.array([[1, 7, 2, NAN], [2, 7, 4, NAN], [4, 7, 3, NAN], [5, 7, 6, 1]], dtype=float)
    found = mean_pairwise_pearson(table, np.random.default_rng(0), n_resamples=50)
    assert found.value == pytest.approx(np.corrcoef(table[:, 0], table[:, 2])[0, 1])
    assert (found.pairs, found.pairs_left_out) == (1, 5)
    smooth = mean_pairwise_pearson(table, np.random.default_rng(0), n_resamples=50, smooth=True)
    assert smooth.value == pytest.approx(found.value / 3)
    assert (smooth.pairs, smooth.pairs_left_out, smooth.smoothed) == (3, 3, True)


@pytest.mark.parametrize(
    "table, reason",
    [
        (np.full((5, 3), 7.0), "undefined, all scores equal 7"),
        (np.zeros((0, 3)), "3 rater(s) and 0 target(s)"),
        (np.full((4, 3), NAN), "3 rater(s) and 0 target(s)"),
        (np.arange(5.0).reshape(5, 1), "1 rater(s) and 5 target(s)"),
        (np.array([[1.0, 2.0]]), "no two raters have 3 targets in common"),
        (np.array([[1.0, 7.0], [2.0, 7.0], [3.0, 7.0]]), "no two raters have 3 targets in common"),
    ],
)
def test_no_mean_where_no_pair_has_a_correlation(table, reason):
    found = mean_pairwise_pearson(table, np.random.default_rng(0), n_resamples=5)
    assert found.value is None
    assert found.interval is None
    assert reason in found.reason


def test_no_interval_where_most_resamples_have_no_value():
    table = np.array([[1, 1], [1, 1], [1, 1], [1, 1], [1, 2], [2, 3]], dtype=float)
    found = mean_pairwise_pearson(table, np.random.default_rng(0), n_resamples=200)
    assert found.value is not None
    assert found.interval is None
    assert "of 200 bootstrap samples of 6 targets have a value" in found.reason
    with pytest.raises(ValueError, match="at least one resample, got 0"):
        mean_pairwise_pearson(table, np.random.default_rng(0), n_resamples=0)


# ---------------------------------------------------------------------------- coverage


def covered(interval, truth):
    return interval.low <= truth <= interval.high


@pytest.mark.parametrize("rho", [0.0, 0.6])
@pytest.mark.parametrize("n", [10, 40])
def test_intervals_of_correlations_cover(rho, n):
    rng = np.random.default_rng(8)
    ranks = 6 / np.pi * np.arcsin(rho / 2)  # Spearman's correlation of normal scores
    hits, errors = [], []
    for _ in range(400):
        x = rng.normal(size=n)
        y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)
        found = pearson_test(x, y), spearman_test(x, y)
        hits.append([covered(found[0].interval, rho), covered(found[1].interval, ranks)])
        errors.append([each.p_value <= 0.05 for each in found])
    # Three standard errors of a share of .95 in 400 are .033.
    assert np.all(np.mean(hits, axis=0) >= 0.915)
    assert np.all(np.mean(hits, axis=0) <= 0.985)
    if rho == 0:
        assert np.all(np.abs(np.mean(errors, axis=0) - 0.05) < 0.03)


@pytest.mark.parametrize("n", [10, 40])
def test_the_interval_of_the_mean_of_pairs_covers(n):
    rng = np.random.default_rng(9)
    hits = []
    for _ in range(150):
        table = rng.normal(size=(n, 1)) + rng.normal(size=(n, 3))
        found = mean_pairwise_pearson(table, rng, n_resamples=200)
        hits.append(covered(found.interval, 0.5))
    assert np.mean(hits) >= 0.9
