import numpy as np
import pytest

from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.gate import Comparison, Settings
from crs_simcheck.gate.ratings import Ratings, choose_ratings, restrict_films
from crs_simcheck.metrics import metric_named
from crs_simcheck.stats import draw_pools
from tests.unit.gate.made_up import FAST, answers_of, raters, verdict
from tests.unit.metrics.test_bin_pref import plain_correlation, rows_of

FILMS = tuple(Item(f"F{i}", 1990 + i) for i in range(8))
CATALOGUE = Catalogue("eight films", FILMS)
LABELS = [item.label for item in FILMS]


def one_person(rng, films):
    return [(LABELS[f], float(rng.random() < 0.2 + f / 10), 1.0 + f / 2) for f in films]


def some_people(n, seed, films=range(8)):
    rng = np.random.default_rng(seed)
    return [one_person(rng, films) for _ in range(n)]


def simulator_of(seekers):
    return answers_of(seekers, CATALOGUE, name="sim", speakers="simulator")


def test_a_group_is_held_against_the_ratings_of_the_people_who_are_not_in_it():
    rng = np.random.default_rng(1)
    seekers = [
        [(f, float(rng.integers(2)), float(rng.integers(1, 11)) / 2) for f in range(5)]
        for _ in range(9)
    ]
    rows = rows_of(seekers)
    draws = draw_pools(rows, 4, 6, np.random.default_rng(0))
    values, against = Ratings("others", None, rows).of_people(draws)
    for group, value, used in zip(draws.groups.tolist(), values, against, strict=True):
        others = [one for i, one in enumerate(seekers) if i not in group]
        means = [np.mean([a[2] for one in others for a in one if a[0] == f]) for f in range(5)]
        assert used == pytest.approx(means)
        members = [seekers[i] for i in group]
        assert value == pytest.approx(plain_correlation(members, means), nan_ok=True)


def test_nobody_left_to_rate_a_film_leaves_it_out():
    rows = rows_of([[(0, 1.0, 4.0)], [(1, 0.0, 2.0)]])
    draws = draw_pools(rows, 1, 4, np.random.default_rng(0))
    values, against = Ratings("others", None, rows).of_people(draws)
    assert np.isnan(values).all()
    assert np.isnan(against).any()


def test_ratings_that_come_from_nowhere_are_refused():
    rows = rows_of([[(0, 1.0, 4.0)]])
    draws = draw_pools(rows, 1, 1, np.random.default_rng(0))
    with pytest.raises(ValueError, match="neither outside ratings nor people"):
        Ratings("nowhere", None).of_people(draws)


def test_groups_are_never_more_than_half_of_the_people_who_rate():
    found = verdict(raters(100, 1, asked=10), raters(120), "bin_pref_correlation")
    assert found.people.size == 60
    assert found.people.n_seekers == 120
    outside = Catalogue(
        "outside",
        tuple(
            Item(i.title, i.year, mean_rating=1 + k / 8)
            for k, i in enumerate(raters(1).catalogue.items)
        ),
    )
    found = verdict(
        raters(100, 1, asked=10), raters(120), "bin_pref_correlation", catalogue=outside
    )
    assert found.people.size == 100
    assert any("the catalogue 'outside'" in note for note in found.notes)


def test_people_who_saw_none_of_the_simulators_films_are_no_raters_of_their_own_groups():
    """Who is drawn and whose ratings are left out must be the same people, renumbered or not."""
    elsewhere = some_people(30, 1, films=(6, 7))
    asked = some_people(40, 2, films=range(5))
    people = answers_of(elsewhere + asked, CATALOGUE)
    simulator = simulator_of(some_people(40, 3, films=range(5)))
    comparison = Comparison("bin_pref", simulator, people, settings=FAST)
    metric = metric_named("bin_pref_correlation")
    own, theirs, _ = comparison._rows(metric, by_hand=False)
    ratings = comparison._ratings(metric, by_hand=False)
    assert theirs.n_units == 40
    assert ratings.people is theirs
    assert own.n_units == 40


def test_films_that_people_were_not_asked_about_are_left_out_and_counted():
    people = answers_of(some_people(60, 1, films=range(5)), CATALOGUE)
    extra = [(LABELS[6], 1.0, None), (LABELS[7], None, None)]
    simulator = simulator_of([[*one, *extra] for one in some_people(60, 2, films=range(5))])
    found = verdict(simulator, people, "acceptance_rate")
    alone = verdict(simulator_of(some_people(60, 2, films=range(5))), people, "acceptance_rate")
    assert found.value == alone.value
    assert found.notes == (
        "60 of 420 answers are left out: neither yes nor no",
        "60 of 360 answers are left out: the baseline's people were not asked about those films",
    )


def test_no_film_in_common_leaves_nothing_to_compare():
    people = answers_of(some_people(60, 1, films=range(4)), CATALOGUE)
    found = verdict(simulator_of(some_people(60, 2, films=range(4, 8))), people, "acceptance_rate")
    assert found.outcome == "inconclusive"
    assert found.reason


def test_where_people_chose_the_films_all_answers_stay():
    people = answers_of(some_people(60, 1, films=range(5)), CATALOGUE, {"films": "natural"})
    simulator = simulator_of(some_people(60, 2, films=range(3, 8)))
    found = verdict(simulator, people, "acceptance_rate")
    assert found.notes == ("people chose these films; 40 % of answers are about them",)
    own, theirs, _ = restrict_films(
        rows_of([[(0, 1.0, 4.0)], [(1, np.nan, np.nan)]]),
        rows_of([[(0, 1.0, 4.0)]]),
        {"films": "natural"},
    )
    assert (own.n_units, theirs.n_units) == (1, 1), "a seeker with no clear answer is none"


def test_an_end_by_hand_is_held_against_the_ratings_of_all_people():
    found = verdict(raters(100, 1, asked=10), raters(120), "bin_pref_correlation", minimum=0.5)
    assert found.outcome == "within"
    assert "mean ratings from the baseline's people" in found.notes


def test_without_people_the_shipped_ratings_are_taken():
    films = Catalogue("two", (Item("Toy Story", 1995), Item("Heat", 1995), Item("GoldenEye", 1995)))
    seekers = [
        [(i.label, float((k + s) % 2), None) for k, i in enumerate(films)] for s in range(40)
    ]
    simulator = answers_of(seekers, films, name="sim", speakers="simulator")
    comparison = Comparison("bin_pref", simulator, None, settings=Settings(n_draws=100))
    ratings = choose_ratings(comparison.sides, None, None)
    assert ratings.source == "MovieLens-1M people, as shipped"
    assert np.isfinite(ratings.outside).sum() == 3


def test_two_films_with_ratings_are_too_few():
    found = verdict(
        simulator_of([[(LABELS[0], 1.0, None), (LABELS[1], 0.0, None)]] * 40),
        None,
        "bin_pref_correlation",
        minimum=0.1,
    )
    assert found.outcome == "inconclusive"
    assert found.reason == "no ratings by people of the films that were asked about"
