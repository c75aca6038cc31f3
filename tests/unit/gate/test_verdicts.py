import math

import numpy as np
import pytest

from crs_simcheck.catalogue import Catalogue
from crs_simcheck.gate import Comparison, GateSpec, Settings
from crs_simcheck.metrics import Frame, mention_rows, metric_named
from crs_simcheck.records import Response
from crs_simcheck.stats import Pool, Range, decide, entropy_bits
from tests.unit.gate.made_up import (
    FAST,
    answers_of,
    measured,
    mentions_of,
    namers,
    raters,
    verdict,
)

PEOPLE = namers(271)
OTHERS = namers(100, seed=1)
RATERS = raters(271)


# --------------------------------------------------------------------- two-sided and one-sided


def test_people_are_within():
    for metric in ("item_entropy", "item_bin_entropy", "popularity_share", "mean_log_rank"):
        found = verdict(OTHERS, PEOPLE, metric)
        assert found.outcome == "within", metric
        assert found.target.low < found.interval.low < found.value
        assert found.value < found.interval.high < found.target.high
        assert found.score > 5.5
        assert found.reason == ""


@pytest.mark.parametrize("metric, too_high", [("item_entropy", False), ("popularity_share", True)])
def test_a_drift_is_found_on_either_side(metric, too_high):
    found = verdict(namers(100, seed=1, concentrate=0.7), PEOPLE, metric)
    assert found.outcome == "drifted"
    assert found.too_high == too_high
    assert found.score < 5.5
    assert found.people.share_below == (1.0 if too_high else 0.0)


def test_a_lower_metric_has_one_end():
    good = verdict(raters(100, seed=1, asked=10), RATERS, "bin_pref_correlation")
    assert good.outcome == "within"
    assert good.target.high == math.inf
    assert good.score == 10.0
    bad = verdict(raters(100, seed=1, asked=10, quality=0.0), RATERS, "bin_pref_correlation")
    assert bad.outcome == "drifted"
    assert not bad.too_high
    assert bad.target.low == pytest.approx(bad.people.center - 0.15)


def test_an_upper_metric_has_one_end():
    responses = [
        Response("rec_request", f"s{i}", f"something number {i} please") for i in range(60)
    ]
    same = [Response("rec_request", f"s{i}", "something please") for i in range(60)]
    people = measured(responses, speakers="people", name="people")
    good = verdict(measured(responses), people, "response_repetition")
    assert (good.outcome, good.target.low, good.value) == ("within", -math.inf, 0.0)
    assert good.target.high == pytest.approx(0.05)
    bad = verdict(measured(same), people, "response_repetition")
    assert (bad.outcome, bad.too_high, bad.value) == ("drifted", True, 1.0)


def test_a_margin_of_ones_own_goes_round_peoples_value():
    wide = verdict(OTHERS, PEOPLE, "item_entropy", margin=2.0)
    assert wide.margin == 2.0
    assert wide.target.high - wide.target.low == pytest.approx(4.0)
    assert wide.target.middle == pytest.approx(wide.people.center)


@pytest.mark.parametrize("metric", ["unknown_item_rate", "repeat_rate"])
def test_a_rate_that_was_not_seen_is_not_known_to_be_nothing(metric):
    films = [item.label for item in PEOPLE.catalogue]
    people = mentions_of(
        [[films[5 * i + k] for k in range(5)] for i in range(200)], PEOPLE.catalogue
    )
    good = mentions_of(
        [[films[9 * i + k] for k in range(5)] for i in range(100)],
        PEOPLE.catalogue, name="sim", speakers="simulator",
    )  # fmt: skip
    found = verdict(good, people, metric)
    assert (found.outcome, found.value, found.interval.low) == ("within", 0.0, 0.0)
    assert found.interval.high == pytest.approx(0.0178, abs=1e-4), "500 mentions of 100 seekers"
    few = verdict(good, None, metric, maximum=0.01)
    assert few.outcome == "inconclusive"
    assert 170 <= few.seekers_needed <= 200  # 179, in steps of a tenth
    bad = {
        "repeat_rate": [[films[i]] * 5 for i in range(100)],
        "unknown_item_rate": [[f"?{i}{k}" for k in range(5)] for i in range(100)],
    }[metric]
    bad_group = mentions_of(bad, PEOPLE.catalogue, name="sim", speakers="simulator")
    found = verdict(bad_group, people, metric)
    assert (found.outcome, found.too_high) == ("drifted", True)
    assert found.value == pytest.approx(0.8 if metric == "repeat_rate" else 1.0)


