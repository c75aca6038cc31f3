"""Record two prompts with the embedded engine, gate both, and check that each comes out as it must.

Works in a copy of this folder. Exits 0 where every simulator came out as expected, 1 where not.
Arguments: seeds to record with (default: 0).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
BEFORE = """\
Does a change of a prompt make a simulated seeker more like people? Two sets of prompts are asked
the same five tasks, recorded, and gated against people: see examples/prompts/simcheck.toml.

  naive    the prompts that ship: they say what is asked         expected: drifts
  better   the same tasks; guidelines speak of people's habits   expected: within, every gate

The engine is "embedded", a seeker made of rules: no language model, and no evidence about any.
"""
# Faults that simulators without advice have; what the better guidelines address.
DRIFTS = (
    "items_talk item_entropy",
    "items_talk popularity_share",
    "items_talk era_entropy",
    "bin_pref acceptance_rate",
    "bin_pref format_violation_rate",
    "open_pref aspect_entropy",
    "open_pref sentiment_entropy",
    "rec_request words_per_response",
)

# "simulator", "task metric" → verdict.
Verdicts = Mapping[tuple[str, str], str]


def main(seeds: list[int]) -> int:
    print(BEFORE, flush=True)
    wrong = 0
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "prompts")
            shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns("__pycache__", "recordings"))
            settings = copy / "simcheck.toml"
            text = settings.read_text(encoding="utf-8")
            settings.write_text(
                text.replace('"embedded"\nprofiles', f'"embedded"\nseed = {seed}\nprofiles'),
                encoding="utf-8",
            )
            print("$ crs-simcheck record", flush=True)
            run(copy, "crs_simcheck", "record")
            print("\n$ pytest --crs-simcheck", flush=True)
            started = time.monotonic()
            verdicts, code = gate(copy)
            took = time.monotonic() - started
        wrong += told(verdicts, code, seed, took)
    print("\nAll as expected." if not wrong else f"\n{wrong} not as expected.")
    return 1 if wrong else 0


def run(folder: Path, *command: str) -> int:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=environment, check=False
    ).returncode


def gate(folder: Path) -> tuple[Verdicts, int]:
    """Run the gates, and return the verdicts, which a JUnit report carries, and the exit code."""
    report = folder / "report.xml"
    options = ("-q", "--tb=no", "-rN", "-p", "no:cacheprovider")
    code = run(folder, "pytest", "--crs-simcheck", *options, f"--junit-xml={report}")
    found: dict[tuple[str, str], str] = {}
    for case in ET.parse(report).iter("testcase") if report.is_file() else ():
        for one in case.iterfind("properties/property[@name='crs_simcheck']"):
            figures = json.loads(one.get("value", ""))
            simulator, task, metric, *_ = figures["row"]
            found[simulator, f"{task} {metric}"] = figures.get("verdict", {}).get("verdict", "–")
    return found, code


def told(verdicts: Verdicts, code: int, seed: int, took: float) -> int:
    """Print what was expected and what was found; return how much was not as expected."""
    naive = {gate: found for (name, gate), found in verdicts.items() if name == "naive"}
    better = {gate: found for (name, gate), found in verdicts.items() if name == "better"}
    drifted = [gate for gate in DRIFTS if naive.get(gate) == "drifted"]
    within = [gate for gate, found in better.items() if found == "within"]
    others = [f"{gate} {found}" for gate, found in better.items() if found != "within"]
    lines = [
        (len(drifted) == len(DRIFTS), f"naive drifts in {len(drifted)} of {len(DRIFTS)} gates"),
        (bool(within) and not others, f"better is within in {len(within)} of {len(better)} gates"),
        (code == 1, f"pytest's exit code is {code}: naive fails"),
    ]
    print(f"\nSeed {seed}, {len(verdicts)} gates in {took:.1f} s:\n")
    for right, line in lines:
        print(f"  {'ok   ' if right else 'WRONG'} {line}")
    for other in others:
        print(f"        {other}")
    return sum(not right for right, _ in lines)


if __name__ == "__main__":
    sys.exit(main([int(seed) for seed in sys.argv[1:]] or [0]))
