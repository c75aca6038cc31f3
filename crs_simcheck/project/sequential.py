"""Asking in blocks: seekers in a seeded order, until every gate has decided.

The order is by a hash of seed and seeker, so that what is asked is the beginning of what all would
be asked: a later run with more seekers, or with all, asks for the rest alone. A replay looks at the
recorded answers in the same way, and so decides the same after as many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from crs_simcheck.gate import Comparison, GateSpec, Verdict
from crs_simcheck.gate.sequential import Look, look_at, looks
from crs_simcheck.project.live import LiveRun
from crs_simcheck.project.sampling import in_order
from crs_simcheck.records import TASKS, TaskName

__all__ = ["Ask", "Looked", "SequentialRun", "Stopped"]


class Looked(Protocol):
    """The answers of some seekers, measured."""

    @property
    def gates(self) -> tuple[GateSpec, ...]:
        """The gates to decide."""

    def comparison(self, task: TaskName) -> Comparison:
        """Return the comparison of a task, at this look."""


Ask = Callable[[LiveRun, Look], object]
"""Is given the seekers that come next, before each look."""


@dataclass(frozen=True)
class Stopped:
    """Where asking stopped.

    Parameters
    ----------
    look:
        The last look.
    live:
        What was asked, and is recorded.
    seekers:
        Task → how many seekers were asked.
    verdicts:
        Of all gates that were looked at.
    drifted:
        The gates that ended it before the others had decided; none where it went on to its end.
    """

    look: Look
    live: LiveRun
    seekers: Mapping[TaskName, int]
    verdicts: Mapping[GateSpec, Verdict]
    drifted: tuple[GateSpec, ...]

    @property
    def asked(self) -> int:
        """How many answers were needed."""
        return len(self.live.planned)

    @property
    def planned(self) -> int:
        """How many answers all seekers would have given."""
        return len(self.live.whole)

    def __str__(self) -> str:
        """Return how many answers were saved, and why."""
        saved = self.planned - self.asked
        share = f"{100 * saved / self.planned:.0f} % of {self.planned:,}"
        tasks = ", ".join(f"{task} {n:,}" for task, n in self.seekers.items())
        why = "every gate has decided"
        if self.drifted:
            others = len(self.drifted) - 1
            why = _named(self.drifted[0]) + (f" and {others} more" if others else "") + " drifted"
        elif any(v.outcome == "inconclusive" for v in self.verdicts.values()):
            why = "not every gate has decided"
        return (
            f"asked in blocks: {saved:,} answers saved ({share}); {why} at {self.look} "
            f"(seekers asked: {tasks})"
        )


def _named(spec: GateSpec) -> str:
    return f"{spec.metric.name} in {spec.task}"


class SequentialRun:
    """A simulator that is asked block by block; every step happens once.

    Parameters
    ----------
    live:
        What all its seekers are asked.
    looked:
        What was asked so far, and the look → its gates.
    ask:
        Asks, where recordings may be made; None where they are only replayed.
    """

    def __init__(
        self,
        live: LiveRun,
        looked: Callable[[LiveRun, Look], Looked],
        ask: Ask | None,
    ) -> None:
        self.live, self._looked, self._ask = live, looked, ask

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """The looks at the gates."""
        settings = self.live.settings
        return looks(len(self.live.profiles), max(settings.least_seekers, 4))

    @cached_property
    def stopped(self) -> Stopped:
        """Where it stopped; asks until then.

        Raises ``UnrecordedError`` where an answer is missing that is not asked for.
        """
        order = in_order((p.seeker for p in self.live.profiles), self.live.settings.seed)
        planned = {p.question.task for p in self.live.planned}
        open_ = [task for task in TASKS if task in planned]
        seekers: dict[TaskName, int] = dict.fromkeys(open_, 0)
        verdicts: dict[GateSpec, Verdict] = {}
        for look in self.looks:
            before = dict(seekers)
            seekers |= dict.fromkeys(open_, look.n_seekers)
            asked = self._asked(order, before, seekers, look)
            verdicts |= self._decide(asked, look, open_, verdicts)
            drifted = self._drifted(verdicts)
            open_ = [task for task in open_ if _undecided(verdicts, task)]
            if drifted or not open_:
                break
        drifted = drifted if open_ else ()
        verdicts = _closed(verdicts, look, drifted)
        return Stopped(look, asked, seekers, verdicts, drifted)

    def _asked(
        self,
        order: Sequence[str],
        before: Mapping[TaskName, int],
        now: Mapping[TaskName, int],
        look: Look,
    ) -> LiveRun:
        """Ask the seekers who come next, and return the run of all who were asked."""
        if self._ask is not None:
            new = {task: frozenset(order[before[task] : n]) for task, n in now.items()}
            self._ask(self.live.of_seekers(new), look)
            self.live.__dict__.pop("recording", None)  # it has grown
        asked = self.live.of_seekers({task: frozenset(order[:n]) for task, n in now.items()})
        asked.__dict__["recording"] = self.live.recording
        return asked

    def _decide(
        self,
        asked: LiveRun,
        look: Look,
        tasks: Sequence[TaskName],
        before: Mapping[GateSpec, Verdict],
    ) -> dict[GateSpec, Verdict]:
        looked = self._looked(asked, look)
        verdicts: dict[GateSpec, Verdict] = {}
        for task in tasks:
            gates = [spec for spec in looked.gates if spec.task == task]
            if gates:
                verdicts |= look_at(looked.comparison(task), gates, before)
        return verdicts

    def _drifted(self, verdicts: Mapping[GateSpec, Verdict]) -> tuple[GateSpec, ...]:
        """Return the gates that end it all, since one has drifted; none where others count."""
        if self.live.live.stop != "first-drift":
            return ()
        return tuple(spec for spec, verdict in verdicts.items() if verdict.outcome == "drifted")


def _undecided(verdicts: Mapping[GateSpec, Verdict], task: TaskName) -> bool:
    """Return whether a task must be asked on: also where it has no gate that could decide."""
    of_task = [verdict for spec, verdict in verdicts.items() if spec.task == task]
    return not of_task or any(verdict.outcome == "inconclusive" for verdict in of_task)


def _closed(
    verdicts: Mapping[GateSpec, Verdict], look: Look, drifted: Sequence[GateSpec]
) -> dict[GateSpec, Verdict]:
    """Say of gates that have not decided why nobody was asked on."""
    if not drifted or look.final:
        return dict(verdicts)
    why = f"; no more seekers were asked, for {_named(drifted[0])} has drifted"
    return {
        spec: replace(v, reason=v.reason + why) if v.outcome == "inconclusive" else v
        for spec, v in verdicts.items()
    }
