"""Whose ratings bin_pref_correlation is measured against, and which films both sides were asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from crs_simcheck.baselines import MEAN_RATINGS_GROUP, mean_rating_catalogue
from crs_simcheck.catalogue import Item
from crs_simcheck.gate.sides import Sides
from crs_simcheck.metrics import correlations, mean_ratings
from crs_simcheck.stats import Draws, FloatArray, IntArray, Rows, row_sums

__all__ = ["Ratings", "choose_ratings", "clear_answers", "restrict_films"]

_SHIPPED = "MovieLens-1M people, as shipped"


@dataclass(frozen=True, eq=False)
class Ratings:
    """People's mean ratings of films.

    Parameters
    ----------
    source:
        Where they come from, in words.
    outside:
        (1 × F) mean ratings that do not come from the people compared, NaN where there is none; or
        None: a group is then compared with the ratings of the people who are not in it.
    people:
        The baseline's rows, whole, where ``outside`` is None.
    """

    source: str
    outside: FloatArray | None
    people: Rows | None = None

    def of_people(self, draws: Draws) -> tuple[FloatArray, FloatArray]:
        """Return each drawn group's correlation, (D,), and the ratings it was held against."""
        against = self.outside
        if against is None:
            if self.people is None:
                raise ValueError("neither outside ratings nor people")
            against = _by_the_others(self.people, draws.groups)
        return correlations(draws.pool, against), against


def _by_the_others(people: Rows, groups: IntArray) -> FloatArray:
    """Return (D × F) mean ratings by the people who are not in each group."""
    n_draws, size = groups.shape
    inside = csr_array(
        (np.ones(groups.size), groups.reshape(-1), np.arange(n_draws + 1) * size),
        shape=(n_draws, people.n_units),
    )
    left = []
    for name in ("stars", "rated"):
        sums = people.unit_sums(name)
        total = np.asarray(sums.sum(axis=0), dtype=np.float64).reshape(1, -1)
        left.append(total - (inside @ sums).toarray())
    return mean_ratings(left[0], np.round(left[1]))


def choose_ratings(sides: Sides, people: Rows | None, known: Rows | None) -> Ratings | None:
    """Return the ratings to use, or None where nobody rated three of the films asked about.

    In this order: the user's catalogue; the people of the baseline who are not in the group; the
    mean ratings that ship.

    Parameters
    ----------
    people:
        The baseline's answers, where groups of people are drawn from them.
    known:
        The baseline's answers, where they may only serve as an outside source (an end was given by
        hand, so that no group of people is compared).
    """
    films = _asked(sides)
    own = sides.joint.mean_rating_from
    if own is not None:
        ratings = _of_films(sides, _own_rating)
        if np.isfinite(ratings[0, films]).sum() >= max(3, 0.8 * films.size):
            shipped = own == MEAN_RATINGS_GROUP
            return Ratings(_SHIPPED if shipped else f"the catalogue '{own}'", ratings)
    rows = people if people is not None else known
    if rows is not None and float(rows.blocks["rated"].sum()) > 0:
        totals = [
            np.asarray(rows.blocks[name].sum(axis=0)).reshape(1, -1) for name in ("stars", "rated")
        ]
        everybody = mean_ratings(totals[0], totals[1])
        if np.isfinite(everybody[0, films]).sum() >= 3:
            if people is None:
                return Ratings("the baseline's people", everybody)
            return Ratings("the baseline's people who are not in the group", None, people)
    ratings = _of_films(sides, _shipped_rating)
    if np.isfinite(ratings[0, films]).sum() >= 3:
        return Ratings(_SHIPPED, ratings)
    return None


def _asked(sides: Sides) -> IntArray:
    """Return the columns of the films that the simulator was asked about."""
    rows = sides.simulator_rows("answers")
    if rows is None:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.asarray(rows.blocks["asked"].sum(axis=0)).reshape(-1))


def _of_films(sides: Sides, rating_of: Callable[[Item], float | None]) -> FloatArray:
    """Return (1 × F) ratings of the films asked about, NaN where there is none."""
    ratings = np.full((1, sides.asked_films.size), np.nan)
    for column, film in enumerate(sides.asked_films):
        if film < len(sides.catalogue):
            value = rating_of(sides.catalogue[int(film)])
            ratings[0, column] = np.nan if value is None else value
    return ratings


def _own_rating(item: Item) -> float | None:
    return item.mean_rating


def _shipped_rating(item: Item) -> float | None:
    shipped = mean_rating_catalogue()
    index = shipped.index_of(item)
    return None if index is None else shipped[index].mean_rating


def restrict_films(
    own: Rows, theirs: Rows, design: Mapping[str, Any]
) -> tuple[Rows | None, Rows | None, tuple[str, ...]]:
    """Keep the answers about films that both sides were asked about, with notes on the rest.

    Where the baseline's people chose the films themselves (design ``films = "natural"``), all
    answers stay: there is no list that the simulator could have been asked instead.
    """
    shared = _shared_films(own, theirs)
    if design.get("films") == "natural":
        total = float(own.blocks["asked"].sum())
        about = float(np.asarray(own.blocks["asked"][:, np.flatnonzero(shared)].sum()))
        share = about / total if total else 0.0
        note = f"people chose these films; {100 * share:.0f} % of answers are about them"
        return _with_an_answer(own), _with_an_answer(theirs), (note,)
    kept = [_about(rows, shared) for rows in (own, theirs)]
    clear = int(own.blocks["asked"].sum())
    lost = clear - (0 if kept[0] is None else len(kept[0]))
    notes = []
    if clear < len(own):
        notes.append(
            f"{len(own) - clear:,} of {len(own):,} answers are left out: neither yes nor no"
        )
    if lost:
        notes.append(
            f"{lost:,} of {clear:,} answers are left out: the baseline's people were not "
            "asked about those films"
        )
    return kept[0], kept[1], tuple(notes)


def clear_answers(
    own: Rows, theirs: Rows | None = None, design: Mapping[str, Any] | None = None
) -> NDArray[np.bool_]:
    """Return which rows hold a Yes or No about a film that :func:`restrict_films` keeps.

    Parameters
    ----------
    theirs, design:
        The baseline's, where it is looked at.
    """
    films = np.ones(own.blocks["asked"].shape[1], dtype=bool)
    if theirs is not None and (design or {}).get("films") != "natural":
        films = _shared_films(own, theirs)
    return _inside(own, films)


def _shared_films(own: Rows, theirs: Rows) -> NDArray[np.bool_]:
    asked = [np.asarray(r.blocks["asked"].sum(axis=0)).reshape(-1) > 0 for r in (own, theirs)]
    shared: NDArray[np.bool_] = asked[0] & asked[1]
    return shared


def _inside(rows: Rows, films: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(rows.blocks["asked"] @ films.astype(np.float64)) > 0


def _about(rows: Rows, films: NDArray[np.bool_]) -> Rows | None:
    inside = _inside(rows, films)
    if not inside.any():
        return None
    return _with_an_answer(rows.select(np.flatnonzero(inside)))


def _with_an_answer(rows: Rows) -> Rows:
    """Return the rows of those who gave a clear answer."""
    some = np.flatnonzero(row_sums(rows.unit_sums("asked")))
    return rows if some.size == rows.n_units else rows.units(some)
