"""``estimate in target_range``: a gate in one expression, that can say what it saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from crs_simcheck.baselines import Group
from crs_simcheck.errors import InputError
from crs_simcheck.gate import GateSpec, Verdict
from crs_simcheck.stats import ConfidenceInterval, Range

__all__ = ["Estimate", "TargetRange"]


@dataclass(frozen=True, eq=False)
class Estimate:
    """A simulator's value of a metric, with its interval: ``estimate in target_range`` is a gate.

    Parameters
    ----------
    simulator:
        Its name.
    verdict:
        What the simulator's own gate says of it.
    against:
        People and gate → the verdict against other people than the simulator's own.
    """

    simulator: str
    verdict: Verdict
    against: Callable[[Group, GateSpec], Verdict] = field(repr=False)

    @property
    def metric(self) -> str:
        """Name of the metric."""
        return self.verdict.gate.metric.name

    @property
    def value(self) -> float | None:
        """The value; None where there is none."""
        return self.verdict.value

    @property
    def interval(self) -> ConfidenceInterval | None:
        """Its 90 % interval."""
        return self.verdict.interval

    @property
    def n(self) -> int:
        """How many seekers it is of."""
        return self.verdict.n_seekers

    def __float__(self) -> float:
        return float("nan") if self.value is None else self.value

    def __repr__(self) -> str:
        from crs_simcheck.report import amount

        metric = self.verdict.gate.metric
        ends = ""
        if self.interval is not None:
            low, high = (amount(metric, e, unit=False) for e in _ends(self.interval))
            ends = f" [{low}, {high}]"
        who = f"{self.metric} of simulator '{self.simulator}', {self.n} seekers"
        return f"<{who}: {amount(metric, self.value)}{ends}>"


@dataclass(frozen=True, eq=False)
class TargetRange:
    """Where the value of a simulator with ``n`` seekers should lie, by groups of people.

    A number lies in it or does not. An estimate does where its gate says ``within``: its interval
    must lie inside, and both sides are cut to the same number of answers first.

    Parameters
    ----------
    gate:
        Metric, task and margin.
    n:
        Size of the groups of people.
    range:
        The ends.
    people:
        Whose groups.
    """

    gate: GateSpec
    n: int
    range: Range
    people: Group
    _decided: dict[int, tuple[Estimate, Verdict]] = field(default_factory=dict, repr=False)

    @property
    def low(self) -> float:
        """The lower end; infinite where it is open."""
        return self.range.low

    @property
    def high(self) -> float:
        """The upper end; infinite where it is open."""
        return self.range.high

    def __contains__(self, value: object) -> bool:
        __tracebackhide__ = True  # pytest then shows the line of the test alone
        if isinstance(value, Estimate):
            return self.verdict_on(value).outcome == "within"
        return value in self.range

    def verdict_on(self, estimate: Estimate) -> Verdict:
        """Return the verdict of an estimate held against these people; decided once.

        Raises
        ------
        InputError
            Where it is another metric, or groups of people of another size.
        """
        __tracebackhide__ = True
        theirs = estimate.verdict.gate
        if (theirs.task, theirs.metric.name) != (self.gate.task, self.gate.metric.name):
            raise InputError(
                f"found an estimate of {estimate.metric} in {theirs.task} and a range of "
                f"{self.gate.metric.name} in {self.gate.task}",
                fix="ask both for the same metric and task",
            )
        if self.gate.range_by_hand is None and estimate.n != self.n:
            raise InputError(
                f"the range is of groups of {self.n} people, and the estimate of {estimate.n} "
                "seekers: values of groups of different sizes cannot be compared",
                fix=f"ask for the range at n = {estimate.n}",
            )
        if id(estimate) not in self._decided:  # kept with it, so that the id stays its own
            self._decided[id(estimate)] = estimate, estimate.against(self.people, self.gate)
        return self._decided[id(estimate)][1]

    def __repr__(self) -> str:
        from crs_simcheck.report import amount

        metric = self.gate.metric
        low, high = (amount(metric, e, unit=False) for e in _ends(self.range))
        unit = metric.unit or "%"
        who = f"groups of {self.n} of '{self.people.name}'"
        return f"<{metric.name} of {who}: {low} to {high} {unit}>"


def _ends(span: ConfidenceInterval | Range) -> tuple[float, float]:
    return span.low, span.high
