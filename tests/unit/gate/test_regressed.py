"""``regressed``: the rule to the letter, and how often nothing but chance is called so."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np
import pytest

from crs_simcheck.baselines import SeekerStatistics, load_baseline
from crs_simcheck.gate import Comparison, GateSpec, Settings, Verdict
from crs_simcheck.gate.regressed import Accepted, regression
from crs_simcheck.metrics import metric_named, metrics_of
from crs_simcheck.stats import ConfidenceInterval, Range, t_quantile
from crs_simcheck.stats.quantiles import student_quantile

SPEC = GateSpec("items_talk", metric_named("item_entropy"))


def verdict(value, reach, target, margin=0.4, n=100):
    interval = ConfidenceInterval(value - reach, value + reach)
    return Verdict(SPEC, "within", n, value, interval, Range(*target), margin)


def accepted(value, reach, target, n=100):
    return Accepted(value, ConfidenceInterval(value - reach, value + reach), Range(*target), n)


def test_room_is_lost_on_the_way_to_the_nearest_end():
    target = (7.6, 8.4)
    found = regression(accepted(8.0, 0.01, target), verdict(7.75, 0.01, target), 1)
    assert found.lost == pytest.approx(0.25)
    assert found.practical == pytest.approx(0.2)
    assert found.chance == pytest.approx(math.hypot(0.01, 0.01))
    assert found.found
    for value in (7.81, 8.0, 8.19):  # less than half a margin
        assert not regression(accepted(8.0, 0.01, target), verdict(value, 0.01, target), 1).found
    # Back to the middle, or as far on the other side: nothing is lost.
    assert regression(accepted(7.7, 0.01, target), verdict(8.0, 0.01, target), 1).lost < 0
    assert regression(accepted(7.8, 0.01, target), verdict(8.2, 0.01, target), 1).lost == (
        pytest.approx(0.0)
    )


def test_what_chance_makes_is_not_lost_and_more_gates_make_more():
    target = (0.6, math.inf)
    one, many = (
        regression(accepted(0.9, 0.1, target), verdict(0.7, 0.1, target, 0.15), m) for m in (1, 20)
    )
    assert one.lost == pytest.approx(0.2)
    assert one.chance == pytest.approx(math.hypot(0.1, 0.1))
    assert one.found
    q = student_quantile(99, 1 - 0.05 / 20) / t_quantile(100)
    assert many.chance == pytest.approx(q * one.chance)
    assert not many.found


def test_each_value_has_the_range_of_its_own_size():
    found = regression(accepted(8.0, 0.01, (7.6, 8.4)), verdict(7.7, 0.01, (7.3, 8.1), n=80), 1)
    assert found.lost == pytest.approx(0.0)


def test_reaches_are_those_towards_each_other():
    then = Accepted(0.01, ConfidenceInterval(0.005, 0.03), Range(-math.inf, 0.2), 100)
    now = Verdict(
        SPEC, "within", 100, 0.1, ConfidenceInterval(0.06, 0.5), Range(-math.inf, 0.2), 0.05
    )
    assert regression(then, now, 1).chance == pytest.approx(math.hypot(0.04, 0.02))


def test_without_a_value_or_an_end_nobody_can_tell():
    then = accepted(8.0, 0.1, (7.6, 8.4))
    assert regression(then, Verdict(SPEC, "inconclusive", 10, reason="few"), 1) is None
    assert regression(then, verdict(8.0, 0.1, (-math.inf, math.inf)), 1) is None


def false_alarms(runs, n, seed=0):
    """Share of runs in which any gate is regressed: the same people, other seekers."""
    group = load_baseline("redial-seekers")
    rows = [one for one in group.tasks["items_talk"].seekers() if one["mentions"]]
    tables = group.tasks["items_talk"].tables
    rng = np.random.default_rng(seed)
    alarms, each = 0, 0
    for run in range(runs):
        order = rng.permutation(len(rows))
        parts = (order[:n], order[n : 2 * n])
        verdicts = []
        for part in parts:
            statistics = SeekerStatistics.of_seekers([rows[i] for i in part.tolist()], tables)
            own = group.with_tasks(
                MappingProxyType({"items_talk": statistics}), speakers="simulator"
            )
            compared = Comparison("items_talk", own, group, settings=Settings(run, 100))
            specs = [
                GateSpec("items_talk", m)
                for m in metrics_of("items_talk")
                if m.automatic and compared.missing(GateSpec("items_talk", m)) is None
            ]
            verdicts.append([compared.verdict(spec) for spec in specs])
        found = [
            regression(Accepted(a.value, a.interval, a.target, a.n_seekers), b, len(verdicts[0]))
            for a, b in zip(*verdicts, strict=True)
        ]
        regressed = [one is not None and one.found for one in found]
        alarms += any(regressed)
        each += sum(regressed)
    return alarms / runs


@pytest.mark.slow
def test_other_seekers_of_the_same_people_are_seldom_called_regressed():
    runs = 150
    assert false_alarms(runs, 100) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
