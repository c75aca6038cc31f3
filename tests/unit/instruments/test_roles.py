"""Seekers, and seekers who forgot that they are."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crs_simcheck.instruments import ROLE_RULES, read_role
from crs_simcheck.instruments.roles import _SMALL

SEEKER = [
    "",
    "Hi! Can you recommend a slow crime film?",
    "Could you suggest something with robots, please?",
    "I'm looking for a comedy to watch with my sister.",
    "Do you have any recommendations?",
    "What would you recommend?",
    "Have you seen it?",
    "Have you seen Heat (1995)?",
    "Did you like it as well?",
    "I recommend it to everyone.",
    "I would recommend this film to anyone who likes trains.",
    "I'd recommend Heat to fans of slow films.",
    "If you like heist films, you will love this one.",
    "Thanks for the suggestion, I will check it out!",
    "Thank you for your help. Bye!",
    "How about something funnier?",
    "How about a movie with more jokes?",
    'Maybe instead of "drama", how about "comedy"?',
    "What kind of movie is it?",
    "What genre is it?",
    "Is there anything newer that you would recommend?",
    "Let me know if you have other ideas.",
    "Here are some films I liked: Heat, Ronin and Collateral.",
    "Here are five films that I watched with my father:",
    "Here are my favourites.",
    "I like AI stories, such as A.I. Artificial Intelligence (2001).",
    "AI: Artificial Intelligence (2001)",
    "1. Heat (1995)\n2. Ronin (1998)",
    "My preferences: slow, dark, not too long.",
    "No. I wanted something for grown-ups; this is for children.",
    "I am sorry for the confusion, I meant the older one.",
    "Based on your recommendation I will watch it tonight.",
    "I suggest we stop here.",
    "The assistant in the film was my favourite: funny and sharp.",
    "**USER:** A slow western, please.",
    "Seeker: A slow western, please.",
    "(The ASSISTANT was of no use to me.)",
    "(Assistant has given up.)",
    "That film doesn't meet your criteria; I asked for an older one.",
    "None of these match your preferences at all.",
    "Could you please repeat the title?",
]

RECOMMENDER = [
    ("ASSISTANT: Sure, what about a western?", "speaker_label"),
    ("That sounds good.\nUSER: thanks", "speaker_label"),
    ("**Assistant:** Certainly!", "speaker_label"),
    ("User (to the assistant): hello", "speaker_label"),
    ("USER: A slow western, please.\nASSISTANT:", "speaker_label"),
    ("A slow western, please.\n\n(ASSISTANT names a fitting film)\n\nThanks!", "transcript"),
    ("Anything else?\n[The Assistant slowly looks for one]", "transcript"),
    ("(Assistant doesn't answer)", "transcript"),
    ("**Assistant's Reply:**\nTry a western.", "speaker_label"),
    ("I like it. ASSISTANT: Good. USER: Bye.", "transcript"),
    ("<|im_start|>assistant\nHello", "transcript"),
    ("I'd recommend Heat (1995).", "offers_recommendation"),
    ('I would recommend "Ronin" then.', "offers_recommendation"),
    ("I suggest **Ronin**; it is tense.", "offers_recommendation"),
    ("May I suggest Collateral?", "offers_recommendation"),
    ("How about Ronin (1998)?", "offers_recommendation"),
    ("You might also enjoy Ronin (1998).", "offers_recommendation"),
    ("Here are some films you might enjoy:", "introduces_recommendations"),
    ("Here are a few great recommendations:", "introduces_recommendations"),
    ("Here\u2019s a film that fits your mood.", "introduces_recommendations"),
    ("Based on your preferences, a western may do.", "introduces_recommendations"),
    ("This one matches your criteria well.", "introduces_recommendations"),
    ("What genre do you like?", "asks_for_preferences"),
    ("What kind of movies do you usually enjoy?", "asks_for_preferences"),
    ("Are you in the mood for something light?", "asks_for_preferences"),
    ("What are you looking for today?", "asks_for_preferences"),
    ("Please repeat the actors you're looking for.", "asks_for_preferences"),
    ("Could you tell me which actors you like most?", "asks_for_preferences"),
    ("Do you prefer old films?", "asks_for_preferences"),
    ("As an AI language model, I watch no films.", "assistant_voice"),
    ("I'm an AI and have no taste.", "assistant_voice"),
    ("How can I help you today?", "assistant_voice"),
    ("I'm glad I could help!", "assistant_voice"),
    ("Let me know if you need more recommendations.", "assistant_voice"),
    ("Would you like to know more about it?", "assistant_voice"),
    ("Does that sound like a plan?", "assistant_voice"),
    ("Feel free to ask whenever you want.", "assistant_voice"),
    ("I can give you a few more suggestions.", "assistant_voice"),
]


@pytest.mark.parametrize("text", SEEKER)
def test_a_seeker_is_not_confused(text):
    reading = read_role(text)
    assert reading.markers == ()
    assert not reading.confused


@pytest.mark.parametrize("text, marker", RECOMMENDER)
def test_a_seeker_who_plays_the_recommender_is(text, marker):
    reading = read_role(text)
    assert marker in reading.markers
    assert reading.confused


def test_markers_stand_in_the_order_of_the_rules():
    order = [rule.name for rule in ROLE_RULES]
    markers = read_role("How can I help you?\nUser: hi\nWhat genre do you like?").markers
    assert list(markers) == sorted(markers, key=order.index)
    assert markers == ("speaker_label", "asks_for_preferences", "assistant_voice")


def test_rules_have_names_of_their_own_and_reasons():
    assert len({rule.name for rule in ROLE_RULES}) == len(ROLE_RULES)
    assert all(rule.reason for rule in ROLE_RULES)


def test_every_rule_is_shown_to_fire():
    assert {marker for _, marker in RECOMMENDER} == {rule.name for rule in ROLE_RULES}


@pytest.mark.parametrize("rule", ROLE_RULES, ids=lambda rule: rule.name)
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_where_a_pattern_is_found_one_of_the_bits_it_needs_is_found_as_well(rule, data):
    pattern = re.compile(rule.pattern.pattern, rule.pattern.flags)
    text = data.draw(st.from_regex(pattern))
    assert bool(rule.pattern.search(text)) == rule.is_in(text, text.translate(_SMALL).lower())


@pytest.mark.parametrize("rule", ROLE_RULES, ids=lambda rule: rule.name)
def test_every_bit_that_a_rule_needs_is_in_small_letters(rule):
    assert rule.needs
    assert all(bit and bit.isascii() and bit == bit.lower() for bit in rule.needs)


def test_no_other_sign_is_taken_for_an_ascii_letter():
    signs = "".join(map(chr, range(128, sys.maxunicode + 1)))
    assert sorted(re.findall("[!-~]", signs, re.IGNORECASE)) == sorted(map(chr, _SMALL))
    assert all(re.fullmatch(chr(_SMALL[sign]), chr(sign), re.IGNORECASE) for sign in _SMALL)


@pytest.mark.parametrize(
    "text, marker",
    [
        ("A\u017f\u017fistant: Try it.", "speaker_label"),
        ("WOULD YOU L\u0130\u212aE ME TO GO ON?", "assistant_voice"),
        ("Caf\u00e9! What genre do you li\u212ae?", "asks_for_preferences"),
    ],
)
def test_letters_that_count_as_ascii_ones_are_read_as_such(text, marker):
    assert marker in read_role(text).markers
