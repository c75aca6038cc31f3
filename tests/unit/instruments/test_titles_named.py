"""Titles of a catalogue in free text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.instruments._titles import TitleIndex, _first_words, title_of
from crs_simcheck.instruments.titles_named import TitleFinder

FILMS = [
    "Heat (1986)",
    "Heat (1995)",
    "Split (2017)",
    "It (2017)",
    "Get Out (2017)",
    "Inception (2010)",
    "The Matrix (1999)",
    "Matrix Reloaded, The (2003)",
    "Mean Girls (2004)",
    "Toy Story (1995)",
    "Toy Story 3 (2010)",
    "Chicago (2002)",
    "Horror (2015)",
    "Thor (2011)",
    "Ocean's Eleven (2001)",
    "A Beautiful Mind (2001)",
    "Titanic",
    "Titanic (1997)",
    "Am\u00e9lie (Le Fabuleux Destin) (2001)",
    "The Time Keeper's Daughter (1999)",
]
FINDER = TitleFinder(FILMS)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("i saw mean girls, then toy story", ["Mean Girls (2004)", "Toy Story (1995)"]),
        ("Toy Story 3 and mean girls", ["Toy Story 3 (2010)", "Mean Girls (2004)"]),
        ("MEAN GIRLS! Mean Girls!", ["Mean Girls (2004)"]),
        ("beautiful mind", ["A Beautiful Mind (2001)"]),
        ("the time keepers daughter", ["The Time Keeper's Daughter (1999)"]),
        ("oceans eleven's ending", ["Ocean's Eleven (2001)"]),
        # Weak titles that look like titles.
        ("have you seen Get Out?", ["Get Out (2017)"]),
        ("Get Out was scary", ["Get Out (2017)"]),
        ("I saw Split", ["Split (2017)"]),
        ("we watched the Matrix", ["The Matrix (1999)"]),
        ("I liked Thor a lot", ["Thor (2011)"]),
        ("I loved It", ["It (2017)"]),
        ("Inception is odd", ["Inception (2010)"]),
        ("we saw Inception's ending", ["Inception (2010)"]),
        ('what of "It"?', ["It (2017)"]),
        ("it (2017)", ["It (2017)"]),
        # Of films with the same words.
        ("I saw Heat", ["Heat (1986)"]),
        ("I saw Heat (1995)", ["Heat (1995)"]),
        ("Titanic is long", ["Titanic"]),
        ("Titanic (1997) is long", ["Titanic (1997)"]),
    ],
)
def test_named(text, expected):
    assert FINDER.named(text) == tuple(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I had to get out of it",
        "GET OUT!",
        "get Out",
        "it was the heat",
        "I love it",
        "IT WAS GOOD",
        "I saw it split",
        "Split the bill",
        "the inception of an idea",
        "Inception of an idea",
        "I love Chicago",
        "I like Horror",
        "I like Thor Heyerdahl",
        "Toy Story 2",
        "Heat (2030)",
        "the matrix is singular",
        "\ud800 \U0001f60d",
    ],
)
def test_not_named(text):
    assert FINDER.named(text) == ()


def test_titles_may_come_from_any_iterable_and_be_odd():
    assert TitleFinder(iter(["Mean Girls"])).named("mean girls") == ("Mean Girls",)
    odd = TitleFinder(["", "()", "The", "(1995)", "\ud800", "Mean Girls", "Mean Girls"])
    assert odd.named("mean girls of (1995)") == ("Mean Girls",)
    assert TitleFinder([]).named("mean girls") == ()


LABELS = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            [
                *("The", "a", "An", "Heat", "of", "2", "It's", "&", "-", ":", ", The", "(x)"),
                *("(1995)", "\u00c9t\u00e9", "St.", "Night's", "[", "_", "\u2019"),
            ]
        ),
        max_size=6,
    ).map(" ".join),
)


@given(LABELS)
def test_labels_are_filed_under_the_first_words_of_what_is_looked_for(label):
    title = title_of(label)
    assert _first_words(label) == ("" if title is None else " ".join(title.core[:2]))


@given(st.lists(LABELS, max_size=8), st.text(max_size=60))
def test_what_is_named_is_of_the_catalogue(labels, text):
    text = f"{text} {' '.join(labels)}"
    named = TitleFinder(labels).named(text)
    assert len(set(named)) == len(named)
    assert set(named) <= set(labels)


PARTS = st.lists(
    st.sampled_from(["Silver", "Lantern", "Orchid", "Gate", "Quarry", "Zebra"]),
    min_size=2,
    max_size=4,
    unique=True,
)


@given(PARTS, st.sampled_from(["{}", "I saw {} today.", '"{}"', "** {} **", "the {}, then"]))
def test_a_title_of_several_words_is_found_in_any_dress(parts, frame):
    title = " ".join(parts)
    finder = TitleFinder([f"The {title} (1999)", "Another Silent Harbour (2001)"])
    for written in (title, title.upper(), title.lower(), "-".join(parts)):
        assert finder.named(frame.format(written)) == (f"The {title} (1999)",)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "mean girls " * 90_000,
        "Heat\n" * 200_000,
        "I saw It " * 110_000,
        "\ud800" * 1_000_000,
        "a\u0301" * 500_000,
    ],
)
def test_a_megabyte_is_read_in_time(text):
    start = time.process_time()
    FINDER.named(text)
    assert time.process_time() - start < 5


def test_thousands_of_titles_are_filed_when_the_first_text_is_read():
    words = ["Silver", "Lantern", "Orchid", "Gate", "Quarry", "Zebra", "Harbour", "Mill", "Ash"]
    titles = [
        f"{a} {b} {c} {d} ({1920 + k})"
        for k, a in enumerate(words)
        for b in words
        for c in words
        for d in words
    ]
    assert len(titles) == 6561
    start = time.process_time()
    finder = TitleFinder(titles)
    built = time.process_time() - start
    assert finder.named("ash mill zebra gate") == ("Ash Mill Zebra Gate (1928)",)
    assert built < 0.02
    assert time.process_time() - start < 0.5  # 30 to 50 ms on a machine with nothing else to do


def test_only_titles_whose_first_words_are_said_are_read():
    index = TitleIndex(FILMS)
    assert not index._titles
    finder = TitleFinder(FILMS)
    finder.named("mean girls")
    assert list(finder._index._titles) == ["mean girls"]
