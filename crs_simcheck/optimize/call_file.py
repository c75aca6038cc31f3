"""The file of recorded calls: append-only, line by line; what a crash cut short is dropped."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crs_simcheck.errors import InputError
from crs_simcheck.jsonl import format_line

__all__ = ["CallFile"]

_PREFIX = "sha256:"
_FIELDS = frozenset({"messages", "text", "problem", "done_reason", "prompt_tokens", "tokens"})


class CallFile:
    """Rows by the key of their request; the one writer of its file while it is open.

    Attributes
    ----------
    rows:
        Key of a request → what is recorded of it, in the order in which it was asked.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, Mapping[str, Any]] = {}
        self._lock: Any = None
        self._descriptor: int | None = None

    def open(self) -> None:
        """Take the lock, read what is there, and cut off what a crash left; once."""
        if self._lock is not None:
            return
        from filelock import FileLock, Timeout

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path.with_name(f".{self.path.name}.lock"))
            lock.acquire(timeout=0)
        except Timeout:
            raise InputError(
                "another run holds this file",
                path=self.path,
                fix="wait until it ends, or give this run a folder of its own",
            ) from None
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self.rows = self._read()
        except BaseException:
            lock.release()
            raise
        self._lock = lock

    def _read(self) -> dict[str, Mapping[str, Any]]:
        try:
            data = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", path=self.path) from None
        whole = data.rfind(b"\n") + 1
        rows: dict[str, Mapping[str, Any]] = {}
        for number, line in enumerate(data[:whole].split(b"\n")[:-1], start=1):
            try:
                row = json.loads(line)
                if not row["request"].startswith(_PREFIX) or not row.keys() >= _FIELDS:
                    raise ValueError("a field is missing")
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                raise InputError(
                    f"no recorded call: {error}",
                    path=self.path,
                    line=number,
                    fix="delete the line: its request is then asked again",
                ) from None
            rows[row["request"]] = row
        if whole < len(data):
            try:
                os.truncate(self.path, whole)
            except OSError as error:
                raise self._unwritable(error) from error
        return rows

    def add(self, row: Mapping[str, Any]) -> None:
        """Write a row down, by one call, so that a crash leaves at most a line that is cut short.

        Raises
        ------
        InputError
            Where it cannot be written.
        """
        line = format_line(row, self.path)
        try:
            if self._descriptor is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
                self._descriptor = os.open(self.path, flags, 0o644)
            if os.write(self._descriptor, line) < len(line):
                raise OSError("no space is left for a whole line")
        except OSError as error:
            raise self._unwritable(error) from error
        self.rows[row["request"]] = row

    def close(self) -> None:
        """Close the file and let go of its lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(
            f"cannot be written: {error.strerror or error}",
            path=self.path,
            fix="check the folder, its permissions and the free space",
        )
