"""What may be wrong with a repository's simulators, each thing with what to do about it."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from crs_simcheck.engines import About, Engine, Reply, Request
from crs_simcheck.errors import InputError, SimcheckError, shown_path
from crs_simcheck.project.conduct import conduct_line
from crs_simcheck.project.live import LiveRun
from crs_simcheck.project.record import open_answering_engine
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.prompts import tokens_upper_bound
from crs_simcheck.recordings import read_recording

__all__ = ["Finding", "examine", "examine_installation"]

Level = Literal["fine", "note", "problem"]

_SECONDS = 20.0
_PROBE_TOKENS = 48
# Module → extra, and what for.
_EXTRAS = {
    "aiohttp": ("live", "to ask Ollama or an OpenAI-compatible server"),
    "sentence_transformers": ("embeddings", "sentence vectors that are not in the cache"),
    "textgrad": ("optimize", "crs-simcheck optimize --editor textgrad"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    level:
        ``fine``; ``note``: may be meant so; ``problem``: something will fail.
    subject:
        What was looked at: ``engine``, ``prompts``, ``recordings``, …
    told:
        What was found.
    fix:
        What to do; empty where nothing is to be done.
    """

    level: Level
    subject: str
    told: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as plain values."""
        return {
            "level": self.level,
            "subject": self.subject,
            "told": self.told,
            "fix": self.fix,
        }


def examine_installation() -> Iterator[Finding]:
    """Yield what is not installed; all of it may be meant so."""
    for module, (extra, purpose) in _EXTRAS.items():
        if importlib.util.find_spec(module) is None:
            yield Finding(
                "note",
                "installation",
                f"the extra '{extra}' is not installed: {purpose}",
                f"pip install 'crs-simcheck[{extra}]'",
            )


def examine(settings: SimulatorSettings, *, ask: bool = True) -> Iterator[Finding]:
    """Yield what is found of one simulator, in the order in which a run would meet it.

    Parameters
    ----------
    ask:
        Whether its engine may be asked: who it is, and one request twice.
    """
    run = SimulatorRun(settings)
    looks: list[tuple[str, Callable[[], Iterator[Finding]]]] = []
    recorded = True
    try:
        if (live := run.live) is not None:
            recorded = not live.missing(read_recording(live.folder)).planned
            looks.append(("prompts", partial(_prompts, live)))
            if ask and live.engine is not None:
                looks.append(("engine", partial(_engine, live)))
            looks.append(("recordings", partial(_recordings, live)))
    except SimcheckError as error:
        yield _failed("prompts, profiles and recordings", error)
        return
    if recorded:
        looks += [("answers", partial(_answers, run)), ("baseline", partial(_baselines, run))]
    for subject, look in looks:
        try:
            yield from look()
        except SimcheckError as error:
            yield _failed(subject, error)


def _failed(subject: str, error: SimcheckError) -> Finding:
    if isinstance(error, InputError) and error.fix:
        told = str(error).removesuffix(f" ({error.fix})")
        return Finding("problem", subject, " ".join(told.split()), error.fix)
    return Finding("problem", subject, " ".join(str(error).split()))


def _prompts(live: LiveRun) -> Iterator[Finding]:
    """Look whether every prompt and its answer fit the context of the model."""
    options = live.live.options
    longest = max(
        (
            (sum(tokens_upper_bound(m.content) for m in one.request.messages), one.question.task)
            for one in live.planned
        ),
        default=(0, ""),
    )
    told = (
        f"{len(live.prompts)} prompts, {len(live.profiles):,} seekers, {len(live.planned):,} "
        f"requests; the longest has at most {longest[0]:,} tokens ({longest[1]})"
    )
    if longest[0] + options.num_predict > options.num_ctx:
        yield Finding(
            "note",
            "prompts",
            f"{told}, and with an answer of {options.num_predict:,} may not fit into num_ctx = "
            f"{options.num_ctx:,}",
            "make num_ctx larger, or the prompt shorter; what does not fit is refused, not cut",
        )
    else:
        yield Finding("fine", "prompts", told)


def _engine(live: LiveRun) -> Iterator[Finding]:
    """Ask who the engine is, and one request twice."""
    spec = live.engine
    assert spec is not None
    if not live.planned:
        return
    request = live.planned[0].request
    short = replace(request.options, num_predict=min(_PROBE_TOKENS, request.options.num_predict))
    probe = replace(request, options=short)
    engine = open_answering_engine(live)
    try:
        about, first, second = asyncio.run(_asked_twice(engine, probe))
    except TimeoutError:
        yield Finding(
            "problem",
            "engine",
            f"{spec.name} gave no answer within {_SECONDS:.0f} seconds",
            "look whether it runs and has the model loaded; the first answer may take minutes",
        )
        return
    known = "" if about.digest is None else f", {about.digest[:19]}…"
    server = "" if about.server is None else f", server {about.server}"
    yield Finding("fine", "engine", f"{spec.name} answers{known}{server}")
    if first.text != second.text:
        yield Finding(
            "note",
            "seed",
            "the same request with the same seed gave two texts; another recording will differ",
            "commit recordings, and gate on them; fewer slots or temperature = 0 may help",
        )
    else:
        yield Finding("fine", "seed", "the same request with the same seed gave the same text")
    if first.truncated:
        yield Finding(
            "problem",
            "context",
            "the server cut the prompt",
            "give the server a context as long as num_ctx",
        )


async def _asked_twice(engine: Engine, probe: Request) -> tuple[About, Reply, Reply]:
    try:
        async with asyncio.timeout(_SECONDS):
            about = await engine.about()
            return about, await engine.answer(probe), await engine.answer(probe)
    finally:
        await engine.aclose()


def _recordings(live: LiveRun) -> Iterator[Finding]:
    """Look whether all that is asked is recorded, and how it was answered."""
    name, where = live.settings.name, shown_path(live.folder)
    there = read_recording(live.folder)
    missing = len(live.missing(there).planned)
    unused = sum(map(len, live.unused(there).values()))
    if missing:
        yield Finding(
            "problem",
            "recordings",
            f"{missing:,} of {len(live.planned):,} answers are not recorded in {where}",
            f"crs-simcheck record {name}, where the engine is; then commit {where}",
        )
    else:
        yield Finding(
            "fine", "recordings", f"all {len(live.planned):,} answers are recorded in {where}"
        )
    if unused:
        yield Finding(
            "note",
            "recordings",
            f"{unused:,} recorded answers are asked for by nothing",
            f"crs-simcheck record {name} --prune removes them",
        )
    if not there.tidy:
        yield Finding(
            "note",
            "recordings",
            "a recording was cut off, or merged by hand: rows stand twice or out of their places",
            f"crs-simcheck record {name} tidies up",
        )
    if len(there) and (line := conduct_line(live.answers)):
        yield Finding("note", "recordings", line, "each kind can be gated: docs/recordings.md")


def _answers(run: SimulatorRun) -> Iterator[Finding]:
    """Look whether there are enough seekers, and whether rows were left out."""
    least = run.settings.least_seekers
    for task in run.tasks:
        _, group = run.measured(task)
        n = group.task(task).n_seekers
        if n < least:
            yield Finding(
                "problem",
                "answers",
                f"{task}: {n:,} seekers; with fewer than {least:,} every verdict is inconclusive",
                "ask more seekers; 100 is a good number",
            )
        else:
            yield Finding("fine", "answers", f"{task}: {n:,} seekers")
    if run.broken:
        yield Finding(
            "note", "answers", f"{len(run.broken):,} broken rows are left out", str(run.broken[0])
        )


def _baselines(run: SimulatorRun) -> Iterator[Finding]:
    """Look who each task is compared with, and what of its gates cannot be measured."""
    for task in run.tasks:
        people = run.baseline(task)
        if people is None:
            yield Finding(
                "note",
                "baseline",
                f"{task}: no people to compare with; only gates with ends of their own decide",
                "crs-simcheck baseline build, then baseline = { " + task + ' = "NAME" }',
            )
            continue
        n = people.task(task).n_seekers
        yield Finding("fine", "baseline", f"{task}: '{people.name}', {n:,} {people.speakers}")
    for one in run.not_measured:
        yield Finding("note", "instruments", f"{one.task} {one.metric}: {one.reason}")
    for gate in run.gates:
        reason = run.comparison(gate.task).missing(gate)
        if reason is not None:
            yield Finding("problem", "gates", f"{gate.task} {gate.metric.name}: {reason}")
