"""``summary.json`` beside a recording: what was asked, by what, and how much of it there is.

It is small, sorted and made to be read in a diff. A replay that lacks answers reads in it what has
changed since: the hashes say so of each section of a prompt, without the prompt being kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crs_simcheck.jsonl import write_json
from crs_simcheck.recordings.held import Recording
from crs_simcheck.records import TASKS, TaskName

__all__ = [
    "SUMMARY_FILE",
    "answers_of",
    "made_with",
    "read_summary",
    "summary_of",
    "write_summary",
]

SUMMARY_FILE = "summary.json"


def summary_of(
    recording: Recording,
    made: Mapping[TaskName, Mapping[str, Any]],
    *,
    about: Mapping[str, Any],
    answers_per_minute: float | None = None,
) -> dict[str, Any]:
    """Return the summary of a recording.

    Parameters
    ----------
    made:
        Task → what its requests were made of (prompt, options, …), as :func:`made_with` gives it
        back.
    about:
        Simulator, engine and model.
    answers_per_minute:
        As measured while recording; an estimate of the next one reads it.
    """
    tasks = {}
    for task in TASKS:
        rows = recording.rows.get(task)
        if rows:
            tasks[task] = {**_counts(rows.values()), "made_with": dict(made.get(task, {}))}
    return {
        "format": 1,
        **about,
        "tasks": tasks,
        **(
            {}
            if answers_per_minute is None
            else {"answers_per_minute": round(answers_per_minute, 1)}
        ),
    }


def _counts(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    count, seekers, dates = 0, set(), set()
    totals = {"tokens": 0, "prompt_tokens": 0}
    told = {key: Counter[str]() for key in ("digest", "server", "done_reason")}
    for row in rows:
        count += 1
        seekers.add(row.get("seeker"))
        meta = row.get("meta")
        if not isinstance(meta, Mapping):
            continue
        for key in totals:
            value = meta.get(key)
            totals[key] += value if isinstance(value, int) else 0
        for key, counter in told.items():
            if isinstance(meta.get(key), str):
                counter[meta[key]] += 1
        if isinstance(meta.get("date"), str):
            dates.add(meta["date"])
    return {
        "answers": count,
        "seekers": len(seekers),
        "dates": [min(dates), max(dates)] if dates else [],
        **totals,
        **{key: dict(sorted(counter.items())) for key, counter in told.items()},
    }


def write_summary(folder: Path, summary: Mapping[str, Any]) -> None:
    """Write a summary, whole or not at all.

    Raises
    ------
    InputError
        Where it cannot be written.
    """
    write_json(summary, folder / SUMMARY_FILE, sort_keys=True)


def read_summary(folder: Path) -> Mapping[str, Any]:
    """Return the summary of a recording; empty where there is none, or none that can be read.

    It explains, and decides nothing: a damaged one must not stop a replay.
    """
    try:
        found = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def made_with(summary: Mapping[str, Any], task: TaskName) -> Mapping[str, Any]:
    """Return what the recorded requests of a task were made of; empty where nobody says."""
    tasks = summary.get("tasks")
    of_task = tasks.get(task) if isinstance(tasks, Mapping) else None
    made = of_task.get("made_with") if isinstance(of_task, Mapping) else None
    return made if isinstance(made, Mapping) else {}


def answers_of(summary: Mapping[str, Any], task: TaskName) -> int | None:
    """Return how many answers to a task there were when it was written; None where nobody says."""
    tasks = summary.get("tasks")
    of_task = tasks.get(task) if isinstance(tasks, Mapping) else None
    answers = of_task.get("answers") if isinstance(of_task, Mapping) else None
    return answers if isinstance(answers, int) else None
