"""Judging answers: each is asked about, asked again where the reply is no score, and then missing.

A score that is missing is not a low score. An answer that speaks to the judge is not shown to one.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from crs_simcheck.engines import About, Engine, Options, Reply, Request
from crs_simcheck.errors import BadReplyError, PromptTooLongError
from crs_simcheck.instruments.injection import instructs_judge
from crs_simcheck.judge.asking import Case, Scores, messages_for, read_scores
from crs_simcheck.judge.rubric import CRITERIA, Rubric
from crs_simcheck.recordings import Recording, request_key, seed_of
from crs_simcheck.records import Response
from crs_simcheck.simulator import side_by_side

__all__ = [
    "ATTEMPTS",
    "NOT_JUDGED",
    "JudgeSpec",
    "Judged",
    "Judgement",
    "judge_cases",
    "keys_of",
    "replay_judgements",
    "unjudged",
]

ATTEMPTS = 3
"""How often a judge is asked about one answer before its score is missing."""

NOT_JUDGED = "not judged"
"""Why a score is missing that no judge was asked for."""

_speaks_to_judge = lru_cache(maxsize=4096)(instructs_judge)  # a persona comes with every film
_AGAIN_TEMPERATURE = 0.8  # the same request would only give the same reply
_Key = str


@dataclass(frozen=True)
class JudgeSpec:
    """Who judges by what: the part of a judge that stands in the key of a recorded reply."""

    kind: str
    model: str
    rubric: Rubric
    options: Options = field(
        default_factory=lambda: Options(temperature=0.0, num_ctx=8192, num_predict=128)
    )
    repeats: int = 1

    @property
    def name(self) -> str:
        """Kind and model, for reports."""
        return f"{self.kind}:{self.model}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one judge says of one answer: scores, or why they are missing.

    ``failed`` says that it was the engine's fault, which may pass: it is worth asking again.
    """

    scores: Scores | None
    missing: str = ""
    attempts: int = 0
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """All judgements of one answer, over judges and repeats."""

    response: Response
    judgements: tuple[Judgement, ...]

    @property
    def scores(self) -> Mapping[str, float] | None:
        """The median of each criterion over the judgements that give scores; None without any."""
        given = [j.scores for j in self.judgements if j.scores is not None]
        if not given:
            return None
        return {
            c: float(statistics.median(s.as_json()[c] for s in given))
            for c in CRITERIA
            if c in given[0].as_json()
        }

    @property
    def value(self) -> float | None:
        """The mean of these medians, 0 to 10; see :attr:`Scores.mean`."""
        scores = self.scores
        return None if scores is None else sum(scores.values()) / len(scores)

    @property
    def missing(self) -> str:
        """Why no judge's score is there; empty where one is."""
        if self.value is not None:
            return ""
        return next((j.missing for j in self.judgements), NOT_JUDGED)

    @property
    def unasked(self) -> int:
        """How many judgements nobody has asked for yet."""
        return sum(j.missing == NOT_JUDGED for j in self.judgements)

    @property
    def failed(self) -> int:
        """How many judgements are missing by a fault of the engine."""
        return sum(j.failed for j in self.judgements)

    @property
    def spread(self) -> float | None:
        """The range between the means of the single judgements; None of fewer than two."""
        means = [j.scores.mean for j in self.judgements if j.scores is not None]
        return max(means) - min(means) if len(means) > 1 else None


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One request to a judge, with its key."""

    request: Request
    key: _Key


def _attempts(spec: JudgeSpec, case: Case, repeat: int) -> Iterator[_Attempt]:
    """Yield the requests about one answer, in the order in which they are made.

    They hang on the case alone: who gave the answer, and in which file it is, makes no other.
    """
    messages = messages_for(spec.rubric, case)
    for attempt in range(ATTEMPTS):
        seed = seed_of("judge", case.id, repeat, attempt)
        temperature = spec.options.temperature if attempt == 0 else _AGAIN_TEMPERATURE
        options = replace(spec.options, seed=seed, temperature=temperature)
        key = request_key(
            spec.kind,
            spec.model,
            {**options.as_json(), "format": spec.rubric.schema, "rubric": spec.rubric.sha256},
            messages,
            repeat * ATTEMPTS + attempt,
        )
        yield _Attempt(Request(messages, options, spec.rubric.schema), key)


def replay_judgements(
    specs: Sequence[JudgeSpec], cases: Iterable[tuple[Response, Case]], held: Recording
) -> tuple[Judged, ...]:
    """Return what is recorded of judges; see :func:`unjudged` for what is not."""
    return tuple(
        Judged(
            response,
            tuple(
                _replayed(spec, case, repeat, held) or Judgement(None, NOT_JUDGED)
                for spec in specs
                for repeat in range(spec.repeats)
            ),
        )
        for response, case in cases
    )


def unjudged(
    specs: Sequence[JudgeSpec], cases: Iterable[tuple[Response, Case]], held: Recording
) -> int:
    """Return how many judgements are worth asking for: not recorded, or failed by the engine."""
    return sum(one.unasked + one.failed for one in replay_judgements(specs, cases, held))


def keys_of(specs: Sequence[JudgeSpec], cases: Iterable[tuple[Response, Case]]) -> frozenset[str]:
    """Return the keys of all requests that these judges may be asked about these answers."""
    return frozenset(
        attempt.key
        for _, case in cases
        for spec in specs
        for repeat in range(spec.repeats)
        for attempt in _attempts(spec, case, repeat)
    )


def _replayed(spec: JudgeSpec, case: Case, repeat: int, held: Recording) -> Judgement | None:
    for text, what in ((case.answer, "answer"), (case.persona, "persona")):
        if _speaks_to_judge(text):
            return Judgement(None, f"the {what} speaks to the judge")
    problem, failed = "", False
    for made, attempt in enumerate(_attempts(spec, case, repeat), start=1):
        reply = held.get("neg_feedback", attempt.key)
        if reply is None:
            return None
        fault = _fault_of(reply)
        found = fault or read_scores(reply.text, spec.rubric.letters)
        if isinstance(found, Scores):
            return Judgement(found, attempts=made)
        problem, failed = found, failed or bool(fault)
    return Judgement(None, f"no score in {ATTEMPTS} replies: {problem}", ATTEMPTS, failed)


def _fault_of(reply: Response) -> str:
    """Return the engine's fault that stands in place of a reply, or nothing."""
    meta = reply.meta if isinstance(reply.meta, Mapping) else {}
    return str(meta.get("problem") or "")


