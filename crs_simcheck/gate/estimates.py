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

__all__ = ["Estimates", "estimates", "value_of", "widened"]

# More draws than this share without a value: the metric does not exist in groups of this size.
_MOST_MISSING = 0.01


@dataclass(frozen=True, eq=False)
class Estimates:
    """Values for groups of the same size.

    Parameters
    ----------
    value, se, own:
        Of the simulator, with its standard error and 90 % interval, the people's part not in them:
        the jackknife's, or for a rate those of the rule for rare rates.
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
    own: ConfidenceInterval
    rate: RareRate | None
    center: float
    sigma1: float
    size: int
    largest: int
    n_people: int
    drawn: FloatArray
    groups: Pool


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
    n_people = theirs.n_units
    # Ratings by the people who are not in a group need people who are not in it.
    among_people = ratings is not None and ratings.outside is None
    largest = n_people // 2 if among_people else n_people
    size = min(own.n_units, largest)
    both = Allowance(own.counts, theirs.counts)
    groups = drawer.groups("people", metric.table, theirs, size, both)
    half = drawer.groups("people", metric.table, theirs, min(size, n_people // 2), both)
    function, drawn, halves = _people_values(metric, frame, ratings, groups, half)
    cut = cut_once(own, both, drawer.rng("cut", metric.table, own.n_units))
    if own.n_units > size:
        values = function(drawer.groups("simulator", metric.table, own, size, both).pool)
    else:
        values = function(Pool.whole(cut))
    if any(_missing(v) for v in (drawn, halves, values)):
        return None
    value = float(np.nanmean(values))
    rate = None if metric.rate is None else rare_rate(*metric.rate.of_units(cut))
    if rate is None:
        se = jackknife_error(leave_one_out(cut, function, metric.blocks))
        interval = widened(confidence_interval(value, se, own.n_units), metric, own)
    else:
        # The jackknife's interval of a rate is too short where events are few, and empty without.
        interval = rate.interval
        se = (interval.high - interval.low) / 2 / t_quantile(own.n_units)
    if not np.isfinite(se):
        return None
    deviation = float(np.nanstd(halves, ddof=1))
    return Estimates(
        value=value,
        se=se,
        own=interval,
        rate=rate,
        center=float(np.nanmean(drawn)),
        sigma1=sigma_one(deviation, half.groups.shape[1], n_people),
        size=size,
        largest=largest,
        n_people=n_people,
        drawn=drawn,
        groups=groups.pool,
    )


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
