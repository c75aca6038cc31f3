"""Asking a simulator what is not planned: one question, or the same one of all its seekers."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date as calendar_date
from pathlib import Path
from typing import Any

from crs_simcheck.engines import Engine
from crs_simcheck.errors import BadReplyError, UnrecordedError, shown_path
from crs_simcheck.project.live import LiveRun
from crs_simcheck.project.live_settings import RecordMode
from crs_simcheck.project.record import answerer_of
from crs_simcheck.recordings import Recorder, Recording, read_recording
from crs_simcheck.records import Response, TaskName
from crs_simcheck.simulator import Collected, Planned, Question, collect

__all__ = ["ASKED", "ask_besides"]

ASKED = "asked"
"""The folder beneath a recording that keeps answers to what tests asked besides."""


def ask_besides(
    run: LiveRun,
    task: TaskName,
    seekers: Iterable[str],
    stimulus: Mapping[str, Any],
    mode: RecordMode,
    *,
    engine: Engine | None = None,
) -> tuple[Response, ...]:
    """Return the answers of these seekers to one question, in their order.

    What is recorded is replayed; the rest is asked for together, and kept in a folder of its own
    beneath the recording, which nothing prunes.

    Parameters
    ----------
    mode:
        ``none`` asks nobody, ``new`` what is not recorded, ``all`` everything.

    Raises
    ------
    UnrecordedError
        Where an answer is not recorded and nobody may be asked.
    EngineError
        Where no answer came.
    """
    planned = [run.simulator.planned_for(Question(task, s, stimulus)) for s in seekers]
    folder = run.folder / ASKED
    held = read_recording(folder)
    lacking = [one for one in planned if mode == "all" or _found(one, run.recording, held) is None]
    if lacking and mode == "none":
        raise UnrecordedError(
            f"{len(lacking):,} of {len(planned):,} answers of simulator '{run.settings.name}' to "
            f"{task} {dict(stimulus)!r} are not recorded\n"
            f"  next: pytest --simcheck-record=new\n"
            f"  where the engine is; then commit {shlex.quote(shown_path(folder))}",
            path=folder,
        )
    if lacking:
        held = _asked(run, lacking, folder, engine)
    found = [_found(one, run.recording, held, again=mode == "all") for one in planned]
    return tuple(
        replace(response, seeker=one.question.seeker, stimulus=one.question.stimulus)
        for one, response in zip(planned, found, strict=True)
        if response is not None
    )


def _found(
    planned: Planned, recorded: Recording, held: Recording, *, again: bool = False
) -> Response | None:
    """Return a recorded answer: of the recording, else of what was asked besides."""
    places = (held, recorded) if again else (recorded, held)
    answers = (place.get(planned.question.task, planned.key) for place in places)
    return next((answer for answer in answers if answer is not None), None)


def _asked(run: LiveRun, lacking: list[Planned], folder: Path, engine: Engine | None) -> Recording:
    with Recorder(folder) as recorder:
        done = asyncio.run(_collect(run, lacking, recorder, engine))
        held = recorder.finish()
    if done.failed:
        raise BadReplyError(f"no answer to {done.failed} requests; the first: {done.failures[0]}")
    return held


async def _collect(
    run: LiveRun, lacking: list[Planned], recorder: Recorder, engine: Engine | None
) -> Collected:
    answerer = answerer_of(run, engine)
    try:
        today = calendar_date.today().isoformat()
        return await collect(lacking, answerer, recorder.add, date=today)
    finally:
        await answerer.aclose()
