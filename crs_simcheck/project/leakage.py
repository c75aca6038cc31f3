"""The leakage diagnostic: what a simulator names with a raw history in its prompt, and a persona.

Each seeker is asked twice for films, with the same seed: once with the titles and years of the
history in the place of the persona, once with the persona. Answers are measured and dropped.
Source: the diagnostic of arXiv 2607.00010, here with all groups of one size.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from crs_simcheck.baselines import Group, measure, measure_group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.engines import Engine, Options, Request
from crs_simcheck.errors import BadReplyError, EmptyInputError, InputError, PromptTooLongError
from crs_simcheck.gate import JointCatalogue, Sides, joint_catalogue
from crs_simcheck.instruments import leaked_titles
from crs_simcheck.metrics import Frame, metric_named
from crs_simcheck.profiles.pool import in_pool
from crs_simcheck.prompts import Prompt, messages
from crs_simcheck.recordings import seed_of
from crs_simcheck.records import Profile, Response
from crs_simcheck.stats import Allowance, Pool, Rows, draw_groups, row_weights

__all__ = ["PAPER", "Diagnostic", "DiagnosticRow", "diagnose", "raw_history"]

# Each answer is held against so many other seekers' histories.
_OTHERS = 20
RAW, PERSONA, PEOPLE = "raw history", "persona", "people"

PAPER: Mapping[str, tuple[float, str]] = MappingProxyType(
    {RAW: (6.415, "nearly all"), PERSONA: (9.269, "none"), PEOPLE: (10.067, "")}
)
"""What the paper reports: bits, and how many of 100 responses leak. Its groups differ in size."""


@dataclass(frozen=True, slots=True)
class DiagnosticRow:
    """One line of the diagnostic.

    Parameters
    ----------
    name:
        What the prompts held; or ``people``.
    item_entropy:
        In bits: the mean over groups of one size.
    seekers, mentions:
        Who named any title, and how many, before groups were cut to one size.
    leaked, answers:
        Responses that name a title of the history, and responses; None where no history is known.
    by_chance:
        Share of responses that name a title of somebody else's history: famous films are in many.
    failed:
        Requests without an answer that can be used.
    """

    name: str
    item_entropy: float
    seekers: int
    mentions: int
    leaked: int | None = None
    answers: int | None = None
    by_chance: float | None = None
    failed: int = 0

    @property
    def leakage_rate(self) -> float | None:
        """Share of the responses that name a title of the history."""
        return None if not self.answers or self.leaked is None else self.leaked / self.answers


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """The rows, their entropies being of groups of ``seekers`` who name ``mentions`` titles."""

    rows: tuple[DiagnosticRow, ...]
    seekers: int
    mentions: int
    people: str
    engine: str
    model: str

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object; no answer is in it."""
        return {
            "format": 1,
            "engine": self.engine,
            "model": self.model,
            "baseline": self.people,
            "seekers": self.seekers,
            "mentions": self.mentions,
            "rows": {row.name: _row_as_json(row) for row in self.rows},
            "paper": {
                name: {"item_entropy": bits, "leakage": said or None}
                for name, (bits, said) in PAPER.items()
            },
        }


def _row_as_json(row: DiagnosticRow) -> dict[str, Any]:
    return {
        "item_entropy": row.item_entropy,
        "leakage_rate": row.leakage_rate,
        "leaked": row.leaked,
        "answers": row.answers,
        "leakage_by_chance": row.by_chance,
        "seekers": row.seekers,
        "mentions": row.mentions,
        "failed": row.failed,
    }


def raw_history(profile: Profile) -> str:
    """Return what stands in the place of the persona: titles with their years, one a line."""
    films = "\n".join(f"- {' '.join(entry.item.split())}" for entry in profile.history)
    return f"Films that this person has watched:\n{films}"


async def diagnose(  # noqa: PLR0913 - all but four are named, and have a default
    engine: Engine,
    profiles: Sequence[Profile],
    prompt: Prompt,
    people: Group,
    *,
    catalogue: Catalogue | None = None,
    n_items: int | None = None,
    options: Options | None = None,
    seed: int = 0,
    draws: int = 1000,
    done: Callable[[], object] | None = None,
) -> Diagnostic:
    """Ask every seeker twice, and compare what is named, people beside it.

    Parameters
    ----------
    engine:
        Is asked twice for each profile, ``slots`` times at once, and not closed.
    people:
        A group that answered items_talk.
    catalogue:
        Films of the user; those of the people are known as well.
    n_items:
        How many films each seeker is asked for; None: as many as one of the people named.
    options:
        Of every request but for the seed.
    draws:
        How many groups of one size the entropies are the mean of.
    done:
        Is called after each answer.

    Raises
    ------
    InputError
        A profile lacks its history or its persona.
    EmptyInputError
        One of the sides names no title.
    EngineError
        The engine cannot be had.
    """
    _check(profiles)
    joint = joint_catalogue(catalogue, people)
    asking = _Asking(
        engine,
        prompt,
        options or Options(),
        seed,
        _people_named(people) if n_items is None else (n_items,),
    )
    sides: list[_Side] = []
    histories = {p.seeker: tuple(entry.item for entry in p.history) for p in profiles}
    for name, write in ((RAW, raw_history), (PERSONA, _persona)):
        asked = [(profile, write(profile)) for profile in profiles]
        answers = await in_pool(asking.answer, asked, engine.slots, done)
        sides.append(_side(name, answers, histories, people, joint))
    sides.append(_Side(PEOPLE, _mentions(people, people, joint, PEOPLE)))
    rows, seekers, mentions = _of_one_size(sides, np.random.default_rng(seed), draws)
    return Diagnostic(rows, seekers, mentions, people.name, engine.kind, engine.model)


