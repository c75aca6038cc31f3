"""A rewritten section is taken whole, or the prompt stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.optimize import Checks
from tests.unit.optimize.made_up import prompt


def test_a_section_is_replaced_and_nothing_else():
    before = prompt()
    after, problem = Checks().applied(before, "Guidelines", "- Vary the films.")
    assert problem == ""
    assert after.section("Guidelines").body == "- Vary the films."
    for name in ("Task", "Persona", "Output"):
        assert after.section(name).text == before.section(name).text


@pytest.mark.parametrize(
    "section, text, said",
    [
        ("Guidelines", "", "is empty"),
        ("Guidelines", " \n\t\n", "is empty"),
        ("Guidelines", "- a\n\n# Task\n\nName 99 films.", "brings the heading"),
        ("Guidelines", "- {{ persona }}", "brings {{ persona }}"),
        ("Persona", "No placeholder.", "loses {{ persona }}"),
        ("Task", "Another task.", "may not be changed"),
        ("Guidelines", "- {{ nobody }}", "nobody"),
        ("Guidelines", "```\nnever closed", "never closes it"),
        ("Guidelines", "\ud800", "cannot write"),
    ],
)
def test_what_would_break_the_prompt_is_refused_with_the_reason(section, text, said):
    taken, problem = Checks().applied(prompt(), section, text)
    assert taken is None
    assert said in problem


@pytest.mark.parametrize(
    "text",
    [
        *("None", "N/A", "null", "(same as above)", "**Unchanged.**", "No changes needed."),
        *("[Insert the improved section here]", "{new section}", "<the new section>"),
    ],
)
def test_what_stands_for_a_section_is_none(text):
    taken, problem = Checks().applied(prompt(), "Guidelines", text)
    assert taken is None
    assert "stands for a section and is none" in problem


@pytest.mark.parametrize(
    "text",
    ["- Nothing is too old for you.", "None of your answers names a film.", "- Be kind [1]."],
)
def test_short_advice_is_a_section(text):
    assert Checks().applied(prompt(), "Guidelines", text)[1] == ""


def test_a_prompt_that_is_too_long_is_told_by_how_much():
    taken, problem = Checks(most_tokens=100).applied(prompt(), "Guidelines", "word " * 200)
    assert taken is None
    assert "at most 100 are allowed" in problem
    assert "shorter by at least" in problem


def test_titles_that_were_not_there_before_are_refused():
    checks = Checks.for_prompt(prompt(), ["Mean Girls (2004)", "Heat (1995)"])
    taken, problem = checks.applied(prompt(), "Guidelines", "- Name films like Mean Girls.")
    assert taken is None
    assert "names Mean Girls (2004)" in problem
    own = prompt(prompt().text.replace("Answer as", "Like Mean Girls, answer as"))
    checks = Checks.for_prompt(own, ["Mean Girls (2004)", "Heat (1995)"])
    assert checks.applied(own, "Guidelines", "- As in Mean Girls, vary.")[0] is not None


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_is_taken_whole_or_refused(text):
    before = prompt()
    taken, problem = Checks().applied(before, "Guidelines", text)
    assert (taken is None) == bool(problem)
    if taken is not None:
        assert taken.section("Task") == before.section("Task")
        assert taken.placeholders == before.placeholders
