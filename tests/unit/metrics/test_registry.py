import inspect
import math
from typing import get_args

import pytest

from crs_simcheck.errors import UnknownNameError
from crs_simcheck.metrics import METRICS, Margin, Table, metric_named, metrics_of
from crs_simcheck.records import TASKS
from crs_simcheck.stats import Direction

CONDUCT = (
    "empty_rate",
    "refusal_rate",
    "thinking_rate",
    "cut_short_rate",
    "truncated_prompt_rate",
    "other_model_rate",
    "unrepeated_rate",
)
UNITS = {"", "bits", "words", "aspects", "r", "log10 rank", "types per word", "1 − cos", "points"}


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_described_in_full(name):
    metric = METRICS[name]
    assert metric.name == name
    assert metric.unit in UNITS
    assert metric.title
    assert metric.direction in get_args(Direction)
    assert metric.table in get_args(Table)
    assert metric.tasks
    assert set(metric.tasks) <= set(TASKS)
    assert metric.blocks
    assert metric.margin.value > 0
    assert len(metric.margin.reason) > 20, "a margin needs its reason"


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_says_what_a_drift_means_to_each_side_it_looks_at(name):
    metric = METRICS[name]
    assert bool(metric.too_low) == (metric.direction != "upper")
    assert bool(metric.too_high) == (metric.direction != "lower")


@pytest.mark.parametrize("name", METRICS)
def test_what_a_metric_computes_has_a_docstring(name):
    metric = METRICS[name]
    if metric.rate is not None:  # a plain share of two columns
        assert metric.rate.block in metric.blocks
        return
    if metric.paired:
        with pytest.raises(TypeError, match="needs people's ratings"):
            metric.compute(None, None)
        return
    assert inspect.getdoc(metric.compute).startswith("Return ")


def test_the_metrics_are_all_there():
    assert set(METRICS) == {
        "item_entropy",
        "item_bin_entropy",
        "era_entropy",
        "popularity_share",
        "mean_log_rank",
        "unknown_item_rate",
        "repeat_rate",
        "acceptance_rate",
        "bin_pref_correlation",
        "words_per_response",
        "format_violation_rate",
        "leakage_rate",
        "role_confusion_rate",
        "response_repetition",
        "aspect_entropy",
        "sentiment_entropy",
        "star_entropy",
        "aspects_per_response",
        "ttr",
        "hdd",
        "w2v_diversity",
        "w2v_diversity_yoon",
        "sentence_diversity",
        "sentence_diversity_yoon",
        "title_mention_rate",
        "rejection_rate_unfit",
        "rejection_rate_fit",
        "neg_feedback",
        "rejection_clarity",
        "reformulation",
        *CONDUCT,
    }


def test_margins_are_those_that_were_measured():
    assert {name: METRICS[name].margin.value for name in METRICS if METRICS[name].unit} == {
        "item_entropy": 0.40,
        "item_bin_entropy": 0.50,
        "era_entropy": 0.35,
        "mean_log_rank": 0.25,
        "bin_pref_correlation": 0.15,
        "words_per_response": 0.20,
        "aspect_entropy": 0.45,
        "sentiment_entropy": 0.20,
        "star_entropy": 0.30,
        "aspects_per_response": 0.75,
        "ttr": 0.035,
        "hdd": 0.02,
        "w2v_diversity": 0.015,
        "w2v_diversity_yoon": 0.015,
        "sentence_diversity": 0.02,
        "sentence_diversity_yoon": 0.02,
        # of the judge's scale; nobody measured them
        "neg_feedback": 1.0,
        "rejection_clarity": 1.0,
        "reformulation": 1.0,
    }
    assert METRICS["popularity_share"].margin.value == 0.12
    assert METRICS["acceptance_rate"].margin.value == 0.12


def test_a_margin_may_be_a_share_of_peoples_value():
    assert METRICS["words_per_response"].margin.relative
    assert METRICS["words_per_response"].margin.at(10.0) == pytest.approx(2.0)
    assert Margin(0.2, "r", relative=True).at(-10.0) == pytest.approx(2.0)
    assert METRICS["item_entropy"].margin.at(10.0) == 0.40


def test_rare_rates_stand_on_every_task_with_a_most_of_their_own():
    for name in ("format_violation_rate", "leakage_rate", "role_confusion_rate"):
        metric = metric_named(name)
        assert metric.tasks == TASKS
        assert (metric.direction, metric.default_max) == ("upper", 0.05)
    others = [m for m in METRICS.values() if m.default_max is not None]
    assert {m.name for m in others} == {
        "format_violation_rate",
        "leakage_rate",
        "role_confusion_rate",
        "title_mention_rate",
        *CONDUCT,
    }


def test_how_answers_were_given_is_gated_only_by_name():
    assert {m.name for m in METRICS.values() if not m.automatic} == set(CONDUCT)
    assert {m.name for m in METRICS.values() if m.table == "conduct"} == set(CONDUCT)


def test_metrics_of_a_task():
    assert [m.name for m in metrics_of("bin_pref")] == [
        "acceptance_rate",
        "bin_pref_correlation",
        "words_per_response",
        "format_violation_rate",
        "leakage_rate",
        "role_confusion_rate",
        *CONDUCT,
    ]
    for task in TASKS:
        assert metrics_of(task)
        assert all(task in m.tasks for m in metrics_of(task))


def test_an_unknown_metric_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'item_entropy'"):
        metric_named("item_entopy")


def test_default_values_exist_as_numbers():
    assert all(math.isfinite(m.margin.value) for m in METRICS.values())
