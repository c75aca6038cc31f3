"""The document of a report: its parts put together, histograms, and what its schema says."""

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from crs_simcheck.report import Where
from crs_simcheck.report.document import assemble, gate_entry, histogram, without_surrogates
from crs_simcheck.schemas import load_schema
from tests.unit.report.made_up import VERDICTS

VALIDATOR = Draft202012Validator(load_schema("report"))
WHERE = Where("seeker", "answers.jsonl", "films.csv")
ABOUT_TASK = {
    "baseline": {"name": "crowd", "speakers": "people", "seekers": 80, "sha256": "ab" * 32},
    "instruments": {"words": 1, "aspects": "film:1234"},
    "answers": 40,
    "file": "answers.jsonl",
    "examples": [
        {"seeker": "u1", "item": None, "line": 3, "text": "Heat", "characters_left_out": 0}
    ],
}
ABOUT = {
    "source": "answers.jsonl",
    "source_sha256": "cd" * 32,
    "broken_rows": 0,
    "seed": 0,
    "draws": 1000,
    "models": [],
    "servers": [],
    "dates": [],
}


def part(number, name, verdict, behind=(), **more):
    gate = verdict.gate
    return {
        "simulator": name,
        "place": [0 if name == "seeker" else 1, number],
        "task": gate.task,
        "metric": gate.metric.name + (f"_{number}" if number else ""),
        "gates": len(VERDICTS),
        "verdict": gate_entry(verdict, WHERE, behind),
        "not_measured": [["items_talk", "leakage_rate", "no history"]],
        "notes": ["people are few"],
        "about": ABOUT,
        "about_task": ABOUT_TASK,
        **more,
    }


def parts():
    return [part(i, "seeker", v, ["12 × Heat"]) for i, v in enumerate(VERDICTS.values())]


def document(extra=()):
    return assemble(json.loads(json.dumps([*parts(), *extra])), "1.2.3")


def broken(**more):
    return {
        "simulator": "lost",
        "place": [2, 0],
        "task": None,
        "metric": None,
        "gates": 1,
        "message": "gone.jsonl: there is no such file",
        **more,
    }


def test_a_document_holds_what_its_schema_says():
    found = document([broken()])
    VALIDATOR.validate(found)
    assert found["verdicts"]["error"] == 1
    assert sum(found["verdicts"].values()) == len(VERDICTS) + 1
    (seeker, lost) = found["simulators"]
    assert seeker["ran"] == seeker["gates"] == len(VERDICTS)
    assert (lost["ran"], lost["tasks"]) == (1, {})
    assert lost["errors"][0]["message"].startswith("gone.jsonl")
    assert seeker["notes"] == ["people are few"]
    assert len(seeker["not_measured"]) == 1


def test_the_order_in_which_parts_come_does_not_matter():
    shuffled = parts()
    random.Random(1).shuffle(shuffled)
    assert json.dumps(assemble(shuffled, "1.2.3")) == json.dumps(document())


def test_nothing_is_a_document_too():
    VALIDATOR.validate(assemble([], "1"))


@pytest.mark.parametrize("name", VERDICTS)
def test_what_a_gate_says_is_what_a_failure_says(name):
    from crs_simcheck.report import verdict_words

    verdict = VERDICTS[name]
    entry = gate_entry(verdict, WHERE)
    joined = " ".join(verdict_words(verdict, WHERE).split())
    words = entry["words"]
    assert words["headline"].replace("'seeker'", "") in joined.replace("'seeker'", "")
    assert words["advice"] or verdict.outcome == "within"
    command = " ".join(joined.partition("next:")[2].replace("\\ ", "").split())
    assert entry["next"] == command
    assert {k: entry[k] for k in verdict.as_json()} == verdict.as_json()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300))
def test_a_histogram_counts_every_group_between_its_ends(values):
    found = histogram(np.array(values))
    assert sum(found["counts"]) == len(values)
    assert found["low"] <= found["high"]
    assert found["low"] == pytest.approx(min(values), rel=1e-5, abs=1e-9)
    assert found["high"] == pytest.approx(max(values), rel=1e-5, abs=1e-3)
    json.dumps(found, allow_nan=False)


def test_groups_of_one_value_are_one_bar():
    assert histogram(np.full(7, 0.25)) == {"low": 0.25, "high": 0.25, "counts": [7]}
    assert histogram(np.zeros(3)) == {"low": 0.0, "high": 0.0, "counts": [3]}
    assert histogram(None) is None


def test_half_a_character_can_be_written():
    found = without_surrogates({"a\ud800": ["b\udfff", 1, None], "c": {"d": "é"}})
    assert found == {"a\\ud800": ["b\\udfff", 1, None], "c": {"d": "é"}}
