"""A calibration says how far a judge agrees with people, and when it says nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crs_simcheck.errors import InputError
from crs_simcheck.judge import (
    TOTAL,
    Annotations,
    Case,
    Judged,
    Judgement,
    JudgeSpec,
    Scores,
    calibrate,
    default_rubric,
    identity_of,
    read_calibration,
    write_calibration,
)
from crs_simcheck.records import Response
from crs_simcheck.schemas import load_schema
from crs_simcheck.stats import pearson_of, pearson_test

SPEC = JudgeSpec("ollama", "tiny:latest", default_rubric())
ROW = Response("neg_feedback", "u", "No.", {"item": "Heat", "relevant": False})


def annotations(scores):
    """Return people's scores, (n × k × 4), each answer of a person of its own."""
    table = np.asarray(scores, dtype=float)
    cases = tuple(Case(f"Person {i}.", "Heat", "No.") for i in range(table.shape[0]))
    return Annotations(cases, tuple(f"r{i}" for i in range(table.shape[1])), table, "0" * 64)


def judged(scores):
    return [
        Judged(ROW, (Judgement(None if s is None else Scores(*map(int, s)), "no score"),))
        for s in scores
    ]


def made_up(n=40, k=2, noise=1.5, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 11, (n, 4))
    people = np.clip(truth[:, None, :] + rng.normal(0, noise, (n, k, 4)), 0, 10)
    judge = np.clip(np.rint(truth + rng.normal(0, noise, (n, 4))), 0, 10)
    return people, judge


def calibration(people, judge, **more):
    return calibrate([SPEC], annotations(people), judged(judge), **more)


def test_it_holds_the_judge_against_the_mean_of_the_raters():
    people, judge = made_up()
    found = calibration(people, judge)
    for place, name in enumerate("ABCD"):
        expected = pearson_test(judge[:, place], people[:, :, place].mean(axis=1))
        pearson = found.agreement[name].judge["pearson"]
        assert pearson["value"] == pytest.approx(expected.value, abs=1e-6)
        assert pearson["interval"][0] == pytest.approx(expected.interval.low, abs=1e-6)
        assert pearson["p_value"] == pytest.approx(expected.p_value, abs=1e-6)
        bias = found.agreement[name].judge["bias"]["value"]
        expected = (judge[:, place] - people[:, :, place].mean(axis=1)).mean()
        assert bias == pytest.approx(expected, abs=1e-6)
    total = pearson_test(judge.mean(axis=1), people.mean(axis=(1, 2)))
    assert found.agreement[TOTAL].judge["pearson"]["value"] == pytest.approx(total.value, abs=1e-6)
    assert found.problem(identity_of([SPEC]), ()) == ""


def test_missing_scores_of_people_and_judge_are_left_out():
    people, judge = made_up()
    people[:5, 0, :] = np.nan
    people[5:9, :, 1] = np.nan
    rows = [None if i < 3 else row for i, row in enumerate(judge)]
    found = calibration(people, rows)
    assert found.judged == {"answers": 40, "missing": 3}
    assert found.agreement["A"].judge["pearson"]["n"] == 37
    assert found.agreement["B"].judge["pearson"]["n"] == 33
    assert found.agreement[TOTAL].judge["pearson"]["n"] == 33


def test_the_judges_scores_of_other_answers_narrow_peoples_mean():
    people, judge = made_up(noise=0.8)
    rng = np.random.default_rng(3)
    others = [(f"Other {i}.", float(x)) for i, x in enumerate(rng.uniform(0, 10, 400))]
    alone, more = calibration(people, judge).ppi, calibration(people, judge, others=others).ppi
    assert alone["unlabelled"] == 0
    assert more["unlabelled"] == 400

    def width(found):
        return found["interval"][1] - found["interval"][0]

    assert width(more) < width(alone)
    assert more["labelled_only"]["value"] == alone["value"]


def test_answers_without_a_persons_score_count_as_unlabelled():
    people, judge = made_up()
    people[30:] = np.nan
    found = calibration(people, judge)
    assert found.ppi["unlabelled"] == 10
    assert found.annotations["answers"] == 30


def test_a_judge_that_does_not_vary_is_undefined_and_never_zero_unasked():
    people, judge = made_up()
    judge[:] = 7
    found = calibration(people, judge)
    assert found.agreement[TOTAL].judge["pearson"]["value"] is None
    why = found.problem(identity_of([SPEC]), ())
    assert "undefined, all scores equal 7" in why
    smoothed = calibration(people, judge, smooth=True)
    assert smoothed.agreement[TOTAL].judge["pearson"]["value"] == 0
    assert smoothed.agreement[TOTAL].judge["pearson"]["smoothed"] is True
    assert smoothed.smooth is True
    assert smoothed.problem(identity_of([SPEC]), ())


def test_an_interval_that_holds_0_cannot_be_believed():
    people, judge = made_up(n=10, noise=12, seed=4)
    found = calibration(people, judge)
    low, high = found.agreement[TOTAL].judge["pearson"]["interval"]
    assert low < 0 < high
    assert "may be none" in found.problem(identity_of([SPEC]), ())


def test_a_judge_that_says_the_contrary_cannot_be_believed():
    people, judge = made_up()
    found = calibration(people, 10 - judge)
    assert found.agreement[TOTAL].judge["pearson"]["interval"][1] < 0
    assert "is negative" in found.problem(identity_of([SPEC]), ())


