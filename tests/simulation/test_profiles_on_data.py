"""Profiles of a hundred people of MovieLens, and the leakage diagnostic on them."""

from __future__ import annotations

import itertools
import json

import pytest

from crs_simcheck.baselines import load_baseline
from crs_simcheck.baselines.sources.movielens import read_stars
from crs_simcheck.cli import main
from crs_simcheck.instruments import TitleFinder, leaked_titles
from crs_simcheck.profiles import read_profiles, wording


@pytest.fixture(scope="module")
def seekers(data_dir, tmp_path_factory):
    """The file of a hundred profiles."""
    out = tmp_path_factory.mktemp("profiles") / "profiles.jsonl"
    source = str(data_dir / "movielens_small")
    command = ["profiles", "build", source, "--kind", "movielens", "--date", "2026-01-02"]
    salt = ["--salt-file", str(out.with_name("salt"))]
    assert main([*command, *salt, "-o", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def finder(data_dir):
    """What finds any of the films of two large catalogues."""
    films, _ = read_stars(data_dir / "movielens_small")
    return TitleFinder([*films, *load_baseline("redial-seekers").catalogue.labels])


@pytest.mark.slow
def test_a_hundred_people(seekers, finder):
    found = list(read_profiles(seekers))
    assert len(found) == 100
    for profile in found:
        history = [entry.item for entry in profile.history]
        assert len(set(history)) == 5
        assert not leaked_titles(profile.persona, history, None)
        assert not finder.named(profile.persona)
    assert len({profile.persona for profile in found}) > 95
    for trait, least in (("activity", 15), ("pickiness", 15)):
        words = [profile.traits[trait] for profile in found]
        assert {w: words.count(w) >= least for w in set(words)} == dict.fromkeys(set(words), True)
        assert len(set(words)) == 3
    assert len({genre for p in found for genre in p.traits["genres"]}) >= 12
    assert len({p.traits["genres"][0] for p in found}) >= 4


def test_no_wording_names_a_film(finder):
    """Every sentence that a rule can write, of any two genres and any two decades."""
    said = [*wording._SAID.values()]
    texts = [text for ways in wording._ACTIVITY.values() for text in ways]
    texts += [text for ways in wording._PICKINESS.values() for text in ways]
    for way, genre in itertools.product((*wording._GENRES, *wording._DISLIKES), said):
        texts.append(way.format(genre))
    texts += [f"{one}, {other} and {one}" for one, other in itertools.permutations(said, 2)]
    for way, year in itertools.product(wording._ERAS, range(1890, 2030, 10)):
        texts.append(way.format(f"the {year}s and the {year + 10}s"))
    assert not {text: finder.named(text) for text in texts if finder.named(text)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_raw_histories_leak_and_personas_do_not(seekers, tmp_path, seed):
    """The paper's diagnostic by the embedded engine, in one command."""
    file = tmp_path / "figures.json"
    command = ["profiles", "leakage", str(seekers), "--seed", seed, "--json", str(file)]
    assert main(command) == 0
    rows = json.loads(file.read_text())["rows"]
    raw, persona, people = (rows[name] for name in ("raw history", "persona", "people"))
    assert raw["answers"] == persona["answers"] == 100
    assert raw["leakage_rate"] >= 0.8
    assert raw["leakage_by_chance"] <= 0.1
    assert persona["leakage_rate"] <= 0.05
    assert persona["item_entropy"] < people["item_entropy"]
    assert people["leakage_rate"] is None
