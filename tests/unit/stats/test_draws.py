from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from crs_simcheck.stats import Allowance, cut_once, draw_groups, draw_pools, row_weights
from tests.unit.stats.made_up import numbered_rows, rows_of_units

# A test of uniformity with a fixed seed may come out unlucky; this unlucky it would be a fault.
_UNLIKELY = 1e-4


@pytest.mark.parametrize("size", [0, -1, 6])
def test_a_group_cannot_be_larger_than_all_or_empty(size):
    with pytest.raises(ValueError, match=f"cannot draw {size} of 5 units without replacement"):
        draw_groups(5, size, 1, np.random.default_rng(0))


@given(st.integers(1, 40), st.data())
def test_groups_hold_different_units_and_have_the_right_size(n_units, data):
    size = data.draw(st.integers(1, n_units))
    groups = draw_groups(n_units, size, 5, np.random.default_rng(data.draw(st.integers(0, 9))))
    assert groups.shape == (5, size)
    assert groups.min() >= 0
    assert groups.max() < n_units
    assert all(len(set(group)) == size for group in groups.tolist())


@pytest.mark.parametrize("n_units, size", [(12, 5), (12, 11), (120, 2), (300, 3)])
def test_every_unit_is_equally_likely(n_units, size):
    groups = draw_groups(n_units, size, 6_000, np.random.default_rng(1))
    seen = np.bincount(groups.reshape(-1), minlength=n_units)
    assert chisquare(seen).pvalue > _UNLIKELY


def test_every_group_is_equally_likely():
    groups = draw_groups(6, 3, 8_000, np.random.default_rng(2))
    seen = Counter(tuple(sorted(g)) for g in groups.tolist())
    assert len(seen) == 20
    assert chisquare(list(seen.values())).pvalue > _UNLIKELY


def test_all_units_make_one_group():
    groups = draw_groups(4, 4, 3, np.random.default_rng(0))
    assert [sorted(g) for g in groups.tolist()] == [[0, 1, 2, 3]] * 3


def test_the_same_seed_draws_the_same():
    rows = numbered_rows([3, 1, 4, 1, 5])
    allowance = Allowance(np.array([2, 2]), rows.counts)
    one, two = (
        draw_pools(rows, 3, 20, np.random.default_rng(7), allowance).pool.weights.toarray()
        for _ in range(2)
    )
    assert np.array_equal(one, two)


counts = st.lists(st.integers(1, 8), min_size=1, max_size=12).map(np.array)


@given(counts, counts, st.integers(1, 15))
def test_allowances_are_sorted_and_never_above_either_side(first, second, size):
    keep = Allowance(first, second).of_size(size)
    assert keep.shape == (size,)
    assert np.all(np.diff(keep) >= 0)
    assert np.array_equal(keep, Allowance(second, first).of_size(size))
    for side in (first, second):
        assert set(keep.tolist()) <= {*first.tolist(), *second.tolist()}
        assert keep.max() <= side.max()
        if size == side.size:
            assert np.all(keep <= np.sort(side))


@given(counts, st.randoms(use_true_random=False))
def test_equal_sides_cut_nothing(first, random):
    shuffled = first.tolist()
    random.shuffle(shuffled)
    allowance = Allowance(first, np.array(shuffled))
    assert allowance.of_size(first.size).tolist() == sorted(first.tolist())
    rows = numbered_rows(first)
    assert len(cut_once(rows, allowance, np.random.default_rng(0))) == len(rows)


def test_a_side_that_always_has_more_is_cut_to_the_other_rank_by_rank():
    allowance = Allowance(np.full(4, 5), np.array([1, 2, 3, 9]))
    assert allowance.of_size(4).tolist() == [1, 2, 3, 5]
    assert allowance.of_size(2).tolist() == [2, 5]
    assert allowance.of_size(8).tolist() == [1, 1, 2, 2, 3, 3, 5, 5]
    assert allowance.cuts(np.full(4, 5))
    assert not Allowance(np.full(3, 2), np.full(3, 4)).cuts(np.full(3, 2))
    assert not allowance.cuts(np.zeros(0, dtype=np.int64))


@given(rows_of_units(min_rows=1), counts, st.data())
def test_each_member_keeps_its_allowance_and_rows_of_its_own(rows, other, data):
    size = data.draw(st.integers(1, rows.n_units))
    keep = Allowance(rows.counts, other).of_size(size)
    groups = draw_groups(rows.n_units, size, 6, np.random.default_rng(3))
    weights = row_weights(rows, groups, keep, np.random.default_rng(4)).toarray()
    assert set(np.unique(weights)) <= {0.0, 1.0}
    for group, line in zip(groups, weights, strict=True):
        kept = np.bincount(rows.owner, weights=line, minlength=rows.n_units)
        assert set(np.flatnonzero(kept)) <= set(group.tolist())
        have = rows.counts[group]
        assert np.all(kept[group] <= have)
        # Which of two members with equally many rows keeps more is left to chance.
        expected = np.minimum(np.sort(have), keep)
        assert sorted(kept[group].tolist()) == sorted(expected.tolist())
        for count in set(have.tolist()):
            at = np.sort(have) == count
            assert sorted(kept[group][have == count]) == sorted(expected[at])


def test_without_an_allowance_all_rows_of_the_members_are_kept():
    rows = numbered_rows([2, 0, 3])
    weights = row_weights(rows, np.array([[2, 0], [1, 2]]), None, np.random.default_rng(0))
    assert weights.toarray().tolist() == [[1, 1, 1, 1, 1], [0, 0, 1, 1, 1]]


def test_every_subset_of_rows_is_equally_likely_in_a_cut():
    rows = numbered_rows([1, 5])
    allowance = Allowance(np.array([1, 2]), rows.counts)
    seen = Counter(
        tuple(cut_once(rows, allowance, np.random.default_rng(seed)).blocks["row"].indices)
        for seed in range(3_000)
    )
    assert set(seen) == {(0, *pair) for pair in combinations(range(1, 6), 2)}
    assert chisquare(list(seen.values())).pvalue > _UNLIKELY


def test_every_subset_of_rows_is_equally_likely_in_draws():
    """Draws of one call share their random orders, so that only many calls show it."""
    rows = numbered_rows([4, 4])
    allowance = Allowance(np.array([2, 2]), rows.counts)
    seen: Counter[tuple[int, ...]] = Counter()
    for seed in range(500):
        pool = draw_pools(rows, 1, 4, np.random.default_rng(seed), allowance).pool
        seen.update(tuple(np.flatnonzero(line).tolist()) for line in pool.weights.toarray())
    assert len(seen) == 12
    frequencies = np.array(list(seen.values())) / 2_000
    assert np.abs(frequencies - 1 / 12).max() < 0.025


def test_a_run_goes_round_the_end_of_a_units_rows():
    rows = numbered_rows([3])
    allowance = Allowance(np.array([2]), rows.counts)
    draws = draw_pools(rows, 1, 200, np.random.default_rng(5), allowance)
    lines = draws.pool.weights.toarray()
    assert np.all(lines.sum(axis=1) == 2)
    assert {tuple(line) for line in lines} == {(1, 1, 0), (1, 0, 1), (0, 1, 1)}


def test_a_cut_keeps_every_unit():
    rows = numbered_rows([2, 0, 6])
    cut = cut_once(rows, Allowance(np.array([0, 1, 1]), rows.counts), np.random.default_rng(0))
    assert cut.n_units == 3
    assert sorted(cut.counts.tolist()) == [0, 1, 1]
