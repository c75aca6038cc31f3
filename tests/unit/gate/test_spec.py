import math

import pytest

from crs_simcheck.errors import SettingsError
from crs_simcheck.gate import GATE_KEYS, GateSpec, gate_from_table
from crs_simcheck.metrics import metric_named
from crs_simcheck.stats import Range


def spec(metric, task="items_talk", **gate):
    return gate_from_table(task, metric, gate, where="here")


@pytest.mark.parametrize(
    "metric, gate, message",
    [
        ("item_entopy", {}, "did you mean 'item_entropy'"),
        ("acceptance_rate", {}, r"does not stand on items_talk \(it stands on bin_pref\)"),
        ("item_entropy", {"margin": 0.1, "min": 1.0}, "give one"),
        ("item_entropy", {"margin": 0.1, "max": 1.0}, "give one"),
        ("leakage_rate", {"margin": 0.1}, r"leakage_rate = \{ max = 0.05 \}"),
        ("item_entropy", {"margin": -0.1}, "found margin = -0.1, need 0 or more"),
        ("item_entropy", {"margin": True}, "found margin = True, need a finite number"),
        ("item_entropy", {"min": "3"}, "found min = '3', need a finite number"),
        ("item_entropy", {"max": math.inf}, "found max = inf, need a finite number"),
        ("item_entropy", {"max": math.nan}, "found max = nan, need a finite number"),
        ("item_entropy", {"min": 2, "max": 1}, "min = 2 is above max = 1"),
        ("item_entropy", {"rule": "mean"}, "found rule = 'mean', need 'target' or 'estimate'"),
        ("popularity_share", {"top_k": 0}, "found top_k = 0, need a whole number above 0"),
        ("popularity_share", {"top_k": True}, "found top_k = True"),
        ("popularity_share", {"top_k": 1.5}, "found top_k = 1.5"),
    ],
)
def test_what_a_gate_may_not_say(metric, gate, message):
    with pytest.raises(SettingsError, match=message) as caught:
        spec(metric, **gate)
    assert caught.value.field == "here"


def test_what_a_gate_says():
    made = spec("item_entropy", margin=1)
    assert (made.margin, made.named, made.rule, made.top_k) == (1.0, True, "target", 50)
    assert made.range_by_hand is None
    made = spec("popularity_share", min=0.1, max=0.3, rule="estimate", top_k=10)
    assert made.range_by_hand == Range(0.1, 0.3)
    assert (made.rule, made.top_k) == ("estimate", 10)
    assert spec("item_entropy", min=3).range_by_hand == Range(3.0, math.inf)
    usual = {"margin", "min", "max", "rule", "top_k"}
    assert set(GATE_KEYS) == {*usual, "calibration", "uncalibrated"}
    made = spec("neg_feedback", task="neg_feedback", min=6, calibration="c.json")
    assert (made.calibration, made.uncalibrated) == ("c.json", "refuse")


def test_rare_rates_have_an_end_of_their_own():
    assert spec("leakage_rate").range_by_hand == Range(-math.inf, 0.05)
    assert spec("leakage_rate", max=0.02).range_by_hand == Range(-math.inf, 0.02)
    assert spec("leakage_rate", min=0.1).range_by_hand == Range(0.1, math.inf)
    assert spec("response_repetition", task="rec_request").range_by_hand is None


@pytest.mark.parametrize(
    "most, seekers, answers, words",
    [
        (
            0.02,
            88,
            5,
            "takes at least 89 seekers with 5 answers each and nothing seen; here are 88",
        ),
        (0.01, 100, 5, "takes at least 179 seekers"),
        (0.05, 58, 1, "takes at least 59 seekers"),
        (0.0, 10_000, 5, "max = 0 can never be shown"),
    ],
)
def test_a_most_that_so_few_cannot_show_is_said(most, seekers, answers, words):
    assert words in spec("leakage_rate", max=most).advice(seekers, answers)


def test_no_advice_where_there_is_nothing_to_say():
    assert spec("leakage_rate", max=0.02).advice(89, 5) is None
    assert spec("leakage_rate", min=0.02).advice(1, 1) is None
    assert spec("item_entropy", max=0.02).advice(1, 1) is None
    assert GateSpec("items_talk", metric_named("item_entropy")).advice(1, 1) is None
