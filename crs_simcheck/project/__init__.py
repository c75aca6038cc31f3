"""A repository that checks its simulators: its settings, and a run of each simulator."""

from crs_simcheck.project.api import check
from crs_simcheck.project.session import NotMeasured, SimulatorRun
from crs_simcheck.project.settings import (
    SETTINGS_FILE,
    ProjectSettings,
    SimulatorSettings,
    find_settings,
    parse_settings,
    read_settings,
)

__all__ = [
    "SETTINGS_FILE",
    "NotMeasured",
    "ProjectSettings",
    "SimulatorRun",
    "SimulatorSettings",
    "check",
    "find_settings",
    "parse_settings",
    "read_settings",
]
