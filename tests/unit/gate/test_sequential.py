"""A gate that is looked at several times: the same meaning, at the error of one look."""

from types import MappingProxyType

import numpy as np
import pytest

from benchmarks.known_bad import first
from crs_simcheck.baselines import SeekerStatistics
from crs_simcheck.baselines.synthetic import named_films
from crs_simcheck.gate import Comparison, GateSpec, Settings
from crs_simcheck.gate.sequential import Look, SequentialComparison, look_at, looks
from crs_simcheck.metrics import metric_named
from tests.unit.gate.made_up import group_of, mentions_of, namers, raters

PEOPLE = namers(271, seed=1)
FAST = Settings(n_draws=100)


def at_look(simulator, people, metric, look, **gate):
    (task,) = simulator.tasks
    some = group_of(
        {task: first(simulator.tasks[task], look.n_seekers)}, simulator.catalogue,
        "sim", "simulator",
    )  # fmt: skip
    comparison = SequentialComparison(task, some, people, settings=FAST, look=look)
    return comparison.verdict(GateSpec(task, metric_named(metric), **gate))


def at_once(simulator, people, metric, **gate):
    (task,) = simulator.tasks
    comparison = Comparison(task, simulator, people, settings=FAST)
    return comparison.verdict(GateSpec(task, metric_named(metric), **gate))


def in_blocks(simulator, people, metric, n, **gate):
    for look in looks(n, 20):
        verdict = at_look(simulator, people, metric, look, **gate)
        if verdict.outcome != "inconclusive":
            break
    return verdict


def test_the_looks_are_shares_of_all_seekers_and_none_is_too_small():
    assert [look.n_seekers for look in looks(100, 20)] == [20, 30, 40, 60, 80, 100]
    assert [look.n_seekers for look in looks(50, 20)] == [20, 30, 40, 50]
    assert [look.n_seekers for look in looks(15, 20)] == [15]
    assert str(looks(1_000, 20)[1]) == "look 2 of 6: 300 of 1,000 seekers"


@pytest.mark.parametrize(
    "metric, gate",
    [
        ("item_entropy", {}),
        ("popularity_share", {"margin": 0.05}),
        ("repeat_rate", {}),
        ("unknown_item_rate", {"maximum": 0.05}),
        ("item_entropy", {"minimum": 7.0}),
        ("item_entropy", {"rule": "estimate"}),
    ],
)
def test_a_single_look_is_the_verdict_of_asking_at_once(metric, gate):
    simulator = namers(60, seed=2, speakers="simulator")
    one, once = (
        at_look(simulator, PEOPLE, metric, Look((60,), 0), **gate),
        at_once(simulator, PEOPLE, metric, **gate),
    )
    assert one.outcome == once.outcome
    assert one.target == once.target
    assert one.value == once.value
    assert one.interval.low == pytest.approx(once.interval.low, rel=1e-9)
    assert one.interval.high == pytest.approx(once.interval.high, rel=1e-9)
    assert one.least_drift == pytest.approx(once.least_drift, rel=1e-6)


@pytest.mark.parametrize("metric", ["item_entropy", "repeat_rate"])
def test_what_the_last_look_decides_asking_at_once_decides_too(metric):
    for seed, share in enumerate((0.0, 0.2, 0.5)):
        simulator = namers(60, seed=seed, speakers="simulator", concentrate=share)
        last = at_look(simulator, PEOPLE, metric, looks(60, 20)[-1])
        once = at_once(simulator, PEOPLE, metric)
        assert last.target == once.target
        assert last.interval.low <= once.interval.low
        assert last.interval.high >= once.interval.high
        assert last.outcome in (once.outcome, "inconclusive")


def test_an_early_range_is_as_wide_as_the_last():
    gate = {"margin": 0.0}  # the range is then what people vary by: wider in small groups
    simulator = namers(100, seed=3, speakers="simulator")
    early = at_look(simulator, PEOPLE, "popularity_share", looks(100, 20)[0], **gate)
    last = at_look(simulator, PEOPLE, "popularity_share", looks(100, 20)[-1], **gate)
    widths = [v.target.high - v.target.low for v in (early, last)]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)
    once = at_once(
        group_of({"items_talk": first(simulator.tasks["items_talk"], 20)}, named_films()),
        PEOPLE, "popularity_share", **gate,
    )  # fmt: skip
    assert once.target.high - once.target.low > 1.8 * widths[1]


def test_what_is_far_off_is_told_by_the_first_look():
    famous = namers(100, seed=4, speakers="simulator", concentrate=0.9)
    verdict = in_blocks(famous, PEOPLE, "popularity_share", 100)
    assert (verdict.outcome, verdict.n_seekers) == ("drifted", 20)
    assert "decided at look 1 of 6: 20 of 100 seekers" in verdict.notes
    assert verdict.too_high


def test_people_are_within_before_all_are_asked():
    verdict = in_blocks(namers(100, seed=5, speakers="simulator"), PEOPLE, "popularity_share", 100)
    assert verdict.outcome == "within"
    assert verdict.n_seekers < 100


def of_one_kind(n, seed):
    """Seekers who each name five films of one of 60 themes, though together they name as many.

    A small group of them is far less varied than people, since its mentions come in lumps; a large
    one is about as varied: the drift goes away as seekers are added.
    """
    rng = np.random.default_rng(seed)
    labels = np.array([item.label for item in named_films()])
    themes = rng.permutation(labels)[: 60 * 5].reshape(60, 5)
    return mentions_of(
        [themes[int(rng.integers(60))].tolist() for _ in range(n)], named_films(),
        name="sim", speakers="simulator",
    )  # fmt: skip


