"""The schemas: valid themselves, and at one with the code that reads the formats."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from jsonschema import Draft202012Validator

from crs_simcheck import schemas
from crs_simcheck.errors import InputError, UnknownNameError
from crs_simcheck.profiles import format_profile, parse_profile
from crs_simcheck.recordings import format_response, parse_response
from crs_simcheck.records import SPEAKERS, TASKS
from crs_simcheck.schemas import SCHEMAS, load_schema
from tests.unit.recordings.strategies import EDGES, json_values, profiles, responses, spoilt

VALIDATORS = {name: Draft202012Validator(load_schema(name)) for name in SCHEMAS}
RESPONSE_KEYS = [*load_schema("response")["properties"]]
PROFILE_KEYS = [*load_schema("profile")["properties"], "item", "rating", "text"]
ANSWER = {"task": "rec_request", "seeker": "u", "text": ""}


def valid(name, row):
    return VALIDATORS[name].is_valid(row)


def parses(parse, row):
    try:
        parse(row)
    except InputError:
        return False
    return True


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_itself(name):
    schema = load_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]
    assert schema["description"]


def test_every_schema_that_lies_there_is_listed():
    files = Path(schemas.__file__).parent.glob("*.json")
    assert sorted(f.name.removesuffix(".schema.json") for f in files) == list(SCHEMAS)


def test_an_unknown_schema_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'response'"):
        load_schema("responses")


def test_a_loaded_schema_may_be_changed():
    load_schema("group").clear()
    assert load_schema("group")


@settings(max_examples=200)
@given(spoilt(responses().map(format_response), RESPONSE_KEYS))
@example({**ANSWER, "request": "sha256:" + "a" * 64 + "\n"})
@example({**ANSWER, "seeker": 5.0, "turn": 3.0, "stimulus": {"n_items": 1.0}})
@example({**ANSWER, "turn": True})
@example({**ANSWER, "task": "bin_pref"})
@example({**ANSWER, "task": "bin_pref", "stimulus": None})
@example({**ANSWER, "task": "bin_pref", "stimulus": {"item": None}})
def test_the_response_schema_accepts_what_the_reader_accepts(row):
    assert valid("response", row) == parses(parse_response, row)


@settings(max_examples=200)
@given(spoilt(profiles().map(format_profile), PROFILE_KEYS))
def test_the_profile_schema_accepts_what_the_reader_accepts(row):
    assert valid("profile", row) == parses(parse_profile, row)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("key", RESPONSE_KEYS)
def test_schema_and_reader_agree_at_every_edge_of_a_response(task, key):
    for value in EDGES:
        for stimulus in ({"item": "Heat (1995)", key: value}, {key: value}, None):
            row = {**ANSWER, "task": task, "stimulus": stimulus, key: value}
            assert valid("response", row) == parses(parse_response, row), row


@pytest.mark.parametrize("key", ["item", "n_items", "relevant", "context"])
def test_schema_and_reader_agree_at_every_edge_of_a_stimulus(key):
    for value in EDGES:
        row = {**ANSWER, "stimulus": {key: value}}
        assert valid("response", row) == parses(parse_response, row), row


@pytest.mark.parametrize("key", PROFILE_KEYS)
def test_schema_and_reader_agree_at_every_edge_of_a_profile(key):
    for value in EDGES:
        for row in (
            {"seeker": "u", key: value},
            {"seeker": "u", "history": [{"item": "a", key: value}]},
        ):
            assert valid("profile", row) == parses(parse_profile, row), row


@given(json_values)
def test_schema_and_reader_agree_on_anything_at_all(value):
    assert valid("response", value) == parses(parse_response, value)
    assert valid("profile", value) == parses(parse_profile, value)


@given(responses(), profiles())
def test_what_is_written_is_valid(response, profile):
    assert valid("response", format_response(response))
    assert valid("profile", format_profile(profile))


def test_names_are_those_of_the_records():
    simcheck = load_schema("simcheck")["$defs"]
    group = load_schema("group")["properties"]
    response = load_schema("response")
    assert response["properties"]["task"]["enum"] == list(TASKS)
    assert simcheck["task_name"]["enum"] == list(TASKS)
    assert list(simcheck["tasks"]["properties"]) == list(TASKS)
    assert list(simcheck["simulator"]["properties"]["gates"]["properties"]) == list(TASKS)
    assert group["tasks"]["propertyNames"]["enum"] == list(TASKS)
    assert group["speakers"]["enum"] == list(SPEAKERS)


# ------------------------------------------------------------------------------- catalogue

FILM = {"title": "Heat", "year": "1995", "genres": "Crime|Drama"}


@pytest.mark.parametrize(
    "change, good",
    [
        ({}, True),
        ({"year": 1995, "popularity": 3, "mean_rating": 4.5}, True),
        ({"year": "", "popularity": "", "mean_rating": "4.5", "region": "US"}, True),
        ({"description": "A heist.", "popularity": "1e4"}, True),
        ({"title": ""}, False),
        ({"year": "95"}, False),
        ({"year": None}, False),
        ({"genres": ["Crime"]}, False),
        ({"popularity": "much"}, False),
        ({"mean_rating": 6}, False),
    ],
)
def test_catalogue_rows(change, good):
    assert valid("catalogue", {**FILM, **change}) == good
    if not change:
        for key in FILM:
            assert not valid("catalogue", {k: v for k, v in FILM.items() if k != key})


# ----------------------------------------------------------------------------------- group

GROUP = {
    "format": 1,
    "name": "redial-seekers",
    "speakers": "people",
    "description": "Seekers of ReDial.",
    "source": "ReDial",
    "source_sha256": {"train_data.jsonl": "0" * 64},
    "licence": "CC BY 4.0",
    "attribution": "Li et al.",
    "date": "2026-01-31",
    "command": "crs-simcheck baseline build redial",
    "instruments": {"tokenizer": 1},
    "catalogue": {"file": "catalogue.csv", "items": 3, "popularity": "MovieLens"},
    "tasks": {"items_talk": {"seekers": 3, "mentions": 9, "design": {"n_items": 3}}},
}


@pytest.mark.parametrize(
    "change, good",
    [
        ({}, True),
        ({"tasks": {}}, True),
        ({"format": 2}, False),
        ({"speakers": "robots"}, False),
        ({"source_sha256": {"a": "xyz"}}, False),
        ({"date": "31.1.2026"}, False),
        ({"command": ["crs-simcheck"]}, False),
        ({"instruments": {"aspects": "films:ab12"}}, True),
        ({"instruments": {"tokenizer": 1.5}}, False),
        ({"published": {"open_pref": {"aspect_entropy": 6.7}}}, True),
        ({"published": {"open_pref": {"aspect_entropy": "6.7"}}}, False),
        ({"catalogue": {"file": "c.csv"}}, False),
        ({"tasks": {"items": {"seekers": 3}}}, False),
        ({"tasks": {"items_talk": {}}}, False),
        ({"tasks": {"items_talk": {"seekers": -1}}}, False),
        ({"unknown": 1}, False),
    ],
)
def test_groups(change, good):
    assert valid("group", {**GROUP, **change}) == good


@pytest.mark.parametrize("key", ["format", "name", "speakers", "instruments", "tasks"])
def test_what_a_group_needs(key):
    assert not valid("group", {k: v for k, v in GROUP.items() if k != key})


# -------------------------------------------------------------------------------- simcheck

SIMCHECK = tomllib.loads("""
[simulator.seeker]
prompts   = "prompts/seeker"
engine    = "ollama:llama3.3:70b"
profiles  = "profiles.jsonl"
catalogue = "catalogue.csv"
baseline  = "redial-seekers"
seekers   = 100

