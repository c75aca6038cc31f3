"""Texts that are shown: cut where they are long, and nothing in them is hidden."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.report.texts import cut, shown

ANYTHING = st.text(st.characters(codec=None))
STEERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
JOINED = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"


@given(ANYTHING)
def test_nothing_that_steers_or_hides_is_left(text):
    found = shown(text)
    for sign in found:
        assert sign not in STEERING
        assert unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp") or sign in "\n\t"
    found.encode("utf-8")
    assert shown(found) == found


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_can_be_seen_stays_as_it_is(text):
    assert shown(text) == text


@pytest.mark.parametrize(
    "text, found",
    [
        ("a\x00b\x1b[31m", "a\\x00b\\x1b[31m"),
        ("\u202eevil\u202c", "\\u202eevil\\u202c"),
        ("one\r\ntwo\rthree\tfour", "one\ntwo\\rthree\tfour"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        (JOINED, JOINED),
        ("👩\u200d👧", "👩\u200d👧"),
        ("\u05d0\u200f!", "\u05d0\u200f!"),
        ("é ü 漢 🎬", "é ü 漢 🎬"),
    ],
)  # fmt: skip
def test_what_is_spelt_out_and_what_is_not(text, found):
    assert shown(text) == found


@given(ANYTHING, st.integers(1, 50), st.integers(1, 5))
def test_a_cut_text_begins_alike_and_says_what_is_missing(text, characters, lines):
    kept, left = cut(text, characters, lines)
    assert text.startswith(kept)
    assert len(kept) + left == len(text)
    assert len(kept) <= characters
    assert kept.count("\n") < lines
    assert (left == 0) == (kept == text)
    if len(text) <= characters and text.count("\n") < lines:
        assert kept == text


def test_a_text_of_a_hundred_kilobytes_is_cut():
    assert cut("y" * 100_000, 800, 12) == ("y" * 800, 99_200)
    assert cut("\n" * 100_000, 800, 12) == ("", 100_000)
