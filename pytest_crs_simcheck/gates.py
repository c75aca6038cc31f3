"""One test for each simulator × task × gate of ``simcheck.toml``; see ``--crs-simcheck``."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from crs_simcheck.errors import SettingsError, SimcheckError
from crs_simcheck.gate import GateSpec
from crs_simcheck.project import SimulatorRun
from crs_simcheck.report import legible, table_row, verdict_words, wrapped
from pytest_crs_simcheck.imports import quick_reading
from pytest_crs_simcheck.options import seekers_wanted
from pytest_crs_simcheck.reporting import ReportPlugin, properties
from pytest_crs_simcheck.repository import as_message, repository_of
from pytest_crs_simcheck.simulator import where_of
from pytest_crs_simcheck.summary import PROPERTY, encoding_of, is_told, write_summary

if TYPE_CHECKING:
    from crs_simcheck.project.accepted import LockCheck
    from crs_simcheck.records import TaskName

__all__ = ["GateError", "GatePlugin", "SimcheckWarning"]


class GateError(AssertionError):
    """A gate did not pass. The message is all that is printed."""


class SimcheckWarning(pytest.PytestWarning):
    """A gate is inconclusive, and inconclusive gates were set to warn."""


class GatePlugin:
    """The hooks of a run with ``--crs-simcheck``."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.repository = repository_of(config)
        self.inconclusive = self.repository.inconclusive
        self.path = self.repository.settings.path
        self.locks = _locks(config, self.path, self.runs)
        self.collected = False
        self.reports = ReportPlugin(config, self.repository.settings)
        config.pluginmanager.register(self.reports, "crs-simcheck-reports")

    @property
    def runs(self) -> Mapping[str, SimulatorRun]:
        """The simulators, by name, in the order of the file."""
        return self.repository.runs

    def pytest_report_header(self) -> str:
        """Say which settings are in force."""
        names = ", ".join(self.runs)
        return f"crs-simcheck: {_shown(self.config, self.path)} ({names})"

    @pytest.hookimpl
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Any:
        """Collect the settings file."""
        if file_path == self.path:
            return SettingsFile.from_parent(parent, path=file_path, plugin=self)
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> None:
        """Collect the settings file where ``testpaths``, arguments or ignored folders hid it.

        Before anything is deselected. Without this such a run would be green.
        """
        if not self.collected:
            file = SettingsFile.from_parent(session, path=self.path, plugin=self)
            items.extend(session.genitems(file))
        # Named twice, a file is collected twice by some versions of pytest.
        gates = {item.nodeid: item for item in items if isinstance(item, _Item)}
        items[:] = [i for i in items if not isinstance(i, _Item) or gates[i.nodeid] is i]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Have a message printed as lines, also by a terminal that lacks one of its signs."""
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None and isinstance(report.longrepr, str) and is_told(report):
            report.longrepr = legible(report.longrepr, encoding_of(terminal))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the table of verdicts."""
        write_summary(terminalreporter)


def _locks(
    config: pytest.Config, path: Path, runs: Mapping[str, SimulatorRun]
) -> Mapping[str, LockCheck]:
    """Return what was accepted of each simulator; empty where there is no simcheck.lock."""
    if not (path.parent / "simcheck.lock").exists():
        return {}
    from crs_simcheck.project.accepted import LockCheck, lock_beside

    try:
        _, lock = lock_beside(path)
    except SettingsError as error:
        raise pytest.UsageError(f"crs-simcheck: {error}") from None
    if lock is None:
        return {}
    partial = seekers_wanted(config) is not None
    return {name: LockCheck(run, lock, partial=partial) for name, run in runs.items()}


def _shown(config: pytest.Config, path: Path) -> str:
    try:
        return str(path.relative_to(config.rootpath))
    except ValueError:
        return str(path)


