"""How recommendations are taken: films that fit and films that do not, told apart."""

from __future__ import annotations

import pytest

from crs_simcheck.baselines import measure, measure_group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.gate import Comparison, gate_from_table
from crs_simcheck.records import Response

NO = "No, that is not for me. I would rather see a quiet drama."
YES = "Yes, that sounds great, I will watch it tonight!"


def answers(unfit, fit, seekers=40):
    """Answers of seekers to films that do not fit and to films that do."""
    rows = []
    for number in range(seekers):
        for place, text in enumerate(unfit):
            film = {"item": f"Unfit {place} (1990)", "relevant": False}
            rows.append(Response("neg_feedback", f"u{number}", text, film))
        for place, text in enumerate(fit):
            film = {"item": f"Fit {place} (1990)", "relevant": True}
            rows.append(Response("neg_feedback", f"u{number}", text, film))
    return rows


def verdict(rows, metric, **ends):
    films = Catalogue("none", ())
    group = measure_group(measure(rows, films), films, name="s", speakers="simulator")
    spec = gate_from_table("neg_feedback", metric, ends, where="here")
    return Comparison("neg_feedback", group, None).verdict(spec)


@pytest.mark.parametrize(
    "unfit, fit, rates",
    [
        ([NO, NO, NO], [YES, YES], (1.0, 0.0)),
        ([YES, YES, YES], [YES, YES], (0.0, 0.0)),
        ([NO, NO, NO], [NO, NO], (1.0, 1.0)),
        ([NO, NO, YES], [YES, NO], (2 / 3, 0.5)),
        ([NO, NO, "Hm."], [YES, "..."], (2 / 3, 0.0)),
    ],
)
def test_the_two_rates(unfit, fit, rates):
    rows = answers(unfit, fit)
    found = (
        verdict(rows, "rejection_rate_unfit", min=0.5).value,
        verdict(rows, "rejection_rate_fit", max=0.5).value,
    )
    assert found == pytest.approx(rates)


def test_who_rejects_everything_is_seen_by_the_other_rate():
    rows = answers([NO] * 3, [NO] * 2)
    assert verdict(rows, "rejection_rate_unfit", min=0.7).outcome == "within"
    assert verdict(rows, "rejection_rate_fit", max=0.5).outcome == "drifted"


def test_who_accepts_everything_drifts():
    rows = answers([YES] * 3, [YES] * 2)
    assert verdict(rows, "rejection_rate_unfit", min=0.7).outcome == "drifted"
    assert verdict(rows, "rejection_rate_fit", max=0.5).outcome == "within"


def test_films_of_which_nobody_knows_whether_they_fit_count_in_neither():
    rows = [Response("neg_feedback", f"u{i}", NO, {"item": "A (1990)"}) for i in range(40)]
    found = verdict(rows, "rejection_rate_unfit", min=0.5)
    assert found.outcome == "inconclusive"
    assert "could be read in" in found.reason


def test_without_people_and_without_ends_it_is_not_measured():
    found = verdict(answers([NO], [YES]), "rejection_rate_unfit")
    assert found.outcome == "inconclusive"
    assert "no baseline of people for neg_feedback" in found.reason
