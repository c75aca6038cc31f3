"""Rules of form."""

from __future__ import annotations

import pytest

from crs_simcheck.instruments import format_violation

TASKS = ["items_talk", "bin_pref", "open_pref", "rec_request", "neg_feedback"]
PROSE = TASKS[2:]


@pytest.mark.parametrize("task", [*TASKS, "another"])
@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b", "\ufeff \u00a0"])
def test_empty(task, text):
    assert format_violation(task, text, {}) == "empty"


@pytest.mark.parametrize(
    "text, stimulus",
    [
        ("Heat (1995)", {}),
        ("Heat (1995)\n\nUp (2009)\n", {"n_items": 2}),
        ("1. Heat (1995)\n2) Up (2009)", {"n_items": 2}),
        ("12 Angry Men (1957)", {"n_items": 1}),
        ("Ocean\u2019s Eleven (2001)", {"n_items": 1}),
        ("Heat (1995)", {"n_items": "people"}),
        ("Heat (1995)", {"n_items": None}),
        ("Heat (1995)\nUp (2009)", {"n_items": True}),
    ],
)
def test_items_talk_in_form(text, stimulus):
    assert format_violation("items_talk", text, stimulus) is None


@pytest.mark.parametrize(
    "text",
    [
        "Heat",
        "- Heat (1995)",
        "**Heat** (1995)",
        '"Heat" (1995)',
        "Heat (1995) - so good",
        "Heat (1995).",
        "Heat (1995), Up (2009)",
        "I love Heat (1995)",
        "Here they are:\nHeat (1995)",
        "(1995)",
    ],
)
def test_items_talk_out_of_form(text):
    assert format_violation("items_talk", text, {"n_items": 1}) == "not_one_title_per_line"


@pytest.mark.parametrize("asked", [0, 1, 3])
def test_wrong_count(asked):
    text = "Heat (1995)\nUp (2009)"
    assert format_violation("items_talk", text, {"n_items": asked}) == "wrong_count"


@pytest.mark.parametrize("text", ["Yes", " no\n", "NO"])
def test_bin_pref_in_form(text):
    assert format_violation("bin_pref", text, {}) is None


@pytest.mark.parametrize("text", ["Yes.", "Yes, I did", "yeah", "Yes\nNo", "5"])
def test_bin_pref_out_of_form(text):
    assert format_violation("bin_pref", text, {}) == "not_yes_or_no"


@pytest.mark.parametrize("task", PROSE)
@pytest.mark.parametrize(
    "text",
    [
        "I liked it. The ending was strong.",
        "Well - not bad - could be shorter.",
        "- a dash to begin with, and no list",
        "1. is where I would rank it",
        "It was *very* good, **really** good.",
        "My verdict: good.",
        "Seen in [2010], liked a lot {so to say} <3",
        "\U0001f600",
        "#1 film of that year",
        "It begins with `code` and ends well",
        "[sigh] not again",
    ],
)
def test_prose_in_form(task, text):
    assert format_violation(task, text, {}) is None


@pytest.mark.parametrize("task", PROSE)
@pytest.mark.parametrize(
    "text, violation",
    [
        ("Two things:\n- the cast\n- the end", "list"),
        ("1. the cast\n2. the end", "list"),
        ("  * one\n  * two", "list"),
        ("## Review\nIt was good.", "list"),
        ("**Review**\nIt was good.", "list"),
        ("User: I want a film", "speaker_label"),
        ("Fine.\nAssistant: Try a western", "speaker_label"),
        ("**Seeker:** hello", "speaker_label"),
        ("I saw {{ item }} twice.", "template"),
        ("I saw {item} twice.", "template"),
        ("Best, [Your name]", "template"),
        ("I watched [movie title] with him.", "template"),
        ("I liked <title> a lot", "template"),
        ('{"answer": "good"}', "structured"),
        ('["good", "bad"]', "structured"),
        ("```\nIt was good.\n```", "structured"),
        ('```json\n{"a": 1}\n```', "structured"),
    ],
)
def test_prose_out_of_form(task, text, violation):
    assert format_violation(task, text, {}) == violation


def test_text_that_only_looks_like_json_is_prose():
    assert format_violation("open_pref", "{nested " * 10 + "}" * 10, {}) is None
    assert format_violation("open_pref", "[" * 100_000 + "]" * 100_000, {}) in {None, "structured"}


def test_an_unknown_task_asks_for_text_only():
    assert format_violation("another", "- a\n- b", {}) is None
