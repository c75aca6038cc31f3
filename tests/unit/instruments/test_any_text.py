"""What holds for every instrument: it reads any text whatever, and has a name and a version."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crs_simcheck.instruments as instruments
from crs_simcheck.instruments import INSTRUMENTS, Instrument
from crs_simcheck.records import TASKS

HISTORY = ("Heat (1995)", "Toy Story (1995)", "A Z", "Amélie (2001)", "", "\ud800")
READERS = {
    "words": instruments.count_words,
    "text-key": instruments.text_key,
    "yes-no": instruments.read_yes_no,
    "exact-yes-no": instruments.is_exact_yes_no,
    "mentions": instruments.read_mentions,
    "role-markers": instruments.read_role,
    "format": lambda text: [
        instruments.format_violation(task, text, {"n_items": 2}) for task in (*TASKS, "none")
    ],
    "sentences": instruments.split_sentences,
    "sentiment": instruments.read_sentiment,
    "reaction": instruments.read_reaction,
    "injection": instruments.injection_signs,
    "aspects": instruments.film_lexicon().read,
    "open-aspects": instruments.open_aspects,
    "title-mentions": instruments.TitleFinder(["Heat (1995)", "Paper Lions (2004)"]).named,
    "leakage": lambda text: instruments.leaked_titles(text, HISTORY, "Heat (1995)"),
}

# Lone surrogates and control characters too, and pieces that the patterns care about.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
PIECES = st.lists(
    st.sampled_from(
        [
            *"*_\"'()[]{}<>#-.,:;!?/&` \n\t1aZ",
            "(1995)",
            "Heat",
            "yes",
            "no",
            "and ",
            "I would recommend ",
            "how about ",
            "your ",
            "User",
            "Answer",
            "\u200f",
            "\u0301",
            "\U0001f600",
            "\ud83d",
            "```",
            "{{",
        ]
    ),
    max_size=40,
).map("".join)

MEGABYTE = 1_000_000
LONG = {
    "one word": "a" * MEGABYTE,
    "words": "ab " * (MEGABYTE // 3),
    "spaces": " " * MEGABYTE,
    "lines": "\n" * MEGABYTE,
    "short lines": "- a\n" * (MEGABYTE // 4),
    "open": "(" * MEGABYTE,
    "open and spaces": "(" + " " * MEGABYTE,
    "years": "(1995)" * (MEGABYTE // 6),
    "titles": "Heat (1995), " * (MEGABYTE // 13),
    "numbers": "1. " * (MEGABYTE // 3),
    "stars": "*" * MEGABYTE,
    "dashes": "-" * MEGABYTE,
    "quotes": "\"'" * (MEGABYTE // 2),
    "fences": "`" * MEGABYTE,
    "braces": "{{" * (MEGABYTE // 2),
    "brackets": "[" * (MEGABYTE // 2) + "]" * (MEGABYTE // 2),
    "accents": "a" + "\u0301\u0316" * (MEGABYTE // 2),
    "surrogates": "\ud800" * MEGABYTE,
    "emoji": "\U0001f600" * MEGABYTE,
    "yes": "yes " * (MEGABYTE // 4),
    "offers": "I would recommend how about your " * (MEGABYTE // 33),
    "questions": "can you please tell me what movies " * (MEGABYTE // 35),
}


@pytest.mark.parametrize("reader", READERS)
@given(text=st.one_of(ANY_TEXT, PIECES))
def test_never_raises_and_reads_alike_twice(reader, text):
    assert READERS[reader](text) == READERS[reader](text)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize("reader", READERS)
def test_reads_a_megabyte(reader, kind):
    READERS[reader](LONG[kind])


@given(text=PIECES, history=st.lists(st.one_of(ANY_TEXT, PIECES), max_size=5), own=ANY_TEXT)
def test_leaked_titles_are_of_the_history(text, history, own):
    leaked = instruments.leaked_titles(text, history, own)
    assert len(set(leaked)) == len(leaked)
    assert set(leaked) <= set(history)


@given(text=st.one_of(ANY_TEXT, PIECES))
def test_direction_marks_change_nothing(text):
    marked = "\u200f" + text + "\u200e"
    assert instruments.words(marked) == instruments.words(text)
    assert instruments.read_role(marked) == instruments.read_role(text)
    assert instruments.read_mentions(marked) == instruments.read_mentions(text)
    assert instruments.film_lexicon().read(marked) == instruments.film_lexicon().read(text)


def test_every_instrument_has_a_name_and_a_version():
    names = {"words", "text-key", "yes-no", "mentions", "role-markers", "format", "leakage"}
    names |= {"sentences", "sentiment", "title-mentions", "conduct", "reaction", "injection"}
    assert set(INSTRUMENTS) == names
    for name, instrument in INSTRUMENTS.items():
        assert instrument.name == name
        assert instrument.label == f"{name}/{instrument.version}"
        assert instrument.reads
    assert INSTRUMENTS["words"].label == "words/1"


def test_instruments_cannot_be_changed():
    with pytest.raises(TypeError):
        INSTRUMENTS["words"] = Instrument("words", 2, "")
    with pytest.raises(dataclasses.FrozenInstanceError):
        INSTRUMENTS["words"].version = 2


def test_all_names_what_exists():
    def kind(name):
        # As ruff sorts them: constants, classes, functions.
        return (not name.isupper(), not name[0].isupper(), name)

    assert list(instruments.__all__) == sorted(instruments.__all__, key=kind)
    assert all(hasattr(instruments, name) for name in instruments.__all__)
