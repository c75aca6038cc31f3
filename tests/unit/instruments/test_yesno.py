"""Yes, no or unclear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.instruments import is_exact_yes_no, read_yes_no

YES = [
    "Yes",
    "yes.",
    "YES!!!",
    "Yess",
    "Yeah",
    "yeah, loved it",
    "Yep",
    "yup!",
    "Y",
    "**Yes**",
    '"Yes."',
    "\u201cYes\u201d",
    "'Yes'",
    "- Yes",
    "1. Yes",
    "> yes",
    "\u2705 Yes",
    "Answer: Yes",
    "**Answer:** Yes",
    "My final answer is yes.",
    "A: yes",
    "Yes, because the ending is so strong.",
    "Yes, I had no trouble with the length.",
    "Yes. No film of that year was better.",
    "Yes, no doubt about it",
    "Oh yes!",
    "Well, yes",
    "Hmm, yes I did",
    "Honestly? Yes.",
    "I'd say yes",
    "To be honest, yeah.",
    "Absolutely!",
    "Definitely, it was fun",
    "Of course",
    "No doubt about that one.",
    "\n\n  Yes\n",
    "yes\u200b",
]
NO = [
    "No",
    "no.",
    "Nope",
    "nah",
    "Nooo",
    "N",
    "No, it bored me",
    "No. Yes would be a lie.",
    "__No__",
    "Answer = No",
    "The answer: no",
    "Not really",
    "Not at all.",
    "Not particularly, the plot was thin",
    "Absolutely not",
    "Definitely not!",
    "Of course not",
    "Honestly, no",
    "I guess not really",
    "Well... no",
    "Um, nope",
]
UNCLEAR = [
    "",
    "   ",
    "...",
    "Yes and no",
    "Yes and no.",
    "yes/no",
    "Yes or no?",
    "No and yes",
    "Yes, and no",
    "No, yes",
    "No \u2013 yes, in a way",
    "Yes but no",
    "Yeah no",
    "I don't know",
    "I do not know.",
    "Not sure",
    "I'm not sure.",
    "No idea",
    "No opinion on that one",
    "n/a",
    "Maybe",
    "It was a film about trains.",
    "I loved it",
    "Yesterday I saw it",
    "Nobody liked it",
    "Note: seen twice",
    "7",
    "\U0001f937",
    "So-so",
]


@pytest.mark.parametrize("text", YES)
def test_yes(text):
    assert read_yes_no(text) is True


@pytest.mark.parametrize("text", NO)
def test_no(text):
    assert read_yes_no(text) is False


@pytest.mark.parametrize("text", UNCLEAR)
def test_unclear(text):
    assert read_yes_no(text) is None


@pytest.mark.parametrize("text", ["Yes", "no", " YES\n", "\tNo "])
def test_exact(text):
    assert is_exact_yes_no(text)


@pytest.mark.parametrize(
    "text", ["", "Yes.", "No!", "**Yes**", "yeah", "Yes no", "'no'", "ye s", "ye\u017f", "Y"]
)
def test_not_exact(text):
    assert not is_exact_yes_no(text)


@given(st.sampled_from(["Yes", "No", "yes", "NO"]), st.text(" \t\n"), st.text(" \t\n"))
def test_what_is_exact_is_also_read(word, before, after):
    text = before + word + after
    assert is_exact_yes_no(text)
    assert read_yes_no(text) is (word.lower() == "yes")


def test_what_comes_late_does_not_count():
    assert read_yes_no("Yes, " + "it was good and then it was better " * 1000 + " no") is True
    assert read_yes_no(" " * 100_000 + "No") is False
