"""What a prompt was before: the committed text that it is held against in a report."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crs_simcheck.errors import InputError
from crs_simcheck.prompts import Prompt, parse_prompt

__all__ = ["Earlier", "diff_lines", "earlier_prompt"]

_MOST_REVISIONS = 50
_SECONDS = 10


@dataclass(frozen=True)
class Earlier:
    """A committed version of a prompt file.

    Parameters
    ----------
    revision:
        The commit, shortened to twelve digits.
    recorded:
        Whether the answers that are recorded were made with this version.
    """

    prompt: Prompt
    revision: str
    recorded: bool


def earlier_prompt(prompt: Prompt, recorded: str | None) -> Earlier | None:
    """Return the version of a prompt to compare it with, or None where no history tells.

    That is the version that the recorded answers were made with, where it is another one; else the
    last committed one that is not the same.

    Parameters
    ----------
    recorded:
        ``sha256`` of the prompt that the recorded answers were made with, where it is known.
    """
    if prompt.path is None:
        return None
    other = recorded is not None and recorded != prompt.sha256
    for revision, version in _versions(prompt):
        if (version.sha256 == recorded) if other else (version.sha256 != prompt.sha256):
            return Earlier(version, revision[:12], recorded=version.sha256 == recorded)
    return None


def diff_lines(before: Prompt, after: Prompt) -> list[str]:
    """Return the unified diff of what an engine may see of two prompts, without a header."""
    found = difflib.unified_diff(
        before.content.splitlines(), after.content.splitlines(), lineterm="", n=2
    )
    return list(found)[2:]


def _versions(prompt: Prompt) -> Iterator[tuple[str, Prompt]]:
    """Yield the committed versions of a prompt file, the newest first; broken ones are left out."""
    assert prompt.path is not None
    folder, name = prompt.path.absolute().parent, f"./{prompt.path.name}"
    log = _git(folder, "log", f"-n{_MOST_REVISIONS}", "--format=%H", "--", name)
    for revision in (log or b"").decode("ascii", "replace").split():
        # cat-file, not show: a repository may name programs that show runs a text through.
        data = _git(folder, "cat-file", "blob", f"{revision}:{name}")
        if data is None:
            continue  # the file was taken away there
        try:
            yield revision, parse_prompt(data, prompt.path, prompt.task)
        except InputError:
            continue


def _git(folder: Path, *arguments: str) -> bytes | None:
    """Return what git prints, or None where there is no git, no repository or no such thing."""
    program = shutil.which("git")
    if program is None:
        return None
    # Nothing is fetched, asked for or locked: a report looks, and changes nothing.
    calm = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        ran = subprocess.run(  # noqa: S603 - git, with arguments of ours
            [program, "--no-pager", *arguments],
            cwd=folder,
            env={**os.environ, **calm},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout if ran.returncode == 0 else None
