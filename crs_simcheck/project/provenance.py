"""Where a prompt comes from: the front matter that ``optimize --write`` leaves, held to account."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from crs_simcheck.errors import InputError
from crs_simcheck.prompts import Prompt
from crs_simcheck.records import TaskName

__all__ = ["content_digest", "optimized_prompts", "provenance_of", "was_optimized"]

KEYS = ("optimized", "seed", "model", "digest", "people", "content", "before", "after")
"""What ``optimize --write`` says of a prompt."""


def content_digest(prompt: Prompt) -> str:
    """Return the digest of what an engine may see of a prompt."""
    return hashlib.sha256(prompt.content.encode()).hexdigest()


def provenance_of(prompt: Prompt) -> Mapping[str, str]:
    """Return what the front matter of a prompt says of where it comes from, by key."""
    pairs = (line.partition(":") for line in (prompt.front_matter or "").splitlines())
    return {
        key.strip(): value.strip() for key, colon, value in pairs if colon and key.strip() in KEYS
    }


def was_optimized(prompt: Prompt) -> bool:
    """Tell whether a prompt says that an optimizer wrote it."""
    return "optimized" in provenance_of(prompt)


def optimized_prompts(
    simulator: str, prompts: Mapping[TaskName, Prompt]
) -> Mapping[TaskName, Mapping[str, str]]:
    """Return the provenance of each prompt that was optimized, once it is sure that it is true.

    Raises
    ------
    InputError
        Where none was, or where one is not any more what was measured.
    """
    found = {task: provenance_of(p) for task, p in prompts.items() if was_optimized(p)}
    if not found:
        raise InputError(
            f"no prompt of simulator '{simulator}' says that it was optimized",
            path=next((p.path for p in prompts.values() if p.path is not None), None),
            fix=f"crs-simcheck optimize {simulator} --task {next(iter(prompts), 'TASK')} --write "
            "puts a better prompt in its place, and says so in its front matter",
        )
    for task, told in found.items():
        prompt, kept = prompts[task], told.get("content", "")
        if kept != content_digest(prompt):
            what = "there is none" if not kept else f"its hash is {kept[:12]}…"
            raise InputError(
                f"the prompt was changed after it was optimized: its front matter tells of other "
                f"content ({what}; that of the file is {content_digest(prompt)[:12]}…)",
                path=prompt.path,
                fix="take the change back; or optimize it again: crs-simcheck optimize "
                f"{simulator} --task {task} --write; or take 'optimized' and 'content' out of its "
                "front matter",
            )
    return found
