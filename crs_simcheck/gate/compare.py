"""A comparison of a simulator with a baseline on one task, and the verdicts of its gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from crs_simcheck.baselines import Group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.gate.estimates import Drawer, Estimates, estimates, value_of
from crs_simcheck.gate.evidence import evidence_for
from crs_simcheck.gate.notes import notes_on
from crs_simcheck.gate.ratings import Ratings, choose_ratings, restrict_films
from crs_simcheck.gate.sides import JointCatalogue, Sides, joint_catalogue
from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.gate.verdict import People, Verdict
from crs_simcheck.metrics import Metric
from crs_simcheck.records import TaskName
from crs_simcheck.stats import (
    Outcome,
    Pool,
    Range,
    Reference,
    Rows,
    confidence_interval,
    decide,
    half_width,
    jackknife_error,
    least_drift,
    leave_one_out,
    rare_rate,
    reference_needed,
    reference_suffices,
    row_sums,
    score,
    standard_error,
    target_range,
    units_needed,
    with_reference,
)

__all__ = ["Comparison", "Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a comparison needs to be told.

    ``n_draws`` groups are drawn; fewer than ``least_seekers`` seekers decide nothing; ``seed``
    fixes every draw.
    """

    seed: int = 0
    n_draws: int = 1000
    least_seekers: int = 20


