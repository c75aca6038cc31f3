"""Placeholders of a prompt file: which there are, which a task fills, and what is wrong with one.

Two braces open a placeholder everywhere in a section, inside code as well; there is no way to write
them otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crs_simcheck.errors import nearest_name
from crs_simcheck.records import TaskName

__all__ = ["PLACEHOLDERS", "REQUIRED", "Placeholder", "find_placeholders", "unfilled"]

PLACEHOLDERS: tuple[str, ...] = ("persona", "item", "n_items", "context")
"""The names of all placeholders."""

REQUIRED: Mapping[TaskName, str] = MappingProxyType(
    {
        "items_talk": "n_items",
        "bin_pref": "item",
        "open_pref": "item",
        "neg_feedback": "item",
    }
)
"""Task → the placeholder that its prompt must have. ``rec_request`` needs none."""

_ANYWHERE = ("persona", "context")
_NAMES = "|".join(PLACEHOLDERS)
# A whole placeholder; or what somebody meant for one: two braces, `{item}`, `item }}`.
_FOUND = re.compile(
    r"\{\{[ \t]*([^\W\d]\w*)[ \t]*\}\}"
    rf"|\{{\{{|\{{[ \t]*(?:{_NAMES})[ \t]*\}}|\b(?:{_NAMES})[ \t]*\}}\}}"
)
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder of a text, or what looks like one: then ``problem`` says what is wrong.

    ``start`` and ``end`` say where it stands; ``fix`` is what was probably meant.
    """

    name: str
    start: int
    end: int
    problem: str = ""
    fix: str = ""


def find_placeholders(text: str) -> Iterator[Placeholder]:
    """Yield each placeholder of a text, in its order."""
    for found in _FOUND.finditer(text):
        name = found[1]
        if name in PLACEHOLDERS:
            yield Placeholder(name, found.start(), found.end())
            continue
        if name is not None:
            problem = f"unknown placeholder {_shown(found[0])}; the known ones are {known()}"
            near = nearest_name(name.casefold(), PLACEHOLDERS)
        else:
            raw = _raw(text, found)
            problem = f"found {_shown(raw)}, which is no whole placeholder; need one of {known()}"
            word = re.search(r"[^\W\d]\w*", raw)
            near = nearest_name(word[0].casefold(), PLACEHOLDERS) if word else None
        fix = f"did you mean {{{{ {near} }}}}?" if near else "two braces open a placeholder"
        yield Placeholder(name or "", found.start(), found.end(), problem, fix)


def unfilled(name: str, task: TaskName) -> str:
    """Say why a task never fills a placeholder; nothing where it does."""
    if name in _ANYWHERE or name == REQUIRED.get(task):
        return ""
    fills = ", ".join(f"{{{{ {known} }}}}" for known in (REQUIRED.get(task), *_ANYWHERE) if known)
    return f"{task} never fills {{{{ {name} }}}}; it fills {fills}"


def known() -> str:
    """Return all placeholders as they are written."""
    return ", ".join(f"{{{{ {name} }}}}" for name in PLACEHOLDERS)


def _raw(text: str, found: re.Match[str]) -> str:
    """Return what was written: from its first brace to the last of the line, or a piece of it."""
    if not found[0].startswith("{{"):
        return found[0]
    piece = text[found.start() : found.start() + _SHOWN + 2]
    line = piece.splitlines()[0]
    end = line.find("}")
    while 0 <= end < len(line) - 1 and line[end + 1] == "}":
        end += 1
    return line[: end + 1] if end >= 0 else line


def _shown(raw: str) -> str:
    return repr(raw) if len(raw) <= _SHOWN else f"{raw[:_SHOWN]!r}..."
