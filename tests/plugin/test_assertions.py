"""The assertions: the same verdicts and messages as gates, on answers in any shape."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

from crs_simcheck.errors import InputError
from crs_simcheck.project.answers import answers_from
from crs_simcheck.records import Response
from pytest_crs_simcheck import (
    assert_bin_pref_correlation,
    assert_item_entropy,
    assert_neg_feedback,
    assert_no_leakage,
    assert_sentiment_entropy,
    assert_within,
)
from tests.plugin.small_project import FILMS

WITH = {"catalogue": "films.csv", "draws": 200}


@pytest.fixture
def here(project, monkeypatch):
    monkeypatch.chdir(project.path)
    return project


def rows_of(project, name):
    lines = (project.path / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def titles_of(rows):
    return {
        row["seeker"]: [line.partition(". ")[2] for line in row["text"].splitlines()]
        for row in rows
        if row["task"] == "items_talk"
    }


# ------------------------------------------------------------------------ shapes of answers


def test_the_shapes_of_answers_give_one_verdict(here):
    rows = rows_of(here, "alike.jsonl")
    titles = titles_of(rows)
    texts = {seeker: "\n".join(f"- {t}" for t in some) for seeker, some in titles.items()}
    shapes = [
        "alike.jsonl",
        here.path / "alike.jsonl",
        rows,
        [Response(r["task"], r["seeker"], r["text"], r["stimulus"]) for r in rows],
        (row for row in rows),
        titles,
        texts,
        list(titles.items()),
        list(texts.items()),
        list(titles.values()),
        list(texts.values()),
        answers_from(rows),
    ]
    found = [assert_item_entropy(shape, "crowd", **WITH) for shape in shapes]
    assert {(v.outcome, v.value, v.interval, v.target, v.score) for v in found} == {
        (found[0].outcome, found[0].value, found[0].interval, found[0].target, found[0].score)
    }
    assert found[0].outcome == "within"


@pytest.mark.parametrize(
    "answers, task, told",
    [
        (3, "items_talk", "found int; need response rows"),
        ([], "items_talk", "there is no answer"),
        ({}, "items_talk", "there is no answer"),
        ([["Heat (1995)"], None], "items_talk", r"'responses\[1\]': found NoneType"),
        ([{"task": "items_talk", "seeker": "a"}], None, r"responses\[0\].text"),
        (["Yes"], None, "do not say which task"),
        (["Yes"], "bin_pref", "do not say the film"),
        ([["a", 4]], "items_talk", r"'responses\[0\]': found list"),
        (["no such file" + "x" * 9], "neg_feedback", "do not say the film"),
    ],
)
def test_answers_that_are_none_are_refused_with_their_place(answers, task, told):
    with pytest.raises(InputError, match=told):
        answers_from(answers, task)


def test_a_title_of_a_list_cannot_begin_another(here):
    (row,) = answers_from([["Heat\n2. Up (2009)"]], "items_talk")
    assert row.text == "1. Heat 2. Up (2009)"


def test_several_texts_of_a_seeker():
    rows = answers_from({"a": ["one", "two"], "b": "three"}, "rec_request")
    assert [(r.seeker, r.text) for r in rows] == [("a", "one"), ("a", "two"), ("b", "three")]


# ----------------------------------------------------------------------------------- verdicts


def test_a_drift_fails_with_the_words_of_the_gate(here):
    with pytest.raises(AssertionError) as caught:
        assert_item_entropy("narrow.jsonl", "crowd", **WITH)
    gate = here.run("simcheck.toml::narrow").stdout.str()
    told = str(caught.value)
    start = "item_entropy of simulator 'narrow' in items_talk: 1.58 bits"
    assert told.startswith(start)
    flat = " ".join(told.partition("  answers:")[0].split())
    assert flat in " ".join(gate.split())
    assert "answers: narrow.jsonl" in told
    assert "next:    crs-simcheck show narrow.jsonl" in told


def test_keys_of_a_gate(here):
    found = assert_item_entropy("narrow.jsonl", "crowd", margin=9, **WITH)
    assert (found.outcome, found.margin) == ("within", 9)
    assert assert_item_entropy("narrow.jsonl", min=1, max=2, **WITH).people is None
    with pytest.raises(AssertionError, match="need a finite number"):
        assert_item_entropy("narrow.jsonl", "crowd", margin=float("nan"), **WITH)
    with pytest.raises(AssertionError, match="'target' or 'estimate'"):
        assert_item_entropy("narrow.jsonl", "crowd", rule="perhaps", **WITH)
    assert assert_item_entropy("alike.jsonl", "crowd", n=30, **WITH).n_seekers == 30
    with pytest.raises(AssertionError, match="found sead = …, which is no setting"):
        assert_item_entropy("alike.jsonl", "crowd", sead=3)


def test_inconclusive_fails_and_may_warn(here):
    keys = {"max": 0.001, "catalogue": "films.csv"}
    with pytest.raises(AssertionError, match="INCONCLUSIVE"):
        assert_within("alike.jsonl", "unknown_item_rate", **keys)
    with pytest.warns(UserWarning, match="INCONCLUSIVE") as caught:
        found = assert_within("alike.jsonl", "unknown_item_rate", inconclusive="warn", **keys)
    assert found.outcome == "inconclusive"
    assert caught[0].filename == __file__


def test_what_cannot_be_measured_fails_and_never_passes(here):
    for wrong in ("gone.jsonl", "films.csv"):
        with pytest.raises(AssertionError):
            assert_item_entropy(wrong, "crowd")
    with pytest.raises(AssertionError, match="did you mean 'item_entropy'"):
        assert_within("alike.jsonl", "item_entropi", "crowd")
    with pytest.raises(AssertionError, match="on none of the tasks"):
        assert_sentiment_entropy("alike.jsonl", "crowd")
    with pytest.raises(AssertionError, match=r"give task = …:\s+items_talk, bin_pref"):
        assert_within("alike.jsonl", "words_per_response", "crowd")
    with pytest.raises(AssertionError, match="unknown baseline"):
        assert_item_entropy("alike.jsonl", "croud")
    with pytest.raises(AssertionError, match="INCONCLUSIVE"):  # too few seekers
        assert_item_entropy(rows_of(here, "alike.jsonl")[:39], "crowd", **WITH)


def test_correlation_and_two_tasks(here):
    eager = {"catalogue": "films.csv", "draws": 100}
    with pytest.raises(AssertionError, match="bin_pref_correlation of simulator 'eager'"):
        assert_bin_pref_correlation("eager.jsonl", "crowd", **eager)
    found = assert_within("alike.jsonl", "words_per_response", "crowd", task="bin_pref", **WITH)
    assert found.gate.task == "bin_pref"


def test_leakage(here):
    films = list(FILMS[:40])
    requests = {f"s{i:03}": f"I would like something quiet, number {i}." for i in range(120)}
    history = {seeker: [films[i % 40]] for i, seeker in enumerate(requests)}
    (found,) = assert_no_leakage(requests, history, task="rec_request")
    assert (found.outcome, found.value) == ("within", 0)
    leaking = {
        s: f"{text} Like {history[s][0]}." if i < 30 else text
        for i, (s, text) in enumerate(requests.items())
    }
    with pytest.raises(AssertionError, match="30 of 120 answers"):
        assert_no_leakage(leaking, history, task="rec_request")
    with pytest.raises(AssertionError, match=r"no\s+history"):
        assert_no_leakage(requests, task="rec_request")


def test_neg_feedback_by_rule(here):
    rows = [
        {"task": "neg_feedback", "seeker": f"s{i}", "persona": "Loves crime films.",
         "stimulus": {"item": FILMS[i], "relevant": False},
         "text": "No, I hate that kind. I would rather watch a slow crime film instead."}
        for i in range(40)
    ]  # fmt: skip
    keys = {"judge": "rules", "min": 5}
    with pytest.raises(AssertionError, match="uncalibrated"):
        assert_neg_feedback(rows, **keys)
    found = assert_neg_feedback(rows, uncalibrated="allow", **keys)
    assert found.outcome == "within"
    assert found.value > 5
    assert not (here.path / "judgements").exists()
    with pytest.raises(AssertionError, match="only 'rules' judges"):
        assert_neg_feedback(rows, judge="ollama:x", uncalibrated="allow")


# ---------------------------------------------------------------------------- as pytest shows


INSIDE = """
import pytest
from pytest_crs_simcheck import assert_item_entropy, assert_no_leakage

