"""Write a group whole or not at all.

Files are written into a folder beside the target, which then takes the target's name. Where a group
stood there before, it is moved aside for that moment; if the process is killed just then, the next
one that writes puts it back first. So there is never half a group under the target's name.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from crs_simcheck.baselines.group import Group
from crs_simcheck.baselines.storage import GROUP_FILE, write_group
from crs_simcheck.errors import InputError

__all__ = ["write_whole"]


def write_whole(group: Group, folder: Path) -> None:
    """Write a group into a folder; other files that were in it (a README) stay.

    Raises
    ------
    InputError
        The folder cannot be written, or what has its name is no folder.
    """
    target = Path(os.path.realpath(folder))
    if target.exists() and not target.is_dir():
        raise InputError("a file; need a folder for the group", path=folder, fix="choose another")
    aside = target.with_name(f".{target.name}.old")
    new = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(target, aside)
        try:
            if target.is_dir():
                shutil.copytree(target, new, symlinks=True)
            write_group(group, new)
            _to_disk(new)
            if target.is_dir():
                target.rename(aside)
            new.rename(target)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise InputError(
            f"the group cannot be written: {error.strerror or error}",
            path=folder,
            fix="check the folder, its permissions and the free space",
        ) from error


def _clear(target: Path, aside: Path) -> None:
    """Put right what a killed process left beside the target."""
    if aside.is_dir():
        if target.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(target)
    name = re.compile(rf"\.{re.escape(target.name)}\.([0-9]+)-[0-9a-f]{{8}}\.tmp")
    for path in target.parent.iterdir():
        found = name.fullmatch(path.name)
        if found is not None and not _runs(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    """Return whether a process runs; True where that cannot be asked without harm."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _to_disk(folder: Path) -> None:
    """See that the files are on the disk before their folder gets its name."""
    for path in sorted(folder.iterdir(), key=lambda p: p.name == GROUP_FILE):
        if path.is_file():
            with suppress(OSError), path.open("rb") as file:
                os.fsync(file.fileno())
