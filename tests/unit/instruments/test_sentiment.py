"""Sentiment of sentences and of stars."""

from __future__ import annotations

import math
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import InputError
from crs_simcheck.instruments.sentences import split_sentences
from crs_simcheck.instruments.sentiment import (
    VADER,
    SentimentCounts,
    read_sentiment,
    stars_to_sentiment,
)

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    "sentence, sentiment",
    [
        ("I loved every minute.", "pos"),
        ("What a dreadful bore!", "neg"),
        ("It runs for two hours.", "neu"),
        ("The acting was not good.", "neg"),
        ("I didn't enjoy it.", "neg"),
        ("I didn\u2019t enjoy it.", "neg"),
        ("Fun at first, but a terrible ending.", "neg"),
        ("Terrible start, but a wonderful ending.", "pos"),
        ("I watched it \U0001f60d", "pos"),
        ("I watched it \U0001f622", "neg"),
        ("I watched it :(", "neg"),
        ("Ein Film \u00fcber einen Zug.", "neu"),
        ("\u202eI loved it\u202c", "pos"),
        ("", "neu"),
        (" \n ", "neu"),
        ("\ud83d \udc00", "neu"),
    ],
)
def test_a_sentence_is_read(sentence, sentiment):
    assert VADER.read([sentence]) == [sentiment]


def test_sentences_are_counted():
    text = "Loved it! Loved the cast, too. The end is a disaster. It runs for two hours."
    assert read_sentiment(text) == SentimentCounts(neg=1, neu=1, pos=2)
    assert read_sentiment("") == SentimentCounts(0, 0, 0)
    assert read_sentiment("...") == SentimentCounts(0, 0, 0)


class Backwards:
    """Reads every sentence of one word as negative."""

    name = "backwards"
    version = 3

    def read(self, sentences):
        return ["neg" if len(sentence.split()) == 1 else "neu" for sentence in sentences]


def test_another_instrument_can_read():
    assert read_sentiment("Lovely. It was lovely.", Backwards()) == SentimentCounts(1, 1, 0)


def test_a_short_sentence_is_read_as_vader_reads_it():
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    score = SentimentIntensityAnalyzer().polarity_scores
    for words in ("okay", "fine film", "a bit bland", "not bad", "so-so, hm", "it is a film"):
        compound = score(words)["compound"]
        sign = "pos" if compound >= 0.05 else "neg" if compound <= -0.05 else "neu"
        assert VADER.read([words]) == [sign]


def test_a_long_sentence_has_the_mean_of_its_pieces():
    good, plain = "wonderful " * 100, "table " * 100
    assert VADER.read([good + plain * 5]) == ["pos"]
    # 1 of 40 pieces: a mean of .025.
    assert VADER.read([good + plain * 39]) == ["neu"]
    assert VADER.read(["horrible " * 100 + good + "horrible " * 100]) == ["neg"]
    # Nothing is read after 10,000 words.
    assert VADER.read([plain * 100 + good * 100]) == ["neu"]


MEGABYTE = 1_000_000
LONG = {
    "one word": "a" * MEGABYTE,
    "words": "love but hate " * (MEGABYTE // 14),
    "faces": ":) but " * (MEGABYTE // 7),
    "emoji": ("\U0001f60d" * 20 + " but ") * (MEGABYTE // 85),
    "other emoji": "\U0001f60d\U0001f621" * (MEGABYTE // 8),
    "surrogates": "\ud800" * MEGABYTE,
    "spaces": " " * MEGABYTE,
    "accents": "a" + "\u0301" * MEGABYTE,
    "commas": "good,bad," * (MEGABYTE // 9),
}


@pytest.mark.parametrize("kind", LONG)
def test_a_megabyte_in_one_line_takes_less_than_two_seconds(kind):
    VADER.read(["warm"])
    start = time.process_time()
    VADER.read([LONG[kind]])
    read_sentiment(LONG[kind])
    assert time.process_time() - start < 4  # read twice


@given(ANY_TEXT)
def test_any_text_is_counted_sentence_by_sentence(text):
    counts = read_sentiment(text)
    assert counts.neg + counts.neu + counts.pos == len(split_sentences(text))
    assert VADER.read([text])[0] in {"neg", "neu", "pos"}


@given(st.lists(st.sampled_from(["I love it.", "I hate it.", "It is a film.", "\ud800"])))
def test_sentences_are_read_one_by_one(sentences):
    assert VADER.read(sentences) == [VADER.read([sentence])[0] for sentence in sentences]


def test_reading_is_imported_late_and_brings_nothing_heavy():
    code = (
        "import sys, crs_simcheck.instruments.sentiment as s;"
        "assert 'vaderSentiment' not in sys.modules;"
        "s.read_sentiment('I love it.');"
        "assert 'vaderSentiment' in sys.modules;"
        "assert not {'requests', 'torch', 'nltk', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize(
    "rating, sentiment",
    [
        (0, "neg"),
        (0.5, "neg"),
        (2, "neg"),
        (2.2, "neg"),
        (2.25, "neu"),
        (2.5, "neu"),
        (3, "neu"),
        (3.2, "neu"),
        (3.25, "pos"),
        (3.5, "pos"),
        (5, "pos"),
    ],
)
def test_stars(rating, sentiment):
    assert stars_to_sentiment(rating) == sentiment


@pytest.mark.parametrize("rating", [-0.5, 5.01, 10, math.nan, math.inf, -math.inf])
def test_no_stars(rating):
    with pytest.raises(InputError, match=r"need stars from 0 to 5, found .*out of five"):
        stars_to_sentiment(rating)


@given(st.floats(0, 5), st.floats(0, 5))
def test_more_stars_are_never_worse(one, other):
    order = ["neg", "neu", "pos"]
    low, high = (order.index(stars_to_sentiment(stars)) for stars in sorted([one, other]))
    assert low <= high
