import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betainc, betaincc, betaincinv, fdtri, stdtr, stdtrit

from crs_simcheck.stats.quantiles import (
    beta_quantile,
    beta_share,
    f_quantile,
    student_quantile,
    student_tails,
)

SHAPES = (0.01, 0.1, 0.3, 0.5, 1, 1.5, 2, 3.7, 10, 14.9, 15.1, 33, 101, 501.5, 2000, 1e4, 1e5, 1e6)
LEVELS = (0.001, 0.05, 0.2, 0.5, 0.8, 0.95, 0.999)


@pytest.mark.parametrize("a", SHAPES)
def test_beta_quantiles_are_those_of_scipy(a):
    for b, p in product(SHAPES, LEVELS):
        # From 1 − x where x is near 1: its digits are those that count.
        near, far = beta_quantile(a, b, p), beta_quantile(b, a, 1 - p)
        assert near == pytest.approx(betaincinv(a, b, p), rel=1e-10, abs=1e-280)
        assert near + far == pytest.approx(1, rel=1e-12)


@given(st.floats(0.05, 1e4), st.floats(0.05, 1e4), st.floats(1e-4, 1 - 1e-4))
def test_the_share_below_a_beta_quantile_is_p(a, b, p):
    x = beta_quantile(a, b, p)
    assert 0 < x <= 1
    if x < 1 - 1e-6:  # nearer to 1 a float has too few digits for p
        assert betainc(a, b, x) == pytest.approx(p, rel=1e-8)
        assert betaincc(a, b, x) == pytest.approx(1 - p, rel=1e-6)


@given(st.floats(0.05, 500), st.floats(0.05, 500))
def test_beta_quantiles_grow_with_p(a, b):
    found = [beta_quantile(a, b, p) for p in LEVELS]
    assert found == sorted(found)


@pytest.mark.parametrize("degrees", [0.5, 1, 2, 3, 10, 19, 99, 270, 1e3, 1e4, 1e5, 1e6])
def test_quantiles_of_t_are_those_of_scipy(degrees):
    for p in (0.5001, 0.6, 0.9, 0.95, 0.975, 0.9999):
        assert student_quantile(degrees, p) == pytest.approx(stdtrit(degrees, p), rel=1e-10)


@given(st.integers(1, 100_000), st.floats(0.51, 0.9999))
def test_the_share_below_a_quantile_of_t_is_p(degrees, p):
    assert stdtr(degrees, student_quantile(degrees, p)) == pytest.approx(p, rel=1e-10)


def test_known_values():
    assert beta_quantile(1, 1, 0.3) == pytest.approx(0.3, rel=1e-14)
    assert beta_quantile(4, 1, 0.05) == pytest.approx(0.05**0.25, rel=1e-14)
    assert beta_quantile(1, 7, 0.95) == pytest.approx(1 - 0.05 ** (1 / 7), rel=1e-14)
    assert student_quantile(1, 0.75) == pytest.approx(1, rel=1e-14)
    assert student_quantile(2, 0.95) == pytest.approx(0.9 / math.sqrt(0.095), rel=1e-13)


@pytest.mark.parametrize("a, b, p", [(0, 1, 0.5), (1, -1, 0.5), (1, 1, 0), (1, 1, 1), (1, 1, 2)])
def test_what_has_no_quantile_of_beta(a, b, p):
    with pytest.raises(ValueError, match="no quantile of beta"):
        beta_quantile(a, b, p)


@pytest.mark.parametrize("degrees, p", [(0, 0.9), (-1, 0.9), (5, 0.5), (5, 0.2), (5, 1)])
def test_what_has_no_quantile_of_t(degrees, p):
    with pytest.raises(ValueError, match="no quantile of t"):
        student_quantile(degrees, p)


@pytest.mark.parametrize("a", SHAPES)
def test_shares_of_beta_are_those_of_scipy(a):
    for b, x in product(SHAPES, (0, 1e-9, 0.001, 0.2, 0.5, 0.8, 0.999, 1 - 1e-9, 1)):
        assert beta_share(a, b, x) == pytest.approx(betainc(a, b, x), rel=1e-8, abs=1e-13)


@pytest.mark.parametrize("degrees", [0.5, 1, 2, 3, 8, 10, 99, 1e3, 1e5])
def test_tails_of_t_are_those_of_scipy(degrees):
    for t in (1e-9, 1e-4, 0.1, 0.5, 1, 1.56, 2, 5, 30, 1e4):
        expected = 2 * stdtr(degrees, -t)
        assert student_tails(degrees, t) == pytest.approx(expected, rel=1e-8, abs=1e-300)
        assert student_tails(degrees, -t) == student_tails(degrees, t)
    assert student_tails(degrees, 0) == 1
    assert student_tails(degrees, math.inf) == student_tails(degrees, -math.inf) == 0


@pytest.mark.parametrize("above", [0.7, 1, 2, 5, 40, 1e3])
def test_quantiles_of_f_are_those_of_scipy(above):
    for below, p in product((0.7, 1, 2, 7.3, 99, 1e4), (0.025, 0.5, 0.9, 0.975)):
        assert f_quantile(above, below, p) == pytest.approx(fdtri(above, below, p), rel=1e-7)


def test_what_has_no_share_no_tails_and_no_quantile_of_f():
    for a, b, x in ((0, 1, 0.5), (1, 1, -0.1), (1, 1, 1.1), (1, 1, math.nan)):
        with pytest.raises(ValueError, match="no share of beta"):
            beta_share(a, b, x)
    for degrees, t in ((0, 1), (5, math.nan)):
        with pytest.raises(ValueError, match="no tails of t"):
            student_tails(degrees, t)
    for above, below, p in ((0, 1, 0.5), (1, 0, 0.5), (1, 1, 0), (1, 1, 1)):
        with pytest.raises(ValueError, match="no quantile of F"):
            f_quantile(above, below, p)
