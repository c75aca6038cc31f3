"""How an answer was given: what is a refusal, and what only sounds like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.instruments import Conduct, read_conduct

REFUSALS = [
    "As an AI language model, I don't watch films.",
    "I'm sorry, but as a large language model I can't do that.",
    "I am an AI and have no taste.",
    "I’m just an AI assistant, so no.",
    "I do not have personal preferences, but many people like it.",
    "I don’t have personal opinions.",
    "I'm sorry, but I can't help with that.",
    "I cannot assist with this request.",
    "Sorry, I am unable to answer that question.",
    "I won't pretend to be another person.",
    "Unfortunately, I can not fulfill this request.",
    "Apologies, but I cannot roleplay as a user.",
]
NOT_REFUSALS = [
    "",
    "Yes",
    "No, I can't stand horror.",
    "I can't wait to see it!",
    "I cannot recommend this film to anyone.",
    "Sorry, that one is not for me. Something slower, please.",
    "I'm sorry to say that it bored me.",
    "I won't watch another sequel.",
    "The AI in this film is a chatbot that learns to love.",
    "Her husband is an AI researcher.",
    "Unfortunately it drags in the middle.",
    "I can't help but love this one.",
    "I could not answer the phone while it was on.",
    "I, Robot (2004)\nEx Machina (2014)\nA.I. Artificial Intelligence (2001)",
    "As an avid reader, I missed the book.",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal(text):
    assert read_conduct(text).refusal


@pytest.mark.parametrize("text", NOT_REFUSALS)
def test_no_refusal(text):
    assert not read_conduct(text).refusal


@pytest.mark.parametrize(
    "text", ["<think>Hm.</think>Yes", "Yes</think>", "<THINKING>\nlet me see", "<reasoning>x"]
)
def test_thoughts_that_are_left_in(text):
    assert read_conduct(text).thinking


@pytest.mark.parametrize("text", ["I think so", "think < 3 >", "<3 this film", "I was thinking."])
def test_no_thoughts(text):
    assert not read_conduct(text).thinking


@pytest.mark.parametrize("text", ["", " \n\t", "...", "—!?", "\u200b\u202e"])
def test_empty(text):
    assert read_conduct(text) == Conduct(True, False, False)


@pytest.mark.parametrize("text", ["a", "7", "はい", "Да", "\u202ea"])
def test_not_empty(text):
    assert not read_conduct(text).empty


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_read(text):
    assert isinstance(read_conduct(text), Conduct)


@pytest.mark.parametrize("piece", ["sorry ", "I ", "<think", "as an ", "'", "I'm ", "cannot "])
def test_a_megabyte_is_read_in_time(piece):
    read_conduct(piece * (1_000_000 // len(piece)))
