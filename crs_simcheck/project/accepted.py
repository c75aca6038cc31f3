"""A simulator beside its lock: the prompts that were accepted, and gates that have regressed."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from crs_simcheck.baselines import Group, file_hashes, instruments_of
from crs_simcheck.errors import shown_path
from crs_simcheck.gate import GateSpec, Verdict
from crs_simcheck.gate.regressed import Accepted, Regression, regression
from crs_simcheck.project.lock import (
    LOCK_FILE,
    Lock,
    LockedGate,
    LockedSimulator,
    LockedTask,
    read_lock,
)
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.records import TaskName
from crs_simcheck.stats import ConfidenceInterval, Range

__all__ = ["LockCheck", "entry_of", "gate_settings", "lock_beside", "told_baseline"]


def lock_beside(settings: Path) -> tuple[Path, Lock | None]:
    """Return where the lock of a settings file is, and the lock, or None where there is none."""
    path = settings.parent / LOCK_FILE
    return path, read_lock(path)


# -- what there is to accept -------------------------------------------------------------------


def entry_of(run: SimulatorRun) -> LockedSimulator:
    """Return what a simulator is now, as a lock holds it; every gate is decided for it."""
    live = run.live
    return LockedSimulator(
        {task: _task(run, task) for task in dict.fromkeys(spec.task for spec in run.gates)},
        live.live.engine or None if live is not None else None,
        _digests(run),
    )


def _task(run: SimulatorRun, task: TaskName) -> LockedTask:
    gates = {
        spec.metric.name: _gate(spec, run.verdict(spec)) for spec in run.gates if spec.task == task
    }
    return LockedTask(
        told_baseline(run.baseline(task)),
        _instruments(run, task),
        gates,
        _prompt(run, task),
        _catalogue(run),
    )


def _gate(spec: GateSpec, verdict: Verdict) -> LockedGate:
    interval, target = verdict.interval, verdict.target
    return LockedGate(
        verdict.outcome,
        verdict.n_seekers,
        verdict.value,
        None if interval is None else (interval.low, interval.high),
        None if target is None else (target.low, target.high),
        verdict.margin,
        gate_settings(spec),
    )


def gate_settings(spec: GateSpec) -> str:
    """Return what the settings say of a gate, in one order; empty where nothing."""
    ends = {"margin": spec.margin, "min": spec.minimum, "max": spec.maximum}
    said = [f"{key} = {value:g}" for key, value in ends.items() if value is not None]
    if spec.rule != "target":
        said.append(f"rule = {spec.rule}")
    if spec.top_k != GateSpec.__dataclass_fields__["top_k"].default:
        said.append(f"top_k = {spec.top_k}")
    return ", ".join(said)


def _prompt(run: SimulatorRun, task: TaskName) -> str | None:
    live = run.live
    if live is None or live.live.prompts is None or task not in live.prompts:
        return None
    return f"sha256:{live.prompts[task].sha256}"


def told_baseline(group: Group | None) -> str:
    """Return the name and the hash of people, or ``none``."""
    if group is None or group.path is None:
        return "none" if group is None else group.name
    digest = hashlib.sha256()
    for name, sha in file_hashes(group.path):
        digest.update(f"{sha}  {name}\n".encode())
    return f"{group.name} sha256:{digest.hexdigest()}"


def _catalogue(run: SimulatorRun) -> str | None:
    name = run.settings.catalogue
    if name is None:
        return None
    return f"sha256:{hashlib.sha256((run.settings.folder / name).read_bytes()).hexdigest()}"


def _instruments(run: SimulatorRun, task: TaskName) -> dict[str, int | str]:
    if task not in run.tasks:
        return {}
    group = run.measured(task)[1]
    if run.group is not None:
        return dict(group.instruments)
    used = set(instruments_of(group.tasks[task]))
    return {name: group.instruments[name] for name in sorted(used) if name in group.instruments}


def _digests(run: SimulatorRun) -> tuple[str, ...]:
    rows = () if run.responses is None else run.responses.rows
    found = {row.meta.get("digest") for row in rows if row.meta is not None}
    return tuple(sorted(digest for digest in found if isinstance(digest, str) and digest))


# -- what was accepted -------------------------------------------------------------------------


class LockCheck:
    """What a lock says of a simulator that is run.

    Parameters
    ----------
    partial:
        Fewer seekers are looked at than were accepted: nothing is compared.
    """

    def __init__(self, run: SimulatorRun, lock: Lock, *, partial: bool = False) -> None:
        self.run = run
        self.name = run.settings.name
        self.partial = partial
        self._entry = lock.simulators.get(self.name)
        self._now: dict[TaskName, LockedTask] = {}

    def has_prompt(self, task: TaskName) -> bool:
        """Whether there is a prompt to be accepted."""
        return not self.partial and _prompt(self.run, task) is not None

    def prompt_problem(self, task: TaskName) -> str | None:
        """Return why the prompt of a task is not the one that was accepted, or None."""
        now = _prompt(self.run, task)
        if now is None or self.partial:
            return None
        live = self.run.live
        path = None if live is None else live.prompts[task].path
        file = f"{task}.md" if path is None else shown_path(path)
        then = None if self._entry is None else self._entry.tasks.get(task)
        if then is not None and then.prompt == now:
            return None
        if then is None or then.prompt is None:
            was = f"{LOCK_FILE} has no prompt for it yet"
        else:
            was = f"{LOCK_FILE} has {then.prompt[:19]}…"
        name = shlex.quote(self.name)
        return (
            f"the prompt of {task} of simulator '{self.name}' was not accepted\n"
            f"  {file} is {now[:19]}…, {was}\n"
            f"  what the change did: crs-simcheck compare HEAD --simulator {name}\n"
            f"  next: crs-simcheck accept {name}"
        )

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What is not compared with the lock, and why."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        if self.partial:
            yield f"fewer seekers are run: {LOCK_FILE} is not compared"
            return
        if self._entry is None:
            yield f"{LOCK_FILE} does not know it: nothing is compared with what was accepted"
            return
        told: dict[str, list[str]] = {}
        for spec in self.run.gates:
            why = self._why_not(spec)
            if why is not None:
                told.setdefault(why, []).append(f"{spec.task} {spec.metric.name}")
        for why, gates in told.items():
            yield f"{why}: not compared with {LOCK_FILE}: {', '.join(gates)}"
        digests = _digests(self.run)
        if self._entry.digests and digests and digests != self._entry.digests:
            yield f"the model is another than the one that was accepted: {', '.join(digests)}"

    def regressed(self, spec: GateSpec, verdict: Verdict) -> Regression | None:
        """Return by how much a gate has regressed, or None where it has not, or none can tell."""
        if self.partial or self._entry is None or self._why_not(spec) is not None:
            return None
        locked = self._entry.tasks[spec.task].gates[spec.metric.name]
        if locked.value is None or locked.interval is None or locked.target is None:
            return None
        accepted = Accepted(
            locked.value,
            ConfidenceInterval(*locked.interval),
            Range(*locked.target),
            locked.seekers,
        )
        found = regression(accepted, verdict, self._compared)
        return found if found is not None and found.found else None

    def words(self, spec: GateSpec, verdict: Verdict) -> str | None:
        """Return in a sentence how a gate has regressed, or None where it has not."""
        found, accepted = self.regressed(spec, verdict), self.accepted(spec)
        if found is None or accepted is None or accepted.value is None:
            return None
        return (
            f"{spec.metric.name} of simulator '{self.name}' in {spec.task}: REGRESSED, nearer to "
            f"the end of its range than the {accepted.value:.4g} that {LOCK_FILE} holds: "
            f"{found.lost:.3g} of room is lost, more than {max(found.practical, found.chance):.3g} "
            "(half a margin, or what chance makes, whichever is more)"
        )

    @cached_property
    def _compared(self) -> int:
        """How many gates are compared."""
        return sum(self._why_not(spec) is None for spec in self.run.gates)

    def accepted(self, spec: GateSpec) -> LockedGate | None:
        """Return what was accepted of a gate, or None."""
        task = None if self._entry is None else self._entry.tasks.get(spec.task)
        return None if task is None else task.gates.get(spec.metric.name)

    def _why_not(self, spec: GateSpec) -> str | None:
        """Return why a gate cannot be compared with what was accepted, or None."""
        locked = self.accepted(spec)
        if locked is None or self._entry is None:
            return "new since the lock"
        then, now = self._entry.tasks[spec.task], self._of_task(spec.task)
        if then.baseline != now.baseline:
            return f"accepted against {_short(then.baseline)}, now it is {_short(now.baseline)}"
        if then.catalogue != now.catalogue:
            return "the catalogue has changed since"
        if dict(then.instruments) != dict(now.instruments):
            return "other instruments read it then"
        if locked.gate != gate_settings(spec):
            was = locked.gate or "the default"
            return f"the settings of the gate have changed since ({was})"
        return None

    def _of_task(self, task: TaskName) -> LockedTask:
        """Return what the values of a task rest on now, without its gates."""
        if task not in self._now:
            self._now[task] = LockedTask(
                told_baseline(self.run.baseline(task)),
                _instruments(self.run, task),
                {},
                None,
                _catalogue(self.run),
            )
        return self._now[task]


def _short(baseline: str) -> str:
    """Return name and the beginning of the hash of a baseline."""
    name, _, digest = baseline.partition(" sha256:")
    return f"'{name}' ({digest[:12]})" if digest else f"'{name}'"
