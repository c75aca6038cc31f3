"""Recording a simulator: asking what is not recorded, and writing down what it was made of."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import date as calendar_date
from functools import partial
from pathlib import Path
from typing import Any

from crs_simcheck.engines import Engine
from crs_simcheck.engines.named import EngineSpec, open_engine, parse_engine
from crs_simcheck.errors import EngineError, SettingsError
from crs_simcheck.project.films import known_films
from crs_simcheck.project.live import LiveRun, made_of
from crs_simcheck.project.live_settings import RecordMode
from crs_simcheck.recordings import (
    Recorder,
    Recording,
    answers_of,
    made_with,
    read_recording,
    read_summary,
    summary_of,
    write_summary,
)
from crs_simcheck.records import TaskName
from crs_simcheck.simulator import (
    Answerer,
    CallableAnswerer,
    Collected,
    EngineAnswerer,
    Planned,
    Progress,
    collect,
    load_function,
)

__all__ = [
    "PROBE",
    "Estimate",
    "Recorded",
    "answerer_of",
    "digests_of",
    "estimate",
    "open_answering_engine",
    "record",
]

PROBE = 2
"""How many requests are asked once more, to see whether the same seed gives the same text."""

_OF_SEEKERS = ("questions", "stimuli", "personas")
_LEAST_TIMED = 10  # fewer answers say little about how long one takes


@dataclass(frozen=True)
class Recorded:
    """What came of recording a simulator.

    Parameters
    ----------
    folder:
        Where the answers are.
    asked, planned:
        How many requests were made, and how many answers the simulator needs in all.
    collected:
        What came of asking; None where nothing was missing.
    pruned:
        How many recorded answers were removed, since nothing asks for them.
    unused:
        How many of these are left.
    cut:
        Lines that a crash had cut short.
    digests:
        Digests of models among the answers that were there before.
    """

    folder: Path
    asked: int
    planned: int
    collected: Collected | None
    pruned: int
    unused: int
    cut: tuple[str, ...]
    digests: tuple[str, ...]

    @property
    def changed_digest(self) -> str | None:
        """The digest of the model now, where the answers from before came from another."""
        now = None if self.collected is None else self.collected.about.digest
        return now if now and self.digests and set(self.digests) != {now} else None

    @property
    def replaced_meanwhile(self) -> bool:
        """Whether the model had another digest at the end of the asking than at its start."""
        done = self.collected
        if done is None or done.digest_after is None:
            return False
        return done.about.digest not in (None, done.digest_after)


def record(  # noqa: PLR0913 - all but the first have a default
    run: LiveRun,
    mode: RecordMode = "new",
    *,
    prune: bool = False,
    limit: int | None = None,
    probe: int = PROBE,
    engine: Engine | None = None,
    progress: Callable[[int], Progress] | None = None,
    go_on: Callable[[Planned], bool] | None = None,
    say: Callable[[str], object] | None = None,
    today: str | None = None,
) -> Recorded:
    """Ask what is not recorded, and keep the answers; sorted and summed up where it ends well.

    Parameters
    ----------
    mode:
        ``new`` asks what is not recorded, ``all`` everything once more; ``none`` only tidies up.
    prune:
        Remove recorded answers that nothing asks for.
    limit, go_on:
        Ask at most so many; and none more once this, asked right before each, says No.
    engine:
        Asks this one instead of the one that the settings name.
    progress:
        Number of requests → what is told of every answer.
    say:
        Is told what the user should know meanwhile.

    Raises :class:`EngineError` where nothing more can be asked, :class:`InputError` where the
    recording cannot be read or written; what was answered is kept.
    """
    if mode == "new" and not prune and (there := _complete(run)) is not None:
        return there  # nothing is written: the folder may be read-only
    with Recorder(run.folder, waiting=say) as recorder:
        held = recorder.held
        before, collected, rate = digests_of(run), None, None
        wanted = run.planned if mode == "all" else run.missing(held).planned
        asked = () if mode == "none" else wanted[:limit]
        if asked:
            told = progress and progress(len(asked))
            made = itertools.takewhile(go_on or (lambda _one: True), asked)
            work = _collect(
                partial(answerer_of, run, engine), made, recorder, today or _today(), probe, told
            )
            collected, rate = _timed(work)
        unused = run.unused(held)  # what was asked just now is asked for
        n_unused = sum(map(len, unused.values()))
        _sum_up(run, recorder.finish(unused if prune else None), rate)
    return Recorded(
        folder=run.folder,
        asked=len(asked),
        planned=len(run.planned),
        collected=collected,
        pruned=n_unused if prune else 0,
        unused=0 if prune else n_unused,
        cut=tuple(map(str, held.cut)),
        digests=before,
    )


def _complete(run: LiveRun) -> Recorded | None:
    """Return what there is where nothing is left to ask, to sort or to sum up; else None."""
    there, then = read_recording(run.folder), read_summary(run.folder)
    summed = all(
        made_with(then, task) and answers_of(then, task) == len(rows)
        for task, rows in there.rows.items()
    )
    if run.missing(there) or not there.tidy or not summed:
        return None
    unused = sum(map(len, run.unused(there).values()))
    return Recorded(run.folder, 0, len(run.planned), None, 0, unused, (), digests_of(run))


def _timed(work: Coroutine[Any, Any, tuple[Collected, float]]) -> tuple[Collected, float | None]:
    """Ask, and return what came of it and the answers per minute."""
    collected, seconds = asyncio.run(work)
    return collected, _per_minute(collected, seconds)


def _per_minute(collected: Collected, seconds: float) -> float | None:
    """Return answers per minute, or None of so few that they say little."""
    if collected.answered < _LEAST_TIMED:
        return None
    return 60 * collected.answered / max(seconds, 1e-6)


async def _collect(
    fresh: Callable[[], Answerer],
    asked: Iterable[Planned],
    recorder: Recorder,
    today: str,
    probe: int,
    progress: Progress | None,
) -> tuple[Collected, float]:
    """Ask to the end; return also how many seconds went from the first question to the last."""
    answerer = fresh()
    try:
        await answerer.about()  # opens what is slow to open
        started = time.monotonic()
        done = await collect(
            asked, answerer, recorder.add, date=today, probe=probe, progress=progress
        )
        seconds = time.monotonic() - started
    finally:
        await answerer.aclose()
    # An engine asks for its digest once: whether the model was replaced meanwhile, a new one knows.
    after = fresh()
    try:
        done.digest_after = (await after.about()).digest
    except EngineError:
        done.digest_after = None
    finally:
        await after.aclose()
    return done, seconds


def answerer_of(run: LiveRun, engine: Engine | None = None) -> Answerer:
    """Return what answers a simulator's requests; an engine that is given, or its own."""
    live = run.live
    if engine is not None:
        return EngineAnswerer(engine)
    if live.python is not None:
        function = load_function(live.python, run.settings.folder)
        return CallableAnswerer(function, live.python, live.slots or 1, live.timeout)
    return EngineAnswerer(open_answering_engine(run))


