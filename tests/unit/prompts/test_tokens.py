"""How many tokens a text is at most."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.prompts import tokens_at_most, tokens_upper_bound


@pytest.mark.parametrize(
    "text,tokens",
    [
        ("", 0),
        ("a", 1),
        ("film", 1),
        ("films", 2),
        ("recommendation", 3),
        ("a film", 2),
        ("a  film", 3),
        ("a\n\nb", 4),
        ("(1995)", 6),
        ("é", 2),
        ("映画", 6),
        ("a\ud800", 4),
    ],
)
def test_the_estimate_as_documented(text, tokens):
    assert tokens_upper_bound(text) == tokens


@given(st.text(), st.text())
def test_bytes_bound_the_estimate_and_both_grow(first, second):
    assert tokens_upper_bound(first) <= tokens_at_most(first)
    assert tokens_upper_bound(first + second) >= max(map(tokens_upper_bound, (first, second)))
    assert tokens_at_most(first + second) == tokens_at_most(first) + tokens_at_most(second)


@pytest.mark.parametrize("unit", ["x", " ", ".", "é", "a "])
def test_a_megabyte_takes_no_time(unit):
    started = time.process_time()
    assert tokens_upper_bound(unit * 500_000)
    assert time.process_time() - started < 4
