"""Writing a recording: append-only while it is made, sorted and without doubles when it is done.

One line is written by one call, so that a crash leaves at most the last line cut short. Whoever
opens the recording next cuts that line off. Only one process writes at a time: the others wait at
a lock that ends with its process, however that ends, and then find the answers there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from crs_simcheck.errors import InputError
from crs_simcheck.jsonl import format_line, write_lines
from crs_simcheck.recordings.held import (
    CutLine,
    Recording,
    packed_file,
    place_of,
    read_recording,
    recording_file,
)
from crs_simcheck.recordings.rows import format_response
from crs_simcheck.records import Response, TaskName

__all__ = ["LOCK_FILE", "Recorder"]

LOCK_FILE = ".lock"


class Recorder:
    """The one writer of a recording; a context manager that holds its lock.

    Parameters
    ----------
    folder:
        ``recordings/SIMULATOR``; made where it is missing.
    waiting:
        Called once, with a sentence, where another process holds the lock.

    Attributes
    ----------
    held:
        What the folder held when the lock was got.
    """

    def __init__(
        self, folder: str | Path, *, waiting: Callable[[str], object] | None = None
    ) -> None:
        self.folder = Path(folder)
        self.held = Recording(self.folder, {})
        self._waiting = waiting
        self._files: dict[TaskName, int] = {}
        self._lock: Any = None

    def __enter__(self) -> Recorder:
        """Take the lock, read what is there, and cut off what a crash left."""
        from filelock import FileLock, Timeout

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            ignored = self.folder / ".gitignore"
            if not ignored.exists():
                ignored.write_text(f"{LOCK_FILE}\n.*.tmp\n", encoding="utf-8")
            self._lock = FileLock(self.folder / LOCK_FILE)
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                if self._waiting is not None:
                    self._waiting(f"another process records into {self.folder}; waiting for it")
                self._lock.acquire()
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        try:
            for left in self.folder.glob(".*.tmp"):  # of a writer that was killed; we have the lock
                left.unlink(missing_ok=True)
            self.held = read_recording(self.folder)
            for cut in self.held.cut:
                _cut_off(cut)
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files and let go of the lock; what was answered stays, sorted or not."""
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files.clear()
        self._lock.release()

    def add(self, response: Response) -> None:
        """Write one answer down.

        Raises
        ------
        InputError
            Where it cannot be written (no space left, no permission): what stood before stays.
        """
        if response.request is None:
            raise InputError("an answer without a request cannot be recorded", field="request")
        path = recording_file(self.folder, response.task)
        line = format_line(format_response(response), path)
        try:
            if response.task not in self._files:
                self._files[response.task] = _open_to_append(path)
            elif not _is_still(self._files[response.task], path):
                self._files[response.task] = _saved(self._files[response.task], path)
            written = os.write(self._files[response.task], line)
            if written < len(line):
                raise OSError("no space is left for a whole line")
        except OSError as error:
            raise _unwritable(path, error) from error

    def finish(self, unwanted: Mapping[TaskName, Iterable[str]] | None = None) -> Recording:
        """Sort every file that is not sorted, without doubles; return what is left.

        Rows stand by seeker, then by stimulus, then by key, whatever the order in which they were
        answered: so the same answers are the same bytes. A file that changes is replaced whole.

        Parameters
        ----------
        unwanted:
            Task → keys of requests to remove.
        """
        for task, descriptor in self._files.items():
            path = recording_file(self.folder, task)
            os.close(descriptor if _is_still(descriptor, path) else _saved(descriptor, path))
        self._files.clear()
        now = read_recording(self.folder)
        kept: dict[TaskName, Mapping[str, Mapping[str, Any]]] = {}
        for task, held in now.rows.items():
            drop = set((unwanted or {}).get(task, ()))
            left = sorted((pair for pair in held.items() if pair[0] not in drop), key=place_of)
            kept[task] = dict(left)
            self._replace(task, [row for _, row in left])
        return Recording(self.folder, kept)

    def _replace(self, task: TaskName, rows: list[Mapping[str, Any]]) -> None:
        path = recording_file(self.folder, task)
        packed = packed_file(self.folder, task)
        data = b"".join(format_line(row, path) for row in rows)
        try:
            same = path.exists() and path.read_bytes() == data
            if rows and not same:
                write_lines(rows, path)
            # What was packed away is now in the plain file.
            for gone in (packed, *(() if rows else (path,))):
                gone.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(path, error) from error


def _open_to_append(path: Path) -> int:
    """Open a file to write lines behind what it holds; the last one there gets its line break."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o644)
    try:
        size = os.lseek(descriptor, 0, os.SEEK_END)
        if size:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
            if os.read(descriptor, 1) != b"\n":
                os.write(descriptor, b"\n")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _is_still(descriptor: int, path: Path) -> bool:
    """Tell whether what is written to is still what has this name."""
    try:
        there = path.stat()
    except OSError:
        return False
    own = os.fstat(descriptor)
    return (own.st_dev, own.st_ino) == (there.st_dev, there.st_ino)


def _saved(descriptor: int, path: Path) -> int:
    """Move what was written on to the file that has the name now: somebody replaced or removed it.

    A checkout or a sync does that. What it wrote stays as well; doubles go when all is sorted.
    """
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = _open_to_append(path)
        while data := os.read(descriptor, 1 << 20):
            if os.write(new, data) < len(data):
                raise OSError("no space is left")
    except OSError as error:
        raise _unwritable(path, error) from error
    os.close(descriptor)
    return new


def _cut_off(cut: CutLine) -> None:
    """Take the end of a file away that a crash left, so that the next line starts a line."""
    if cut.path.suffix == ".gz":
        return  # nobody appends to it, and the next clean finish writes it anew
    try:
        with cut.path.open("r+b") as file:
            file.truncate(cut.path.stat().st_size - cut.size)
    except OSError as error:
        raise _unwritable(cut.path, error) from error


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"the recording cannot be written: {error.strerror or error}",
        path=path,
        fix="check the folder, its permissions and the free space; what was answered is kept, "
        "and the same command asks only for the rest",
    )