class SettingsFile(pytest.File):
    """``simcheck.toml``: holds a collector for each simulator."""

    def __init__(self, *, plugin: GatePlugin, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plugin = plugin
        self.add_marker("simcheck")

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield the simulators in the order of the file."""
        self.plugin.collected = True
        for name, run in self.plugin.runs.items():
            yield SimulatorCollector.from_parent(self, name=name, run=run)


class SimulatorCollector(pytest.Collector):
    """One simulator: holds a collector for each task, or one failing test where it has no gates."""

    parent: SettingsFile

    def __init__(self, *, run: SimulatorRun, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run = run

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Yield the tasks; answers that cannot be used are a test that fails with the reason."""
        repository = self.parent.plugin.repository
        try:
            with quick_reading():
                # What can be measured is only known of answers; gates that are named need none.
                if not repository.asks(self.name) or self.run.settings.gates is None:
                    self.run = repository.answered(self.name)
                gates = self.run.gates
        except SimcheckError as error:
            return [BrokenAnswers.from_parent(self, name="answers", error=error)]
        if not gates:
            empty = SettingsError(
                "the table of gates is empty",
                path=self.parent.plugin.path,
                field=f"simulator.{self.name}.gates",
                fix="name a gate, or leave the table out: every metric is then gated",
            )
            return [BrokenAnswers.from_parent(self, name="answers", error=empty)]
        tasks = list(dict.fromkeys(spec.task for spec in gates))
        return [TaskCollector.from_parent(self, name=task) for task in tasks]


class TaskCollector(pytest.Collector):
    """The gates of one task of one simulator."""

    parent: SimulatorCollector

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each gate."""
        run = self.parent.run
        lock = self.parent.parent.plugin.locks.get(self.parent.name)
        if lock is not None and lock.has_prompt(cast("TaskName", self.name)):
            yield AcceptedItem.from_parent(self, name="accepted", lock=lock)
        for place, spec in enumerate(run.gates):
            if spec.task == self.name:
                yield GateItem.from_parent(
                    self, name=spec.metric.name, run=run, spec=spec, place=place
                )


class _Item(pytest.Item):
    """A test that is not a function: its failure is a message, with no frame of ours."""

    plugin: GatePlugin
    simulator: str

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """Return the message alone where a gate failed or an input cannot be used."""
        if isinstance(excinfo.value, SimcheckError):
            return as_message(excinfo.value)
        if isinstance(excinfo.value, (GateError, SimcheckWarning)):
            return str(excinfo.value)
        # A fault of ours: from this file on, for what pytest did before explains nothing.
        excinfo.traceback = excinfo.traceback.cut(path=__file__)
        return super().repr_failure(excinfo, *args)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the test stands, and its name as a heading."""
        # Not the end of the node id: pytest takes dots in that (gpt-4.1) for those of classes.
        return self.path, None, " / ".join(self.nodeid.split("::")[1:])

    def tell(self, place: int, row: list[str], **rest: Any) -> None:
        """Leave figures for the table at the end; they travel with the report, also under xdist."""
        told = {"order": self.order(place), "row": row, **rest}
        self.user_properties.append((PROPERTY, json.dumps(told)))

    def order(self, place: int) -> list[int]:
        """Return where a gate stands among those of all simulators."""
        return [list(self.plugin.runs).index(self.simulator), place]

    def setup(self) -> None:
        """Begin anew where the test is run again: nothing is told twice."""
        self.plugin.reports.forget(self, everything=True)

    def teardown(self) -> None:
        """Take off what only the report of the call is to carry."""
        self.plugin.reports.forget(self)


class BrokenAnswers(_Item):
    """Stands for the gates of a simulator whose answers, baseline or catalogue cannot be used."""

    def __init__(self, *, error: SimcheckError, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error = error
        collector = self.parent
        assert isinstance(collector, SimulatorCollector)
        self.plugin = collector.parent.plugin
        self.simulator = collector.name

    def runtest(self) -> None:
        """Fail with the reason."""
        self.tell(0, [self.simulator, "", "", "–", "–", "error", "–"], gates=1)
        run = self.plugin.runs[self.simulator]
        self.plugin.reports.tell_error(self, run, None, self.error, self.order(0))
        raise self.error


class AcceptedItem(_Item):
    """The prompt of a task: passes when it is the one that simcheck.lock holds."""

    def __init__(self, *, lock: LockCheck, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        collector = self.parent
        assert isinstance(collector, TaskCollector)
        self.plugin = collector.parent.parent.plugin
        self.simulator = collector.parent.name
        self.lock, self.task = lock, cast("TaskName", collector.name)

    def runtest(self) -> None:
        """Fail where the prompt is another."""
        problem = self.lock.prompt_problem(self.task)
        if problem is not None:
            raise GateError(problem)


class GateItem(_Item):
    """One gate: passes when the verdict is ``within``."""

    def __init__(self, *, run: SimulatorRun, spec: GateSpec, place: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        collector = self.parent
        assert isinstance(collector, TaskCollector)
        self.plugin = collector.parent.parent.plugin
        self.simulator = collector.parent.name
        self.run, self.spec, self.place = run, spec, place

    def runtest(self) -> None:
        """Decide the gate."""
        name, gate = self.simulator, self.spec
        blank = [name, gate.task, gate.metric.name, "–", "–", "error", "–"]
        try:
            self.run = self.plugin.repository.answered(name)
            verdict = self.run.verdict(gate)
        except SimcheckError as error:
            self.tell(self.place, blank, gates=len(self.run.gates))
            self.user_properties += properties(name, gate, None)
            self.plugin.reports.tell_error(self, self.run, gate, error, self.order(self.place))
            raise
        missing = [(m.task, m.metric, m.reason) for m in self.run.not_measured]
        row, figures = table_row(name, verdict).as_json(), verdict.as_json()
        where = where_of(self.run.settings, self.config.invocation_params.dir)
        lock = self.plugin.locks.get(name)
        regressed = None if lock is None else lock.words(gate, verdict)
        notes = (*self.run.notes_on(gate), *(() if lock is None else lock.notes))
        self.tell(
            self.place,
            row,
            gates=len(self.run.gates),
            not_measured=missing,
            notes=notes,
            verdict=figures,
            regressed=regressed,
        )
        self.user_properties += properties(name, gate, figures)
        self.plugin.reports.tell_gate(self, self.run, verdict, where, self.order(self.place))
        if regressed is not None:
            raise GateError(f"{wrapped(regressed)}\n{verdict_words(verdict, where)}")
        if verdict.outcome == "within":
            return
        message = verdict_words(verdict, where)
        if verdict.outcome == "inconclusive" and self.plugin.inconclusive == "warn":
            # Named after the settings file: a line of ours would tell the reader nothing.
            warnings.warn_explicit(SimcheckWarning(message), None, str(self.path), 0)
            return
        raise GateError(message)
