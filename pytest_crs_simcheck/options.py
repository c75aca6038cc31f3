"""What was asked for: a flag goes before the environment, that before the ini file, then the file.

The last is ``simcheck.toml``; an empty value of any of them says nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crs_simcheck.project.keys import PYTEST_KEYS

if TYPE_CHECKING:
    from crs_simcheck.project.live_settings import Stop

__all__ = ["Given", "chosen", "engine_at", "given", "path_given", "seekers_wanted", "stop_wanted"]


@dataclass(frozen=True, slots=True)
class Given:
    """A value as text, and where it was given, for messages and for where paths start."""

    value: str
    by: str
    from_ini: bool = False


def given(config: pytest.Config, name: str) -> Given | None:
    """Return what the flag, the environment or the ini file says; None where none does."""
    flag = config.getoption(f"simcheck_{name}", default=None)
    if flag not in (None, ""):
        return Given(str(flag), f"--simcheck-{name}")
    variable = f"CRS_SIMCHECK_{name.upper()}"
    told = os.environ.get(variable, "").strip()
    if told:
        return Given(told, variable)
    kept = str(config.getini(f"simcheck_{name}")).strip()
    if kept:
        return Given(kept, f"simcheck_{name}", from_ini=True)
    return None


def chosen(config: pytest.Config, name: str, of_file: Mapping[str, str]) -> str:
    """Return one of the words of an option; ``of_file`` is the table [pytest] of the settings."""
    words = PYTEST_KEYS[name]
    found = given(config, name)
    if found is None:
        return of_file.get(name, words[0])
    if found.value not in words:
        need = f"{', '.join(words[:-1])} or {words[-1]}"
        raise pytest.UsageError(f"{found.by}: found '{found.value}', need {need}")
    return found.value


def seekers_wanted(config: pytest.Config) -> int | None:
    """Return how many seekers to look at, or None where only the file says so."""
    found = given(config, "seekers")
    if found is None:
        return None
    number = int(found.value) if found.value.lstrip("-").isdecimal() else 0
    if number < 1:
        raise pytest.UsageError(f"{found.by}: found {found.value}, need 1 or more")
    return number


def engine_at(config: pytest.Config) -> str | None:
    """Return where to ask instead, or None."""
    found = given(config, "engine")
    return None if found is None else found.value


def stop_wanted(config: pytest.Config) -> Stop | None:
    """Return when asking in blocks ends, or None where only the file says so."""
    found = given(config, "sequential")
    if found is None:
        return None
    from crs_simcheck.project.live_settings import STOPS

    if found.value not in STOPS:
        need = " or ".join(STOPS)
        raise pytest.UsageError(f"{found.by}: found '{found.value}', need {need}")
    return found.value


def path_given(config: pytest.Config, name: str) -> Path | None:
    """Return the file or folder that an option names, or None.

    A path on the command line or in the environment starts where pytest was started, one of the
    ini file at the root folder.
    """
    found = given(config, name)
    if found is None:
        return None
    return Path(config.rootpath if found.from_ini else config.invocation_params.dir, found.value)
