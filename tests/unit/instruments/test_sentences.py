"""The one sentence splitter."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crs_simcheck.instruments.sentences import split_sentences
from crs_simcheck.instruments.words import words

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
ENGLISH = st.lists(
    st.sampled_from(
        [
            *".!?…:;,'\"()[]*-•/<> \n\t",
            "... ",
            "?! ",
            ". ",
            "Mr",
            "e.g",
            "U.S",
            "etc",
            "www",
            "imdb.com",
            "7.5",
            "1",
            "the",
            "Plot",
            "i",
            "J",
            "<br />",
            ":)",
            "。",
            "好",
        ]
    ),
    max_size=40,
).map("".join)

MEGABYTE = 1_000_000
LONG = {
    "prose": "It is a fine film, said Mr. Smith. " * (MEGABYTE // 35),
    "no stop": "word " * (MEGABYTE // 5),
    "one word": "a" * MEGABYTE,
    "stops": "." * MEGABYTE + "x",
    "stops and spaces": ". " * (MEGABYTE // 2),
    "stop and spaces": "a. " + " " * MEGABYTE + "b",
    "stops and brackets": ".)" * (MEGABYTE // 2),
    "brackets": "a." + ")" * MEGABYTE + "b",
    "initials": "a. " * (MEGABYTE // 3),
    "glued initials": "a." * (MEGABYTE // 2),
    "glued words": "aa." * (MEGABYTE // 3),
    "glued cries": "aa!" * (MEGABYTE // 3),
    "asides": "(a!) b " * (MEGABYTE // 7),
    "numbers": "1. " * (MEGABYTE // 3),
    "angles": "<" * MEGABYTE,
    "open tags": "<br " * (MEGABYTE // 4),
    "open links": "<a" * (MEGABYTE // 2),
    "faces": "a! :) " * (MEGABYTE // 6),
    "emoji": "a!" + "\U0001f600" * MEGABYTE,
    "accents": "a." + "\u0301" * MEGABYTE,
    "surrogates": "\ud800. " * (MEGABYTE // 3),
    "lines": "a\n" * (MEGABYTE // 2),
    "quotes": "'\"" * (MEGABYTE // 2),
}

SPLITS = [
    ("I saw it. I liked it.", ["I saw it.", "I liked it."]),
    ("i saw it. i liked it", ["i saw it.", "i liked it"]),
    ("Really?! No way!!! Yes", ["Really?!", "No way!!!", "Yes"]),
    ("Mr. and Mrs. Smith met Dr. No.", ["Mr. and Mrs. Smith met Dr. No."]),
    ("Alien vs. Predator, e.g. or i.e. that.", ["Alien vs. Predator, e.g. or i.e. that."]),
    ("It is set in the U.S. It was cold.", ["It is set in the U.S.", "It was cold."]),
    ("The U.S. version is longer.", ["The U.S. version is longer."]),
    ("By J. R. R. Tolkien. Nice.", ["By J. R. R. Tolkien.", "Nice."]),
    ("Samuel L. Jackson is in it.", ["Samuel L. Jackson is in it."]),
    ("So did I. What now?", ["So did I.", "What now?"]),
    ("Robert Downey Jr. is fun.", ["Robert Downey Jr. is fun."]),
    ("Plot, cast, etc. were fine.", ["Plot, cast, etc. were fine."]),
    ("Plot, cast, etc. The end.", ["Plot, cast, etc.", "The end."]),
    ("A 7.5/10 from me. Or 8.", ["A 7.5/10 from me.", "Or 8."]),
    ("It cost $3.99 on amazon.com today.", ["It cost $3.99 on amazon.com today."]),
    ("See www.some.site.org/a.html?b=c.d ok", ["See www.some.site.org/a.html?b=c.d ok"]),
    ("See No. 5 on vol. 2. No. Never.", ["See No. 5 on vol. 2.", "No.", "Never."]),
    ("Well... it ended", ["Well...", "it ended"]),
    ("Slow start...great end…bye", ["Slow start...", "great end…", "bye"]),
    ("He said (...wait) nothing", ["He said (...wait) nothing"]),
    ("Loved it.Great cast!Buy it", ["Loved it.", "Great cast!", "Buy it"]),
    ('"Who is it?" she asked. "Me."', ['"Who is it?"', "she asked.", '"Me."']),
    ('I saw "Oliver!" and cried.', ['I saw "Oliver!" and cried.']),
    ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
    ("Bad. (Truly bad.) Avoid.", ["Bad.", "(Truly bad.)", "Avoid."]),
    ("It moved me (really!) to tears.", ["It moved me (really!) to tears."]),
    ("**Bold.** Then plain.", ["**Bold.**", "Then plain."]),
    ("Loved it! :) You will too", ["Loved it! :)", "You will too"]),
    ("Loved it! 😀 You will too", ["Loved it! 😀", "You will too"]),
    ("One line\nanother\r\nthird", ["One line", "another", "third"]),
    ("Good<br />bad<BR>ugly</p>", ["Good", "bad", "ugly"]),
    ('See <a href="x.y?z=1.2">Heat</a> now', ["See Heat now"]),
    ("1. Heat (1995)\n2) Alien\n- Jaws", ["1. Heat (1995)", "2) Alien", "- Jaws"]),
    ("I like: • plot • cast", ["I like:", "plot", "cast"]),
    ("很好。演员不错！真的？是", ["很好。", "演员不错！", "真的？", "是"]),
    ("फ़िल्म अच्छी है। गाने भी।", ["फ़िल्म अच्छी है।", "गाने भी।"]),
    ("هل أعجبك؟ نعم.", ["هل أعجبك؟", "نعم."]),
    ("... !!! 😀 ---", []),
    ("", []),
    (" \n\t ", []),
    (". x", ["x"]),
    ("<Heat> was 3 < 5", ["<Heat> was 3 < 5"]),
]


@pytest.mark.parametrize("text,sentences", SPLITS, ids=[text[:30] for text, _ in SPLITS])
def test_splits(text, sentences):
    assert list(split_sentences(text)) == sentences


@pytest.mark.parametrize("text,sentences", SPLITS, ids=[text[:30] for text, _ in SPLITS])
@pytest.mark.parametrize("change", [str.lower, str.upper], ids=["lower", "upper"])
def test_case_changes_no_end(text, sentences, change):
    assert list(split_sentences(change(text))) == [change(sentence) for sentence in sentences]


@given(text=st.one_of(ANY_TEXT, ENGLISH))
def test_never_raises_and_every_sentence_has_a_word(text):
    sentences = split_sentences(text)
    assert sentences == split_sentences(text)
    assert all(words(sentence) and sentence == sentence.strip() for sentence in sentences)


@given(text=ENGLISH)
def test_no_word_is_lost(text):
    assume("<U" not in text)  # that is a tag of HTML, whatever follows
    assume("</U" not in text)
    whole = text.replace("<br />", "\n")
    split = [word for sentence in split_sentences(text) for word in words(sentence)]
    assert split == words(whole)


@given(first=st.one_of(ANY_TEXT, ENGLISH), second=st.one_of(ANY_TEXT, ENGLISH))
def test_a_line_is_read_by_itself(first, second):
    both = split_sentences(f"{first}\n{second}")
    assert both == split_sentences(first) + split_sentences(second)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG)
def test_splits_a_megabyte_in_linear_time(kind):
    # A tenth of it takes a tenth of the time: ten times as much, and half as much again for noise.
    text = LONG[kind]
    taken = []
    for part in (text[: len(text) // 10], text):
        begun = time.process_time()
        split_sentences(part)
        taken.append(time.process_time() - begun)
    assert taken[1] < 10, taken
    assert taken[1] < 40 * taken[0] + 0.5, taken
