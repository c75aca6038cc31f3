"""Response rows: what was answered, read from and written to JSON Lines.

The shape is DESIGN's response row; ``schemas/response.schema.json`` says the same to other tools,
and a test holds the two together.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crs_simcheck.errors import EmptyInputError, InputError, nearest_name
from crs_simcheck.jsonl import Digest, iter_lines, write_lines
from crs_simcheck.recordings.fields import Fields, describe
from crs_simcheck.records import TASKS, Response, TaskName

__all__ = [
    "Responses",
    "folder_sha256",
    "format_response",
    "iter_responses",
    "parse_response",
    "read_responses",
    "response_files",
    "write_responses",
]

_KEYS = (
    "task",
    "seeker",
    "stimulus",
    "text",
    "rating",
    "dialogue",
    "turn",
    "persona",
    "request",
    "meta",
    "history",
)
_STIMULUS_KEYS = ("item", "n_items", "relevant", "context")
_ITEM_TASKS = frozenset({"bin_pref", "open_pref", "neg_feedback"})
_TASK_NAMES: Mapping[str, TaskName] = {task: task for task in TASKS}
_REQUEST = re.compile(r"sha256:[0-9a-f]{64}")
_SUFFIXES = (".jsonl", ".jsonl.gz")


@dataclass(frozen=True)
class Responses:
    """The responses of a file or folder, in the order in which they stand there. Frozen.

    ``broken`` holds the errors of the rows that were left out, where that was asked for. ``sha256``
    is the hex digest of the file's bytes as they lie on disk; of a folder, the digest of the lines
    ``<digest>  <name>`` of its files (what ``sha256sum`` prints), so that it changes with any byte.
    """

    rows: tuple[Response, ...]
    broken: tuple[InputError, ...] = ()
    path: Path | None = None
    sha256: str = ""

    def by_task(self) -> dict[str, tuple[Response, ...]]:
        """Return the rows of each task that occurs, tasks in their usual order."""
        sorted_rows: dict[str, list[Response]] = {}
        for row in self.rows:
            sorted_rows.setdefault(row.task, []).append(row)
        return {task: tuple(sorted_rows[task]) for task in TASKS if task in sorted_rows}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Response]:
        return iter(self.rows)


# --------------------------------------------------------------------------------- one row


def parse_response(obj: object, path: str | Path | None = None, line: int = 0) -> Response:
    """Return the response that a row holds.

    Unknown keys are kept in ``extra``. A seeker or dialogue that is a whole number becomes a
    string, and ``null`` in an optional field means that it is absent.

    Raises
    ------
    InputError
        Where a field is missing or not what it must be.
    """
    fields = Fields(obj, path, line, _KEYS)
    task = _task(fields)
    fields.need("seeker", "the id of whoever answered, a string,")
    if fields.name("seeker") == "":
        raise fields.error("seeker", "found an empty string; an id is needed")
    fields.need("text", "the answer, a string (it may be empty),")
    history = fields.items("history")
    return Response(
        task=task,
        seeker=fields.name("seeker") or "",
        text=fields.text("text") or "",
        stimulus=_stimulus(fields, task),
        rating=fields.stars("rating"),
        dialogue=fields.name("dialogue"),
        turn=fields.whole("turn", least=0),
        persona=fields.text("persona"),
        request=_request(fields),
        meta=fields.mapping("meta"),
        history=None if history is None else _titles(fields, history),
        extra=fields.extra(),
        line=line,
    )


def _task(fields: Fields) -> TaskName:
    """Return the task of a row, offering the nearest where it is none."""
    value = fields.need("task", f"one of {', '.join(TASKS)}")
    task = _TASK_NAMES.get(value) if isinstance(value, str) else None
    if task is None:
        near = nearest_name(value, TASKS) if isinstance(value, str) else None
        raise fields.error(
            "task",
            f"found {describe(value)}; one of {', '.join(TASKS)} is needed",
            f"did you mean '{near}'?" if near else None,
        )
    return task


def _stimulus(fields: Fields, task: TaskName) -> dict[str, Any]:
    """Return what was shown or asked for, with its known keys checked and the others kept."""
    stimulus = fields.mapping("stimulus") or {}
    inner = fields.inside("stimulus", stimulus, _STIMULUS_KEYS)
    if task in _ITEM_TASKS:
        inner.need("item", f"the film that {task} is about, as 'Title (year)',")
    known: dict[str, Any] = {
        "item": inner.text("item", least=1),
        "n_items": inner.whole("n_items", least=1),
        "relevant": inner.flag("relevant"),
        "context": inner.text("context"),
    }
    return {
        key: known.get(key, value)
        for key, value in stimulus.items()
        if key not in known or known[key] is not None
    }


def _request(fields: Fields) -> str | None:
    value = fields.text("request")
    if value is not None and not _REQUEST.fullmatch(value):
        raise fields.error(
            "request",
            f"found {describe(value)}; 'sha256:' and 64 of 0-9 and a-f are needed",
            "leave the field out where the answer comes from no recording",
        )
    return value


def _titles(fields: Fields, history: Iterable[object]) -> tuple[str, ...]:
    titles: list[str] = []
    for place, title in enumerate(history):
        if not isinstance(title, str):
            raise fields.error(
                f"history[{place}]",
                f"found {describe(title)}; a title is needed",
                "a row's history is a list of titles; ratings belong into a profile",
            )
        titles.append(title)
    return tuple(titles)


def format_response(response: Response) -> dict[str, Any]:
    """Return the row of a response: keys in the design's order, absent fields left out.

    Raises
    ------
    InputError
        Where ``extra`` holds a key that the format itself knows: the row would mean something else.
    """
    clash = sorted(set(_KEYS) & set(response.extra))
    if clash:
        raise InputError(
            f"'extra' holds '{clash[0]}', which is a field of its own",
            field=clash[0],
            fix=f"set Response.{clash[0]}",
        )
    row: dict[str, Any] = {key: getattr(response, key) for key in _KEYS}
    row["stimulus"] = dict(response.stimulus)
    row["meta"] = None if response.meta is None else dict(response.meta)
    row["history"] = None if response.history is None else list(response.history)
    row = {key: value for key, value in row.items() if value is not None}
    return {**row, **response.extra}


# ----------------------------------------------------------------------------- whole files


def response_files(path: str | Path) -> tuple[Path, ...]:
    """Return the files that ``path`` stands for: itself, or all rows' files beneath a folder.

    A folder's ``*.jsonl`` and ``*.jsonl.gz`` come sorted by their path within it, so that the order
    does not depend on the file system.

    Raises
    ------
    InputError
        Where a folder beneath cannot be listed.
    EmptyInputError
        Where a folder holds no such file.
    """
    root = Path(path)
    try:
        if not root.is_dir():
            return (root,)
    except (OSError, ValueError):  # opening it says in words what is wrong
        return (root,)

    def refuse(error: OSError) -> None:
        # os.walk leaves out what it cannot list; answers would be missing without a word.
        raise InputError(
            f"the folder cannot be listed: {error.strerror}",
            path=error.filename,
            fix="check its permissions",
        ) from error

    found = [
        Path(folder, name)
        for folder, _, names in os.walk(root, onerror=refuse)
        for name in names
        if name.endswith(_SUFFIXES)
    ]
    if not found:
        raise EmptyInputError(
            "the folder holds no .jsonl or .jsonl.gz file",
            path=path,
            fix="name the folder of a recording, or a file of response rows",
        )
    return tuple(sorted(found, key=lambda file: file.relative_to(root).parts))


def iter_responses(path: str | Path) -> Iterator[Response | InputError]:
    """Yield each response of a file or folder, or the error of a row that cannot be used.

    One row is held at a time.

    Raises
    ------
    InputError
        Where a file cannot be read at all, or not to its end.
    """
    for file in response_files(path):
        yield from _iter_file(file, None)


def _iter_file(file: Path, digest: Digest | None) -> Iterator[Response | InputError]:
    for line, found in iter_lines(file, digest=digest):
        if isinstance(found, InputError):
            yield found
            continue
        try:
            yield parse_response(found, file, line)
        except InputError as error:
            yield error


def read_responses(path: str | Path, *, skip_broken: bool = False) -> Responses:
    """Read all responses of a ``.jsonl`` or ``.jsonl.gz`` file, or of a folder of them.

    Parameters
    ----------
    path:
        A file, or a folder such as ``recordings/SIMULATOR``.
    skip_broken:
        Keep the errors of rows that cannot be used in ``broken`` instead of raising the first.

    Raises
    ------
    InputError
        At the first row that cannot be used (unless ``skip_broken``), or where a file cannot be
        read to its end: how much is missing is then not known, so ``skip_broken`` does not help.
    EmptyInputError
        Where there is no row that can be used.
    """
    rows: list[Response] = []
    broken: list[InputError] = []
    digests: list[str] = []
    files = response_files(path)
    for file in files:
        digest = hashlib.sha256()
        for found in _iter_file(file, digest):
            if isinstance(found, Response):
                rows.append(found)
            elif skip_broken:
                broken.append(found)
            else:
                raise found
        digests.append(digest.hexdigest())
    root = Path(path)
    if not rows:
        raise _empty(root, broken)
    total = digests[0] if files == (root,) else _folder_digest(root, files, digests)
    return Responses(tuple(rows), tuple(broken), root, total)


def _empty(path: Path, broken: list[InputError]) -> EmptyInputError:
    if broken:
        return EmptyInputError(
            f"none of its {len(broken)} rows can be used; the first: {broken[0]}",
            path=path,
            fix="read it without leaving out broken rows to see each",
        )
    return EmptyInputError(
        "there is no response in it; one JSON object per line is needed",
        path=path,
        fix="record answers first, or check that this is the right file",
    )


def folder_sha256(path: str | Path) -> str:
    """Return the digest of a folder that ``Responses.sha256`` holds, without reading the rows."""
    files = response_files(path)
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return _folder_digest(Path(path), files, digests)


def _folder_digest(root: Path, files: Iterable[Path], digests: Iterable[str]) -> str:
    total = hashlib.sha256()
    for file, digest in zip(files, digests, strict=True):
        total.update(f"{digest}  ".encode())
        total.update(os.fsencode(file.relative_to(root).as_posix()) + b"\n")
    return total.hexdigest()


def write_responses(rows: Iterable[Response], path: str | Path) -> None:
    """Write responses to a ``.jsonl`` or ``.jsonl.gz`` file, whole or not at all.

    Raises
    ------
    InputError
        Where a row cannot be written as JSON, or the file cannot be written.
    """
    write_lines((format_response(row) for row in rows), path)
