"""Two calls rewrite a section, and no reply of a model that misbehaves is ever taken."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crs_simcheck.engines import Reply
from crs_simcheck.errors import EngineUnavailableError
from crs_simcheck.optimize import DirectEditor, Editor
from crs_simcheck.optimize.direct import TAGS
from crs_simcheck.optimize.replies import ECHOES, new_section, without_thinking
from tests.unit.optimize.misbehaving import (
    BAD,
    GOOD,
    GRADIENT,
    REFUSED,
    Model,
    assert_rest_as_it_was,
    calls,
    good,
    prove_refused,
    request,
    search,
    shown,
    too_long,
)


def test_two_calls_make_a_section(tmp_path):
    model = Model(TAGS, good)
    with calls(tmp_path, model) as asking:
        editor = DirectEditor(asking)
        edit = editor.rewrite(request())
        assert edit.text == GOOD
        assert edit.gradient == GRADIENT
        assert edit.calls == 2
        assert isinstance(editor, Editor)
        assert editor.name == "direct (scripted:script)"
        assert editor.rewrite(request()).calls == 0
    backward, optimizer = map(shown, model.asked)
    for part in (request().text, request().prompt, request().criteria, request().feedback):
        assert part in backward
    assert GRADIENT in optimizer
    assert "not taken" not in optimizer
    with calls(tmp_path, lambda _: pytest.fail("asked again")) as asking:
        assert DirectEditor(asking).rewrite(request()) == edit.__class__(GOOD, GRADIENT)


@pytest.mark.parametrize("bad", [*BAD.values(), *REFUSED.values()], ids=[*BAD, *REFUSED])
def test_what_may_not_be_taken_is_asked_for_again(tmp_path, bad):
    prove_refused(tmp_path, DirectEditor, TAGS, bad)


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_no_text(tmp_path, bad):
    with calls(tmp_path, Model(TAGS, bad[0])) as asking:
        edit = DirectEditor(asking).rewrite(request())
    assert edit.text is None
    assert bad[1] in edit.problem


def test_a_long_rewrite_is_asked_again_with_the_number(tmp_path):
    model = Model(TAGS, REFUSED["5,000 tokens"][0], good)
    with calls(tmp_path, model) as asking:
        found = search(DirectEditor(asking))
    again = next(text for text in model.rewrites if "not taken" in text)
    assert re.search(r"would have [0-9],[0-9]{3} tokens, and at most 2,048 are allowed", again)
    assert re.search(r"shorter by at least [0-9],[0-9]{3} tokens", again)
    assert found.best is not None


def test_a_gradient_is_asked_for_once_however_often_the_section_is(tmp_path):
    model = Model(TAGS, BAD["empty"][0], BAD["no tags"][0], good)
    with calls(tmp_path, model) as asking:
        search(DirectEditor(asking))
    assert len(model.asked) == 2 + 1 + 3  # persona; one gradient and three tries of the guidelines


def test_an_empty_gradient_is_asked_for_again_and_never_used(tmp_path):
    model = Model(TAGS, good)
    said = iter(["", "<think>hm</think>", GRADIENT, GRADIENT])
    model.gradient = lambda: next(said)
    with calls(tmp_path, model) as asking:
        editor = DirectEditor(asking)
        for attempt in range(2):
            edit = editor.rewrite(request(attempt=attempt))
            assert edit.text is None
            assert edit.calls == 1
            assert edit.problem == "The model did not say what to improve."
        assert editor.rewrite(request(attempt=2)).text == GOOD


def test_a_context_that_is_too_short_is_a_problem_and_no_error(tmp_path):
    model = Model(TAGS, too_long())
    with calls(tmp_path, model) as asking:
        found = search(DirectEditor(asking))
    assert found.best is None
    assert "9,000 tokens do not fit" in found.steps[0].refused["Guidelines"]
    model = Model(TAGS, good)

    def overflow():
        raise too_long()

    model.gradient = overflow
    with calls(tmp_path / "gradient", model) as asking:
        editor = DirectEditor(asking)
        assert "9,000 tokens" in editor.rewrite(request()).problem
        assert editor.rewrite(request(attempt=1)).calls == 0  # it is no shorter now


def test_a_server_that_reads_a_part_gives_no_section(tmp_path):
    model = Model(TAGS, lambda first, last: Reply(good(first, last), truncated=True))
    with calls(tmp_path, model) as asking:
        edit = DirectEditor(asking).rewrite(request())
    assert edit.text is None
    assert "read only a part" in edit.problem


def test_time_outs_end_a_run_and_the_next_asks_nothing_twice(tmp_path):
    def run(folder, fails):
        model = Model(TAGS, BAD["no tags"][0], good)
        numbers = iter(range(1000))

        def script(asked):
            if fails(next(numbers)):
                raise EngineUnavailableError("no answer in 300 s")
            answered.append(shown(asked))
            # What it says hangs on what it is asked, as a model's reply does.
            model.replies = [good if "not taken" in shown(asked) else BAD["no tags"][0]]
            return model(asked)

        with calls(folder, script) as asking:
            return search(DirectEditor(asking), steps=3)

    answered: list[str] = []
    whole = run(tmp_path / "whole", lambda _: False)
    expected, answered = answered, []
    ended = 0
    for start in range(100):
        try:
            resumed = run(tmp_path / "cut", lambda n, start=start: (n + start) % 10 in (1, 4, 7))
            break
        except EngineUnavailableError:
            ended += 1
    assert ended >= 2
    assert answered == expected
    assert resumed.best.prompt == whole.best.prompt
    first, second = (tmp_path / name / "calls.jsonl" for name in ("whole", "cut"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "reply",
    [
        f"<think>Shall I write {TAGS[0]}?</think>\n{TAGS[0]}{GOOD}{TAGS[1]}",
        f"{TAGS[0]}\n```markdown\n{GOOD}\n```\n{TAGS[1]}",
        f"\r\n  {TAGS[0]} {GOOD} {TAGS[1]} I hope that helps!",
    ],
    ids=["thoughts", "fence", "blanks"],
)
def test_what_is_around_a_section_is_no_part_of_it(reply):
    assert new_section(reply, "- old", tags=TAGS) == (GOOD, "")


def test_what_the_section_held_before_it_may_hold_again():
    old = "- Dots (...) and <ROLE>\n…"
    assert new_section(f"{TAGS[0]}{old}{TAGS[1]}", old, tags=TAGS) == (old, "")


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [*TAGS, TAGS[0].lower(), "x", "\n", "```", "# Task", ECHOES[1], "\ud800", "{{"]
        )
        | st.text(max_size=8)
    ).map("".join)
)
def test_any_reply_is_a_section_between_one_pair_of_tags_or_a_problem(reply):
    text, problem = new_section(reply, "- old", tags=TAGS)
    assert (text is None) == bool(problem)
    if text is not None:
        said = without_thinking(reply)
        assert said.count(TAGS[0]) == said.count(TAGS[1]) == 1
        assert text in said
        assert text.strip()


def test_a_megabyte_is_read_at_once(tmp_path):
    model = Model(TAGS, lambda first, last: f"{first}{'a[' * 500_000}{last}")
    with calls(tmp_path, model) as asking:
        found = search(DirectEditor(asking))
    assert found.best is None
    assert "1,000,000 characters" in found.steps[0].refused["Guidelines"]


def test_the_rest_of_the_prompt_stays(tmp_path):
    with calls(tmp_path, Model(TAGS, good)) as asking:
        assert_rest_as_it_was(search(DirectEditor(asking)).best.prompt)
