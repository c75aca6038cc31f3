"""A small repository whose simulator is asked: profiles, prompts, and a function that answers."""

from __future__ import annotations

import json
from pathlib import Path

from crs_simcheck.engines import Reply, Request, ScriptedEngine
from crs_simcheck.project import SimulatorRun, read_settings
from crs_simcheck.project.record import Recorded, record
from crs_simcheck.prompts import default_prompts, write_prompt

N_PEOPLE = 30
FUNCTION = '''
import os, random, time

def answer(request):
    """Answer by chance, and note every call in a file."""
    with open("calls.txt", "ab", buffering=0) as log:
        log.write(f"{request.task} {request.seeker} {request.seed} {request.stimulus}\\n".encode())
    time.sleep(0.002)
    return random.Random(request.seed).choice(["Yes", "No"])
'''
GATES = """
[simulator.seeker.gates]
format_violation_rate = { max = 0.2 }
"""
PROMPTS = (
    """
[simulator.seeker]
prompts = "prompts/seeker"
engine = "ollama:tiny"
profiles = "profiles.jsonl"
catalogue = "films.csv"
baseline = "crowd"
draws = 100
[simulator.seeker.tasks]
bin_pref = { asked = 3 }
rec_request = {}
"""
    + GATES
)
OWN = """
[simulator.seeker]
python = "mysim:answer"
profiles = "profiles.jsonl"
catalogue = "films.csv"
baseline = "crowd"
draws = 100
[simulator.seeker.tasks]
bin_pref = { asked = 3 }
[simulator.seeker.gates]
format_violation_rate = { max = 0.2 }
acceptance_rate = { max = 1.0 }
"""


def write_live(folder: Path, settings: str = PROMPTS) -> None:
    """Write settings, prompts, profiles and a function into a folder."""
    (folder / "simcheck.toml").write_text(settings, encoding="utf-8")
    (folder / "mysim.py").write_text(FUNCTION, encoding="utf-8")
    prompts = folder / "prompts" / "seeker"
    prompts.mkdir(parents=True, exist_ok=True)
    for task, prompt in default_prompts().items():
        write_prompt(prompt, prompts / f"{task}.md")
    with (folder / "profiles.jsonl").open("w", encoding="utf-8") as file:
        for number in range(N_PEOPLE):
            row = {"seeker": f"u{number:02}", "persona": f"Person {number}, fond of old films."}
            file.write(json.dumps(row) + "\n")


def says(request: Request) -> Reply:
    """Answer as an engine would, without one."""
    if "Yes" in request.messages[1].content and "No" in request.messages[1].content:
        return Reply("Yes" if request.options.seed % 2 else "No", "stop", 90, 1, digest="sha256:aa")
    return Reply("I would like a quiet film about a lighthouse.", "stop", 90, 9, digest="sha256:aa")


def record_here(folder: Path, mode: str = "new", script=says, **more: object) -> Recorded:
    """Record the simulator of a folder with an engine that is made up."""
    run = SimulatorRun(read_settings(folder / "simcheck.toml").simulators[0]).live
    return record(run, mode, engine=ScriptedEngine(script), today="2026-11-23", **more)
