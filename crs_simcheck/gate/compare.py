"""A comparison of a simulator with a baseline on one task, and the verdicts of its gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from crs_simcheck.baselines import Group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.gate.deciding import Decided, room
from crs_simcheck.gate.drawer import Drawer
from crs_simcheck.gate.estimates import Estimates, estimates, intervals_of, value_of
from crs_simcheck.gate.evidence import evidence_for
from crs_simcheck.gate.notes import notes_on, published_note
from crs_simcheck.gate.ratings import Ratings, choose_ratings, restrict_films
from crs_simcheck.gate.reasons import (
    least_drift_of,
    no_value,
    rows_observed,
    why_crossing,
    why_read_otherwise,
    why_undecided,
    why_unread,
)
from crs_simcheck.gate.sides import JointCatalogue, Sides, joint_catalogue
from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.gate.verdict import People, Verdict
from crs_simcheck.metrics import Metric
from crs_simcheck.records import TaskName
from crs_simcheck.stats import (
    TAIL,
    ConfidenceInterval,
    Outcome,
    Pool,
    Range,
    Reference,
    Rows,
    decide,
    jackknife_error,
    least_drift,
    leave_one_out,
    rare_rate,
    score,
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
        by_hand = self.given_range(spec) is not None
        own, theirs, _ = self._rows(metric, by_hand)
        if own is None:
            nothing = f"the simulator has no {metric.table.replace('_', ' ')} in {self.task}"
            return self.unread.get(metric.chosen or "", nothing)
        reason = why_unread(metric, own, "the simulator")
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
                reason = why_unread(metric, theirs, f"baseline '{self.baseline.name}'")
                reason = reason or why_read_otherwise(metric, self.simulator, self.baseline)
        if reason is None and metric.paired and self._ratings(metric, by_hand) is None:
            reason = "no ratings by people of the films that were asked about"
        if reason is None and metric.table == "mentions":
            reason = metric.needs(self.sides.frame_for(spec.top_k))
        return reason

    def verdict(self, spec: GateSpec) -> Verdict:
        """Return the verdict of a gate; one that cannot be measured is ``inconclusive``."""
        reason = self.missing(spec)
        metric = spec.metric
        by_hand = self.given_range(spec)
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

    def _published(self, spec: GateSpec) -> float | None:
        """Return the figure that stands for people of whom nothing else is known, or None."""
        if self.baseline is None or spec.range_by_hand is not None:
            return None
        return self.baseline.published.get(self.task, {}).get(spec.metric.name)

    def given_range(self, spec: GateSpec) -> Range | None:
        """Return a range that is not drawn from people: by hand, or around a published figure."""
        figure = self._published(spec)
        if figure is None:
            return spec.range_by_hand
        margin = spec.margin if spec.margin is not None else spec.metric.margin.at(figure)
        return target_range(figure, margin, spec.metric.direction)

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
        by_hand = self.given_range(spec) is not None
        ratings = self._ratings(spec.metric, by_hand) if spec.metric.paired else None
        notes = tuple(notes_on(spec, self.sides, None if by_hand else self.baseline, ratings))
        if self._published(spec) is None or self.baseline is None:
            return notes
        return (*notes, published_note(self.baseline, spec.metric))

    def _label(self, metric: Metric) -> Callable[[int], str]:
        return partial(self.sides.label, metric.table)

    # -- values ------------------------------------------------------------------------------

    def _by_hand(self, spec: GateSpec, own: Rows, target: Range, notes: tuple[str, ...]) -> Verdict:
        metric = spec.metric
        margin = metric.margin.at(target.high if np.isfinite(target.high) else target.low)
        evidence = evidence_for(metric, self._label(metric), own, self._beside(metric))
        everything, own = own, rows_observed(metric, own)
        at: Callable[[float], ConfidenceInterval]
        if metric.rate is not None:
            rate = rare_rate(*metric.rate.of_units(own))
            value, at = rate.value, rate.interval_at
            decided = self._decided(spec, value, at, target, (own, None))
            seen: float | None
            above = np.isfinite(target.high)  # a least alone leaves nothing to be too high
            seen = rate.detectable(target.high, tail=self.drift_tail) if above else None
            needed = rate.units_needed(target.high, own.n_units, decided.tail) if above else None
        else:
            ratings = self._ratings(metric, by_hand=True) if metric.paired else None
            frame = self.sides.frame_for(spec.top_k)
            function = value_of(metric, frame, None if ratings is None else ratings.outside)
            value = float(function(Pool.whole(own))[0])
            se = jackknife_error(leave_one_out(own, function, metric.blocks))
            if not (np.isfinite(value) and np.isfinite(se)):
                return no_value(spec, own, notes)
            n, at = own.n_units, intervals_of(metric, value, se, own.n_units, everything)
            decided = self._decided(spec, value, at, target, (own, None))
            seen = least_drift(0.0, se, n, self.drift_tail)
            needed = units_needed(value, se * n**0.5, n, target, decided.tail)
        open_ = decided.outcome == "inconclusive"
        return Verdict(
            spec,
            decided.outcome,
            own.n_units,
            value=value,
            interval=decided.interval,
            target=target,
            margin=margin,
            score=score(value, target, margin),
            reason=why_crossing(needed) if open_ else "",
            least_drift=seen,
            seekers_needed=needed if open_ else None,
            evidence=evidence,
            notes=notes,
            published=None
            if self._published(spec) is None or self.baseline is None
            else self.baseline.name,
        )

    def _beside(self, metric: Metric) -> Rows | None:
        """Return the people to show beside a value that is held against an end by hand, if any.

        Only of what a judge scored, and only what the same judge did.
        """
        if metric.table != "judged" or self.baseline is None:
            return None
        if why_read_otherwise(metric, self.simulator, self.baseline) is not None:
            return None
        return self.sides.baseline_rows(metric.table)

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
            return no_value(spec, own, notes)
        margin, h = self._room(spec, found, (own, theirs))
        target = target_range(found.center, h, metric.direction)
        n = own.n_units

        def at(tail: float) -> ConfidenceInterval:
            own_at, people = found.own_at(tail), (found.sigma1, found.n_people)
            return with_reference(found.value, own_at, *people, n, tail)

        decided = self._decided(spec, found.value, at, target, (own, theirs))
        reason, seekers, people = "", None, None
        if decided.outcome == "inconclusive":
            reference = Reference(
                found.center,
                found.sigma1,
                found.n_people,
                margin,
                metric.direction,
                found.largest,
            )
            reason, seekers, people = why_undecided(found, reference, n, decided.tail)
        return Verdict(
            spec,
            decided.outcome,
            n,
            value=found.value,
            interval=decided.interval,
            target=target,
            margin=margin,
            score=score(found.value, target, margin),
            people=self._people(found),
            reason=reason,
            least_drift=least_drift_of(found, h, n, self.drift_tail),
            seekers_needed=seekers,
            people_needed=people,
            evidence=evidence_for(metric, self._label(metric), own, theirs, found.groups),
            notes=notes,
        )

    # -- the rule; a look before the end has another -------------------------------------------

    drift_tail = TAIL
    """What an interval that lies outside the range leaves to either side."""

    def _room(
        self, spec: GateSpec, found: Estimates, _sides: tuple[Rows, Rows]
    ) -> tuple[float, float]:
        """Return the margin, and how far from people's value the range reaches."""
        return room(spec, found.center, found.sigma1, found.size)

    def _decided(
        self,
        _spec: GateSpec,
        _value: float,
        at: Callable[[float], ConfidenceInterval],
        target: Range,
        _sides: tuple[Rows, Rows | None],
    ) -> Decided:
        """Return what the interval of a value says; ``at`` leads from a level to an interval."""
        return Decided(TAIL, at(TAIL), decide(at(TAIL), target))

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
            drawn=drawn,
        )


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
