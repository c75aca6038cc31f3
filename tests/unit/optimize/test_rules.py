"""The editor by rule knows the feedback and nothing else."""

from __future__ import annotations

import pytest

from crs_simcheck.metrics import METRICS
from crs_simcheck.optimize import EditRequest, RuleEditor, feedback_text, findings
from crs_simcheck.optimize.rules import _ADVICE
from crs_simcheck.stats import Range
from tests.unit.optimize.made_up import verdict

START = "- Answer as this person would."


def rewritten(*verdicts, text=START, section="Guidelines"):
    feedback = feedback_text(findings(verdicts))
    asked = EditRequest("items_talk", section, text, "", "", feedback)
    return RuleEditor().rewrite(asked)


def test_advice_is_added_for_what_is_off():
    edit = rewritten(verdict(5.0), verdict(0.5, "popularity_share", Range(0.05, 0.3)))
    assert edit.text.startswith(START)
    assert "Vary the films" in edit.text
    assert "not name only the famous ones" in edit.text
    assert "item_entropy is too low" in edit.gradient


def test_without_feedback_nothing_changes():
    asked = EditRequest("items_talk", "Guidelines", START, "", "", "")
    assert RuleEditor().rewrite(asked).text == START
    assert rewritten(verdict(8.2)).text == START


def test_the_other_way_round_says_something_else():
    assert rewritten(verdict(9.9)).text == START


def test_what_went_too_far_is_taken_back():
    text = f"{START}\n- {_ADVICE['item_entropy', 'too low']}"
    assert rewritten(verdict(9.9), text=text).text == START
    assert rewritten(verdict(5.0), text=text).text == text


def test_answers_that_are_too_long_are_to_be_brief():
    long = verdict(120.0, "words_per_response", Range(40.0, 80.0))
    edit = rewritten(long)
    assert "- Be brief: about 72 words." in edit.text
    again = rewritten(long, text=edit.text)
    assert again.text.count("Be brief") == 1
    assert "about 41 words" in again.text


def test_a_line_that_speaks_of_another_metric_is_not_believed():
    famous = verdict(0.5, "popularity_share", Range(0.05, 0.3))
    feedback = feedback_text(findings([verdict(5.0), famous]))
    own, others = (METRICS[name].too_low for name in ("item_entropy", "era_entropy"))
    asked = EditRequest("items_talk", "Guidelines", START, "", "", feedback.replace(own, others))
    edit = RuleEditor().rewrite(asked)
    assert "Vary the films" not in edit.text
    assert "not name only the famous ones" in edit.text


def accepting(share, text=START):
    return rewritten(verdict(share, "acceptance_rate", Range(0.48, 0.72)), text=text).text


def test_a_share_of_yes_is_moved_to_the_middle_by_other_stars():
    first = accepting(0.99)
    assert "at least 3.5 stars" in first
    assert "at least 3.75 stars" in accepting(0.7, first)
    assert "at least 3.25 stars" in accepting(0.5, first)
    assert accepting(0.61, first) == first
    assert "at least 3.2 stars" in accepting(0.48, first)


def test_stars_stay_between_a_half_and_five():
    text = accepting(0.99)
    for _ in range(20):
        text = accepting(0.99, text)
    assert "at least 5.0 stars" in text
    for _ in range(20):
        text = accepting(0.01, text)
    assert "at least 0.5 stars" in text
    assert text.count("stars") == 1


def test_other_sections_stay_as_they_are():
    assert rewritten(verdict(5.0), text="{{ persona }}", section="Persona").text == "{{ persona }}"


@pytest.mark.parametrize("metric, side", _ADVICE)
def test_all_advice_is_about_metrics_that_there_are(metric, side):
    assert metric in METRICS
    assert side in ("too low", "too high")
    assert METRICS[metric].direction != ("lower" if side == "too high" else "upper")
