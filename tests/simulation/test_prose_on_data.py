"""Prose of real people and real simulators, where CRS_SIMCHECK_DATA names the source data."""

import json
from collections import Counter

import pytest

from crs_simcheck.baselines import measure, measure_group
from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources import KINDS
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.gate import Comparison, GateSpec
from crs_simcheck.metrics import metric_named
from crs_simcheck.records import Response
from crs_simcheck.tasks import Readers

pytestmark = pytest.mark.slow  # three groups are built


@pytest.fixture(scope="module")
def groups(data_dir, tmp_path_factory):
    out = tmp_path_factory.mktemp("groups")
    return {
        "redial": build("redial", data_dir / "redial", out / "redial"),
        "laps": build("laps", data_dir / "laps", out / "laps"),
        "amazon": build(
            "amazon-copy", data_dir / "amazon_reviews" / "movies_tv_natural.jsonl", out / "amazon"
        ),
        "mistral": build("usersimcrs", data_dir / "usersimcrs_ecir2026", out / "mistral"),
        "agents": build("agent4rec", data_dir / "agent4rec_mf", out / "agents"),
    }


@pytest.mark.parametrize("people", ["redial", "laps"])
def test_a_simulator_that_writes_three_times_as_long_drifts(groups, people):
    comparison = Comparison("rec_request", groups["mistral"], groups[people])
    verdict = comparison.verdict(GateSpec("rec_request", metric_named("words_per_response")))
    assert verdict.outcome == "drifted"
    assert verdict.too_high


def test_one_sentence_feelings_drift_in_sentiment(groups):
    comparison = Comparison("open_pref", groups["agents"], groups["amazon"])
    verdict = comparison.verdict(GateSpec("open_pref", metric_named("sentiment_entropy")))
    assert verdict.outcome == "drifted"


def test_nothing_of_what_amazon_s_reviewers_wrote_is_in_the_group(groups):
    texts = groups["amazon"].task("open_pref").tables["texts"]
    assert not texts.known("types")
    assert not groups["amazon"].task("open_pref").tables["responses"].known("text")
    assert {"texts", "responses"} == set(groups["amazon"].task("open_pref").tables)


def test_the_kind_reads_what_the_file_holds(data_dir, groups):
    """A loop over the file, without the reader, comes to the same counts of stars."""
    path = data_dir / "amazon_reviews" / "movies_tv_natural.jsonl"
    stars = Counter(
        float(json.loads(line)["rating"]) for line in path.read_text("utf-8").splitlines()
    )
    held = groups["amazon"].task("open_pref").tables["texts"].array("stars")
    assert Counter(held.tolist()) == stars


def test_people_in_another_order_are_the_same_group(data_dir):
    data = KINDS["laps"].read(data_dir / "laps", BuildOptions())
    rows = [Response(r.task, r.seeker, r.text) for r in data.responses][:400]
    films, readers = Catalogue("none", ()), Readers()

    def group(ordered):
        seen = measure(ordered, films, readers=readers)
        return measure_group(seen, films, name="g", speakers="people", readers=readers)

    first, second = group(rows), group(rows[::-1])
    assert first.task("rec_request").seekers() == second.task("rec_request").seekers()
