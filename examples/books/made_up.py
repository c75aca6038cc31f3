"""Write the made-up library of this example: books, readers, their answers, two simulators.

Nobody wrote these books and nobody said these sentences. The readers are synthetic, and every
report says so.

    python made_up.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
N_READERS, N_SEEKERS = 120, 60
FIRST = (
    "Quiet",
    "Last",
    "Glass",
    "Salt",
    "Northern",
    "Paper",
    "Hollow",
    "Winter",
    "Borrowed",
    "Blue",
)
SECOND = ("Harbour", "Orchard", "Ledger", "Lantern", "Atlas", "Ferry", "Garden", "Tower")
GENRES = ("mystery", "history", "romance", "science fiction", "poetry")
MOODS = ("quiet", "funny", "sad", "strange", "long", "short", "old", "clever")
PLACES = (
    "an island",
    "a small town",
    "the sea",
    "a library",
    "the mountains",
    "a ship",
    "a market",
)
PEOPLE = (
    "two sisters",
    "a clerk",
    "an old teacher",
    "a thief",
    "a doctor",
    "a family",
    "a painter",
)
WISHES = (
    "I would like a {mood} book about {people} on {place}",
    "Could you suggest something {mood}, with {people} in it",
    "I am in the mood for a {mood} story that plays in {place}",
    "Something {mood} please, not about {people} again",
    "Do you know a {mood} novel about {people} and {place}",
)


def books() -> list[dict[str, str]]:
    """Return eighty books; those that come first are the best known."""
    names = [f"The {first} {second}" for second in SECOND for first in FIRST]
    return [
        {
            "title": name,
            "year": str(1900 + (i * 37) % 120),
            "genres": "|".join({GENRES[i % 5]: 0, GENRES[(i * 3 + 1) % 5]: 0}),
            "popularity": str(1000 - 7 * i),
        }
        for i, name in enumerate(names)
    ]


def named(seeker: str, chosen: list[dict[str, str]]) -> dict[str, object]:
    """Return an answer to items_talk."""
    lines = [f"{n}. {book['title']} ({book['year']})" for n, book in enumerate(chosen, start=1)]
    stimulus = {"n_items": len(lines)}
    return {"task": "items_talk", "seeker": seeker, "stimulus": stimulus, "text": "\n".join(lines)}


def asked(seeker: str, rng: np.random.Generator) -> dict[str, object]:
    """Return an answer to rec_request."""
    text = " ".join(
        str(rng.choice(WISHES)).format(
            mood=rng.choice(MOODS), people=rng.choice(PEOPLE), place=rng.choice(PLACES)
        )
        + "."
        for _ in range(int(rng.integers(1, 4)))
    )
    return {"task": "rec_request", "seeker": seeker, "stimulus": {}, "text": text}


def like_readers(who: str, count: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Yield answers of readers, or of a simulator that is like them."""
    library = books()
    fame = 1 / (np.arange(len(library)) + 8.0)
    for number in range(count):
        seeker = f"{who}-{number:03}"
        picked = rng.choice(len(library), 3, replace=False, p=fame / fame.sum())
        yield named(seeker, [library[i] for i in picked])
        yield asked(seeker, rng)


def only_bestsellers(count: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Yield answers of a simulator that knows five books, and asks all in the same words."""
    library = books()[:5]
    for number in range(count):
        seeker = f"bestseller-{number:03}"
        yield named(seeker, [library[i] for i in rng.permutation(5)[:3]])
        text = "I would like a quiet book about a family on an island."
        yield {"task": "rec_request", "seeker": seeker, "stimulus": {}, "text": text}


def profiles(rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Yield readers to play, for an engine of your own."""
    for number in range(N_SEEKERS):
        first, second = rng.choice(GENRES, 2, replace=False)
        persona = f"Reads {first} above all, and some {second}; likes {rng.choice(MOODS)} books."
        yield {"seeker": f"reader-{number:03}", "persona": persona, "traits": {"genres": [first]}}


def write(folder: Path) -> None:
    """Write all of it into a folder."""
    rng = np.random.default_rng(20261124)
    lines = ["title,year,genres,popularity"]
    lines += [",".join(book.values()) for book in books()]
    (folder / "catalogue.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, rows in (
        ("readers.jsonl", like_readers("person", N_READERS, rng)),
        ("answers/reader.jsonl", like_readers("reader", N_SEEKERS, rng)),
        ("answers/bestsellers.jsonl", only_bestsellers(N_SEEKERS, rng)),
        ("profiles.jsonl", profiles(rng)),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