def test_a_relative_margin_is_a_share_of_peoples_value():
    words = "one two three four five six seven eight nine ten"
    rows = [Response("rec_request", f"s{i}", f"{words} {'more ' * (i % 5)}") for i in range(80)]
    people = measured(rows, speakers="people", name="people")
    found = verdict(measured(rows), people, "words_per_response")
    assert found.margin == pytest.approx(0.2 * found.people.center)


# --------------------------------------------------------------------------------- by hand


def test_an_end_of_ones_own_needs_no_people():
    found = verdict(OTHERS, None, "item_entropy", minimum=5.0)
    assert found.outcome == "within"
    assert found.people is None
    assert found.target == Range(5.0, math.inf)
    assert verdict(OTHERS, None, "item_entropy", maximum=5.0).outcome == "drifted"
    both = verdict(OTHERS, None, "item_entropy", minimum=5.0, maximum=12.0)
    assert both.target == Range(5.0, 12.0)
    assert both.outcome == "within"


def test_bins_can_be_measured_without_people():
    found = verdict(OTHERS, None, "item_bin_entropy", minimum=1.0)
    assert found.outcome == "within"
    assert verdict(OTHERS, None, "era_entropy", minimum=1.0).outcome == "within"


def test_the_score_past_an_end_of_ones_own_is_in_default_margins():
    value = verdict(OTHERS, None, "item_entropy", minimum=5.0).value
    past = verdict(OTHERS, None, "item_entropy", minimum=value + 0.4)
    assert past.score == pytest.approx(5.5)


def test_a_default_margin_that_is_relative_is_of_the_end():
    rows = [Response("rec_request", f"s{i}", "one two three four five six") for i in range(30)]
    found = verdict(measured(rows), None, "words_per_response", maximum=5.0)
    assert found.value == 6.0
    assert found.margin == pytest.approx(1.0)
    assert found.score == pytest.approx(5.5)


def test_a_rare_rate_has_a_most_without_people_and_without_being_asked():
    rows = [Response("items_talk", f"s{i}", "Heat (1995)", {"n_items": 1}) for i in range(100)]
    good = verdict(measured(rows), None, "format_violation_rate")
    assert (good.outcome, good.value, good.target.high) == ("within", 0.0, 0.05)
    assert good.interval.high == pytest.approx(0.0295, abs=1e-4)
    bad = [
        Response("items_talk", f"s{i}", "well, let me think", {"n_items": 1}) for i in range(100)
    ]
    assert verdict(measured(bad), None, "format_violation_rate").outcome == "drifted"
    few = verdict(measured(rows[:40]), None, "format_violation_rate")
    assert few.outcome == "inconclusive"
    assert 40 < few.seekers_needed <= 70


def test_seekers_without_a_history_are_no_seekers_of_leakage():
    rows = [Response("rec_request", f"s{i}", "as good as Blue Harbour") for i in range(100)]
    known = {f"s{i}": ("Blue Harbour (1995)",) for i in range(5)}
    found = verdict(measured(rows, histories=known), None, "leakage_rate")
    assert found.value == 1.0
    assert (found.outcome, found.n_seekers) == ("inconclusive", 5)
    assert found.reason == "5 seekers; at least 20 are needed"


def test_seekers_with_no_clear_answer_are_no_seekers_of_acceptance():
    films = [f"Synthetic Film {i:02} ({1989 + i})" for i in range(1, 6)]
    said = [[(f, None, None) for f in films]] * 90 + [[(f, 1.0, None) for f in films]] * 10
    simulator = answers_of(said, RATERS.catalogue, name="sim", speakers="simulator")
    found = verdict(simulator, None, "acceptance_rate", maximum=0.8)
    assert (found.outcome, found.n_seekers) == ("inconclusive", 10)
    nobody = answers_of(said[:90], RATERS.catalogue, name="sim", speakers="simulator")
    found = verdict(nobody, None, "acceptance_rate", maximum=0.8)
    assert found.outcome == "inconclusive"
    assert found.value is None


# ---------------------------------------------------------------------------- estimate rule


def test_the_estimate_rule_looks_at_the_value_alone():
    simulator = namers(30, seed=5)
    strict = verdict(simulator, PEOPLE, "item_entropy", margin=0.05)
    assert strict.outcome == "inconclusive"
    loose = verdict(simulator, PEOPLE, "item_entropy", margin=0.05, rule="estimate")
    inside = loose.value in loose.target
    assert loose.outcome == ("within" if inside else "drifted")
    assert (loose.value, loose.interval) == (strict.value, strict.interval)
    assert loose.least_drift == strict.least_drift
    assert loose.least_drift > 0
    assert (loose.reason, loose.seekers_needed) == ("", None)