@pytest.mark.crs_simulator("narrow")
class TestNarrow:
    def test_it(self, crs_simulator):
        assert crs_simulator.name == "narrow"
        assert_item_entropy(crs_simulator)

def test_within(simcheck, human_baseline):
    found = assert_item_entropy(simcheck.simulator("alike"), human_baseline)
    assert found.outcome == "within"

def test_estimate(simcheck, human_baseline):
    estimate = simcheck.simulator("alike").estimate("item_entropy")
    assert estimate in human_baseline.range("item_entropy", estimate.n)
    assert 4 < float(estimate) < 8

def test_estimate_outside(simcheck, human_baseline):
    estimate = simcheck.simulator("narrow").estimate("item_entropy")
    assert estimate in human_baseline.range("item_entropy", estimate.n)

def test_number_outside(simcheck, human_baseline):
    assert 1.5 in human_baseline.range("item_entropy", 40)

def test_other_size(simcheck, human_baseline):
    estimate = simcheck.simulator("alike").estimate("item_entropy")
    assert estimate in human_baseline.range("item_entropy", 20)

def test_not_in(simcheck, human_baseline):
    estimate = simcheck.simulator("alike").estimate("item_entropy")
    assert estimate not in human_baseline.range("item_entropy", estimate.n)
"""


@pytest.fixture
def shown(project):
    project.write("test_own.py", INSIDE)
    return project.run("-v", "-p", "no:randomly", flag=False)


def sections(result):
    """Return name of a failed test → its lines."""
    found, name = {}, None
    for line in result.outlines:
        if line.startswith("____") and " " in line:
            name = line.strip("_ ")
            found[name] = []
        elif line.startswith("===="):
            name = None
        elif name is not None:
            found[name].append(line)
    return found


def test_a_failure_shows_the_line_of_the_test_and_none_of_ours(shown):
    shown.assert_outcomes(passed=2, failed=5)
    for name, lines in sections(shown).items():
        text = "\n".join(lines)
        assert "pytest_crs_simcheck" not in text, name
        assert "estimating.py" not in text, name
        assert max(map(len, lines)) <= 100 or name == "test_other_size"
    text = "\n".join(sections(shown)["TestNarrow.test_it[narrow]"])
    assert "assert_item_entropy(crs_simulator)" in text
    assert "E       AssertionError: item_entropy of simulator 'narrow' in items_talk: 1.58" in text
    assert "DRIFTED (too low)" in text.replace("\nE         ", " ")
    assert "named most: " in text
    assert "answers: narrow.jsonl" in text


def test_an_estimate_outside_explains_itself(shown):
    lines = sections(shown)["test_estimate_outside"]
    told = " ".join(" ".join(line.removeprefix("E") for line in lines).split())
    assert "assert item_entropy of simulator 'narrow' in items_talk: 1.58 bits [" in told
    assert "groups of 40 people: " in told
    assert "DRIFTED (too low)" in told
    assert "at this size a drift of " in told
    assert "truncated" not in told


def test_a_number_outside_says_by_how_much(shown):
    text = "\n".join(sections(shown)["test_number_outside"])
    assert "assert 1.5 in <item_entropy of groups of 40 of 'crowd': " in text
    assert "below the lower end" in text


def test_groups_of_another_size_are_refused(shown):
    text = " ".join("\n".join(sections(shown)["test_other_size"]).split())
    assert "values of groups of different sizes cannot be compared" in text
    assert "ask for the range at n = 40" in text


def test_an_error_shows_the_line_of_the_test_and_none_of_ours(project):
    project.write(
        "test_own.py",
        "def test_it(simcheck):\n    assert simcheck.simulator('alike').verdict('item_entropi')\n"
        "def test_people(human_baseline):\n    human_baseline.groups('item_entropy', 900)\n",
    )
    result = project.run(flag=False)
    result.assert_outcomes(failed=2)
    text = result.stdout.str()
    assert "unknown metric 'item_entropi'; did you mean 'item_entropy'?" in text
    assert "groups of 900 cannot be drawn from 80 people" in text
    assert "assert simcheck.simulator('alike').verdict('item_entropi')" in text
    assert ".py:" in text
    assert not [x for x in result.outlines if "simcheck/" in x and ".py:" in x]


def test_the_import_is_cheap():
    code = """
        import sys
        import pytest_crs_simcheck
        heavy = {"numpy", "scipy", "crs_simcheck", "rich", "click"} & set(sys.modules)
        assert not heavy, heavy
        from pytest_crs_simcheck import assert_within
        assert "crs_simcheck" in sys.modules
        assert dir(pytest_crs_simcheck) == pytest_crs_simcheck.__all__
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


def test_every_name_is_there():
    import pytest_crs_simcheck

    assert list(pytest_crs_simcheck.__all__) == sorted(pytest_crs_simcheck._HOMES)
    assert all(getattr(pytest_crs_simcheck, name) for name in pytest_crs_simcheck.__all__)
    with pytest.raises(AttributeError, match="no attribute 'assert_nothing'"):
        _ = pytest_crs_simcheck.assert_nothing
