"""Forty seekers, eighty people, and 120 films that do not exist: answers and a baseline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from crs_simcheck.cli import main

N_FILMS, N_PEOPLE, N_SEEKERS, N_RATED = 120, 80, 40, 12
GENRES = ("comedy", "drama", "crime|thriller", "horror", "romance|drama")
FILMS = tuple(f"Made Up {i:03} ({1950 + i % 70})" for i in range(N_FILMS))


def named(seeker: str, films: Sequence[str]) -> dict[str, object]:
    text = "\n".join(f"{place}. {film}" for place, film in enumerate(films, start=1))
    stimulus = {"n_items": len(films)}
    return {"task": "items_talk", "seeker": seeker, "stimulus": stimulus, "text": text}


def answered(seeker: str, film: str, yes: bool) -> dict[str, object]:
    text = "Yes" if yes else "No"
    return {"task": "bin_pref", "seeker": seeker, "stimulus": {"item": film}, "text": text}


def crowd(who: str, size: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """People, or a simulator that is like them."""
    fame = 1 / (np.arange(N_FILMS) + 10)
    for number in range(size):
        seeker = f"{who}-{number:03}"
        films = rng.choice(N_FILMS, 4, replace=False, p=fame / fame.sum())
        yield named(seeker, [FILMS[i] for i in films])
        for film in range(N_RATED):
            yield answered(seeker, FILMS[film], bool(rng.random() < 0.3 + 0.05 * film))


def narrow(size: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    for number in range(size):
        yield named(f"narrow-{number:03}", [FILMS[i] for i in rng.permutation(3)])


def eager(size: int) -> Iterator[dict[str, object]]:
    for number in range(size):
        for film in range(N_RATED):
            yield answered(f"eager-{number:03}", FILMS[film], True)


def write_rows(path: Path, rows: Iterator[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_project(folder: Path) -> None:
    """Write ``films.csv``, three files of answers, and the groups ``crowd`` and ``robots``."""
    rng = np.random.default_rng(20261123)
    lines = ["title,year,genres,popularity"]
    for i, film in enumerate(FILMS):
        title, _, year = film.rpartition(" (")
        lines.append(f"{title},{year.rstrip(')')},{GENRES[i % len(GENRES)]},{1000 - i}")
    (folder / "films.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_rows(folder / "people.jsonl", crowd("person", N_PEOPLE, rng))
    write_rows(folder / "alike.jsonl", crowd("alike", N_SEEKERS, rng))
    write_rows(folder / "narrow.jsonl", narrow(N_SEEKERS, rng))
    write_rows(folder / "eager.jsonl", eager(N_SEEKERS))
    for name, speakers in (("crowd", "people"), ("robots", "simulator")):
        code = main(
            [
                *("baseline", "build", str(folder / "people.jsonl"), "--kind", "rows"),
                *("--speakers", speakers, "--licence", "none", "--origin", "made up"),
                *("--attribution", "nobody", "--catalogue", str(folder / "films.csv")),
                *("--date", "2026-11-23", "-o", str(folder / name)),
            ]
        )
        assert code == 0
