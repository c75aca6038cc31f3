"""Asking in blocks, by the benchmark's own code at a small size."""

import pytest

from benchmarks.known_bad import KINDS, Plan, bad_simulators
from benchmarks.sequential import Rates, misses, rates

SMALL = {"draws": 150, "groups": 150, "workers": 1}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("metric", ["item_entropy", "popularity_share", "acceptance_rate"])
def test_looks_are_wrong_as_rarely_as_one(metric):
    assert misses(rates(Plan(runs=40, metrics=(metric,), **SMALL)), [], deviations=3.0) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_is_known_to_be_bad_takes_a_third_of_the_answers_at_most():
    kinds = [kind for kind in KINDS if kind.baseline != "redial-seekers" or kind.name != "people"]
    bad = bad_simulators(Plan(runs=3, **SMALL), kinds)
    assert {kind.name for kind in kinds} == {one.name for one in bad}
    assert misses([], bad) == []


def test_the_promises_can_be_missed():
    row = Rates("item_entropy", "people", 1_000, (0.99, 0.0), (0.90, 0.03), 1.2)
    assert len(misses([row], [])) == 3
    assert misses([Rates("item_entropy", "people", 1_000, (0.99, 0.0), (0.99, 0.0), 0.7)], []) == []
    passed = Rates("item_entropy", "1 margin", 1_000, (0.05, 0.05), (0.2, 0.05), 0.9)
    assert len(misses([passed], [])) == 1