class Comparison:
    """One simulator against one baseline (or none) on one task.

    Draws are made once for each table and size and serve all metrics.

    Parameters
    ----------
    simulator, baseline:
        Groups; without a baseline only gates with an end of their own can be measured.
    catalogue:
        The user's catalogue, or the :func:`joint_catalogue` that the simulator's responses were
        resolved against.
    unread:
        Instruments that could not read the simulator's texts → why.
    """

    def __init__(
        self,
        task: TaskName,
        simulator: Group,
        baseline: Group | None,
        *,
        catalogue: Catalogue | JointCatalogue | None = None,
        settings: Settings | None = None,
        unread: Mapping[str, str] | None = None,
    ) -> None:
        self.task = task
        self.simulator = simulator
        self.unread = unread or {}
        self.settings = settings or Settings()
        self.baseline = baseline
        joint = (
            catalogue
            if isinstance(catalogue, JointCatalogue)
            else joint_catalogue(catalogue, baseline)
        )
        self.sides = Sides(task, simulator, baseline, joint)
        self._drawer = Drawer(task, self.settings.seed, self.settings.n_draws)
        self._restricted: tuple[Rows | None, Rows | None, tuple[str, ...]] | None = None

    # -- what can be measured ---------------------------------------------------------------

    def missing(self, spec: GateSpec) -> str | None:
        """Return why a gate cannot be measured at all, or None where it can."""
        metric = spec.metric
        by_hand = spec.range_by_hand is not None
        own, theirs, _ = self._rows(metric, by_hand)
        if own is None:
            nothing = f"the simulator has no {metric.table.replace('_', ' ')} in {self.task}"
            return self.unread.get(metric.chosen or "", nothing)
        reason = _unread(metric, own, "the simulator")
        if reason is None and not by_hand:
            if self.baseline is None:
                reason = (
                    f"no baseline of people for {self.task}: give one, or an end of your own "
                    "(min, max)"
                )
            elif theirs is None:
                table = metric.table.replace("_", " ")
                reason = f"baseline '{self.baseline.name}' has no {table} in {self.task}"
            else:
                reason = _unread(metric, theirs, f"baseline '{self.baseline.name}'")
                reason = reason or _read_otherwise(metric, self.simulator, self.baseline)
        if reason is None and metric.paired and self._ratings(metric, by_hand) is None:
            reason = "no ratings by people of the films that were asked about"
        if reason is None and metric.table == "mentions":
            reason = metric.needs(self.sides.frame_for(spec.top_k))
        return reason

    def verdict(self, spec: GateSpec) -> Verdict:
        """Return the verdict of a gate; one that cannot be measured is ``inconclusive``."""
        reason = self.missing(spec)
        metric = spec.metric
        by_hand = spec.range_by_hand
        own, theirs, notes = self._rows(metric, by_hand is not None)
        if reason is not None or own is None:
            return Verdict(spec, "inconclusive", 0, reason=reason or "", notes=notes)
        notes = (*notes, *self._notes(spec))
        if by_hand is not None:
            verdict = self._by_hand(spec, own, by_hand, notes)
        elif theirs is None:
            raise AssertionError("missing() lets no gate pass here without people")
        else:
            verdict = self._with_people(spec, own, theirs, notes)
        return _checked(verdict, self.settings.least_seekers)

    # -- rows --------------------------------------------------------------------------------

    def _rows(
        self, metric: Metric, by_hand: bool
    ) -> tuple[Rows | None, Rows | None, tuple[str, ...]]:
        own = self.sides.simulator_rows(metric.table)
        theirs = self.sides.baseline_rows(metric.table)
        if metric.table != "answers" or by_hand or own is None or theirs is None:
            return own, theirs, ()
        if self._restricted is None:
            design = self.sides.baseline.design if self.sides.baseline is not None else {}
            self._restricted = restrict_films(own, theirs, design)
        return self._restricted

    def _ratings(self, metric: Metric, by_hand: bool) -> Ratings | None:
        # Groups are drawn from the people that _rows() leaves: theirs must be the same numbers.
        theirs = None if by_hand else self._rows(metric, by_hand)[1]
        return choose_ratings(self.sides, theirs, self.sides.baseline_rows("answers"))

    def _notes(self, spec: GateSpec) -> tuple[str, ...]:
        by_hand = spec.range_by_hand is not None
        ratings = self._ratings(spec.metric, by_hand) if spec.metric.paired else None
        return tuple(notes_on(spec, self.sides, None if by_hand else self.baseline, ratings))

    def _label(self, metric: Metric) -> Callable[[int], str]:
        return partial(self.sides.label, metric.table)

    # -- values ------------------------------------------------------------------------------

    def _by_hand(self, spec: GateSpec, own: Rows, target: Range, notes: tuple[str, ...]) -> Verdict:
        metric = spec.metric
        margin = metric.margin.at(target.high if np.isfinite(target.high) else target.low)
        evidence = evidence_for(metric, self._label(metric), own)
        own = _observed(metric, own)
        if metric.rate is not None:
            rate = rare_rate(*metric.rate.of_units(own))
            value, interval = rate.value, rate.interval
            seen: float | None
            above = np.isfinite(target.high)  # a least alone leaves nothing to be too high
            seen = rate.detectable(target.high) if above else None
            needed = rate.units_needed(target.high, own.n_units) if above else None
        else:
            ratings = self._ratings(metric, by_hand=True) if metric.paired else None
            frame = self.sides.frame_for(spec.top_k)
            function = value_of(metric, frame, None if ratings is None else ratings.outside)
            value = float(function(Pool.whole(own))[0])
            se = jackknife_error(leave_one_out(own, function, metric.blocks))
            if not (np.isfinite(value) and np.isfinite(se)):
                return _nothing(spec, own, notes)
            interval = confidence_interval(value, se, own.n_units)
            seen = least_drift(0.0, se, own.n_units)
            needed = units_needed(value, se * own.n_units**0.5, own.n_units, target)
        outcome = decide(interval, target)
        return Verdict(
            spec,
            outcome,
            own.n_units,
            value=value,
            interval=interval,
            target=target,
            margin=margin,
            score=score(value, target, margin),
            reason=_crossing(needed) if outcome == "inconclusive" else "",
            least_drift=seen,
            seekers_needed=needed if outcome == "inconclusive" else None,
            evidence=evidence,
            notes=notes,
        )

    def _with_people(
        self, spec: GateSpec, own: Rows, theirs: Rows, notes: tuple[str, ...]
    ) -> Verdict:
        metric = spec.metric
        few = self._too_few(spec, own, theirs, notes)
        if few is not None:
            return few
        found = estimates(
            metric,
            self.sides.frame_for(spec.top_k),
            own,
            theirs,
            self._ratings(metric, by_hand=False) if metric.paired else None,
            self._drawer,
        )
        if found is None:
            return _nothing(spec, own, notes)
        margin = spec.margin if spec.margin is not None else metric.margin.at(found.center)
        h = half_width(margin, found.sigma1, found.size, metric.direction)
        target = target_range(found.center, h, metric.direction)
        n = own.n_units
        interval = with_reference(found.value, found.own, found.sigma1, found.n_people, n)
        outcome = decide(interval, target)
        reason, seekers, people = "", None, None
        if outcome == "inconclusive":
            reference = Reference(
                found.center,
                found.sigma1,
                found.n_people,
                margin,
                metric.direction,
                found.largest,
            )
            reason, seekers, people = _undecided(found, reference, n)
        return Verdict(
            spec,
            outcome,
            n,
            value=found.value,
            interval=interval,
            target=target,
            margin=margin,
            score=score(found.value, target, margin),
            people=self._people(found),
            reason=reason,
            least_drift=_least_drift(found, h, n),
            seekers_needed=seekers,
            people_needed=people,
            evidence=evidence_for(metric, self._label(metric), own, theirs, found.groups),
            notes=notes,
        )

    def _too_few(
        self, spec: GateSpec, own: Rows, theirs: Rows, notes: tuple[str, ...]
    ) -> Verdict | None:
        """Return the verdict where either side has too few for any, else None."""
        least = max(self.settings.least_seekers, 4)
        fewest = min(own.n_units, theirs.n_units)
        if fewest >= least:
            return None
        which = "seekers" if own.n_units <= theirs.n_units else "people in the baseline"
        return Verdict(
            spec,
            "inconclusive",
            own.n_units,
            reason=f"{fewest} {which} with an observation; at least {least} are needed",
            notes=notes,
        )

    def _people(self, found: Estimates) -> People:
        if self.baseline is None:
            raise AssertionError("there are no people without a baseline")
        drawn = found.drawn[np.isfinite(found.drawn)]
        # At n = N there is one group of people only, and nothing to be among.
        below = float(np.mean(drawn < found.value)) if found.size < found.n_people else None
        return People(
            name=self.baseline.name,
            speakers=self.baseline.speakers,
            n_seekers=found.n_people,
            size=found.size,
            center=found.center,
            sigma1=found.sigma1,
            share_below=below,
            n_draws=self.settings.n_draws,
        )


