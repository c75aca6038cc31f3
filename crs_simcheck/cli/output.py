"""Where commands print to: the width of a terminal, a file of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

__all__ = ["minutes_text", "terminal_width", "write_json"]

_LEAST, _MOST, _USUAL = 80, 120, 100


def terminal_width() -> int:
    """Return the columns of the terminal (or of ``COLUMNS``), from 80 to 120."""
    import shutil

    return max(_LEAST, min(_MOST, shutil.get_terminal_size((_USUAL, 24)).columns))


def write_json(document: Mapping[str, Any], file: str) -> None:
    """Write a document into a file, or print it where that is ``-``.

    Raises
    ------
    InputError
        Where it cannot be written.
    """
    import json

    from crs_simcheck.errors import InputError

    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    if file == "-":
        click.echo(text)
        return
    try:
        Path(file).write_text(text + "\n", encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", path=file) from error


def minutes_text(minutes: float) -> str:
    """Return how long something takes, in a unit that suits it."""
    if minutes < 2:
        return f"{60 * minutes:.0f} seconds"
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"
