"""From a prompt and values to the messages that an engine sees.

Values are data: they are put in by one pass, so that nothing in them is ever filled in again, and
no line that holds one can pass for a heading or a code fence of the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from crs_simcheck.errors import InputError
from crs_simcheck.prompts import _markdown as markdown
from crs_simcheck.prompts.file import Prompt
from crs_simcheck.prompts.placeholders import PLACEHOLDERS, Placeholder, find_placeholders, known
from crs_simcheck.prompts.sections import SECTIONS
from crs_simcheck.records import Message

__all__ = ["SYSTEM_SECTIONS", "USER_SECTIONS", "messages"]

SYSTEM_SECTIONS: tuple[str, ...] = ("Persona", "Guidelines")
"""The sections of the system message."""

USER_SECTIONS: tuple[str, ...] = ("Task", "Output")
"""The sections of the user message."""

_ONE_LINE = ("item", "n_items")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAMES = tuple(name.casefold() for name in SECTIONS)


def messages(prompt: Prompt, values: Mapping[str, str]) -> tuple[Message, Message]:
    r"""Return the system message (Persona, Guidelines) and the user message (Task, Output).

    Each section comes with its heading line, in the file's order within its message.

    Parameters
    ----------
    prompt:
        The prompt. Its front matter is part of no message.
    values:
        Name of a placeholder → its text. All that the prompt holds are needed; ``persona`` and
        ``context`` may be empty.

    Raises
    ------
    InputError
        A value is missing, unknown, no string, or is blank where it is ``item`` or ``n_items``.

    Notes
    -----
    Line ends are ``\n`` throughout, so that a checkout on another system asks the same; blank
    lines at the ends of a message are left out. A lone surrogate, which no engine can be sent,
    becomes U+FFFD. ``item`` and ``n_items`` are put on one line. On a line that holds a value,
    what could be read as a heading or as a code fence gets a backslash before it (``\# Task``). A
    line that holds nothing but placeholders with blank values is left out, and with it one of the
    two blank lines around it.
    """
    cleaned = _checked(prompt, values)
    filled = {s.name: s.heading + _filled(s.text, cleaned) for s in prompt.sections}
    order = [s.name for s in prompt.sections]
    system, user = (
        markdown.with_newlines("".join(filled[name] for name in order if name in wanted)).rstrip()
        for wanted in (SYSTEM_SECTIONS, USER_SECTIONS)
    )
    return Message("system", system), Message("user", user)


def _checked(prompt: Prompt, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values as they are put in."""
    cleaned: dict[str, str] = {}
    for name, value in values.items():
        if name not in PLACEHOLDERS:
            raise InputError(f"a value for '{name}', which is no placeholder; there are {known()}")
        if not isinstance(value, str):
            raise InputError(f"the value of {{{{ {name} }}}} is {value!r}; a string is needed")
        text = _SURROGATE.sub("\ufffd", markdown.with_newlines(value))
        cleaned[name] = " ".join(text.split()) if name in _ONE_LINE else text
    for name in sorted(prompt.placeholders):
        if name not in cleaned:
            raise InputError(
                f"there is no value for {{{{ {name} }}}}",
                path=prompt.path,
                fix="give one; persona and context may be empty",
            )
        if name in _ONE_LINE and not cleaned[name]:
            raise InputError(f"the value of {{{{ {name} }}}} is blank", path=prompt.path)
    return cleaned


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text of a section with its placeholders filled."""
    if "{{" not in text:
        return text
    kept: list[str] = []
    dropped = False  # the line before was left out, and what it stood between is blank so far
    for line, found in _lines_of(text):
        if not found:
            if not (dropped and not line.strip()):
                kept.append(line)
            dropped = False
            continue
        pieces, at, rest = [], 0, ""
        for placeholder in found:
            rest += line[at : placeholder.start]
            pieces += [line[at : placeholder.start], values[placeholder.name]]
            at = placeholder.end
        pieces.append(line[at:])
        if not (rest + line[at:]).strip() and not any(values[p.name].strip() for p in found):
            dropped = not kept or not kept[-1].strip()
            continue
        dropped = False
        kept.append(markdown.guarded("".join(pieces), _NAMES))
    return "".join(kept)


@lru_cache(maxsize=32)  # the sections of a simulator's prompts, each filled for every seeker
def _lines_of(text: str) -> tuple[tuple[str, tuple[Placeholder, ...]], ...]:
    """Return the lines of a section, each with the placeholders that it holds."""
    return tuple(
        (line, tuple(find_placeholders(line)) if "{{" in line else ())
        for line in markdown.split_lines(text)
    )
