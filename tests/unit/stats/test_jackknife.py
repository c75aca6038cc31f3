import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from crs_simcheck.stats import (
    Pool,
    Rows,
    entropy_bits,
    jackknife_error,
    leave_one_out,
    positive_columns,
    ratio,
    row_sums,
)
from crs_simcheck.stats import jackknife as module
from tests.unit.stats.made_up import rows_of_units


def _share(pool):
    sums = pool.block("dense")
    return ratio(sums[:, 0], row_sums(sums))


FUNCTIONS = {
    "entropy": (lambda pool: entropy_bits(pool.block("sparse")), ("sparse",)),
    "columns": (lambda pool: positive_columns(pool.block("sparse")), ("sparse",)),
    "share": (_share, ("dense",)),
    "both": (lambda pool: entropy_bits(pool.block("sparse")) + _share(pool), ("dense", "sparse")),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(rows=rows_of_units(min_units=2))
def test_leaving_one_out_is_pooling_the_others(name, rows):
    function, blocks = FUNCTIONS[name]
    everybody = np.arange(rows.n_units)
    expected = [
        function(Pool.whole(rows.units(np.delete(everybody, unit))))[0] for unit in everybody
    ]
    found = leave_one_out(rows, function, blocks)
    assert np.allclose(found, expected, atol=1e-9, equal_nan=True)


def test_blocks_of_the_work_do_not_show(monkeypatch):
    rng = np.random.default_rng(0)
    rows = Rows(np.arange(9), 9, {"sparse": csr_array(rng.integers(0, 3, (9, 4)).astype(float))})
    function, blocks = FUNCTIONS["entropy"]
    whole = leave_one_out(rows, function, blocks)
    monkeypatch.setattr(module, "_CHUNK", 8)
    assert np.array_equal(leave_one_out(rows, function, blocks), whole)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20))
def test_of_the_mean_it_is_the_textbook_standard_error(values):
    x = np.array(values)
    rows = Rows(np.arange(x.size), x.size, {"x": np.stack([x, np.ones(x.size)], axis=1)})

    def mean(pool):
        return ratio(pool.block("x")[:, 0], pool.block("x")[:, 1])

    found = jackknife_error(leave_one_out(rows, mean, ("x",)))
    assert found == pytest.approx(x.std(ddof=1) / math.sqrt(x.size), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, np.nan, 2.0], [1.0, np.inf]])
def test_no_error_without_two_values_that_all_exist(values):
    assert math.isnan(jackknife_error(np.array(values)))


def test_equal_values_leave_no_error():
    assert jackknife_error(np.array([2.0, 2.0, 2.0])) == 0.0


def test_no_unit_gives_no_value():
    rows = Rows(np.zeros(0, dtype=np.int64), 0, {"sparse": csr_array((0, 3))})
    assert leave_one_out(rows, *FUNCTIONS["entropy"]).size == 0
