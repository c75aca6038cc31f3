"""Check a group's folder, with or without its source at hand."""

from __future__ import annotations

import re
import shlex
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.baselines.bags import unpacked
from crs_simcheck.baselines.build import rebuild
from crs_simcheck.baselines.group import UNKNOWN_TITLE, Group, check_instruments
from crs_simcheck.baselines.storage import (
    CATALOGUE_FILE,
    GROUP_FILE,
    file_hashes,
    read_group,
    write_group,
)
from crs_simcheck.baselines.table_files import read_table
from crs_simcheck.baselines.tables import SeekerStatistics, Table
from crs_simcheck.catalogue import read_catalogue
from crs_simcheck.errors import SimcheckError
from crs_simcheck.instruments.vectors import ModelUnavailable
from crs_simcheck.metrics import METRICS

__all__ = ["verify"]

_KEY = re.compile(r"[0-9a-f]{10}")
_WORD_KEY = re.compile(r"[0-9a-f]{8}")
_ASPECT = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*")
_MACHINE_PATH = re.compile(r"[/~\\]|[A-Za-z]:[/\\]")
_SENTENCES = "sentence_vectors"
# What vectors of one text may differ by between machines, for each sentence.
_DIGITS = 2e-3
_README = re.compile(r"(README|LICEN[SC]E|NOTICE)(\..*)?", re.IGNORECASE)
_SHARES = frozenset({"violation", "role", "leak", "title", "yes"})


def verify(folder: Path, source: Path | None = None) -> list[str]:
    """Return what is wrong with a group, one sentence each; an empty list where nothing is.

    Checked are the format, the numbers of rows, the instruments, that every value can occur and
    every film is known, and that nothing but counts is in the folder: no other file, no column of
    ids, and seekers in the order of what they hold, which gives no order of ids away.

    Parameters
    ----------
    source:
        The source of the group. It is then built again by its recorded command, and all bytes
        must be the same.
    """
    folder = Path(folder)
    try:
        group = read_group(folder, check=False)
    except SimcheckError as error:
        return [str(error)]
    problems = [
        *_of_header(group),
        *_of_catalogue(group, folder),
        *_of_tables(group),
        *_of_bytes(group, folder),
    ]
    if source is not None:
        problems += _of_source(folder, source)
    return problems


def _of_header(group: Group) -> Iterator[str]:
    try:
        check_instruments(group.name, group.instruments, group.path)
    except SimcheckError as error:
        yield str(error)
    origin = group.provenance
    for field in ("command", "date", "source"):
        if not getattr(origin, field):
            yield f"group.toml: field '{field}' is empty: where the group comes from is not known"
    try:
        words = shlex.split(origin.command)
    except ValueError:
        words = []
    for word in words:
        if _MACHINE_PATH.match(word):
            yield f"group.toml: field 'command' names a path of one machine: {word}"
    for task, figures in group.published.items():
        for name in figures:
            if name not in METRICS or task not in METRICS[name].tasks:
                yield f"group.toml: '{name}' is no metric of {task}"
    if not group.tasks and not group.published:
        yield "group.toml: no task: there is nothing in this group"


def _of_catalogue(group: Group, folder: Path) -> Iterator[str]:
    """Read the catalogue as one of a user's is read: what the fast reader lets pass shows here."""
    if not len(group.catalogue):
        return
    try:
        films = read_catalogue(folder / CATALOGUE_FILE, name=group.name)
    except SimcheckError as error:
        yield str(error)
        return
    yield from (f"{CATALOGUE_FILE}: {note}" for note in films.notes)
    # Of one film in two spellings, the reader of a user's catalogue keeps the first.
    ours = {item.label: item for item in group.catalogue.items}
    if any(ours.get(item.label) != item for item in films.items) or any(
        films.index_of(item) is None for item in group.catalogue.items
    ):
        yield f"{CATALOGUE_FILE}: differs from what crs-simcheck would write"


def _of_tables(group: Group) -> Iterator[str]:
    labels = {item.label for item in group.catalogue}
    for task, statistics in group.tasks.items():
        for name, table in statistics.tables.items():
            for column in table.columns:
                wrong: list[Any]
                if column == "film":
                    wrong = [v for v in table.array(column).tolist() if not _known(v, labels)]
                elif column == "text":
                    wrong = [v for v in table.array(column).tolist() if v and not _is_key(v)]
                elif column == "types":
                    wrong = [k for k in table.bags(column).keys if not _WORD_KEY.fullmatch(k)]
                elif column == "aspects":
                    wrong = [k for k in table.bags(column).keys if not _ASPECT.fullmatch(k)]
                elif column == "mean":
                    wrong = _too_long(table)
                else:
                    wrong = _out_of_range(table, column)
                if wrong:
                    more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
                    yield f"{task}.{name}: column '{column}' cannot hold {wrong[0]!r}{more}"
        films = statistics.design.get("films", [])
        strange = [f for f in films if f not in labels] if isinstance(films, list) else []
        if strange:
            yield f"{task}: design names '{strange[0]}', which is not in the catalogue"


