"""Traits: documented rules, and nothing but the person's own history."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.profiles.history import History, Seen, draw_key, usual_stars
from crs_simcheck.profiles.traits import traits_of


def seen(genre, stars=3.0, year=1990, number=0):
    return Seen(f"Film {number} of {genre} ({year})", year, (genre,) if genre else (), stars)


def traits(films, usual=3.5):
    return traits_of(History("somebody", tuple(films)), usual)


@pytest.mark.parametrize(
    "count, word",
    [(1, "light"), (39, "light"), (40, "regular"), (149, "regular"), (150, "heavy")],
)
def test_activity_has_fixed_ends(count, word):
    found = traits([seen("drama", number=i) for i in range(count)])
    assert (found["activity"], found["films_seen"]) == (word, count)


@pytest.mark.parametrize(
    "stars, usual, word",
    [
        (3.2, 3.5, "picky"),
        (3.21, 3.5, "average"),
        (3.79, 3.5, "average"),
        (3.8, 3.5, "easy"),
        (4.5, 4.5, "average"),
    ],
)
def test_pickiness_is_how_far_the_mean_is_from_what_people_give(stars, usual, word):
    found = traits([seen("drama", stars, number=i) for i in range(5)], usual)
    assert found["pickiness"] == word
    assert found["usual_stars"] == usual


def test_four_ratings_are_too_few_for_pickiness():
    found = traits([seen("drama", number=i) for i in range(4)])
    assert "pickiness" not in found
    assert found["mean_stars"] == 3.0


def test_without_stars_nothing_is_said_of_them():
    found = traits([seen("drama", None, number=i) for i in range(9)])
    assert not {"pickiness", "mean_stars", "usual_stars"} & found.keys()
    assert found["genres"] == ["drama"]


def test_the_genre_watched_most_comes_first_then_those_rated_highest():
    films = [seen("drama", 3.0, number=i) for i in range(10)]
    films += [seen("comedy", 2.8, number=i) for i in range(8)]
    films += [seen("war", 5.0, number=i) for i in range(3)]
    films += [seen("western", 4.5, number=i) for i in range(3)]
    found = traits(films)
    assert found["genres"] == ["drama", "war", "western"]
    assert found["dislikes"] == []


def test_a_genre_needs_three_films_and_a_twentieth():
    films = [seen("drama", number=i) for i in range(97)] + [
        seen("war", 5.0, number=i) for i in (0, 1)
    ]
    assert traits(films)["genres"] == ["drama"]
    films += [seen("war", 5.0, number=2)]
    assert traits(films)["genres"] == ["drama"]  # 3 of 100
    assert traits(films[-40:])["genres"] == ["drama", "war"]


def test_a_genre_that_is_rated_low_is_disliked():
    films = [seen("drama", 4.5, number=i) for i in range(10)]
    films += [seen("horror", 1.0, number=i) for i in range(6)]
    films += [seen("comedy", 4.5, number=i) for i in range(5)]
    films += [seen("war", 4.5, number=i) for i in range(4)]
    assert traits(films)["dislikes"] == ["horror"]


def test_how_a_film_was_shown_is_no_taste():
    assert traits([seen("imax", number=i) for i in range(9)])["genres"] == []


def test_eras_are_decades():
    films = [seen("drama", 3.0, 1994, i) for i in range(6)]
    films += [seen("drama", 5.0, 1971, i) for i in range(3)] + [seen("drama", 5.0, None, 1)]
    assert traits(films)["eras"] == ["1990s", "1970s"]


films = st.lists(
    st.builds(
        Seen,
        st.text(max_size=5),
        st.none() | st.integers(1880, 2100),
        st.lists(st.sampled_from(["drama", "war", "\ud800", "imax"]), unique=True).map(tuple),
        st.none() | st.sampled_from([i / 2 for i in range(1, 11)]),
    ),
    max_size=30,
)


@given(films, st.none() | st.floats(0.5, 5), st.randoms(use_true_random=False))
def test_the_order_of_a_history_does_not_matter(some, usual, rng: random.Random):
    before = traits(some, usual)
    other = list(some)
    rng.shuffle(other)
    assert traits(other, usual) == before
    assert not set(before["dislikes"]) & set(before["genres"])


def test_usual_stars_are_a_middle_to_a_tenth():
    assert usual_stars([]) is None
    assert usual_stars([3.04, 5.0, 1.0]) == 3.0


@given(st.integers(0, 9), st.text(), st.text())
def test_the_draw_tells_its_parts_apart(seed, one, other):
    assert draw_key(seed, one, other) == draw_key(seed, one, other)
    assert draw_key(seed, one, other) != draw_key(seed, one + "x", other)
    assert draw_key(seed, one, other) != draw_key(seed + 1, one, other)
