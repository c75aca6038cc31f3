"""Real people and a real simulator, where CRS_SIMCHECK_DATA names the source data."""

import math

import pytest

from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.gate import Comparison, GateSpec, Settings
from crs_simcheck.metrics import metric_named, metrics_of
from tests.simulation.split import halves

SPLITS = 10
FILMS_AND_ANSWERS = ("mentions", "answers", "responses")


@pytest.fixture(scope="module")
def redial(data_dir, tmp_path_factory):
    return build("redial", data_dir / "redial", tmp_path_factory.mktemp("groups") / "redial")


@pytest.fixture(scope="module")
def rating(data_dir, tmp_path_factory):
    """Agent4Rec's stars read as yes, against people's, each about films of their own choice."""
    out = tmp_path_factory.mktemp("groups")
    agents = BuildOptions(answers="stars")
    simulator = build("agent4rec", data_dir / "agent4rec_mf", out / "agents", options=agents)
    natural = BuildOptions(films="all")
    people = build("movielens", data_dir / "movielens_small", out / "people", options=natural)
    return Comparison("bin_pref", simulator, people, settings=Settings(n_draws=300))


@pytest.mark.slow
@pytest.mark.parametrize("task", ["items_talk", "rec_request"])
def test_halves_of_people_are_never_drifted_from_each_other(redial, task):
    measured = set()
    for seed in range(SPLITS):
        comparison = Comparison(
            task, *halves(redial, task, seed), settings=Settings(seed, n_draws=300)
        )
        for metric in metrics_of(task):
            spec = GateSpec(task, metric)
            # Metrics of prose: `test_prose_halves.py`.
            if metric.table in FILMS_AND_ANSWERS and comparison.missing(spec) is None:
                verdict = comparison.verdict(spec)
                assert verdict.outcome != "drifted", (seed, metric.name, verdict)
                measured.add(metric.name)
    assert len(measured) >= {"items_talk": 7, "rec_request": 2}[task]


def test_stars_of_a_simulator_read_as_yes_are_too_many(rating):
    verdict = rating.verdict(GateSpec("bin_pref", metric_named("acceptance_rate"), named=True))
    assert verdict.outcome == "drifted"
    assert verdict.too_high
    assert verdict.value == pytest.approx(0.956, abs=0.01)
    assert verdict.people.center == pytest.approx(0.645, abs=0.02)


def test_correlation_of_a_simulator_is_reported_against_its_ceiling(rating):
    verdict = rating.verdict(GateSpec("bin_pref", metric_named("bin_pref_correlation"), named=True))
    assert verdict.outcome != "within"
    assert math.isfinite(verdict.value)
    assert math.isfinite(verdict.interval.low)
    assert verdict.value < verdict.people.center < 1
    assert verdict.target.low == pytest.approx(verdict.people.center - verdict.margin)
