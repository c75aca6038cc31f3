"""Both sides' values for groups of the same size: what a verdict is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from crs_simcheck.gate.drawer import Drawer
from crs_simcheck.gate.ratings import Ratings
from crs_simcheck.metrics import Frame, Metric, correlations_in_pairs
from crs_simcheck.stats import (
    TAIL,
    Allowance,
    ConfidenceInterval,
    Draws,
    FloatArray,
    Pool,
    RareRate,
    Rows,
    confidence_interval,
    cut_once,
    jackknife_error,
    leave_one_out,
    rare_rate,
    sigma_one,
    t_quantile,
)

__all__ = [
    "Estimates",
    "PeopleOfSize",
    "estimates",
    "intervals_of",
    "largest_group",
    "people_of_size",
    "value_of",
    "widened",
]

# More draws than this share without a value: the metric does not exist in groups of this size.
_MOST_MISSING = 0.01


@dataclass(frozen=True, eq=False)
class Estimates:
    """Values for groups of the same size.

    Parameters
    ----------
    value, se, own_at:
        Of the simulator, with its standard error, and what an interval leaves to either side → that
        interval; the people's part not in them: the jackknife's, or for a rate those of the rule
        for rare rates.
    rate:
        Of the simulator, where the metric is a rate.
    center, sigma1:
        Mean over groups of people; standard deviation per person.
    size, largest, n_people:
        Of the groups; of the largest that could be drawn; of the baseline.
    drawn:
        (D,) values of the groups of people.
    groups:
        Their pools, for what else is to be said of groups of this size.
    """

    value: float
    se: float
    own_at: Callable[[float], ConfidenceInterval]
    rate: RareRate | None
    center: float
    sigma1: float
    size: int
    largest: int
    n_people: int
    drawn: FloatArray
    groups: Pool

    @property
    def own(self) -> ConfidenceInterval:
        """The 90 % interval of the simulator alone."""
        return self.own_at(TAIL)


@dataclass(frozen=True, eq=False)
class PeopleOfSize:
    """What groups of people of one size come to.

    Parameters
    ----------
    function:
        Pool of groups → their values, on the terms on which these groups have theirs.
    drawn, groups:
        (D,) values of the groups; their pools.
    center, sigma1:
        Mean over the groups; standard deviation per person.
    exists:
        Whether the metric exists in groups of this size.
    """

    function: Callable[[Pool], FloatArray]
    drawn: FloatArray
    groups: Pool
    center: float
    sigma1: float
    exists: bool


def value_of(
    metric: Metric, frame: Frame, against: FloatArray | None
) -> Callable[[Pool], FloatArray]:
    """Return the function that gives the value of each group of a pool.

    Parameters
    ----------
    against:
        For paired metrics, (D × F) ratings: the value is the mean over the D of them.
    """
    if metric.paired and against is not None:
        ratings = against
        return lambda pool: _mean(correlations_in_pairs(pool, ratings))
    return partial(_computed, metric, frame)


def _computed(metric: Metric, frame: Frame, pool: Pool) -> FloatArray:
    return metric.compute(pool, frame)


def largest_group(n_people: int, ratings: Ratings | None) -> int:
    """Return the size of the largest groups that can be drawn from so many people."""
    # Ratings by the people who are not in a group need people who are not in it.
    among_people = ratings is not None and ratings.outside is None
    return n_people // 2 if among_people else n_people


def people_of_size(
    metric: Metric,
    frame: Frame,
    theirs: Rows,
    both: Allowance,
    size: int,
    ratings: Ratings | None,
    drawer: Drawer,
) -> PeopleOfSize:
    """Draw groups of people of one size, and for their σ₁ of at most half of the people.

    Parameters
    ----------
    theirs:
        Rows of the baseline.
    both:
        How many observations either side may keep of a seeker.
    ratings:
        For paired metrics: people's ratings.
    """
    n_people = theirs.n_units
    groups = drawer.groups("people", metric.table, theirs, size, both)
    half = drawer.groups("people", metric.table, theirs, min(size, n_people // 2), both)
    function, drawn, halves = _people_values(metric, frame, ratings, groups, half)
    if _missing(drawn) or _missing(halves):
        return PeopleOfSize(function, drawn, groups.pool, np.nan, np.nan, exists=False)
    return PeopleOfSize(
        function,
        drawn,
        groups.pool,
        center=float(np.nanmean(drawn)),
        sigma1=sigma_one(float(np.nanstd(halves, ddof=1)), half.groups.shape[1], n_people),
        exists=True,
    )


def estimates(
    metric: Metric,
    frame: Frame,
    own: Rows,
    theirs: Rows,
    ratings: Ratings | None,
    drawer: Drawer,
) -> Estimates | None:
    """Return both sides' values at the same size, or None where they do not exist.

    Parameters
    ----------
    own, theirs:
        Rows of the simulator and of the baseline.
    ratings:
        For paired metrics: people's ratings.
    """
    n = own.n_units
    largest = largest_group(theirs.n_units, ratings)
    size = min(n, largest)
    both = Allowance(own.counts, theirs.counts)
    people = people_of_size(metric, frame, theirs, both, size, ratings, drawer)
    cut = cut_once(own, both, drawer.rng("cut", metric.table, n))
    if n > size:
        values = people.function(drawer.groups("simulator", metric.table, own, size, both).pool)
    else:
        values = people.function(Pool.whole(cut))
    if not people.exists or _missing(values):
        return None
    value = float(np.nanmean(values))
    rate = None if metric.rate is None else rare_rate(*metric.rate.of_units(cut))
    if rate is None:
        se = jackknife_error(leave_one_out(cut, people.function, metric.blocks))
    else:
        # The jackknife's interval of a rate is too short where events are few, and empty without.
        se = (rate.interval.high - rate.interval.low) / 2 / t_quantile(n)
    if not np.isfinite(se):
        return None
    return Estimates(
        value=value,
        se=se,
        own_at=rate.interval_at if rate is not None else intervals_of(metric, value, se, n, own),
        rate=rate,
        center=people.center,
        sigma1=people.sigma1,
        size=size,
        largest=largest,
        n_people=theirs.n_units,
        drawn=people.drawn,
        groups=people.groups,
    )


def intervals_of(
    metric: Metric, value: float, se: float, n: int, everything: Rows
) -> Callable[[float], ConfidenceInterval]:
    """Return what leads from the share left to either side to the interval of a value.

    Parameters
    ----------
    n:
        Seekers that gave the value.
    everything:
        The simulator's rows, those without a value included.
    """
    return lambda tail: widened(confidence_interval(value, se, n, tail), metric, everything)


def widened(interval: ConfidenceInterval, metric: Metric, own: Rows) -> ConfidenceInterval:
    """Return the interval with room for what is missing in the rows of a simulator, if anything.

    A share m of the values may be anything on the scale: the mean of all then lies between
    (1 − m) times the lower end and m times the least, and the same above.
    """
    if metric.lacking is None or metric.scale is None:
        return interval
    share = metric.lacking(own)
    least, most = metric.scale
    return ConfidenceInterval(
        (1 - share) * interval.low + share * least, (1 - share) * interval.high + share * most
    )


def _people_values(
    metric: Metric, frame: Frame, ratings: Ratings | None, groups: Draws, half: Draws
) -> tuple[Callable[[Pool], FloatArray], FloatArray, FloatArray]:
    """Return the function for the simulator, and the values of both sizes of groups of people."""
    same = half is groups  # up to half the baseline, one size serves both ends
    if ratings is None:
        function = value_of(metric, frame, None)
        drawn = function(groups.pool)
        return function, drawn, drawn if same else function(half.pool)
    drawn, against = ratings.of_people(groups)
    halves = drawn if same else ratings.of_people(half)[0]
    return value_of(metric, frame, against), drawn, halves


def _mean(values: FloatArray) -> FloatArray:
    """Return the mean of each row over what exists, NaN where more than a little does not."""
    exists = np.isfinite(values)
    total = np.nansum(values, axis=1) / np.maximum(exists.sum(axis=1), 1)
    return np.where(np.mean(~exists, axis=1) > _MOST_MISSING, np.nan, total)


def _missing(values: FloatArray) -> bool:
    return bool(np.mean(~np.isfinite(values)) > _MOST_MISSING)
