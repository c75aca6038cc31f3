"""Make up people who rate films: writes people.jsonl, of which profiles.jsonl was built.

They are nobody. A real repository builds its profiles of people who gave their histories:
crs-simcheck profiles build ml-latest-small --kind movielens -o profiles.jsonl
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from crs_simcheck import load_baseline
from crs_simcheck.catalogue import Item

N_PEOPLE, N_FILMS, SEED = 140, 1500, 2026


def main(out: Path, people: int = N_PEOPLE) -> None:
    rng = random.Random(SEED)
    catalogue = load_baseline("redial-seekers").catalogue
    films = [film for film in catalogue if film.genres and film.year and film.popularity]
    films = sorted(films, key=lambda film: (-film.popularity, film.label))[:N_FILMS]
    genres = sorted({genre for film in films for genre in film.genres})
    with out.open("w", encoding="utf-8") as file:
        for number in range(people):
            for film, stars in rated(rng, films, genres):
                row = {
                    "task": "bin_pref",
                    "seeker": f"p{number:03}",
                    "stimulus": {"item": film.label},
                    "text": "",
                    "rating": stars,
                }
                file.write(json.dumps(row) + "\n")


def rated(rng: random.Random, films: list[Item], genres: list[str]) -> Iterator[tuple[Item, float]]:
    """Yield films with stars: more often of a few genres and a decade, and liked the better."""
    liked = set(rng.sample(genres, 3))
    decade = rng.choice([1970, 1980, 1990, 1990, 2000, 2000, 2010])
    mood = rng.gauss(0, 0.5)
    weights = [
        (1 + 3 * len(liked.intersection(film.genres)))
        * (3 if decade <= film.year < decade + 10 else 1)
        * film.popularity**0.5
        for film in films
    ]
    for film in dict.fromkeys(rng.choices(films, weights, k=rng.randint(8, 30))):
        stars = 3.2 + mood + 0.6 * len(liked.intersection(film.genres)) + rng.gauss(0, 0.7)
        yield film, min(5.0, max(0.5, round(2 * stars) / 2))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "people.jsonl"), *map(int, sys.argv[2:]))
