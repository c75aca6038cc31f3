"""The three files of a report: a page to read, JSON for machines, a summary in Markdown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crs_simcheck.errors import InputError
from crs_simcheck.jsonl import write_json
from crs_simcheck.report.markdown import summary_of

__all__ = ["JSON_FILE", "PAGE_FILE", "SUMMARY_FILE", "check_folder", "write_report"]

PAGE_FILE, JSON_FILE, SUMMARY_FILE = "index.html", "report.json", "summary.md"


def check_folder(folder: Path) -> None:
    """Check, before anything runs, that a report can be made and written; nothing is made yet.

    Raises
    ------
    InputError
        The folder is a file or may not be written, or what pages are made with is not installed.
    """
    from crs_simcheck.report.html.page import require_extra

    require_extra()
    place = folder.absolute()
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        raise InputError(
            "this is no folder; the report is three files in a folder",
            path=place if place != folder.absolute() else folder,
            fix="give the name of a folder",
        )
    for name in (PAGE_FILE, JSON_FILE, SUMMARY_FILE) if place == folder.absolute() else ():
        if (place / name).is_dir():
            raise InputError(
                "this is a folder, and the report has a file of that name", path=folder / name
            )
    if not os.access(place, os.W_OK | os.X_OK):
        raise InputError("this folder may not be written", path=place, fix="give another folder")


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror or error}", path=folder) from error
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
