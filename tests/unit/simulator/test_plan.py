"""What is asked is a pure function of the seeker: others change nothing of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import InputError, SettingsError
from crs_simcheck.prompts import default_prompts
from crs_simcheck.records import TASKS, HistoryItem
from crs_simcheck.simulator import TaskPlan, has_ratings, plan_task, rated_films
from tests.unit.simulator.made_up import FILMS, profile, simulator


def by_seeker(made):
    found = {}
    for planned in made.planned():
        found.setdefault(planned.question.seeker, []).append(planned)
    return found


def test_each_task_asks_as_often_as_it_says():
    made = simulator(seekers=7, asked={"rec_request": {"requests": 2}, "open_pref": {"films": 3}})
    counts = Counter(p.question.task for p in made.planned())
    assert counts == {
        "items_talk": 7, "bin_pref": 70, "open_pref": 21, "rec_request": 14, "neg_feedback": 35,
    }  # fmt: skip


def test_repeats_ask_the_same_with_other_seeds():
    once = list(simulator(seekers=2).planned())
    twice = list(simulator(seekers=2, repeats=2).planned())
    assert len(twice) == 2 * len(once)
    assert {p.key for p in once} < {p.key for p in twice}
    assert len({p.key for p in twice}) == len(twice)
    assert {str(p.question.stimulus) for p in once} == {str(p.question.stimulus) for p in twice}


def test_another_seeker_changes_nobody_elses_questions():
    few, many = by_seeker(simulator(seekers=4)), by_seeker(simulator(seekers=9))
    assert all(many[seeker] == few[seeker] for seeker in few)


def test_no_two_requests_are_the_same():
    keys = [p.key for p in simulator(seekers=20).planned()]
    assert len(set(keys)) == len(keys)


def test_the_same_persona_is_still_asked_with_another_seed():
    same = tuple(replace(profile(i), persona="The same.") for i in range(5))
    keys = {p.key for p in simulator(tasks=("rec_request",), profiles=same).planned()}
    assert len(keys) == 5


def test_a_seed_changes_what_is_asked():
    first, second = simulator(seed=0), simulator(seed=1)
    assert {p.key for p in first.planned()}.isdisjoint(p.key for p in second.planned())


def test_people_say_how_many_films_are_named():
    questions = plan_task(
        TaskPlan("items_talk", FILMS, people_named=(1, 1, 1, 5)), [profile(i) for i in range(400)]
    )
    counts = Counter(q.stimulus["n_items"] for q in questions)
    assert set(counts) == {1, 5}
    assert 250 < counts[1] < 350
    given = TaskPlan("items_talk", FILMS, {"n_items": 3}, people_named=(1,))
    assert {q.stimulus["n_items"] for q in plan_task(given, [profile(0)])} == {3}


def test_rated_films_stand_at_equal_steps_of_the_order_of_ratings():
    films = rated_films(FILMS, 30)
    ratings = {item.label: item.mean_rating for item in FILMS}
    found = sorted(ratings[f] for f in films)
    everyone = sorted(ratings.values())
    assert len(set(films)) == 30
    assert (found[0], found[-1]) == (everyone[0], everyone[-1])
    assert np.corrcoef(found, np.quantile(everyone, np.linspace(0, 1, 30)))[0, 1] > 0.999


def test_without_mean_ratings_films_stand_at_equal_steps_of_fame():
    bare = Catalogue("bare", tuple(replace(item, mean_rating=None) for item in FILMS))
    found = rated_films(bare, 30)
    fame = {item.label: item.popularity for item in FILMS}
    steps = np.diff(sorted(fame[f] for f in found))
    assert len(found) == 30
    assert set(steps) <= {4.0, 5.0}
    assert not has_ratings(bare, 1)
    assert has_ratings(FILMS, 30)


def test_everybody_is_asked_about_the_same_films_and_the_peoples_where_they_have_a_list():
    shown = {p.question.stimulus["item"] for p in simulator(seekers=60).planned()
             if p.question.task == "bin_pref"}  # fmt: skip
    assert shown == set(rated_films(FILMS, 30))
    fixed = TaskPlan("bin_pref", FILMS, fixed_films=("A (1990)", "B (1991)"))
    questions = list(plan_task(fixed, [profile(0)]))
    assert {q.stimulus["item"] for q in questions} == {"A (1990)", "B (1991)"}


def test_too_few_films_are_an_error_that_says_what_to_do():
    few = Catalogue("few", FILMS.items[:3])
    with pytest.raises(InputError, match="30 films, and 3 with a year are known"):
        rated_films(few, 30)
    with pytest.raises(InputError, match="shows each seeker 4 films, and 3 are known"):
        list(plan_task(TaskPlan("open_pref", few, {"films": 4}), [profile(0)]))


def test_what_does_not_fit_shares_no_genre_with_the_taste_and_what_fits_does():
    genres = {item.label: set(item.genres) for item in FILMS}
    made = simulator(seekers=30, tasks=("neg_feedback",))
    shown = [p.question.stimulus for p in made.planned()]
    assert all(("comedy" in genres[s["item"]]) == s["relevant"] for s in shown)
    assert Counter(s["relevant"] for s in shown) == {False: 90, True: 60}
    first = [s["relevant"] for s in shown[0::5]]
    assert len(set(first)) == 2  # mixed, not the ones first


def test_a_taste_is_read_from_the_history_where_no_trait_says_it():
    liked = profile(1, traits={}, history=(HistoryItem("Made Up 003 (1953)", 4.5),))  # horror
    questions = plan_task(TaskPlan("neg_feedback", FILMS), [liked])
    genres = {item.label: set(item.genres) for item in FILMS}
    found = [q.stimulus for q in questions]
    assert found
    assert all(("horror" in genres[s["item"]]) == s["relevant"] for s in found)
    assert "Made Up 003 (1953)" not in [s["item"] for s in found]


def test_nothing_is_recommended_to_someone_of_unknown_taste():
    nobody = profile(1, traits={}, history=())
    assert list(plan_task(TaskPlan("neg_feedback", FILMS), [nobody])) == []


def test_a_task_without_a_prompt_is_an_error():
    prompts = {"bin_pref": default_prompts()["bin_pref"]}
    with pytest.raises(SettingsError, match="there is no prompt for items_talk"):
        simulator(prompts=prompts)


def test_a_message_holds_persona_and_stimulus_and_no_history():
    for planned in simulator(seekers=3).planned():
        text = "\n".join(m.content for m in planned.request.messages)
        assert planned.persona in text
        item = planned.question.stimulus.get("item")
        assert item is None or item in text
        assert item == "Made Up 003 (1953)" or "Made Up 003" not in text
        assert "{{" not in text


def test_all_tasks_are_planned():
    assert {p.question.task for p in simulator().planned()} == set(TASKS)
