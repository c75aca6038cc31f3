"""The profile of one person: films, traits, and a persona that is checked and asked for again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from crs_simcheck.engines.base import Engine, Options, Reply, Request
from crs_simcheck.errors import BadReplyError, InputError
from crs_simcheck.profiles.checks import PersonaCheck, Problem
from crs_simcheck.profiles.demographics import SCHEMA, demographic_sentence, read_demographics
from crs_simcheck.profiles.history import History, Seen, draw_key
from crs_simcheck.profiles.requests import again, persona_request, traits_request
from crs_simcheck.profiles.traits import traits_of
from crs_simcheck.profiles.wording import persona_by_rule
from crs_simcheck.recordings import seed_of
from crs_simcheck.records import HistoryItem, Profile

__all__ = ["ASKED_AGAIN", "ProfileSettings", "Refused", "Writer"]

ASKED_AGAIN = 3
"""How many times a writer is asked again before a person is left out."""

_T = TypeVar("_T", str, dict[str, str])
# What models put around a text that is asked for.
_QUOTES = re.compile(r'^(["“”*_]{1,3})(.*?)["“”*_]{1,3}$', re.DOTALL)
_LABEL = re.compile(r"^\W{0,3}(?:persona|description|summary)\W{0,3}:\W{0,3}\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """How profiles are built.

    Parameters
    ----------
    seekers:
        How many profiles.
    items:
        Most films of a history that go into a profile.
    seed:
        Decides who is drawn, which films, and the words of a persona.
    persona:
        ``rule``, ``none``, or ``engine``: it is given titles and years, and nothing else.
    demographics:
        Whether the engine makes up age group, gender and occupation.
    options:
        Of every request; seed and ``num_predict`` are set for each.
    made:
        What is noted in every profile of how it was made: the date, the kind of source.
    """

    seekers: int = 100
    items: int = 5
    seed: int = 0
    persona: Literal["rule", "none", "engine"] = "rule"
    demographics: bool = False
    options: Options = field(default_factory=Options)
    made: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        """Whether an engine is asked at all."""
        return self.persona == "engine" or self.demographics


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody could make a profile of this person; the reason holds nothing of them."""

    reason: str


class Writer:
    """Makes profiles, one at a time or several at once.

    Parameters
    ----------
    usual_stars:
        As in ``traits_of``.
    check:
        What a persona must not be.
    engine:
        Who writes, where settings ask for one.
    """

    def __init__(
        self,
        settings: ProfileSettings,
        usual_stars: float | None,
        check: PersonaCheck,
        engine: Engine | None,
    ) -> None:
        if settings.asks and engine is None:
            raise InputError(
                "nobody is there to write personas or demographic traits",
                field="persona",
                fix="name an engine, such as ollama:MODEL",
            )
        self._settings = settings
        self._usual_stars = usual_stars
        self._check = check
        self._engine = engine

    async def profile(self, seeker: str, person: History) -> Profile | Refused:
        """Return the profile of a person under this id, or why there is none.

        Raises
        ------
        EngineError
            The engine cannot be had, or refuses the request itself.
        """
        settings = self._settings
        traits = traits_of(person, self._usual_stars)
        start = ""
        if settings.demographics:
            found = await self._demographics(person, traits)
            if isinstance(found, Problem):
                return Refused(f"demographic traits: {found.reason}")
            traits |= found
            start = demographic_sentence(found) + " "
        films = _drawn(person, settings)
        persona: str | Problem = ""
        if settings.persona == "rule":
            persona = self._by_rule(person, traits, start)
        elif settings.persona == "engine":
            persona = await self._by_engine(person, films, start)
        if isinstance(persona, Problem):
            return Refused(f"persona: {persona.reason}")
        history = tuple(HistoryItem(film.item, film.rating, film.text) for film in films)
        made = {"made": dict(settings.made)} if settings.made else {}
        return Profile(seeker, persona, traits, history, made)

    def _by_rule(self, person: History, traits: Mapping[str, Any], start: str) -> str | Problem:
        judged: str | Problem = ""
        for attempt in range(1 + ASKED_AGAIN):
            text = start + persona_by_rule(traits, self._settings.seed, person.person, attempt)
            judged = self._judged(text, person)
            if isinstance(judged, str):
                break
        return judged

    async def _by_engine(self, person: History, films: Iterable[Seen], start: str) -> str | Problem:
        def judge(text: str) -> str | Problem:
            plain = _tidy(text)
            return self._judged(start + plain if plain else "", person)

        request = persona_request([film.item for film in films], self._settings.options)
        return await self._asked("persona", person, request, judge)

    async def _demographics(
        self, person: History, traits: Mapping[str, Any]
    ) -> dict[str, str] | Problem:
        def judge(text: str) -> dict[str, str] | Problem:
            found = read_demographics(text)
            if isinstance(found, str):
                return Problem("not what was asked for", found)
            judged = self._judged(demographic_sentence(found), person)
            return judged if isinstance(judged, Problem) else found

        request = traits_request(traits, SCHEMA, self._settings.options)
        return await self._asked("traits", person, request, judge)

    def _judged(self, text: str, person: History) -> str | Problem:
        problem = self._check.problem(text, [film.item for film in person.films])
        return text if problem is None else problem

    async def _asked(
        self, what: str, person: History, request: Request, judge: Callable[[str], _T | Problem]
    ) -> _T | Problem:
        """Ask, and ask again with what was wrong, each time with another seed."""
        if self._engine is None:
            raise AssertionError("the engine was looked for when the writer was made")
        judged: _T | Problem = Problem("no answer", "")
        said = ""
        for attempt in range(1 + ASKED_AGAIN):
            seed = seed_of(self._settings.seed, what, person.person, attempt)
            if isinstance(judged, Problem) and judged.request:
                now = again(request, said, judged.request, seed)
            else:
                now = replace(request, options=replace(request.options, seed=seed))
            try:
                reply = await self._engine.answer(now)
            except BadReplyError:
                judged, said = Problem("no answer", ""), ""
                continue
            said = reply.text
            judged = _cut_short(reply) or judge(said)
            if not isinstance(judged, Problem):
                break
        return judged


def _cut_short(reply: Reply) -> Problem | None:
    if reply.done_reason != "length":
        return None
    return Problem("too long", "Your text was cut short. Write much less.")


def _drawn(person: History, settings: ProfileSettings) -> tuple[Seen, ...]:
    """Return the films of a history that go into the profile, drawn by a hash of each."""
    ordered = sorted(
        person.films, key=lambda film: draw_key(settings.seed, "film", person.person, film.item)
    )
    return tuple(ordered[: settings.items])


def _tidy(text: str) -> str:
    """Return a text as one line, without what models put around it: it goes into a prompt."""
    line = " ".join(text.split())
    line = _LABEL.sub("", line)
    quoted = _QUOTES.match(line)
    return line if quoted is None else quoted[2].strip()
