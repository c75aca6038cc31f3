"""The three files of a report: a page to read, JSON for machines, a summary in Markdown."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crs_simcheck.errors import InputError
from crs_simcheck.jsonl import write_json
from crs_simcheck.report.markdown import summary_of

__all__ = ["JSON_FILE", "PAGE_FILE", "SUMMARY_FILE", "check_folder", "write_report"]

PAGE_FILE, JSON_FILE, SUMMARY_FILE = "index.html", "report.json", "summary.md"


def check_folder(folder: Path) -> None:
    """Check, before anything runs, that a report can be made and written; nothing is left there.

    Raises
    ------
    InputError
        The folder is a file or cannot be written, or what pages are made with is not installed.
    """
    from crs_simcheck.report.html.page import require_extra

    require_extra()
    folder = folder.absolute()
    for name in (PAGE_FILE, JSON_FILE, SUMMARY_FILE):
        if (folder / name).is_dir():
            raise InputError(
                "this is a folder, and the report has a file of that name", path=folder / name
            )
    made = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
    try:
        _make(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = f"no file can be written there: {error.strerror or error}"
        raise InputError(reason, path=folder, fix="give another folder") from error
    finally:
        for place in made:  # the innermost first
            with contextlib.suppress(OSError):
                place.rmdir()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        places = (place for place in (folder, *folder.parents) if os.path.lexists(place))
        raise InputError(
            "this is no folder; the report is three files in one",
            path=next(places),
            fix="give the name of a folder",
        ) from None
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror or error}", path=folder) from error


def write_report(document: Mapping[str, Any], folder: Path) -> Path:
    """Write the report of a document, each file whole or not at all; return the page.

    Parameters
    ----------
    document:
        As :func:`~crs_simcheck.report.document.assemble` returns it.
    folder:
        Made where it is missing; other files in it stay.

    Raises
    ------
    InputError
        Where it cannot be written.
    """
    from crs_simcheck.report.html import gates_page

    page = gates_page(document)
    _make(folder)
    write_json(document, folder / JSON_FILE)
    _write_text(summary_of(document), folder / SUMMARY_FILE)
    _write_text(page, folder / PAGE_FILE)
    return folder / PAGE_FILE


def _write_text(text: str, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path=path) from error
