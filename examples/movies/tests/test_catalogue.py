"""The movies repository's own tests. `pytest` alone runs these and nothing of crs-simcheck."""

import csv
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).parents[1] / "catalogue.csv"


@cache
def films() -> list[dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_is_enough_to_recommend() -> None:
    assert len(films()) >= 1500


def test_every_film_has_a_title_a_year_and_a_genre() -> None:
    for film in films():
        assert film["title"].strip()
        assert 1890 <= int(film["year"]) <= 2026
        assert all(film["genres"].split("|"))


def test_no_film_is_listed_twice() -> None:
    keys = [(film["title"].casefold(), film["year"]) for film in films()]
    assert len(set(keys)) == len(keys)
