"""People and films that do not exist, for profiles."""

from __future__ import annotations

import asyncio

from crs_simcheck.engines import ScriptedEngine
from crs_simcheck.profiles.build import Built, build_profiles
from crs_simcheck.profiles.history import Histories, History, Seen, draw_key
from crs_simcheck.profiles.writer import ProfileSettings

SALT = b"a secret of the tests"
GENRES = ("drama", "comedy", "horror", "sci-fi", "western")


def film(number: int, rating: float | None = 4.0) -> Seen:
    year = 1950 + number % 70
    label = f"Paper Lion Number {number:03} ({year})"
    return Seen(label, year, (GENRES[number % len(GENRES)],), rating, None)


def person(number: int, n_films: int = 8) -> History:
    """Somebody with an id that must be seen nowhere."""
    films = tuple(film(7 * number + i, 1 + (number + i) % 5) for i in range(n_films))
    return History(f"SECRET-{number}", films)


def histories(people: int, seed: int = 0, usual: float | None = 3.5) -> Histories:
    drawn = sorted(map(person, range(people)), key=lambda p: draw_key(seed, "person", p.person))
    titles = tuple(dict.fromkeys(f.item for p in drawn for f in p.films))
    return Histories(drawn, titles, usual)


def built(people, engine=None, salt=SALT, titles=(), done=None, **settings) -> Built:
    """Build profiles of so many made-up people, or of these histories."""
    found = histories(people, settings.get("seed", 0)) if isinstance(people, int) else people
    return asyncio.run(
        build_profiles(
            found, ProfileSettings(**settings), salt, engine=engine, titles=titles, done=done
        )
    )


def scripted(script, slots: int = 4) -> tuple[ScriptedEngine, list]:
    """Return an engine that answers by a function of the request, and what it was asked."""
    asked: list = []

    def answer(request):
        asked.append(request)
        return script(request)

    return ScriptedEngine(answer, slots=slots), asked
