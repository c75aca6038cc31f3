"""Which gates of a simulator are decided: those asked for, or all that can be measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crs_simcheck.baselines import Group
from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.gate import Comparison, GateSpec
from crs_simcheck.metrics import metric_named, metrics_of
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.records import TASKS, TaskName

__all__ = ["NotMeasured", "built_like_at", "gates_of", "plan_gates"]


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A metric that nobody asked for by name and that cannot be measured, with the reason."""

    task: TaskName
    metric: str
    reason: str


def gates_of(
    metrics: Iterable[str], answered: Iterable[TaskName], tasks: Iterable[TaskName], source: str
) -> tuple[GateSpec, ...]:
    """Return a gate for each of these metrics on each task that it stands on.

    Parameters
    ----------
    metrics:
        Names.
    answered:
        The tasks that have answers.
    tasks:
        Only these; all that have answers where there is none.
    source:
        Where the answers are, for messages.

    Raises
    ------
    UnknownNameError
        Where there is no such metric.
    EmptyInputError
        Where a metric stands on none of the tasks.
    """
    answered = tuple(answered)
    wanted = tuple(tasks) or answered
    gates: list[GateSpec] = []
    for metric in map(metric_named, metrics):
        on = [task for task in metric.tasks if task in wanted]
        if not on:
            raise EmptyInputError(
                f"{metric.name} stands on {', '.join(metric.tasks)}; the answers are to "
                f"{', '.join(answered)}",
                path=source,
            )
        gates += [GateSpec(task, metric, named=True) for task in on]
    return tuple(gates)


def plan_gates(
    settings: SimulatorSettings,
    answered: Iterable[TaskName],
    comparison: Callable[[TaskName], Comparison],
) -> tuple[tuple[GateSpec, ...], tuple[NotMeasured, ...]]:
    """Return the gates to decide, and what cannot be measured and was not asked for.

    ``answered`` are the tasks that have answers. Raises :class:`InputError` where nothing can be
    measured.
    """
    answered = tuple(answered)
    if settings.gates is not None:
        return _named_gates(settings.gates, answered, settings.tasks), ()
    gates: list[GateSpec] = []
    missing: list[NotMeasured] = []
    for task in answered:
        own = (metric for metric in settings.own_metrics if task in metric.tasks)
        for metric in (*metrics_of(task), *own):
            if not metric.automatic:
                continue
            spec = GateSpec(task, metric)
            reason = comparison(task).missing(spec)
            if reason is None:
                gates.append(spec)
            else:
                missing.append(NotMeasured(task, metric.name, reason))
    gates += [
        GateSpec(task, metrics_of(task)[0], named=True)
        for task in settings.tasks
        if task not in answered
    ]
    if not gates:
        raise InputError(
            f"nothing of simulator '{settings.name}' can be measured",
            path=settings.source,
            fix="; ".join(sorted({m.reason for m in missing}))[:500] or None,
        )
    return tuple(gates), tuple(missing)


def _named_gates(
    specs: Iterable[GateSpec], answered: Iterable[TaskName], configured: Iterable[TaskName]
) -> tuple[GateSpec, ...]:
    """Keep the gates of tasks with answers; one that has no such task stays, and fails."""
    specs = tuple(specs)
    wanted = {*answered, *configured}
    decided = {spec.metric.name for spec in specs if spec.task in wanted}
    kept = []
    for spec in specs:
        if spec.of_task or spec.task in wanted or spec.metric.name not in decided:
            kept.append(spec)
            decided.add(spec.metric.name)
    return tuple(sorted(kept, key=lambda spec: TASKS.index(spec.task)))


def built_like_at(baseline: Group | None) -> float | None:
    """Return from how many stars on a baseline's people were taken to say Yes."""
    answers = None if baseline is None else baseline.tasks.get("bin_pref")
    found = None if answers is None else answers.design.get("like_at")
    return found if isinstance(found, (int, float)) else None
