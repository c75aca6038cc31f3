"""A model's number steers the search; which prompt is better, gates say."""

from __future__ import annotations

import pytest

from crs_simcheck.optimize import (
    Checks,
    GepaSearch,
    LlmEvaluator,
    LoopSettings,
    Rated,
    Search,
    criteria_for,
)
from tests.unit.optimize.made_up import SEEKERS, MadeUp, MoreEachTime, Scripted, prompt
from tests.unit.optimize.misbehaving import calls, shown

GOOD = "- Answer as this person would.\n- Vary, vary, vary the films."


def search(world, editor, rate, kind=Search, **settings):
    made = kind(
        "items_talk",
        world.evaluate,
        world.rescore,
        editor,
        lambda _verdicts: "criteria",
        Checks(),
        LoopSettings(**{"batch": 10, "steps": 2, **settings}),
        rate=rate,
    )
    return made.run(prompt(), SEEKERS)


def test_the_editor_is_told_the_number_and_no_measured_figure():
    editor = Scripted(GOOD)
    found = search(MadeUp(), editor, lambda _of: Rated(3.0, 10, answers=5))
    assert len(editor.asked) == 2
    for asked in editor.asked:
        assert "gives 3, of 0 (worst) to 10" in asked.feedback
        assert "item_entropy" not in asked.feedback
        assert "> Heat (1995)" in asked.feedback
    assert found.steps[0].rated.value == 3.0
    assert found.best.prompt.section("Guidelines").body == GOOD  # since its gates are within


def test_a_prompt_that_the_model_praises_is_taken_only_where_gates_are_better():
    found = search(MadeUp(), Scripted("- Praise."), lambda _of: Rated(9.0, 10, answers=5))
    assert len(found.candidates) == 2
    assert found.best is None


@pytest.mark.parametrize("rated", [Rated(None, 10, "no number"), Rated(10.0, 10), Rated(1.0, 1)])
def test_without_a_number_or_with_the_best_nothing_is_rewritten(rated):
    editor = Scripted(GOOD)
    found = search(MadeUp(), editor, lambda _of: rated)
    assert editor.asked == []
    assert found.best is None
    assert len(found.steps) == (1 if rated.value else 2)


@pytest.mark.optimize
def test_gepa_goes_by_the_number():
    world = MadeUp(each=0.0)  # nothing measured ever changes

    def rate(evaluation):
        text = world.asked[-1][0].lower()
        return Rated(min(10.0, 2.0 * text.count("vary")), 10, answers=len(evaluation.answers))

    found = search(world, MoreEachTime(), rate, GepaSearch, steps=8)
    assert [step.rated.value for step in found.steps] == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert [c.step for c in found.candidates] == [0, 5]
    assert found.best is None


def test_answers_are_shown_with_what_they_were_given_to(tmp_path):
    asked = []

    def script(request):
        asked.append(shown(request))
        return "7"

    world = MadeUp()
    material = ({"item": "Heat (1995)", "answer": "Yes"},)

    class Given(MadeUp):
        def evaluate(self, prompt, seekers):
            from dataclasses import replace

            return replace(world.evaluate(prompt, seekers), material=material)

    with calls(tmp_path, script) as asking:
        rater = LlmEvaluator(asking)

        def rate(evaluation):
            criteria = criteria_for("items_talk", evaluation.verdicts)
            return rater.rate("items_talk", criteria, evaluation.material)

        found = search(Given(), Scripted(), rate)
        assert asking.calls == len(asked) == 1  # the same answers are rated once
    assert '"item": "Heat (1995)"' in asked[0]
    assert "7.8 to 8.6 bits" in asked[0]
    assert found.steps[0].rated.value == 7.0