def _observed(metric: Metric, rows: Rows) -> Rows:
    """Return the rows of the seekers in whose answers this metric could be read."""
    where = metric.read_in
    if where is None and metric.rate is not None:
        where = (metric.rate.block, metric.rate.answers)
    if where is not None:
        read = np.asarray(rows.unit_sums(where[0]))[:, where[1]]
    elif metric.table == "answers":
        read = row_sums(rows.unit_sums("asked"))
    else:
        return rows
    some = np.flatnonzero(read)
    return rows if some.size == rows.n_units else rows.units(some)


def _unread(metric: Metric, rows: Rows, who: str) -> str | None:
    """Return why a side cannot be measured although it has rows, or None."""
    if metric.read_in is None:
        return None
    block, column = metric.read_in
    if np.asarray(rows.blocks[block])[:, column].any():
        return None
    if metric.name == "leakage_rate":
        return f"no history of the seekers of {who} is known: give profiles"
    return f"{who} has no response that {metric.name} could be read in"


def _read_otherwise(metric: Metric, simulator: Group, people: Group) -> str | None:
    """Return which two instruments read the two sides, or None where it is one."""
    chosen = metric.chosen or ""
    own, theirs = simulator.instruments.get(chosen), people.instruments.get(chosen)
    if own == theirs or own is None or theirs is None:
        return None
    return (
        f"{chosen} '{own}' read the simulator and {chosen} '{theirs}' read the people of "
        f"'{people.name}': figures of two instruments cannot be compared"
    )


def _nothing(spec: GateSpec, own: Rows, notes: tuple[str, ...]) -> Verdict:
    if spec.metric.paired:
        why = "there is no correlation: the answers do not vary, or too few films are rated"
    else:
        why = spec.metric.absent or "the value does not exist, or hangs on a single seeker"
    return Verdict(spec, "inconclusive", own.n_units, reason=why, notes=notes)


def _least_drift(found: Estimates, h: float, n: int) -> float:
    """Return the least drift that is found; a rate scatters more the higher it is."""
    if found.rate is None:
        return least_drift(h, standard_error(found.se, found.sigma1, found.n_people), n)
    past = found.rate.detectable(found.center + h) - (found.center + h)
    theirs = least_drift(0.0, standard_error(0.0, found.sigma1, found.n_people), n)
    return h + float(np.hypot(past, theirs))


def _crossing(needed: int | None) -> str:
    if needed is None:
        return "the interval crosses an end of the range"
    return f"the interval crosses an end of the range; about {needed:,} seekers would decide"


def _undecided(
    found: Estimates, reference: Reference, n: int
) -> tuple[str, int | None, int | None]:
    """Return why a comparison did not decide, and the seekers or the people that would."""
    if not reference_suffices(reference.margin, reference.sigma1, reference.n_units):
        people = reference_needed(reference.margin, reference.sigma1, n)
        takes = "" if people is None else f"; it takes about {people:,} people"
        return f"baseline too small: {found.n_people} people{takes}", None, people
    needed = units_needed(found.value, found.se * n**0.5, n, reference)
    if needed is None:  # the baseline's own uncertainty reaches over the end, whatever n is
        target = reference.range_at(n)
        past = min(abs(found.value - target.low), abs(found.value - target.high))
        people = reference_needed(past, reference.sigma1, n)
        takes = "" if people is None else f"; it takes about {people:,} people"
        near = f"baseline too small for a value so near to an end: {found.n_people} people"
        return near + takes, None, people
    return _crossing(needed), needed, None


def _checked(verdict: Verdict, least: int) -> Verdict:
    """Apply what stands above the rule: too few seekers, and gates that look at the value alone."""
    if verdict.value is None or verdict.target is None:
        return verdict
    if verdict.n_seekers < least:
        reason = f"{verdict.n_seekers} seekers; at least {least} are needed"
        return replace(verdict, outcome="inconclusive", reason=reason, seekers_needed=least)
    if verdict.gate.rule == "estimate":
        inside = verdict.value in verdict.target
        outcome: Outcome = "within" if inside else "drifted"
        return replace(verdict, outcome=outcome, reason="", seekers_needed=None, people_needed=None)
    return verdict
