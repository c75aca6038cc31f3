"""Made-up reviews in the real formats of Amazon's editions, of words of our own."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

SAID = (
    "The acting was wonderful and the story kept me awake.",
    "Boring plot.<br />The sound is awful, too.",
    "A secret-person told me &#34;see it&#34; &amp; I did.",
    "Great picture on this disc! The price was fair.",
    "Not my taste. The ending is weak, but the music is lovely.",
    "Loved it.",
)


def person(number: int) -> str:
    return f"SECRETID{number:08d}"


def product(number: int) -> str:
    return f"B00{number:07d}"


def review_2023(who: int, what: int, stars=4.0, text=SAID[0], **more) -> dict:
    return {
        "rating": stars,
        "title": "Secret title",
        "text": text,
        "images": [],
        "asin": product(what),
        "parent_asin": product(what // 2 * 2),
        "user_id": person(who),
        "timestamp": 1_440_385_637_000 + 86_400_000 * what,
        "helpful_vote": 0,
        "verified_purchase": what % 3 > 0,
    } | more


def review_2018(who: int, what: int, stars=4.0, text=SAID[0], **more) -> dict:
    return {
        "overall": stars,
        "verified": what % 3 > 0,
        "reviewTime": "08 24, 2015",
        "reviewerID": person(who),
        "asin": product(what),
        "style": {"Format:": " DVD"},
        "reviewerName": "Secret Name",
        "reviewText": text,
        "summary": "Secret title",
        "unixReviewTime": 1_440_385_637 + 86_400 * what,
    } | more


def review_copy(who: int, what: int, stars=4.0, text=SAID[0], **more) -> dict:
    asin = product(what) if what % 2 else None
    return {"user": person(who), "rating": stars, "text": text, "asin": asin, "source": "x"} | more


def some(make, people: int = 12, seed: int = 0) -> list[dict]:
    """Reviews of so many people: the person of number n wrote n % 4 + 1 of them."""
    draw = random.Random(seed)
    return [
        make(who, 10 * who + i, float(draw.randint(1, 5)), draw.choice(SAID))
        for who in range(people)
        for i in range(who % 4 + 1)
    ]


def as_lines(reviews) -> bytes:
    return b"".join(json.dumps(r).encode() + b"\n" for r in reviews)


def write(path: Path, reviews) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = as_lines(reviews)
    path.write_bytes(gzip.compress(data, mtime=0) if path.name.endswith(".gz") else data)
    return path


def write_2023(folder: Path) -> Path:
    return write(folder / "Movies_and_TV.jsonl.gz", some(review_2023))


def write_2018(folder: Path) -> Path:
    return write(folder / "Movies_and_TV.json.gz", some(review_2018))


def write_copy(folder: Path) -> Path:
    return write(folder / "copy.jsonl", some(review_copy))


META = [
    {
        "main_category": "Movies & TV",
        "title": "Paper Lions (1995) (Widescreen Edition) [DVD]",
        "average_rating": 4.5,
        "rating_number": 20,
        "features": [],
        "categories": ["Movies & TV", "Genre for Featured Categories", "Action &amp; Adventure"],
        "details": {"Release date": "August 19, 2012"},
        "parent_asin": product(0),
    },
    {
        "main_category": "Prime Video",
        "title": "Green Winter",
        "average_rating": 3.0,
        "rating_number": 6,
        "features": ["IMDb 6.1", "1 h 27 min", "2021", "ALL"],
        "categories": ["Comedy", "Drama"],
        "parent_asin": product(10),
    },
    {"title": "Paper Lions [Blu-ray] (1995)", "rating_number": 5, "parent_asin": product(20)},
    {"title": None, "parent_asin": product(30)},
    {"title": "Nobody Reviewed It", "rating_number": 9, "parent_asin": "B00UNKNOWN"},
]
