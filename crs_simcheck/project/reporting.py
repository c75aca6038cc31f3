"""The parts of a report: one for each gate, told where it is decided and put together later.

A part is plain JSON, so that it can travel from a worker of a test run to whoever writes the
report. What holds for a simulator or a task is told with the first of its gates.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from crs_simcheck.baselines import Group, Measured, file_hashes
from crs_simcheck.errors import SimcheckError
from crs_simcheck.gate import GateSpec, Verdict
from crs_simcheck.project.prompt_diff import diff_lines, earlier_prompt
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.prompts import Prompt
from crs_simcheck.recordings import made_with, read_summary
from crs_simcheck.records import Response, TaskName
from crs_simcheck.report import Where, answers_file, behind
from crs_simcheck.report.document import gate_entry
from crs_simcheck.report.texts import cut

__all__ = ["Reporter"]

_N_EXAMPLES = 4
# What lies behind these says what is in a seeker's history, which is nobody else's business.
_OF_HISTORIES = ("leakage_rate",)
_MOST_CHARACTERS, _MOST_LINES = 800, 12


class Reporter:
    """Tells the parts of a report; remembers which simulators and tasks were told of already.

    Parameters
    ----------
    detailed:
        Whether all is told that stands on a page, or only what a summary needs.
    not_measured:
        Whether what could not be measured, and was not asked for, is told.
    """

    def __init__(self, *, detailed: bool = True, not_measured: bool = True) -> None:
        self._detailed = detailed
        self._not_measured = not_measured
        self._told: set[tuple[str, str]] = set()

    def of_gate(
        self, run: SimulatorRun, verdict: Verdict, where: Where, place: tuple[int, int]
    ) -> dict[str, Any]:
        """Return the part of a gate that was decided.

        Parameters
        ----------
        place:
            Number of the simulator, number of the gate: the order of the report.
        """
        gate = verdict.gate
        lines: tuple[str, ...] = ()
        told = verdict.outcome != "within" and gate.metric.name not in _OF_HISTORIES
        if self._detailed and told and run.group is None:
            measured, _ = run.measured(gate.task)
            lines = tuple(behind(gate.metric, measured, where.answers_to(gate.task)))
        part = self._part(run, gate, place)
        part |= {
            "verdict": gate_entry(verdict, where, lines),
            "notes": list(run.notes_on(gate)),
            "not_measured": [(m.task, m.metric, m.reason) for m in run.not_measured]
            if self._not_measured
            else [],
        }
        name = run.settings.name
        if self._first(name, gate.task):
            part["about_task"] = {"baseline": _baseline(run, gate.task)}
            if self._detailed:
                part["about_task"] |= _about_task(run, gate.task)
                prompt = _prompt_of(run, gate.task)
                part["prompts"] = {} if prompt is None else {gate.task: prompt}
        if self._detailed and self._first(name, ""):
            part["about"] = _about(run, where.source)
        return part

    def of_error(
        self, run: SimulatorRun, gate: GateSpec | None, error: SimcheckError, place: tuple[int, int]
    ) -> dict[str, Any]:
        """Return the part of a gate, or of a whole simulator, that could not be decided."""
        part = self._part(run, gate, place) | {"message": str(error)}
        if self._detailed and self._first(run.settings.name, "?"):
            part["prompts"] = _changed_prompts(run)
        return part

    def _part(
        self, run: SimulatorRun, gate: GateSpec | None, place: tuple[int, int]
    ) -> dict[str, Any]:
        return {
            "simulator": run.settings.name,
            "place": list(place),
            "task": None if gate is None else gate.task,
            "metric": None if gate is None else gate.metric.name,
            "gates": 1 if gate is None else len(run.gates),
        }

    def _first(self, simulator: str, task: str) -> bool:
        if (simulator, task) in self._told:
            return False
        self._told.add((simulator, task))
        return True


def _about(run: SimulatorRun, source: str) -> dict[str, Any]:
    """Return where the answers of a simulator come from; hosts and keys are no part of it."""
    settings, responses = run.settings, run.responses
    rows = () if responses is None else responses.rows
    about: dict[str, Any] = {
        "source": source,
        "source_sha256": None if responses is None else responses.sha256,
        "broken_rows": len(run.broken),
        "seed": settings.seed,
        "draws": settings.draws,
        "models": _told_by(rows, "digest"),
        "servers": _told_by(rows, "server"),
        "dates": _span(_told_by(rows, "date")),
    }
    live = run.live
    if live is not None:
        about |= {
            "engine": f"{live.simulator.kind}:{live.simulator.model}",
            "configuration": live.live.configuration,
            "options": {k: v for k, v in live.live.options.as_json().items() if k != "seed"},
        }
    return about


def _told_by(rows: Iterable[Response], key: str) -> list[str]:
    found = {row.meta[key] for row in rows if row.meta and isinstance(row.meta.get(key), str)}
    return sorted(found)


def _span(dates: list[str]) -> list[str]:
    return dates if len(dates) < 3 else [dates[0], dates[-1]]


def _baseline(run: SimulatorRun, task: TaskName) -> dict[str, Any] | None:
    people = run.baseline(task)
    if people is None:
        return None
    held = people.tasks.get(task)
    return {
        "name": people.name,
        "speakers": people.speakers,
        "seekers": None if held is None else held.n_seekers,
        "sha256": _digest_of(people),
    }


def _about_task(run: SimulatorRun, task: TaskName) -> dict[str, Any]:
    """Return what read the answers to a task, and a few of them."""
    measured, group = run.measured(task)
    return {
        "instruments": dict(sorted(group.instruments.items())),
        "answers": len(measured),
        "file": answers_file(run.settings.source, task),
        "examples": [_example(one) for one in _chosen(measured, run.settings.seed)],
    }


def _digest_of(group: Group) -> str | None:
    """Return one hash of all files of a group; None where it was read from none."""
    if group.path is None:
        return None
    listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(file_hashes(group.path)))
    return hashlib.sha256(listing.encode()).hexdigest()


def _chosen(measured: Iterable[Measured], seed: int) -> list[Response]:
    """Return a few answers, the same ones for the same answers and seed."""

    def drawn(one: Response) -> str:
        about = json.dumps([seed, one.seeker, one.task, one.stimulus, one.line], default=str)
        return hashlib.sha256(about.encode()).hexdigest()

    return sorted((one.response for one in measured), key=drawn)[:_N_EXAMPLES]


def _example(one: Response) -> dict[str, Any]:
    text, left = cut(one.text, _MOST_CHARACTERS, _MOST_LINES)
    item = one.stimulus.get("item")
    seeker, _ = cut(one.seeker, 60, 1)
    return {
        "seeker": seeker,
        "item": cut(item, 200, 1)[0] if isinstance(item, str) else None,
        "line": one.line or None,
        "text": text,
        "characters_left_out": left,
    }


# -- prompts ---------------------------------------------------------------------------------


def _prompt_of(run: SimulatorRun, task: TaskName) -> dict[str, Any] | None:
    """Return the prompt of a task, with what has changed in it; None where nobody is prompted."""
    live = run.live
    if live is None or live.live.prompts is None or task not in live.prompts:
        return None
    prompt = live.prompts[task]
    recorded = _recorded_sha256(made_with(read_summary(live.folder), task))
    earlier = earlier_prompt(prompt, recorded)
    return {
        "file": f"{live.live.prompts}/{task}.md",
        "sha256": prompt.sha256,
        "recorded_sha256": recorded,
        "changed_sections": _changed_sections(prompt, made_with(read_summary(live.folder), task)),
        "front_matter": prompt.front_matter,
        "text": prompt.content,
        "before": None
        if earlier is None
        else {"revision": earlier.revision, "recorded": earlier.recorded},
        "diff": None if earlier is None else diff_lines(earlier.prompt, prompt),
    }


def _recorded_sha256(made: Mapping[str, Any]) -> str | None:
    found = _mapping(made.get("prompt")).get("sha256")
    return found if isinstance(found, str) else None


def _changed_sections(prompt: Prompt, made: Mapping[str, Any]) -> list[str]:
    """Return the sections that are not as they were when the answers were recorded."""
    before = _mapping(_mapping(made.get("prompt")).get("sections"))
    if not before:
        return []
    return [name for name, digest in prompt.section_sha256.items() if before.get(name) != digest]


def _changed_prompts(run: SimulatorRun) -> dict[str, Any]:
    """Return the prompts that are not those of the recorded answers: why a replay may fail."""
    try:
        live = run.live
        if live is None or live.live.prompts is None:
            return {}
        found = {task: _prompt_of(run, task) for task in live.prompts}
    except SimcheckError:
        return {}  # the error that is told is the very one that stands in the way
    return {
        task: prompt
        for task, prompt in found.items()
        if prompt is not None and prompt["recorded_sha256"] not in (None, prompt["sha256"])
    }


def _mapping(value: object) -> Mapping[str, Any]:
    """Return a part of a summary, or nothing where somebody wrote something else there."""
    return value if isinstance(value, Mapping) else {}
