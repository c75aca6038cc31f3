"""Titles that people name in free text, against the marks that they set themselves.

In ReDial a film is marked by an id, which is replaced by its title here. Turns without an id in
which the finder saw a title were labelled by reading them: `names` says whether the turn does name
a film or a series of films, typed by hand. A turn without a label counts against the finder.
Rules were changed after reading turns of the half `dev` only.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources import redial
from crs_simcheck.catalogue import read_catalogue, split_year
from crs_simcheck.instruments._titles import title_of
from crs_simcheck.instruments.titles_named import TitleFinder

TESTS = Path(__file__).parents[1]
LABELS = TESTS / "data" / "title_labels.jsonl"
FILM_ID = re.compile(r"@(\d+)")
MOVIES = TESTS.parent / "examples" / "movies" / "catalogue.csv"


@pytest.fixture(scope="module")
def labels():
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    return {row["key"]: row["names"] for row in rows}


@pytest.fixture(scope="module")
def spoken(data_dir):
    """Return each turn of a seeker with titles for ids, and the words of those titles."""
    with gzip.open(data_dir / "redial" / "id2info.json.gz", "rt", encoding="utf-8") as file:
        titles = {film: split_year(about["name"])[0] for film, about in json.load(file).items()}
    turns = []
    with gzip.open(data_dir / "redial" / "valid_data.jsonl.gz", "rt", encoding="utf-8") as file:
        for dialogue in map(json.loads, file):
            for message in dialogue["messages"]:
                if message["senderWorkerId"] == dialogue["initiatorWorkerId"]:
                    marks = FILM_ID.findall(message["text"])
                    text = FILM_ID.sub(lambda mark: titles.get(mark[1], mark[0]), message["text"])
                    turns.append((text, {core(titles[film]) for film in marks if film in titles}))
    return turns


@pytest.fixture(scope="module")
def all_films(data_dir):
    return redial.KIND.read(data_dir / "redial", BuildOptions()).catalogue


def core(label):
    title = title_of(label)
    return () if title is None else title.core


def key(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def half(text):
    return "held-out" if int(key(text), 16) % 2 else "dev"


def rates(spoken, catalogue, labels):
    """Return precision and recall over turns."""
    finder = TitleFinder(item.label for item in catalogue)
    known = {core(item.label) for item in catalogue}
    said = found = said_and_found = right = 0
    for text, cores in spoken:
        named = finder.named(text)
        marked = any(core(label) in cores for label in named)
        said += bool(cores & known)
        said_and_found += bool(cores & known) and marked
        found += bool(named)
        right += bool(named) and (marked or labels.get(key(text), False))
    assert min(said, found) > 400
    precision, recall = right / found, said_and_found / said
    print(f"\n{len(spoken):,} turns: precision {precision:.3f}, recall {recall:.3f}")
    return precision, recall


@pytest.mark.slow
@pytest.mark.parametrize("part", ["dev", "held-out"])
def test_titles_of_all_films_are_found(spoken, all_films, labels, part):
    turns = [turn for turn in spoken if half(turn[0]) == part]
    precision, recall = rates(turns, all_films, labels)
    assert precision >= 0.96
    assert recall >= 0.91


def test_titles_of_a_smaller_catalogue_are_found(spoken, labels):
    """Sequels that it lacks are taken for the first film, and are most of what is wrong."""
    movies = read_catalogue(MOVIES)
    assert len(movies) == 1960
    precision, recall = rates(spoken, movies, labels)
    assert precision >= 0.9
    assert recall >= 0.88


def test_every_label_is_of_a_turn_in_which_a_title_is_found(spoken, all_films, labels):
    finder = TitleFinder(item.label for item in all_films)
    found = {key(text) for text, cores in spoken if not cores and finder.named(text)}
    assert set(labels) <= found