def test_another_judge_rubric_or_model_is_not_this_one():
    people, judge = made_up()
    about = [{"engine": "ollama", "model": "tiny:latest", "digest": "sha256:aa"}]
    found = calibration(people, judge, judges=about)
    own = identity_of([SPEC])
    assert found.problem(own, ["sha256:aa"]) == ""
    assert found.problem(own, []) == ""
    assert "another state of the model" in found.problem(own, ["sha256:bb"])
    other = replace(SPEC, model="big:latest")
    assert "another judge" in found.problem(identity_of([other]), ())
    rubric = replace(SPEC, rubric=replace(default_rubric(), name="mine"))
    assert "another judge" in found.problem(identity_of([rubric]), ())
    assert "another judge" in found.problem(identity_of([replace(SPEC, repeats=2)]), ())


def test_one_criterion_may_be_believed_and_another_not():
    people, judge = made_up()
    judge[:, 0] = 7
    found = calibration(people, judge)
    assert found.problem(identity_of([SPEC]), (), "A")
    assert found.problem(identity_of([SPEC]), (), "C") == ""


def test_it_is_written_and_read_as_it_was(tmp_path):
    people, judge = made_up()
    found = calibration(people, judge, date="2026-11-23")
    path = tmp_path / "calibration.json"
    write_calibration(found, path)
    again = read_calibration(path)
    assert again == found
    assert again.path == path
    first = path.read_bytes()
    write_calibration(calibration(people, judge, date="2026-11-23"), path)
    assert path.read_bytes() == first


@pytest.mark.parametrize("constant", [False, True])
def test_what_is_written_is_as_the_schema_says(tmp_path, constant):
    people, judge = made_up()
    if constant:
        judge[:] = 7
    path = tmp_path / "calibration.json"
    write_calibration(calibration(people, judge, smooth=constant), path)
    document = json.loads(path.read_text())
    jsonschema.validate(document, load_schema("calibration"))
    del document["ppi"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, load_schema("calibration"))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "3", '{"format": 2}', '{"format": 1}'])
def test_what_is_no_calibration_says_so(tmp_path, text):
    path = tmp_path / "calibration.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"calibration\.json"):
        read_calibration(path)


@settings(max_examples=25)
@given(st.data())
def test_a_damaged_calibration_is_read_or_refused_and_never_crashes(tmp_path_factory, data):
    people, judge = made_up(n=8)
    path = tmp_path_factory.mktemp("c") / "calibration.json"
    write_calibration(calibration(people, judge), path)
    document = json.loads(path.read_text())
    place, keys = document, []
    while isinstance(place, dict) and place:
        keys.append(data.draw(st.sampled_from(sorted(place))))
        if data.draw(st.booleans()):
            break
        place = place[keys[-1]]
    inner = document
    for key in keys[:-1]:
        inner = inner[key]
    if isinstance(inner, dict):
        inner[keys[-1]] = data.draw(st.sampled_from([None, 3, "x", [], {}, [1], ["a", "b"], True]))
    path.write_text(json.dumps(document))
    try:
        found = read_calibration(path)
    except InputError:
        return
    for score in (TOTAL, *"ABCD"):
        assert isinstance(found.problem(identity_of([SPEC]), ["sha256:x"], score), str)


@pytest.mark.parametrize(
    "found",
    [
        {"value": 0.6, "interval": [float("nan"), float("nan")]},
        {"value": 0.6, "interval": [0.9, 0.1]},
        {"value": float("inf"), "interval": [0.4, 0.8]},
        {"value": 0.6, "interval": [0.4]},
        {"value": "x", "interval": None},
    ],
)
def test_numbers_that_are_none_are_refused(tmp_path, found):
    people, judge = made_up()
    path = tmp_path / "calibration.json"
    write_calibration(calibration(people, judge), path)
    document = json.loads(path.read_text())
    document["agreement"][TOTAL]["judge"]["pearson"].update(found)
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="this is no calibration"):
        read_calibration(path)


def test_a_calibration_of_several_states_of_one_model_is_none():
    people, judge = made_up()
    about = [
        {"engine": "ollama", "model": "tiny:latest", "digest": f"sha256:{x}"} for x in ("aa", "bb")
    ]
    found = calibration(people, judge, judges=about)
    assert "several states of one model" in found.problem(identity_of([SPEC]), ["sha256:aa"])


def test_it_is_written_to_a_file_and_not_over_a_folder(tmp_path):
    people, judge = made_up()
    for place in (tmp_path, tmp_path / ".."):
        with pytest.raises(InputError, match="need the name of a file"):
            write_calibration(calibration(people, judge), place)


def test_from_how_many_answers_on_an_interval_leaves_0_out():
    page = (Path(__file__).parents[3] / "docs" / "judge.md").read_text(encoding="utf-8")
    for r, n in ((0.5, 16), (0.3, 44), (0.2, 97)):
        assert pearson_of(r, n).interval.low > 0 > pearson_of(r, n - 1).interval.low
        assert f"from {n}" in page or f"{n} on" in page


def test_the_papers_judge_could_not_be_believed():
    """Ten answers and r = .484, as the paper reports: the interval reaches from −.21 to .85."""
    people, judge = made_up(n=10)
    found = calibration(people, judge)
    pearson = {**found.agreement[TOTAL].judge["pearson"], "value": 0.484, "interval": [-0.21, 0.85]}
    worse = replace(
        found.agreement[TOTAL], judge={**found.agreement[TOTAL].judge, "pearson": pearson}
    )
    papers = replace(found, agreement={**found.agreement, TOTAL: worse})
    assert "0.484 [-0.21, 0.85] over 10 answers" in papers.problem(identity_of([SPEC]), ())
