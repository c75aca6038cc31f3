"""Titles of the own history, said back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.instruments import leaked_titles

HISTORY = [
    "Heat (1995)",
    "Her (2013)",
    "It (2017)",
    "Up (2009)",
    "The Others (2001)",
    "About Time (2013)",
    "Scary Movie (2000)",
    "Inception (2010)",
    "Chicago (2002)",
    "The Matrix (1999)",
    "Matrix Reloaded, The (2003)",
    "Mean Girls (2004)",
    "Toy Story (1995)",
    "Ocean's Eleven (2001)",
    "Spider-Man (2002)",
    "Pride & Prejudice (2005)",
    "Am\u00e9lie (Le Fabuleux Destin) (2001)",
    "(500) Days of Summer (2009)",
    "2001: A Space Odyssey (1968)",
]


@pytest.mark.parametrize(
    "text, expected",
    [
        # Several words: wherever they stand in a row.
        ("I saw Mean Girls last night", ["Mean Girls (2004)"]),
        ("i saw MEAN GIRLS last night", ["Mean Girls (2004)"]),
        ("mean-girls, again", ["Mean Girls (2004)"]),
        ("Mean Girls' ending", ["Mean Girls (2004)"]),
        ("oceans eleven was slick", ["Ocean's Eleven (2001)"]),
        ("Ocean\u2019s Eleven was slick", ["Ocean's Eleven (2001)"]),
        ("spider man is fine", ["Spider-Man (2002)"]),
        ("pride and prejudice", ["Pride & Prejudice (2005)"]),
        ("Pride & Prejudice", ["Pride & Prejudice (2005)"]),
        ("the Matrix Reloaded", ["Matrix Reloaded, The (2003)"]),
        ("Matrix Reloaded", ["Matrix Reloaded, The (2003)"]),
        ("500 days of summer", ["(500) Days of Summer (2009)"]),
        ("2001 - a space odyssey", ["2001: A Space Odyssey (1968)"]),
        ("Toy Story's cowboy", ["Toy Story (1995)"]),
        ("Toy Story (1995)", ["Toy Story (1995)"]),
        # One word: with its year, in quotes or italics, or with a telling capital.
        ("I liked Heat (1995) best", ["Heat (1995)"]),
        ("**Heat** (1995)", ["Heat (1995)"]),
        ("heat (1995)", ["Heat (1995)"]),
        ('I saw "Her" with him', ["Her (2013)"]),
        ("I saw \u201cHer,\u201d with him", ["Her (2013)"]),
        ("I saw *Up* with her", ["Up (2009)"]),
        ("I saw _It_ with her", ["It (2017)"]),
        ('I saw "The Others"', ["The Others (2001)"]),
        ('I saw "About Time"', ["About Time (2013)"]),
        ("we saw Inception twice", ["Inception (2010)"]),
        ("Inception's end, and Inception again", ["Inception (2010)"]),
        ("The end of Inception's dream", ["Inception (2010)"]),
        ("I loved the Matrix", ["The Matrix (1999)"]),
        ("The Matrix is old", ["The Matrix (1999)"]),
        ("we saw Am\u00e9lie twice", ["Am\u00e9lie (Le Fabuleux Destin) (2001)"]),
        ("we saw Amelie twice", ["Am\u00e9lie (Le Fabuleux Destin) (2001)"]),
        # Several, in the history's order, each once.
        ("Toy Story, Mean Girls, Toy Story", ["Mean Girls (2004)", "Toy Story (1995)"]),
    ],
)
def test_leaked(text, expected):
    assert leaked_titles(text, HISTORY, None) == tuple(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I like films about girls who are mean",
        "the heat was hard to bear",
        "Heat was hard to bear",
        "I told her that it is up to the others",
        "Her sister liked it. It was her idea.",
        "it is about time",
        "It's About Time, said she",
        "I want a scary movie",
        "an inception of an idea",
        "Inception of an idea",
        "Good. Inception is odd",
        "I was in Chicago last year",
        "the Inception Group called",
        "the matrix is singular",
        "I *love* her",
        "what's up?",
        # Other films.
        "Toy Story 3",
        "Toy Story III",
        "Toy Story (2030)",
        "Heat (1986)",
        "Ocean's Eleven (1960)",
        # Parts of words.
        "unmean girlsish",
    ],
)
def test_not_leaked(text):
    assert leaked_titles(text, HISTORY, None) == ()


@pytest.mark.parametrize(
    "own, text",
    [
        ("Mean Girls (2004)", "Mean Girls was fun"),
        ("Mean Girls", "Mean Girls (2004) was fun"),
        ("mean girls!", "Mean Girls was fun"),
        ("Heat (1995)", "Heat (1995) was fun"),
        ("Heat (1986)", 'I saw "Heat"'),
        ("Heat (1986)", "Heat (1986) was fun"),
        ("The Matrix", "I loved the Matrix"),
        ("Matrix, The (1999)", "I loved the Matrix"),
        # The own title holds one of the history.
        ("Toy Story of Terror (2013)", "Toy Story of Terror is short"),
        ("Mean Girls Again", 'I saw "Mean Girls Again"'),
    ],
)
def test_the_own_title_never_counts(own, text):
    assert leaked_titles(text, HISTORY, own) == ()


def test_other_titles_count_beside_the_own_one():
    text = "Mean Girls is no Toy Story"
    assert leaked_titles(text, HISTORY, "Mean Girls (2004)") == ("Toy Story (1995)",)
    assert leaked_titles("Heat (1995)", HISTORY, "Heat (1986)") == ("Heat (1995)",)


def test_the_longer_title_is_meant():
    history = ["Toy Story (1995)", "Toy Story 3 (2010)"]
    assert leaked_titles("I liked Toy Story 3", history, None) == ("Toy Story 3 (2010)",)
    assert leaked_titles("Toy Story, then Toy Story 3", history, None) == tuple(history)


@pytest.mark.parametrize("history", [[], [""], ["()", "(1995)", "...", "\ud800"], ["The (2001)"]])
@pytest.mark.parametrize("own", [None, "", "(1995)"])
def test_a_history_without_titles(history, own):
    assert leaked_titles("the heat of 1995", history, own) == ()


def test_labels_come_back_as_they_were_given_once():
    history = ["Mean Girls (2004)", "Mean Girls (2004)", "MEAN GIRLS"]
    expected = ("Mean Girls (2004)", "MEAN GIRLS")
    assert leaked_titles("mean girls", history, None) == expected


PARTS = st.lists(
    st.sampled_from(["Silver", "Lantern", "Orchid", "Gate", "Quarry", "Zebra"]),
    min_size=2,
    max_size=4,
    unique=True,
)


@given(PARTS, st.sampled_from(["{}", "I saw {} today.", '"{}"', "** {} **", "the {}, then"]))
def test_a_title_of_several_words_is_found_in_any_dress(parts, frame):
    title = " ".join(parts)
    history = [f"The {title} (1999)", "Another Silent Harbour (2001)"]
    for written in (title, title.upper(), title.lower(), "-".join(parts)):
        assert leaked_titles(frame.format(written), history, None) == (history[0],)
        assert leaked_titles(frame.format(written), history, title) == ()
