"""How many seekers to ask: what the gates of a baseline, or of a project, will see with n."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crs_simcheck.baselines import Group
from crs_simcheck.errors import InputError, SettingsError
from crs_simcheck.gate import GateSpec, Settings
from crs_simcheck.gate.planning import Foresight, Outlook, rare_outlook
from crs_simcheck.metrics import metrics_of
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.records import TASKS, TaskName
from crs_simcheck.simulator import DEFAULT_ASKED

__all__ = ["SIZES", "GatePlan", "plan_of_baseline", "plan_of_simulator"]

SIZES = (20, 50, 100, 150, 200, 300, 500)
"""Numbers of seekers that are looked at where nobody names any."""


@dataclass(frozen=True)
class GatePlan:
    """What one gate will see.

    Parameters
    ----------
    simulator:
        Its name in the settings, or None where a baseline was named.
    baseline:
        Name of the people, or None where there are none.
    present:
        With the seekers that the simulator has now, or None.
    outlooks:
        With each of the numbers of seekers asked about.
    """

    simulator: str | None
    baseline: str | None
    spec: GateSpec
    present: Outlook | None
    outlooks: tuple[Outlook, ...]

    @property
    def reason(self) -> str:
        """Why nothing at all can be said; empty where something can."""
        every = (*self.outlooks, *(() if self.present is None else (self.present,)))
        return "" if any(o.power is not None for o in every) else every[0].reason

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain JSON values, of the schema ``power``."""
        return {
            "simulator": self.simulator,
            "baseline": self.baseline,
            "task": self.spec.task,
            "metric": self.spec.metric.name,
            "unit": self.spec.metric.unit,
            "present": None if self.present is None else self.present.as_json(),
            "outlooks": [outlook.as_json() for outlook in self.outlooks],
        }


def plan_of_baseline(
    people: Group,
    *,
    tasks: Iterable[TaskName] = (),
    metrics: Iterable[str] = (),
    margins: Mapping[str, float] | None = None,
    sizes: Sequence[int] = SIZES,
    settings: Settings | None = None,
) -> list[GatePlan]:
    """Return what every gate that these people can be the measure of will see.

    Parameters
    ----------
    tasks, metrics:
        Only these; all where there are none.
    margins:
        Metric → margin instead of its own.
    sizes:
        Numbers of seekers.

    Raises
    ------
    InputError
        Where no gate is left.
    SettingsError
        Where a margin is of no gate that is left.
    """
    margins, named = dict(margins or {}), tuple(metrics)
    wanted = tuple(tasks) or tuple(task for task in TASKS if task in people.tasks)
    plans = []
    for task in wanted:
        foresight = Foresight(
            task, people.with_tasks({task: people.task(task)}), settings=settings,
            answers=answers_each(task, {}),
        )  # fmt: skip
        for metric in metrics_of(task):
            if metric.name not in named if named else not metric.automatic:
                continue
            spec = GateSpec(task, metric, margin=margins.get(metric.name))
            if named or spec.range_by_hand is not None or foresight.missing(spec) is None:
                plans.append(_plan(None, people.name, spec, foresight.outlook, sizes, None))
    _check_margins(margins, (plan.spec for plan in plans))
    if not plans:
        raise InputError(
            f"no gate of {', '.join(named) or 'any metric'} stands on {', '.join(wanted)}",
            fix=f"'{people.name}' has {', '.join(people.tasks)}",
        )
    return plans


def _check_margins(margins: Mapping[str, float], specs: Iterable[GateSpec]) -> None:
    by_name = {spec.metric.name: spec for spec in specs}
    for name, margin in margins.items():
        spec = by_name.get(name)
        if spec is None:
            raise SettingsError(
                f"no gate of {name} is looked at",
                field="--margin",
                fix=f"there are {', '.join(by_name)}" if by_name else None,
            )
        if spec.range_by_hand is not None:
            raise SettingsError(
                f"{name} is judged against an end, not against people", field="--margin"
            )
        if not margin >= 0:
            raise SettingsError(f"found {name}={margin:g}, need 0 or more", field="--margin")


