"""Groups on disk: ``group.toml``, ``catalogue.csv`` and one file for each table of each task.

Small tables are CSV, which a person and ``git diff`` can read; large ones are ``.npz`` (never
pickle). Bytes depend on the contents alone, so that building twice gives the same files.
"""

from __future__ import annotations

import csv
import hashlib
import math
import sys
import tomllib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crs_simcheck.baselines.group import UNKNOWN_TITLE, Group, Provenance, check_instruments
from crs_simcheck.baselines.table_files import (
    TablesOnDisk,
    impossible,
    read_table,
    table_path,
    write_table,
)
from crs_simcheck.baselines.tables import COLUMNS, SeekerStatistics, Table, TableName
from crs_simcheck.catalogue import (
    FIRST_YEAR,
    LAST_YEAR,
    Catalogue,
    Item,
    read_catalogue,
    write_catalogue,
)
from crs_simcheck.errors import InputError, InstrumentError
from crs_simcheck.records import SPEAKERS, TASKS, TaskName
from crs_simcheck.tasks import READ_BY

__all__ = ["GROUP_FILE", "file_hashes", "read_group", "write_group"]

GROUP_FILE = "group.toml"
CATALOGUE_FILE = "catalogue.csv"
FORMAT = 1
_AGAIN = "the folder was edited: build the group again"


def write_group(group: Group, folder: Path) -> None:
    """Write a group into a folder, which is made where it is missing; other files in it stay."""
    import tomli_w

    folder.mkdir(parents=True, exist_ok=True)
    stale = {
        folder / f"{task}.{name}.{ending}"
        for task in TASKS
        for name in COLUMNS
        for ending in ("csv", "npz")
    }
    files = set()
    for task, statistics in group.tasks.items():
        for name, table in statistics.tables.items():
            files.add(write_table(folder, f"{task}.{name}", name, table))
    _write_catalogue(group.catalogue, folder / CATALOGUE_FILE)
    for left in stale - files:
        left.unlink(missing_ok=True)
    text = tomli_w.dumps(_header(group))
    (folder / GROUP_FILE).write_text(text, encoding="utf-8", newline="\n")


def _write_catalogue(catalogue: Catalogue, path: Path) -> None:
    if len(catalogue):
        write_catalogue(catalogue, path)
    else:  # a group whose tasks name no film
        path.write_text("title,year,genres\n", encoding="utf-8", newline="\n")


def _header(group: Group) -> dict[str, Any]:
    origin = group.provenance
    tasks = {}
    for task, statistics in group.tasks.items():
        of_task: dict[str, Any] = {"seekers": statistics.n_seekers}
        of_task |= {name: len(table) for name, table in statistics.tables.items()}
        if statistics.design:
            of_task["design"] = dict(statistics.design)
        tasks[task] = of_task
    catalogue: dict[str, Any] = {"file": CATALOGUE_FILE, "items": len(group.catalogue)}
    catalogue |= {
        key: value for key in ("popularity", "mean_rating") if (value := getattr(origin, key))
    }
    return {
        "format": FORMAT,
        "name": group.name,
        "speakers": group.speakers,
        "description": origin.description,
        "source": origin.source,
        "licence": origin.licence,
        "attribution": origin.attribution,
        "date": origin.date,
        "command": origin.command,
        "source_sha256": dict(sorted(origin.source_sha256.items())),
        "instruments": dict(sorted(group.instruments.items())),
        "catalogue": catalogue,
        "tasks": tasks,
    } | ({"published": _plain_figures(group)} if group.published else {})


