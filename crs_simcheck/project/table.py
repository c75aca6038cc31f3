"""Typed access to a table of a settings file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crs_simcheck.errors import SettingsError, known_names
from crs_simcheck.project.keys import PYTEST_KEYS

__all__ = ["TableReader", "inner_table", "known_keys", "pytest_settings"]


class TableReader:
    """Typed access to a table; every complaint names the place."""

    def __init__(self, table: Mapping[str, Any], place: str, path: Path) -> None:
        self.table, self.place, self.path = table, place, path

    def fail(self, key: str, need: str) -> SettingsError:
        """Return the error of a value that is not what is needed."""
        return SettingsError(
            f"found {self.table[key]!r}, need {need}", path=self.path, field=f"{self.place}.{key}"
        )

    def text(self, key: str) -> str | None:
        """Return a text that says something, or None where there is none."""
        value = self.table.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, "a text")
        return value

    def whole(self, key: str, default: int, least: int | None = None) -> int:
        """Return a whole number of at least ``least``."""
        if key not in self.table:
            return default
        value = self.table[key]
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fail(key, "a whole number")
        if least is not None and value < least:
            raise self.fail(key, f"a whole number of at least {least}")
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """Return a number from ``low`` to ``high``."""
        if key not in self.table:
            return default
        value = self.table[key]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.fail(key, "a number")
        if not low <= value <= high:
            raise self.fail(key, f"a number from {low:g} to {high:g}")
        return float(value)

    def flag(self, key: str) -> bool:
        """Return true or false; false by default."""
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            raise self.fail(key, "true or false")
        return value


def inner_table(value: Any, place: str, path: Path) -> Mapping[str, Any]:
    """Return a value that is a table."""
    if not isinstance(value, dict):
        raise SettingsError(f"found {value!r}, need a table", path=path, field=place)
    return value


def known_keys(table: Mapping[str, Any], known: Iterable[str], path: Path, place: str) -> None:
    """Refuse a key that is not known; the message offers the nearest."""
    known = tuple(known)
    for key in table:
        if key not in known:
            raise SettingsError(
                f"unknown key '{key}'",
                path=path,
                field=place or None,
                fix=known_names(key, known),
            )


def pytest_settings(document: Mapping[str, Any], path: Path) -> Mapping[str, str]:
    """Return the table [pytest] of a settings file: options that nothing else gives."""
    table = inner_table(document.get("pytest", {}), "pytest", path)
    known_keys(table, PYTEST_KEYS, path, "pytest")
    read = TableReader(table, "pytest", path)
    for key, words in PYTEST_KEYS.items():
        if key in table and table[key] not in words:
            raise read.fail(key, f"one of {', '.join(words)}")
    return dict(table)