def plan_of_simulator(
    settings: SimulatorSettings, sizes: Sequence[int] = SIZES, draws: int | None = None
) -> list[GatePlan]:
    """Return what the gates of a simulator of a project will see, now and with other numbers.

    Nobody is asked, and no answer is read but to count who gave any.
    """
    run = SimulatorRun(replace(settings, draws=draws or settings.draws))
    answered = _tasks_of(run)
    plans = []
    for task in answered:
        people = run.baseline(task)
        if people is not None and task not in people.tasks:
            people = None
        asked = {} if settings.live is None else settings.live.asked.get(task, {})
        foresight = _foresight(run, task, people, asked)
        present = _present(run, task)
        for spec in _gates_of(settings, task, answered, foresight):
            outlook = _outlook_of(foresight, task, asked)
            name = None if people is None else people.name
            plans.append(_plan(settings.name, name, spec, outlook, sizes, present))
    return plans


def _outlook_of(
    foresight: Foresight | None, task: TaskName, asked: Mapping[str, Any]
) -> Callable[[GateSpec, int], Outlook]:
    """Return what foresees a gate; without people, that of a rate below an end alone."""
    if foresight is not None:
        return foresight.outlook

    def outlook(spec: GateSpec, n: int) -> Outlook:
        target = spec.range_by_hand
        if target is not None and spec.metric.rate is not None:
            return rare_outlook(spec, n, answers_each(task, asked), target)
        return Outlook(spec, n, reason=f"no baseline of people for {task}")

    return outlook


def answers_each(task: TaskName, asked: Mapping[str, Any]) -> int:
    """Return how many answers each seeker gives to a task."""
    table = {**DEFAULT_ASKED[task], **asked}
    if task == "items_talk":
        return 1
    if task == "neg_feedback":
        return int(table["unfit"]) + int(table["fit"])
    return int(table[{"bin_pref": "asked", "open_pref": "films", "rec_request": "requests"}[task]])


def _foresight(
    run: SimulatorRun, task: TaskName, people: Group | None, asked: Mapping[str, Any]
) -> Foresight | None:
    if people is None:
        return None
    named = asked.get("n_items", "people")
    return Foresight(
        task,
        people,
        answers=answers_each(task, asked),
        named=None if named == "people" else int(named),
        settings=Settings(run.settings.seed, run.settings.draws, run.settings.least_seekers),
    )


def _tasks_of(run: SimulatorRun) -> tuple[TaskName, ...]:
    """Return the tasks that are asked, or that have answers."""
    if run.live is not None:
        return tuple(run.live.simulator.plans)
    return run.tasks


def _present(run: SimulatorRun, task: TaskName) -> int:
    """Return how many seekers the simulator has on a task."""
    if run.live is not None:
        return len(run.live.profiles)
    if run.group is not None:
        return run.group.tasks[task].n_seekers
    return len({row.seeker for row in run.rows.get(task, ())})


def _gates_of(
    settings: SimulatorSettings,
    task: TaskName,
    tasks: Sequence[TaskName],
    foresight: Foresight | None,
) -> Iterator[GateSpec]:
    if settings.gates is not None:
        yield from (s for s in settings.gates if s.task == task and task in tasks)
        return
    for metric in metrics_of(task):
        spec = GateSpec(task, metric)
        if not metric.automatic or foresight is None:
            continue
        if spec.range_by_hand is not None or foresight.missing(spec) is None:
            yield spec


def _plan(
    simulator: str | None,
    baseline: str | None,
    spec: GateSpec,
    outlook: Callable[[GateSpec, int], Outlook],
    sizes: Sequence[int],
    present: int | None,
) -> GatePlan:
    return GatePlan(
        simulator,
        baseline,
        spec,
        None if present is None else outlook(spec, present),
        tuple(outlook(spec, n) for n in sizes),
    )
