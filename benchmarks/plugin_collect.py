"""How long pytest takes to ask a simulator live, beside what the server takes to answer.

A server in a process of its own waits so long for each answer. The ideal for n answers and so many
slots is ⌈n / slots⌉ rounds of that. One pytest run asks them all, measures them and decides.

python benchmarks/plugin_collect.py
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks.alone import ALONE
from benchmarks.engines import Server

__all__ = ["main"]

ANSWERS, SLOTS, LATENCY = 208, 8, 0.05
IN_THE_RUN, WHOLE = 1.1, 1.8
_SETTINGS = """
[simulator.seeker]
prompts  = "prompts"
engine   = "ollama:tiny@{url}"
profiles = "profiles.jsonl"
slots    = {slots}
[simulator.seeker.tasks]
items_talk = {{ n_items = 5 }}
rec_request = {{}}
[simulator.seeker.gates]
item_entropy = {{}}
words_per_response = {{}}
leakage_rate = {{}}
format_violation_rate = {{}}
ttr = {{}}
"""


def write_project(folder: Path, url: str) -> None:
    """Write settings, prompts and profiles of half as many seekers as answers."""
    from crs_simcheck.prompts import default_prompts, write_prompt

    (folder / "prompts").mkdir()
    for task, prompt in default_prompts().items():
        write_prompt(prompt, folder / "prompts" / f"{task}.md")
    rows = (
        {"seeker": f"u{i:03}", "persona": f"Person {i} likes quiet films, and hates noise."}
        for i in range(ANSWERS // 2)
    )
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "profiles.jsonl").write_text(text, encoding="utf-8")
    settings = _SETTINGS.format(url=url, slots=SLOTS)
    (folder / "simcheck.toml").write_text(settings, encoding="utf-8")


def run(folder: Path) -> tuple[float, float]:
    """Record once by pytest; return seconds of asking and of the whole process."""
    shutil.rmtree(folder / "recordings", ignore_errors=True)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = ("-m", "pytest", "-q", "--crs-simcheck", "--simcheck-record=new", *ALONE)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - started
    summary = folder / "recordings" / "seeker" / "summary.json"
    if not summary.is_file() or "error" in done.stdout.splitlines()[-1]:
        raise RuntimeError(done.stdout + done.stderr)
    kept = json.loads(summary.read_text(encoding="utf-8"))
    found = sum(task["answers"] for task in kept["tasks"].values())
    if found != ANSWERS:
        raise RuntimeError(f"{found} answers were recorded, and {ANSWERS} asked for")
    return 60 * ANSWERS / kept["answers_per_minute"], took


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both figures; return 1 where one is over its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args(arguments).runs
    ideal = math.ceil(ANSWERS / SLOTS) * LATENCY
    server = Server()
    try:
        server.tell(f"latency {LATENCY}")
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            write_project(folder, server.url)
            run(folder)  # writes the bytecode
            figures = [run(folder) for _ in range(runs)]
    finally:
        server.close()
    asking, whole = (statistics.median(values) / ideal for values in zip(*figures, strict=True))
    print(
        f"{ANSWERS} answers, {LATENCY * 1000:.0f} ms, {SLOTS} slots (ideal {ideal:.2f} s): "
        f"asking {asking:.3f} × ideal (at most {IN_THE_RUN}), "
        f"whole process {whole:.2f} × ideal (at most {WHOLE})"
    )
    return 0 if asking <= IN_THE_RUN and whole <= WHOLE else 1


if __name__ == "__main__":
    sys.exit(main())
