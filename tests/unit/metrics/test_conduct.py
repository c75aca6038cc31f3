"""How recorded answers were given, from rows to shares."""

from __future__ import annotations

import pytest

from crs_simcheck.baselines import measure, measure_group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.gate import Comparison, GateSpec
from crs_simcheck.metrics import METRICS
from crs_simcheck.project.conduct import conduct_line
from crs_simcheck.records import Response
from crs_simcheck.tasks import conduct_of, count_conduct, usual_digest

RATES = [name for name, metric in METRICS.items() if metric.table == "conduct"]


def row(number, text="Yes", **meta):
    known = {"engine": "ollama", "digest": "aa", "done_reason": "stop", "prompt_tokens": 9}
    known = {k: v for k, v in {**known, **meta}.items() if v is not None}
    return Response("bin_pref", f"u{number % 30}", text, {"item": f"F{number} (1990)"}, meta=known)


def group_of(rows):
    films = Catalogue("none", ())
    return measure_group(measure(rows, films), films, name="s", speakers="simulator")


def value(rows, name):
    comparison = Comparison("bin_pref", group_of(rows), None)
    return comparison.verdict(GateSpec("bin_pref", METRICS[name], named=True))


FAULTS = {
    "empty_rate": row(3, text=" ..."),
    "refusal_rate": row(3, text="As an AI, I cannot say."),
    "thinking_rate": row(3, text="<think>x</think> Yes"),
    "cut_short_rate": row(3, done_reason="length"),
    "truncated_prompt_rate": row(3, truncated=True),
    "other_model_rate": row(3, digest="bb"),
    "unrepeated_rate": row(3, again="different"),
}


@pytest.mark.parametrize("name", RATES)
def test_each_rate_counts_its_own_fault(name):
    good = [row(i, again="same") for i in range(60)]
    assert value(good, name).value == 0.0
    verdict = value([*good[:3], FAULTS[name], *good[4:]], name)
    assert verdict.value == pytest.approx(1 / 60)
    assert verdict.target.high == 0.05
    others = [n for n in RATES if n != name]
    rows = [*good[:3], FAULTS[name], *good[4:]]
    assert all(value(rows, other).value == 0.0 for other in others)


def test_what_nobody_could_tell_is_not_measured():
    rows = [row(i, digest=None, done_reason=None, prompt_tokens=None) for i in range(40)]
    for name in ("cut_short_rate", "truncated_prompt_rate", "other_model_rate", "unrepeated_rate"):
        verdict = value(rows, name)
        assert verdict.outcome == "inconclusive"
        assert "could be read in" in verdict.reason
    assert value(rows, "empty_rate").value == 0.0


def test_answers_from_elsewhere_have_no_conduct():
    rows = [Response("bin_pref", f"u{i}", "Yes", {"item": "A"}) for i in range(40)]
    assert "conduct" not in group_of(rows).task("bin_pref").tables
    assert count_conduct(rows) == (0, {})
    assert conduct_line(rows) == ""


def test_of_two_models_the_one_that_answered_more_is_usual():
    rows = [row(i, digest="bb" if i < 20 else "aa") for i in range(30)]
    assert usual_digest(rows) == usual_digest(rows[::-1]) == "bb"
    assert usual_digest([row(0, digest="b"), row(1, digest="a")]) == "a"
    assert sum(conduct_of(r, "bb")["other_model"] for r in rows) == 10


def test_the_line_tells_what_there_is_and_no_more():
    rows = [row(0), row(1, done_reason="length"), row(2, done_reason="length", again="different")]
    assert (
        conduct_line(rows)
        == "of 3 answers: 2 cut short by num_predict, 1 otherwise when asked again"
    )
    assert conduct_line(rows[:1]) == ""
