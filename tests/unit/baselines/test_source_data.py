"""The real sources, where CRS_SIMCHECK_DATA names them: figures, bytes, and nothing raw."""

import gzip
import json
import re

import numpy as np
import pytest

from crs_simcheck.baselines import shipped_folder
from crs_simcheck.baselines import verify as verify_module
from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.verify import verify
from crs_simcheck.catalogue import Resolver, canonical_genre, split_year
from tests.unit.baselines.made_up import DATE

FOLDERS = {
    "amazon-movies-reviewers": "amazon_reviews/movies_tv_natural.jsonl",
    "laps-seekers": "laps",
    "agent4rec-gpt35": "agent4rec_mf",
    "ecir2026-mistral-nemo": "usersimcrs_ecir2026",
    "redial-seekers": "redial",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FOLDERS, "synthetic-raters"])
def test_what_ships_is_what_its_source_gives(data_dir, name):
    source = data_dir / FOLDERS[name] if name in FOLDERS else None
    assert verify(shipped_folder() / name, source or data_dir) == []


@pytest.mark.torch
@pytest.mark.parametrize("name", ["redial-seekers", "laps-seekers"])
def test_vectors_of_sentences_are_what_the_model_gives(data_dir, name, monkeypatch):
    # Without a model at hand everything else would be looked at, and this would pass in vain.
    monkeypatch.setattr(verify_module, "_without_sentences", lambda *_: ["there is no model"])
    assert verify(shipped_folder() / name, data_dir / FOLDERS[name]) == []


def _yes(group):
    return float(np.nanmean(group.task("bin_pref").tables["answers"].columns["yes"]))


@pytest.mark.slow
def test_redial_has_2346_mentions_of_which_a_bare_one_is_read_as_prose(data_dir, tmp_path):
    group = build("redial", data_dir / "redial", tmp_path / "all", options=BuildOptions(cap=10_000))
    films = group.task("items_talk").tables["mentions"].columns["film"]
    # "That Thing You Do!" stands without a year in the source, and one title is a sentence.
    assert films.size == 2346 - 2
    counts = np.unique(films, return_counts=True)[1] / films.size
    assert -(counts * np.log2(counts)).sum() == pytest.approx(9.66, abs=0.01)


@pytest.mark.slow
def test_every_film_of_redial_is_found_with_its_year_and_genres(data_dir, tmp_path):
    group = build("redial", data_dir / "redial", tmp_path / "all")
    with gzip.open(data_dir / "redial" / "id2info.json.gz", "rt", encoding="utf-8") as file:
        listed = list(json.load(file).values())
    # Seven films are listed twice, with the same title, year and genres.
    assert (len(listed), len(group.catalogue)) == (6583, 6576)
    resolver = Resolver(group.catalogue)
    for about in listed:
        match = resolver.resolve(about["name"])
        assert (match.kind, match.index is None) == ("exact", False)
        item = group.catalogue[match.index]
        assert (item.title, item.year) == split_year(about["name"])
        assert set(item.genres) == {g for g in map(canonical_genre, about["genre"]) if g}


def test_agent4rec_stars_read_as_yes_are_956_of_a_thousand(data_dir, tmp_path):
    group = build(
        "agent4rec",
        data_dir / "agent4rec_mf",
        tmp_path / "stars",
        options=BuildOptions(answers="stars"),
    )
    assert _yes(group) == pytest.approx(0.956, abs=0.0005)


@pytest.mark.slow
def test_movielens_people(data_dir, tmp_path):
    source = data_dir / "movielens_small"
    asked = build("movielens", source, tmp_path / "asked", options=BuildOptions(date=DATE))
    assert asked.task("bin_pref").n_seekers == 222
    assert len(asked.task("bin_pref").design["films"]) == 30
    natural = build("movielens", source, tmp_path / "own", options=BuildOptions(films="all"))
    assert natural.task("bin_pref").n_seekers == 610
    # .612 over all ratings; each person weighs the same here.
    assert _yes(natural) == pytest.approx(0.645, abs=0.02)
    assert verify(tmp_path / "asked", source) == []


def _sentences(data_dir):
    with gzip.open(data_dir / "redial" / "valid_data.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield from (message["text"] for message in row["messages"])
    for path in (data_dir / "usersimcrs_ecir2026").glob("*.json"):
        for dialogue in json.loads(path.read_text(encoding="utf-8")):
            yield dialogue["conversation ID"]
            yield from (turn["utterance"] for turn in dialogue["conversation"])
    with gzip.open(
        data_dir / "agent4rec_mf" / "agent4rec_MF.jsonl.gz", "rt", encoding="utf-8"
    ) as file:
        for line in file:
            row = json.loads(line)
            yield row.get("reason") or row.get("feeling") or ""


@pytest.mark.slow
def test_no_sentence_of_a_source_is_in_what_ships(data_dir):
    shipped = "\n".join(
        path.read_bytes().decode("latin-1")
        for folder in shipped_folder().iterdir()
        for path in sorted(folder.glob("*"))
    )
    runs = set()
    for text in _sentences(data_dir):
        # Titles may be longer than three words; five words of a sentence are nobody's title.
        words = re.sub(r"@\d+", "\n", text).split(" ")
        runs.update(" ".join(words[i : i + 5]) for i in range(0, len(words) - 4, 5))
    runs = {run for run in runs if re.fullmatch(r"[a-z' ]{18,}", run)}
    assert len(runs) > 5_000
    found = [run for run in runs if run in shipped]
    assert found == []


def test_no_film_id_or_worker_id_of_redial_is_in_what_ships(data_dir):
    with gzip.open(data_dir / "redial" / "id2info.json.gz", "rt", encoding="utf-8") as file:
        ids = set(json.load(file))
    for path in sorted((shipped_folder() / "redial-seekers").glob("*.csv")):
        cells = set(re.split(r"[,\n]", path.read_bytes().decode("latin-1")))
        assert not ids & cells, path.name
    mentions = (shipped_folder() / "redial-seekers" / "items_talk.mentions.csv").read_text()
    seekers = [int(line.split(",")[0]) for line in mentions.splitlines()[1:]]
    # Numbered by what they hold, from 0 on: a worker's own number would leave gaps.
    assert sorted(set(seekers)) == list(range(256))
