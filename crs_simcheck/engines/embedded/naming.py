"""Which films the embedded seeker names: fame, taste, habit, and what the guidelines ask for."""

from __future__ import annotations

import random
from typing import Final

import numpy as np

from crs_simcheck.engines.embedded.directives import Directives
from crs_simcheck.engines.embedded.shelf import Floats, Shelf, drawn
from crs_simcheck.engines.embedded.taste import Taste

__all__ = ["Namer"]

# Weight of a film by its rank of fame, (rank + shift) ** -exponent. The naive habit is that of
# language models, which name the same few films; the other was set so that 100 seekers are as
# varied, and name as many famous films, as people in a conversation (ReDial's, see docs).
_HABIT_EXPONENT, _HABIT_SHIFT = 1.6, 1.0
_PEOPLE_EXPONENT, _PEOPLE_SHIFT = 0.95, 22.0
_OBSCURE_EXPONENT = -0.8
# How much of the habit stays under each directive; they multiply.
_HABIT_LEFT: Final = {
    "vary": 0.3,
    "less_famous": 0.3,
    "decades": 0.7,
    "genres": 0.8,
    "countries": 0.8,
}
# By habit, films of recent decades come more often.
_RECENT, _RECENT_FACTOR = 1990, 4.0
# What taste does to the weights, as exponents of e; by habit this share of it counts.
_HABIT_TASTE, _TASTE, _ERA_TASTE = 0.1, 0.9, 0.6
# A kind that was named before keeps this much of its weight under its directive.
_AGAIN: Final = {"decades": 0.6, "genres": 0.75, "countries": 0.6}
# How often a title that the prompt holds is said back, where nobody forbids it.
_ECHO = 0.6
# How many films are thought of for each that is named, before the best known are taken.
_TRIES = 60
# Of films whose fame is not known, where that of others is, so many are named.
_UNCOUNTED = 0.1


class Namer:
    """Names films of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        some = shelf.nameable * np.where(shelf.counted, 1.0, _UNCOUNTED)
        recent = np.where(shelf.decade >= _RECENT, _RECENT_FACTOR, 1.0)
        self._habit = some * recent * (shelf.rank + _HABIT_SHIFT) ** -_HABIT_EXPONENT
        self._people = some * (shelf.rank + _PEOPLE_SHIFT) ** -_PEOPLE_EXPONENT
        self._obscure = some * shelf.rank**-_OBSCURE_EXPONENT

    def name(
        self,
        n: int,
        taste: Taste,
        directives: Directives,
        held: tuple[str, ...],
        draws: random.Random,
    ) -> list[str]:
        """Return labels of ``n`` different films, or of all where there are fewer.

        Parameters
        ----------
        held:
            Titles that the prompt holds, which are said back unless guidelines forbid it.
        """
        shelf = self._shelf
        fitting = self._shelf.fitting(taste, _TASTE, _ERA_TASTE)
        left = habit_left(directives)
        # Running sums of weights; those of a way to choose that never comes are not made.
        habit = self._by_habit(fitting) if left > 0 else np.ones(1)
        choice = self._by_choice(fitting, directives) if left < 1 else np.ones(1)
        echoed = [] if "keep_history" in directives else list(held)
        forbidden = {shelf.place(title) for title in held}
        named: dict[str, int | None] = {}
        for _ in range(n * _TRIES):
            if len(named) == n:
                break
            if echoed and draws.random() < _ECHO:
                title = echoed.pop(int(draws.random() * len(echoed)))
                named[title] = shelf.place(title)
                continue
            place = drawn(habit if draws.random() < left else choice, draws)
            if place in forbidden or shelf.labels[place] in named:
                continue
            if draws.random() < self._welcome(place, tuple(named.values()), directives):
                named[shelf.labels[place]] = place
        if len(named) < n:
            self._fill(named, n, forbidden)
        return list(named)

    def _fill(self, named: dict[str, int | None], n: int, forbidden: set[int | None]) -> None:
        """Add the best-known films that are left, those of the prompt last, until there are n."""
        best = np.argsort(self._shelf.rank, kind="stable").tolist()
        best.sort(key=forbidden.__contains__)
        for place in best:
            if len(named) == n:
                break
            if self._shelf.nameable[place]:
                named.setdefault(self._shelf.labels[place], place)

    def _by_habit(self, fitting: Floats) -> Floats:
        sums: Floats = np.cumsum(self._habit * (1 + _HABIT_TASTE * (fitting - 1)))
        return sums

    def _by_choice(self, fitting: Floats, directives: Directives) -> Floats:
        chosen = self._obscure if "obscure" in directives else self._people
        sums: Floats = np.cumsum(chosen * fitting)
        return sums

    def _welcome(self, place: int, named: tuple[int | None, ...], directives: Directives) -> float:
        """Return how likely a film is taken, given those named: less, the more they are alike."""
        shelf, chance = self._shelf, 1.0
        film = shelf.films[place]
        for other in named:
            if other is None:
                continue
            if "decades" in directives and shelf.decade[place] == shelf.decade[other]:
                chance *= _AGAIN["decades"]
            if "genres" in directives and set(film.genres) & set(shelf.films[other].genres):
                chance *= _AGAIN["genres"]
            region = film.region
            if "countries" in directives and region and region == shelf.films[other].region:
                chance *= _AGAIN["countries"]
        return chance


def habit_left(directives: Directives) -> float:
    """Return the share of films that are still named by habit."""
    if "obscure" in directives:
        return 0.0
    left = 1.0
    for name, share in _HABIT_LEFT.items():
        left *= share if name in directives else 1.0
    return left
