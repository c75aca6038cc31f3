"""The repository under test: its settings as this run of pytest wants them, each thing done once.

Gates and fixtures share it, so that answers are asked for, read and measured once in a process;
under pytest-xdist the workers share the recording.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest

from crs_simcheck.errors import SettingsError, SimcheckError, UnknownNameError, shown_path
from crs_simcheck.project import (
    ProjectSettings,
    SimulatorRun,
    SimulatorSettings,
    find_settings,
    read_settings,
)
from crs_simcheck.report import wrapped
from pytest_crs_simcheck.options import chosen, engine_at, path_given, seekers_wanted, stop_wanted
from pytest_crs_simcheck.plain import plainly
from pytest_crs_simcheck.simulator import CrsSimulator

__all__ = ["Repository", "Simcheck", "as_message", "repository_of"]

_KEY = pytest.StashKey["Repository"]()


def repository_of(config: pytest.Config) -> Repository:
    """Return the repository of this run; read once.

    Raises
    ------
    pytest.UsageError
        Where there is no settings file, or it cannot be used.
    """
    if _KEY not in config.stash:
        config.stash[_KEY] = Repository(config)
    return config.stash[_KEY]


def as_message(error: SimcheckError) -> str:
    """Return what an error says, in lines that a terminal holds; what is indented stays so."""
    lines = str(error).splitlines()
    return "\n".join(
        wrapped(line.lstrip(), line[: len(line) - len(line.lstrip())]) for line in lines
    )


class Repository:
    """Settings, and a run of each simulator.

    Parameters
    ----------
    config:
        Of pytest; what its options say goes before the settings file.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.settings = _read(config)
        self.runs = {one.name: SimulatorRun(one) for one in self.settings.simulators}
        self._answered: dict[str, SimcheckError | None] = {}

    @cached_property
    def inconclusive(self) -> str:
        """What an inconclusive verdict does: ``fail`` or ``warn``."""
        return chosen(self.config, "inconclusive", self.settings.pytest)

    def asks(self, name: str) -> bool:
        """Tell whether a simulator, or its judge, may be asked in this run."""
        settings = self.runs[name].settings
        parts = (settings.live, settings.judge)
        return any(part is not None and part.record != "none" for part in parts)

    def answered(self, name: str) -> SimulatorRun:
        """Return a simulator's run with its answers there: asked once, whoever needs them first.

        Raises
        ------
        SimcheckError
            Where they cannot be had; once that is known, nobody tries again.
        """
        if name not in self._answered:
            self._answered[name] = None
            try:
                self._ask(name)
            except SimcheckError as error:
                self._answered[name] = error
        failed = self._answered[name]
        if failed is not None:
            raise failed
        return self.runs[name]

    def _ask(self, name: str) -> None:
        run = self.runs[name]
        mode = run.settings.live.record if run.settings.live is not None else ""
        judge = run.settings.judge.record if run.settings.judge is not None else ""
        shared = os.environ.get("PYTEST_XDIST_TESTRUNUID")
        if shared is None or "all" not in (mode, judge):
            _ = run.responses
            return
        # Everything is asked again, but not by each worker: the second finds the first one's note.
        from filelock import FileLock

        whose = hashlib.sha256(f"{shared}/{self.settings.path}/{name}".encode()).hexdigest()[:24]
        # The folder that the workers' temporary folders lie in; pytest removes it in time.
        factory = getattr(self.config, "_tmp_path_factory", None)
        place = Path(tempfile.gettempdir()) if factory is None else factory.getbasetemp().parent
        note = place / f"crs-simcheck-{whose}"
        with FileLock(f"{note}.lock"):
            if note.exists():
                run = self.runs[name] = SimulatorRun(_recording_new(run.settings))
            _ = run.responses
            if "neg_feedback" in run.tasks and judge:
                run.measured("neg_feedback")
            note.touch()


def _recording_new(settings: SimulatorSettings) -> SimulatorSettings:
    live, judge = settings.live, settings.judge
    return replace(
        settings,
        live=live and replace(live, record="new"),
        judge=judge and replace(judge, record="new"),
    )


def _folders_above(folder: Path) -> Iterator[Path]:
    """Yield the folders above one, the nearest first, as far as its repository of git reaches."""
    for place in (folder, *folder.parents):
        if place != folder:
            yield place
        if (place / ".git").exists():
            return


def _read(config: pytest.Config) -> ProjectSettings:
    # The root's, else that of the folder that pytest was started in: a repository within another
    # one has no root of its own where it has no configuration of pytest. Without one, a subfolder
    # is its own root: then the nearest one above.
    start = config.invocation_params.dir
    places = dict.fromkeys((config.rootpath, start))
    named = path_given(config, "config")
    seekers = seekers_wanted(config)
    try:
        looked = (*places, *_folders_above(start))
        path = next(filter(None, (find_settings(place, named) for place in looked)), None)
        if path is None:
            raise pytest.UsageError(
                f"crs-simcheck: there is no simcheck.toml in {' or '.join(map(str, places))}, "
                "and no [tool.crs-simcheck] in a pyproject.toml there, nor above; write one "
                "(crs-simcheck init), or give --simcheck-config FILE"
            )
        settings = read_settings(path)
    except SettingsError as error:
        raise pytest.UsageError(f"crs-simcheck: {error}") from None
    record = chosen(config, "record", settings.pytest)
    if config.getoption("collectonly"):
        record = "none"  # to list the gates, nobody is asked
    simulators = tuple(_as_asked(s, seekers, record, config) for s in settings.simulators)
    return replace(settings, simulators=simulators)


def _as_asked(
    settings: SimulatorSettings, seekers: int | None, record: str, config: pytest.Config
) -> SimulatorSettings:
    """Return a simulator's settings as this run wants them."""
    mode = {"none": "none", "new": "new", "all": "all"}[record]
    live, judge = settings.live, settings.judge
    if live is not None:
        live = replace(
            live,
            record=mode,  # type: ignore[arg-type]  # one of the three words
            stop=stop_wanted(config) or live.stop,
            engine_at=engine_at(config),
            partial=seekers is not None,
        )
    if judge is not None:
        judge = replace(judge, record=mode)  # type: ignore[arg-type]  # the same
    return replace(settings, seekers=seekers or settings.seekers, live=live, judge=judge)


@plainly
class Simcheck:
    """What ``simcheck.toml`` says, and what its simulators answered: the fixture ``simcheck``."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._simulators: dict[str, CrsSimulator] = {}

    @property
    def path(self) -> Path:
        """The settings file."""
        return self._repository.settings.path

    @property
    def settings(self) -> ProjectSettings:
        """The settings, as this run of pytest wants them."""
        return self._repository.settings

    @property
    def names(self) -> tuple[str, ...]:
        """The simulators' names, in the order of the file."""
        return tuple(self._repository.runs)

    @property
    def simulators(self) -> Mapping[str, CrsSimulator]:
        """The simulators, by name."""
        return {name: self.simulator(name) for name in self.names}

    def simulator(self, name: str) -> CrsSimulator:
        """Return a simulator, or raise :class:`UnknownNameError` with the nearest name."""
        if name not in self._repository.runs:
            raise UnknownNameError("simulator", name, self.names)
        if name not in self._simulators:
            settings = self._repository.runs[name].settings
            self._simulators[name] = CrsSimulator(
                settings, lambda: self._repository.answered(name), self._repository.config
            )
        return self._simulators[name]

    def __repr__(self) -> str:
        return f"<simcheck {shown_path(self.path)}: {', '.join(self.names)}>"
