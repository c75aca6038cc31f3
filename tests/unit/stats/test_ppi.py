"""Prediction-powered means against their formulas, another implementation, and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crs_simcheck.stats import ConfidenceInterval, mean_estimate, ppi_mean

NAN = float("nan")
number = st.integers(0, 10).map(float)
sides = st.tuples(
    st.lists(st.tuples(number, number), min_size=3, max_size=12),
    st.lists(number, min_size=2, max_size=20),
)


def made(rng, n, n_unlabelled, shift=0.7, noise=1.0):
    """Values about 0 and predictions that are ``shift`` too high, cut in two."""
    truth = rng.normal(size=n + n_unlabelled)
    prediction = truth + shift + rng.normal(0, noise, truth.size)
    return truth[:n], prediction[:n], prediction[n:]


def naive(truth, known, other, weight, spent=1):
    """The estimate, its variance and Welch's degrees of freedom, one term after another."""
    n, m = len(truth), len(other)
    errors = [y - weight * f for y, f in zip(truth, known, strict=True)]
    value = weight * sum(other) / m + sum(errors) / n
    of_errors = sum((e - sum(errors) / n) ** 2 for e in errors) / (n - spent) / n
    of_other = weight**2 * sum((f - sum(other) / m) ** 2 for f in other) / (m - 1) / m
    total = of_errors + of_other
    below = of_errors**2 / (n - spent) + of_other**2 / (m - 1)
    return value, total, (total**2 / below if below else math.inf)


@settings(max_examples=25)
@given(sides)
def test_the_estimate_is_that_of_the_formula(both):
    (pairs, other), (truth, known) = both, zip(*both[0], strict=True)
    found = ppi_mean(truth, known, other)
    value, variance, degrees = naive(truth, known, other, 1.0)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert (found.n, found.unlabelled, found.weight) == (len(pairs), len(other), 1.0)
    reach = stats.t.ppf(0.975, degrees) * math.sqrt(variance) if variance > 1e-20 else 0
    assert found.interval.low == pytest.approx(value - reach, abs=1e-7)
    assert found.interval.high == pytest.approx(value + reach, abs=1e-7)
    assert found.labelled_only == mean_estimate(truth)


@settings(max_examples=25)
@given(sides)
def test_a_tuned_weight_has_the_least_variance(both):
    (_, other), (truth, known) = both, zip(*both[0], strict=True)
    found = ppi_mean(truth, known, other, tuned=True)
    value, variance, degrees = naive(truth, known, other, found.weight, spent=2)
    assert 0 <= found.weight <= 1
    assert found.value == pytest.approx(value, abs=1e-9)
    reach = stats.t.ppf(0.975, degrees) * math.sqrt(variance) if variance > 1e-20 else 0
    assert found.interval.high - found.value == pytest.approx(reach, abs=1e-6)
    least = naive(truth, known, other, found.weight)[1]
    for weight in np.linspace(0, 1, 21):
        assert least <= naive(truth, known, other, weight)[1] + 1e-9


def test_the_tuned_weight_of_ppi_plus_plus():
    """λ = cov(y, f) / ((1 + n / N) var f), with the variance of f taken on each side."""
    rng = np.random.default_rng(0)
    truth, known, other = made(rng, 40, 120)
    covariance = np.cov(truth, known)
    expected = covariance[0, 1] / (covariance[1, 1] + 40 / 120 * np.var(other, ddof=1))
    assert ppi_mean(truth, known, other, tuned=True).weight == pytest.approx(expected)


@settings(max_examples=25)
@given(sides, st.floats(0.01, 100), st.floats(-100, 100), st.randoms())
def test_the_estimate_moves_with_the_unit_and_not_with_the_order(both, factor, shift, random):
    pairs, other = [list(side) for side in both]
    truth, known = zip(*pairs, strict=True)
    one = ppi_mean(truth, known, other)
    random.shuffle(pairs)
    random.shuffle(other)
    truth, known = np.array(pairs).T * factor + shift
    moved = ppi_mean(truth, known, np.array(other) * factor + shift)
    assert moved.value == pytest.approx(one.value * factor + shift, abs=1e-6)
    assert moved.interval.low == pytest.approx(one.interval.low * factor + shift, abs=1e-5)
    # What predictions are wrong by on the whole is taken off again.
    raised = ppi_mean(truth, known + 50, np.array(other) * factor + shift + 50)
    assert raised.value == pytest.approx(moved.value, abs=1e-6)


