"""Vectors that were read once, kept in a file, so that a replayed gate needs no model.

One JSON object a line, the key in the first two fields::

    {
        "by": "all-MiniLM-L6-v2:0f9c2d41aa sentences/1",
        "text": "<hash>",
        "n": 2,
        "missing": 0,
        "mean": "…",
    }

``text`` is a hash of the text, never the text; ``mean`` is base64 of little-endian 16-bit floats.
Lines are only ever added, and of two with one key the first counts, so files may be joined by
``cat`` or by git's union merge. Several processes may add at the same time.
The ending is ``.ndjson``: a folder of answers is read by the ending ``.jsonl``.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from crs_simcheck.errors import InputError, SimcheckError, shown_path
from crs_simcheck.instruments.vectors._progress import progress
from crs_simcheck.instruments.vectors.base import ModelUnavailable, VectorReader, VectorReading

__all__ = ["CachedReader", "VectorCache", "VectorsMissing", "cache_path"]

_FOLDER = "vectors"
_KEY_DIGITS = 32
# No text has more words or sentences.
_MOST_COUNT = 10**7
# What a stop costs at most: texts that were read and are not kept yet.
_BLOCK = 256
# A mean of unit vectors is no longer than 1; rounding to 16 bits may add a little.
_MOST_SQUARED = 1.01
_AWAY = "the model is not at hand"


class VectorsMissing(SimcheckError):  # noqa: N818 - it makes a gate inconclusive, not fail
    """Texts have no vector in the cache, and the model that would read them is not at hand.

    Parameters
    ----------
    missing, total:
        Texts without a vector; texts that were asked for.
    identity:
        The model.
    path:
        The cache.
    why:
        Why the model is not at hand, and what to do.
    """

    def __init__(self, missing: int, total: int, identity: str, path: Path, why: str) -> None:
        self.missing = missing
        self.total = total
        self.identity = identity
        self.path = path
        super().__init__(
            f"{missing:,} of {total:,} texts have no vector of {identity} in "
            f"{shown_path(path)}, and {why}"
        )


def cache_path(answers: str | Path, identity: str) -> Path:
    """Return the file that keeps a model's vectors of some answers.

    It lies in the folder ``vectors`` beside a file of answers, or inside a folder of them.
    """
    place = Path(answers)
    folder = place if place.is_dir() else place.parent
    return folder / _FOLDER / f"{identity.replace(':', '-')}.ndjson"


# ------------------------------------------------------------------------------ the file


class VectorCache:
    """The vectors of one model in one file. Reading needs numpy alone.

    Parameters
    ----------
    path:
        The file; it is made with the first vector that is added.
    identity, splitter:
        Whose vectors; lines of others are passed over.

    Raises
    ------
    InputError
        The file is there and cannot be read.
    """

    def __init__(self, path: str | Path, identity: str, splitter: str) -> None:
        self.path = Path(path)
        self.by = f"{identity} {splitter}"
        self.dimension: int | None = None
        self._kept: dict[str, VectorReading] = {}
        self._others: set[str] = set()
        self._broken: set[int] = set()  # where the lines begin that cannot be used
        self._read_to = 0
        try:
            with self.path.open("rb") as file:
                self._take(file.read())
        except FileNotFoundError:
            pass
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", path=self.path) from error

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def others(self) -> tuple[str, ...]:
        """Models and splitters whose vectors are in the file, too."""
        return tuple(sorted(self._others))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was wrong with the file, a sentence each."""
        if not self._broken:
            return ()
        return (
            f"{shown_path(self.path)}: {len(self._broken):,} lines cannot be used (the first at "
            f"byte {min(self._broken):,}; a crash cuts a line short); their texts are read again",
        )

    def get(self, text: str) -> VectorReading | None:
        """Return what is kept of a text, or None."""
        return self._kept.get(_key(text))

    def add(self, readings: Iterable[tuple[str, VectorReading]]) -> list[VectorReading]:
        """Add readings of texts, and return what the file now holds of each.

        That is another process's reading where it was there first.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        keyed = [(_key(text), reading) for text, reading in readings]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _opened(self.path) as descriptor:
                # Others may have added since: with the file locked, read what they did.
                tail = _tail(descriptor, self._read_to)
                self._take(tail)
                mend = b"\n" if tail and not tail.endswith(b"\n") else b""
                for key, reading in keyed:
                    if key not in self._kept:
                        line = self._line(key, reading)
                        _write(descriptor, mend + line)
                        mend = b""
                        self._kept[key] = reading
                self._read_to = os.fstat(descriptor).st_size
        except OSError as error:
            raise InputError(
                f"vectors cannot be kept in it: {error.strerror}",
                path=self.path,
                fix="check the folder, its permissions and the free space",
            ) from error
        return [self._kept[key] for key, _ in keyed]

    def _line(self, key: str, reading: VectorReading) -> bytes:
        if self.dimension not in (None, len(reading.mean)):
            raise InputError(
                f"holds vectors of {self.dimension} numbers of {self.by}, which has "
                f"{len(reading.mean)}",
                path=self.path,
                fix="the file was changed: delete it, and it is made again",
            )
        self.dimension = len(reading.mean)
        packed = reading.mean.astype("<f2").tobytes()
        row = {
            "by": self.by,
            "text": key,
            "n": reading.n,
            "missing": reading.missing,
            "mean": base64.b64encode(packed).decode("ascii"),
        }
        return json.dumps(row, separators=(",", ":")).encode() + b"\n"

    def _take(self, data: bytes) -> None:
        """Take in the lines of a part of the file that begins at ``_read_to``."""
        begin = self._read_to
        for line in data.splitlines(keepends=True):
            if not line.isspace() and not self._take_line(line):
                self._broken.add(begin)
            begin += len(line)
            if line.endswith(b"\n"):  # what has no end yet is looked at again
                self._read_to = begin

    def _take_line(self, line: bytes) -> bool:
        """Take in a line; False where it cannot be used."""
        try:
            row = json.loads(line)
            by, key, packed = row["by"], row["text"], base64.b64decode(row["mean"], validate=True)
            n, missing = row["n"], row["missing"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return False
        if not isinstance(by, str) or not isinstance(key, str):
            return False
        if by != self.by:
            self._others.add(by)
            return True
        if not _is_count(n) or not _is_count(missing) or not packed or len(packed) % 2:
            return False
        mean = np.frombuffer(packed, dtype="<f2").astype(np.float32)
        squared = float(np.dot(mean, mean))  # not finite where a number is not
        if not squared <= (_MOST_SQUARED if n else 0) or self.dimension not in (None, len(mean)):
            return False
        self.dimension = len(mean)
        mean.setflags(write=False)
        self._kept.setdefault(key, VectorReading(mean, n, missing))
        return True


def _key(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:_KEY_DIGITS]


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_COUNT


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a file for reading and appending, for this process alone as far as the system can."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        with contextlib.suppress(ImportError):  # Windows has none; a line is still one write
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)  # frees the lock


def _tail(descriptor: int, begin: int) -> bytes:
    os.lseek(descriptor, begin, os.SEEK_SET)
    parts = []
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write(descriptor: int, line: bytes) -> None:
    done = 0
    while done < len(line):
        done += os.write(descriptor, line[done:])


# ---------------------------------------------------------------------------- the reader


class CachedReader:
    """A reader that takes from the cache what is there, and has only the rest read by the model.

    Parameters
    ----------
    model:
        The model, a function that loads it, or None where there is none. The function is called
        when a text is not in the cache, and not before.
    path:
        The file of the cache; see :func:`cache_path`.
    identity, splitter:
        Of the model, such as a baseline names them. The model that is loaded must be that one.
    strict:
        Raise where a vector cannot be kept (a folder that may not be written), instead of leaving
        a note.
    """

    def __init__(
        self,
        model: VectorReader | Callable[[], VectorReader] | None,
        path: str | Path,
        identity: str,
        splitter: str,
        *,
        strict: bool = False,
    ) -> None:
        self.identity = identity
        self.splitter = splitter
        self.path = Path(path)
        self.strict = strict
        self._model: VectorReader | None = None
        self._load: Callable[[], VectorReader] | None = None
        if hasattr(model, "read"):
            self._model = cast(VectorReader, model)
        else:
            self._load = model
        self._cache = VectorCache(self.path, identity, splitter)
        self._unkept: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What should be told of the cache, a sentence each."""
        return (*self._cache.notes, *(() if self._unkept is None else (self._unkept,)))

    @property
    def dimension(self) -> int:
        """Length of the vectors: what the cache says, else what the model does."""
        if self._cache.dimension is None:
            return self._ready(0, 0).dimension
        return self._cache.dimension

    def missing(self, texts: Iterable[str]) -> int:
        """Return how many different texts are not in the cache."""
        return sum(self._cache.get(text) is None for text in set(texts))

    def read(self, texts: Sequence[str]) -> list[VectorReading]:
        """Return the reading of each text.

        Raises
        ------
        VectorsMissing
            Some are not in the cache, and the model is not at hand.
        """
        found = {text: self._cache.get(text) for text in texts}
        absent = [text for text, reading in found.items() if reading is None]
        if absent:
            model = self._ready(len(absent), len(found))
            try:
                with progress(len(absent), f"vectors of {self.identity}") as advance:
                    for begin in range(0, len(absent), _BLOCK):
                        block = absent[begin : begin + _BLOCK]
                        found |= zip(block, self._keep(block, model.read(block)), strict=True)
                        advance(len(block))
            except ModelUnavailable as error:  # its files are here, the package that reads them not
                raise self._missing(len(absent), len(found), f"{_AWAY}: {error}") from error
        return [found[text] for text in texts]  # type: ignore[misc]  # all are read by now

    def _keep(self, texts: Sequence[str], readings: list[VectorReading]) -> Sequence[VectorReading]:
        try:
            return self._cache.add(zip(texts, readings, strict=True))
        except InputError as error:
            if self.strict:
                raise
            self._unkept = str(error)
            return readings

    def _ready(self, missing: int, total: int) -> VectorReader:
        """Return the model, loaded, or raise ``VectorsMissing``."""
        why = "no model is at hand"
        try:
            if self._model is None and self._load is not None:
                self._model = self._load()
        except ModelUnavailable as error:
            why = f"{_AWAY}: {error}"
        if self._model is not None:
            at_hand = f"{self._model.identity} {self._model.splitter}"
            if at_hand == self._cache.by:
                return self._model
            why = f"the model at hand is another: {at_hand}"
        raise self._missing(missing, total, why)

    def _missing(self, missing: int, total: int, why: str) -> VectorsMissing:
        return VectorsMissing(missing, total, self._cache.by, self.path, why)
