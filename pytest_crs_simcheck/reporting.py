"""What a run leaves beside the terminal: a report, JUnit properties, and what GitHub reads.

A gate tells its part where it is decided, as a property of its test report, which also travels from
a worker of xdist; the process that the user started puts the parts together once.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crs_simcheck.errors import SimcheckError
from crs_simcheck.gate import GateSpec, Verdict
from crs_simcheck.project import ProjectSettings, SimulatorRun
from crs_simcheck.report import Where, legible
from pytest_crs_simcheck.options import chosen, path_given
from pytest_crs_simcheck.summary import PROPERTY, encoding_of

if TYPE_CHECKING:
    from crs_simcheck.project.reporting import Reporter

__all__ = ["PART", "ReportPlugin", "properties"]

# Name under which a test report carries its part of the report; it is taken off on arrival.
PART = "crs_simcheck_part"
TOLD_ONCE = ("about", "about_task", "prompts")
_OWN = "simcheck_"


def properties(
    simulator: str, gate: GateSpec, verdict: Mapping[str, Any] | None
) -> list[tuple[str, str]]:
    """Return what JUnit is told of a gate, name by name; of an error there is no verdict."""
    found: dict[str, Any] = {
        "simulator": simulator,
        "task": gate.task,
        "metric": gate.metric.name,
    }
    if verdict is not None:
        people = verdict["baseline"]
        found |= {key: verdict[key] for key in ("value", "interval", "range", "verdict", "score")}
        found |= {"n": verdict["seekers"], "baseline": people and people["name"]}
    return [
        (_OWN + key, value if isinstance(value, str) else json.dumps(value))
        for key, value in found.items()
        if value is not None
    ]


class ReportPlugin:
    """The hooks of a run that leaves a report, or runs where GitHub reads along."""

    def __init__(self, config: pytest.Config, settings: ProjectSettings) -> None:
        self._config, self._settings = config, settings
        self._is_worker = hasattr(config, "workerinput")
        self.folder = path_given(config, "report")
        self._summary_file, self._annotates = _github(config, settings)
        self._parts: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._lines: list[str] = []
        if self.folder is not None and not self._is_worker:
            from crs_simcheck.report.files import check_folder

            try:
                check_folder(self.folder)
            except SimcheckError as error:
                raise pytest.UsageError(f"--simcheck-report: {error}") from None
        self._reporter: Reporter | None = None
        if self.folder is not None or self._summary_file or self._annotates:
            from crs_simcheck.project.reporting import Reporter

            self._reporter = Reporter(detailed=self.folder is not None)

    # -- where a gate is decided --------------------------------------------------------------

    def tell_gate(
        self, item: pytest.Item, run: SimulatorRun, verdict: Verdict, where: Where, place: list[int]
    ) -> None:
        """Leave the part of a gate that was decided with its test."""
        if self._reporter is not None:
            part = self._reporter.of_gate(run, verdict, where, (place[0], place[1]))
            item.user_properties.append((PART, json.dumps(part)))

    def tell_error(
        self,
        item: pytest.Item,
        run: SimulatorRun,
        gate: GateSpec | None,
        error: SimcheckError,
        place: list[int],
    ) -> None:
        """Leave the part of a gate that could not be decided, or of answers that have none."""
        if self._reporter is not None:
            part = self._reporter.of_error(run, gate, error, (place[0], place[1]))
            item.user_properties.append((PART, json.dumps(part)))

    @staticmethod
    def forget(item: pytest.Item, *, everything: bool = False) -> None:
        """Take the part off a test that was run, so that no report to come carries it again.

        Everything that we told of it goes where it is run once more.
        """
        ours = (PROPERTY, PART, _OWN) if everything else (PART,)
        item.user_properties[:] = [p for p in item.user_properties if not p[0].startswith(ours)]

    # -- where the run was started ------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the part of a gate; one that was run again replaces what was told before."""
        if self._is_worker:
            return
        for name, value in report.user_properties:
            if name == PART:
                part = json.loads(str(value))
                part["softened"] = report.passed
                place = (*part["place"], part["metric"])
                before = self._parts.get(place, {})
                # What holds for a task is told once, by whoever was first.
                kept = {key: before[key] for key in TOLD_ONCE if key in before}
                self._parts[place] = kept | part
        report.user_properties = [p for p in report.user_properties if p[0] != PART]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report and the summary, where any gate ran."""
        if self._is_worker or self._reporter is None:
            return
        try:
            self._lines += self._written()
        except SimcheckError as error:
            self._lines.append(f"crs-simcheck: the report was not written: {error}")
            if session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def _written(self) -> Iterator[str]:
        if not self._parts:
            if self.folder is not None and not self._config.option.collectonly:
                yield "crs-simcheck: no gate ran, and no report was written"
            return
        from crs_simcheck.report.document import assemble
        from crs_simcheck.report.files import write_report
        from crs_simcheck.report.markdown import summary_of

        document = assemble(self._parts.values(), version("crs-simcheck"))
        if self.folder is not None:
            page = write_report(document, self.folder)
            yield f"crs-simcheck: the report is {_seen(page, self._config.invocation_params.dir)}"
        if self._summary_file:
            try:
                with Path(self._summary_file).open("a", encoding="utf-8") as file:
                    file.write(summary_of(document) + "\n")
            except OSError as error:
                yield f"crs-simcheck: GITHUB_STEP_SUMMARY cannot be written: {error.strerror}"
        if self._annotates:
            yield from self._annotations()

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print where the report is, and the annotations."""
        for line in self._lines:
            terminalreporter.ensure_newline()
            terminalreporter.write_line(legible(line, encoding_of(terminalreporter)))

    def _annotations(self) -> Iterator[str]:
        from crs_simcheck.report.github import annotation

        for part in sorted(self._parts.values(), key=lambda one: one["place"]):
            verdict = part.get("verdict")
            if verdict is not None and verdict["verdict"] == "within":
                continue
            if verdict is None:
                outcome, message = "error", part["message"]
            else:
                words = verdict["words"]
                outcome = verdict["verdict"]
                message = "\n".join([words["headline"], *words["explained"]])
                message += f"\nnext: {verdict['next']}" if verdict["next"] else ""
            place, line = self._place(part["simulator"], part["task"])
            names = filter(None, (part["simulator"], part["task"], part["metric"]))
            yield annotation(
                "warning" if part["softened"] else "error",
                message,
                file=place,
                line=line,
                title=f"{' / '.join(names)}: {outcome}",
            )

    def _place(self, name: str, task: str | None) -> tuple[str, int | None]:
        """Return the file that a failure belongs to: the prompt of the task, else the settings."""
        settings = next(s for s in self._settings.simulators if s.name == name)
        root = Path(os.environ.get("GITHUB_WORKSPACE") or self._config.rootpath)
        if settings.live is not None and settings.live.prompts is not None and task is not None:
            prompt = settings.folder / settings.live.prompts / f"{task}.md"
            if prompt.is_file():
                return _seen(prompt, root), None
        return _seen(self._settings.path, root), _line_of(self._settings.path, name)


def _github(config: pytest.Config, settings: ProjectSettings) -> tuple[str, bool]:
    """Return the file that takes a summary, or nothing, and whether annotations are read."""
    if chosen(config, "github", settings.pytest) == "off":
        return "", False
    return os.environ.get("GITHUB_STEP_SUMMARY", ""), os.environ.get("GITHUB_ACTIONS") == "true"


def _seen(path: Path, folder: Path) -> str:
    """Return a path as it is seen from a folder above it, else as it is."""
    try:
        return path.absolute().relative_to(folder.absolute()).as_posix()
    except ValueError:
        return str(path)


def _line_of(path: Path, name: str) -> int | None:
    """Return the line of a settings file that begins a simulator, counted from 1."""
    heading = re.compile(
        rf"""\s*\[(tool\.crs-simcheck\.)?simulator\.(["']?){re.escape(name)}\2\]"""
    )
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((number for number, line in enumerate(lines, 1) if heading.match(line)), None)
