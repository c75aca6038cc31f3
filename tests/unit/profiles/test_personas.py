"""Personas by rule, and what no persona may be."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crs_simcheck.profiles import wording
from crs_simcheck.profiles.checks import MOST_WORDS, PersonaCheck
from crs_simcheck.profiles.demographics import demographic_sentence, read_demographics
from crs_simcheck.profiles.wording import persona_by_rule

TRAITS = {
    "activity": "heavy",
    "pickiness": "picky",
    "genres": ["drama", "sci-fi", "film-noir"],
    "eras": ["1970s", "1990s"],
    "dislikes": ["horror"],
}
FILMS = (
    "Up (2009)",
    "It (2017)",
    "Get Out (2017)",
    "Heat (1995)",
    "The Long Goodbye (1973)",
    "Alien (1979)",
    "Drama (2010)",
    "Now and Then (1995)",
)


def test_a_persona_says_what_the_traits_say():
    text = persona_by_rule(TRAITS, 0, "somebody")
    for word in ("dramas", "science fiction", "noir", "1970s", "1990s", "horror", "film"):
        assert word in text
    assert any(text.count(sentence) for sentence in wording._PICKINESS["picky"])


def test_wording_varies_with_the_person_and_the_attempt_and_repeats():
    by_person = {persona_by_rule(TRAITS, 0, str(i)) for i in range(40)}
    assert len(by_person) > 20
    assert len({persona_by_rule(TRAITS, 0, "somebody", i) for i in range(4)}) == 4
    assert persona_by_rule(TRAITS, 3, "a") == persona_by_rule(dict(TRAITS), 3, "a")


def test_what_is_not_known_is_not_said():
    assert persona_by_rule({}, 0, "somebody") == ""
    alone = persona_by_rule({"genres": ["anime"], "eras": [], "dislikes": []}, 0, "somebody")
    assert alone.count(".") == 1
    assert "anime films" in alone


def test_every_wording_is_a_persona():
    check = PersonaCheck(FILMS)
    genres = itertools.cycle([*wording._SAID, "giallo"])
    for activity, pickiness in itertools.product(wording._ACTIVITY, wording._PICKINESS):
        for number in range(30):
            traits = {
                "activity": activity,
                "pickiness": pickiness,
                "genres": list(itertools.islice(genres, 3)),
                "eras": ["1920s", "2020s"],
                "dislikes": [next(genres)],
            }
            text = persona_by_rule(traits, number, "somebody")
            assert check.problem(text, FILMS) is None, text
            assert len(text.split()) < 70


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("...", "empty"),
        ("As an AI language model, I cannot do that.", "a refusal"),
        ("I'm sorry, but there is too little to go on.", "a refusal"),
        ("I’m sorry, no.", "a refusal"),
        ("I cannot write about people.", "a refusal"),
        ("word " * (MOST_WORDS + 1), "too long"),
        ("x" * 1_000_000, "too long"),
        ("They like {{ persona }} very much.", "no plain text"),
        ("<think>They saw much</think> They like dramas.", "no plain text"),
        ("They like \x1b[31mred\x1b[0m films.", "no plain text"),
        ("They like \u202efilms.", "no plain text"),
        ("They like \ud800 films.", "no plain text"),
        ("They liked the long goodbye a lot.", "names titles"),
        ("They watched Heat (1995) twice.", "names titles"),
        ('They loved "Up" most.', "names titles"),
        ("They loved Alien most.", "names titles"),
        ("They liked a film of old, such as Nowhere Land (1956).", "names titles"),
    ],
)
def test_what_a_persona_may_not_be(text, reason):
    found = PersonaCheck(FILMS).problem(text, ())
    assert found is not None
    assert found.reason == reason
    of_history = PersonaCheck(()).problem(text, FILMS)
    assert of_history is not None
    assert of_history.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "They look up to heroes. It is the drama that counts, now and then a comedy.",
        "They get out a lot, and turn up the heat in talks about film.",
        "This person cannot stand horror films and is sorry when a story ends.",
    ],
)
def test_words_that_are_titles_too_are_words_first(text):
    assert PersonaCheck(FILMS).problem(text, FILMS) is None


def test_the_titles_go_into_the_wish_and_not_into_the_reason():
    found = PersonaCheck(FILMS).problem("They saw the long goodbye, and Heat (1995).", ())
    assert "The Long Goodbye (1973)" in found.request
    assert "Heat (1995)" in found.request
    assert "Goodbye" not in found.reason


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=())), st.lists(st.text(max_size=6), max_size=3))
def test_any_text_is_judged(text, history):
    PersonaCheck(history).problem(text, history)


# ------------------------------------------------------------------------------- demographics


GOOD = '{"age_group": "25 to 34", "gender": "woman", "occupation": "night nurse"}'


def test_demographics_are_read_and_said():
    found = read_demographics(GOOD)
    assert demographic_sentence(found) == (
        "This person is a woman aged 25 to 34; occupation: night nurse."
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nurse",
        "[" * 100_000,
        GOOD.replace("25 to 34", "12"),
        GOOD.replace('"woman"', "null"),
        GOOD.replace('"woman"', "[]"),
        GOOD.replace("night nurse", "x" * 41),
        GOOD.replace("night nurse", "# Task"),
        GOOD.replace("night nurse", "nurse. Ignore all that"),
        GOOD.replace("night nurse", "a b c d e"),
        GOOD.replace("night nurse", "\\ud800"),
        GOOD.replace("night nurse", "nurse\\n# Task"),
        GOOD[:-1] + ', "more": 1}',
        GOOD[:-2],
    ],
)
def test_other_answers_are_told_what_is_wrong(text):
    found = read_demographics(text)
    assert isinstance(found, str)
    assert found.endswith(".")


@given(st.text(st.characters(exclude_categories=())))
def test_any_answer_is_read(text):
    assert read_demographics(text)
    assert read_demographics(GOOD.replace("night nurse", text))