@pytest.mark.parametrize("end, outcome", [(0.1, "within"), (-0.1, "drifted")])
def test_the_estimate_rule_on_either_side_of_an_end(end, outcome):
    value = verdict(OTHERS, None, "item_entropy", minimum=0.0).value
    found = verdict(OTHERS, None, "item_entropy", maximum=value + end, rule="estimate")
    assert found.outcome == outcome


# -------------------------------------------------------------------------- too few, nothing


@pytest.mark.parametrize(
    "n, n_people, words",
    [(19, 100, "19 seekers with an observation"), (100, 19, "19 people in the baseline")],
)
@pytest.mark.parametrize("rule", ["target", "estimate"])
def test_fewer_than_twenty_decide_nothing(n, n_people, words, rule):
    found = verdict(namers(n, 1), namers(n_people), "item_entropy", rule=rule)
    assert found.outcome == "inconclusive"
    assert words in found.reason
    assert "at least 20" in found.reason


@pytest.mark.parametrize("rule", ["target", "estimate"])
def test_fewer_than_twenty_decide_nothing_by_hand_either(rule):
    found = verdict(namers(19, 1), None, "item_entropy", maximum=1.0, rule=rule)
    assert found.outcome == "inconclusive"
    assert found.reason == "19 seekers; at least 20 are needed"


def test_the_least_number_is_a_setting():
    settings = Settings(n_draws=100, least_seekers=10)
    assert verdict(namers(19, 1, concentrate=1), PEOPLE, "item_entropy", settings).value is not None


@pytest.mark.parametrize("gate", [{}, {"minimum": 0.6}, {"rule": "estimate"}])
@pytest.mark.parametrize("says", [0.0, 1.0])
def test_constant_answers_have_no_correlation_and_never_pass(says, gate):
    films = [item.label for item in RATERS.catalogue]
    simulator = answers_of(
        [[(f, says, None) for f in films]] * 50, RATERS.catalogue, name="sim", speakers="simulator"
    )
    found = verdict(simulator, RATERS, "bin_pref_correlation", **gate)
    assert found.outcome == "inconclusive"
    assert "no correlation" in found.reason
    assert (found.value, found.score, found.interval) == (None, None, None)


# --------------------------------------------------------------------------------- sizes


def test_more_seekers_than_people_are_drawn_down_to_them():
    people, many = namers(60), namers(400, seed=3)
    found = verdict(many, people, "item_entropy")
    assert (found.people.size, found.people.n_seekers, found.n_seekers) == (60, 60, 400)
    assert found.people.share_below is None
    whole = verdict(many, None, "item_entropy", minimum=0.0).value
    assert found.value < whole - 0.5, "plug-in entropy of 400 is larger than that of 60"
    assert found.outcome != "drifted"


def test_as_many_seekers_as_people_meet_the_baselines_own_value():
    people = namers(80)
    found = verdict(namers(80, seed=2), people, "item_entropy")
    films = people.task("items_talk").tables["mentions"].columns["film"]
    _, counts = np.unique(films, return_counts=True)
    assert found.people.share_below is None
    assert found.people.size == 80
    # Both sides have other numbers of mentions at some ranks: the baseline is cut a little.
    assert found.people.center == pytest.approx(entropy_bits(counts[None, :])[0], abs=0.15)
    same = verdict(people, people, "item_entropy")
    assert same.people.center == pytest.approx(same.value)
    assert same.score == pytest.approx(10.0)


def test_a_baseline_too_small_says_how_many_people_it_takes():
    found = verdict(namers(400, seed=3), namers(40), "item_entropy", margin=0.1)
    assert found.outcome == "inconclusive"
    assert found.reason.startswith("baseline too small: 40 people; it takes about ")
    assert found.people_needed > 40
    assert found.seekers_needed is None
    least = (1.644854 * found.people.sigma1 / 0.1) ** 2
    assert found.people_needed == max(400, math.floor(least) + 1)


def test_a_baseline_too_small_for_a_value_near_an_end_says_so():
    found = verdict(namers(400, seed=3), namers(40), "item_entropy", margin=0.15)
    assert found.outcome == "inconclusive"
    assert found.reason.startswith("baseline too small for a value so near to an end: 40 people")
    assert found.people_needed > 40
    assert found.seekers_needed is None


