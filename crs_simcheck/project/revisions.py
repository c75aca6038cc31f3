"""Files as a git revision holds them, byte for byte, without touching the working tree.

Git is run as a program with a list of arguments, never through a shell, and only to read: names of
revisions become hashes first, and what is read goes through no filter, hook or attribute.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crs_simcheck.errors import InputError, SettingsError

__all__ = ["Revision", "find_revision"]

# Nothing is asked of a terminal, and nothing is fetched from anywhere.
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
_FILES = ("100644", "100755")
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of the repository that a folder lies in.

    Parameters
    ----------
    folder:
        Where git is run.
    name, commit:
        As it was given, and its hash.
    """

    folder: Path
    name: str
    commit: str

    def place(self, path: str | Path = "") -> str:
        """Return a path of the folder as the repository names it; without ``..`` in it."""
        prefix = _git(self.folder, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape")
        parts: list[str] = []
        for part in PurePosixPath(prefix.strip("\n"), Path(path).as_posix()).parts:
            if part == "..":
                if not parts:
                    raise InputError("the path leads out of the repository", path=path)
                parts.pop()
            else:
                parts.append(part)
        return "/".join(parts)

    def files(self, place: str) -> dict[str, str]:
        """Return path → id of the content, of a file or of everything beneath a folder.

        Links and repositories within are left out. ``place`` is as :meth:`place` returns it.
        """
        arguments = ["ls-tree", "-r", "-z", "--full-tree", self.commit]
        listed = _git(self.folder, *arguments, *(["--", place] if place else []))
        found = {}
        for entry in listed.split(b"\0"):
            about, tab, name = entry.partition(b"\t")
            mode, kind, content = about.decode().split() if tab else ("", "", "")
            if mode in _FILES and kind == "blob":
                found[os.fsdecode(name)] = content
        return found

    def read(self, place: str) -> bytes | None:
        """Return a file; None where there is none."""
        content = self.files(place).get(place)
        return None if content is None else _git(self.folder, "cat-file", "blob", content)

    def copy(self, places: Iterable[str], into: Path) -> None:
        """Write files, and all beneath folders, under ``into`` at the same paths.

        Raises
        ------
        InputError
            Where a path would lead out of it.
        """
        wanted: dict[str, str] = {}
        for place in places:
            wanted |= self.files(place)
        asked = "".join(f"{content}\n" for content in wanted.values()).encode()
        data = _git(self.folder, "cat-file", "--batch", given=asked) if wanted else b""
        start = 0
        for name in wanted:
            end = data.index(b"\n", start)
            size = int(data[start:end].split()[2])
            start = end + 1
            target = into.joinpath(*_safe(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data[start : start + size])
            start += size + 1


def find_revision(folder: Path, name: str) -> Revision:
    """Return a revision of the repository that a folder lies in.

    Raises
    ------
    InputError
        Where there is no such revision, no repository, or no git.
    """
    if not name or "\0" in name:
        raise InputError(f"found the revision {name!r}, need the name or hash of a commit")
    arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    try:
        _git(folder, "rev-parse", "--show-prefix")
    except SettingsError as error:
        raise InputError(
            f"there is no file or folder '{name}', and no git repository here: {error.problem}",
            fix="check the path, or go to the repository",
        ) from None
    try:
        commit = _git(folder, *arguments).decode().strip()
    except SettingsError:
        raise InputError(
            f"there is no file, folder or git revision '{name}'",
            fix="check its name; in a shallow clone fetch it first (in CI: fetch-depth: 0)",
        ) from None
    return Revision(folder, name, commit)


def _safe(name: str) -> tuple[str, ...]:
    parts = PurePosixPath(name).parts
    if PurePosixPath(name).is_absolute() or any(p in ("..", ".git") for p in parts):
        raise InputError("a file of the revision leads out of it", path=name)
    return parts


def _git(folder: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """Run git and return what it prints; raises :class:`SettingsError` where it fails."""
    command = ["git", "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, and names of revisions are hashes
            command,
            cwd=folder,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, **_QUIET},
        )
    except FileNotFoundError as error:
        missing = "git was not found" if folder.is_dir() else f"there is no folder {folder}"
        raise SettingsError(missing, fix="install git, or compare files") from error
    except (subprocess.TimeoutExpired, OSError, ValueError) as error:
        raise SettingsError(f"git could not be run: {error}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SettingsError(said[-1] if said else f"git {arguments[0]} failed")
    return done.stdout
