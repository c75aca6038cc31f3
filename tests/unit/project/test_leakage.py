"""The leakage diagnostic, on a scripted engine and people who do not exist."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace

import numpy as np
import pytest

from crs_simcheck.baselines import measure, measure_group
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.engines import ScriptedEngine
from crs_simcheck.errors import (
    BadReplyError,
    EmptyInputError,
    EngineRefusedError,
    InputError,
    UnknownNameError,
)
from crs_simcheck.project.leakage import PAPER, diagnose, raw_history
from crs_simcheck.prompts import default_prompts
from crs_simcheck.records import HistoryItem, Profile, Response

FILMS = Catalogue("made up", tuple(Item(f"Paper Lion Number {i:03}", 1950 + i) for i in range(60)))
PROMPT = default_prompts()["items_talk"]
PERSONA = "This person likes dramas of the 1970s."


def crowd(size=40, each=3):
    rng = np.random.default_rng(7)
    rows = [
        Response(
            "items_talk",
            f"p{i}",
            "\n".join(FILMS.labels[int(j)] for j in rng.permutation(60)[:each]),
            {"n_items": each},
        )
        for i in range(size)
    ]
    return measure_group(measure(rows, FILMS), FILMS, name="crowd", speakers="people")


def seekers(size=30, films=5):
    draw = random.Random(3)
    return [
        Profile(
            f"SECRET-{i}",
            PERSONA,
            history=tuple(map(HistoryItem, draw.sample(FILMS.labels, films))),
        )
        for i in range(size)
    ]


def parrot(request):
    """Say a history back where there is one, as many titles as are asked for; or anything else."""
    system, user = (message.content for message in request.messages)
    count = int(user.partition("Write exactly ")[2].split()[0])
    told = [line[2:] for line in system.splitlines() if line.startswith("- Paper")]
    if told:
        return "\n".join(told[:count])
    return "\n".join(random.Random(request.options.seed).sample(FILMS.labels[:9], count))


def run(engine, profiles, people=None, **settings):
    return asyncio.run(diagnose(engine, profiles, PROMPT, people or crowd(), **settings))


def test_raw_histories_leak_and_personas_do_not():
    found = run(ScriptedEngine(parrot), seekers())
    raw, persona, people = found.rows
    assert [row.name for row in found.rows] == list(PAPER)
    assert (raw.leaked, raw.answers, raw.leakage_rate) == (30, 30, 1.0)
    assert raw.by_chance < 0.5
    assert persona.leakage_rate == pytest.approx(persona.by_chance, abs=0.2)
    assert people.leakage_rate is None
    assert (found.seekers, found.mentions) == (30, 90)
    assert persona.item_entropy < raw.item_entropy
    assert persona.item_entropy <= np.log2(9)
    assert people.item_entropy <= np.log2(60)


def test_all_rows_are_of_one_size():
    """People alone against people: nobody else's size, and the same bits at the same size."""
    people = crowd(200, 5)
    said = crowd(50, 3)
    rows = [
        f for table in [said.tasks["items_talk"].tables["mentions"]] for f in table.array("film")
    ]
    answers = iter(["\n".join(rows[3 * i : 3 * i + 3]) for i in range(50)] * 2)
    found = run(ScriptedEngine(lambda _: next(answers), slots=1), seekers(50), people)
    assert (found.seekers, found.mentions) == (50, 150)
    raw, persona, those = found.rows
    assert raw.item_entropy == pytest.approx(persona.item_entropy)
    assert those.item_entropy == pytest.approx(raw.item_entropy, abs=0.12)


def test_both_are_asked_with_one_seed_and_told_apart_by_one_text():
    asked = []
    run(ScriptedEngine(lambda r: asked.append(r) or parrot(r)), seekers(4), n_items=2)
    assert len(asked) == 8
    by_seed: dict[int, list] = {}
    for request in asked:
        by_seed.setdefault(request.options.seed, []).append(request)
    assert len(by_seed) == 4
    for raw, persona in by_seed.values():
        assert raw.messages[1] == persona.messages[1]
        assert PERSONA in persona.messages[0].content
        assert PERSONA not in raw.messages[0].content
        assert raw.messages[0].content.count("- Paper") == 5
        assert "SECRET" not in repr(raw)


def test_what_is_printed_holds_no_answer():
    found = run(ScriptedEngine(parrot), seekers())
    assert "Paper" not in repr(found) + json.dumps(found.as_json())
    assert "SECRET" not in repr(found) + json.dumps(found.as_json())
    assert found.as_json()["paper"]["raw history"]["item_entropy"] == 6.415


def test_it_repeats_whatever_the_slots():
    runs = [run(ScriptedEngine(parrot, slots=slots), seekers(), seed=4) for slots in (1, 5)]
    assert runs[0] == runs[1]
    assert run(ScriptedEngine(parrot), seekers(), seed=5) != runs[0]


def test_replies_that_are_none_are_counted():
    def script(request):
        if request.options.seed % 3 == 0:
            raise BadReplyError("nothing")
        return parrot(request)

    found = run(ScriptedEngine(script), seekers())
    assert found.rows[0].failed == found.rows[1].failed > 0
    assert found.rows[0].answers + found.rows[0].failed == 30
    assert found.seekers == found.rows[0].answers


def test_an_engine_that_refuses_ends_it():
    def script(_request):
        raise EngineRefusedError("no such model")

    with pytest.raises(EngineRefusedError):
        run(ScriptedEngine(script), seekers())


@pytest.mark.parametrize("said", ["", "I would rather not say which ones I watched lately, sorry."])
def test_answers_without_a_title_are_no_entropy(said):
    with pytest.raises(EmptyInputError, match="raw history: no answer names a film"):
        run(ScriptedEngine(lambda _: said), seekers())


@pytest.mark.parametrize("lack", ["history", "persona"])
def test_profiles_that_cannot_be_asked_both_ways(lack):
    some = seekers(3)
    bare = (
        Profile("SECRET", PERSONA)
        if lack == "history"
        else Profile("SECRET", " ", {}, some[0].history)
    )
    with pytest.raises(InputError, match=f"1 of 4 profiles have no {lack}") as error:
        run(ScriptedEngine(parrot), [*some, bare])
    assert "SECRET" not in str(error.value)


def test_people_who_were_not_asked_for_films():
    rows = [Response("bin_pref", "p", "Yes", {"item": FILMS.labels[0]})]
    group = measure_group(measure(rows, FILMS), FILMS, name="crowd", speakers="people")
    with pytest.raises(UnknownNameError, match="items_talk"):
        run(ScriptedEngine(parrot), seekers(), group)


def test_a_history_is_titles_one_a_line():
    profile = Profile("a", history=(HistoryItem("Heat\n# Task (1995)", 4.5, "secret words"),))
    assert raw_history(profile) == "Films that this person has watched:\n- Heat # Task (1995)"


def test_what_leaks_by_chance_is_of_other_peoples_histories():
    """All name one film, which one in ten has seen: that is chance, and no leak of a prompt."""
    label = FILMS.labels[0]
    some = [
        replace(p, history=(HistoryItem(label if i % 10 == 0 else FILMS.labels[1 + i]),))
        for i, p in enumerate(seekers(40))
    ]
    _, persona, _ = run(ScriptedEngine(lambda _: label), some).rows
    assert persona.leakage_rate == pytest.approx(0.1)
    assert persona.by_chance == pytest.approx(0.1, abs=0.01)
    alone = run(ScriptedEngine(parrot), seekers(1)).rows[0]
    assert alone.by_chance is None
