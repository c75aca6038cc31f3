"""What GitHub Actions reads: annotations of files, as commands on a line of their own."""

from __future__ import annotations

from crs_simcheck.report.texts import shown

__all__ = ["annotation"]


def annotation(level: str, message: str, *, file: str, title: str, line: int | None = None) -> str:
    """Return the command that annotates a file.

    Parameters
    ----------
    level:
        ``error`` or ``warning``.
    file:
        As seen from the folder of the repository.
    """
    given = {"file": file, "line": None if line is None else str(line), "title": title}
    properties = ",".join(f"{key}={_property(value)}" for key, value in given.items() if value)
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    """Return a text that stays on its line: what would end the command is spelt in per cent."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return shown(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
