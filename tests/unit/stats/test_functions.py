import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from crs_simcheck.stats import (
    dispersion,
    dispersion_of_lengths,
    entropy_bits,
    pearson,
    pearson_each_with_each,
    positive_columns,
    rarefied_share,
    ratio,
    row_sums,
)

counts = arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.integers(0, 9)
)
numbers = st.floats(-1e3, 1e3, allow_subnormal=False)


def plain_entropy(row):
    total = math.fsum(row)
    if total == 0:
        return math.nan
    return -math.fsum(c / total * math.log2(c / total) for c in row if c)


def plain_pearson(x, y):
    """The textbook formula; NaN for fewer than three, or where a side does not vary."""
    if len(x) < 3 or len(set(x)) < 2 or len(set(y)) < 2:
        return math.nan
    mx, my = math.fsum(x) / len(x), math.fsum(y) / len(y)
    dx, dy = [v - mx for v in x], [v - my for v in y]
    # No unit matters, and in one of its own a square of what is tiny is not 0.
    dx, dy = [v / max(map(abs, dx)) for v in dx], [v / max(map(abs, dy)) for v in dy]
    return math.fsum(a * b for a, b in zip(dx, dy, strict=True)) / math.sqrt(
        math.fsum(a * a for a in dx) * math.fsum(b * b for b in dy)
    )


@given(counts)
def test_entropy_is_the_sum_over_shares_dense_and_sparse_alike(table):
    expected = [plain_entropy(row) for row in table]
    assert np.allclose(entropy_bits(table), expected, atol=1e-9, equal_nan=True)
    assert np.allclose(entropy_bits(csr_array(table)), expected, atol=1e-9, equal_nan=True)


@given(counts, st.floats(0.01, 100))
def test_entropy_depends_on_shares_alone_and_not_on_the_order(table, factor):
    once = entropy_bits(table)
    assert np.allclose(entropy_bits(table * factor), once, atol=1e-9, equal_nan=True)
    assert np.allclose(entropy_bits(table[:, ::-1]), once, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("k", [1, 2, 8, 1000])
def test_entropy_of_k_equal_counts_is_log_k(k):
    assert entropy_bits(np.full((1, k), 3.0))[0] == pytest.approx(math.log2(k))


def test_a_single_value_has_no_entropy_and_nothing_has_none_at_all():
    table = np.array([[0, 7, 0], [0, 0, 0], [1, 0, 0]])
    for made in (table, csr_array(table)):
        assert entropy_bits(made).tolist()[::2] == [0.0, 0.0]
        assert math.isnan(entropy_bits(made)[1])


def test_a_negative_speck_that_subtracting_leaves_counts_as_nothing():
    assert entropy_bits(np.array([[2.0, 2.0, -1e-17]]))[0] == pytest.approx(1.0)


@given(counts)
def test_row_sums_and_positive_columns(table):
    for made in (table, csr_array(table)):
        assert row_sums(made).tolist() == [math.fsum(row) for row in table]
        assert positive_columns(made).tolist() == [sum(c > 0 for c in row) for row in table]


def test_ratio_of_nothing_is_nan_and_never_zero():
    assert np.isnan(ratio(np.array([0.0, 1.0]), np.array([0.0, 0.0]))).all()
    assert ratio(np.array([0.0, 3.0]), np.array([2.0, 2.0])).tolist() == [0.0, 1.5]
    assert ratio(np.array([[1.0, 2.0]]), np.array([2.0])).tolist() == [[0.5, 1.0]]


@given(st.lists(st.tuples(numbers, numbers, st.booleans()), min_size=1, max_size=9))
def test_pearson_is_the_textbook_formula_over_the_mask(pairs):
    x = np.array([[p[0] for p in pairs]])
    y = np.array([[p[1] for p in pairs]])
    mask = np.array([[p[2] for p in pairs]])
    inside = [p for p in pairs if p[2]]
    expected = plain_pearson([p[0] for p in inside], [p[1] for p in inside])
    found = float(pearson(x, y, mask)[0])
    if math.isfinite(expected) and math.isfinite(found):
        assert found == pytest.approx(expected, abs=1e-6)
    elif math.isfinite(expected):  # a side that varies by rounding only is one that does not
        spans = [np.ptp(side[mask]) / np.abs(side[mask]).max() for side in (x, y)]
        assert min(spans) < 1e-13
    else:
        assert math.isnan(found)


@pytest.mark.parametrize("scale", [1e-150, 1e-9, 1.0, 1e9, 1e150])
def test_pearson_does_not_depend_on_the_unit(scale):
    x, y = np.array([[1.0, 2.0, 3.0, 5.0]]), np.array([[0.1, 0.4, 0.2, 0.9]])
    everywhere = np.ones(x.shape, dtype=bool)
    expected = np.corrcoef(x[0], y[0])[0, 1]
    assert pearson(x * scale, y, everywhere)[0] == pytest.approx(expected)
    both = pearson_each_with_each(x * scale, everywhere, y / scale, everywhere)
    assert both[0, 0] == pytest.approx(expected)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9 + 0.1, 1e-12])
def test_pearson_of_what_does_not_vary_does_not_exist(constant):
    x = np.full((1, 7), constant)
    y = np.array([[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]]) * 1e9
    mask = np.ones(x.shape, dtype=bool)
    assert np.isnan(pearson(x, y, mask)).all()
    assert np.isnan(pearson(y, x, mask)).all()
    assert np.isnan(pearson_each_with_each(x, mask, y, mask)).all()
    assert np.isnan(pearson_each_with_each(y, mask, x, mask)).all()


