"""A baseline that is a published figure: compared with, and said to be of unknown size."""

import pytest

from crs_simcheck.baselines import load_baseline, read_group, write_group
from crs_simcheck.baselines.verify import verify
from crs_simcheck.errors import InputError
from crs_simcheck.gate import Comparison, GateSpec
from crs_simcheck.metrics import metric_named
from crs_simcheck.report import Where, verdict_words
from tests.unit.gate.made_up import FAST, namers

PAPER = load_baseline("paper-amazon-movies")


def held_against(figure, metric="item_entropy", **gate):
    people = PAPER if figure is None else with_figure(figure)
    comparison = Comparison("items_talk", namers(60), people, settings=FAST)
    return comparison.verdict(GateSpec("items_talk", metric_named(metric), **gate))


def with_figure(figure):
    return PAPER.with_tasks({}, published={"items_talk": {"item_entropy": figure}})


def test_the_paper_s_figures_ship_as_they_were_published():
    assert {task: dict(figures) for task, figures in PAPER.published.items()} == {
        "items_talk": {"item_entropy": 10.067},
        "open_pref": {"aspect_entropy": 6.761, "sentiment_entropy": 1.277},
        "rec_request": {"ttr": 0.188},
    }
    assert not PAPER.tasks
    assert verify(PAPER.path) == []


def test_the_range_goes_around_the_figure_by_the_margin_and_says_what_is_not_known():
    verdict = held_against(None)
    assert (verdict.target.low, verdict.target.high) == pytest.approx((9.667, 10.467))
    assert verdict.outcome == "drifted"
    assert verdict.published == verdict.as_json()["published"] == "paper-amazon-movies"
    assert any("size of its group is not known" in note for note in verdict.notes)
    text = verdict_words(verdict, Where("sim", "answers.jsonl"))
    assert "published in 'paper-amazon-movies'" in " ".join(text.split())
    assert all(len(line) <= 100 for line in text.splitlines())


def test_a_figure_near_enough_passes_and_an_end_of_ones_own_goes_before_it():
    near = held_against(held_against(None).value, margin=0.6)
    assert near.outcome == "within"
    own = held_against(10.067, minimum=1.0)
    assert own.outcome == "within"
    assert own.published is None
    assert not any("published" in note for note in own.notes)


def test_a_metric_without_a_figure_cannot_be_measured():
    verdict = held_against(None, "popularity_share", named=True)
    assert verdict.outcome == "inconclusive"
    assert "has no mentions" in verdict.reason


@pytest.mark.parametrize("value", ['"much"', "true", "[1.0]", "nan", "inf"])
def test_a_figure_that_is_no_number_is_refused(tmp_path, value):
    write_group(PAPER, tmp_path)
    header = tmp_path / "group.toml"
    text = header.read_text(encoding="utf-8").replace("= 10.067", f"= {value}")
    header.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="need a finite number"):
        read_group(tmp_path)


def test_verify_finds_a_figure_of_a_metric_that_does_not_stand_there(tmp_path):
    write_group(with_figure(10.0).with_tasks({}, published={"bin_pref": {"ttr": 0.2}}), tmp_path)
    assert any("no metric of bin_pref" in problem for problem in verify(tmp_path))
