"""GEPA searches with cohorts of seekers; what it may keep, see and leave behind is ours to say."""

from __future__ import annotations

import builtins
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import EngineUnavailableError, InputError
from crs_simcheck.optimize import (
    Checks,
    DirectEditor,
    Edit,
    Evaluation,
    GepaSearch,
    LoopSettings,
    Optimizer,
    Search,
    part_of,
)
from crs_simcheck.optimize.by_gepa import undominated
from crs_simcheck.optimize.direct import TAGS
from crs_simcheck.stats import Range
from tests.unit.optimize.made_up import (
    SEEKERS,
    TEXT,
    MadeUp,
    MoreEachTime,
    Scripted,
    prompt,
    verdict,
)
from tests.unit.optimize.misbehaving import (
    BAD,
    CHECKS,
    REFUSED,
    Model,
    assert_rest_as_it_was,
    calls,
    good,
)
from tests.unit.optimize.test_by_textgrad import run

GOOD = "- Answer as this person would.\n- Vary, vary, vary the films."


def gepa(world, editor, *, text=TEXT, checks=None, tell=lambda *_: None, rate=None, **settings):
    made = GepaSearch(
        "items_talk",
        world.evaluate,
        world.rescore,
        editor,
        lambda _verdicts: "criteria",
        checks or Checks(),
        LoopSettings(**{"batch": 10, "steps": 4, **settings}),
        tell,
        rate,
    )
    return made, made.run(prompt(text), SEEKERS)


class TwoMetrics(MadeUp):
    """Each line "vary" raises variety; each "old" the decades, and lowers the variety a little."""

    def evaluate(self, prompt, seekers):
        found = super().evaluate(prompt, seekers)
        old = prompt.section("Guidelines").text.lower().count("old")
        variety = self.value(prompt, seekers) - 0.3 * old
        return Evaluation(
            (
                verdict(variety),
                verdict(1.0 + 0.4 * old, "era_entropy", Range(1.5, 2.5)),
            ),
            (),
            found.answers,
        )


class Advisor(Scripted):
    """Says of each text what it was told to say next, whatever the text was."""

    def rewrite(self, asked):
        if asked.section != "Guidelines":
            return Edit(asked.text)
        self.asked.append(asked)
        line = self.texts.pop(0) if self.texts else ""
        return Edit(f"{asked.text}\n{line}".rstrip(), "more", 1)


@given(
    st.lists(st.fixed_dictionaries({"a": st.integers(0, 3), "b": st.integers(0, 3)}), min_size=1)
)
def test_the_front_holds_what_nothing_beats_and_everything_else_is_beaten(scores):
    front = undominated(scores)
    assert front
    for place, own in enumerate(scores):
        beaten = any(
            other != own and other["a"] >= own["a"] and other["b"] >= own["b"] for other in scores
        )
        assert (place in front) != beaten


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_nearer_is_never_worse_however_far_off(one, other):
    near, far = sorted((one, other), key=lambda value: abs(value - 8.2))
    scores = [Evaluation((verdict(value),)).nearness["item_entropy"] for value in (near, far)]
    assert 0 < scores[1] <= scores[0] <= 10
    assert Evaluation((verdict(None),)).nearness["item_entropy"] == 0


def test_importing_optimize_imports_no_gepa(tmp_path):
    code = """
        import sys
        import crs_simcheck.cli
        from crs_simcheck.optimize import GepaSearch
        assert "gepa" not in sys.modules
    """
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr


