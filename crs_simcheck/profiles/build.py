"""Profiles from histories: as many people as are wanted, in the order of the draw."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from crs_simcheck.engines.base import Engine
from crs_simcheck.errors import BadReplyError, EmptyInputError, InputError
from crs_simcheck.profiles.checks import PersonaCheck
from crs_simcheck.profiles.history import Histories, History
from crs_simcheck.profiles.pool import in_pool
from crs_simcheck.profiles.salt import seeker_id
from crs_simcheck.profiles.writer import ProfileSettings, Refused, Writer
from crs_simcheck.records import Profile

__all__ = ["Built", "build_profiles"]

# So many are tried first: an engine that can do none of it shows before the rest is asked.
_TRIED_FIRST = 20


@dataclass(frozen=True)
class Built:
    """Profiles in the order of their ids, and how many people were refused for which reason."""

    profiles: tuple[Profile, ...] = field(repr=False)
    refused: Mapping[str, int] = field(default_factory=dict)


async def build_profiles(
    histories: Histories,
    settings: ProfileSettings,
    salt: bytes,
    *,
    engine: Engine | None = None,
    titles: Iterable[str] = (),
    done: Callable[[], object] | None = None,
) -> Built:
    """Build profiles; nothing is written.

    One without a persona that can be used is left out and counted, and the next one of the draw
    takes the place. What a profile holds depends on the seed and on that person's own history, and
    on nobody else (but see ``usual_stars``).

    Parameters
    ----------
    salt:
        Secret of the ids.
    engine:
        Who writes, where settings ask for one; it is asked ``slots`` times at once, and not closed.
    titles:
        Labels of films beside those of the source that no persona may name.
    done:
        Is called when a person is decided.

    Raises
    ------
    InputError
        Settings ask for an engine, and there is none.
    EngineError
        The engine cannot be had, or none of the first people got a persona that can be used.
    EmptyInputError
        There is nobody.
    """
    check = PersonaCheck((*histories.titles, *titles))
    writer = Writer(settings, histories.usual_stars, check, engine)
    slots = engine.slots if engine is not None and settings.asks else 1

    async def job(person: History) -> Profile | Refused:
        return await writer.profile(seeker_id(salt, person.person), person)

    profiles: dict[str, Profile] = {}
    refused: Counter[str] = Counter()
    for some in _rounds(iter(histories.people), settings.seekers, profiles):
        for found in await in_pool(job, some, slots, done):
            if isinstance(found, Refused):
                refused[found.reason] += 1
            elif found.seeker in profiles:
                raise InputError("two people of the source have one id", fix="keep each once")
            else:
                profiles[found.seeker] = found
        if not profiles and refused.total() >= _TRIED_FIRST:
            break
    if not profiles:
        raise _nobody(refused)
    ordered = tuple(profiles[seeker] for seeker in sorted(profiles))
    return Built(ordered, dict(sorted(refused.items())))


def _rounds(
    people: Iterator[History], wanted: int, profiles: Mapping[str, Profile]
) -> Iterator[list[History]]:
    """Yield people to try: as many as are still missing, until nobody is left."""
    most = _TRIED_FIRST
    while missing := wanted - len(profiles):
        some = list(itertools.islice(people, min(missing, most)))
        if not some:
            return
        most = wanted
        yield some


def _nobody(refused: Counter[str]) -> Exception:
    if not refused:
        return EmptyInputError(
            "nobody is there to make a profile of", fix="check the source, or lower --least"
        )
    reasons = ", ".join(f"{reason} ({n})" for reason, n in sorted(refused.items()))
    return BadReplyError(
        f"none of the first {refused.total()} people got a profile: {reasons}; try another model"
    )
