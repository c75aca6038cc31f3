"""How long a replayed gate over prose takes: 100 seekers, three tasks, all vectors kept already.

python benchmarks/prose.py
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks.alone import ALONE
from crs_simcheck.baselines import load_baseline
from crs_simcheck.instruments.vectors import (
    SENTENCE_SPLITTER,
    VectorCache,
    VectorReading,
    cache_path,
)

__all__ = ["SEEKERS", "main", "write_project"]

SEEKERS = 100
LIMIT = 1.5
_THINGS = ("plot", "acting", "ending", "music", "camera work", "pacing", "dialogue", "cast")
_FEELINGS = ("great", "awful", "fine", "moving", "boring", "brilliant", "long", "a mess")
_WANTED = ("slow", "clever", "scary", "warm", "old", "new", "strange", "short", "epic", "quiet")
_KINDS = ("crime film", "comedy", "love story", "western", "thriller", "family film", "drama")
_SETTINGS = """
[simulator.prose]
responses = "answers.jsonl"
"""


def _rows() -> Iterator[dict[str, object]]:
    rng = np.random.default_rng(0)

    def one(words: Sequence[str]) -> str:
        return str(rng.choice(words))

    for number in range(SEEKERS):
        seeker, item = f"s{number}", {"item": "Heat (1995)"}
        review = " ".join(
            f"The {one(_THINGS)} was {one(_FEELINGS)}." for _ in range(int(rng.integers(1, 6)))
        )
        stars = float(rng.choice([1.0, 2.0, 3.0, 4.0, 4.5, 5.0]))
        request = f"I would love a {one(_WANTED)} and {one(_WANTED)} {one(_KINDS)} for tonight."
        answer = f"No, that is too {one(_WANTED)}. Something {one(_WANTED)}, please."
        unfit = item | {"relevant": False}
        yield {"task": "open_pref", "seeker": seeker, "stimulus": item, "text": review,
               "rating": stars}  # fmt: skip
        yield {"task": "rec_request", "seeker": seeker, "stimulus": {}, "text": request}
        yield {"task": "neg_feedback", "seeker": seeker, "stimulus": unfit, "text": answer}


def write_project(folder: Path) -> int:
    """Write a settings file, answers and their kept vectors; return how many answers.

    The vectors are made up: what a gate does with them takes as long as with real ones.
    """
    rows = list(_rows())
    answers = folder / "answers.jsonl"
    answers.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "simcheck.toml").write_text(_SETTINGS, encoding="utf-8")
    rng = np.random.default_rng(1)
    for name in ("redial-seekers", "amazon-movies-reviewers"):
        identity = load_baseline(name).instruments.get("sentence-vectors")
        if isinstance(identity, str):
            cache = VectorCache(cache_path(answers, identity), identity, SENTENCE_SPLITTER)
            texts = [str(row["text"]) for row in rows]
            drawn = rng.normal(size=(len(texts), 384))
            units = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
            cache.add((t, VectorReading.of(u, 1)) for t, u in zip(texts, units, strict=True))
    return len(rows)


def _seconds(folder: Path) -> float:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "PYTHON"))}
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--crs-simcheck", "-q", *ALONE],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=kept,
    )
    taken = time.perf_counter() - begin
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return taken


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the median; exit 1 where it is over its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7, help="runs of the whole process")
    runs = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = write_project(folder)
        _seconds(folder)  # bytecode is written
        whole = statistics.median(_seconds(folder) for _ in range(runs))
    verdict = "ok" if whole <= LIMIT else "TOO SLOW"
    what = f"pytest --crs-simcheck, {count} answers of prose"
    print(f"{what:45} {whole:6.2f} s  (at most {LIMIT:g})  {verdict}")
    return int(whole > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
