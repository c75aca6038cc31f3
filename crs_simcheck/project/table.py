"""Typed access to a table of a settings file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crs_simcheck.errors import SettingsError

__all__ = ["TableReader"]


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
