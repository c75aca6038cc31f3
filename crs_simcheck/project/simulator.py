"""``Simulator``: a simulator of a settings file, from Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from crs_simcheck.engines import Engine
from crs_simcheck.errors import SettingsError, UnknownNameError
from crs_simcheck.gate import Verdict
from crs_simcheck.project.live_settings import RecordMode
from crs_simcheck.project.record import Recorded, record
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.project.settings import (
    SETTINGS_FILE,
    SimulatorSettings,
    find_settings,
    read_settings,
)
from crs_simcheck.recordings import Responses

__all__ = ["Simulator"]


class Simulator:
    """A simulator of ``simcheck.toml``: record it, read its answers, hold it against people.

    Parameters
    ----------
    settings:
        Of the simulator; see :meth:`from_settings`.

    Examples
    --------
    >>> simulator = Simulator.from_settings("simcheck.toml", "seeker")  # doctest: +SKIP
    >>> simulator.record()  # asks what is not recorded  # doctest: +SKIP
    >>> [v.outcome for v in simulator.check(["item_entropy"])]  # doctest: +SKIP
    ['within']
    """

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self._run = SimulatorRun(settings)

    @classmethod
    def from_settings(
        cls, path: str | Path | None = None, name: str | None = None, *, seekers: int | None = None
    ) -> Simulator:
        """Return a simulator of a settings file.

        Parameters
        ----------
        path:
            The file; by default the one of the working folder.
        name:
            The simulator; may be left out where there is only one.
        seekers:
            Look at so many of its seekers only.

        Raises
        ------
        SettingsError
            Where there is no such file, or it cannot be used.
        UnknownNameError
            Where there is no such simulator.
        """
        found = find_settings(Path(), path)
        if found is None:
            raise SettingsError(
                f"there is no {SETTINGS_FILE} here", fix="give the path of a settings file"
            )
        simulators = {s.name: s for s in read_settings(found).simulators}
        if name is None and len(simulators) == 1:
            (name,) = simulators
        if name is None or name not in simulators:
            raise UnknownNameError("simulator", name or "", simulators)
        settings = simulators[name]
        return cls(settings if seekers is None else replace(settings, seekers=seekers))

    @property
    def name(self) -> str:
        """Its name in the settings file."""
        return self.settings.name

    def record(self, mode: RecordMode = "new", *, engine: Engine | None = None) -> Recorded:
        """Ask what is not recorded (``all``: everything again), and keep the answers.

        Parameters
        ----------
        engine:
            Asks this one instead of the one that the settings name.

        Raises
        ------
        SettingsError
            Where its answers are given, so that nobody can be asked.
        EngineError
            Where nothing more can be asked; what was answered is kept.
        """
        run = self._run.live
        if run is None:
            raise SettingsError(
                f"simulator '{self.name}' is not asked: its answers are given",
                fix='a simulator with prompts = "…" or python = "…" is asked',
            )
        done = record(run, mode, engine=engine)
        self._run = SimulatorRun(self.settings)  # what was read before is of before
        return done

    @property
    def responses(self) -> Responses | None:
        """Its answers; None where it is a group. Raises ``UnrecordedError`` where some lack."""
        return self._run.responses

    def check(self, metrics: Iterable[str] | None = None) -> tuple[Verdict, ...]:
        """Return a verdict for each of its gates, or for each of these metrics.

        Raises
        ------
        InputError
            Where its answers, people, profiles or films cannot be used.
        UnknownNameError
            Where there is no such metric.
        """
        specs = self._run.gates if metrics is None else self._run.gates_of(metrics)
        return tuple(self._run.verdict(spec) for spec in specs)