def _people_named(people: Group) -> tuple[int, ...]:
    """Return how many films each of the people named, sorted."""
    owner = people.task("items_talk").tables["mentions"].owner
    return tuple(sorted(count for count in np.bincount(owner).tolist() if count))


def _persona(profile: Profile) -> str:
    return profile.persona


def _check(profiles: Sequence[Profile]) -> None:
    """Raise where somebody cannot be asked in both ways; the message tells no id."""
    for what, lack in (
        ("history", sum(not p.history for p in profiles)),
        ("persona", sum(not p.persona.strip() for p in profiles)),
    ):
        if lack:
            raise InputError(
                f"{lack} of {len(profiles)} profiles have no {what}",
                field=what,
                fix="'crs-simcheck profiles build' makes profiles with both",
            )


@dataclass(frozen=True, eq=False)
class _Asking:
    """Asks one seeker for films."""

    engine: Engine
    prompt: Prompt
    options: Options
    seed: int
    counts: tuple[int, ...]

    async def answer(self, asked: tuple[Profile, str]) -> Response | None:
        """Return the answer of a seeker whose prompt holds this text, or None where none came."""
        profile, text = asked
        # Of the seeker, and not of the text: whatever differs, differs because of the text.
        seed = seed_of(self.seed, profile.seeker, "items_talk", 0)
        n_items = random.Random(seed).choice(self.counts)
        values = {"persona": text, "context": "", "n_items": str(n_items)}
        request = Request(messages(self.prompt, values), replace(self.options, seed=seed))
        try:
            reply = await self.engine.answer(request)
        except (BadReplyError, PromptTooLongError):
            return None
        return Response("items_talk", profile.seeker, reply.text, {"n_items": n_items})


@dataclass(frozen=True, eq=False)
class _Side:
    """What one side named, as rows of mentions, and what of it leaks."""

    name: str
    rows: Rows
    leaked: int | None = None
    answers: int | None = None
    by_chance: float | None = None
    failed: int = 0


def _side(
    name: str,
    answers: Sequence[Response | None],
    histories: Mapping[str, Sequence[str]],
    people: Group,
    joint: JointCatalogue,
) -> _Side:
    """Measure answers; nothing of their text is kept."""
    given = [answer for answer in answers if answer is not None]
    seen = measure(given, joint.catalogue, histories=histories)
    group = measure_group(seen, joint.catalogue, name=name, speakers="simulator")
    leaked = sum(bool(one.observation.leaked) for one in seen)
    rows = _mentions(group, people, joint, name)
    by_chance = _by_chance(given, histories)
    return _Side(name, rows, leaked, len(given), by_chance, len(answers) - len(given))


def _by_chance(given: Sequence[Response], histories: Mapping[str, Sequence[str]]) -> float | None:
    """Return the share of answers that name a title of another seeker's history, or None."""
    n = len(given)
    shifts = range(1, min(n, _OTHERS + 1))
    pairs = [(place, (place + shift) % n) for shift in shifts for place in range(n)]
    named = [
        bool(leaked_titles(given[one].text, tuple(histories[given[other].seeker]), None))
        for one, other in pairs
    ]
    return sum(named) / len(named) if named else None


def _mentions(group: Group, people: Group, joint: JointCatalogue, name: str) -> Rows:
    rows = None
    if "items_talk" in group.tasks:
        rows = Sides("items_talk", group, people, joint).simulator_rows("mentions")
    if rows is None:
        raise EmptyInputError(
            f"{name}: no answer names a film", fix="try the prompt and the engine by hand"
        )
    return rows


def _of_one_size(
    sides: Sequence[_Side], rng: np.random.Generator, draws: int
) -> tuple[tuple[DiagnosticRow, ...], int, int]:
    """Return a row of each side, and the seekers and mentions that all were cut to."""
    size = min(side.rows.n_units for side in sides)
    allowed = [Allowance(side.rows.counts, side.rows.counts).of_size(size) for side in sides]
    keep = np.minimum.reduce(allowed)
    entropy = metric_named("item_entropy")
    frame = Frame(Catalogue("none", ()))  # titles are counted; nothing about them is looked up
    found = []
    for side in sides:
        rows = side.rows
        weights = row_weights(rows, draw_groups(rows.n_units, size, draws, rng), keep, rng)
        bits = float(np.mean(entropy.compute(Pool(draws, rows, weights), frame)))
        found.append(
            DiagnosticRow(
                side.name,
                bits,
                rows.n_units,
                len(rows),
                side.leaked,
                side.answers,
                side.by_chance,
                side.failed,
            )
        )
    return tuple(found), size, int(keep.sum())
