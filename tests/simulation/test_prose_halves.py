"""Halves of the shipped people, on every metric of prose; sentences' vectors are in the groups."""

from collections import Counter

import pytest

from crs_simcheck.baselines import load_baseline
from crs_simcheck.gate import Comparison, GateSpec, Settings
from crs_simcheck.metrics import metrics_of
from tests.simulation.split import halves

SPLITS = 10
LEAST_WITHIN = 7
PROSE = ("texts", "word_vectors", "sentence_vectors")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, task, count",
    [
        ("redial-seekers", "rec_request", 6),
        ("laps-seekers", "rec_request", 6),
        ("amazon-movies-reviewers", "open_pref", 4),
    ],
)
def test_halves_of_people_never_drift_and_are_mostly_within(name, task, count):
    metrics = [m for m in metrics_of(task) if m.table in PROSE and m.default_max is None]
    assert len(metrics) == count
    outcomes = {metric.name: Counter() for metric in metrics}
    for seed in range(SPLITS):
        comparison = Comparison(
            task,
            *halves(load_baseline(name), task, seed, PROSE),
            settings=Settings(seed, n_draws=200),
        )
        for metric in metrics:
            outcomes[metric.name][comparison.verdict(GateSpec(task, metric)).outcome] += 1
    assert {m: dict(o) for m, o in outcomes.items() if o["drifted"]} == {}
    assert {m: dict(o) for m, o in outcomes.items() if o["within"] < LEAST_WITHIN} == {}
