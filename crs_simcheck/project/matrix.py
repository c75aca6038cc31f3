"""Systems side by side: each is asked or replayed, and measured against the same people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crs_simcheck.baselines import load_baseline
from crs_simcheck.baselines.shipped import shipped_names
from crs_simcheck.errors import EngineError, InputError, UnrecordedError
from crs_simcheck.gate import GateSpec, Verdict
from crs_simcheck.metrics import metrics_of
from crs_simcheck.project.matrix_settings import MatrixSettings, System
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.records import TASKS, TaskName
from crs_simcheck.report.matrix import MatrixRow, MatrixTable

__all__ = ["SystemRun", "references", "run_systems", "tables_of"]


@dataclass(frozen=True)
class SystemRun:
    """What came of one system.

    Parameters
    ----------
    verdicts:
        Task → its verdicts.
    problems:
        Task → why it has none; the key ``""`` stands for all tasks.
    """

    system: System
    verdicts: Mapping[TaskName, Mapping[str, Verdict]]
    problems: Mapping[str, str]


def references(settings: MatrixSettings, tasks: Iterable[TaskName]) -> tuple[System, ...]:
    """Return the shipped reference simulators that did any of these tasks."""
    if not settings.references:
        return ()
    wanted, found = set(tasks), []
    taken = {one.name for one in settings.systems}
    for name in shipped_names():
        group = load_baseline(name)
        if group.speakers != "simulator" or not wanted & set(group.tasks) or name in taken:
            continue
        own = replace(settings.common, name=name, group=name, judge=None, profiles=None)
        found.append(System(own, is_reference=True))
    return tuple(found)


def run_systems(
    settings: MatrixSettings,
    tasks: Sequence[TaskName] = (),
    *,
    ask: Callable[[System], object] | None = None,
) -> Iterator[SystemRun]:
    """Yield each system, measured: those of the file, then the reference simulators.

    Parameters
    ----------
    tasks:
        Only these; all that a system has answers to where there is none.
    ask:
        Is called with each system that is asked, before it is read, and asks what is to be asked.

    One that cannot be measured stops nothing: it says why.
    """
    seen: set[TaskName] = set()
    for system in settings.systems:
        try:
            if ask is not None and system.settings.live is not None:
                ask(system)
            run = _run_of(system, tasks)
        except (EngineError, InputError) as error:
            run = SystemRun(system, {}, {"": _short(error)})
        seen.update(run.verdicts)
        yield run
    for system in references(settings, tasks or seen or TASKS):
        yield _run_of(system, tasks)


def _run_of(system: System, tasks: Sequence[TaskName]) -> SystemRun:
    verdicts: dict[TaskName, Mapping[str, Verdict]] = {}
    problems: dict[str, str] = {}
    run = SimulatorRun(system.settings)
    for task in TASKS:
        if task not in (tasks or TASKS) or task not in run.tasks:
            continue
        try:
            verdicts[task] = _verdicts_of(run, task)
        except (EngineError, InputError) as error:
            problems[task] = _short(error)
    return SystemRun(system, verdicts, problems)


def _verdicts_of(run: SimulatorRun, task: TaskName) -> Mapping[str, Verdict]:
    """Return the verdicts of the gates that the file has for a task, or of all that can be."""
    comparison = run.comparison(task)
    gates = run.settings.gates
    if gates is None:
        specs = [GateSpec(task, m) for m in metrics_of(task) if m.automatic]
    else:
        specs = [gate for gate in gates if gate.task == task]
    found = {}
    for spec in specs:
        if comparison.missing(spec) is None:
            found[spec.metric.name] = run.verdict(spec)
    return found


def _short(error: Exception) -> str:
    """Return what is wrong, in a line; what is not recorded is a matter of ``--record``."""
    first = str(error).splitlines()[0]
    return f"{first}; --record new asks" if isinstance(error, UnrecordedError) else first


def tables_of(runs: Iterable[SystemRun]) -> tuple[MatrixTable, ...]:
    """Return a table for each task that any system has answers to."""
    runs = tuple(runs)
    tables = []
    for task in TASKS:
        names = {name for run in runs for name in run.verdicts.get(task, ())}
        problems = any(task in run.problems for run in runs)
        if not names and not problems:
            continue
        rows = tuple(filter(None, (_row(run, task) for run in runs)))
        metrics = tuple(m for m in metrics_of(task) if m.name in names)
        tables.append(MatrixTable(task, metrics, rows))
    return tuple(tables)


def _row(run: SystemRun, task: TaskName) -> MatrixRow | None:
    """Return the row of a system; None where it never had this task."""
    problem = run.problems.get(task, run.problems.get("", ""))
    verdicts = run.verdicts.get(task, {})
    if not verdicts and not problem:
        return None
    own = run.system
    return MatrixRow(
        own.name,
        own.engine,
        own.configuration,
        own.prompts,
        own.is_reference,
        verdicts,
        problem,
    )
