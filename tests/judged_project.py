"""A small repository whose answers to recommendations are judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from crs_simcheck.engines import Reply, Request, ScriptedEngine
from crs_simcheck.project import SimulatorRun, read_settings
from crs_simcheck.project.judge_record import JudgingDone, record_judgements

N_SEEKERS, N_UNFIT = 30, 3
SETTINGS = """
[simulator.seeker]
responses = "answers.jsonl"
profiles = "profiles.jsonl"
judge = "ollama:tiny"
draws = 100
[simulator.seeker.gates]
neg_feedback = { min = 5, uncalibrated = "allow" }
"""
GATE = 'neg_feedback = { min = 5, uncalibrated = "allow" }'


def write_judged(folder: Path, settings: str = SETTINGS) -> None:
    """Write answers of 30 seekers to three films that do not fit and one that does."""
    (folder / "simcheck.toml").write_text(settings, encoding="utf-8")
    answers, profiles = [], []
    for number in range(N_SEEKERS):
        seeker = f"u{number:02}"
        profiles.append({"seeker": seeker, "persona": f"Person {number}, fond of old films."})
        for film in range(N_UNFIT + 1):
            fits = film == N_UNFIT
            answers.append(
                {
                    "task": "neg_feedback",
                    "seeker": seeker,
                    "stimulus": {"item": f"Film {film} (199{film})", "relevant": fits},
                    "text": f"{'Yes' if fits else 'No'}, says {seeker} to film {film}, "
                    "since I would rather see something old and quiet.",
                }
            )
    for name, rows in (("answers", answers), ("profiles", profiles)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")


def scores_for(request: Request) -> dict[str, int]:
    """Return scores that differ from answer to answer, between 5 and 9."""
    shown = json.loads(request.messages[1].content)
    number = sum(map(ord, shown["answer"] + shown["film"]))
    asked = request.schema["properties"] if request.schema else "ABCD"
    return {letter: 5 + (number + 7 * place) % 5 for place, letter in enumerate(asked)}


def judges(request: Request) -> Reply:
    """Judge as an engine would, without one."""
    return Reply(json.dumps(scores_for(request)), "stop", 90, 12, digest="sha256:aa", server="1.0")


def run_of(folder: Path) -> SimulatorRun:
    return SimulatorRun(read_settings(folder / "simcheck.toml").simulators[0])


def judge_here(
    folder: Path, script: Callable[[Request], object] = judges, mode: str = "new", **more: object
) -> JudgingDone:
    """Judge the simulator of a folder by an engine that is made up."""
    judging = run_of(folder).judging
    engines = {name: ScriptedEngine(script) for name in judging.judge.judges}
    return record_judgements(judging, mode, engines=engines, **more)
