"""What every kind of source gives, and how its files are found and read."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from crs_simcheck.baselines.measure import TABLES_OF, SeekerRows
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.tables import TableName
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import InputError
from crs_simcheck.records import Response, Speakers, TaskName

__all__ = [
    "Kind",
    "SourceData",
    "find_file",
    "read_json",
    "read_table",
    "read_text",
    "sha256_of",
    "speaker_rng",
]


@dataclass(frozen=True)
class SourceData:
    """What a source holds, ready to be measured.

    Parameters
    ----------
    responses:
        Read once, so that they need not all be in memory. Ids in them serve to tell speakers apart
        and never reach a group.
    speakers:
        ``people``, ``simulator`` or ``synthetic``.
    tables, unread, designs, histories:
        As in ``measure`` and ``measure_group``.
    cap:
        Most mentions to keep of a seeker in items_talk, or None; which of them is drawn by seed.
    source, licence, attribution, description, popularity, mean_rating:
        As in ``Provenance``.
    rows:
        Rows of numbers that the source itself holds and no instrument reads (stars without a word);
        those of the responses are put behind them.
    judge:
        Who gave the scores among ``rows``, where there are any.
    command:
        What makes the group again, where it is not ``baseline build``.
    notes:
        What whoever builds should know, in a sentence each (lines that could not be read).
    """

    responses: Iterable[Response]
    catalogue: Catalogue
    speakers: Speakers
    tables: Mapping[TaskName, tuple[TableName, ...]] = field(default_factory=lambda: TABLES_OF)
    unread: Mapping[TaskName, tuple[str, ...]] = field(default_factory=dict)
    designs: Mapping[TaskName, Mapping[str, Any]] = field(default_factory=dict)
    histories: Mapping[str, tuple[str, ...]] | None = None
    cap: int | None = None
    source: str = ""
    licence: str = ""
    attribution: str = ""
    description: str = ""
    popularity: str = ""
    mean_rating: str = ""
    rows: SeekerRows = field(default_factory=dict)
    judge: str = ""
    command: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source.

    Parameters
    ----------
    title:
        What it is, in a few words, for ``--help``.
    knows:
        Options that mean something to it, beside ``seed`` and ``date``.
    files:
        The files that it reads, in order; raises :class:`InputError` where one is missing.
    read:
        Reads them.
    needs_source:
        Whether it reads anything at all.
    vectors:
        Whether its groups can hold vectors of words and sentences.
    """

    name: str
    title: str
    knows: tuple[str, ...]
    files: Callable[[Path, BuildOptions], tuple[Path, ...]]
    read: Callable[[Path, BuildOptions], SourceData]
    needs_source: bool = True
    vectors: bool = True


def find_file(folder: Path, *names: str, fix: str) -> Path:
    """Return the first of these files that is in a folder.

    Raises
    ------
    InputError
        There is no such folder, or none of the files in it; ``fix`` says where to get them.
    """
    if not folder.is_dir():
        problem = "a file; need the folder of the source" if folder.exists() else "no such folder"
        raise InputError(problem, path=folder, fix=fix)
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise InputError(f"no {' or '.join(names)} in it", path=folder, fix=fix)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise InputError(f"cannot be read: {error}", path=path) from error
    return digest.hexdigest()


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, plain or compressed."""
    try:
        raw = path.read_bytes()
        if raw.startswith(b"\x1f\x8b"):
            raw = gzip.decompress(raw)
        return raw.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot be read: {error}", path=path, fix="download the file again"
        ) from error


def read_json(path: Path) -> Any:
    """Return what a JSON file holds, plain or compressed."""
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", path=path, fix="download the file again") from error


def read_table(path: Path, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the line and these columns of each row of a CSV file, plain or compressed."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    header = next(reader, [])
    missing = [c for c in columns if c not in header]
    if missing:
        raise InputError(
            f"found columns {','.join(header)[:80]}; need {','.join(columns)}",
            path=path,
            line=1,
            field=missing[0],
            fix="check that this is the right file",
        )
    places = [header.index(c) for c in columns]
    try:
        for row in reader:
            if len(row) != len(header):
                raise InputError(
                    f"found {len(row)} fields, need {len(header)}", path=path, line=reader.line_num
                )
            yield reader.line_num, tuple(row[p] for p in places)
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", path=path, line=reader.line_num) from error


def speaker_rng(seed: int, speaker: str) -> np.random.Generator:
    """Return the generator of one speaker: another speaker more or less changes nothing in it."""
    digest = hashlib.sha256(speaker.encode("utf-8", "surrogatepass")).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])