async def judge_cases(
    spec: JudgeSpec,
    engine: Engine,
    cases: Iterable[tuple[Response, Case]],
    held: Recording,
    write: Callable[[Response], object],
    *,
    date: str,
    done: Callable[[], object] | None = None,
) -> int:
    """Ask a judge about every answer that it has not judged, and write its replies down.

    Parameters
    ----------
    held:
        What is recorded: nothing of it is asked again, but what the engine failed to answer.
    write:
        Takes each reply as a row, valid or not.
    done:
        Called after each answer that was judged.

    Returns
    -------
    asked:
        How many requests were made.

    Raises
    ------
    EngineError
        Where nothing more can be asked; what was answered is written.
    """
    asking = _Asking(spec, engine, await engine.about(), held, write, date, done)
    todo = (
        (response, case, repeat)
        for response, case in cases
        for repeat in range(spec.repeats)
        if _worth_asking(_replayed(spec, case, repeat, held))
    )
    await side_by_side(todo, engine.slots, asking.about_one)
    return asking.asked


def _worth_asking(judgement: Judgement | None) -> bool:
    return judgement is None or judgement.failed


@dataclass
class _Asking:
    spec: JudgeSpec
    engine: Engine
    about: About
    held: Recording
    write: Callable[[Response], object]
    date: str
    done: Callable[[], object] | None
    asked: int = 0

    async def about_one(self, one: tuple[Response, Case, int]) -> None:
        """Ask about one answer until a reply gives scores; what is recorded is not asked again."""
        response, case, repeat = one
        for attempt in _attempts(self.spec, case, repeat):
            known = self.held.get("neg_feedback", attempt.key)
            if known is None or _fault_of(known):
                text = await self._ask(response, case, attempt)
            else:
                text = known.text
            if isinstance(read_scores(text, self.spec.rubric.letters), Scores):
                break
        if self.done is not None:
            self.done()

    async def _ask(self, response: Response, case: Case, attempt: _Attempt) -> str:
        """Ask once and write the reply down; one that is none is an empty one, with its reason."""
        self.asked += 1
        problem = None
        try:
            reply = await self.engine.answer(attempt.request)
        except (BadReplyError, PromptTooLongError) as error:
            reply, problem = Reply(""), str(error)[:300]
        if reply.truncated:  # it has not seen the whole of what it was to judge
            reply, problem = replace(reply, text=""), "the server read less than the whole request"
        meta = {
            "engine": self.spec.kind,
            "model": self.spec.model,
            "digest": reply.digest or self.about.digest,
            "server": reply.server or self.about.server,
            "date": self.date,
            "rubric": self.spec.rubric.sha256,
            "tokens": reply.tokens,
            "done_reason": reply.done_reason,
            "judges": case.id,
            "problem": problem,
        }
        row = Response(
            "neg_feedback",
            response.seeker,
            reply.text,
            response.stimulus,
            request=attempt.key,
            meta={key: value for key, value in meta.items() if value is not None},
        )
        self.write(row)
        return reply.text
