"""``accept``: what would change in the lock, what needs consent, and the new lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crs_simcheck.errors import UnknownNameError
from crs_simcheck.project.accepted import LockCheck, entry_of, lock_beside
from crs_simcheck.project.lock import Lock, LockedGate, LockedSimulator, LockedTask, lock_text
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.project.settings import ProjectSettings

__all__ = ["CONSENTS", "Acceptance", "Consent", "prepare"]

Consent = Literal["drifted", "inconclusive", "regressed"]
CONSENTS: tuple[Consent, ...] = ("drifted", "inconclusive", "regressed")
"""What is accepted only where somebody says so."""


@dataclass(frozen=True)
class Acceptance:
    """A lock that may be written.

    Parameters
    ----------
    path:
        Where.
    old, new:
        The lock that is there, or None, and the one that would be.
    lines:
        What changes, a line each.
    unsure:
        (consent that it takes, simulator, task, metric) of every gate that is not fine.
    """

    path: Path
    old: Lock | None
    new: Lock
    lines: tuple[str, ...]
    unsure: tuple[tuple[Consent, str, str, str], ...]

    @property
    def changes(self) -> bool:
        """Whether the file would be another."""
        return self.old is None or lock_text(self.old) != lock_text(self.new)

    def refused(self, consents: Iterable[str]) -> tuple[tuple[Consent, str, str, str], ...]:
        """Return what is not fine and nobody consented to."""
        given = set(consents)
        return tuple(one for one in self.unsure if one[0] not in given)


def prepare(project: ProjectSettings, names: Iterable[str]) -> Acceptance:
    """Decide every gate of the simulators that are named (all by default), and compare the locks.

    What the lock holds of other simulators stays; simulators that the settings do not have any more
    go out where none is named.

    Raises
    ------
    InputError
        Where answers are missing, or the lock cannot be read.
    UnknownNameError
        Where there is no such simulator.
    """
    known = {s.name: s for s in project.simulators}
    wanted = tuple(dict.fromkeys(names)) or tuple(known)
    for name in wanted:
        if name not in known:
            raise UnknownNameError("simulator", name, known)
    path, old = lock_beside(project.path)
    before = {} if old is None else dict(old.simulators)
    after = {
        name: entry for name, entry in before.items() if name in known or set(wanted) != set(known)
    }
    lines: list[str] = []
    unsure: list[tuple[Consent, str, str, str]] = []
    for name in wanted:
        run = SimulatorRun(known[name])
        after[name] = entry_of(run)
        check = LockCheck(run, old or Lock())
        regressed: set[tuple[str, str]] = {
            (spec.task, spec.metric.name)
            for spec in run.gates
            if check.regressed(spec, run.verdict(spec)) is not None
        }
        lines += _of_simulator(name, before.get(name), after[name], regressed)
        for task, of_task in after[name].tasks.items():
            for metric, gate in of_task.gates.items():
                if (task, metric) in regressed:
                    unsure.append(("regressed", name, task, metric))
                if gate.verdict == "drifted":
                    unsure.append(("drifted", name, task, metric))
                elif gate.verdict == "inconclusive":
                    unsure.append(("inconclusive", name, task, metric))
    gone = [name for name in before if name not in after]
    lines += [f"{name}: goes out; the settings do not have it" for name in gone]
    return Acceptance(path, old, Lock(after), tuple(lines), tuple(unsure))


# -- what changes, in words --------------------------------------------------------------------


def _of_simulator(
    name: str, old: LockedSimulator | None, new: LockedSimulator, regressed: set[tuple[str, str]]
) -> Iterator[str]:
    if old is None:
        yield f"{name}: new"
    elif (old.engine, old.digests) != (new.engine, new.digests):
        yield f"{name}: the model was {_model(old)}, is {_model(new)}"
    for task, now in new.tasks.items():
        then = None if old is None else old.tasks.get(task)
        yield from _of_task(name, task, then, now, regressed)
    for task in () if old is None else old.tasks:
        if task not in new.tasks:
            yield f"{name} · {task}: goes out"


def _model(simulator: LockedSimulator) -> str:
    digests = ", ".join(digest[:19] for digest in simulator.digests)
    return " ".join(part for part in (simulator.engine, digests) if part) or "not known"


def _of_task(
    name: str,
    task: str,
    then: LockedTask | None,
    now: LockedTask,
    regressed: set[tuple[str, str]],
) -> Iterator[str]:
    place = f"{name} · {task}"
    same = 0
    if then is not None:
        for what in ("prompt", "baseline", "catalogue", "instruments"):
            was, is_ = getattr(then, what), getattr(now, what)
            if was != is_:
                yield f"{place}: {what} {_brief(was)} → {_brief(is_)}"
    for metric, gate in sorted(now.gates.items()):
        before = None if then is None else then.gates.get(metric)
        mark = ", REGRESSED" if (task, metric) in regressed else ""
        if before is None:
            yield f"{place} · {metric}: new, {_gate(gate)}{mark}"
        elif _rounded(before) != _rounded(gate):
            yield f"{place} · {metric}: {_gate(before)} → {_gate(gate)}{mark}"
        else:
            same += 1
    for metric in () if then is None else sorted(set(then.gates) - set(now.gates)):
        yield f"{place} · {metric}: goes out"
    if same:
        yield f"{place}: {same} gate{'' if same == 1 else 's'} as before"


def _brief(value: object) -> str:
    text = "none" if value is None else str(value)
    before, mark, digest = text.partition("sha256:")
    return f"{before}{mark}{digest[:12]}" if mark else text


def _gate(gate: LockedGate) -> str:
    if gate.value is None or gate.interval is None:
        return gate.verdict
    low, high = gate.interval
    return f"{gate.value:.4g} [{low:.4g}, {high:.4g}] {gate.verdict}"


def _rounded(gate: LockedGate) -> str:
    """Return the line of a gate: what it would be in a file is what is compared."""
    return lock_text(Lock({"s": LockedSimulator({"bin_pref": LockedTask("", {}, {"m": gate})})}))
