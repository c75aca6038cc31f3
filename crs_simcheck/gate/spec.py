"""What a gate is: a metric on a task, with the range it must lie in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crs_simcheck.errors import SettingsError, UnknownNameError
from crs_simcheck.metrics import Metric, metric_named
from crs_simcheck.records import TaskName
from crs_simcheck.stats import Range, units_to_show

__all__ = ["GATE_KEYS", "JUDGED_KEYS", "GateSpec", "gate_from_table"]

GATE_KEYS = ("margin", "min", "max", "rule", "top_k", "calibration", "uncalibrated")
JUDGED_KEYS = ("calibration", "uncalibrated")
"""The keys that belong to gates of what a judge scored."""

Rule = Literal["target", "estimate"]
Uncalibrated = Literal["refuse", "allow"]


@dataclass(frozen=True, slots=True)
class GateSpec:
    """A metric on a task, and where its value must lie.

    Parameters
    ----------
    margin:
        Practical margin in the unit of the metric, instead of the metric's own.
    minimum, maximum:
        Ends given by hand; people are not looked at then.
    rule:
        ``target``: the interval must lie in the range; ``estimate``: the value alone must.
    top_k:
        For popularity_share: how many films count as best known.
    named:
        Whether somebody asked for this gate by name: one that cannot be measured is then
        ``inconclusive`` and not merely listed.
    of_task:
        Whether it was asked for on this very task, which then must have answers.
    calibration:
        File of the judge's calibration; None for the simulator's.
    uncalibrated:
        ``refuse``: without a calibration that holds, nothing is decided; ``allow``: it is, and the
        verdict says so.
    """

    task: TaskName
    metric: Metric
    margin: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    rule: Rule = "target"
    top_k: int = 50
    named: bool = False
    of_task: bool = False
    calibration: str | None = None
    uncalibrated: Uncalibrated = "refuse"

    @property
    def range_by_hand(self) -> Range | None:
        """The range that was given by hand, or None where people make it."""
        low, high = self.minimum, self.maximum
        if low is None and high is None:
            high = self.metric.default_max
        if low is None and high is None:
            return None
        return Range(-math.inf if low is None else low, math.inf if high is None else high)

    def advice(self, seekers: int, answers_per_seeker: float) -> str | None:
        """Return a warning where this many seekers cannot show a rate so low, or None."""
        target = self.range_by_hand
        if target is None or self.metric.rate is None or not math.isfinite(target.high):
            return None
        needed = units_to_show(target.high, answers_per_seeker)
        if needed is None:
            return (
                f"{self.metric.name}: max = {target.high:g} can never be shown; "
                "no number of seekers proves a rate of 0: give a max above 0"
            )
        if seekers < needed:
            each = "1 answer" if answers_per_seeker == 1 else f"{answers_per_seeker:g} answers"
            return (
                f"{self.metric.name}: max = {target.high:g} takes at least {needed} seekers with "
                f"{each} each and nothing seen; here are {seekers}"
            )
        return None


def gate_from_table(
    task: TaskName,
    metric_name: str,
    table: Mapping[str, Any],
    *,
    where: str,
    of_task: bool = False,
) -> GateSpec:
    """Read a gate's table of simcheck.toml, for instance ``{ margin = 0.2 }``.

    Raises
    ------
    SettingsError
        Names the place, the key, and what is needed.
    """
    try:
        metric = metric_named(metric_name)
    except UnknownNameError as error:
        raise SettingsError(str(error), field=where) from None
    if task not in metric.tasks:
        raise SettingsError(
            f"{metric_name} does not stand on {task}",
            field=where,
            fix=f"it stands on {', '.join(metric.tasks)}",
        )
    margin, minimum, maximum = _ends(table, metric, where)
    rule = table.get("rule", "target")
    if rule not in ("target", "estimate"):
        raise SettingsError(f"found rule = {rule!r}, need 'target' or 'estimate'", field=where)
    top_k = _top_k(table, metric, where)
    calibration, uncalibrated = _of_judge(table, metric, where)
    return GateSpec(
        task,
        metric,
        margin,
        minimum,
        maximum,
        rule,
        top_k,
        named=True,
        of_task=of_task,
        calibration=calibration,
        uncalibrated=uncalibrated,
    )


def _ends(
    table: Mapping[str, Any], metric: Metric, where: str
) -> tuple[float | None, float | None, float | None]:
    """Return margin, least and most, as far as they are given."""
    numbers = {key: _number(table, key, where) for key in ("margin", "min", "max")}
    margin, minimum, maximum = numbers["margin"], numbers["min"], numbers["max"]
    if margin is not None and (minimum is not None or maximum is not None):
        raise SettingsError(
            "a margin goes around people's value, min and max are ends of your own: give one",
            field=where,
        )
    if margin is not None and metric.default_max is not None:
        raise SettingsError(
            f"{metric.name} is judged against a most, not against people", field=where,
            fix=f"{metric.name} = {{ max = {metric.default_max:g} }}",
        )  # fmt: skip
    if margin is not None and margin < 0:
        raise SettingsError(f"found margin = {margin:g}, need 0 or more", field=where)
    if minimum is not None and maximum is not None and minimum > maximum:
        raise SettingsError(f"min = {minimum:g} is above max = {maximum:g}", field=where)
    for key in ("min", "max"):
        end, scale = numbers[key], metric.scale
        if end is not None and scale is not None and not scale[0] <= end <= scale[1]:
            raise SettingsError(
                f"found {key} = {end:g}; {metric.name} lies from {scale[0]:g} to {scale[1]:g}",
                field=where,
            )
    return margin, minimum, maximum


def _top_k(table: Mapping[str, Any], metric: Metric, where: str) -> int:
    value = table.get("top_k", 50)
    if "top_k" in table and metric.name != "popularity_share":
        raise SettingsError("'top_k' belongs to popularity_share", field=where)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SettingsError(f"found top_k = {value!r}, need a whole number above 0", field=where)
    return value


def _of_judge(
    table: Mapping[str, Any], metric: Metric, where: str
) -> tuple[str | None, Uncalibrated]:
    """Return the calibration that a gate names, and what it says of there being none."""
    for key in JUDGED_KEYS:
        if key in table and metric.table != "judged":
            raise SettingsError(f"'{key}' belongs to the neg_feedback gate", field=where)
    calibration, uncalibrated = table.get("calibration"), table.get("uncalibrated", "refuse")
    if calibration is not None and (not isinstance(calibration, str) or not calibration.strip()):
        raise SettingsError(f"found calibration = {calibration!r}, need a file", field=where)
    if uncalibrated not in ("refuse", "allow"):
        raise SettingsError(
            f"found uncalibrated = {uncalibrated!r}, need 'refuse' or 'allow'", field=where
        )
    return calibration, uncalibrated


def _number(table: Mapping[str, Any], key: str, where: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise SettingsError(f"found {key} = {value!r}, need a finite number", field=where)
    return float(value)
