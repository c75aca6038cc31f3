"""Feedback says which metric is off, which way, by how much, and what the answers show."""

from __future__ import annotations

from dataclasses import replace

from crs_simcheck.gate import Named
from crs_simcheck.optimize import feedback_text, findings
from crs_simcheck.stats import Range
from tests.unit.optimize.made_up import verdict


def test_the_worst_comes_first_and_what_is_not_measured_is_left_out():
    era = verdict(2.6, "era_entropy", Range(1.5, 2.5))
    found = findings([era, verdict(None), verdict(5.0), verdict(8.2, "item_bin_entropy")])
    assert [one.metric for one in found] == ["item_entropy", "era_entropy", "item_bin_entropy"]
    assert [one.side for one in found] == ["too low", "too high", "fine"]


def test_a_finding_says_value_range_distance_and_meaning():
    (found,) = findings([verdict(5.0)])
    assert found.sentence.startswith("item_entropy (")
    assert "7.8 to 8.6 bits" in found.sentence
    assert "too low by 2.8 bits" in found.sentence


def test_one_that_is_inside_but_not_shown_to_be_is_a_little_off():
    near = replace(verdict(8.5), outcome="inconclusive")
    (found,) = findings([near])
    assert found.side == "too high"
    assert "near the end" in found.sentence


def test_one_that_is_nearer_to_an_end_than_to_the_middle_is_a_little_off():
    far, middle = replace(verdict(7.95), score=6.2), replace(verdict(8.25), score=9.4)
    assert [one.side for one in findings([middle, far])] == ["too low", "fine"]


def test_ends_may_be_open():
    (found,) = findings([verdict(0.2, "leakage_rate", Range(float("-inf"), 0.05))])
    assert "at most 0.05" in found.sentence


def test_evidence_is_told():
    named = Named((("Heat (1995)", 40),), 0.4, 0.09)
    (found,) = findings([replace(verdict(5.0), evidence=named)])
    assert "Heat (1995) ×40" in found.sentence
    assert "of people's 9 %" in found.sentence


def test_a_few_answers_are_quoted_short_and_on_one_line():
    text = feedback_text(findings([verdict(5.0)]), ["a\nb", "c" * 500, "d", "e"])
    quoted = [line for line in text.splitlines() if line.startswith("> ")]
    assert quoted[0] == "> a / b"
    assert len(quoted) == 3
    assert max(map(len, quoted)) < 210