def test_good_predictions_shorten_the_interval_and_bad_ones_do_no_harm_when_tuned():
    rng = np.random.default_rng(1)

    def width(found):
        return found.interval.high - found.interval.low

    good = ppi_mean(*made(rng, 30, 500, noise=0.2))
    assert width(good) < 0.5 * width(good.labelled_only)
    bad = made(rng, 30, 500, noise=5)
    assert width(ppi_mean(*bad)) > 2 * width(ppi_mean(*bad).labelled_only)
    assert width(ppi_mean(*bad, tuned=True)) < 1.1 * width(ppi_mean(*bad).labelled_only)
    truth, known, other = bad
    against = ppi_mean(truth, -known, -other, tuned=True)
    assert against.weight == 0.0
    assert against.value == pytest.approx(truth.mean())


def test_missing_values_are_left_out():
    truth, known, other = [1, NAN, 3, 5], [2, 2, NAN, 4], [3, NAN, 5]
    found = ppi_mean(truth, known, other)
    assert found == ppi_mean([1, 5], [2, 4], [3, 5])
    assert (found.n, found.unlabelled) == (2, 2)


def test_without_unlabelled_values_the_truth_stands_alone():
    found = ppi_mean([1, 4, 6], [2, 2, 2], [NAN])
    alone = mean_estimate([1, 4, 6])
    assert (found.value, found.interval, found.weight) == (alone.value, alone.interval, 0.0)
    assert found.reason == "no unlabelled predictions: the labelled truth alone"


def test_too_few_labels():
    none = ppi_mean([], [], [1, 2, 3])
    assert (none.value, none.interval, none.n) == (None, None, 0)
    assert none.reason == "undefined, there is no value"
    one = ppi_mean([4], [3], [1, 2, 3])
    assert (one.value, one.interval, one.reason) == (4.0, None, "no interval from a single value")
    two = ppi_mean([4, 5], [3, 5], [1, 2, 3], tuned=True)
    assert two.weight == 0.0
    assert two.interval == ppi_mean([4, 5], [3, 5], [1, 2, 3]).labelled_only.interval


def test_no_error_that_varies():
    found = ppi_mean([2, 2, 2], [1, 1, 1], [3, 3, 3, 3])
    assert (found.value, found.interval) == (4.0, ConfidenceInterval(4.0, 4.0))
    assert "no width" in found.reason
    single = ppi_mean([1, 4, 6], [1, 3, 7], [5])
    assert single.interval.low < single.value < single.interval.high
    exact = ppi_mean([1, 4, 6], [1, 4, 6], [5, 7, 1, 2])
    assert exact.value == pytest.approx(3.75)
    spread = mean_estimate([5, 7, 1, 2]).interval
    assert exact.interval.low == pytest.approx(spread.low)


def test_clusters_that_are_copies_count_once():
    rng = np.random.default_rng(2)
    truth, known, other = made(rng, 12, 30)
    one = ppi_mean(truth, known, other)
    copies = ppi_mean(
        np.repeat(truth, 3),
        np.repeat(known, 3),
        np.repeat(other, 3),
        labelled_clusters=np.repeat(np.arange(12), 3),
        unlabelled_clusters=np.repeat(np.arange(30) + 100, 3),
    )
    assert copies.value == pytest.approx(one.value)
    assert copies.interval.low == pytest.approx(one.interval.low)
    assert copies.interval.high == pytest.approx(one.interval.high)
    named = ppi_mean(
        truth,
        known,
        other,
        labelled_clusters=[f"a{i}" for i in range(12)],
        unlabelled_clusters=[f"b{i}" for i in range(30)],
    )
    assert named == one


