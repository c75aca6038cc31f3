"""What a metric is in groups of people of one size, with nobody to compare them with."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from crs_simcheck.baselines import Group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.gate.drawer import Drawer
from crs_simcheck.gate.estimates import value_of
from crs_simcheck.gate.ratings import Ratings, choose_ratings
from crs_simcheck.gate.sides import Sides, joint_catalogue
from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.records import TaskName
from crs_simcheck.stats import (
    Allowance,
    Draws,
    FloatArray,
    IntArray,
    Range,
    Rows,
    half_width,
    sigma_one,
    target_range,
)

__all__ = ["Distribution"]

_LEAST = 2


class Distribution:
    """The values of metrics in groups of people of one size, drawn without replacement.

    People are taken whole. A gate also cuts both sides to the same number of answers (or films
    named) of a seeker, so that its range may be another.

    Parameters
    ----------
    people:
        The group.
    catalogue:
        The user's films, or None for the group's own.
    seed, n_draws:
        Fix and number the groups that are drawn.
    """

    def __init__(
        self,
        task: TaskName,
        people: Group,
        catalogue: Catalogue | None = None,
        *,
        seed: int = 0,
        n_draws: int = 1000,
    ) -> None:
        self.task, self.people = task, people
        joint = joint_catalogue(catalogue, people)
        self._sides = Sides(task, people, people, joint)
        self._drawer = Drawer(task, seed, n_draws)

    def n_people(self, spec: GateSpec) -> int:
        """Return how many people have an observation of a metric."""
        return self._rows(spec).n_units

    def values(self, spec: GateSpec, size: int) -> FloatArray:
        """Return the (draws,) values of groups of ``size`` people; NaN where one does not exist.

        Raises
        ------
        InputError
            Where there are not so many people, or the metric cannot be measured on them.
        """
        return self._values(spec, self._rows(spec), size)

    def range(self, spec: GateSpec, size: int) -> Range:
        """Return the target range of simulators with ``size`` seekers, as a gate has it.

        The mean of those groups ± the practical margin, or ± what they vary by where that is more;
        an end that is given by hand (or that stands by default) is taken as it is.
        """
        if spec.range_by_hand is not None:
            return spec.range_by_hand
        metric, rows = spec.metric, self._rows(spec)
        drawn = self.values(spec, size)
        half = min(size, rows.n_units // 2)
        halves = drawn if half == size else self._values(spec, rows, half)
        if not (np.isfinite(drawn).any() and np.isfinite(halves).sum() > 1):
            raise InputError(
                f"{metric.name} does not exist in groups of {size} people",
                path=self.people.name,
                fix=metric.absent or "take larger groups",
            )
        center = float(np.nanmean(drawn))
        sigma1 = sigma_one(float(np.nanstd(halves, ddof=1)), half, rows.n_units)
        margin = spec.margin if spec.margin is not None else metric.margin.at(center)
        return target_range(
            center, half_width(margin, sigma1, size, metric.direction), metric.direction
        )

    def _rows(self, spec: GateSpec) -> Rows:
        rows = self._sides.baseline_rows(spec.metric.table)
        if rows is None or rows.n_units < 2 * _LEAST:
            raise EmptyInputError(
                f"baseline '{self.people.name}' has no {spec.metric.table.replace('_', ' ')} in "
                f"{self.task}, which {spec.metric.name} is measured on",
                fix="name people who were asked this: crs-simcheck baseline show",
            )
        return rows

    @cached_property
    def _ratings(self) -> Ratings | None:
        rows = self._sides.baseline_rows("answers")
        return choose_ratings(self._sides, rows, rows)

    def _values(self, spec: GateSpec, rows: Rows, size: int) -> FloatArray:
        metric = spec.metric
        ratings = self._ratings if metric.paired else None
        if metric.paired and ratings is None:
            raise InputError(
                f"{metric.name} needs people's ratings of the films that were asked about",
                path=self.people.name,
            )
        # Ratings by the people who are not in a group need people who are not in it.
        among = ratings is not None and ratings.outside is None
        largest = rows.n_units // 2 if among else rows.n_units
        if not _LEAST <= size <= largest:
            raise InputError(
                f"groups of {size} cannot be drawn from {rows.n_units} people",
                path=self.people.name,
                fix=f"take {_LEAST} to {largest}",
            )
        everybody: IntArray = np.full(rows.n_units, int(rows.counts.max()))
        whole = Allowance(everybody, everybody)  # that cuts nobody
        draws: Draws = self._drawer.groups("people", metric.table, rows, size, whole)
        if ratings is not None:
            return ratings.of_people(draws)[0]
        return value_of(metric, self._sides.frame_for(spec.top_k), None)(draws.pool)
