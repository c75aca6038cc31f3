"""The tokenizer, and the key that is made of its words."""

from __future__ import annotations

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.instruments import count_words, text_key, words


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", []),
        ("   \n\t ", []),
        ("Hello, World!", ["hello", "world"]),
        ("don't", ["don't"]),
        ("don\u2019t", ["don't"]),
        ("'tis the dogs' bowl", ["tis", "the", "dogs", "bowl"]),
        ("sci-fi and rock-'n'-roll", ["sci-fi", "and", "rock", "n", "roll"]),
        ("sci\u2011fi", ["sci-fi"]),
        ("well\u2014no - yes\u2013maybe", ["well", "no", "yes", "maybe"]),
        ("either/or snake_case", ["either", "or", "snake", "case"]),
        ("7.5 of 10", ["7", "5", "of", "10"]),
        ("Heat (1995)", ["heat", "1995"]),
        ("*very* **good**", ["very", "good"]),
        ("Stra\u00dfe CAF\u00c9", ["strasse", "caf\u00e9"]),
        ("cafe\u0301", ["caf\u00e9"]),
        ("great \U0001f600\U0001f44d\U0001f3fd film", ["great", "film"]),
        ("1\ufe0f\u20e3 first", ["first"]),
        ("\u2764\ufe0f", []),
        ("\u6211\u559c\u6b22\u8fd9\u90e8\u7535\u5f71\uff0c\u5f88\u597d", None),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", ["\u0939\u093f\u0928\u094d\u0926\u0940"]),
        ("so\u00adft", ["soft"]),
        ("left\u200f right", ["left", "right"]),
        ("a\ud800b", ["a", "b"]),
        ("--- ... !!! '' - '", []),
    ],
)
def test_words(text, expected):
    if expected is None:
        # A run without spaces is one word, however many a reader of Chinese sees in it.
        assert count_words(text) == 2
    else:
        assert words(text) == expected
    assert count_words(text) == len(words(text))


@pytest.mark.parametrize(
    "one, other",
    [
        ("Yes, it was great!", "yes it was GREAT"),
        ("No.", "  **No**\n"),
        ("don't", "Don\u2019t"),
        ("", "..."),
        ("", "\U0001f600"),
    ],
)
def test_answers_with_the_same_words_share_a_key(one, other):
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize("other", ["it was not good", "good it was", "it was goods", ""])
def test_other_words_have_another_key(other):
    assert text_key("it was good") != text_key(other)


def test_key_is_ten_hex_digits_of_the_words():
    key = text_key("It WAS good!")
    assert key == hashlib.sha256(b"it was good").hexdigest()[:10]
    assert text_key("") == hashlib.sha256(b"").hexdigest()[:10]
    assert len(key) == 10
    assert set(key) <= set(string.hexdigits)


@given(st.lists(st.sampled_from(["heat", "don't", "sci-fi", "\u00e9t\u00e9", "42"])))
def test_words_are_found_again_behind_any_punctuation(expected):
    assert words(" ".join(expected)) == expected
    assert words("! ".join(expected).upper()) == expected
    assert words("(" + "), (".join(expected) + ")") == expected


@given(st.text())
def test_reading_the_words_again_changes_nothing(text):
    once = words(text)
    assert words(" ".join(once)) == once
    assert text_key(" ".join(once)) == text_key(text)


def test_a_long_run_of_accents_is_read():
    assert count_words("a" + "\u0301\u0316" * 200_000) == 1
