"""Gate the four simulators of this folder, and check that each comes out as it must.

Runs `pytest --crs-simcheck` here and shows what it prints. Exits 0 where every simulator came out
as expected, 1 where one did not. Writes nothing into this folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
COMMAND = ["-m", "pytest", "--crs-simcheck", "-p", "no:cacheprovider"]
BEFORE = """\
Four user simulators are held against people, a test for each gate of examples/movies/simcheck.toml.

  mistral-nemo  a real language model          expected: drifted, over twice people's words a turn
  people        drawn from the people          expected: within, every gate
  popular       names only famous films        expected: drifted, too little variety and too famous
  eager         says Yes to every film         expected: drifted, accepts too much

Three of them are faulty, so pytest must fail. In examples/movies: pytest --crs-simcheck
"""

# (simulator, metric) → verdict, as pytest left it.
Verdicts = Mapping[tuple[str, str], Mapping[str, Any]]


def main() -> int:
    print(BEFORE, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        code = run_pytest(report)
        verdicts = read_verdicts(report) if report.is_file() else {}
    print("\nWhat was expected, and what was found:\n")
    wrong = 0
    for simulator, expected, as_expected, found in checks(verdicts):
        print(f"  {'ok   ' if as_expected else 'WRONG'} {simulator:13} {expected}: {found}")
        wrong += not as_expected
    if code != 1:
        print(f"  WRONG pytest's exit code is {code}, expected 1: some tests failed")
        wrong += 1
    print("\nAll as expected." if not wrong else f"\n{wrong} not as expected.")
    return 1 if wrong else 0


def run_pytest(report: Path) -> int:
    """Run the gates in this folder, leave a JUnit report, and return pytest's exit code."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [sys.executable, *COMMAND, f"--junit-xml={report}"]
    return subprocess.run(command, cwd=HERE, env=environment, check=False).returncode


def read_verdicts(report: Path) -> Verdicts:
    """Return the verdicts, which a JUnit report carries as properties of its tests."""
    found = {}
    for case in ET.parse(report).iter("testcase"):
        for told in case.iterfind("properties/property[@name='crs_simcheck']"):
            figures = json.loads(told.get("value", ""))
            simulator, _task, metric, *_ = figures["row"]
            found[simulator, metric] = figures.get("verdict", {"verdict": "error"})
    return found


def checks(verdicts: Verdicts) -> Iterator[tuple[str, str, bool, str]]:
    """Yield (simulator, what is expected, whether it is so, what was found)."""

    def outcome(simulator: str, metric: str) -> str:
        return str(verdicts.get((simulator, metric), {}).get("verdict", "not measured"))

    words = verdicts.get(("mistral-nemo", "words_per_response"), {})
    people = (words.get("baseline") or {}).get("value")
    times = words["value"] / people if people and words.get("value") else 0.0
    yield (
        "mistral-nemo",
        "words_per_response drifted",
        outcome("mistral-nemo", "words_per_response") == "drifted" and times > 2,
        f"{outcome('mistral-nemo', 'words_per_response')}, {times:.1f} times people's words",
    )
    gates = {metric: outcome(s, metric) for s, metric in verdicts if s == "people"}
    others = [f"{metric} {found}" for metric, found in gates.items() if found != "within"]
    yield (
        "people",
        "every gate within",
        bool(gates) and not others,
        ", ".join(others) or f"{len(gates)} gates within",
    )
    for simulator, metric in (
        ("popular", "item_entropy"),
        ("popular", "popularity_share"),
        ("eager", "acceptance_rate"),
    ):
        found = outcome(simulator, metric)
        yield simulator, f"{metric} drifted", found == "drifted", found


if __name__ == "__main__":
    sys.exit(main())
