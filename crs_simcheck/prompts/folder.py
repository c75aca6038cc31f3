"""Prompt files on disk: one of them, a folder of them, and those that ship."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from crs_simcheck.errors import EmptyInputError, InputError, nearest_name
from crs_simcheck.prompts.file import MAX_PROMPT_BYTES, Prompt, parse_prompt
from crs_simcheck.records import TASKS, TaskName

__all__ = ["DEFAULT_PROMPTS", "default_prompts", "read_prompt", "read_prompts", "write_prompt"]

DEFAULT_PROMPTS = Path(__file__).parent / "default"
"""The folder of the prompts that ship: one for each task, untuned."""

_SUFFIX = ".md"


def read_prompt(path: str | Path, task: TaskName | None = None) -> Prompt:
    """Read a prompt file; see :func:`parse_prompt`.

    Raises
    ------
    InputError
        Where the file cannot be read, or is no prompt file for the task.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_PROMPT_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    return parse_prompt(data, path, task)


def read_prompts(folder: str | Path) -> Mapping[TaskName, Prompt]:
    """Read the prompt files of a folder, ``TASK.md`` for each task that is asked, in their order.

    Files with other endings, and those whose name begins with a point, are passed over.

    Raises
    ------
    InputError
        The folder cannot be read, a ``.md`` file is named after no task (the message offers the
        nearest), or one of the files is no prompt file for its task.
    EmptyInputError
        There is no prompt file in it.
    """
    place = Path(folder)
    try:
        names = sorted(entry.name for entry in place.iterdir() if entry.name[0] != ".")
    except (OSError, ValueError) as error:
        raise _unreadable(folder, error, wanted="a folder of prompt files") from error
    written = [name for name in names if name.lower().endswith(_SUFFIX)]
    known = {f"{task}{_SUFFIX}": task for task in TASKS}
    for name in written:
        if name not in known:
            near = nearest_name(name[: -len(_SUFFIX)].lower(), TASKS)
            raise InputError(
                f"the file is named after no task; a prompt file is {', '.join(known)}",
                path=place / name,
                fix=f"did you mean '{near}{_SUFFIX}'?" if near else "move it out of the folder",
            )
    if not written:
        raise EmptyInputError(
            f"there is no prompt file in it; it should hold any of {', '.join(known)}",
            path=folder,
            fix=f"copy those that ship, from {DEFAULT_PROMPTS}",
        )
    return MappingProxyType(
        {task: read_prompt(place / name, task) for name, task in known.items() if name in written}
    )


@functools.cache
def default_prompts() -> Mapping[TaskName, Prompt]:
    """Return the prompts that ship, one for each task: plain, with no advice against any bias."""
    return read_prompts(DEFAULT_PROMPTS)


def write_prompt(prompt: Prompt, path: str | Path) -> None:
    """Write a prompt file, byte for byte, whole or not at all.

    Folders that are missing are made; a link keeps pointing where it did.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    data = prompt.text.encode("utf-8")
    temporary: Path | None = None
    try:
        target = Path(os.path.realpath(path))
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(
            f"the file cannot be written: {reason}",
            path=str(path).replace("\0", "\\0"),
            fix="check the folder, its permissions and the free space",
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _unreadable(path: str | Path, error: Exception, wanted: str = "a prompt file") -> InputError:
    if isinstance(error, FileNotFoundError):
        near = _nearest_beside(Path(path))
        fix = f"did you mean {near!r}?" if near else "check the path, and the folder you are in"
        return InputError(f"there is no such thing; need {wanted}", path=path, fix=fix)
    if isinstance(error, IsADirectoryError):
        return InputError(f"this is a folder; need {wanted}", path=path, fix="name a file in it")
    if isinstance(error, NotADirectoryError):
        return InputError(f"this is no folder; need {wanted}", path=path, fix="name its folder")
    return InputError(
        f"cannot be read: {error}",
        path=str(path).replace("\0", "\\0"),
        fix="check the path and its permissions",
    )


def _nearest_beside(path: Path) -> str | None:
    try:
        return nearest_name(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return None
