"""Asking judges about answers that they have not judged, and keeping what they reply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as calendar_date
from pathlib import Path
from typing import Any

from crs_simcheck.engines import Engine
from crs_simcheck.judge import Case, JudgeSpec, judge_cases, keys_of, unjudged
from crs_simcheck.project.judging import JudgeRun, open_judge
from crs_simcheck.project.live_settings import RecordMode
from crs_simcheck.recordings import Recorder, Recording
from crs_simcheck.records import Response

__all__ = ["JudgingDone", "ask_judges", "digests_of", "record_judgements"]

_ABOUT = ("engine", "model", "digest", "server")
_Cases = Sequence[tuple[Response, Case]]
Progress = Callable[[int], Callable[[], object]]


@dataclass(frozen=True)
class JudgingDone:
    """What came of judging.

    Parameters
    ----------
    folder:
        Where the replies are.
    asked:
        How many requests were made of judges.
    answers, missing, failed:
        How many answers there are to judge, of how many no judge gave a score, and how many
        judgements an engine failed to give, which the next time asks for.
    pruned, unused:
        Recorded replies that nothing asks for: how many were removed, and how many are left.
    """

    folder: Path
    asked: int
    answers: int
    missing: int
    failed: int
    pruned: int
    unused: int


def record_judgements(
    run: JudgeRun,
    mode: RecordMode = "new",
    *,
    prune: bool = False,
    engines: Mapping[str, Engine] | None = None,
    progress: Progress | None = None,
    say: Callable[[str], object] | None = None,
) -> JudgingDone:
    """Have judged what is not judged yet, and keep the replies beside the settings.

    Parameters
    ----------
    mode:
        As in ``record``.
    prune:
        Remove replies that nothing asks for.
    engines:
        Name of a judge → the engine to ask instead of opening one.
    progress:
        Number of judgements → what is called after each.
    say:
        Is told what the user should know meanwhile.

    Raises :class:`EngineError` where a judge can be asked nothing more (what it replied is kept),
    and :class:`InputError` where personas lack or the replies cannot be written.
    """
    if mode == "new" and not prune and not run.to_ask and run.recording.tidy:
        return _done(run, 0, 0)
    unused = len(run.unused(run.recording)) if prune else 0
    asked = ask_judges(
        run.specs,
        run.judge.judges,
        run.cases,
        run.folder,
        again=mode == "all",
        engines=engines,
        progress=progress,
        say=say,
        unwanted=run.unused if prune else None,
    )
    run.forget()
    return _done(run, asked, unused)


def _done(run: JudgeRun, asked: int, pruned: int) -> JudgingDone:
    return JudgingDone(
        run.folder,
        asked,
        answers=len(run.cases),
        missing=sum(one.value is None for one in run.judged),
        failed=sum(one.failed for one in run.judged),
        pruned=pruned,
        unused=len(run.unused(run.recording)),
    )


def ask_judges(  # noqa: PLR0913 - all but the first four have a default
    specs: Sequence[JudgeSpec],
    names: Sequence[str],
    cases: _Cases,
    folder: Path,
    *,
    again: bool = False,
    engines: Mapping[str, Engine] | None = None,
    progress: Progress | None = None,
    say: Callable[[str], object] | None = None,
    unwanted: Callable[[Recording], Sequence[str]] | None = None,
) -> int:
    """Ask each judge about each answer that it has not judged; return the number of requests.

    Parameters
    ----------
    names:
        Of the judges, in the order of ``specs``.
    folder:
        Where the replies are kept.
    again:
        Ask also about what is judged.
    unwanted:
        What is recorded → keys to remove.

    The rest is as in :func:`record_judgements`.
    """
    asked = 0
    with Recorder(folder, waiting=say) as recorder:
        held = Recording(folder, {}) if again else recorder.held
        todo = [unjudged([spec], cases, held) for spec in specs]
        done = progress(sum(todo)) if progress is not None and any(todo) else None
        for spec, name, some in zip(specs, names, todo, strict=True):
            if some:
                engine = (engines or {}).get(name)
                asked += asyncio.run(_ask(spec, name, engine, cases, held, recorder, done))
        keys = () if unwanted is None else unwanted(recorder.held)
        recorder.finish({"neg_feedback": keys} if keys else None)
    return asked


async def _ask(
    spec: JudgeSpec,
    name: str,
    given: Engine | None,
    cases: _Cases,
    held: Recording,
    recorder: Recorder,
    done: Callable[[], object] | None,
) -> int:
    engine = open_judge(name) if given is None else given
    try:
        today = calendar_date.today().isoformat()
        return await judge_cases(spec, engine, cases, held, recorder.add, date=today, done=done)
    finally:
        await engine.aclose()


def digests_of(
    recording: Recording, specs: Sequence[JudgeSpec], cases: _Cases
) -> list[dict[str, Any]]:
    """Return engine, model, digest and server of what scored these answers, as far as known."""
    wanted = keys_of(specs, cases)
    found = set()
    for key, row in recording.rows.get("neg_feedback", {}).items():
        meta = row.get("meta")
        if isinstance(meta, Mapping) and key in wanted:
            found.add(tuple(str(meta.get(key) or "") for key in _ABOUT))
    return [
        {name: value for name, value in zip(_ABOUT, values, strict=True) if value}
        for values in sorted(found)
    ]
