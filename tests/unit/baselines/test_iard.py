"""IARD: rejections of a recommendation alone, with the film that was recommended."""

from __future__ import annotations

import json

import pytest

from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources import KINDS
from crs_simcheck.errors import EmptyInputError, InputError
from tests.unit.baselines.made_up import iard_turn, write_iard


def read(folder):
    return KINDS["iard"].read(folder, BuildOptions())


def test_a_rejection_comes_right_after_a_recommendation(tmp_path):
    found = read(write_iard(tmp_path))
    assert [(r.seeker, r.stimulus["item"], r.text) for r in found.responses] == [
        ("1", "Heat", "No, no heist tonight"),
        ("1", "Up", "Up is too sad, Cars will do"),
        ("3", "Scream", "I never loved horror"),
    ]
    assert all(r.stimulus["relevant"] is False for r in found.responses)
    assert found.speakers == "people"


def test_no_rate_of_rejection_is_made_of_rejections_alone(tmp_path):
    assert "reactions" not in read(write_iard(tmp_path)).tables["neg_feedback"]


@pytest.mark.parametrize(
    "document, said",
    [
        ({}, "need a list of dialogues"),
        ([{"conversation": 3}], "dialogue 1 has no list of turns"),
        ([3], "dialogue 1 has no list of turns"),
        ([{"conversation": [{"participant": "USER"}]}], "is not as IARD's are"),
        ([{"conversation": [3]}], "is not as IARD's are"),
        ([{"conversation": [iard_turn("USER", "No", ["REJ"])]}], "no rejection"),
        ([], "no rejection"),
    ],
)
def test_what_is_not_iard_says_what_is_wrong(tmp_path, document, said):
    (tmp_path / "annotated_gold.json").write_text(json.dumps(document))
    with pytest.raises((InputError, EmptyInputError), match=said):
        read(tmp_path)


def test_on_the_data_people_reject_61_times(data_dir):
    found = read(data_dir / "iard")
    assert len(found.responses) == 61
    assert len({r.seeker for r in found.responses}) == 51
