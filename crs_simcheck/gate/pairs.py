"""Two answers of every seeker, before and after a change: what differs, and which is nearer.

The gate asks whether a simulator is like people. This asks whether it is another than before: the
same seekers were asked the same things, so each is held against itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from crs_simcheck.baselines import Group
from crs_simcheck.gate.changes import Change
from crs_simcheck.gate.compare import Comparison, Settings
from crs_simcheck.gate.drawer import Drawer
from crs_simcheck.gate.estimates import Estimates, estimates, value_of, widened
from crs_simcheck.gate.ratings import Ratings, choose_ratings, clear_answers, restrict_films
from crs_simcheck.gate.reasons import units_observed
from crs_simcheck.gate.sides import JointCatalogue
from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.metrics import Metric
from crs_simcheck.records import TaskName
from crs_simcheck.stats import (
    Allowance,
    Approach,
    ConfidenceInterval,
    FloatArray,
    Pairs,
    Pool,
    Range,
    Rows,
    approach,
    confidence_interval,
    correlation_of_errors,
    cut_once,
    cut_pairs,
    difference_interval,
    half_width,
    jackknife_error,
    least_drift,
    leave_one_out,
    rare_rate,
    standard_error,
    sum_interval,
    swap_test,
    t_quantile,
    target_range,
    with_reference,
)

__all__ = ["PairedComparison"]

# The blocks whose columns a reader knows by name, and the most columns that are told.
_NAMED_BLOCKS = {"mentions": "titles", "answers": "yes", "texts": "aspects"}
_MOST_MOVED = 3


@dataclass(frozen=True)
class _Measured:
    """Both sides, cut alike, and what they are held against."""

    pairs: Pairs
    function: Callable[[Pool], FloatArray]
    values: tuple[float, float]
    own: tuple[ConfidenceInterval, ConfidenceInterval]
    target: Range | None = None
    margin: float = 0.0
    # Standard error of the middle of the target, and what it comes from.
    sigma1: float = 0.0
    n_people: int = 0


class PairedComparison:
    """One simulator twice, on one task, beside a baseline (or none).

    Parameters
    ----------
    both:
        A group of 2n seekers whose statistics are in order: the first n are those before, the
        others the same seekers after. Rows of a seeker stand in the same order on both sides.
    catalogue, unread:
        As of a :class:`Comparison`.
    n_swaps:
        How many ways to swap pairs are looked at.
    """

    def __init__(
        self,
        task: TaskName,
        both: Group,
        baseline: Group | None,
        *,
        catalogue: JointCatalogue,
        settings: Settings | None = None,
        unread: Mapping[str, str] | None = None,
        n_swaps: int = 2000,
    ) -> None:
        self.task = task
        self.settings = settings or Settings()
        self.n_swaps = n_swaps
        self.baseline = baseline
        self._about = Comparison(
            task, both, baseline, catalogue=catalogue, settings=self.settings, unread=unread
        )
        self.sides = self._about.sides

    def missing(self, spec: GateSpec) -> str | None:
        """Return why a metric cannot be measured on the two sides, or None; people may lack."""
        return self._about.missing(replace(spec, margin=None, minimum=0.0, maximum=None))

    def change(self, spec: GateSpec) -> Change:
        """Return what became of a metric, with p as it is alone: see :func:`decided`."""
        reason = self.missing(spec)
        if reason is not None:
            return Change(spec, reason=reason)
        nobody = self._why_nobody(spec)
        given = self._about.given_range(spec)
        theirs = None
        if nobody is None and given is None:
            theirs = self._people(spec.metric)
        pairs = self._pairs(spec.metric, theirs)
        if len(pairs) < self.settings.least_seekers:
            least = self.settings.least_seekers
            lacking = f"{len(pairs)} seekers with an observation on both sides"
            return Change(spec, len(pairs), reason=f"{lacking}; at least {least} are needed")
        if theirs is None:
            found = self._alone(spec, pairs, given)
        else:
            found = self._beside_people(spec, pairs, theirs)
        if found is None:
            absent = spec.metric.absent or "the value does not exist, or hangs on a single seeker"
            return Change(spec, len(pairs), reason=absent)
        return self._changed(spec, found, nobody or "")

    # -- who is compared ----------------------------------------------------------------------

    def _why_nobody(self, spec: GateSpec) -> str | None:
        """Return why there is nothing that either side could be nearer to, or None."""
        if self._about.given_range(spec) is not None:
            return None
        reason = self._about.missing(spec)
        if reason is not None:
            return reason
        least = max(self.settings.least_seekers, 4)
        people = self._people(spec.metric)
        found = 0 if people is None else people.n_units
        return None if found >= least else f"{found} people in the baseline; {least} are needed"

    def _people(self, metric: Metric) -> Rows | None:
        own = self.sides.simulator_rows(metric.table)
        theirs = self.sides.baseline_rows(metric.table)
        if metric.table != "answers" or own is None or theirs is None:
            return theirs
        return restrict_films(own, theirs, self._design)[1]

    @property
    def _design(self) -> Mapping[str, object]:
        return {} if self.sides.baseline is None else self.sides.baseline.design

    def _pairs(self, metric: Metric, theirs: Rows | None) -> Pairs:
        """Return the seekers with an observation on both sides, each cut to as many rows."""
        rows = self.sides.simulator_units(metric.table)
        if rows is None:
            raise AssertionError("missing() lets no metric pass here without rows")
        if metric.table == "answers":
            rows = _clear_on_both(rows, clear_answers(rows, theirs, self._design))
        n = rows.n_units // 2
        pairs = cut_pairs(
            rows.units(np.arange(n)), rows.units(np.arange(n, 2 * n)), self._rng("cut")
        )
        both = units_observed(metric, pairs.first) & units_observed(metric, pairs.second)
        return pairs.units(np.flatnonzero(both))

    def _rng(self, purpose: str) -> np.random.Generator:
        return Drawer(self.task, self.settings.seed, 1).rng("pairs", purpose)

    # -- values -------------------------------------------------------------------------------

    def _alone(self, spec: GateSpec, pairs: Pairs, given: Range | None) -> _Measured | None:
        """Measure both sides as they are, against an end given by hand or nothing."""
        metric = spec.metric
        ratings = self._ratings(metric, None)
        function = value_of(
            metric, self.sides.frame_for(spec.top_k), None if ratings is None else ratings.outside
        )
        values, own = [], []
        for rows in (pairs.first, pairs.second):
            if metric.rate is not None:
                rate = rare_rate(*metric.rate.of_units(rows))
                value, interval = rate.value, rate.interval
            else:
                value = float(function(Pool.whole(rows))[0])
                se = jackknife_error(leave_one_out(rows, function, metric.blocks))
                interval = widened(confidence_interval(value, se, rows.n_units), metric, rows)
            if not all(map(math.isfinite, (value, interval.low, interval.high))):
                return None
            values.append(value)
            own.append(interval)
        margin = 0.0
        if given is not None:
            margin = metric.margin.at(given.high if math.isfinite(given.high) else given.low)
        return _Measured(pairs, function, (values[0], values[1]), (own[0], own[1]), given, margin)

    def _beside_people(self, spec: GateSpec, pairs: Pairs, theirs: Rows) -> _Measured | None:
        """Measure both sides as the gate does: the same cut, the same groups of people."""
        metric, frame = spec.metric, self.sides.frame_for(spec.top_k)
        ratings = self._ratings(metric, theirs)
        drawers = [Drawer(self.task, self.settings.seed, self.settings.n_draws) for _ in range(2)]
        found: list[Estimates] = []
        for rows, drawer in zip((pairs.first, pairs.second), drawers, strict=True):
            one = estimates(metric, frame, rows, theirs, ratings, drawer)
            if one is None:
                return None
            found.append(one)
        both, first = Allowance(pairs.first.counts, theirs.counts), found[0]
        # The same random numbers on both sides: answers that are the same are cut alike.
        cut = Pairs(
            *(
                cut_once(rows, both, drawer.rng("cut", metric.table, rows.n_units))
                for rows, drawer in zip((pairs.first, pairs.second), drawers, strict=True)
            )
        )
        against = None
        if ratings is not None:
            groups = drawers[0].groups("people", metric.table, theirs, first.size, both)
            against = ratings.of_people(groups)[1]
        margin = spec.margin if spec.margin is not None else metric.margin.at(first.center)
        h = half_width(margin, first.sigma1, first.size, metric.direction)
        return _Measured(
            cut,
            value_of(metric, frame, against),
            (first.value, found[1].value),
            (first.own, found[1].own),
            target_range(first.center, h, metric.direction),
            margin,
            first.sigma1,
            first.n_people,
        )

    def _ratings(self, metric: Metric, theirs: Rows | None) -> Ratings | None:
        if not metric.paired:
            return None
        return choose_ratings(self.sides, theirs, self.sides.baseline_rows("answers"))

    # -- what became of it --------------------------------------------------------------------

    def _changed(self, spec: GateSpec, found: _Measured, nobody: str) -> Change:
        metric, pairs = spec.metric, found.pairs
        test = swap_test(
            pairs, found.function, metric.blocks, self.n_swaps, self._rng(f"swaps {metric.name}")
        )
        without = [
            leave_one_out(rows, found.function, metric.blocks)
            for rows in (pairs.first, pairs.second)
        ]
        rho = correlation_of_errors(without[0], without[1])
        difference = difference_interval(found.values, found.own, rho)
        if not test.differing:
            difference = ConfidenceInterval(0.0, 0.0)
        n = len(pairs)
        se = (difference.high - difference.low) / 2 / t_quantile(n)
        return Change(
            spec,
            n,
            test.differing,
            *found.values,
            found.own,
            found.values[1] - found.values[0],
            difference,
            test.p_value if math.isfinite(test.difference) else None,
            exact=test.exact,
            least_p=test.least_p,
            target=found.target,
            margin=found.margin if found.target is not None else None,
            people=self.baseline.name if self.baseline is not None and found.n_people else None,
            approach=None if found.target is None else _approach(found, difference, rho, n),
            least=least_drift(0.0, se, n) if test.differing else None,
            moved=self._moved(metric, pairs),
            reason=nobody,
        )

    def _moved(self, metric: Metric, pairs: Pairs) -> tuple[tuple[str, int, int], ...]:
        """Return what was said more or less often, where that has names."""
        name = _NAMED_BLOCKS.get(metric.table)
        if name is None or name not in metric.blocks:
            return ()
        before, after = (
            np.rint(np.asarray(rows.blocks[name].sum(axis=0))).astype(np.int64).reshape(-1)
            for rows in (pairs.first, pairs.second)
        )
        label = partial(self.sides.label, metric.table)
        order = np.argsort(-np.abs(after - before), kind="stable")[:_MOST_MOVED]
        return tuple(
            (label(c), int(before[c]), int(after[c]))
            for c in order.tolist()
            if after[c] != before[c]
        )


def _clear_on_both(rows: Rows, clear: np.ndarray) -> Rows:
    """Keep the answers that are clear on both sides; those of a pair stand at the same place."""
    half = len(rows) // 2
    counts = rows.counts
    n = rows.n_units // 2
    if np.array_equal(counts[:n], counts[n:]):
        clear = np.tile(clear[:half] & clear[half:], 2)
    return rows.select(np.flatnonzero(clear))


def _approach(
    found: _Measured, difference: ConfidenceInterval, correlation: float, n: int
) -> Approach | None:
    if found.target is None:
        return None
    total = sum_interval(found.values, found.own, correlation)
    middle = sum(found.values)
    # Both are as far from a middle that is not known for sure: twice its error.
    unsure = 2 * t_quantile(n) * standard_error(0.0, found.sigma1, found.n_people)
    total = ConfidenceInterval(
        middle - math.hypot(middle - total.low, unsure),
        middle + math.hypot(total.high - middle, unsure),
    )
    ends = [
        with_reference(value, own, found.sigma1, found.n_people, n)
        for value, own in zip(found.values, found.own, strict=True)
    ]
    return approach(
        found.values,
        found.target,
        found.margin,
        difference=difference,
        total=total,
        ends=(ends[0], ends[1]),
    )
