"""Titles in a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.instruments import MentionList, read_mentions


@pytest.mark.parametrize(
    "line, expected",
    [
        ("Heat (1995)", "Heat (1995)"),
        ("1. Heat (1995)", "Heat (1995)"),
        ("1) Heat (1995)", "Heat (1995)"),
        ("(3) Heat (1995)", "Heat (1995)"),
        ("12.Heat (1995)", "Heat (1995)"),
        ("#1 Heat (1995)", "#1 Heat (1995)"),
        ("#1. Heat (1995)", "Heat (1995)"),
        ("1 - Heat (1995)", "Heat (1995)"),
        ("- Heat (1995)", "Heat (1995)"),
        ("* Heat (1995)", "Heat (1995)"),
        ("\u2022 Heat (1995)", "Heat (1995)"),
        ("a) Heat (1995)", "Heat (1995)"),
        ("- 1. Heat (1995)", "Heat (1995)"),
        ("  Heat   (1995)  ", "Heat (1995)"),
        ("Heat ( 1995 )", "Heat (1995)"),
        ("Heat(1995)", "Heat (1995)"),
        ("Heat (1995).", "Heat (1995)"),
        ("Heat (1995),", "Heat (1995)"),
        ("**Heat** (1995)", "Heat (1995)"),
        ("**Heat (1995)**", "Heat (1995)"),
        ("1. **Heat** (1995)", "Heat (1995)"),
        ("**1.** Heat (1995)", "Heat (1995)"),
        ("*Heat* (1995)", "Heat (1995)"),
        ("_Heat_ (1995)", "Heat (1995)"),
        ('"Heat" (1995)', "Heat (1995)"),
        ('"Heat (1995)"', "Heat (1995)"),
        ("\u201cHeat\u201d (1995)", "Heat (1995)"),
        ("'Heat' (1995)", "Heat (1995)"),
        ("'Heat (1995)'", "Heat (1995)"),
        ("Heat (1995) - a film about work", "Heat (1995)"),
        ("Heat (1995) \u2013 a film about work", "Heat (1995)"),
        ("Heat (1995)\u2014so tense.", "Heat (1995)"),
        ("Heat (1995): so tense.", "Heat (1995)"),
        ("**Heat (1995)**: so tense.", "Heat (1995)"),
        ("Heat (1995) - better than Ronin (1998)", "Heat (1995)"),
        ("Movie: Heat (1995)", "Heat (1995)"),
        # Titles that look like something else.
        ("12 Angry Men (1957)", "12 Angry Men (1957)"),
        ("1. 12 Angry Men (1957)", "12 Angry Men (1957)"),
        ("2001: A Space Odyssey (1968)", "2001: A Space Odyssey (1968)"),
        ("2.0 (2018)", "2.0 (2018)"),
        ("1917 (2019)", "1917 (2019)"),
        ("9. 9 (2009)", "9 (2009)"),
        ("'71 (2014)", "'71 (2014)"),
        ("M*A*S*H (1970)", "M*A*S*H (1970)"),
        ('"Crocodile" Dundee (1986)', '"Crocodile" Dundee (1986)'),
        ("(500) Days of Summer (2009)", "(500) Days of Summer (2009)"),
        ("Ocean\u2019s Eleven (2001)", "Ocean's Eleven (2001)"),
        ("I, Robot (2004)", "I, Robot (2004)"),
        ("What Ever Happened to Baby Jane? (1962)", "What Ever Happened to Baby Jane? (1962)"),
        ("Am\u00e9lie (Le Fabuleux Destin) (2001)", "Am\u00e9lie (Le Fabuleux Destin) (2001)"),
        ("It comes at night (2017)", "It comes at night (2017)"),
        ("1. I saw the devil (2010)", "I saw the devil (2010)"),
        ("heat (1995)", "heat (1995)"),
        ("\u4e03\u4eba\u306e\u4f8d (1954)", "\u4e03\u4eba\u306e\u4f8d (1954)"),
        ("Cleopatra (1880)", "Cleopatra (1880)"),
        ("Far Off (2100)", "Far Off (2100)"),
    ],
)
def test_a_line_that_is_one_title(line, expected):
    assert read_mentions(line) == MentionList((expected,), 0)


@pytest.mark.parametrize(
    "line, expected",
    [
        ("Heat (1995), Up (2009)", ("Heat (1995)", "Up (2009)")),
        ("Heat (1995); Up (2009); Her (2013)", ("Heat (1995)", "Up (2009)", "Her (2013)")),
        ("Heat (1995) and Up (2009)", ("Heat (1995)", "Up (2009)")),
        ("1. Heat (1995), and Up (2009)", ("Heat (1995)", "Up (2009)")),
        ('"Heat" (1995) / "Up" (2009)', ("Heat (1995)", "Up (2009)")),
        # Prose: what is capitalised before the year.
        ("I really loved Heat (1995) for its calm.", ("Heat (1995)",)),
        ("My favourite is The Lord of the Rings (2001)", ("The Lord of the Rings (2001)",)),
        ("Heat (1995) is great", ("Heat (1995)",)),
        # Without a year: short lines only.
        ("Heat", ("Heat",)),
        ("1. **Toy Story**", ("Toy Story",)),
        ("- The Others", ("The Others",)),
        ("Heat (2200)", ("Heat (2200)",)),
        ("Heat 1995", ("Heat 1995",)),
        # No titles.
        ("Here are five films:", ()),
        ("I like films that take their time.", ()),
        ("one two three four five six seven eight nine", ()),
        ("### Drama", ()),
        ("```", ()),
        ("---", ()),
        ("(1995)", ()),
        ("Yes", ()),
        ("None", ()),
        ("x" * 500, ()),
    ],
)
def test_a_stray_line(line, expected):
    assert read_mentions(line) == MentionList(expected, 1)


@pytest.mark.parametrize("text", ["", "\n\n", "  \t \n "])
def test_nothing(text):
    assert read_mentions(text) == MentionList((), 0)


def test_a_whole_answer_in_its_order():
    text = "Sure, some of mine:\n\n1. Heat (1995)\n2. *Up* (2009) - sweet\n\nHeat (1995)\nHope so!"
    assert read_mentions(text) == MentionList(("Heat (1995)", "Up (2009)", "Heat (1995)"), 2)


NAMES = st.lists(
    st.sampled_from(["Heat", "The", "Night", "of", "Sorrow", "Ronin", "Zwei", "\u00c9toile"]),
    min_size=1,
    max_size=5,
).map(lambda parts: "The " + " ".join(parts))


@given(st.lists(st.tuples(NAMES, st.integers(1880, 2100)), max_size=8))
def test_a_list_is_read_back(films):
    labels = tuple(f"{name} ({year})" for name, year in films)
    plain = "\n".join(labels)
    numbered = "\n".join(f"{i}. **{label}**" for i, label in enumerate(labels, 1))
    assert read_mentions(plain) == MentionList(labels, 0)
    assert read_mentions(numbered) == MentionList(labels, 0)