[simulator.seeker.gates]
item_entropy      = {}
sentiment_entropy = { margin = 0.2 }
bin_pref_correlation = { min = 0.6 }
leakage_rate      = { max = 0.05 }

[simulator.seeker.gates.rec_request]
words_per_response = { margin = 3 }

[simulator.seeker.tasks]
items_talk = { n_items = "people" }
bin_pref   = { films = 30, asked = 10 }
open_pref  = { films = 1 }
rec_request = { requests = 1 }
neg_feedback = { unfit = 3, fit = 2 }
""")


def simcheck_with(**change):
    changed = copy.deepcopy(SIMCHECK)
    changed["simulator"]["seeker"].update(change)
    return changed


def test_the_example_of_the_design_is_valid():
    assert valid("simcheck", SIMCHECK)
    assert valid("simcheck", {})


@pytest.mark.parametrize(
    "change",
    [
        {"baseline": {"items_talk": "a", "bin_pref": "b"}},
        {"configuration": "pag"},
        {"configuration": ["zero_shot", "icl", "rag", "pag"]},
        {"python": "m:f", "responses": "a.jsonl", "group": "g", "judge": "j", "calibration": "c"},
        {"seed": 0, "repeats": 1, "temperature": 0, "num_ctx": 4096, "num_predict": 1},
        {"like_at": 3.5, "least_seekers": 2, "draws": 100, "allow_not_people": True},
        {"gates": {"neg_feedback": {"min": 5, "calibration": "c", "uncalibrated": "allow"}}},
        {"gates": {"neg_feedback": {"neg_feedback": {"min": 5}}}},
        {"gates": {"popularity_share": {"top_k": 50, "rule": "estimate"}}},
        {"tasks": {"items_talk": {"n_items": 5}}},
    ],
)
def test_what_simcheck_toml_may_say(change):
    assert valid("simcheck", simcheck_with(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"promts": "p"},
        {"confidence": 0.9},
        {"seekers": 0},
        {"repeats": 0},
        {"temperature": -1},
        {"like_at": 0},
        {"least_seekers": 1},
        {"draws": 99},
        {"allow_not_people": "yes"},
        {"baseline": 3},
        {"baseline": {"items": "a"}},
        {"configuration": "few_shot"},
        {"configuration": ["few_shot"]},
        {"gates": {"item_entropy": {"margin": -1}}},
        {"gates": {"item_entropy": {"margins": 1}}},
        {"gates": {"item_entropy": 3}},
        {"gates": {"item_entropy": {"rule": "mean"}}},
        {"gates": {"rec_request": {"margin": 1}}},
        {"gates": {"rec_request": {"ttr": {"margins": 1}}}},
        {"gates": {"neg_feedback": {"uncalibrated": "maybe"}}},
        {"tasks": {"items": {}}},
        {"tasks": {"items_talk": {"n_items": "all"}}},
        {"tasks": {"items_talk": {"n_items": 0}}},
        {"tasks": {"bin_pref": {"asked": 1.5}}},
    ],
)
def test_what_simcheck_toml_may_not_say(change):
    assert not valid("simcheck", simcheck_with(**change))
    assert not valid("simcheck", {"simulators": {}})