def open_answering_engine(run: LiveRun) -> Engine:
    """Open the engine that answers for a simulator; nothing is asked of it yet."""
    spec, live = _spec(run), run.live
    films = known_films(run.catalogue).items if spec.kind == "embedded" else None
    return open_engine(spec, slots=live.slots, timeout=live.timeout, films=films)


def _spec(run: LiveRun) -> EngineSpec:
    """Return the engine to ask: that of the settings, or the same one at other hosts."""
    own = run.engine
    assert own is not None
    if run.live.engine_at is None:
        return own
    other = parse_engine(run.live.engine_at)
    if (other.kind, other.model) != (own.kind, own.model):
        raise SettingsError(
            f"found the engine {other.name}; simulator '{run.settings.name}' is {own.name}, and "
            "its recordings are kept under that name",
            fix="name the same model at other hosts, or change engine in simcheck.toml",
        )
    return other


def _today() -> str:
    return calendar_date.today().isoformat()


def digests_of(run: LiveRun) -> tuple[str, ...]:
    """Return the digests of the models that gave what is recorded."""
    tasks = read_summary(run.folder).get("tasks")
    found: set[str] = set()
    for task in tasks.values() if isinstance(tasks, dict) else ():
        digests = task.get("digest") if isinstance(task, dict) else None
        found.update(digests if isinstance(digests, dict) else ())
    return tuple(sorted(found))