def test_pearson_needs_three_columns():
    x = np.array([[1.0, 2.0, 9.0]])
    mask = np.array([[True, True, False]])
    assert np.isnan(pearson(x, x, mask)).all()
    assert np.isnan(pearson_each_with_each(x, mask, x, np.ones((1, 3), dtype=bool))).all()
    assert pearson(x, x, np.ones((1, 3), dtype=bool))[0] == pytest.approx(1.0)


@given(
    st.integers(0, 10_000),
    st.sampled_from([1e-9, 1e-3, 1.0, 1e6]),
    st.sampled_from([0.0, 1.0, 1e3, -1e5]),
)
def test_each_with_each_is_pearson_pair_by_pair(seed, scale, offset):
    rng = np.random.default_rng(seed)
    x, y = rng.random((4, 7)), np.round(4 * rng.random((3, 7))) / 2
    x[1] = np.round(x[1])
    x = (x + offset) * scale
    x_mask, y_mask = rng.random(x.shape) < 0.7, rng.random(y.shape) < 0.7
    found = pearson_each_with_each(x, x_mask, y, y_mask)
    for i in range(4):
        for j in range(3):
            alone = pearson(x[i : i + 1], y[j : j + 1], (x_mask[i] & y_mask[j])[None])
            assert np.allclose(found[i, j], alone[0], atol=1e-6, equal_nan=True)


def test_rows_of_very_different_size_do_not_spoil_each_other():
    x = np.array([[1.0, 2.0, 4.0, 3.0], [1e12, 3e12, 2e12, 5e12], [1e-9, 3e-9, 2e-9, 2e-9]])
    y = np.array([[5.0, 3.0, 1.0, 2.0]])
    mask = np.ones(x.shape, dtype=bool)
    found = pearson_each_with_each(x, mask, y, mask[:1])[:, 0]
    assert found == pytest.approx([np.corrcoef(row, y[0])[0, 1] for row in x])


def test_values_outside_the_mask_are_not_looked_at():
    x = np.array([[1.0, 2.0, 4.0, np.nan]])
    y = np.array([[3.0, 5.0, 4.0, 1.0]])
    mask = np.array([[True, True, True, False]])
    expected = np.corrcoef(x[0, :3], y[0, :3])[0, 1]
    assert pearson(x, y, mask)[0] == pytest.approx(expected)
    assert pearson_each_with_each(x, mask, y, np.ones_like(mask))[0, 0] == pytest.approx(expected)


@given(st.integers(0, 1000), st.integers(1, 6))
def test_dispersion_is_one_minus_the_mean_cosine_of_all_pairs(seed, n):
    vectors = np.random.default_rng(seed).standard_normal((n, 3))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    mean_cosine = np.mean([[u @ v for v in unit] for u in unit])
    found = dispersion(unit.sum(axis=0, keepdims=True), np.array([n]))
    assert found[0] == pytest.approx(1 - mean_cosine)


def test_dispersion_of_equal_vectors_is_zero_of_opposite_ones_one_and_of_none_nothing():
    sums = np.array([[3.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    found = dispersion(sums, np.array([3, 2, 0]))
    assert found[:2].tolist() == [0.0, 1.0]
    assert math.isnan(found[2])


@given(seed=st.integers(0, 9999), n=st.integers(1, 12))
def test_the_other_dispersion_is_one_minus_the_length_of_the_mean(seed, n):
    vectors = np.random.default_rng(seed).normal(size=(n, 5))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    found = dispersion_of_lengths(unit.sum(axis=0, keepdims=True), np.array([n]))
    length = math.sqrt(math.fsum(float(x) ** 2 for x in unit.mean(axis=0)))
    assert found[0] == pytest.approx(1 - length, abs=1e-9)
    assert math.isnan(dispersion_of_lengths(np.zeros((1, 5)), np.array([0]))[0])


def plain_rarefied(row, size):
    """How many different tokens are expected among those drawn, by the textbook formula."""
    total = int(sum(row))
    if total < size:
        return math.nan
    every = math.comb(total, size)
    return sum(1 - math.comb(total - int(c), size) / every for c in row) / size


@given(counts, st.integers(1, 20))
def test_rarefied_share_is_the_textbook_formula(table, size):
    expected = [plain_rarefied(row, size) for row in table]
    assert rarefied_share(table, size) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    sparse = rarefied_share(csr_array(table), size)
    assert sparse == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_rarefied_share_is_what_drawing_gives():
    rng = np.random.default_rng(3)
    row = rng.zipf(1.6, 40).clip(max=60).astype(np.float64)
    tokens = np.repeat(np.arange(row.size), row.astype(int))
    drawn = [len(set(rng.choice(tokens, 30, replace=False))) / 30 for _ in range(4000)]
    error = np.std(drawn) / math.sqrt(len(drawn))
    assert rarefied_share(row[None, :], 30)[0] == pytest.approx(np.mean(drawn), abs=5 * error)


def test_rarefied_share_reads_a_huge_count_without_room_for_every_smaller_one():
    row = np.array([2.0**31 - 1, 1.0, 1.0])
    assert rarefied_share(row[None, :], 2)[0] == pytest.approx(0.5)


def test_rarefied_share_of_words_that_are_all_different_is_one():
    assert rarefied_share(np.ones((1, 50)), 50)[0] == pytest.approx(1.0)
    assert rarefied_share(np.array([[1000.0]]), 500)[0] == pytest.approx(1 / 500)