def _is_key(text: str) -> bool:
    return bool(_KEY.fullmatch(text))


def _too_long(table: Table) -> list[float]:
    """Return the lengths of means of unit vectors that are longer than 1, but for rounding."""
    lengths = np.linalg.norm(unpacked(table.array("mean")), axis=1)
    found: list[float] = lengths[~(lengths <= 1.01)].round(3).tolist()
    return found


def _known(label: str, labels: set[str]) -> bool:
    if label in labels:
        return True
    return label.startswith(UNKNOWN_TITLE) and bool(_KEY.fullmatch(label, len(UNKNOWN_TITLE)))


def _out_of_range(table: Table, column: str) -> list[float]:
    values = table.array(column)
    values = values[np.isfinite(values)]
    if column in _SHARES:
        right = np.isin(values, (0.0, 1.0))
    elif column in ("rating", "stars"):
        right = (values >= 0.5) & (values <= 5.0)
    else:
        right = (values >= 0) & (values == np.floor(values))
    found: list[float] = values[~right].tolist()
    return found


def _of_bytes(group: Group, folder: Path) -> Iterator[str]:
    """Write the group again, its seekers put in order, and compare the files."""
    ordered = {
        task: SeekerStatistics.of_seekers(
            statistics.seekers(), tuple(statistics.tables), statistics.design
        )
        for task, statistics in group.tasks.items()
    }
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch) / "group"
        try:
            write_group(group.with_tasks(ordered), again)
        except SimcheckError as error:
            yield str(error)
            return
        yield from _differences(folder, again, "what crs-simcheck would write")


def _of_source(folder: Path, source: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch) / "group"
        try:
            rebuild(folder, source, again)
        except ModelUnavailable:
            # All but the sentences' vectors can be had without their model.
            again = Path(scratch) / "without"
            yield from _without_sentences(folder, source, again)
        except SimcheckError as error:
            yield f"cannot be built again: {error}"
        else:
            yield from _differences(folder, again, "what its source gives", skip=_same_vectors)


def _without_sentences(folder: Path, source: Path, again: Path) -> Iterator[str]:
    try:
        rebuild(folder, source, again, sentences=False)
    except SimcheckError as error:
        yield f"cannot be built again: {error}"
        return
    yield from _differences(folder, again, "what its source gives", skip=_of_sentences)
    if _plain_header(folder) != _plain_header(again):
        yield f"{GROUP_FILE}: differs from what its source gives"


def _of_sentences(here: Path, _there: Path) -> bool:
    return _SENTENCES in here.name or here.name == GROUP_FILE


def _plain_header(folder: Path) -> dict[str, Any]:
    """Return what a group's header says, but for the vectors of sentences."""
    header = tomllib.loads((folder / GROUP_FILE).read_text(encoding="utf-8"))
    header["instruments"].pop("sentence-vectors", None)
    for about in header["tasks"].values():
        about.pop(_SENTENCES, None)
    return header


def _same_vectors(here: Path, there: Path) -> bool:
    """Return whether two files hold the same vectors of sentences, but for the last digits.

    A model gives other last digits on another machine, so seekers are compared by the sums of
    their vectors.
    """
    if _SENTENCES not in here.name or not there.exists():
        return False
    first, second = (read_table(path, "sentence_vectors") for path in (here, there))
    if first.owner.tolist() != second.owner.tolist():
        return False
    sums = [_sums_of_seekers(table) for table in (first, second)]
    return bool(np.allclose(sums[0], sums[1], atol=_DIGITS * (1 + sums[0][:, :1])))


def _sums_of_seekers(table: Table) -> NDArray[np.float64]:
    """Return (seekers × (1 + d)) numbers of sentences and sums of their vectors."""
    n = table.array("n")[:, None]
    rows = np.concatenate([n, unpacked(table.array("mean")) * n], axis=1)
    sums = np.zeros((int(table.owner.max(initial=-1)) + 1, rows.shape[1]))
    np.add.at(sums, table.owner, rows)
    return sums


def _differences(
    folder: Path,
    again: Path,
    other: str,
    skip: Callable[[Path, Path], bool] = lambda _here, _there: False,
) -> Iterator[str]:
    here, there = dict(file_hashes(folder)), dict(file_hashes(again))
    for name in sorted(here.keys() | there.keys()):
        if here.get(name) == there.get(name) or skip(folder / name, again / name):
            continue
        if name not in there:
            if not _README.fullmatch(name):
                yield f"{name}: a file that belongs to no group"
        elif name not in here:
            yield f"{name}: missing"
        else:
            yield f"{name}: differs from {other}"
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            yield f"{path.name}: a folder within the group's folder"
