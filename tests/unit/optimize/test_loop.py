"""The result is the best prompt on seekers that it was not made for, or none."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import EngineUnavailableError, InputError
from crs_simcheck.optimize import Checks, LoopSettings, Search, part_of
from tests.unit.optimize.made_up import SEEKERS, MadeUp, MoreEachTime, Scripted, prompt

GOOD = "- Answer as this person would.\n- Vary, vary, vary the films."


def search(world, editor, checks=None, **settings):
    made = Search(
        "items_talk",
        world.evaluate,
        world.rescore,
        editor,
        lambda _verdicts: "criteria",
        checks or Checks(),
        LoopSettings(**settings),
    )
    return made.run(prompt(), SEEKERS)


def test_seekers_are_split_by_hash_and_nobody_elses_place_matters():
    parts = Counter(part_of(f"u{n}") for n in range(20_000))
    assert parts["train"] / 20_000 == pytest.approx(0.4, abs=0.02)
    assert parts["validation"] / 20_000 == pytest.approx(0.3, abs=0.02)
    assert {part_of("u1", seed) for seed in range(40)} == {"train", "validation", "test"}


@given(st.text())
def test_any_seeker_has_a_part(seeker):
    assert part_of(seeker) in ("train", "validation", "test")


def test_too_few_seekers_say_nothing():
    made = Search(
        "items_talk",
        MadeUp().evaluate,
        MadeUp().rescore,
        Scripted(),
        lambda _verdicts: "",
        Checks(),
    )
    with pytest.raises(InputError, match=r"seekers for .*; at least 20 are needed"):
        made.run(prompt(), SEEKERS[:40])


def test_the_best_prompt_wins_and_not_the_last():
    world = MadeUp()
    # One line: 6.7, three: 8.1 (in range), six: 10.2 (too much).
    found = search(
        world,
        Scripted("- vary", GOOD, "- vary vary vary vary vary vary"),
        steps=3,
    )
    assert [round(c.evaluation.verdicts[0].value, 1) for c in found.candidates] == [6.0, 6.7, 8.1]
    assert found.best.step == 2  # which ended the loop: all gates are within
    assert found.after.done


def test_going_too_far_is_not_taken():
    found = search(MadeUp(), Scripted("- vary " * 3, "- vary " * 9, "- vary " * 9), steps=2)
    assert found.best.step == 1


def test_the_parts_never_mix():
    world = MadeUp()
    found = search(world, MoreEachTime(), steps=2, batch=20)
    train = {s for s in SEEKERS if part_of(s) == "train"}
    test = {s for s in SEEKERS if part_of(s) == "test"}
    for step in found.steps:
        assert set(step.seekers) <= train
        assert len(step.seekers) == 20
    assert set(found.steps[0].seekers) != set(found.steps[1].seekers)
    on_test = [set(seekers) for _, seekers in world.asked if set(seekers) & test]
    assert on_test == [test, test]  # before and after, and never between
    fixed = search(MadeUp(), MoreEachTime(), steps=2, batch=20, fixed=True)
    assert fixed.steps[0].seekers == fixed.steps[1].seekers


def test_nothing_is_better_where_nothing_changes():
    found = search(MadeUp(), Scripted(), steps=3)
    assert found.best is None
    assert found.after is None
    assert len(found.candidates) == 1


def test_a_gain_that_may_be_chance_is_none():
    found = search(MadeUp(each=0.02, noise=3.0), MoreEachTime(), steps=3)
    assert len(found.candidates) > 1
    assert found.best is None


def test_a_prompt_that_leaves_another_range_is_refused_unless_traded():
    from dataclasses import replace

    from crs_simcheck.stats import Range
    from tests.unit.optimize.made_up import verdict

    class Costly(MadeUp):
        def evaluate(self, prompt, seekers):
            found = super().evaluate(prompt, seekers)
            grown = "vary" in prompt.content.lower()
            era = verdict(9.0 if grown else 2.0, "era_entropy", Range(1.5, 2.5))
            return replace(found, guards=(era,))

    found = search(Costly(), Scripted(GOOD), steps=1)
    assert found.candidates[1].leaves == ("era_entropy",)
    assert found.best is None
    found = search(Costly(), Scripted(GOOD), steps=1, trade_off=("era_entropy",))
    assert found.best.step == 1


def test_a_section_that_cannot_be_taken_is_asked_for_again_with_the_reason():
    editor = Scripted(None, "", GOOD)
    found = search(MadeUp(), editor, steps=1)
    assert [asked.problem for asked in editor.asked] == [
        "",
        "no tags",
        "The new text is empty. Write the whole section.",
    ]
    assert [asked.attempt for asked in editor.asked] == [0, 1, 2]
    assert found.steps[0].calls == 3
    assert found.best.step == 1


def test_after_three_attempts_the_section_stays_as_it_was():
    found = search(MadeUp(), Scripted(None, None, None), steps=1)
    assert found.steps[0].refused == {"Guidelines": "no tags"}
    assert found.best is None


def test_what_stops_the_editor_stops_the_run():
    with pytest.raises(EngineUnavailableError):
        search(MadeUp(), Scripted(EngineUnavailableError("gone")), steps=1)


def test_the_editor_is_told_what_was_measured():
    editor = Scripted(GOOD)
    search(MadeUp(), editor, steps=1)
    (asked,) = editor.asked
    assert "item_entropy" in asked.feedback
    assert "too low by 1.8 bits" in asked.feedback
    assert "> Heat (1995)" in asked.feedback
    assert asked.text == "- Answer as this person would."


def test_where_nothing_is_off_nobody_is_asked():
    editor = Scripted(GOOD)
    world = MadeUp()
    world.value = lambda _prompt, _seekers: 8.2
    found = search(world, editor)
    assert editor.asked == []
    assert len(found.steps) == 1
    assert found.best is None
