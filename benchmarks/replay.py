"""How long a replay takes: a gate over 500 recorded answers, and loading 100,000 of them.

python benchmarks/replay.py
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks.alone import ALONE
from crs_simcheck.project import SimulatorRun, read_settings
from crs_simcheck.project.record import record
from crs_simcheck.recordings import read_recording

__all__ = ["main"]

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "prompts"
LIMIT, LOAD_LIMIT = 1.5, 1.5
_SETTINGS = """
[simulator.better]
prompts  = "prompts/better"
engine   = "embedded"
profiles = "profiles.jsonl"
[simulator.better.tasks]
items_talk = {}
bin_pref = { asked = 1 }
open_pref = {}
rec_request = {}
neg_feedback = { unfit = 1, fit = 0 }
"""


def write_project(folder: Path) -> int:
    """Write prompts, profiles, settings and a recording; return how many answers there are."""
    shutil.copytree(EXAMPLE / "prompts", folder / "prompts")
    shutil.copy(EXAMPLE / "profiles.jsonl", folder)
    (folder / "simcheck.toml").write_text(_SETTINGS, encoding="utf-8")
    run = SimulatorRun(read_settings(folder / "simcheck.toml").simulators[0]).live
    assert run is not None
    return record(run).planned


def write_many(folder: Path, count: int) -> Path:
    """Write a recording of so many answers of usual length."""
    path = folder / "rec_request.jsonl"
    text = "I would like to see a slow crime film with a good ending tonight, not too long. " * 2
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            row = {
                "task": "rec_request",
                "seeker": f"u{number % 500}",
                "stimulus": {},
                "text": text,
                "request": f"sha256:{hashlib.sha256(str(number).encode()).hexdigest()}",
                "meta": {
                    "engine": "ollama",
                    "model": "llama3.3:70b",
                    "digest": f"sha256:{'a' * 64}",
                    "server": "0.24.0",
                    "date": "2026-11-23",
                    "seed": number,
                    "repeat": 0,
                    "prompt_tokens": 300,
                    "tokens": 60,
                    "done_reason": "stop",
                },
            }
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
    return path


def bare_parse(path: Path) -> None:
    """Parse every line and keep nothing."""
    with path.open("rb") as file:
        for line in file:
            json.loads(line)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def process(folder: Path, *command: str) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return seconds(
        lambda: subprocess.run(
            [sys.executable, *command],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both figures; return 1 where one is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--answers", type=int, default=100_000)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        count = write_project(folder)
        gate = ("-m", "pytest", "--crs-simcheck", "--simcheck-record=none", *ALONE)
        process(folder, *gate)  # writes the bytecode
        whole, bare = [], []
        for _ in range(given.runs):
            whole.append(process(folder, *gate))
            bare.append(process(folder, "-c", "import pytest"))
        took = statistics.median(whole)
        print(
            f"replay of {count} answers, all gates: {took:.2f} s whole process "
            f"(import pytest alone: {statistics.median(bare):.2f} s; limit {LIMIT} s)"
        )
        many = folder / "many"
        many.mkdir()
        path = write_many(many, given.answers)
        ratios = []
        for _ in range(given.runs):
            parse = seconds(lambda: bare_parse(path))
            ratios.append(seconds(lambda: read_recording(many)) / parse)
        ratio = statistics.median(ratios)
        print(
            f"load of {given.answers:,} answers: {ratio:.2f} × a bare JSON parse of the same file "
            f"(limit {LOAD_LIMIT} ×)"
        )
    return 0 if took <= LIMIT and ratio <= LOAD_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
