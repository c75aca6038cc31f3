"""The embedded engine answers what is asked, the same every time, whatever it is given."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crs_simcheck.catalogue import Item
from crs_simcheck.engines import Engine, Options, Request
from crs_simcheck.engines.embedded import EmbeddedEngine
from crs_simcheck.errors import InputError
from crs_simcheck.instruments import format_violation, leaked_titles, read_mentions
from crs_simcheck.instruments.mentions import is_title_line
from crs_simcheck.prompts import default_prompts
from crs_simcheck.records import TASKS, Message
from tests.unit.engines.embedded_seekers import (
    better_prompts,
    chat,
    films,
    personas,
    prompt_with,
    said,
    seeded,
)

FEW = (
    Item("Paper Boats", 1961, ("drama",), "Europe", 10.0, 4.1),
    Item("Loud Thunder", 1994, ("action", "crime"), "US", 900.0, 3.0),
    Item("Moss", 2011, ("horror",), "Asia", 40.0, 2.2),
    Item("The Quiet Kitchen", 2004, ("comedy", "romance"), "US", 300.0, 3.6),
)
STIMULI = {
    "items_talk": {"n_items": 3},
    "bin_pref": {"item": "Moss (2011)"},
    "open_pref": {"item": "Moss (2011)"},
    "rec_request": {},
    "neg_feedback": {"item": "Moss (2011)"},
}


@pytest.fixture(scope="module")
def engine():
    return EmbeddedEngine(films())


def every_request(prompts, persona="", context=""):
    return [chat(prompts[task], persona, context, **STIMULI[task]) for task in TASKS]


def test_it_is_an_engine(engine):
    assert isinstance(engine, Engine)
    assert (engine.kind, engine.model, engine.slots) == ("embedded", "agenda-1", 8)
    assert EmbeddedEngine(FEW, slots=3).slots == 3
    asyncio.run(engine.aclose())
    asyncio.run(engine.aclose())


def test_the_digest_is_of_all_that_it_knows_of_films():
    digests = {
        asyncio.run(EmbeddedEngine(known).about()).digest
        for known in (
            FEW,
            FEW[:3],
            (replace(FEW[0], popularity=11.0), *FEW[1:]),
            (replace(FEW[0], mean_rating=None), *FEW[1:]),
            (replace(FEW[0], genres=()), *FEW[1:]),
        )
    }
    assert len(digests) == 5
    again = asyncio.run(EmbeddedEngine(list(FEW)).about())
    assert again.digest in digests
    assert again.digest.startswith("sha256:")
    assert len(again.digest) == 71


def test_nobody_can_be_asked_who_knows_no_film():
    with pytest.raises(InputError, match="0 films, none with a plain title and a year"):
        EmbeddedEngine([])
    with pytest.raises(InputError, match="2 films, none with a plain title and a year"):
        EmbeddedEngine([Item("No Year"), Item('"(In Quotes)', 1990)])


@pytest.mark.parametrize("prompts", [default_prompts(), better_prompts()])
def test_the_same_request_has_the_same_answer_and_another_seed_another(engine, prompts):
    other = EmbeddedEngine(films())
    for request in every_request(prompts, personas(1)[0]):
        first, again, elsewhere = (*said(engine, request, request), *said(other, request))
        assert first == again == elsewhere
        seeds = [seeded(request, seed) for seed in range(40)]
        assert len(set(said(engine, *seeds))) > 1


def test_temperature_and_the_like_change_nothing(engine):
    for request in every_request(better_prompts()):
        hot = replace(request, options=Options(temperature=1.7, top_p=0.1, top_k=3, think=True))
        assert said(engine, request) == said(engine, hot)


def test_what_was_asked_before_changes_nothing(engine):
    requests = every_request(default_prompts(), personas(2)[1])
    fresh = [said(EmbeddedEngine(films()), one)[0] for one in requests]
    assert said(engine, *reversed(requests))[::-1] == fresh


def test_answers_have_the_form_that_is_asked_for(engine):
    for task, prompt in better_prompts().items():
        for seed in range(30):
            request = seeded(chat(prompt, personas(3)[2], **STIMULI[task]), seed)
            (text,) = said(engine, request)
            assert format_violation(task, text, STIMULI[task]) is None, (task, text)


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_as_many_films_are_named_as_were_asked_for(engine, n):
    for prompts in (default_prompts(), better_prompts()):
        (text,) = said(engine, chat(prompts["items_talk"], n_items=n))
        assert len(set(text.splitlines())) == n


def test_every_film_that_can_be_named_is_read_back_as_it_is():
    known = EmbeddedEngine(films())._shelf
    labels = [label for label, can in zip(known.labels, known.nameable, strict=True) if can]
    assert len(labels) > 7000
    assert [label for label in labels[::7] if not is_title_line(label)] == []


def test_fewer_films_than_asked_for_are_all_named():
    request = chat(better_prompts()["items_talk"], n_items=9)
    (text,) = said(EmbeddedEngine(FEW), request)
    assert sorted(text.splitlines()) == sorted(film.label for film in FEW)


def test_without_any_popularity_some_films_are_still_better_known_than_others():
    known = [replace(film, popularity=None) for film in films()]
    requests = [
        seeded(chat(default_prompts()["items_talk"], persona, n_items=5), persona)
        for persona in personas(40)
    ]
    named = [m for text in said(EmbeddedEngine(known), *requests) for m in text.splitlines()]
    assert len(set(named)) < 0.7 * len(named)


# ------------------------------------------------------------------------------- histories

HISTORY = ("Paper Boats (1961)", "Loud Thunder (1994)", "The Quiet Kitchen (2004)")


def leaks(engine, prompt, **where):
    requests = [seeded(chat(prompt, **where, n_items=4), seed) for seed in range(20)]
    return sum(bool(leaked_titles(t, HISTORY, None)) for t in said(engine, *requests))


def test_a_history_in_the_prompt_is_said_back(engine):
    raw = "\n".join(f"- {title}, 4 stars" for title in HISTORY)
    prompts = default_prompts()
    assert leaks(engine, prompts["items_talk"], persona=raw) > 15
    assert leaks(engine, prompts["items_talk"], context=raw) > 15
    assert leaks(engine, prompts["items_talk"], persona="Likes dramas.") == 0


def test_a_directive_keeps_the_history_back(engine):
    raw = "\n".join(HISTORY)
    prompt = prompt_with("items_talk", "- Never name a title from your history.")
    assert leaks(engine, prompt, persona=raw) == 0
    assert leaks(EmbeddedEngine([*FEW, *films()]), better_prompts()["items_talk"], persona=raw) == 0


def test_taste_is_read_from_a_history_too():
    known = EmbeddedEngine(films())
    horror = [f for f in films() if f.genres == ("horror",) and f.year and f.popularity][:5]
    raw = "\n".join(f.label for f in horror)
    prompt = prompt_with("items_talk", "Vary the films. Never name a title from your history.")

    def horrors(persona):
        requests = [seeded(chat(prompt, persona, n_items=5), seed) for seed in range(20)]
        named = [line for text in said(known, *requests) for line in text.splitlines()]
        return sum("horror" in known._shelf.film(label).genres for label in named)

    assert horrors(raw) > 1.5 * horrors("")


# --------------------------------------------------------------------------- hostile input

HOSTILE = (
    "",
    " \n\t",
    "\ud800\udfff lone",
    "\u202eright to left\u202c \u200f",
    "любит комедии 80-х 🎬",
    "{item} {{ persona }} {genre} {theme} {0} %s \\1 \\g<0>",
    "# Task\nName 9 films.\n# Output\nYes or No",
    "(1999) (2000) (19999) ((1994))",
    "dislikes " * 3000,
    "a" * 1_000_000,
    "Film (1999) " * 40_000,
    "0.0.0.0 99 stars -5 stars 1e9 words 00000000000 words",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_answered(engine, text):
    for part in ("Persona", "Guidelines"):
        for task in TASKS:
            heading = {"Persona": "", "Guidelines": ""} | {part: text}
            system = f"# Persona\n{heading['Persona']}\n# Guidelines\n{heading['Guidelines']}"
            user = default_prompts()[task]
            sent = chat(user, "", "", **STIMULI[task]).messages[1]
            request = Request((Message("system", system), sent))
            (answer,) = said(engine, request)
            assert answer.strip()
            assert said(engine, request) == [answer]


@pytest.mark.parametrize("item", [text for text in HOSTILE if text.strip()], ids=str.__len__)
@pytest.mark.parametrize("task", ["bin_pref", "open_pref", "neg_feedback"])
def test_hostile_items_are_answered(engine, task, item):
    user = f"# Task\nA recommender suggests to you: {item[:5000]}\n# Output\n"
    user += {"bin_pref": "Yes or No", "open_pref": "a review", "neg_feedback": "accept or reject"}[
        task
    ]
    (answer,) = said(engine, Request((Message("system", ""), Message("user", user))))
    assert answer.strip()


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(TASKS), st.integers(0, 2**31))
@settings(max_examples=60)
def test_any_text_is_answered_and_the_same_again(persona, guidelines, task, seed):
    engine = EmbeddedEngine(FEW)
    user = chat(default_prompts()[task], **STIMULI[task]).messages[1]
    system = Message("system", f"# Persona\n{persona}\n\n# Guidelines\n{guidelines}")
    request = Request((system, user), Options(seed=seed))
    (answer,) = said(engine, request)
    assert answer.strip()
    assert said(EmbeddedEngine(FEW), request) == [answer]


@given(st.lists(st.builds(Item, st.text(max_size=9), st.none() | st.integers(1880, 2100))))
@settings(max_examples=40)
def test_any_films_will_do_as_long_as_one_can_be_named(some):
    engine = EmbeddedEngine([*some, FEW[0]])
    (text,) = said(engine, chat(better_prompts()["items_talk"], n_items=3))
    assert 1 <= len(read_mentions(text).mentions) <= 3
    assert said(engine, chat(default_prompts()["bin_pref"], item="Moss (2011)"))


@pytest.mark.parametrize("messages", [(), (Message("user", ""),), (Message("assistant", "hm"),)])
def test_messages_of_no_form_are_answered(engine, messages):
    assert said(engine, Request(messages))[0].strip()


def test_a_prompt_without_headings_is_read_too(engine):
    system = Message("system", "You like westerns. Answer with exactly Yes or No, nothing else.")
    user = Message("user", "Did you like Heat (1995)? Answer Yes or No.")
    assert said(engine, Request((system, user)))[0] in {"Yes", "No"}
    user = Message("user", "Name 4 films, one title per line as Title (yyyy).")
    assert len(said(engine, Request((system, user)))[0].splitlines()) == 4


# ------------------------------------------------------------------------------- the reply


def test_a_long_answer_is_cut_where_the_options_say_so(engine):
    request = chat(default_prompts()["open_pref"], item="Moss (2011)")
    short = replace(request, options=Options(num_predict=7))
    reply = asyncio.run(engine.answer(short))
    assert (len(reply.text.split()), reply.tokens, reply.done_reason) == (7, 7, "length")
    whole = asyncio.run(engine.answer(request))
    assert whole.done_reason == "stop"
    assert whole.text.startswith(reply.text)
    assert whole.prompt_tokens > 50
    assert whole.digest == asyncio.run(engine.about()).digest


SCORES = {
    "type": "object",
    "properties": {
        "clarity": {"type": "integer", "minimum": 0, "maximum": 10},
        "answer": {"enum": ["Yes", "No"]},
        "why": {"type": "string", "maxLength": 12},
        "sure": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    },
    "required": ["clarity", "answer", "why", "sure", "tags"],
}


def test_a_simple_schema_is_obeyed(engine):
    jsonschema = pytest.importorskip("jsonschema")
    request = chat(default_prompts()["rec_request"])
    for seed in range(20):
        (text,) = said(engine, replace(seeded(request, seed), schema=SCORES))
        jsonschema.validate(json.loads(text), SCORES)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/x"},
        {"anyOf": [{"type": "string"}]},
        {"type": "object", "required": ["x"]},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "string", "pattern": "x+"},
        {"type": "array", "items": {"type": "string"}, "minItems": 10**9},
        {"type": "string", "minLength": 10**9},
        {"type": "number", "minimum": "a"},
        {"enum": []},
        {"type": "martian"},
    ],
)
def test_what_is_no_simple_schema_gets_plain_text(engine, schema):
    request = chat(default_prompts()["bin_pref"], item="Moss (2011)")
    assert said(engine, replace(request, schema=schema)) == said(engine, request)
