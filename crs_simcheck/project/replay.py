"""Replay: the recorded answers to all that is asked, or what has changed since, in words."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from crs_simcheck.errors import UnrecordedError, shown_path
from crs_simcheck.project.live import LiveRun, Missing, made_of
from crs_simcheck.project.sampling import in_order
from crs_simcheck.recordings import (
    Recording,
    Responses,
    folder_sha256,
    made_with,
    read_summary,
)
from crs_simcheck.records import TaskName

__all__ = ["changes", "replay", "unrecorded"]


def replay(run: LiveRun) -> Responses:
    """Return the recorded answers to everything that is asked.

    Raises
    ------
    UnrecordedError
        Where an answer is missing: names what has changed, and the command that records.
    """
    missing = run.missing(run.recording)
    if missing:
        raise unrecorded(run, missing, run.recording)
    return Responses(run.answers, (), run.folder, folder_sha256(run.folder))


def unrecorded(run: LiveRun, missing: Missing, recording: Recording) -> UnrecordedError:
    """Return the error of a replay that lacks answers.

    It names, task by task, how many are missing and which section of which prompt file (or which
    setting) is not what it was, and the command that records them.
    """
    name, folder = run.settings.name, shown_path(run.folder)
    held = f"; {len(recording):,} other answers are recorded" if len(recording) else ""
    lines = [
        *(_by_task(run, missing, recording) if held else ["nothing was recorded yet"]),
        *map(str, recording.cut),
        *_in_blocks(run, missing),
        f"next: crs-simcheck record {shlex.quote(name)}",
        f"where the engine is; then commit {folder}",
    ]
    return UnrecordedError(
        f"{len(missing.planned):,} of {missing.asked:,} answers of simulator '{name}' are not "
        f"recorded{held}\n" + "\n".join(f"  {line}" for line in lines),
        path=run.folder,
    )


def _in_blocks(run: LiveRun, missing: Missing) -> Iterator[str]:
    """Say so where just those are missing whom a recording in blocks leaves unasked."""
    order = in_order((p.seeker for p in run.profiles), run.settings.seed)
    lacking = {p.key for p in missing.planned}
    for task in missing.by_task():
        of_task = [p for p in run.planned if p.question.task == task]
        with_any = {p.question.seeker for p in of_task if p.key not in lacking}
        without = {p.question.seeker for p in of_task if p.key in lacking}
        first = [seeker for seeker in order if seeker in with_any | without][: len(with_any)]
        if not with_any or with_any & without or set(first) != with_any:
            return
    yield "it was recorded in blocks: replay it so, with --simcheck-sequential, or record the rest"


def _by_task(run: LiveRun, missing: Missing, recording: Recording) -> Iterator[str]:
    """Yield how much each task lacks, and behind it, indented, what has changed."""
    now, then = made_of(run, run.whole), read_summary(run.folder)
    for task, count in missing.by_task().items():
        yield f"{task}: {count:,} of {now[task]['questions']:,} answers are not recorded"
        if not recording.rows.get(task):
            yield "  nothing of it was recorded yet"
            continue
        found = list(changes(run, task, made_with(then, task), now[task]))
        yield from (f"  {line}" for line in found)
        if not found:
            yield "  a recording was not finished, or its files were changed by hand"


def changes(
    run: LiveRun, task: TaskName, then: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what is not as it was when a task was recorded, a clause each."""
    if not then:
        return
    yield from _of_prompt(run, task, _mapping(then.get("prompt")), now["prompt"])
    for key, what in (
        ("engine", "the engine"),
        ("configuration", "the configuration"),
        ("seed", "the seed"),
        ("repeats", "the number of repeats"),
    ):
        if then.get(key) != now[key]:
            yield f"{what} is {now[key]}, and was {then.get(key)}"
    before = _mapping(then.get("options"))
    for key, value in now["options"].items():
        if before.get(key) != value:
            yield f"{key} is {value}, and was {before.get(key)}"
    if then.get("shown", "") != now["shown"]:
        what = (
            "examples" if now["configuration"] == "icl" else "histories, or how they are searched,"
        )
        yield f"the {what} that prompts are shown have changed"
    if run.live.partial:
        return
    if then.get("stimuli") != now["stimuli"]:
        yield (
            f"what seekers are asked has changed ({now['questions']:,} questions, there were "
            f"{then.get('questions', 0)}): seekers, films, people or numbers are others"
        )
    elif then.get("personas") != now["personas"]:
        yield f"personas in {run.settings.profiles or 'the profiles'} have changed"


def _of_prompt(
    run: LiveRun, task: TaskName, then: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[str]:
    if then.get("sha256") == now["sha256"]:
        return
    prompt = run.simulator.prompts[task]
    file = shown_path(prompt.path) if prompt.path is not None else "the default prompt"
    before = _mapping(then.get("sections"))
    for section in prompt.sections:
        if before.get(section.name) != now["sections"][section.name]:
            yield f"{file}:{section.line}: section '# {section.name}' has changed"


def _mapping(value: object) -> Mapping[str, Any]:
    """Return a part of a summary, or nothing where somebody wrote something else there."""
    return value if isinstance(value, Mapping) else {}
