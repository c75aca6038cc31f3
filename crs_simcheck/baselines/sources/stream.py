"""The lines of files that do not fit into memory, plain or compressed.

A thread reads and unpacks ahead while the lines that are there are looked at: zlib lets go of the
interpreter while it works. A few blocks are in memory at a time, however long the file is.
"""

from __future__ import annotations

import queue
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from crs_simcheck.errors import InputError
from crs_simcheck.jsonl import MAX_LINE_BYTES

__all__ = ["line_blocks"]

_BLOCK = 2 << 20
_PACKED_BLOCK = 256 << 10
_AHEAD = 2
_MAGIC = b"\x1f\x8b"
# What is kept of a line that is too long: enough to see that it is no object.
_HEAD = 256


def line_blocks(path: Path, seen: Callable[[int], None] | None = None) -> Iterator[list[bytes]]:
    r"""Yield the lines of a file in blocks, without their line feeds.

    What a file is (gzip or plain) is told by its first bytes. Of a line longer than
    ``MAX_LINE_BYTES`` only the beginning is given, which is no whole object then.

    Parameters
    ----------
    seen:
        Is told the bytes of the file, as it lies on disk, that were read since it was last told.

    Raises
    ------
    InputError
        The file is missing, cannot be read, or its gzip data are damaged or cut short.
    """
    parts: list[bytes] = []
    held = 0
    too_long = False
    for raw, block in _ahead(path):
        if seen is not None:
            seen(raw)
        cut = block.rfind(b"\n")
        if cut < 0:
            held += len(block)
            if held > MAX_LINE_BYTES:
                parts = [b"".join(parts)[:_HEAD]] if not too_long else parts
                too_long = True
            else:
                parts.append(block)
            continue
        first = block.find(b"\n")
        lines = [b"".join(parts) if too_long else b"".join([*parts, block[:first]])]
        if cut > first:
            lines += block[first + 1 : cut].split(b"\n")
        yield lines
        rest = block[cut + 1 :]
        parts, held, too_long = [rest] if rest else [], len(rest), False
    if parts:
        yield [b"".join(parts)]


def _ahead(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield what :func:`_blocks` yields, made by a thread that is a few blocks ahead."""
    ready: queue.Queue[tuple[int, bytes] | BaseException | None] = queue.Queue(_AHEAD)
    stopped = threading.Event()

    def put(what: tuple[int, bytes] | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                ready.put(what, timeout=0.1)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for found in _blocks(path):
                put(found)
                if stopped.is_set():
                    return
        except BaseException as error:
            put(error)
        else:
            put(None)

    thread = threading.Thread(target=work, name=f"reads {path.name}", daemon=True)
    thread.start()
    try:
        while (found := ready.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        stopped.set()
        thread.join()


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (bytes read on disk, bytes of the text) until the file ends."""
    try:
        with path.open("rb") as file:
            first = file.read(_PACKED_BLOCK)
            if not first.startswith(_MAGIC):
                yield len(first), first
                while block := file.read(_BLOCK):
                    yield len(block), block
                return
            yield from _unpacked(file, first, path)
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror or error}", path=path, fix="check the path"
        ) from error


def _unpacked(file: IO[bytes], first: bytes, path: Path) -> Iterator[tuple[int, bytes]]:
    """Unpack gzip data of one or more members, as ``cat a.gz b.gz`` leaves them."""
    data = first
    raw = len(first)
    machine = zlib.decompressobj(wbits=31)
    try:
        while True:
            if not data and not machine.eof:
                data = file.read(_PACKED_BLOCK)
                raw += len(data)
                if not data:
                    raise InputError(
                        "the gzip data are cut short",
                        path=path,
                        fix="fetch the file again; 'gzip -t' tests it",
                    )
            text = machine.decompress(data, _BLOCK)
            data = machine.unconsumed_tail
            if text:
                yield raw, text
                raw = 0
            if machine.eof:
                data = machine.unused_data
                while not data.strip(b"\0"):
                    data = file.read(_PACKED_BLOCK)  # zeros may fill the end of a file
                    raw += len(data)
                    if not data:
                        return
                data = data.lstrip(b"\0")
                machine = zlib.decompressobj(wbits=31)
    except zlib.error as error:
        raise InputError(
            f"the gzip data are damaged: {error}",
            path=path,
            fix="fetch the file again; 'gzip -t' tests it",
        ) from error
