"""The films that the embedded seeker knows, as columns of numbers."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.catalogue import Item
from crs_simcheck.engines.embedded.draws import hash_share
from crs_simcheck.engines.embedded.taste import Taste
from crs_simcheck.errors import InputError

__all__ = ["Floats", "Shelf", "drawn"]

Floats = NDArray[np.float64]

# A title that can be written in one line and is read back as it is.
_PLAIN = re.compile(r"[^\W_][^()\"*_\x00-\x1f\x7f-\x9f\u2028\u2029]{0,120}")
_NO_DECADE: Final = -1
# How much more a genre that is disliked counts than one that is liked.
_DISLIKE: Final = 1.5


class Shelf:
    """Films, made ready for drawing. Not changed after it was made.

    Parameters
    ----------
    films:
        The films; of several with one label the first counts.

    Raises
    ------
    InputError
        None of the films has a title that could be named.
    """

    def __init__(self, films: Sequence[Item]) -> None:
        by_label: dict[str, Item] = {}
        for film in films:
            by_label.setdefault(film.label, film)
        self.films = tuple(by_label.values())
        self.labels = tuple(by_label)
        self._places = {label.casefold(): place for place, label in enumerate(by_label)}
        self.nameable = np.array(
            [f.year is not None and _PLAIN.fullmatch(f.title) is not None for f in self.films],
            dtype=bool,
        )
        if not self.nameable.any():
            raise InputError(
                f"{len(self.films)} films, none with a plain title and a year; the embedded "
                "engine needs films that it can name",
                fix="give it a catalogue, such as that of a shipped baseline",
            )
        years = [f.year if f.year is not None else 10 * _NO_DECADE for f in self.films]
        self.decade = np.array(years, dtype=np.int64) // 10 * 10
        # Genre → what it is of each film: less, the more genres a film has.
        self._genres: dict[str, Floats] = {}
        for place, film in enumerate(self.films):
            for genre in film.genres:
                column = self._genres.get(genre)
                if column is None:
                    column = self._genres[genre] = np.zeros(len(self.films))
                column[place] = len(film.genres) ** -0.5
        some = any(film.popularity is not None for film in self.films)
        # Whether the fame of a film is known, or else that of no film is.
        self.counted = np.array([f.popularity is not None or not some for f in self.films])
        self.rank = self._ranks()

    def _ranks(self) -> Floats:
        """Return ranks of fame from 1; where no popularity is known, a hash of the labels ranks."""
        if self.counted.all() and self.films[0].popularity is None:
            fame = np.array([hash_share(label) for label in self.labels])
        else:
            fame = np.array([-1.0 if f.popularity is None else f.popularity for f in self.films])
        # Films that nobody can name take no place from others.
        fame = np.where(self.nameable, fame, -2.0)
        _, place, count = np.unique(-fame, return_inverse=True, return_counts=True)
        ends = np.cumsum(count)
        ranks: Floats = (ends - (count - 1) / 2)[place]
        return ranks

    def __len__(self) -> int:
        return len(self.films)

    def knows(self, label: str) -> bool:
        """Whether there is a film of this label, whatever its case."""
        return label.casefold() in self._places

    def place(self, label: str) -> int | None:
        """Return the place of the film of this label."""
        return self._places.get(label.casefold())

    def film(self, label: str) -> Item | None:
        """Return the film of this label."""
        place = self.place(label)
        return None if place is None else self.films[place]

    def digest(self) -> str:
        """Return the SHA-256 of all that the seeker knows of the films."""
        hashed = hashlib.sha256()
        for f in self.films:
            known = (f.title, f.year, f.genres, f.region, f.popularity, f.mean_rating)
            hashed.update(repr(known).encode(errors="surrogatepass") + b"\n")
        return hashed.hexdigest()

    def fitting(self, taste: Taste, strength: float, era_strength: float) -> Floats:
        """Return the factor by which each film is liked more than a film of no known kind."""
        score = np.zeros(len(self.films))
        for side, sign in ((taste.liked, strength), (taste.disliked, -_DISLIKE * strength)):
            for genre, much in side.items():
                if genre in self._genres:
                    score += sign * much * self._genres[genre]
        for decade in taste.decades:
            score += era_strength * (self.decade == decade)
        factor: Floats = np.exp(score)
        return factor


def drawn(sums: Floats, draws: random.Random) -> int:
    """Return a place drawn in proportion to its weight, given the running sums of the weights."""
    place = int(np.searchsorted(sums, draws.random() * sums[-1], side="right"))
    return min(place, len(sums) - 1)
