"""The fixture ``crs_simulator``: one simulator of ``simcheck.toml``, in a test of your own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crs_simcheck.baselines import Group
from crs_simcheck.errors import InputError, SettingsError
from crs_simcheck.gate import GateSpec, Verdict
from crs_simcheck.metrics import metric_named
from crs_simcheck.project import SimulatorRun, SimulatorSettings
from crs_simcheck.project.estimating import Estimate
from crs_simcheck.prompts import Prompt
from crs_simcheck.records import Response, TaskName
from crs_simcheck.report import Where
from pytest_crs_simcheck.plain import plainly

if TYPE_CHECKING:
    from crs_simcheck.project.live import LiveRun

__all__ = ["CrsSimulator", "gate_on", "where_of"]


def gate_on(metric: str, task: str | None, answered: Iterable[str], **keys: Any) -> GateSpec:
    """Return the gate of a metric on a task, or on the only one of those answered.

    Raises
    ------
    InputError
        Where it stands on several of them, or on none.
    """
    from crs_simcheck.gate import gate_from_table

    found = metric_named(metric)
    answered = tuple(answered)
    on = [one for one in found.tasks if one in answered and task in (None, one)]
    if len(on) != 1:
        where = f"it stands on {', '.join(found.tasks)}; the answers are to {', '.join(answered)}"
        raise InputError(
            f"{metric} can be measured on {len(on) or 'none'} of the tasks that have answers",
            field="task",
            fix=f"give task = …: {', '.join(on)}" if on else where,
        )
    table = {key: value for key, value in keys.items() if value is not None}
    return gate_from_table(on[0], metric, table, where=metric)


@plainly
class CrsSimulator:
    """A simulator: its answers, its verdicts, and a way to ask where it is asked at all.

    Nothing is read before it is needed; answers are asked for, read and measured once in a run.

    Parameters
    ----------
    settings:
        As this run of pytest wants them.
    answered:
        Returns the run, with its answers there.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        answered: Callable[[], SimulatorRun],
        config: pytest.Config,
    ) -> None:
        self.settings = settings
        self._answered, self._config = answered, config

    @property
    def name(self) -> str:
        """Its name."""
        return self.settings.name

    @property
    def run(self) -> SimulatorRun:
        """All that was read and measured of it."""
        return self._answered()

    @property
    def is_live(self) -> bool:
        """Whether it is asked, with prompts or as a function; its answers are given otherwise."""
        return self.settings.live is not None

    @property
    def where(self) -> Where:
        """Where its answers are, as seen from the folder that pytest was started in."""
        return where_of(self.settings, self._config.invocation_params.dir)

    # -- answers -----------------------------------------------------------------------------

    @cached_property
    def responses(self) -> tuple[Response, ...]:
        """Its answers, of all tasks, of as many seekers as are looked at; none of a group."""
        return tuple(row for task in self.tasks for row in self.answers(task))

    @property
    def tasks(self) -> tuple[TaskName, ...]:
        """The tasks that it has answers to."""
        return self.run.tasks

    def answers(self, task: TaskName) -> tuple[Response, ...]:
        """Return its answers to a task."""
        return self.run.rows.get(task, ())

    @cached_property
    def seekers(self) -> tuple[str, ...]:
        """The ids of those who answered, sorted."""
        return tuple(sorted({row.seeker for row in self.responses}))

    @cached_property
    def prompts(self) -> Mapping[TaskName, Prompt]:
        """Its prompts, by task; none where it has none of its own."""
        live = self.settings.live
        if live is None or live.prompts is None:
            return {}
        from crs_simcheck.prompts import read_prompts

        return read_prompts(self.settings.folder / live.prompts)

    @property
    def provenance(self) -> Mapping[TaskName, Mapping[str, str]]:
        """What the front matter of each prompt says of where it comes from."""
        from crs_simcheck.project.provenance import provenance_of

        return {task: provenance_of(prompt) for task, prompt in self.prompts.items()}

    def ask(self, task: TaskName, seeker: str, **stimulus: Any) -> Response:
        """Return its answer to a question, which need not be one that is planned.

        Replayed where it is recorded; ``--simcheck-record=new`` asks and keeps what is not, in
        ``recordings/NAME/asked``.

        Examples
        --------
        >>> crs_simulator.ask("bin_pref", "u17", item="Heat (1995)").text  # doctest: +SKIP
        'Yes'
        """
        return self._ask(task, (seeker,), stimulus)[0]

    def ask_all(self, task: TaskName, **stimulus: Any) -> tuple[Response, ...]:
        """Return the answer of each of its seekers to one question; they are asked together."""
        return self._ask(task, tuple(p.seeker for p in self._live.profiles), stimulus)

    @cached_property
    def _live(self) -> LiveRun:
        """It as one that is asked: apart from its run, for whose answers nobody is asked here."""
        live = SimulatorRun(self.settings).live
        if live is None:
            raise SettingsError(
                f"simulator '{self.name}' is not asked: its answers are given",
                fix='a simulator with prompts = "…" or python = "…" is asked',
            )
        return live

    def _ask(
        self, task: TaskName, seekers: tuple[str, ...], stimulus: Mapping[str, Any]
    ) -> tuple[Response, ...]:
        from crs_simcheck.project.asking import ask_besides

        return ask_besides(self._live, task, seekers, stimulus, self._live.live.record)

    # -- verdicts ----------------------------------------------------------------------------

    @property
    def gates(self) -> tuple[GateSpec, ...]:
        """Its gates: those of ``simcheck.toml``, or else every metric that can be measured."""
        return self.run.gates

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict of each of its gates."""
        run = self.run
        return tuple(run.verdict(spec) for spec in run.gates)

    def verdict(self, metric: str, task: TaskName | None = None, **keys: Any) -> Verdict:
        """Return the verdict of a metric, with the keys of its gate, or with others.

        Parameters
        ----------
        task:
            May be left out where it stands on one task with answers.
        keys:
            As in a gate's table: ``margin``, ``min``, ``max``, ``rule``, …; where there is none,
            those of ``simcheck.toml`` count.
        """
        return self.run.verdict(self._gate(metric, task, keys))

    def estimate(self, metric: str, task: TaskName | None = None) -> Estimate:
        """Return the value of a metric with its interval: ``assert estimate in target_range``."""
        return Estimate(self.name, self.verdict(metric, task), self._against)

    def _gate(self, metric: str, task: TaskName | None, keys: Mapping[str, Any]) -> GateSpec:
        spec = gate_on(metric, task, self.tasks, **keys)
        if not keys:
            own = (s for s in self.settings.gates or () if s.metric.name == metric)
            return next((s for s in own if s.task == spec.task), spec)
        return spec

    def _against(self, people: Group, spec: GateSpec) -> Verdict:
        run = self.run
        own = run.baseline(spec.task)
        if own is not None and own.path == people.path:
            return run.verdict(spec)
        others = {**self.settings.baselines, spec.task: str(people.path)}
        return SimulatorRun(replace(self.settings, baselines=others), run.responses).verdict(spec)

    def __repr__(self) -> str:
        return f"<simulator '{self.name}'>"


def where_of(settings: SimulatorSettings, start: Path) -> Where:
    """Return where the answers are, as seen from a folder."""

    def seen(name: str | None) -> str | None:
        if name is None or Path(name).is_absolute() or not (settings.folder / name).exists():
            return name  # what ships has a name and no path
        path = settings.folder / name
        try:
            return os.path.relpath(path, start)
        except ValueError:  # another drive
            return str(path)

    return Where(
        settings.name,
        seen(settings.source or None) or "",
        seen(settings.catalogue),
        seen(settings.profiles),
        {task: seen(name) or "" for task, name in settings.baselines.items()},
        is_group=settings.group is not None,
        flags=() if settings.like_at is None else (f"--like-at {settings.like_at:g}",),
        instruments={name: seen(given) for name, given in settings.instruments.items()},
        plugins=tuple(seen(file) or "" for file in settings.plugins),
    )
