"""How fast and in how much memory the reader of Amazon's reviews is.

It writes reviews of made-up words in the real format of 2023, then compares on the same file

- the star statistics, from the command line to the written group, with ``gzip -dc`` piped to a
  Python that does nothing but ``json.loads`` on each line, by turns;
- the largest resident memory of the process that builds, at a tenth of the reviews and at all.

Nothing else runs in this process, whose own memory would count as the child's.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["lines", "main", "write_reviews"]

ROOT = Path(__file__).resolve().parent.parent
LEAST_SPEED, MOST_MEMORY = 0.5, 1.2
_PARSE = "import json, sys\nfor line in sys.stdin.buffer:\n    json.loads(line)\n"
# Reviews that a person wrote on average, as in the edition of 2023.
_EACH = 2.7
_STARS: dict[str, tuple[str, ...]] = {
    "stars of 2,000 people": ("--only", "stars"),
    "stars of 2,000 with 5 reviews": ("--only", "stars", "--min-reviews", "5"),
}
_SYLLABLES = "ba de fi go lu ma ne po ra si to vu wen kor tal mis dra pel".split()  # noqa: SIM905


def lines(reviews: int, seed: int = 0) -> Iterator[bytes]:
    """Yield lines of made-up reviews in the real format; people differ in how much they write."""
    draw = random.Random(seed)
    words = ["".join(draw.choices(_SYLLABLES, k=draw.randint(1, 3))) for _ in range(4_000)]
    sentences = [
        json.dumps(" ".join(draw.choices(words, k=draw.randint(3, 18))).capitalize() + ".")[1:-1]
        for _ in range(5_000)
    ]
    people = max(1, round(reviews / _EACH))
    for _ in range(reviews):
        # A few wrote hundreds, most wrote one.
        person = int(people * draw.random() ** 1.6)
        product = f"B{int(1_000_000 * draw.random() ** 2):09d}"
        length = min(60, max(1, int(draw.lognormvariate(math.log(3), 0.9))))
        text = " ".join(draw.choices(sentences, k=length))
        if length > 4:
            text = text.replace(". ", ".<br />", 1)
        stars = draw.choices((1, 2, 3, 4, 5), (10, 6, 10, 18, 56))[0]
        yield (
            f'{{"rating": {stars}.0, "title": "{sentences[person % 5_000][:30]}", '
            f'"text": "{text}", "images": [], "asin": "{product}", "parent_asin": "{product}", '
            f'"user_id": "A{person * 2_654_435_761 % 2**64:027X}", '
            f'"timestamp": {1_400_000_000_000 + draw.randrange(10**11)}, '
            f'"helpful_vote": {draw.randrange(4)}, '
            f'"verified_purchase": {"true" if draw.random() < 0.7 else "false"}}}\n'
        ).encode()


def write_reviews(path: Path, reviews: int) -> None:
    """Write a file of so many reviews, compressed as those of the edition are."""
    with gzip.open(path, "wb", compresslevel=6) as file:
        for line in lines(reviews):
            file.write(line)


def _ran(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; return seconds and its largest resident memory in MB."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"ended with {child.returncode}: {' '.join(command)}")
    return time.perf_counter() - begun, used.ru_maxrss / 1024


def _build(source: Path, out: Path, *options: str) -> list[str]:
    program = [sys.executable, "-m", "crs_simcheck", "baseline", "build", str(source)]
    return [*program, "--kind", "amazon-2023", *options, "-o", str(out)]


def _parsed(source: Path) -> float:
    """Return the seconds that unpacking and a bare parse of every line take."""
    begun = time.perf_counter()
    with subprocess.Popen(["gzip", "-dc", str(source)], stdout=subprocess.PIPE) as unpack:
        subprocess.run([sys.executable, "-c", _PARSE], stdin=unpack.stdout, check=True)
    return time.perf_counter() - begun


def main(arguments: Sequence[str] | None = None) -> int:
    """Print seconds and memory; exit 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--reviews", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, by turns")
    parser.add_argument("--folder", type=Path, help="where to keep the files (default: nowhere)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        files = _files(given.folder or Path(scratch), given.reviews)
        slow = _fast(files[given.reviews], given.reviews, given.runs)
        return int(slow + _small(files) > 0)


def _files(folder: Path, reviews: int) -> dict[int, Path]:
    """Return the files of a tenth of the reviews and of all, made where they are missing."""
    files = {n: folder / f"reviews-{n}.jsonl.gz" for n in (reviews // 10, reviews)}
    for n, path in files.items():
        if not path.exists():
            code = (
                "from pathlib import Path\nfrom benchmarks.amazon import write_reviews\n"
                f"write_reviews(Path({str(path)!r}), {n})"
            )
            subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    return files


def _fast(source: Path, reviews: int, runs: int) -> int:
    """Print the speed of each way to read the stars; return how many are too slow."""
    size = source.stat().st_size / 1e6
    print(f"{reviews:,} reviews, {size:,.0f} MB compressed; medians of {runs} runs by turns")
    bare: list[float] = []
    taken: dict[str, list[float]] = {way: [] for way in _STARS}
    for _ in range(runs):
        bare.append(_parsed(source))
        for way, options in _STARS.items():
            taken[way].append(_ran(_build(source, source.parent / "group", *options))[0])
    parse = statistics.median(bare)
    print(f"{'gzip -dc and json.loads of every line':40} {parse:7.1f} s")
    slow = 0
    for way, times in taken.items():
        seconds = statistics.median(times)
        kept = parse / seconds >= LEAST_SPEED
        slow += not kept
        print(
            f"{way:40} {seconds:7.1f} s  {reviews / seconds:9,.0f} reviews/s, "
            f"{parse / seconds:.2f} of the bare parse (at least {LEAST_SPEED:g})  "
            f"{'ok' if kept else 'TOO SLOW'}"
        )
    return slow


def _small(files: dict[int, Path]) -> int:
    """Print the memory of each way to read; return how often it grows."""
    grown = 0
    for way, options in {**_STARS, "all that is read in reviews": ()}.items():
        (few, least), (many, most) = (
            (n, _ran(_build(path, path.parent / "group", *options))[1]) for n, path in files.items()
        )
        kept = most / least <= MOST_MEMORY
        grown += not kept
        print(
            f"{way:40} {least:6.0f} MB at {few:,}, {most:.0f} MB at {many:,}: "
            f"{most / least:.2f} × (at most {MOST_MEMORY:g})  {'ok' if kept else 'GROWS'}"
        )
    return grown


if __name__ == "__main__":
    sys.exit(main())