def _sum_up(run: LiveRun, recording: Recording, rate: float | None) -> None:
    """Write the summary; what tasks that are not asked now were made of stays as it was."""
    if not len(recording):
        return
    then, now = read_summary(run.folder), made_of(run, run.whole)
    whole = now.keys() - run.missing(recording).by_task().keys()
    made = {task: now[task] if task in whole else made_with(then, task) for task in recording.rows}
    if run.live.partial:  # of how many seekers it is, the whole of it decides
        made = {
            task: {
                **of_task,
                **{k: v for k, v in made_with(then, task).items() if k in _OF_SEEKERS},
            }
            for task, of_task in made.items()
        }
    about = {
        "simulator": run.settings.name,
        "engine": run.simulator.kind,
        "model": run.simulator.model,
    }
    known = then.get("answers_per_minute")
    kept = rate if rate is not None else known if isinstance(known, (int, float)) else None
    if run.live.kept_in is not None:  # of a run of its own: the same answers are the same bytes
        kept = None
    write_summary(run.folder, summary_of(recording, made, about=about, answers_per_minute=kept))


# ------------------------------------------------------------------------------- dry run


@dataclass(frozen=True)
class Estimate:
    """What recording would take.

    ``prompt_tokens`` is an upper estimate of the tokens of all prompts, ``tokens`` the most that
    answers can have, or what such answers had before where ``measured``; ``minutes`` is None where
    no rate was measured yet.
    """

    calls: int
    by_task: dict[TaskName, int]
    prompt_tokens: int
    tokens: int
    measured: bool
    minutes: float | None


def estimate(run: LiveRun, mode: RecordMode = "new", limit: int | None = None) -> Estimate:
    """Return what recording would take, without asking anybody."""
    from crs_simcheck.prompts import tokens_upper_bound

    recording = read_recording(run.folder)
    wanted = run.planned if mode == "all" else run.missing(recording).planned
    asked = wanted[:limit]
    by_task: dict[TaskName, int] = {}
    for one in asked:
        by_task[one.question.task] = by_task.get(one.question.task, 0) + 1
    summary = read_summary(run.folder)
    means = {task: _mean_tokens(summary, task) for task in by_task}
    most = run.live.options.num_predict
    rate = summary.get("answers_per_minute")
    return Estimate(
        calls=len(asked),
        by_task=by_task,
        prompt_tokens=sum(
            tokens_upper_bound(m.content)
            for m in itertools.chain.from_iterable(p.request.messages for p in asked)
        ),
        tokens=round(sum(n * (means[t] or most) for t, n in by_task.items())),
        measured=bool(by_task) and all(m is not None for m in means.values()),
        minutes=len(asked) / rate if isinstance(rate, (int, float)) and rate > 0 else None,
    )


def _mean_tokens(summary: object, task: TaskName) -> float | None:
    tasks = summary.get("tasks") if isinstance(summary, dict) else None
    of_task = tasks.get(task) if isinstance(tasks, dict) else None
    if not isinstance(of_task, dict):
        return None
    tokens, answers = of_task.get("tokens"), of_task.get("answers")
    if not isinstance(tokens, int) or not isinstance(answers, int) or tokens < 1 or answers < 1:
        return None
    return tokens / answers
