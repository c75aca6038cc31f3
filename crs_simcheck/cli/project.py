"""The settings file that a command reads, and the simulators in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crs_simcheck.project import ProjectSettings, SimulatorSettings

__all__ = ["chosen_simulators", "project_here"]


def project_here(
    config: str | None, fix: str = "go to the folder of your settings, or give --config FILE"
) -> ProjectSettings:
    """Return the settings of ``--config``, or of the working folder.

    Parameters
    ----------
    fix:
        What to do where there are none.

    Raises
    ------
    SettingsError
        Where there is no such file, or it cannot be used.
    """
    from crs_simcheck.errors import SettingsError
    from crs_simcheck.project import SETTINGS_FILE, find_settings, read_settings

    path = find_settings(Path(), config)
    if path is None:
        raise SettingsError(
            f"there is no {SETTINGS_FILE} here, and no [tool.crs-simcheck] in pyproject.toml",
            fix=fix,
        )
    return read_settings(path)


def chosen_simulators(
    project: ProjectSettings, names: Iterable[str]
) -> tuple[SimulatorSettings, ...]:
    """Return the simulators of these names, each once; all where none is named.

    Raises
    ------
    UnknownNameError
        Where there is no such simulator.
    """
    from crs_simcheck.errors import UnknownNameError

    known = {one.name: one for one in project.simulators}
    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in known:
            raise UnknownNameError("simulator", name, known)
    return tuple(known[name] for name in wanted or known)
