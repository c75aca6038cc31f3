"""A hundred seekers made up for tests: personas without a title, and what they are asked."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import crs_simcheck
from crs_simcheck.catalogue import Item
from crs_simcheck.engines import Options, Request
from crs_simcheck.engines.embedded import EmbeddedEngine
from crs_simcheck.project.films import known_films
from crs_simcheck.prompts import Prompt, default_prompts, messages, read_prompts
from crs_simcheck.records import Response, TaskName

__all__ = [
    "BETTER",
    "answers_to",
    "better_prompts",
    "chat",
    "films",
    "people_named",
    "personas",
    "prompt_with",
    "said",
    "stimuli_of",
    "synthetic_films",
]

BETTER = Path(__file__).parents[3] / "examples" / "prompts" / "prompts" / "better"
_GENRES = (
    *("comedy", "comedy", "comedy", "drama", "drama", "action", "action", "thriller", "horror"),
    *("romance", "sci-fi", "fantasy", "crime", "mystery", "animation", "family", "adventure"),
)
_PLURALS = {
    "comedy": "comedies",
    "drama": "dramas",
    "horror": "horror films",
    "romance": "love stories",
    "sci-fi": "science fiction",
    "animation": "animated films",
    "family": "films for the whole family",
    "adventure": "adventures",
}
_ERAS = ("the 1980s", "the nineties", "the 2000s", "recent years", "the seventies", "any time")
_TEMPERS = ("is hard to please", "is easy to please", "has no strong views", "judges with care")

Stimuli = Callable[[int, random.Random], Iterable[Mapping[str, Any]]]


@cache
def personas(n: int) -> tuple[str, ...]:
    """Return personas of made-up people, in plain English, without a title."""
    draws = random.Random(7)
    made = []
    for _ in range(n):
        first = draws.choice(_GENRES)
        second = draws.choice([g for g in _GENRES if g != first])
        hated = draws.choice([g for g in _GENRES if g not in (first, second)])
        made.append(
            f"This person likes {_PLURALS.get(first, first)} and {_PLURALS.get(second, second)}, "
            f"mostly from {draws.choice(_ERAS)}, and avoids {_PLURALS.get(hated, hated)}. "
            f"Somebody who {draws.choice(_TEMPERS)}."
        )
    return tuple(made)


@cache
def films() -> tuple[Item, ...]:
    """Return the films that ship, with their fame, and mean ratings where some ship."""
    return known_films(None).items


@cache
def synthetic_films() -> tuple[Item, ...]:
    """Return the films of the synthetic raters, with the mean stars that these gave."""
    group = crs_simcheck.load_baseline("synthetic-raters")
    table = group.tasks["bin_pref"].tables["answers"]
    stars: dict[str, list[float]] = {}
    for label, rating in zip(table.array("film"), table.array("rating"), strict=True):
        stars.setdefault(str(label), []).append(float(rating))
    means = {label: sum(of) / len(of) for label, of in stars.items()}
    return tuple(replace(i, mean_rating=means[i.label]) for i in group.catalogue)


@cache
def people_named() -> tuple[int, ...]:
    """Return how many films each of ReDial's seekers named, at most 5."""
    owner = (
        crs_simcheck.load_baseline("redial-seekers").tasks["items_talk"].tables["mentions"].owner
    )
    named = [0] * (int(owner.max()) + 1)
    for one in owner.tolist():
        named[one] += 1
    return tuple(named)


def stimuli_of(task: TaskName) -> Stimuli:
    """Return what the seekers of a task are shown."""
    known = [i for i in films() if i.mean_rating is not None and i.popularity]
    synthetic = [i.label for i in synthetic_films()]

    def shown(_seeker: int, draws: random.Random) -> Iterable[Mapping[str, Any]]:
        if task == "items_talk":
            return [{"n_items": draws.choice(people_named())}]
        if task == "bin_pref":
            return [{"item": label} for label in draws.sample(synthetic, 10)]
        if task == "rec_request":
            return [{}]
        return [{"item": draws.choice(known).label}]

    return shown


@cache
def better_prompts() -> Mapping[TaskName, Prompt]:
    return read_prompts(BETTER)


def prompt_with(task: TaskName, guidelines: str) -> Prompt:
    """Return the default prompt of a task with other guidelines."""
    return default_prompts()[task].replaced("Guidelines", guidelines)


def chat(prompt: Prompt, persona: str = "", context: str = "", **stimulus: Any) -> Request:
    """Return the request that a prompt makes."""
    values = {k: str(v) for k, v in stimulus.items()}
    return Request(messages(prompt, {"persona": persona, "context": context, **values}))


def said(engine: EmbeddedEngine, *requests: Request) -> list[str]:
    """Return what an engine says."""

    async def ask() -> list[str]:
        return [(await engine.answer(one)).text for one in requests]

    return asyncio.run(ask())


def seeded(request: Request, *parts: object) -> Request:
    """Return a request with a seed of its own."""
    hashed = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return replace(request, options=Options(seed=int.from_bytes(hashed[:4], "big") >> 1))


def answers_to(
    prompt: Prompt,
    engine: EmbeddedEngine,
    *,
    seed: int = 0,
    n: int = 100,
    stimuli: Stimuli | None = None,
) -> Sequence[Response]:
    """Return the answers of ``n`` seekers to a prompt's task."""
    task = prompt.task
    assert task is not None
    shown = stimuli_of(task) if stimuli is None else stimuli
    asked: list[tuple[Response, Request]] = []
    for seeker, persona in enumerate(personas(n)):
        draws = random.Random(f"{seed}/{seeker}/{task}")
        for place, stimulus in enumerate(shown(seeker, draws)):
            request = chat(prompt, persona, "", **dict(stimulus))
            response = Response(task, f"s{seeker:03}", "", stimulus)
            asked.append((response, seeded(request, seed, seeker, task, place)))
    texts = said(engine, *(request for _, request in asked))
    return [replace(r, text=text) for (r, _), text in zip(asked, texts, strict=True)]
