"""A recording that is read for replay: answers by the key of their request.

Only what is asked for is checked field by field; until then a row is the object that its line
holds. So a recording of 100,000 answers loads little slower than its JSON is parsed.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from crs_simcheck.errors import InputError
from crs_simcheck.recordings.rows import parse_response
from crs_simcheck.records import TASKS, Response, TaskName

__all__ = [
    "CutLine",
    "Recording",
    "packed_file",
    "place_of",
    "read_recording",
    "recording_file",
]

_PREFIX, _LENGTH = "sha256:", 71


@dataclass(frozen=True, slots=True)
class CutLine:
    """A last line that a crash cut short: the file, the line, how many bytes are left of it."""

    path: Path
    line: int
    size: int

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}: the last line was cut short by a crash; "
            "its answer is dropped and will be asked for again"
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands."""

    path: Path
    line: int


@dataclass(frozen=True)
class Recording:
    """The answers of one simulator. Frozen.

    Parameters
    ----------
    folder:
        ``recordings/SIMULATOR``.
    rows:
        Task → key of the request → the row as it was read; the last one written where a key
        stands twice.
    cut:
        Lines that a crash cut short.
    repeated:
        Task → rows whose request stands there again further down.
    """

    folder: Path
    rows: Mapping[TaskName, Mapping[str, Mapping[str, Any]]]
    cut: tuple[CutLine, ...] = ()
    repeated: Mapping[TaskName, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))

    @property
    def counts(self) -> Mapping[TaskName, int]:
        """How many answers each task has, of those that have any."""
        return {task: len(rows) for task, rows in self.rows.items() if rows}

    @property
    def tidy(self) -> bool:
        """Whether every row stands once and in its place, as a recording that was ended does."""
        return (
            not self.cut
            and not self.repeated
            and all(
                earlier <= later
                for rows in self.rows.values()
                for earlier, later in pairwise(map(place_of, rows.items()))
            )
        )

    def has(self, task: TaskName, key: str) -> bool:
        """Tell whether a request was answered."""
        return key in self.rows.get(task, ())

    def get(self, task: TaskName, key: str) -> Response | None:
        """Return the answer to a request, checked, or None where there is none.

        Raises
        ------
        InputError
            Where the row is not what a response row must be.
        """
        row = self.rows.get(task, {}).get(key)
        if row is None:
            return None
        found = parse_response(row, recording_file(self.folder, task))
        if found.task != task:
            raise InputError(
                f"found an answer to {found.task} in the file of {task}",
                path=recording_file(self.folder, task),
                field="task",
                fix="move the row, or delete it: it is then asked for again",
            )
        return found


def place_of(keyed: tuple[str, Mapping[str, Any]]) -> tuple[str, str, str]:
    """Return what rows are sorted by, of a key and its row: seeker, stimulus, key."""
    key, row = keyed
    return str(row.get("seeker")), json.dumps(row.get("stimulus") or {}, sort_keys=True), key


def recording_file(folder: Path, task: TaskName) -> Path:
    """Return the file that holds the answers to a task."""
    return folder / f"{task}.jsonl"


def packed_file(folder: Path, task: TaskName) -> Path:
    """Return the file that somebody may have packed with gzip."""
    return folder / f"{task}.jsonl.gz"


def read_recording(folder: str | Path) -> Recording:
    """Read the answers under ``recordings/SIMULATOR``; a folder that is not there holds none.

    Raises
    ------
    InputError
        Where a line that is not the last holds no recorded answer, or a file cannot be read.
    """
    root = Path(folder)
    rows: dict[TaskName, dict[str, Mapping[str, Any]]] = {}
    repeated: dict[TaskName, int] = {}
    cut: list[CutLine] = []
    with _no_collection():
        for task in TASKS:
            held: dict[str, Mapping[str, Any]] = {}
            count = 0
            # What was appended goes before what was packed away.
            for path in (packed_file(root, task), recording_file(root, task)):
                if path.exists():
                    count += _read_file(path, held, cut)
            if held:
                rows[task] = held
                if count > len(held):
                    repeated[task] = count - len(held)
    return Recording(root, rows, tuple(cut), repeated)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from walking over thousands of rows that all stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read_file(path: Path, held: dict[str, Mapping[str, Any]], cut: list[CutLine]) -> int:
    """Put the rows of a file into ``held``, and return how many there are."""
    count = 0
    loads = json.JSONDecoder().decode
    try:
        data = _bytes_of(path)
    except (OSError, EOFError) as error:
        raise InputError(
            f"the recording cannot be read: {error}", path=path, fix="restore it, or delete it"
        ) from error
    lines = data.split(b"\n")
    whole = len(lines) - 1  # behind the last line break stands nothing, or what a crash left
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            row = loads(line.decode())
            key = row["request"]
            if len(key) != _LENGTH or not key.startswith(_PREFIX):
                raise ValueError("no key")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            if number > whole:
                cut.append(CutLine(path, number, len(line)))
                break
            raise _broken(path, number, line) from None
        held[key] = row
        count += 1
    return count


def _bytes_of(path: Path) -> bytes:
    if path.suffix != ".gz":
        return path.read_bytes()
    import gzip

    with gzip.open(path) as file:
        return file.read()


def _broken(path: Path, number: int, line: bytes) -> InputError:
    """Say what is wrong with a line, as the reader of response rows would."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return InputError(
            f"not JSON: {error}",
            path=path,
            line=number,
            fix="restore the file from version control, or delete the line: "
            "its answer is then asked for again",
        )
    try:
        parse_response(row, path, number)
    except InputError as error:
        return error
    return InputError(
        "the row has no 'request', the key of a recorded answer",
        path=path,
        line=number,
        field="request",
        fix='answers from elsewhere are gated by responses = "FILE", outside of recordings/',
    )
