import numpy as np
import pytest

from crs_simcheck.baselines import (
    UNKNOWN_TITLE,
    label_resolver,
    load_baseline,
    measure,
    measure_group,
)
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.controls import CONTROLS, make_control
from crs_simcheck.errors import InputError, UnknownNameError
from crs_simcheck.gate import Comparison, GateSpec, Settings, joint_catalogue
from crs_simcheck.metrics import METRICS, metrics_of
from crs_simcheck.records import TASKS
from tests.unit.gate.made_up import mentions_of

BASELINES = ("redial-seekers", "synthetic-raters")
# Which control can be made from which baseline.
MADE = {
    "redial-seekers": ("people", "popular", "parrot", "echo"),
    "synthetic-raters": ("people", "eager"),
}
PAIRS = [(baseline, name) for baseline in BASELINES for name in MADE[baseline]]


def control_of(baseline, name, seed=0, n=100):
    return make_control(name, load_baseline(baseline), n, np.random.default_rng([seed, 1]))


def verdicts_of(baseline, control):
    group = load_baseline(baseline)
    joint = joint_catalogue(None, group)
    histories = {p.seeker: tuple(h.item for h in p.history) for p in control.profiles}
    seen = measure(control.responses, joint.catalogue, histories=histories)
    answered = measure_group(seen, joint.catalogue, name="control", speakers="simulator")
    found = {}
    for task in answered.tasks:
        comparison = Comparison(
            task, answered, group, catalogue=joint, settings=Settings(n_draws=300)
        )
        for metric in metrics_of(task):
            spec = GateSpec(task, metric)
            if comparison.missing(spec) is None:
                found[task, metric.name] = comparison.verdict(spec).outcome
    return found


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("baseline, name", PAIRS)
def test_every_control_comes_out_as_documented(baseline, name, seed):
    control = control_of(baseline, name, seed)
    found = verdicts_of(baseline, control)
    expected = {
        (task, metric)
        for task, metrics in CONTROLS[name].drifts.items()
        if task in load_baseline(baseline).tasks
        for metric in metrics
    }
    assert expected <= set(found)
    for key in expected:
        assert found[key] == "drifted", key
    if name == "people":
        assert set(found.values()) == {"within"}, found
    else:
        assert expected, "a control with a fault shows it here"


@pytest.mark.slow
@pytest.mark.parametrize("baseline, name", PAIRS)
def test_a_control_is_the_same_for_the_same_seed(baseline, name):
    one, two, other = (control_of(baseline, name, seed, 40) for seed in (0, 0, 1))
    assert one == two
    if name != "parrot" or baseline != "redial-seekers":
        assert one.responses != other.responses or one.profiles != other.profiles


@pytest.mark.parametrize("baseline, name", PAIRS)
def test_a_control_holds_titles_of_the_catalogue_and_words_of_ours_alone(baseline, name):
    group = load_baseline(baseline)
    labels = {item.label for item in group.catalogue}
    control = control_of(baseline, name, n=40)
    # Who named only films without a year has nothing to say in the format asked for.
    assert 38 <= len({r.seeker for r in control.responses}) <= 40
    for response in control.responses:
        assert UNKNOWN_TITLE not in response.text
        assert response.seeker.startswith(f"{name}-")
        if response.task == "items_talk":
            named = {line.split(". ", 1)[1] for line in response.text.splitlines()}
            assert {title.removesuffix(" (1880)") for title in named} <= labels
        elif response.task == "bin_pref":
            assert response.text in ("Yes", "No")
            assert response.stimulus["item"] in labels
        else:
            assert response.text.replace(" ", "").isalpha() or not response.text
    for profile in control.profiles:
        assert {h.item for h in profile.history} <= labels
        assert profile.persona == ""


def test_people_name_as_many_films_and_say_as_many_words_as_people():
    group = load_baseline("redial-seekers")
    control = control_of("redial-seekers", "people", n=1000)
    talk = [r for r in control.responses if r.task == "items_talk"]
    assert len({r.seeker for r in talk}) <= group.task("items_talk").n_seekers
    chat = [r for r in control.responses if r.task == "rec_request"]
    words = sorted(len(r.text.split()) for r in chat)
    people = sorted(group.task("rec_request").tables["responses"].columns["words"].tolist())
    assert words == people


def test_raters_are_asked_as_many_films_as_the_design_says():
    control = control_of("synthetic-raters", "people", n=30)
    asked = dict.fromkeys((r.seeker for r in control.responses), 0)
    for response in control.responses:
        asked[response.seeker] += 1
    assert set(asked.values()) == {10}


def test_echo_says_its_own_history_back():
    control = control_of("redial-seekers", "echo", n=30)
    histories = {p.seeker: {h.item for h in p.history} for p in control.profiles}
    for response in control.responses:
        named = {line.split(". ", 1)[1] for line in response.text.splitlines()}
        assert named <= histories[response.seeker]


def test_faults_are_of_metrics_that_exist_and_stand_there():
    for kind in CONTROLS.values():
        assert kind.fault
        for task, metrics in kind.drifts.items():
            assert task in TASKS
            assert all(task in METRICS[m].tasks for m in metrics)
    assert CONTROLS["people"].drifts == {}


def test_years_that_the_baseline_does_not_know_come_from_the_users_films():
    plain = Catalogue("plain", (Item("Heat"), Item("Cars", 2006)))
    people = mentions_of([["Heat"], ["Cars (2006)"]] * 20, plain)
    user = Catalogue("user", (Item("Heat", 1995),))
    for films, named in (
        (None, {"Heat (1880)", "Cars (2006)"}),
        (user, {"Heat (1995)", "Cars (2006)"}),
    ):
        control = make_control("people", people, 40, np.random.default_rng(0), films)
        assert {r.text.removeprefix("1. ") for r in control.responses} == named


def test_an_unknown_control_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'parrot'"):
        control_of("redial-seekers", "parott")


def test_a_control_that_a_baseline_cannot_give():
    message = "control 'eager' cannot be made from baseline 'redial-seekers'"
    with pytest.raises(InputError, match=message):
        control_of("redial-seekers", "eager")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_film_of_a_person_reads_back(seed):
    """Films without a year get one, so that nobody's mentions are lost or turn into others."""
    group = load_baseline("redial-seekers")
    control = make_control("people", group, 60, np.random.default_rng(seed))
    talk = [r for r in control.responses if r.task == "items_talk"]
    label = label_resolver(group.catalogue)
    named = [
        tuple(sorted(label(line.partition(". ")[2]) for line in response.text.splitlines()))
        for response in talk
    ]
    people = {
        tuple(sorted(film for (film,) in person["mentions"]))
        for person in group.tasks["items_talk"].seekers()
    }
    assert len(named) == 60
    # A film without a year, beside others of its title that have one, cannot be written.
    assert sum(films in people for films in named) >= 52
    assert all(not film.startswith(UNKNOWN_TITLE) for films in named for film in films)
