"""Rewrite three prompts of a naive seeker until their gates are within, and check that they are.

Works in a copy of this folder. Exits 0 where every prompt came out as expected, 1 where not.
Arguments: seeds to optimize with (default: 0).
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from crs_simcheck import load_baseline

HERE = Path(__file__).resolve().parent
OTHERS = HERE.parent / "prompts"  # the naive prompts, and people made up as for them
BEFORE = """\
Can prompts be rewritten by what their gates say? A naive seeker's prompts for three tasks are
measured, rewritten, and measured again, three times; the best is chosen on seekers that it was not
made for, and reported on others still: see examples/optimize/simcheck.toml.

The engine is "embedded", a seeker made of rules, and so is the editor: no language model, and no
evidence about any.
"""
RUNS = (("seeker", "items_talk"), ("yes_sayer", "bin_pref"), ("seeker", "open_pref"))
N_PEOPLE = 700


def main(seeds: list[int]) -> int:
    print(BEFORE, flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "optimize")
        prepare(folder)
        for seed in seeds:
            for simulator, task in RUNS:
                wrong += optimized(folder, simulator, task, seed)
    print("\nAll as expected." if not wrong else f"\n{wrong} not as expected.")
    return 1 if wrong else 0


def prepare(folder: Path) -> None:
    """Write what a run needs: settings, naive prompts, people made up, and films."""
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("__pycache__", "optimized"))
    shutil.copytree(OTHERS / "prompts" / "naive", folder / "prompts")
    made_up = [sys.executable, OTHERS / "made_up_people.py", folder / "people.jsonl"]
    subprocess.run([*made_up, str(N_PEOPLE + 100)], check=True)
    write_films(folder / "films.csv")
    # Nobody is to be kept secret here: with ids that are always the same, so is all that follows.
    Path(folder, "salt").write_text("people that were made up\n", encoding="utf-8")
    run(folder, "profiles", "build", "people.jsonl", "--kind", "rows", "-o", "profiles.jsonl",
        "--seekers", str(N_PEOPLE), "--salt-file", "salt", quiet=True)  # fmt: skip


def optimized(folder: Path, simulator: str, task: str, seed: int) -> int:
    """Optimize one prompt; return how much was not as expected."""
    print(f"\n$ crs-simcheck optimize {simulator} --task {task} --seed {seed}", flush=True)
    out = folder / f"run-{seed}-{task}"
    started = time.monotonic()
    code = run(
        folder, "optimize", simulator, "--task", task, "--seed", str(seed), "--out", out.name
    )
    took = time.monotonic() - started
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))["test"]
    before, after = result["before"], result["after"] or {}
    drifted = [name for name, verdict in before.items() if verdict["verdict"] == "drifted"]
    within = [name for name, verdict in after.items() if verdict["verdict"] == "within"]
    lines = [
        (len(drifted) >= 3, f"before, {len(drifted)} of {len(before)} gates drift"),
        (len(within) == len(before), f"after, {len(within)} of {len(before)} are within"),
        (code == 0, f"exit code {code}: there is a better prompt"),
    ]
    print(f"{took:.0f} s")
    for right, line in lines:
        print(f"  {'ok   ' if right else 'WRONG'} {line}")
    return sum(not right for right, _ in lines)


def run(folder: Path, *command: str, quiet: bool = False) -> int:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    out = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        [sys.executable, "-m", "crs_simcheck", *command],
        cwd=folder,
        env=environment,
        stdout=out,
        check=False,
    ).returncode


def write_films(path: Path) -> None:
    """Write the films that made-up raters rated, each with their mean."""
    group = load_baseline("synthetic-raters")
    answers = group.task("bin_pref").tables["answers"]
    film, rating = answers.array("film"), answers.array("rating")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["title", "year", "genres", "mean_rating"])
        for item in group.catalogue:
            mean = float(np.nanmean(rating[film == item.label]))
            writer.writerow([item.title, item.year, "drama", round(mean, 3)])


if __name__ == "__main__":
    sys.exit(main([int(seed) for seed in sys.argv[1:]] or [0]))
