"""What the plugin costs a test suite that does not ask for it: pairs of runs, interleaved."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main", "ratios"]

LIMIT = 1.05
_OFF = ("-p", "no:crs_simcheck")


def _seconds(folder: Path, *options: str) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
    )
    taken = time.perf_counter() - started
    if done.returncode != 0:
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return taken


def ratios(pairs: int) -> list[float]:
    """Return for each pair the time with the plugin over the time without it.

    The two of a pair follow each other at once, every other time the other way round.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_trivial.py").write_text("def test_trivial():\n    assert True\n")
        (folder / "pytest.ini").write_text("[pytest]\n")
        _seconds(folder), _seconds(folder, *_OFF)  # bytecode is written
        found = []
        for pair in range(pairs):
            orders = (_OFF, ()) if pair % 2 else ((), _OFF)
            taken = {options: _seconds(folder, *options) for options in orders}
            found.append(taken[()] / taken[_OFF])
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the median ratio; exit 1 where it is over the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=15)
    pairs = parser.parse_args(arguments).pairs
    found = ratios(pairs)
    median = statistics.median(found)
    low, _, high = statistics.quantiles(found, n=4)
    verdict = "ok" if median <= LIMIT else "TOO SLOW"
    print(
        f"pytest -q on one test, with the plugin over without: {median:.3f} "
        f"(quartiles {low:.3f} to {high:.3f}, {pairs} pairs; at most {LIMIT})  {verdict}"
    )
    return int(median > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
