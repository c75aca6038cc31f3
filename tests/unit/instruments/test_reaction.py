"""What a seeker answers to a recommendation: accept, reject or unclear."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.instruments import read_reaction

ACCEPT = [
    "Yes",
    "yes!",
    "YES PLEASE",
    "Yeah, sure.",
    "Sure, why not.",
    "Absolutely!",
    "Sounds good.",
    "sounds great thanks",
    "THAT SOUNDS AMAZING",
    "That sounds like exactly what I need.",
    "Ooh, that looks fun!",
    "I'll check it out.",
    "ill check it out",
    "I will definitely watch that tonight.",
    "We'll give it a try this weekend.",
    "I might give that one a go.",
    "Maybe I'll watch it.",
    "I'd love to see it.",
    "I would like to watch that.",
    "I need to see that one.",
    "Adding it to my list.",
    "It's on my watchlist already.",
    "Great suggestion!",
    "Perfect, thank you.",
    "Okay, thanks for the recommendation.",
    "Count me in!",
    "I'm sold.",
    "You've convinced me.",
    "Can't wait to see it.",
    "I wouldn't mind watching that.",
    "That's right up my alley.",
    "That is just what I was looking for.",
    "Now I'm intrigued.",
    "It has caught my interest.",
    "Loved it!",
    "I've seen it and loved it.",
    "I saw that last year, it was great.",
    "That's one of my favorites.",
    "Never heard of it, but it sounds interesting.",
    "I haven't seen it. I'll look it up.",
    "No, I haven't seen it, but I'll give it a shot.",
    "I don't usually like westerns, but this one sounds fun.",
    "It's a bit long, but I'll watch it.",
    "Although it is old, I will try it.",
    "At first I thought no, but actually yes, I'll take that one.",
    "No... wait. On second thought, I'll watch it.",
    "Not bad at all, I'd watch it.",
    "Let's go with that one.",
    "That works for me.",
    "I could see myself enjoying that, so I'll put it on my list.",
    "\U0001f44d",
    "Deal.",
    "I will, thanks.",
    "It isn't too scary? Then I'll watch it.",
    "I don't think so much of critics. I'll see it.",
    "I don\u2019t mind subtitles, so I\u2019ll watch it.",
    "**Sounds perfect!**",
    "I've been meaning to watch that.",
    "Thank you! I'm looking forward to watching this.",
    "I never liked horror, however this sounds great.",
]
REJECT = [
    "No",
    "no.",
    "NOPE",
    "Nah",
    "No thanks.",
    "no thank you",
    "No, thanks, I'm good.",
    "Pass.",
    "Hard pass.",
    "I'll pass on this one.",
    "I think I'll skip it.",
    "Not for me.",
    "That's not really my thing.",
    "not my cup of tea",
    "I'm not in the mood for a war film.",
    "I am not interested.",
    "Not interested, but thank you.",
    "I DON'T LIKE THAT ONE",
    "i dont like horror",
    "I don't really like musicals.",
    "I hated it.",
    "It was boring.",
    "That film is terrible.",
    "Saw it, didn't like it.",
    "I've seen it and it was awful.",
    "Too scary for me.",
    "That's a bit too violent.",
    "It sounds a little slow.",
    "It doesn't appeal to me.",
    "That doesn't sound like my kind of film.",
    "This isn't what I'm looking for.",
    "Not quite what I had in mind.",
    "I'd rather watch a comedy.",
    "I would prefer something lighter.",
    "Something else, please.",
    "Next!",
    "Another one, please.",
    "I'm looking for something more cheerful.",
    "I can't stand that actor.",
    "I couldn't get into it.",
    "I won't watch that.",
    "I don't want to see it.",
    "I don't think I'll watch it.",
    "I wouldn't enjoy that.",
    "I'm not a fan of superheroes.",
    "never been a big fan of his",
    "It sounds good, but it's too long for tonight.",
    "Sounds interesting, but I'm looking for a comedy.",
    "I appreciate the suggestion, but it isn't for me.",
    "Thanks for the idea! However, war films leave me cold.",
    "Great film, I'm sure, but not my style.",
    "I'll watch it. No, sorry, on reflection I'll pass.",
    "Yes, I've seen it. I didn't enjoy it.",
    "I heard it got bad reviews.",
    "That one sucked.",
    "Ugh, no way.",
    "Horror turns me off.",
    "That is way outside my comfort zone.",
    "A waste of time.",
    "It lacks the warmth that I want.",
    "Meh.",
    "\U0001f44e",
    "I have to decline.",
    "Unfortunately that is too dark for my kids.",
    "I never liked his films.",
    "The plot is fine but the acting is dreadful.",
    "That wasn't very good.",
    "None of these appeal to me.",
    "Not really.",
    "Not so much",
    "I tend to avoid horror films.",
]
UNCLEAR = [
    "",
    "   \n",
    "...",
    "?!",
    "42",
    "I've seen that one.",
    "Seen it already.",
    "No, I haven't seen it.",
    "No, never seen that.",
    "Yes, I have.",
    "Yes, I've seen it.",
    "nope havent seen it",
    "I have never heard of it.",
    "Who is in it?",
    "What is it about?",
    "Is it good?",
    "Is it too scary for kids?",
    "Does it have a happy ending?",
    "Would I like it?",
    "Do you have any others?",
    "I'm not sure.",
    "I don't know.",
    "Hmm",
    "Maybe if it is good.",
    "I am looking for a comedy.",
    "Hello!",
    "It came out in 1994.",
    "My brother has the disc.",
    "Thanks! What is it about?",
    "Suena bien, la voy a ver.",
    "Klingt gut, den schaue ich mir an.",
    "Das ist nicht mein Geschmack.",
    "Je ne l'ai pas vu.",
    "\u542c\u8d77\u6765\u4e0d\u9519\u3002",
    "\u041d\u0435\u0442, \u0441\u043f\u0430\u0441\u0438\u0431\u043e.",
    "\u3044\u3044\u3067\u3059\u306d",
    "\u202e\u202d",
    "\ud800",
    "asdf qwer",
    "Perfekt, danke dir sehr.",
]


@pytest.mark.parametrize("text", ACCEPT)
def test_it_is_taken(text):
    assert read_reaction(text) == "accept"


@pytest.mark.parametrize("text", REJECT)
def test_it_is_turned_down(text):
    assert read_reaction(text) == "reject"


@pytest.mark.parametrize("text", UNCLEAR)
def test_it_cannot_be_told(text):
    assert read_reaction(text) == "unclear"


def test_there_are_enough_sentences():
    texts = [*ACCEPT, *REJECT, *UNCLEAR]
    assert len(set(texts)) == len(texts) >= 150


@pytest.mark.parametrize("text", [*ACCEPT, *REJECT, *UNCLEAR])
def test_case_quotes_and_unseen_signs_change_nothing(text):
    said = read_reaction(text)
    assert read_reaction(text.upper()) == said
    assert read_reaction(text.lower()) == said
    assert read_reaction(text.replace("'", "\u2019")) == said
    assert read_reaction(f"\u200f\u200b {text} \u200e") == said
    assert read_reaction(text.replace(" ", "\u00a0")) == said


def test_later_words_overrule_earlier_ones():
    assert read_reaction("I'll watch it. Actually, no thanks.") == "reject"
    assert read_reaction("No thanks. Actually, I'll watch it.") == "accept"


def test_a_film_that_is_turned_down_is_not_outweighed_by_one_that_is_praised():
    assert read_reaction("I hated the first. The second was great.") == "reject"
    assert read_reaction("The second was great. I hated the first.") == "reject"


def test_what_stands_far_back_is_not_read():
    assert read_reaction("word " * 4_000 + "No thanks.") == "unclear"
    assert read_reaction("word " * 3_000 + ". No thanks.") == "reject"


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
PIECES = st.lists(
    st.sampled_from(
        ["no", "yes", "not", "but ", "I ", "like", " it", "'", "?", ". ", ", ", "will watch ",
         "never seen", "too scary", "if ", "although ", "\ud800", "\u0301", "\n", "sounds good"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(st.one_of(ANY_TEXT, PIECES))
def test_any_text_is_read_and_alike_twice(text):
    assert read_reaction(text) in {"accept", "reject", "unclear"}
    assert read_reaction(text) == read_reaction(text)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=50))
def test_another_script_is_unclear(text):
    assert read_reaction(text) == "unclear"


@pytest.mark.parametrize(
    "piece",
    ["no ", "a", " ", "I will really just definitely ", "not so very ", ". ", ", ", "but ", "too ",
     "it was so very really ", "never have ever ", "\u0301", "\ud800", "oh well hm ", "yes oh "],
)  # fmt: skip
def test_a_megabyte_is_read_in_time(piece):
    start = time.process_time()
    read_reaction(piece * (1_000_000 // len(piece)))
    assert time.process_time() - start < 3