def read_group(folder: Path, *, check: bool = True, late: bool = False) -> Group:
    """Read a group from its folder.

    Parameters
    ----------
    check:
        Refuse a group that was read by other instruments than the ones at hand.
    late:
        Read a table when it is first asked for: a gate on films needs no words. What is wrong with
        a table is then found so late, too.

    Raises
    ------
    InputError
        Names the file, and the line and field where there are any.
    InstrumentError
        Names both instruments.
    """
    folder = Path(folder)
    path = folder / GROUP_FILE
    header = _read_header(path)
    name = _text(header, "name", path)
    speakers = _text(header, "speakers", path)
    if speakers not in SPEAKERS:
        raise InputError(
            f"found '{speakers}', need one of {', '.join(SPEAKERS)}", path=path, field="speakers"
        )
    instruments = _object(header, "instruments", path)
    if check:
        check_instruments(name, instruments, path)
    described = _object(header, "catalogue", path)
    catalogue = _read_catalogue(folder, name)
    tasks: dict[TaskName, SeekerStatistics] = {}
    for task, about in _object(header, "tasks", path).items():
        if task not in TASKS:
            raise InputError(f"unknown task '{task}'", path=path, field="tasks")
        tasks[task] = _read_task(folder, task, about, path, instruments, late=late)
    group = Group(
        name=name,
        speakers=speakers,
        tasks=MappingProxyType(tasks),
        catalogue=catalogue,
        instruments=MappingProxyType(dict(instruments)),
        provenance=_provenance(header, described, path),
        path=folder,
        published=_published(header, path),
    )
    _check_films(group)
    return group


def _plain_figures(group: Group) -> dict[str, dict[str, float]]:
    return {task: dict(sorted(figures.items())) for task, figures in group.published.items()}


def _published(header: Mapping[str, Any], path: Path) -> Mapping[TaskName, Mapping[str, float]]:
    published: dict[TaskName, Mapping[str, float]] = {}
    for task, figures in _object(header, "published", path).items():
        if task not in TASKS:
            raise InputError(f"unknown task '{task}'", path=path, field="published")
        for metric, value in (figures if isinstance(figures, dict) else {"": None}).items():
            number = value if isinstance(value, (int, float)) else math.nan
            if isinstance(value, bool) or not math.isfinite(number):
                place = f"published.{task}.{metric}"
                raise InputError(f"found {value!r}, need a finite number", path=path, field=place)
        published[task] = MappingProxyType({m: float(v) for m, v in figures.items()})
    return MappingProxyType(published)


def _read_header(path: Path) -> Mapping[str, Any]:
    try:
        header = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            "no such file: a group is a folder with a group.toml",
            path=path,
            fix="check the name; 'crs-simcheck show' lists what ships",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"cannot be read: {error}", path=path) from error
    if header.get("format") != FORMAT:
        raise InputError(
            f"found format {header.get('format')!r}, need {FORMAT}",
            path=path,
            field="format",
            fix="the group was written by another version of crs-simcheck: build it again",
        )
    return header


def _text(header: Mapping[str, Any], key: str, path: Path) -> Any:
    value = header.get(key, "")
    if not isinstance(value, str):
        raise InputError(f"found {value!r}, need a text", path=path, field=key)
    return value


