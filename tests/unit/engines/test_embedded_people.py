"""Held against people: naive prompts drift, better ones do not.

Other seeds are tried by the example that is built of the same prompts.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from crs_simcheck import check
from crs_simcheck.engines.embedded import EmbeddedEngine
from crs_simcheck.prompts import EDITABLE, SECTIONS, default_prompts
from crs_simcheck.recordings import write_responses
from crs_simcheck.records import TASKS
from tests.unit.engines.embedded_seekers import (
    answers_to,
    better_prompts,
    films,
    synthetic_films,
)

BASELINES = {
    "items_talk": "redial-seekers",
    "bin_pref": "synthetic-raters",
    "open_pref": "amazon-movies-reviewers",
    "rec_request": "redial-seekers",
}
# Metric → task: what the naive prompts must drift on, and the better ones must be within.
DRIFTS = {
    "item_entropy": "items_talk",
    "item_bin_entropy": "items_talk",
    "era_entropy": "items_talk",
    "popularity_share": "items_talk",
    "mean_log_rank": "items_talk",
    "acceptance_rate": "bin_pref",
    "bin_pref_correlation": "bin_pref",
    "aspect_entropy": "open_pref",
    "sentiment_entropy": "open_pref",
    "response_repetition": "rec_request",
}
# On which these seekers are within, and the naive ones too high or too low.
LENGTHS = ("open_pref", "rec_request")
# So near to people that a hundred seekers cannot always tell; drifted is what they must not be.
UNDECIDED = ("ttr", "hdd", "w2v_diversity", "w2v_diversity_yoon")
CALM = ("leakage_rate", "format_violation_rate", "role_confusion_rate", "title_mention_rate")


@cache
def engines():
    own = EmbeddedEngine(films())
    return dict.fromkeys(TASKS, own) | {"bin_pref": EmbeddedEngine(synthetic_films())}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Return (which prompts, seed) → (task, metric) → verdict."""

    @cache
    def of(which, seed):
        folder = tmp_path_factory.mktemp(f"{which}-{seed}")
        prompts = default_prompts() if which == "naive" else better_prompts()
        rows = [
            replace(row, history=(films()[i].label, films()[-i].label))
            for task in BASELINES
            for i, row in enumerate(answers_to(prompts[task], engines()[task], seed=seed), 1)
        ]
        write_responses(rows, folder / "answers.jsonl")
        named = [*DRIFTS, "words_per_response", "format_violation_rate", "ttr", "hdd"]
        verdicts = check(
            folder / "answers.jsonl",
            BASELINES,
            metrics=named if which == "naive" else None,
            draws=100,
            allow_not_people=True,
            seed=seed,
        )
        return {(v.gate.task, v.gate.metric.name): v for v in verdicts}

    return of


def figures(verdicts, wanted, outcome):
    return {
        place: (v.outcome, v.value, v.target)
        for place, v in verdicts.items()
        if place in wanted and v.outcome != outcome
    }


@pytest.mark.parametrize("seed", [0])
def test_naive_prompts_drift(outcomes, seed):
    found = outcomes("naive", seed)
    wanted = {(task, metric) for metric, task in DRIFTS.items()}
    wanted |= {(task, "words_per_response") for task in LENGTHS}
    wanted |= {("rec_request", metric) for metric in UNDECIDED if metric[:3] != "w2v"}
    wanted |= {("bin_pref", "format_violation_rate")}
    assert wanted <= found.keys()
    assert figures(found, wanted, "drifted") == {}
    low = {"item_entropy", "aspect_entropy", "sentiment_entropy", "ttr", "mean_log_rank"}
    assert [m for (_, m), v in found.items() if m in low and v.too_high] == []
    high = {"popularity_share", "acceptance_rate", "words_per_response"}
    assert [place for place in wanted if place[1] in high and not found[place].too_high] == []


@pytest.mark.parametrize("seed", [0])
def test_better_prompts_are_within(outcomes, seed):
    found = outcomes("better", seed)
    wanted = {(task, metric) for metric, task in DRIFTS.items()}
    wanted |= {(task, "words_per_response") for task in LENGTHS}
    wanted |= {place for place in found if place[1] in CALM}
    assert wanted <= found.keys()
    assert len({place for place in wanted if place[1] in CALM}) == 13
    assert figures(found, wanted, "within") == {}
    assert found["bin_pref", "bin_pref_correlation"].interval.low > 0.6
    assert [place for place, v in found.items() if v.outcome == "drifted"] == []


def test_better_prompts_differ_from_the_default_ones_in_the_open_sections_alone():
    for task in TASKS:
        default, better = default_prompts()[task], better_prompts()[task]
        assert better.sha256 != default.sha256
        for name in set(SECTIONS) - set(EDITABLE):
            assert better.section(name).heading == default.section(name).heading
            assert better.section(name).text == default.section(name).text