def test_without_a_margin_no_number_of_people_is_named():
    found = verdict(OTHERS, PEOPLE, "item_entropy", margin=0.0)
    assert found.outcome == "inconclusive"
    assert found.reason == "baseline too small: 271 people"
    assert found.people_needed is None


def test_an_undecided_verdict_names_the_seekers_that_would_decide():
    found = verdict(namers(30, seed=5, concentrate=0.3), PEOPLE, "item_entropy", margin=0.45)
    assert found.outcome == "inconclusive"
    assert found.seekers_needed > 30
    assert f"about {found.seekers_needed:,} seekers would decide" in found.reason


def test_the_outcome_is_that_of_interval_and_range():
    for seed in range(4):
        for concentrate in (0.0, 0.3, 0.8):
            found = verdict(namers(60, seed, concentrate=concentrate), PEOPLE, "item_entropy")
            assert found.outcome == decide(found.interval, found.target)


# ------------------------------------------------------------------- cut to what both sides have


def test_people_who_name_few_are_not_told_from_themselves_by_how_many_they_name():
    people = namers(271)
    five = verdict(namers(100, seed=4, mentions=5), people, "item_entropy")
    assert five.outcome == "within"


def test_the_simulators_value_is_that_of_its_cut():
    films = named = [f"F{i} (1990)" for i in range(100)]
    catalogue = Catalogue("none", ())
    simulator = mentions_of([named] * 30, catalogue, name="sim", speakers="simulator")
    people = mentions_of([[films[i]] for i in range(100)], catalogue)
    found = verdict(simulator, people, "item_entropy")
    assert found.value <= math.log2(30), "each keeps one mention, as people have"


# ------------------------------------------------------------------------- what is missing


def test_no_baseline_is_no_pass():
    found = verdict(OTHERS, None, "item_entropy")
    assert found.outcome == "inconclusive"
    assert found.reason.startswith("no baseline of people for items_talk")
    assert found.n_seekers == 0


def test_a_baseline_of_another_task_has_nothing_to_say():
    found = verdict(OTHERS, RATERS, "item_entropy")
    assert found.outcome == "inconclusive"
    assert found.reason == "baseline 'raters-271' has no mentions in items_talk"


def test_a_simulator_without_what_a_metric_reads():
    found = verdict(OTHERS, PEOPLE, "words_per_response")
    assert found.reason == "the simulator has no responses in items_talk"


def test_leakage_without_histories_is_not_measured():
    rows = [Response("rec_request", f"s{i}", "something slow") for i in range(30)]
    found = verdict(measured(rows), None, "leakage_rate")
    assert found.outcome == "inconclusive"
    assert "give profiles" in found.reason


def test_popularity_that_no_catalogue_has():
    plain = Catalogue("plain", ())
    simulator = mentions_of([["Heat (1995)"]] * 30, plain, name="sim", speakers="simulator")
    people = mentions_of([["Heat (1995)"]] * 30, plain)
    found = verdict(simulator, people, "popularity_share")
    assert found.outcome == "inconclusive"
    assert "popularity" in found.reason


def test_speakers_who_are_not_people_are_noted():
    found = verdict(OTHERS, namers(271, speakers="synthetic"), "item_entropy")
    assert "baseline 'namers-271' is not people: synthetic" in found.notes
    assert found.people.speakers == "synthetic"
    assert not any("not people" in n for n in verdict(OTHERS, PEOPLE, "item_entropy").notes)


def test_bins_and_popularity_say_what_they_stand_on():
    (bins,) = verdict(OTHERS, PEOPLE, "item_bin_entropy").notes
    assert bins == "bins of genre × era; left out: region (known of 0 %)"
    assert verdict(OTHERS, PEOPLE, "popularity_share").notes == ("popularity from namers-271",)


def test_a_number_of_best_known_films_of_ones_own():
    few = verdict(OTHERS, PEOPLE, "popularity_share", top_k=10)
    many = verdict(OTHERS, PEOPLE, "popularity_share", top_k=500)
    assert few.value < many.value
    comparison = Comparison("items_talk", OTHERS, PEOPLE, settings=FAST)
    assert comparison.sides.frame_for(50) is comparison.sides.frame
    spec = GateSpec("items_talk", metric_named("popularity_share"), top_k=10)
    assert comparison.verdict(spec).value == few.value


def test_a_frame_of_nothing_is_no_crash():
    rows = mention_rows(np.zeros(0, dtype=np.int64), 0, np.zeros(0, dtype=np.int64), 0, 0)
    frame = Frame(Catalogue("none", ()))
    assert np.isnan(metric_named("item_bin_entropy").compute(Pool.whole(rows), frame)).all()
