"""JSON Lines on disk: one object per line, plain or gzipped, read in bounded memory.

Reading is strict where JSON as it is written in practice is not: a key that stands twice, ``NaN``
and numbers that no float holds are errors, because each would change a figure without a word.
Every error is an ``InputError`` that says where. An error of one line can be collected while the
reader goes on; an error of the file (missing, cut short inside its gzip stream) ends the reading.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import math
import os
import re
import secrets
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol, cast

from crs_simcheck.errors import InputError, nearest_name

__all__ = [
    "MAX_LINE_BYTES",
    "Digest",
    "format_line",
    "iter_lines",
    "read_lines",
    "write_lines",
]

# One line is held in memory at a time; without an end to it, a file that lacks line breaks (or a
# small gzip that unpacks to one) would take all there is.
MAX_LINE_BYTES = 64 * 1024 * 1024

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Digest(Protocol):
    """What ``hashlib.sha256()`` returns, as far as it is needed here."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""


class _LineError(ValueError):
    """What is wrong with one line, before it is known which file and line it is."""

    def __init__(self, problem: str, fix: str, field: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix
        self.field = field


# --------------------------------------------------------------------------------- reading


def read_lines(path: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield ``(line, object)`` for each line of a JSON Lines file; blank lines are skipped.

    Raises
    ------
    InputError
        At the first line that holds no usable object, or where the file cannot be read.
    """
    for line, found in iter_lines(path):
        if isinstance(found, InputError):
            raise found
        yield line, found


def iter_lines(
    path: str | Path, *, digest: Digest | None = None
) -> Iterator[tuple[int, dict[str, Any] | InputError]]:
    """Yield ``(line, object)``, or ``(line, error)`` where a line holds no usable object.

    Parameters
    ----------
    path:
        A ``.jsonl`` or ``.jsonl.gz`` file. What it is, is told by its first bytes, not its name.
    digest:
        Is fed every byte of the file as it lies on disk, so that the hash needs no second reading
        (a pipe has none to offer). It is complete when the iterator has ended.

    Raises
    ------
    InputError
        Where the file itself cannot be read: missing, a folder, no permission, gzip cut short.
    """
    with _open(path, digest) as stream:
        number = 0
        while True:
            try:
                raw = stream.readline(MAX_LINE_BYTES + 1)
                too_long = len(raw) > MAX_LINE_BYTES
                if too_long:
                    _skip_line(stream, raw)
            except (OSError, EOFError, zlib.error) as error:
                raise _unreadable(path, error, after=number) from error
            if not raw:
                return
            number += 1
            try:
                found = _long_line() if too_long else _parse(raw)
            except _LineError as e:
                yield (
                    number,
                    InputError(e.problem, path=path, line=number, field=e.field, fix=e.fix),
                )
            else:
                if found is not None:
                    yield number, found


class _Tap(io.RawIOBase):
    """A raw file that shows each byte it hands out to a digest."""

    def __init__(self, raw: IO[bytes], digest: Digest) -> None:
        self._raw = raw
        self._digest = digest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._raw.read(len(buffer))
        self._digest.update(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._raw.close()
        super().close()


@contextlib.contextmanager
def _open(path: str | Path, digest: Digest | None) -> Iterator[IO[bytes]]:
    """Open a file for reading as bytes, unpacked where it begins with gzip's two bytes."""
    try:
        file: IO[bytes] = Path(path).open("rb")  # noqa: SIM115 - closed by the `with` below
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if digest is not None:
        file = cast(IO[bytes], io.BufferedReader(_Tap(file, digest), 128 * 1024))
    with file:
        try:
            magic = cast(io.BufferedReader, file).peek(2)[:2]
        except OSError as error:
            raise _unreadable(path, error) from error
        if magic == _GZIP_MAGIC:
            with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
                # GzipFile.readline runs in Python; a buffer over it is several times as fast.
                yield io.BufferedReader(unpacked, 128 * 1024)
        else:
            yield file


def _unreadable(path: str | Path, error: Exception, after: int | None = None) -> InputError:
    """Put into words why a file cannot be opened, or not be read on after line ``after``."""
    if isinstance(error, FileNotFoundError):
        near = _nearest_file(Path(path))
        fix = f"did you mean {near!r}?" if near else "check the path, and the folder you are in"
        return InputError("there is no such file", path=path, fix=fix)
    if isinstance(error, IsADirectoryError):
        return InputError(
            "this is a folder; a .jsonl or .jsonl.gz file is needed",
            path=path,
            fix="name a file in it",
        )
    if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile):
        return InputError(
            f"the gzip data is cut short or damaged after line {after or 0}: {error}",
            path=path,
            fix="fetch or write the file again; 'gzip -t' tests it",
        )
    return InputError(
        f"the file cannot be read: {error}",
        path=str(path).replace("\0", "\\0"),
        fix="check the path and its permissions",
    )


def _nearest_file(path: Path) -> str | None:
    """Return the file beside a missing one whose name is most like it."""
    try:
        return nearest_name(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return None


def _skip_line(stream: IO[bytes], begun: bytes) -> None:
    """Read on to the end of a line that is too long to be held, keeping nothing of it."""
    part = begun
    while part and not part.endswith(b"\n"):
        part = stream.readline(MAX_LINE_BYTES + 1)


def _long_line() -> NoReturn:
    raise _LineError(
        f"a line of more than {MAX_LINE_BYTES:,} bytes; one object per line is needed",
        "check that the file is JSON Lines and has line breaks",
    )


def _parse(raw: bytes) -> dict[str, Any] | None:
    """Return the object of one line, or None for a blank one; raise ``_LineError``."""
    # A mark inside the file is what 'cat a.jsonl b.jsonl' leaves of the second file's.
    body = raw.removeprefix(_BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(raw, error, len(raw) - len(body)) from None
    if not text or text.isspace():
        return None
    try:
        found = _DECODER.decode(text)
    except _LineError:
        raise
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from None
    except RecursionError:
        raise _LineError(
            "lists or objects lie too deep in one another to be read",
            "rows are flat: check what wrote this line",
        ) from None
    except ValueError:
        # The one ValueError left: Python reads no whole number of more than 4,300 digits.
        raise _LineError(
            "a whole number has too many digits to be read", "write it as a string"
        ) from None
    if not isinstance(found, dict):
        raise _LineError(
            f"found {_kind(found)}; an object {{...}} is needed on every line",
            "one object per line: 'jq -c .[]' turns a JSON array into lines",
        )
    return found


def _not_utf8(raw: bytes, error: UnicodeDecodeError, shift: int) -> _LineError:
    place = error.start + shift
    fix = "save the file as UTF-8"
    if raw.startswith(_UTF16_MARKS):
        fix = "this looks like UTF-16: save the file as UTF-8"
    return _LineError(f"not UTF-8: byte 0x{raw[place]:02x} at byte {place + 1} of the line", fix)


def _not_json(text: str, error: json.JSONDecodeError) -> _LineError:
    fix = "each line must be one whole JSON object"
    if text.strip() in ("[", "{"):
        fix = "the JSON is spread over lines: 'jq -c' writes one object per line"
    elif not text.endswith("\n"):
        fix = "the last line may have been cut short by a crash: delete it, or write the file again"
    return _LineError(f"not JSON at column {error.pos + 1}: {error.msg}", fix)


def _kind(value: object) -> str:
    """Name a JSON value that is not an object."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return "a string"
    return "true or false" if isinstance(value, bool) else "a number"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, refusing a key that stands twice (JSON readers silently keep the last)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _LineError(
                    "the key stands twice in one object", "keep one of them", field=repr(key)[1:-1]
                )
            seen.add(key)
    return found


def _no_constant(name: str) -> NoReturn:
    raise _LineError(f"found {name}, which is not JSON", "leave the key out, or write null")


def _float(digits: str) -> float:
    found = float(digits)
    if math.isinf(found):
        raise _LineError("a number is too large to be held", "check it, or write a string")
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_float
)


# --------------------------------------------------------------------------------- writing


def write_lines(rows: Iterable[Mapping[str, Any]], path: str | Path) -> None:
    r"""Write one object per line: whole or not at all, and the same bytes for the same rows.

    The rows go into a temporary file in the same folder, which then takes the place of ``path``; a
    crash, or an error raised by ``rows``, leaves what was there before. A name ending in ``.gz`` is
    gzipped, with no time and no name inside. Folders that are missing are made. A lone surrogate
    in a text is written as ``\udXXX``, which reads back as it was.

    Raises
    ------
    InputError
        Where a row holds what JSON cannot (NaN, a set, …) or the file cannot be written.
    """
    # A link keeps pointing where it did: what it points to is replaced, not the link.
    target = Path(os.path.realpath(path))
    # The name ends in .tmp, so that a reader of the folder never takes it for rows.
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            if target.exists():
                # First of all: what is private must not lie open while it is being written.
                shutil.copymode(target, temporary)
            _write_all(rows, file, path, packed=target.name.endswith(".gz"))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise InputError(
            f"the file cannot be written: {error.strerror or error}",
            path=path,
            fix="check the folder, its permissions and the free space",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_json(document: Mapping[str, Any], path: Path, *, sort_keys: bool = False) -> None:
    """Write one object as indented JSON, whole or not at all.

    Raises :class:`InputError` where it cannot be written.
    """
    if not path.name or path.is_dir():
        raise InputError("a folder; need the name of a file", path=path)
    temporary = path.with_name(f".{path.name}.tmp")
    text = json.dumps(document, indent=2, sort_keys=sort_keys, ensure_ascii=False) + "\n"
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path=path) from error


def _write_all(
    rows: Iterable[Mapping[str, Any]], file: IO[bytes], path: str | Path, *, packed: bool
) -> None:
    if not packed:
        for number, row in enumerate(rows, start=1):
            file.write(format_line(row, path, number))
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as pack:
        for number, row in enumerate(rows, start=1):
            pack.write(format_line(row, path, number))


def format_line(
    row: Mapping[str, Any], path: str | Path | None = None, number: int | None = None
) -> bytes:
    """Return one row as a line of UTF-8, as :func:`write_lines` writes it; raises as it does."""
    try:
        text = json.dumps(
            dict(row), ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"the row cannot be written as JSON: {error}",
            path=path,
            line=number,
            fix="only strings, finite numbers, true, false, null, lists and objects can be",
        ) from error
    # Surrogates can only stand inside the strings of the JSON text, where this escape is theirs.
    return (_SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", text) + "\n").encode("utf-8")


def _plain(value: object) -> dict[Any, Any]:
    """Turn a read-only mapping into one that ``json`` knows."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
