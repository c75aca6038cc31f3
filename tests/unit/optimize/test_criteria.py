"""What an editor is told a good prompt does: words from files, ranges from verdicts alone."""

from __future__ import annotations

import math
import re
import shutil

import pytest

from crs_simcheck.errors import InputError
from crs_simcheck.optimize import CRITERIA_TEMPLATES, criteria_for, read_criteria
from crs_simcheck.records import TASKS
from crs_simcheck.stats import Range
from tests.unit.optimize.made_up import verdict


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_its_criteria_and_no_number_in_them(task):
    text = read_criteria(task)
    assert text.count("{ranges}") == 1
    assert "Hard constraints" in text
    assert not re.search(r"\d", text)


def test_no_other_file_lies_among_them():
    assert {path.name for path in CRITERIA_TEMPLATES.iterdir()} == {f"{t}.md" for t in TASKS}


def test_ranges_come_from_the_verdicts():
    verdicts = [
        verdict(6.0, "item_entropy", Range(7.8, 8.612345)),
        verdict(0.2, "unknown_item_rate", Range(-math.inf, 0.05)),
        verdict(12.0, "words_per_response", Range(1200.0, math.inf)),
        verdict(None, "repeat_rate"),
        verdict(3.0, "item_entropy", Range(7.8, 8.612345)),
    ]
    text = criteria_for("items_talk", verdicts)
    lines = [line for line in text.splitlines() if re.match(r"- \w+ \(", line)]
    assert [re.sub(r"\(.*\)", "", line) for line in lines] == [
        "- item_entropy : 7.8 to 8.612 bits",
        "- unknown_item_rate : at most 0.05",
        "- words_per_response : at least 1200 words",
    ]
    assert "{ranges}" not in text
    assert criteria_for("items_talk", reversed(verdicts)) == text
    assert criteria_for("items_talk", verdicts[:1]) != text


def test_without_ranges_it_says_that_none_is_known():
    assert criteria_for("bin_pref", []).endswith("- None is known.")


def test_a_folder_of_ones_own_is_read(tmp_path):
    shutil.copytree(CRITERIA_TEMPLATES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "items_talk.md").write_bytes("\ufeffBe {kind}.\r\n\r\n{ranges}\r\n".encode())
    text = criteria_for("items_talk", [verdict(6.0)], tmp_path)
    assert text.startswith("Be {kind}.\n\n- item_entropy (")
    assert read_criteria("bin_pref", tmp_path) == read_criteria("bin_pref")


@pytest.mark.parametrize(
    "data, words",
    [
        (None, "cannot be read: No such file.*copy items_talk.md from"),
        (b"No place.", "found {ranges} 0 times, need it once"),
        (b"{ranges} {ranges}", "found {ranges} 2 times"),
        (b"\xff{ranges}", "not UTF-8"),
        (b"{ranges}" + b"a" * 70_000, "more than 65,536 bytes"),
    ],
    ids=["missing", "no place", "two places", "Latin-1", "long"],
)
def test_a_template_that_cannot_be_used_is_named(tmp_path, data, words):
    if data is not None:
        (tmp_path / "items_talk.md").write_bytes(data)
    with pytest.raises(InputError, match=rf"items_talk\.md: .*{words}"):
        read_criteria("items_talk", tmp_path)
