"""What may be spent is never exceeded, whoever asks and whatever engines say of tokens."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.engines import Options, Reply, Request
from crs_simcheck.optimize import BudgetError, most_tokens_of
from crs_simcheck.project.optimize_budget import Budget, Limits
from crs_simcheck.records import Message
from tests.unit.optimize.made_up import prompt

HERE = prompt()


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def planned(text="Name films.", num_predict=50):
    request = Request((Message("user", text),), Options(num_predict=num_predict))
    return SimpleNamespace(request=request)


def reply(prompt_tokens=4, tokens=10):
    return Reply("Heat (1995)", prompt_tokens=prompt_tokens, tokens=tokens)


def test_without_limits_everything_may_be_asked(tmp_path):
    budget = Budget(Limits(), tmp_path)
    budget.begin(HERE)
    assert all(budget.go_on(planned()) for _ in range(1000))
    budget.before_edit(10**9)
    assert budget.spent.calls == 0


@given(st.integers(1, 30), st.integers(1, 3000), st.integers(1, 8), st.lists(st.integers(1, 50)))
def test_neither_requests_nor_tokens_go_over(tmp_path_factory, calls, tokens, slots, said):
    budget = Budget(Limits(calls, tokens), tmp_path_factory.mktemp("b"))
    waiting, lengths = 0, iter(said * 20)
    try:
        budget.begin(HERE)
        while budget.go_on(planned()):
            waiting += 1
            if waiting == slots:
                budget.count(reply(tokens=next(lengths, 1)))
                waiting -= 1
        for _ in range(waiting):
            budget.count(reply(tokens=next(lengths, 50)))
    except BudgetError:
        pass
    assert budget.spent.calls <= calls
    assert budget.spent.tokens <= tokens
    with pytest.raises(BudgetError, match=r"are allowed .*; spent so far: "):
        budget.stop()


def test_a_request_that_failed_makes_room_for_another(tmp_path):
    budget = Budget(Limits(calls=1), tmp_path)
    budget.begin(HERE)
    assert budget.go_on(planned())
    budget.count(None)
    assert budget.go_on(planned())


def test_when_the_time_is_over_nobody_is_asked(tmp_path):
    clock = Clock()
    budget = Budget(Limits(minutes=2), tmp_path, clock)
    budget.begin(HERE)
    assert budget.go_on(planned())
    clock.seconds = 119.0
    assert budget.go_on(planned())
    clock.seconds = 120.0
    assert not budget.go_on(planned())
    with pytest.raises(BudgetError, match=r"at most 2 minutes are allowed \(--max-minutes\)"):
        budget.stop()
    # The next command has its own two minutes.
    Budget(Limits(minutes=2), tmp_path, clock).begin(HERE)


def test_what_was_recorded_before_counts(tmp_path):
    place = tmp_path / "answers" / "abc"
    place.mkdir(parents=True)
    rows = [
        {"request": f"sha256:{n:064}", "task": "items_talk", "seeker": f"u{n}", "text": "Heat",
         "meta": meta}
        for n, meta in enumerate([{"prompt_tokens": 7, "tokens": 3}, {"tokens": 3}, {}, None])
    ]  # fmt: skip
    (place / "items_talk.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    prompts = tmp_path / "prompts" / "abc"
    prompts.mkdir(parents=True)
    (prompts / "items_talk.md").write_text("Name films.")  # at most 4 tokens
    spent = Budget(Limits(), tmp_path).spent
    assert (spent.calls, spent.tokens) == (4, 10 + 7 + 5 + 5)
    with pytest.raises(BudgetError, match="spent so far: 4 requests of the simulator's engine"):
        Budget(Limits(calls=4), tmp_path).begin(HERE)


def test_requests_of_an_editor_count_for_tokens_and_not_for_requests(tmp_path):
    budget = Budget(Limits(calls=2, tokens=100), tmp_path)
    budget.editing = SimpleNamespace(calls=3, tokens=60)
    budget.before_edit(40)
    assert budget.go_on(planned("a", 20))
    with pytest.raises(BudgetError, match=r"at most 100 tokens.*3 of the editor's, 60 tokens"):
        budget.before_edit(41)


def test_the_most_of_a_request_is_its_prompt_and_the_longest_answer():
    assert most_tokens_of(planned("Name films.", 50).request) == 54
