"""The same input gives the same verdict to the last digit, whatever else is asked."""

import json

import pytest

from crs_simcheck.baselines import load_baseline
from crs_simcheck.gate import Comparison, GateSpec, Settings
from crs_simcheck.metrics import METRICS, metrics_of
from crs_simcheck.records import Response
from tests.unit.gate.made_up import FAST, answers_of, group_of, measured, namers, raters

TALK = [
    Response("items_talk", f"s{i}", f"1. Film {i % 17} (1990)\n2. Other (19{50 + i % 40})")
    for i in range(40)
]
CHAT = [Response("rec_request", f"s{i % 40}", "something " * (1 + i % 7)) for i in range(80)]


def both_sides(task):
    if task == "bin_pref":
        return raters(60, 1, asked=10), raters(150)
    if task == "items_talk":
        return namers(60, 1), namers(150)
    return measured(CHAT), measured(CHAT[::-1], name="people", speakers="people")


def as_text(found):
    return json.dumps(found.as_json(), allow_nan=False)


@pytest.mark.parametrize("task", ["items_talk", "bin_pref", "rec_request"])
def test_the_order_in_which_gates_are_asked_never_shows(task):
    simulator, baseline = both_sides(task)
    specs = [GateSpec(task, metric) for metric in metrics_of(task)]
    forwards = Comparison(task, simulator, baseline, settings=FAST)
    one = {s.metric.name: as_text(forwards.verdict(s)) for s in specs}
    backwards = Comparison(task, simulator, baseline, settings=FAST)
    two = {s.metric.name: as_text(backwards.verdict(s)) for s in reversed(specs)}
    assert one == two
    alone = {
        s.metric.name: as_text(Comparison(task, simulator, baseline, settings=FAST).verdict(s))
        for s in specs
    }
    assert alone == one


def test_the_seed_changes_the_draws_and_little_else():
    simulator, baseline = both_sides("items_talk")
    spec = GateSpec("items_talk", METRICS["item_entropy"])
    one, two = (
        Comparison("items_talk", simulator, baseline, settings=Settings(seed, 200)).verdict(spec)
        for seed in (0, 1)
    )
    assert one.people.center != two.people.center
    assert one.people.center == pytest.approx(two.people.center, abs=0.05)


def test_another_task_changes_no_verdict():
    talk, more = measured(TALK), measured([*TALK, *CHAT])
    people = namers(150)
    spec = GateSpec("items_talk", METRICS["item_entropy"])
    one, two = (
        as_text(Comparison("items_talk", g, people, settings=FAST).verdict(spec))
        for g in (talk, more)
    )
    assert one == two
    both = group_of(
        {**people.tasks, **raters(50).tasks}, people.catalogue, people.name, people.speakers
    )
    assert as_text(Comparison("items_talk", talk, both, settings=FAST).verdict(spec)) == one


def test_the_order_of_rows_never_shows():
    people = load_baseline("redial-seekers")
    films = people.catalogue
    specs = [GateSpec("items_talk", m) for m in metrics_of("items_talk")]
    texts = []
    for rows in (TALK, TALK[::-1]):
        comparison = Comparison("items_talk", measured(rows, films), people, settings=FAST)
        texts.append([as_text(comparison.verdict(s)) for s in specs])
    assert texts[0] == texts[1]


SITUATIONS = {
    "both": both_sides,
    "no baseline": lambda task: (both_sides(task)[0], None),
    "few": lambda task: (namers(3), namers(3)) if task == "items_talk" else (raters(3), raters(3)),
    "one": lambda task: (
        (namers(1), namers(30)) if task == "items_talk" else (raters(1), raters(30))
    ),
    "more than people": lambda task: (
        (namers(90), namers(30)) if task == "items_talk" else (raters(90), raters(30))
    ),
    "all the same": lambda task: (
        (namers(40, concentrate=1.0), namers(40, concentrate=1.0))
        if task == "items_talk"
        else (raters(40, eagerness=1.0), raters(40, eagerness=1.0))
    ),
    "unclear": lambda task: (
        answers_of(
            [[(item.label, None, None) for item in raters(1).catalogue]] * 30,
            raters(1).catalogue,
            name="sim",
            speakers="simulator",
        ),
        raters(60),
    ),
}
GATES = [{}, {"minimum": 0.1}, {"maximum": 0.5}, {"minimum": 0.1, "maximum": 9.0}]


@pytest.mark.parametrize("rule", ["target", "estimate"])
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("task", ["items_talk", "bin_pref"])
def test_no_verdict_holds_a_number_that_json_has_not(task, situation, rule):
    if situation == "unclear" and task != "bin_pref":
        task = "bin_pref"
    simulator, baseline = SITUATIONS[situation](task)
    comparison = Comparison(task, simulator, baseline, settings=Settings(n_draws=100))
    for metric in metrics_of(task):
        for gate in GATES:
            found = comparison.verdict(GateSpec(task, metric, rule=rule, **gate))
            plain = json.loads(as_text(found))
            assert plain["verdict"] in ("within", "drifted", "inconclusive")
            if plain["value"] is None:
                assert plain["verdict"] == "inconclusive"
            if plain["verdict"] == "inconclusive":
                assert plain["reason"], (metric.name, gate)
            else:
                assert None not in plain["interval"]