def test_without_gepa_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def absent(name, *others, **named):
        if name.partition(".")[0] == "gepa":
            raise ModuleNotFoundError("No module named 'gepa'", name="gepa")
        return real(name, *others, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    world = MadeUp()
    with pytest.raises(InputError, match=re.escape("pip install 'crs-simcheck[optimize]'")):
        gepa(world, Scripted(GOOD))
    assert world.asked == []


@pytest.mark.optimize
def test_a_better_prompt_is_found_and_judged_as_by_the_loop():
    world = MadeUp()
    told = []
    search, found = gepa(world, Scripted(GOOD), tell=lambda what, _about: told.append(what))
    assert isinstance(search, Optimizer)
    assert found.best.step == 1
    assert found.best.prompt.section("Guidelines").body == GOOD
    assert found.after.done
    assert_rest_as_it_was(found.best.prompt)
    assert told.count("step") == len(found.steps) == 1  # all is within: nothing is left to do
    train = {s for s in SEEKERS if part_of(s) == "train"}
    test = {s for s in SEEKERS if part_of(s) == "test"}
    seen = [set(seekers) for _, seekers in world.asked]
    assert [one for one in seen if one & test] == [test, test]
    first_on_validation = next(n for n, one in enumerate(seen) if not one <= train)
    assert all(not one & train for one in seen[first_on_validation:])
    # The same comparison as the loop makes of the same prompts.
    loop = Search(
        "items_talk",
        world.evaluate,
        world.rescore,
        Scripted(GOOD),
        lambda _verdicts: "criteria",
        Checks(),
        LoopSettings(batch=10, steps=4),
    ).run(prompt(), SEEKERS)
    assert (found.candidates[1].gain, found.candidates[1].low) == (
        loop.candidates[1].gain,
        loop.candidates[1].low,
    )


@pytest.mark.optimize
def test_cohorts_are_disjoint_and_a_rewrite_that_is_worse_costs_one_of_them():
    world = MadeUp()
    _, found = gepa(world, Scripted("- Answer briefly.", GOOD))
    train = [(text, set(who)) for text, who in world.asked if part_of(who[0]) == "train"]
    first = [who for text, who in train if text == prompt().content]
    assert len(first) == 4
    assert all(len(who) == 10 for who in first)
    assert sum(map(len, first)) == len(set().union(*first))
    briefly = [who for text, who in train if "Answer briefly" in text]
    assert len(briefly) == 1
    assert briefly[0] in first
    assert [step.asked for step in found.steps] == [40, 50]
    assert found.best.prompt.section("Guidelines").body == GOOD


@pytest.mark.optimize
def test_a_prompt_that_is_best_at_one_metric_is_gone_on_from():
    world = TwoMetrics(each=0.7)
    editor = Advisor("- Vary. Vary.", "- Old. Old.", "- Vary. Vary.", "- Old.", "- Vary.")
    _, found = gepa(world, editor, steps=6)
    assert found.best is not None
    assert found.best.evaluation.done
    assert {one.evaluation.verdicts[1].value for one in found.candidates} >= {1.0}
    parents = {step.prompt.content for step in found.steps}
    assert len(parents) > 1


@pytest.mark.optimize
def test_what_another_beats_at_everything_is_not_compared():
    world = MadeUp()
    _, found = gepa(world, MoreEachTime(), steps=3)
    assert [c.step for c in found.candidates] == [0, 3]


@pytest.mark.optimize
def test_no_more_is_asked_than_may_be():
    world = MadeUp(each=0.1)
    _, found = gepa(world, MoreEachTime(), steps=50, most_asked=150)
    asked = {(text, s) for text, who in world.asked for s in who if part_of(s) == "train"}
    assert 110 < len(asked) <= 150
    assert found.steps[-1].asked <= 150
    world = MadeUp()
    _, found = gepa(world, MoreEachTime(), most_asked=9)
    assert found.steps == ()
    assert found.best is None


@pytest.mark.optimize
@pytest.mark.parametrize("bad", [*BAD.values(), *REFUSED.values()], ids=[*BAD, *REFUSED])
def test_what_may_not_be_taken_never_becomes_a_candidate(tmp_path, bad):
    world = MadeUp()
    with calls(tmp_path, Model(TAGS, bad[0])) as asking:
        _, found = gepa(world, DirectEditor(asking), checks=CHECKS, steps=2)
    assert found.best is None
    assert {text for text, _ in world.asked} == {prompt().content}
    assert bad[1] in found.steps[0].refused["Guidelines"]
    with calls(tmp_path / "good", Model(TAGS, bad[0], good)) as asking:
        _, found = gepa(world, DirectEditor(asking), checks=CHECKS, steps=2)
    assert found.best is not None
    assert_rest_as_it_was(found.best.prompt)


@pytest.mark.optimize
def test_what_stops_the_editor_or_the_simulator_stops_the_run():
    with pytest.raises(EngineUnavailableError, match="gone"):
        gepa(MadeUp(), Scripted(EngineUnavailableError("gone")))

    class Dead(MadeUp):
        def evaluate(self, prompt, seekers):
            if "vary" in prompt.content.lower():
                raise EngineUnavailableError("no seeker")
            return super().evaluate(prompt, seekers)

    with pytest.raises(EngineUnavailableError, match="no seeker"):
        gepa(Dead(), Scripted(GOOD))

    class Interrupted(Scripted):
        def rewrite(self, asked):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gepa(MadeUp(), Interrupted())


@pytest.mark.optimize
def test_a_run_that_was_cut_off_asks_nothing_twice(tmp_path):
    answered: list[str] = []
    ended = 0
    for start in range(100):
        model = Model(TAGS, good)
        numbers = iter(range(start, 1000))

        def script(asked, numbers=numbers, model=model):
            if next(numbers) % 3 == 1:
                raise EngineUnavailableError("no answer in 300 s")
            answered.append("\n".join(m.content for m in asked.messages))
            return model(asked)

        with calls(tmp_path, script) as asking:
            try:
                _, found = gepa(MadeUp(), DirectEditor(asking))
                break
            except EngineUnavailableError:
                ended += 1
    assert ended >= 2
    assert len(answered) == len(set(answered))
    assert found.best is not None


@pytest.mark.optimize
def test_where_nothing_is_off_nobody_is_asked_to_rewrite():
    world = MadeUp()
    world.value = lambda _prompt, _seekers: 8.2
    editor = Scripted(GOOD)
    _, found = gepa(world, editor)
    assert (editor.asked, found.best, found.steps) == ([], None, ())


SEARCH = """
    import os, socket, sys, warnings

    warnings.simplefilter("error")
    before = dict(os.environ)

    def no_network(*_):
        raise AssertionError("network")

    socket.socket.connect = no_network
    socket.getaddrinfo = no_network

    from tests.unit.optimize.test_by_gepa import Advisor, TwoMetrics, gepa

    editor = Advisor("- Vary. Vary.", "- Old. Old.", "- Vary. Vary.", "- Old.", "- Vary.")
    steps = []
    _, found = gepa(TwoMetrics(each=0.7), editor, steps=6)
    assert "gepa" in sys.modules
    assert not {"litellm", "openai", "wandb", "mlflow"} & set(sys.modules)
    assert dict(os.environ) == before
    with open(sys.argv[1], "w") as file:
        for step in found.steps:
            file.write(f"{step.number} {step.prompt.sha256} {step.seekers} {step.asked}\\n")
        for one in found.candidates:
            file.write(f"{one.step} {one.prompt.sha256} {one.gain} {one.low}\\n")
"""


@pytest.mark.optimize
def test_nothing_is_printed_or_left_and_two_processes_go_the_same_way(tmp_path):
    cwd, temporary = tmp_path / "cwd", tmp_path / "temporary"
    cwd.mkdir()
    temporary.mkdir()
    files = []
    for seed in ("1", "2"):
        done = run(
            SEARCH,
            cwd,
            tmp_path / seed,
            PYTHONHASHSEED=seed,
            TMPDIR=str(temporary),
            HOME=str(tmp_path / "home"),
        )
        assert done.returncode == 0, done.stderr
        assert (done.stdout, done.stderr) == ("", "")
        files.append((tmp_path / seed).read_bytes())
    assert files[0] == files[1]
    assert files[0].count(b"\n") > 4
    assert list(cwd.iterdir()) == []
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "home").exists()