def _object(header: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    value = header.get(key, {})
    if not isinstance(value, dict):
        raise InputError(f"found {value!r}, need a table", path=path, field=key)
    return value


def _provenance(header: Mapping[str, Any], catalogue: Mapping[str, Any], path: Path) -> Provenance:
    texts = {
        key: _text(header, key, path)
        for key in (
            "source", "licence", "attribution", "date", "command", "description",
        )
    }  # fmt: skip
    return Provenance(
        **texts,
        source_sha256=MappingProxyType(dict(_object(header, "source_sha256", path))),
        popularity=_text(catalogue, "popularity", path),
        mean_rating=_text(catalogue, "mean_rating", path),
    )


def _read_catalogue(folder: Path, name: str) -> Catalogue:
    path = folder / CATALOGUE_FILE
    if not path.exists():
        return Catalogue(name, ())
    items = _own_items(path)
    return read_catalogue(path, name=name) if items is None else Catalogue(name, items)


def _own_items(path: Path) -> tuple[Item, ...] | None:
    """Read a catalogue as we write it, many times faster than any user's; None where it is not."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *records = csv.reader(file)
        if header[:3] != ["title", "year", "genres"] or not set(header) <= _OWN_COLUMNS.keys():
            return None
        if not records:
            return ()
        cells = dict(zip(header, zip(*records, strict=True), strict=True))
        if len(cells) != len(header) or not all(cells["title"]):
            return None
        columns = [
            _values(cells[name], read) if name in cells else repeat(None, len(records))
            for name, read in _OWN_COLUMNS.items()
        ]
    except (OSError, ValueError, csv.Error):
        return None
    return tuple(map(Item, *columns))


def _values(texts: Sequence[str], read: Callable[[str], object]) -> Iterable[Any]:
    """Return what the cells of a column say; thousands hold a few hundred different texts."""
    if read is str:
        return texts
    values = {text: read(text) for text in set(texts)}
    return [values[text] for text in texts]


def _number(low: float, high: float, kind: type[int] | type[float]) -> Callable[[str], object]:
    def read(text: str) -> object:
        value = kind(text) if text else None
        if value is not None and not low <= value <= high:
            raise ValueError(text)
        return value

    return read


# Columns of a catalogue as we write it, in the order of an item's fields, with what reads a cell.
_OWN_COLUMNS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "title": str,
        "year": _number(FIRST_YEAR, LAST_YEAR, int),
        "genres": lambda text: tuple(text.split("|")) if text else (),
        "region": lambda text: text or None,
        "popularity": _number(0.0, sys.float_info.max, float),
        "mean_rating": _number(0.5, 5.0, float),
    }
)


def _read_task(
    folder: Path,
    task: str,
    about: Mapping[str, Any],
    header: Path,
    instruments: Container[str],
    *,
    late: bool,
) -> SeekerStatistics:
    seekers = about.get("seekers") if isinstance(about, dict) else None
    if not isinstance(seekers, int) or isinstance(seekers, bool) or seekers < 0:
        raise InputError(
            f"found {seekers!r}, need the number of seekers", path=header, field=f"tasks.{task}"
        )
    tables = TablesOnDisk(
        {
            name: partial(_read_rows, folder, task, name, about, instruments)
            for name in COLUMNS
            if name in about
        }
    )
    if not late:
        tables.read_all()
    design = about.get("design", {})
    if not isinstance(design, dict):
        raise InputError(f"found {design!r}, need a table", path=header, field="design")
    return SeekerStatistics(seekers, tables, MappingProxyType(design))


def _read_rows(
    folder: Path,
    task: str,
    name: TableName,
    about: Mapping[str, Any],
    instruments: Container[str],
) -> Table:
    path = table_path(folder, f"{task}.{name}")
    table = read_table(path, name)
    if len(table) != about[name]:
        raise InputError(
            f"found {len(table)} rows, group.toml says {about[name]}",
            path=path,
            fix="the folder is incomplete or was edited: build the group again",
        )
    if len(table) and not 0 <= int(table.owner.min()) <= int(table.owner.max()) < about["seekers"]:
        raise InputError(
            f"seekers must be numbered 0 to {about['seekers'] - 1}", path=path, field="seeker"
        )
    for column in table.columns:
        wrong = impossible(table, column)
        if wrong is not None:
            raise InputError(f"found {wrong}", path=path, field=column, fix=_AGAIN)
        for instrument in READ_BY[name][column]:
            if instrument not in instruments and table.known(column):
                raise InstrumentError(
                    f"column '{column}' was read by an instrument '{instrument}', of which "
                    f"{GROUP_FILE} does not say which version it was",
                    path=path,
                    field=column,
                    fix=_AGAIN,
                )
    return table


def _check_films(group: Group) -> None:
    labels = group.catalogue.places
    for task, statistics in group.tasks.items():
        for film in statistics.films:
            if film not in labels and not film.startswith(UNKNOWN_TITLE):
                raise InputError(
                    f"'{film}' is named in {task} and is not in {CATALOGUE_FILE}",
                    path=group.path,
                    fix="the folder was edited: build the group again",
                )


def file_hashes(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and SHA-256 of every file of a group, in order of names."""
    for path in sorted(folder.iterdir()):
        if path.is_file():
            yield path.name, hashlib.sha256(path.read_bytes()).hexdigest()