def change_of(simulator, people, metric, n_now, n):
    look = Look((n_now, n), 0)
    some = group_of(
        {"items_talk": first(simulator.tasks["items_talk"], n_now)}, simulator.catalogue,
        "sim", "simulator",
    )  # fmt: skip
    comparison = SequentialComparison("items_talk", some, people, settings=FAST, look=look)
    own, theirs = (
        comparison.sides.simulator_rows("mentions"),
        comparison.sides.baseline_rows("mentions"),
    )
    return comparison._change(GateSpec("items_talk", metric_named(metric)), own, theirs)


def test_a_drift_that_grows_is_carried_forward_as_growing():
    famous = namers(100, seed=6, speakers="simulator", concentrate=0.9)
    change = change_of(famous, PEOPLE, "item_entropy", 40, 100)
    then = at_once(famous, PEOPLE, "item_entropy")
    now = at_look(famous, PEOPLE, "item_entropy", Look((40, 100), 0))
    truly = (then.value - then.people.center) - (now.value - now.people.center)
    assert change < 0
    assert truly < 0
    assert 0.3 * abs(truly) < abs(change) < 1.5 * abs(truly)


def test_a_rate_is_the_same_in_groups_of_any_size():
    people = namers(100, seed=7, speakers="simulator")
    for metric in ("popularity_share", "mean_log_rank", "repeat_rate"):
        assert abs(change_of(people, PEOPLE, metric, 40, 100)) < 0.01


def test_a_value_that_does_not_exist_in_half_a_group_decides_nothing_early(monkeypatch):
    famous = namers(100, seed=4, speakers="simulator", concentrate=0.9)
    look = looks(100, 20)[0]
    assert at_look(famous, PEOPLE, "item_entropy", look, margin=0.05).outcome == "drifted"
    monkeypatch.setattr(SequentialComparison, "_distance", lambda *_: float("nan"))
    verdict = at_look(famous, PEOPLE, "item_entropy", look, margin=0.05)
    assert verdict.outcome == "inconclusive"


def test_a_gate_on_the_value_alone_waits_for_all_seekers():
    famous = namers(100, seed=4, speakers="simulator", concentrate=0.9)
    early = at_look(famous, PEOPLE, "item_entropy", looks(100, 20)[0], rule="estimate")
    assert early.outcome == "inconclusive"
    assert early.reason == "not decided at look 1 of 6: 20 of 100 seekers"
    assert early.seekers_needed is None
    last = at_look(famous, PEOPLE, "item_entropy", looks(100, 20)[-1], rule="estimate")
    assert last.outcome == "drifted"


def test_a_correlation_is_held_against_people_of_the_same_size_at_each_look():
    people = raters(150, seed=8)
    blind = raters(60, seed=9, speakers="simulator", quality=0.0)
    verdict = in_blocks(blind, people, "bin_pref_correlation", 60)
    assert verdict.outcome == "drifted"
    assert verdict.people.size == min(verdict.n_seekers, 75)


def test_more_seekers_than_people_are_looked_at_too():
    few = namers(50, seed=10)
    famous = namers(200, seed=11, speakers="simulator", concentrate=0.9)
    verdict = in_blocks(famous, few, "popularity_share", 200)
    assert verdict.outcome == "drifted"


def test_what_was_decided_stays_as_it_was():
    famous = namers(100, seed=4, speakers="simulator", concentrate=0.9)
    spec = GateSpec("items_talk", metric_named("popularity_share"))
    open_ = GateSpec("items_talk", metric_named("era_entropy"), margin=0.0)
    verdicts = {}
    for look in looks(100, 20)[:2]:
        some = group_of(
            {"items_talk": first(famous.tasks["items_talk"], look.n_seekers)}, named_films(),
            "sim", "simulator",
        )  # fmt: skip
        comparison = SequentialComparison("items_talk", some, PEOPLE, settings=FAST, look=look)
        before, verdicts = verdicts, look_at(comparison, (spec, open_), verdicts)
    assert verdicts[spec] is before[spec]
    assert verdicts[spec].n_seekers == 20
    assert verdicts[open_].n_seekers == 30


def test_too_few_with_an_observation_decide_nothing():
    statistics = PEOPLE.tasks["items_talk"]
    silent = SeekerStatistics(
        40, MappingProxyType(dict(first(statistics, 10).tables)), statistics.design
    )
    simulator = group_of({"items_talk": silent}, named_films(), "sim", "simulator")
    comparison = SequentialComparison(
        "items_talk", simulator, PEOPLE, settings=FAST, look=Look((40, 100), 0)
    )
    verdict = comparison.verdict(GateSpec("items_talk", metric_named("popularity_share")))
    assert verdict.outcome == "inconclusive"
    assert "at least 20 are needed" in verdict.reason


@pytest.mark.slow
def test_a_drift_that_goes_away_with_more_seekers_is_seldom_told_early():
    people = namers(271, seed=1)
    n, runs, early, bare = 400, 12, 0, 0
    for seed in range(runs):
        simulator = of_one_kind(n, seed)
        last = at_look(simulator, people, "item_entropy", looks(n, 20)[-1])
        verdict = in_blocks(simulator, people, "item_entropy", n)
        early += verdict.outcome == "drifted" and last.outcome == "within"
        bare += verdict.outcome == "within" and last.outcome == "drifted"
    assert early + bare <= 1
