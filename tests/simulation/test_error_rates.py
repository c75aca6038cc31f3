"""The rates at which the gate is wrong, by the benchmark's own code at a small size.

Thresholds are widened by three standard deviations of a count of so few runs: a right gate passes,
and rules that are wrong in the ways that are easily taken for right do not.
"""

import numpy as np
import pytest

from benchmarks.error_rates import Cell, Plan, measure_rates, run_of_all
from benchmarks.populations import DRIFTS, as_group
from benchmarks.promises import misses
from benchmarks.rare_rates import measure_rare
from crs_simcheck.baselines.synthetic import synthetic_namers
from crs_simcheck.gate import Comparison, GateSpec, Settings
from crs_simcheck.metrics import metric_named
from crs_simcheck.stats import Pool, rare_rate

RUNS, DEVIATIONS = 50, 3.0
SMALL = {"runs": RUNS, "draws": 200, "groups": 150, "workers": 1}
MARGINS = ("1 margin", "2 margins")


def rates(*metrics, people, drifts=MARGINS, **fewer):
    return measure_rates(Plan(metrics=metrics, people=people, drifts=drifts, **(SMALL | fewer)))


@pytest.mark.parametrize(
    "metric",
    ["popularity_share", "repeat_rate", "acceptance_rate", "words_per_response"],
)
def test_gate_is_wrong_as_rarely_as_promised(metric):
    assert misses(rates(metric, people=(271,)), deviations=DEVIATIONS) == []


@pytest.fixture(scope="module")
def of_entropy():
    return rates("item_entropy", people=(135,))


@pytest.mark.slow
def test_gate_is_wrong_as_rarely_as_promised_where_groups_overlap(of_entropy):
    assert misses(of_entropy, deviations=DEVIATIONS) == []


def test_range_that_a_small_baseline_widens_passes_what_has_drifted(of_entropy):
    missed = misses(of_entropy, "inflated range", DEVIATIONS)
    assert any("within at a drift of one margin" in sentence for sentence in missed)


def test_estimate_alone_passes_half_of_what_has_drifted(of_entropy):
    missed = misses(of_entropy, "estimate alone", DEVIATIONS)
    assert any("within at a drift of one margin" in sentence for sentence in missed)


@pytest.mark.slow
def test_groups_of_unequal_size_cannot_be_compared(of_entropy):
    assert misses(rates("item_entropy", people=(271,), drifts=()), "unequal sizes", DEVIATIONS)


@pytest.mark.slow
def test_range_of_plain_draws_fails_people_where_groups_overlap():
    everybody = rates("popularity_share", people=(100,), drifts=())
    promise = "people are drifted without a margin"
    assert not any(promise in s for s in misses(everybody, deviations=DEVIATIONS))
    assert any(promise in s for s in misses(everybody, "naive draws", DEVIATIONS))


@pytest.mark.slow
def test_correlation_that_has_drifted_is_never_within():
    rows = rates("bin_pref_correlation", people=(271,), runs=RUNS // 2)
    assert misses(rows, deviations=DEVIATIONS) == []
    assert rows[0].outcomes["2 margins"]["ours"][1] > 0.4


# -- equal observations ------------------------------------------------------------------------


def few_against_five(runs=40):
    """Yield a comparison of people who always name five films with people who name one to five."""
    for run in range(runs):
        rng = np.random.default_rng([3, run])
        simulator = as_group("items_talk", synthetic_namers(100, rng, mentions=5), simulator=True)
        people = as_group("items_talk", synthetic_namers(271, rng))
        settings = Settings(seed=run, n_draws=200)
        yield Comparison("items_talk", simulator, people, settings=settings)


def test_people_asked_for_more_films_are_within_after_the_cut_and_not_without():
    metric = metric_named("item_entropy")
    within, differences, uncut = 0, [], []
    for comparison in few_against_five():
        verdict = comparison.verdict(GateSpec("items_talk", metric))
        within += verdict.outcome == "within"
        rows = comparison.sides.simulator_rows("mentions")
        whole = metric.compute(Pool.whole(rows), comparison.sides.frame)[0]
        differences.append(verdict.value - verdict.people.center)
        uncut.append(whole - verdict.people.center)
    assert within >= 0.95 * len(uncut)
    assert abs(np.mean(differences)) < 0.05
    assert np.mean(uncut) > 0.15


# -- rare rates --------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.01, 0.02, 0.05])
def test_limits_of_a_rare_rate_hold_by_exact_enumeration(rate):
    """With one answer each, the number of events is binomial: every case can be counted."""
    n = 100
    spans = []
    for events in range(n + 1):
        seen = np.zeros(n)
        seen[:events] = 1.0
        spans.append(rare_rate(seen, np.ones(n)).interval)
    log_choose = np.cumsum(np.log([1.0, *((n - k) / (k + 1) for k in range(n))]))
    weights = np.exp(
        log_choose + np.arange(n + 1) * np.log(rate) + (n - np.arange(n + 1)) * np.log1p(-rate)
    )
    upper = sum(w for w, span in zip(weights, spans, strict=True) if span.high >= rate)
    lower = sum(w for w, span in zip(weights, spans, strict=True) if span.low <= rate)
    assert weights.sum() == pytest.approx(1.0)
    assert upper >= 0.95
    assert lower >= 0.95


@pytest.mark.parametrize("rate", [0.01, 0.02, 0.05])
def test_limits_of_a_rare_rate_hold_where_answers_come_in_clusters(rate):
    row = measure_rare(rate, 5, 100, 1_000)
    assert row.upper >= 0.928 - 3 * 0.0082
    assert row.lower >= 0.928 - 3 * 0.0082


def test_jackknife_of_a_rare_rate_does_not_hold():
    assert measure_rare(0.01, 5, 100, 500).jackknife < 0.85


# -- the simulation itself ---------------------------------------------------------------------


def test_simulators_that_share_their_draws_get_the_verdict_of_each_alone():
    """The benchmark draws people once for all drifts of a run; the gate draws them each time."""
    plan = Plan(**SMALL)
    drift = DRIFTS["mean_log_rank"]
    cells = [Cell((drift.metric,), f"{amount} margins", amount) for amount in (0.1, 0.2, 0.4)]
    for run in range(4):
        shared = run_of_all(cells, 135, plan, run)
        for cell in cells:
            people = drift.people(135, np.random.default_rng([plan.seed, run, 135]))
            own = drift.draw(plan.n, np.random.default_rng([plan.seed, run, 135, 1]), cell.amount)
            comparison = Comparison(
                drift.task,
                as_group(drift.task, own, simulator=True),
                as_group(drift.task, people),
                settings=Settings(seed=run, n_draws=plan.draws),
            )
            verdict = comparison.verdict(GateSpec(drift.task, metric_named(drift.metric)))
            (seen,) = shared[drift.metric, cell.drift]
            assert seen.outcomes["ours"] == verdict.outcome
