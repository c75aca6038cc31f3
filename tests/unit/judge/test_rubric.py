"""The rubric is data: read with care, told apart by its hash."""

from __future__ import annotations

from pathlib import Path

import pytest

import crs_simcheck.judge.rubric as rubric_module
from crs_simcheck.errors import InputError
from crs_simcheck.judge import CRITERIA, default_rubric, read_rubric

TEXT = (Path(rubric_module.__file__).with_name("data") / "rubric.toml").read_text(encoding="utf-8")


def written(tmp_path, text):
    path = tmp_path / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_names_all_criteria_and_the_form_of_the_answer():
    rubric = default_rubric()
    assert tuple(c.letter for c in rubric.criteria) == CRITERIA
    for criterion in rubric.criteria:
        assert criterion.asks in rubric.text
        assert criterion.low in rubric.text
        assert criterion.high in rubric.text
    assert '{"A": number, "B": number, "C": number, "D": number}' in rubric.text
    assert "{criteria}" not in rubric.text
    assert rubric.schema["required"] == list(CRITERIA)
    assert rubric.schema["properties"]["A"] == {"type": "integer", "minimum": 0, "maximum": 10}


def test_one_changed_word_is_another_rubric(tmp_path):
    changed = read_rubric(written(tmp_path, TEXT.replace("beyond doubt", "beyond all doubt")))
    assert changed.sha256 != default_rubric().sha256


def test_comments_and_layout_are_no_part_of_it(tmp_path):
    same = read_rubric(written(tmp_path, "# another comment\n" + TEXT.replace("low  =", "low =")))
    assert same.sha256 == default_rubric().sha256
    assert same.text == default_rubric().text


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ("format = 1", "format = 2", "need 1"),
        ('name = "neg-feedback"', 'name = ""', "need a text"),
        ("{criteria}", "", "need {criteria} exactly once"),
        ("{shape}", "{shape} {shape}", "need {shape} exactly once"),
        ("[criteria.D]", "[criteria.E]", "need A, B, C, D"),
        ('asks = "Does it sound like this person?"', "asks = 3", "need a text"),
        ('name = "tone"', 'name = "tone"\nweight = 2', "unknown key 'weight'"),
        ("[criteria.A]", "[criteria.A", "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path, old, new, problem):
    assert old in TEXT
    with pytest.raises(InputError) as found:
        read_rubric(written(tmp_path, TEXT.replace(old, new)))
    assert problem in str(found.value)
    assert "rubric.toml" in str(found.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_rubric(tmp_path / "none.toml")
