"""Asking: requests of all tasks through one bounded pool, each answer written down at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from crs_simcheck.engines import About, Engine, Reply
from crs_simcheck.errors import BadReplyError, EngineError, PromptTooLongError
from crs_simcheck.records import Response
from crs_simcheck.simulator.requests import Planned

__all__ = [
    "MOST_FAILURES",
    "Answerer",
    "Collected",
    "EngineAnswerer",
    "Progress",
    "collect",
    "side_by_side",
]

_T = TypeVar("_T")

MOST_FAILURES = 10
"""So many requests in a row without an answer end a recording: all of them would fail."""


class Answerer(Protocol):
    """What answers planned requests, ``slots`` at a time."""

    @property
    def slots(self) -> int:
        """How many requests make sense at the same time."""

    async def __call__(self, planned: Planned) -> Reply:
        """Return the reply, or raise :class:`EngineError`."""

    async def about(self) -> About:
        """Return what stands behind it."""

    async def aclose(self) -> None:
        """Close what is open."""


class EngineAnswerer:
    """Puts the request of a plan to an engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def slots(self) -> int:
        """As many as the engine has."""
        return self.engine.slots

    async def __call__(self, planned: Planned) -> Reply:
        """Return what the engine answers."""
        return await self.engine.answer(planned.request)

    async def about(self) -> About:
        """Return what stands behind the engine."""
        return await self.engine.about()

    async def aclose(self) -> None:
        """Close the engine."""
        await self.engine.aclose()


class Progress(Protocol):
    """What is told of every answer."""

    def __call__(self, reply: Reply | None) -> object:
        """Take note of a reply, or of a request that failed."""


@dataclass
class Collected:
    """What came of asking. Not frozen: it grows.

    ``failures`` holds the first few errors of requests that got no answer; ``failed`` counts all.
    """

    about: About
    answered: int = 0
    failed: int = 0
    tokens: int = 0
    prompt_tokens: int = 0
    retries: int = 0
    probed: int = 0
    differing: int = 0
    digest_after: str | None = None
    failures: list[str] = field(default_factory=list)

    def take(self, reply: Reply) -> None:
        """Count a reply."""
        self.answered += 1
        self.tokens += reply.tokens or 0
        self.prompt_tokens += reply.prompt_tokens or 0
        self.retries += reply.retries


async def collect(
    planned: Iterable[Planned],
    answerer: Answerer,
    write: Callable[[Response], object],
    *,
    date: str,
    probe: int = 0,
    progress: Progress | None = None,
) -> Collected:
    """Ask everything that is planned, and write each answer as soon as it is there.

    A request that the engine cannot answer (its prompt is too long, or nothing usable came back) is
    counted and left out; the others go on. What no request can get past (no server, no such model)
    ends the run; what was answered stays written.

    Parameters
    ----------
    planned:
        May be lazy: no more than the slots hold is taken at a time.
    date:
        Of the answers, ``YYYY-MM-DD``.
    probe:
        How many of the first requests to ask once more, to see whether the same seed gives the
        same text.

    Raises
    ------
    EngineError
        Where nothing more can be asked.
    InputError
        Where an answer cannot be written.
    """
    about = await answerer.about()
    run = _Run(answerer, write, Collected(about), date, probe, progress)
    await side_by_side(enumerate(planned), answerer.slots, run.work)
    await run.ask_again()
    return run.collected


async def side_by_side(
    things: Iterable[_T], slots: int, work: Callable[[_T], Awaitable[object]]
) -> None:
    """Work on things, ``slots`` at a time; each worker takes what is next.

    The first error ends it all and is raised alone. No more things are taken than are worked on.
    """
    import asyncio

    shared = iter(things)

    async def worker() -> None:
        for thing in shared:
            await work(thing)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, slots)):
                group.create_task(worker())
    except* BaseException as group_error:
        raise _first(group_error) from None


@dataclass
class _Run:
    answerer: Answerer
    write: Callable[[Response], object]
    collected: Collected
    date: str
    probe: int
    progress: Progress | None
    in_a_row: int = 0
    first: dict[int, tuple[Planned, Response]] = field(default_factory=dict)

    async def work(self, numbered: tuple[int, Planned]) -> None:
        place, planned = numbered
        reply = await self._ask(planned)
        if reply is None:
            return
        response = response_of(planned, reply, self.collected.about, self.date)
        self.write(response)
        if place < self.probe:
            self.first[place] = planned, response

    async def _ask(self, planned: Planned) -> Reply | None:
        try:
            reply = await self.answerer(planned)
        except (BadReplyError, PromptTooLongError) as error:
            self._fail(planned, error)
            return None
        self.in_a_row = 0
        self.collected.take(reply)
        if self.progress is not None:
            self.progress(reply)
        return reply

    def _fail(self, planned: Planned, error: EngineError) -> None:
        self.collected.failed += 1
        self.in_a_row += 1
        if len(self.collected.failures) < 3:
            what = f"{planned.question.task} of seeker {planned.question.seeker}"
            self.collected.failures.append(f"{what}: {error}")
        if self.in_a_row >= MOST_FAILURES:
            raise error
        if self.progress is not None:
            self.progress(None)

    async def ask_again(self) -> None:
        """Ask the first requests once more; write down whether the same seed gave the same text."""
        await side_by_side(
            (self.first[place] for place in sorted(self.first)), self.answerer.slots, self._probe
        )

    async def _probe(self, answered: tuple[Planned, Response]) -> None:
        planned, response = answered
        try:
            again = await self.answerer(planned)
        except (BadReplyError, PromptTooLongError):
            return
        same = again.text == response.text
        self.collected.probed += 1
        self.collected.differing += not same
        meta = {**(response.meta or {}), "again": "same" if same else "different"}
        self.write(replace(response, meta=meta))


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the one error that ended a run: the others are of the same cause."""
    errors: list[BaseException] = list(group.exceptions)
    while errors:
        error = errors.pop(0)
        if isinstance(error, BaseExceptionGroup):
            errors = [*error.exceptions, *errors]
        else:
            return error
    return group


def response_of(planned: Planned, reply: Reply, about: About, date: str) -> Response:
    """Return the row that is recorded of a reply."""
    meta = {
        "engine": about.kind,
        "model": about.model,
        "digest": reply.digest or about.digest,
        "server": reply.server or about.server,
        "date": date,
        "seed": planned.request.options.seed,
        "repeat": planned.question.repeat,
        "prompt_tokens": reply.prompt_tokens,
        "tokens": reply.tokens,
        "done_reason": reply.done_reason,
        "thinking": len(reply.thinking) if reply.thinking else None,
        "truncated": reply.truncated or None,
    }
    return Response(
        task=planned.question.task,
        seeker=planned.question.seeker,
        text=reply.text,
        stimulus=planned.question.stimulus,
        request=planned.key,
        meta={key: value for key, value in meta.items() if value is not None},
    )
