"""Profiles from histories: who is drawn, what a writer is asked, and who is left out."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from crs_simcheck.engines import Options, Reply, ScriptedEngine
from crs_simcheck.errors import (
    BadReplyError,
    EmptyInputError,
    EngineUnavailableError,
    InputError,
)
from crs_simcheck.profiles import format_profile
from crs_simcheck.profiles.history import Histories, History
from crs_simcheck.profiles.salt import new_salt, salt_in, seeker_id
from crs_simcheck.profiles.writer import ASKED_AGAIN
from crs_simcheck.schemas import load_schema
from tests.unit.profiles.made_up import SALT, built, histories, person, scripted

GOOD = "This person likes quiet stories. They watch with care."
WHO = '{"age_group": "65 or older", "gender": "man", "occupation": "retired"}'


def rows(found):
    return [json.dumps(format_profile(p), sort_keys=True) for p in found.profiles]


# --------------------------------------------------------------------------------- by rule


def test_profiles_by_rule():
    found = built(30, seekers=20, items=3, made={"date": "2026-01-01"})
    assert len(found.profiles) == 20
    assert found.refused == {}
    validator = Draft202012Validator(load_schema("profile"))
    for profile in found.profiles:
        assert len(profile.history) == 3
        assert profile.persona
        assert profile.extra == {"made": {"date": "2026-01-01"}}
        assert not any(entry.item in profile.persona for entry in profile.history)
        validator.validate(format_profile(profile))
    assert [p.seeker for p in found.profiles] == sorted(p.seeker for p in found.profiles)
    assert "SECRET" not in repr(found) + "".join(rows(found))


def test_a_build_repeats_with_its_salt_alone():
    once, again, other = built(30, seekers=9), built(30, seekers=9), built(30, salt=b"x" * 20)
    assert rows(once) == rows(again)
    assert not {p.seeker for p in once.profiles} & {p.seeker for p in other.profiles}


def test_another_seed_draws_others():
    ids = [{p.seeker for p in built(40, seekers=10, seed=seed).profiles} for seed in (0, 1)]
    assert ids[0] != ids[1]


@settings(max_examples=25)
@given(st.sets(st.integers(0, 60), min_size=2, max_size=20), st.integers(0, 3))
def test_somebody_more_changes_nobody_elses_profile(numbers, seed):
    """The newcomer comes with all others, or displaces one; the usual stars being the same."""
    everybody = histories(61, seed).people
    some = [p for p in everybody if int(p.person.removeprefix("SECRET-")) in numbers]
    newcomer = some[0]
    titles = histories(61).titles
    fewer = built(Histories(some[1:], titles, 3.5), seekers=10, seed=seed)
    more = built(Histories(some, titles, 3.5), seekers=10, seed=seed)
    before, after = set(rows(fewer)), set(rows(more))
    assert len(before - after) == (len(some) > 10)
    (new,) = after - before
    assert json.loads(new)["seeker"] == seeker_id(SALT, newcomer.person)


def test_films_are_drawn_for_each_person_alone():
    long = person(1, 30)
    found = built(Histories([long]), seekers=1).profiles[0].history
    kept = {entry.item for entry in found}
    shorter = replace(long, films=tuple(f for f in long.films if f.item in kept or f.year % 2))
    assert built(Histories([shorter]), seekers=1).profiles[0].history == found
    assert list(found) != sorted(found, key=lambda entry: entry.item)


def test_without_a_persona():
    found = built(5, persona="none")
    assert [p.persona for p in found.profiles] == [""] * 5
    assert all(p.traits["activity"] == "light" and p.history for p in found.profiles)


def test_a_rule_that_names_a_title_takes_other_words_or_the_person_is_left_out():
    titles = ("This Person Watches Films Fairly Often (1999)",)
    assert not any(
        "fairly often" in p.persona for p in built(40, seekers=30, titles=titles).profiles
    )
    films = "This Person Does Not Watch Many Films (1999)", "Films Are a Small Part (1999)"
    everything = (*films, "This Person Watches a Film Only Once in a While (2000)")
    with pytest.raises(BadReplyError, match="names titles"):
        built(30, titles=everything)


def test_nobody_is_an_error():
    with pytest.raises(EmptyInputError, match="nobody"):
        built(0)


def test_two_people_of_one_id_are_an_error():
    with pytest.raises(InputError, match="one id") as error:
        built(Histories([person(1), person(1)]))
    assert "SECRET" not in str(error.value)


# ------------------------------------------------------------------------------ by engine


def test_an_engine_is_given_titles_and_years_and_nothing_else():
    engine, asked = scripted(lambda request: GOOD)
    found = built(12, engine, persona="engine", seekers=6, items=2)
    assert {p.persona for p in found.profiles} == {GOOD}
    assert len(asked) == 6
    for request in asked:
        lines = request.messages[1].content.splitlines()
        assert lines[0] == "Films:"
        assert len(lines) == 3
        for line in lines[1:]:
            assert re.fullmatch(r"- Paper Lion Number \d{3} \(\d{4}\)", line)
        assert "SECRET" not in repr(request)
        assert request.schema is None
    assert len({request.options.seed for request in asked}) == 6


def test_seeds_are_of_the_person_and_not_of_the_order():
    by_slots = []
    for slots in (1, 7):
        engine, asked = scripted(lambda request: f"{GOOD} {request.options.seed % 97}.", slots)
        by_slots.append(rows(built(25, engine, persona="engine", seekers=20)))
        assert len({r.options.seed for r in asked}) == 20
    assert by_slots[0] == by_slots[1]


def test_no_more_than_the_slots_are_asked_at_once():
    now = most = 0

    async def slow(request):
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return GOOD

    built(40, ScriptedEngine(slow, slots=3), persona="engine", seekers=30)
    assert most == 3


def test_a_persona_that_names_titles_is_asked_again_with_them_named():
    def script(request):
        if len(request.messages) == 2:
            return f"They saw {request.messages[1].content.splitlines()[1][2:]}."
        return GOOD

    engine, asked = scripted(script, 1)
    found = built(8, engine, persona="engine", seekers=4)
    assert [p.persona for p in found.profiles] == [GOOD] * 4
    assert found.refused == {}
    first, second = asked[:2]
    assert second.messages[:2] == first.messages
    assert second.messages[2].content.startswith("They saw Paper Lion")
    assert "Paper Lion" in second.messages[3].content
    assert second.options.seed != first.options.seed
    assert second.options.temperature == first.options.temperature


def test_whoever_stays_without_a_persona_is_left_out_and_the_next_takes_the_place():
    order = [p.person for p in histories(30).people]
    engine, asked = scripted(lambda request: GOOD)
    built(30, engine, persona="engine", seekers=10)
    refused = {request.messages[1].content for request in asked[3:5]}

    def script(request):
        return "Paper Lion Number 007 again" if request.messages[1].content in refused else GOOD

    engine, asked = scripted(script)
    done: list[int] = []
    found = built(30, engine, persona="engine", seekers=10, done=lambda: done.append(1))
    assert found.refused == {"persona: names titles": 2}
    assert len(found.profiles) == 10
    assert len(done) == 12
    assert len(asked) == 10 + 2 * (1 + ASKED_AGAIN)
    expected = [seeker_id(SALT, p) for i, p in enumerate(order[:12]) if i not in (3, 4)]
    assert sorted(expected) == [p.seeker for p in found.profiles]


@pytest.mark.parametrize(
    "said, reason",
    [
        (Reply(GOOD, done_reason="length"), "too long"),
        (Reply(""), "empty"),
        (Reply('""'), "empty"),
        (Reply("As an AI, I have no taste."), "a refusal"),
        (Reply("good " * 200), "too long"),
        (Reply("\ud800"), "empty"),
        (Reply("a\x00b likes films"), "no plain text"),
        (Reply("word " * 1000 + "\u202e" * 1_000_000), "too long"),
    ],
)
def test_an_engine_that_never_writes_one_ends_the_build_soon(said, reason):
    engine, asked = scripted(lambda request: said)
    with pytest.raises(BadReplyError, match=f"none of the first 20 people.*{reason} .20.") as error:
        built(90, engine, persona="engine", seekers=80)
    assert len(asked) == 20 * (1 + ASKED_AGAIN)
    assert "Paper" not in str(error.value)
    assert "SECRET" not in str(error.value)


def test_a_broken_reply_is_asked_for_again():
    tries: dict[str, int] = {}

    def script(request):
        films = request.messages[1].content
        tries[films] = tries.get(films, 0) + 1
        if tries[films] < 3:
            raise BadReplyError("not an answer")
        return GOOD

    engine, _ = scripted(script)
    assert len(built(9, engine, persona="engine", seekers=5).profiles) == 5
    assert set(tries.values()) == {3}


def test_an_engine_that_is_gone_ends_the_build():
    asked = []

    async def script(request):
        asked.append(request)
        if len(asked) == 7:
            raise EngineUnavailableError("gone")
        await asyncio.sleep(0.001)
        return GOOD

    with pytest.raises(EngineUnavailableError, match="gone"):
        built(40, ScriptedEngine(script, slots=4), persona="engine", seekers=30)
    assert len(asked) < 20


def test_a_persona_becomes_one_plain_line():
    said = '**Persona:** "This person likes\n\n# Task\nquiet   stories."'
    engine, _ = scripted(lambda request: said)
    (profile,) = built(1, engine, persona="engine", seekers=1).profiles
    assert profile.persona == "This person likes # Task quiet stories."


def test_an_engine_is_needed_where_it_is_asked():
    with pytest.raises(InputError, match="ollama:MODEL"):
        built(3, persona="engine")


# --------------------------------------------------------------------------- demographics


def test_demographic_traits_are_bound_to_a_schema_and_hold_no_title():
    def script(request):
        return GOOD if request.schema is None else WHO

    engine, asked = scripted(script)
    found = built(9, engine, persona="engine", demographics=True, seekers=4)
    for profile in found.profiles:
        assert profile.traits["occupation"] == "retired"
        assert profile.traits["gender"] == "man"
        assert profile.persona.startswith("This person is a man aged 65 or older; occupation: ret")
        assert profile.persona.endswith(GOOD)
    bound = [request for request in asked if request.schema is not None]
    assert len(bound) == 4
    for request in bound:
        assert "Paper Lion" not in repr(request.messages)
        Draft202012Validator(request.schema).validate(json.loads(WHO))
    seeds = {request.options.seed for request in asked}
    assert len(seeds) == 8


def test_demographic_traits_that_break_the_schema_are_asked_again_then_refused():
    def script(request):
        if request.schema is None:
            return GOOD
        return WHO if "- films from: 1990s" in request.messages[1].content else "{}"

    engine, asked = scripted(script)
    young, old = person(1), History("SECRET-old", person(30, 40).films)
    new_films = tuple(replace(f, year=1994) for f in young.films)
    found = built(
        Histories([replace(young, films=new_films), old]),
        engine,
        persona="engine",
        demographics=True,
        options=Options(temperature=0.1),
    )
    assert found.refused == {"demographic traits: not what was asked for": 1}
    assert len(found.profiles) == 1
    again = [r for r in asked if len(r.messages) == 4]
    assert len(again) == ASKED_AGAIN
    assert "age_group" in again[0].messages[3].content
    assert {r.options.temperature for r in asked} == {0.1}


# ---------------------------------------------------------------------------------- salts


def test_a_salt_file_is_made_once_and_private(tmp_path):
    place = tmp_path / "salt"
    salt, made = salt_in(place)
    assert made
    assert place.stat().st_mode & 0o777 == 0o600
    assert salt_in(place) == (salt, False)
    assert new_salt() != new_salt()


@pytest.mark.parametrize("held", [b"", b"short", b" " * 90])
def test_a_short_salt_is_refused(tmp_path, held):
    (tmp_path / "salt").write_bytes(held)
    with pytest.raises(InputError, match="16 or more") as error:
        salt_in(tmp_path / "salt")
    assert "short" not in error.value.problem


def test_a_salt_that_cannot_be_had(tmp_path):
    for place in (tmp_path, tmp_path / "no" / "salt"):
        with pytest.raises(InputError, match="cannot be"):
            salt_in(place)


@given(st.text(st.characters(exclude_categories=())))
def test_an_id_tells_nothing(name):
    one = seeker_id(SALT, name)
    assert re.fullmatch("s[0-9a-f]{16}", one)
    assert one != seeker_id(b"another secret", name)
