import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from crs_simcheck.stats import Pool, Rows, dense, draw_pools, one_hot
from tests.unit.stats.made_up import as_dense, rows_of_units


def _rows(owner, n_units=3, blocks=None):
    return Rows(np.array(owner, dtype=np.int64), n_units, blocks or {})


@pytest.mark.parametrize(
    "owner, blocks, message",
    [
        ([1, 0], {}, "owner must be sorted; use Rows.ordered"),
        ([-1, 0], {}, r"owner must lie in 0\.\.2, got -1\.\.0"),
        ([0, 3], {}, r"owner must lie in 0\.\.2, got 0\.\.3"),
        ([[0, 1]], {}, r"owner must be one-dimensional, got shape \(1, 2\)"),
        ([0, 1], {"a": np.zeros((3, 1))}, "block 'a' has 3 rows, the owners are 2"),
    ],
)
def test_rows_refuse_what_cannot_be_pooled(owner, blocks, message):
    with pytest.raises(ValueError, match=message):
        _rows(owner, blocks=blocks)


@pytest.mark.parametrize("column", [[-1, 0], [0, 3]])
def test_one_hot_refuses_a_column_that_is_not_there(column):
    with pytest.raises(ValueError, match=r"columns must lie in 0\.\.2, got"):
        one_hot(np.array(column), 3)


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-5, 5)), max_size=6))
def test_one_hot_is_the_matrix_it_says(entries):
    column = np.array([c for c, _ in entries], dtype=np.int64)
    values = np.array([v for _, v in entries])
    expected = np.zeros((len(entries), 4))
    for row, (c, v) in enumerate(entries):
        expected[row, c] = v
    made = one_hot(column, 4, values)
    assert np.array_equal(made.toarray(), expected)
    assert made.nnz == np.count_nonzero(expected)
    assert np.array_equal(one_hot(column, 4).toarray(), np.eye(4)[column].reshape(-1, 4))


@given(rows_of_units(), st.data())
def test_pooling_is_a_plain_loop_over_the_rows_of_the_units(rows, data):
    size = data.draw(st.integers(1, rows.n_units))
    seed = data.draw(st.integers(0, 9))
    draws = draw_pools(rows, size, 7, np.random.default_rng(seed))
    for name in ("dense", "sparse"):
        block = as_dense(rows.blocks[name])
        pooled = as_dense(draws.pool.block(name))
        for g, units in enumerate(draws.groups):
            total = np.zeros(block.shape[1])
            for row, owner in enumerate(rows.owner):
                if owner in units:
                    total += block[row]
            assert np.array_equal(pooled[g], total)


@given(rows_of_units())
def test_unit_sums_and_the_whole_are_plain_sums(rows):
    for name in ("dense", "sparse"):
        block = as_dense(rows.blocks[name])
        sums = as_dense(rows.unit_sums(name))
        for unit in range(rows.n_units):
            assert np.array_equal(sums[unit], block[rows.owner == unit].sum(axis=0))
        assert np.array_equal(as_dense(Pool.whole(rows).block(name))[0], block.sum(axis=0))


@given(rows_of_units(), st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = Rows.ordered(
        rows.owner[order], rows.n_units, {n: b[order] for n, b in rows.blocks.items()}
    )
    assert np.array_equal(shuffled.counts, rows.counts)
    for name in ("dense", "sparse"):
        assert np.array_equal(as_dense(shuffled.unit_sums(name)), as_dense(rows.unit_sums(name)))


@given(rows_of_units(), st.data())
def test_units_are_renumbered_in_the_order_given(rows, data):
    wanted = data.draw(st.permutations(range(rows.n_units)))
    wanted = wanted[: data.draw(st.integers(0, rows.n_units))]
    chosen = rows.units(np.array(wanted, dtype=np.int64))
    assert chosen.n_units == len(wanted)
    all_sums = as_dense(rows.unit_sums("sparse"))
    assert np.array_equal(
        as_dense(chosen.unit_sums("sparse")), all_sums[np.array(wanted, dtype=np.int64)]
    )


@given(rows_of_units(), st.data())
def test_selected_rows_keep_their_units_even_where_none_is_left(rows, data):
    chosen = data.draw(st.lists(st.integers(0, max(0, len(rows) - 1)), unique=True, max_size=6))
    chosen = [c for c in chosen if c < len(rows)]
    left = rows.select(np.array(chosen, dtype=np.int64))
    assert left.n_units == rows.n_units
    assert left.owner.tolist() == sorted(rows.owner[chosen].tolist())
    assert np.array_equal(left.blocks["dense"], rows.blocks["dense"][sorted(chosen)])


def test_a_pool_makes_each_block_once_and_knows_no_other():
    rows = _rows([0, 0, 2], blocks={"a": np.ones((3, 2))})
    pool = Pool.whole(rows)
    assert pool.block("a") is pool.block("a")
    with pytest.raises(KeyError):
        pool.block("b")
    with pytest.raises(KeyError):
        Pool(1).block("a")
    with pytest.raises(KeyError):
        Pool(1).map("texts")
    assert Pool(1, given={"a": np.ones((1, 2))}).block("a").sum() == 2


def test_maps_go_with_the_rows():
    some = csr_array(np.eye(2))
    rows = Rows(np.array([0, 1]), 2, {"a": np.ones((2, 1))}, {"m": some})
    assert Pool.whole(rows).map("m") is some
    assert rows.units(np.array([1])).maps["m"] is some
    assert rows.select(np.array([0])).maps["m"] is some


def test_dense_is_dense():
    assert np.array_equal(dense(csr_array(np.eye(2))), np.eye(2))
    assert dense(np.eye(2)).shape == (2, 2)
