import re

import numpy as np
import pytest

from crs_simcheck.baselines import (
    DEFAULT_BASELINES,
    load_baseline,
    mean_rating_catalogue,
    read_group,
    shipped_folder,
    shipped_names,
)
from crs_simcheck.baselines.verify import verify
from crs_simcheck.instruments import film_lexicon
from crs_simcheck.instruments.vectors import default_word_vectors


@pytest.mark.parametrize("name", shipped_names())
def test_what_ships_verifies_and_says_where_it_comes_from(name):
    folder = shipped_folder() / name
    assert verify(folder) == []
    group = read_group(folder)
    origin = group.provenance
    assert group.name == name
    assert origin.licence
    assert origin.attribution
    assert origin.command.startswith("crs-simcheck baseline build ") == bool(group.tasks)
    people = {"amazon-movies-reviewers", "laps-seekers", "paper-amazon-movies", "redial-seekers"}
    assert (group.speakers == "people") == (name in people)


def test_every_default_baseline_is_people_and_has_its_task():
    for task, name in DEFAULT_BASELINES.items():
        group = load_baseline(name)
        assert group.speakers == "people"
        assert group.task(task).n_seekers > 200


def test_redial_seekers():
    group = load_baseline("redial-seekers")
    assert group.task("items_talk").n_seekers == 256
    assert len(group.task("items_talk").tables["mentions"]) == 1039
    assert group.task("rec_request").n_seekers == 271
    responses = group.task("rec_request").tables["responses"]
    assert len(responses) == 6142
    assert responses.columns["words"].mean() == pytest.approx(10.8, abs=0.05)
    assert "CC BY 4.0" in group.provenance.attribution
    assert "Towards Deep Conversational Recommendations" in group.provenance.attribution
    assert all(item.popularity is not None for item in group.catalogue)


def test_people_of_prose():
    reviewers = load_baseline("amazon-movies-reviewers").task("open_pref")
    assert reviewers.n_seekers == 1458
    assert set(reviewers.tables) == {"responses", "texts"}
    assert not reviewers.tables["texts"].known("types")
    laps = load_baseline("laps-seekers").task("rec_request")
    assert laps.n_seekers == 190
    assert len(laps.tables["responses"]) == 3021
    for name in ("laps-seekers", "redial-seekers", "ecir2026-mistral-nemo", "agent4rec-gpt35"):
        group = load_baseline(name)
        assert group.instruments["word-vectors"] == default_word_vectors().identity
        assert str(group.instruments["sentence-vectors"]).startswith("all-MiniLM-L6-v2:")


def test_the_reference_simulator_talks_twice_as_much_as_people():
    simulator = load_baseline("ecir2026-mistral-nemo").task("rec_request")
    assert simulator.n_seekers == 800
    assert 19 <= simulator.tables["responses"].columns["words"].mean() <= 26


def test_agent4rec_says_yes_to_644_of_a_thousand_and_brings_mean_ratings():
    answers = load_baseline("agent4rec-gpt35").task("bin_pref").tables["answers"]
    assert np.nanmean(answers.columns["yes"]) == pytest.approx(0.644, abs=0.0005)
    catalogue = mean_rating_catalogue()
    assert len(catalogue) == 3292
    assert all(item.mean_rating is not None for item in catalogue)
    toys = catalogue.index_of("Toy Story (1995)")
    assert toys is not None
    assert catalogue[toys].mean_rating == pytest.approx(4.1468)


def test_synthetic_raters_say_that_they_are_not_people():
    group = load_baseline("synthetic-raters")
    assert group.speakers == "synthetic"
    assert group.provenance.description.startswith("Not people")


@pytest.mark.parametrize("name", shipped_names())
def test_no_cell_of_a_table_holds_a_sentence(name):
    group = load_baseline(name)
    for statistics in group.tasks.values():
        for table_name, table in statistics.tables.items():
            if table_name == "responses":
                texts = set(table.columns["text"].tolist())
                assert all(re.fullmatch("([0-9a-f]{10})?", text) for text in texts)
            if table_name == "texts":
                assert all(re.fullmatch("[0-9a-f]{8}", key) for key in table.bags("types").keys)
                assert set(table.bags("aspects").keys) <= set(film_lexicon().aspects)
