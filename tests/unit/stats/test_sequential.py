"""The bounds, against published tables, against simulation, and against themselves."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from crs_simcheck.stats import SPENDING, TAIL, looks_at, nominal_tails

FIVE = (20, 40, 60, 80, 100)
# Two-sided 5 % at five equal looks, as Lan and DeMets's functions are tabulated everywhere.
PUBLISHED = {
    "obrien-fleming": (4.8769, 3.3569, 2.6803, 2.2898, 2.0310),
    "pocock": (2.4380, 2.4268, 2.4101, 2.3966, 2.3859),
}
sizes = st.lists(st.integers(1, 400), min_size=1, max_size=7, unique=True).map(sorted).map(tuple)


@pytest.mark.parametrize("spending", PUBLISHED)
def test_the_bounds_are_the_published_ones(spending):
    bounds = norm.isf(nominal_tails(FIVE, 0.025, spending))
    assert bounds == pytest.approx(PUBLISHED[spending], abs=2e-4)


def crossings(sizes, tails, n_runs=30_000, shared=0.0, seed=5):
    """How often any look rejects, of a true hypothesis at its edge."""
    rng = np.random.default_rng(seed)
    steps = np.diff([0, *sizes])
    walk = np.cumsum(rng.standard_normal((n_runs, len(sizes))) * np.sqrt(steps), axis=1)
    mean = walk / np.array(sizes) + math.sqrt(shared) * rng.standard_normal((n_runs, 1))
    z = mean / np.sqrt(1 / np.array(sizes) + shared)
    return float(np.mean((z > norm.isf(tails)).any(axis=1)))


@pytest.mark.parametrize("spending", SPENDING)
@pytest.mark.parametrize("looks", [FIVE, (20, 30, 40, 60, 80, 100), (90, 100)])
def test_all_looks_together_are_wrong_as_often_as_one(spending, looks):
    wrong = crossings(looks, nominal_tails(looks, TAIL, spending))
    assert wrong == pytest.approx(TAIL, abs=3 * math.sqrt(0.05 * 0.95 / 30_000))


@pytest.mark.parametrize("spending", SPENDING)
def test_a_reference_that_all_looks_share_makes_them_wrong_less_often(spending):
    tails = nominal_tails(FIVE, TAIL, spending)
    assert crossings(FIVE, tails, shared=1 / 100) < TAIL


def test_looks_without_a_correction_would_be_wrong_far_more_often():
    assert crossings(FIVE, (TAIL,) * 5) > 2 * TAIL


@pytest.mark.parametrize("spending", SPENDING)
def test_one_look_has_all_of_the_error(spending):
    assert nominal_tails((37,), TAIL, spending) == pytest.approx((TAIL,), rel=1e-9)


@pytest.mark.parametrize("spending", SPENDING)
def test_a_spending_function_begins_at_nothing_and_ends_at_all(spending):
    spend = SPENDING[spending]
    spent = [spend(share, TAIL) for share in np.linspace(0.001, 1, 200)]
    assert spent[0] < 0.001
    assert spent[-1] == pytest.approx(TAIL)
    assert np.all(np.diff(spent) >= 0)


@given(sizes, st.sampled_from(sorted(SPENDING)))
@settings(max_examples=5, deadline=None)
def test_no_look_has_more_than_what_all_have(sizes, spending):
    tails = nominal_tails(sizes, TAIL, spending)
    assert len(tails) == len(sizes)
    assert all(0 < tail <= TAIL * (1 + 1e-9) for tail in tails)
    # Bonferroni from below: no correction for looks can need more than their sum.
    assert sum(tails) >= TAIL * (1 - 1e-6)


@given(st.integers(1, 100_000), st.integers(1, 100))
def test_looks_grow_up_to_n(n, least):
    found = looks_at(n, (0.2, 0.3, 0.4, 0.6, 0.8, 1.0), least)
    assert found[-1] == n
    assert list(found) == sorted(set(found))
    assert all(size >= least for size in found[:-1])


@pytest.mark.parametrize("bad", [(), (0, 5), (5, 5), (10, 5)])
def test_sizes_that_do_not_grow_are_refused(bad):
    with pytest.raises(ValueError, match="must grow from 1"):
        nominal_tails(bad, TAIL, "pocock")
