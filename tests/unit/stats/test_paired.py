"""Two sides of the same units: the test by swapping, the interval of the difference, Holm."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.stats import (
    ConfidenceInterval,
    Pairs,
    Pool,
    Rows,
    confidence_interval,
    correlation_of_errors,
    cut_pairs,
    difference_interval,
    entropy_bits,
    holm,
    jackknife_error,
    leave_one_out,
    one_hot,
    sum_interval,
    swap_test,
    t_quantile,
)


def numbers(values, owner=None):
    """Rows of one number each, with how many there are beside it."""
    values = np.asarray(values, dtype=float)
    owner = np.arange(values.size) if owner is None else np.asarray(owner)
    block = np.stack([values, np.ones(values.size)], axis=1)
    return Rows(owner, int(owner.max()) + 1, {"sums": block})


def mean(pool: Pool):
    sums = np.asarray(pool.block("sums"))
    return sums[:, 0] / sums[:, 1]


def entropy(pool: Pool):
    return entropy_bits(pool.block("counts"))


def counts(columns, n_units, width=6):
    columns = np.asarray(columns)
    owner = np.repeat(np.arange(n_units), columns.size // n_units)
    return Rows(owner, n_units, {"counts": one_hot(columns, width)})


def by_hand(first, second, function):
    """The difference under every way to swap, one after the other."""
    found = []
    for swap in itertools.product([0, 1], repeat=len(first)):
        a = [s if w else f for f, s, w in zip(first, second, swap, strict=True)]
        b = [f if w else s for f, s, w in zip(first, second, swap, strict=True)]
        found.append(function(b) - function(a))
    return np.array(found)


def test_p_of_a_mean_is_the_share_of_all_ways_to_swap():
    first, second = [1.0, 2.0, 4.0, 3.0, 5.0], [3.0, 2.5, 3.0, 6.0, 9.0]
    found = swap_test(Pairs(numbers(first), numbers(second)), mean, ["sums"], 100, None)
    ways = by_hand(first, second, np.mean)
    assert found.exact
    assert found.difference == pytest.approx(np.mean(second) - np.mean(first))
    assert found.p_value == pytest.approx(np.mean(np.abs(ways) >= abs(found.difference) - 1e-12))
    assert found.least_p == pytest.approx(np.mean(np.abs(ways) >= np.abs(ways).max() - 1e-12))


def test_p_of_an_entropy_is_the_share_of_all_ways_to_swap():
    rng = np.random.default_rng(1)
    first, second = rng.integers(0, 6, (7, 3)), rng.integers(0, 3, (7, 3))

    def h(side):
        share = np.bincount(np.concatenate(side), minlength=6) / 21
        return -sum(p * np.log2(p) for p in share if p > 0)

    pairs = Pairs(counts(first.ravel(), 7), counts(second.ravel(), 7))
    found = swap_test(pairs, entropy, ["counts"], 1000, rng)
    ways = by_hand(list(first), list(second), h)
    assert found.p_value == pytest.approx(np.mean(np.abs(ways) >= abs(found.difference) - 1e-12))


def test_many_pairs_are_swapped_at_random_and_agree_with_all_ways():
    rng = np.random.default_rng(2)
    first = rng.normal(size=16)
    second = first + rng.normal(0.25, 0.6, 16)
    pairs = Pairs(numbers(first), numbers(second))
    exact = swap_test(pairs, mean, ["sums"], 2**15, rng)
    drawn = swap_test(pairs, mean, ["sums"], 20_000, rng)
    assert exact.exact
    assert not drawn.exact
    assert drawn.p_value == pytest.approx(exact.p_value, abs=0.012)
    assert swap_test(pairs, mean, ["sums"], 999, np.random.default_rng(3)) == swap_test(
        pairs, mean, ["sums"], 999, np.random.default_rng(3)
    )


def test_pairs_that_are_the_same_count_for_nothing():
    rng = np.random.default_rng(4)
    same = rng.normal(size=200)
    first, second = same.copy(), same.copy()
    second[[3, 50, 77, 120, 199]] += 1.0
    found = swap_test(Pairs(numbers(first), numbers(second)), mean, ["sums"], 100, rng)
    assert (found.differing, found.exact) == (5, True)
    assert found.p_value == pytest.approx(2 / 2**5)


def test_nothing_differs():
    rows = numbers([1.0, 2.0, 3.0])
    found = swap_test(Pairs(rows, rows), mean, ["sums"], 100, None)
    assert (found.difference, found.p_value, found.differing, found.least_p) == (0.0, 1.0, 0, 1.0)


def test_the_order_of_pairs_does_not_matter_and_sides_turn_the_sign():
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=9), rng.normal(0.4, 1, 9)
    order = rng.permutation(9)
    one = swap_test(Pairs(numbers(first), numbers(second)), mean, ["sums"], 300, None)
    two = swap_test(Pairs(numbers(first[order]), numbers(second[order])), mean, ["sums"], 300, None)
    back = swap_test(Pairs(numbers(second), numbers(first)), mean, ["sums"], 300, None)
    assert two.p_value == one.p_value == back.p_value
    assert two.difference == pytest.approx(one.difference) == pytest.approx(-back.difference)


def test_a_value_that_does_not_exist_decides_nothing():
    def missing(pool):
        return np.where(mean(pool) > 1e9, 0.0, np.nan)

    found = swap_test(Pairs(numbers([1.0, 2]), numbers([3.0, 4])), missing, ["sums"], 9, None)
    assert np.isnan(found.difference)
    assert found.p_value == 1.0


def test_under_no_change_p_is_at_most_alpha_as_often_as_it_says():
    rng = np.random.default_rng(6)
    p_values = np.array(
        [
            swap_test(
                Pairs(counts(a.ravel(), 40), counts(b.ravel(), 40)), entropy, ["counts"], 99, rng
            ).p_value
            for a, b in (rng.geometric(0.3, (2, 40, 3)).clip(max=6) - 1 for _ in range(200))
        ]
    )
    for alpha in (0.05, 0.2, 0.5):
        assert np.mean(p_values <= alpha) <= alpha + 3 * np.sqrt(alpha * (1 - alpha) / 200)
    assert np.mean(p_values <= 0.5) > 0.4  # and it is not merely never small


def test_sides_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="3 units cannot pair with 2"):
        Pairs(numbers([1.0, 2, 3]), numbers([1.0, 2]))
    with pytest.raises(ValueError, match="other columns"):
        Pairs(counts([0, 1], 2, width=2), counts([0, 1], 2, width=3))
    with pytest.raises(ValueError, match="at least one way"):
        swap_test(Pairs(numbers([1.0]), numbers([2.0])), mean, ["sums"], 0, None)


def test_a_pair_is_cut_to_the_side_with_fewer_rows():
    first = numbers(np.arange(6.0), owner=[0, 0, 0, 1, 1, 2])
    second = numbers(np.arange(6.0), owner=[0, 1, 1, 1, 2, 2])
    cut = cut_pairs(first, second, np.random.default_rng(7))
    assert cut.first.counts.tolist() == cut.second.counts.tolist() == [1, 2, 1]
    assert cut_pairs(first, first, np.random.default_rng(8)).first is first
    seen = {
        float(cut_pairs(first, second, np.random.default_rng(i)).first.blocks["sums"][0, 0])
        for i in range(40)
    }
    assert seen == {0.0, 1.0, 2.0}


# -- Holm --------------------------------------------------------------------------------------


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.5, 0.9]) == [1.0, 1.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_never_below_p_nor_above_bonferroni(p_values):
    adjusted = holm(p_values)
    for p, q in zip(p_values, adjusted, strict=True):
        assert p <= q + 1e-12
        assert q <= 1.0
    smallest = min(range(len(p_values)), key=lambda i: p_values[i])
    assert adjusted[smallest] == pytest.approx(min(1.0, len(p_values) * p_values[smallest]))
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    assert [adjusted[i] for i in order] == sorted(adjusted)


# -- the interval of a difference --------------------------------------------------------------


def test_it_is_the_paired_jackknife_where_both_intervals_are_the_jackknifes():
    rng = np.random.default_rng(9)
    first = rng.normal(size=30)
    second = first + rng.normal(0.3, 0.4, 30)
    sides = [numbers(first), numbers(second)]
    without = [leave_one_out(rows, mean, ("sums",)) for rows in sides]
    errors = [jackknife_error(one) for one in without]
    values = (first.mean(), second.mean())
    own = tuple(confidence_interval(v, se, 30) for v, se in zip(values, errors, strict=True))
    rho = correlation_of_errors(*without)
    assert rho == pytest.approx(np.corrcoef(first, second)[0, 1])
    for made, joined in (
        (difference_interval(values, own, rho), without[1] - without[0]),
        (sum_interval(values, own, rho), without[1] + without[0]),
    ):
        reach = t_quantile(30) * jackknife_error(joined)
        assert (made.high - made.low) / 2 == pytest.approx(reach)
    paired = difference_interval(values, own, rho)
    assert paired.high - values[1] + values[0] == pytest.approx(
        t_quantile(30) * (second - first).std(ddof=1) / np.sqrt(30)
    )


def test_no_correlation_where_a_side_does_not_vary():
    still, moving = np.full(5, 0.25), np.arange(5.0)
    assert correlation_of_errors(still, moving) == 0.0
    assert correlation_of_errors(moving, moving) == pytest.approx(1.0)
    assert correlation_of_errors(moving, -moving) == pytest.approx(-1.0)
    assert correlation_of_errors(np.array([1.0, np.nan]), np.array([1.0, 2.0])) == 0.0


def test_rates_with_no_event_keep_their_room():
    nothing = ConfidenceInterval(0.0, 0.03)
    found = difference_interval((0.0, 0.0), (nothing, nothing), 0.0)
    assert (found.low, found.high) == (-0.03, 0.03)