def test_a_cluster_on_both_sides_by_the_formula():
    truth, known, other = [1.0, 3.0, 4.0, 8.0], [2.0, 3.0, 6.0, 6.0], [3.0, 1.0, 7.0, 9.0, 2.0]
    ours, theirs = ["a", "a", "b", "c"], ["a", "b", "b", "c", "d"]
    errors = np.subtract(truth, known) - np.mean(np.subtract(truth, known))
    rest = np.array(other) - np.mean(other)
    variance, of_error, of_rest = 0.0, 0.0, 0.0
    for cluster in "abcd":
        mine = sum(e for e, c in zip(errors, ours, strict=True) if c == cluster) / 4
        his = sum(e for e, c in zip(rest, theirs, strict=True) if c == cluster) / 5
        mine, his = math.sqrt(3 / 2) * mine, math.sqrt(4 / 3) * his
        variance += (mine + his) ** 2
        of_error += mine**2
        of_rest += his**2
    found = ppi_mean(truth, known, other, labelled_clusters=ours, unlabelled_clusters=theirs)
    degrees = (of_error + of_rest) ** 2 / (of_error**2 / 2 + of_rest**2 / 3)
    reach = stats.t.ppf(0.975, degrees) * math.sqrt(variance)
    assert found.interval.high - found.value == pytest.approx(reach)


def test_input_that_is_refused():
    with pytest.raises(ValueError, match="needs a prediction, got 2 and 1"):
        ppi_mean([1, 2], [1], [1])
    with pytest.raises(ValueError, match="labelled_truth must be numbers within"):
        ppi_mean([math.inf, 2], [1, 2], [1])
    with pytest.raises(ValueError, match="unlabelled_prediction must have 1 dimension"):
        ppi_mean([1, 2], [1, 2], [[1]])
    with pytest.raises(ValueError, match="on both sides or on neither"):
        ppi_mean([1, 2], [1, 2], [1], labelled_clusters=[1, 2])
    with pytest.raises(ValueError, match="unlabelled_clusters must name one cluster for each of 1"):
        ppi_mean([1, 2], [1, 2], [1], labelled_clusters=[1, 2], unlabelled_clusters=[1, 2])
    one = ppi_mean([1, 2], [1, 1], [1], labelled_clusters=[1, 1], unlabelled_clusters=[2])
    assert (one.value, one.interval, one.reason) == (1.5, None, "no interval: one cluster")


# ---------------------------------------------------------------------------- coverage


def share_covered(found):
    return np.mean([each.interval.low <= 0 <= each.interval.high for each in found])


@pytest.mark.slow
@pytest.mark.parametrize("n, noise", [(8, 0.3), (8, 2.0), (50, 1.0)])
@pytest.mark.parametrize("tuned", [False, True])
def test_the_interval_covers(n, noise, tuned):
    rng = np.random.default_rng(3)
    found = [ppi_mean(*made(rng, n, 150, noise=noise), tuned=tuned) for _ in range(300)]
    # λ is tuned on the eight labels that it is then used with: a little short.
    assert share_covered(found) >= (0.89 if tuned and n == 8 else 0.91)
    assert np.mean([each.value for each in found]) == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize("tuned", [False, True])
def test_the_interval_covers_where_values_of_a_cluster_are_alike(tuned):
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(25), 10)
    labelled = np.tile(np.arange(10) < 3, 25)
    robust, plain = [], []
    for _ in range(200):
        truth = rng.normal(size=25)[group] + rng.normal(size=250)
        known = truth + 0.5 + rng.normal(0, 0.5, 25)[group] + rng.normal(0, 0.7, 250)
        parts = truth[labelled], known[labelled], known[~labelled]
        clusters = {
            "labelled_clusters": group[labelled],
            "unlabelled_clusters": group[~labelled],
        }
        robust.append(ppi_mean(*parts, tuned=tuned, **clusters))
        plain.append(ppi_mean(*parts, tuned=tuned))
    assert share_covered(robust) >= 0.895
    assert share_covered(plain) < 0.88
