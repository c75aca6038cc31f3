"""The sections of a prompt file: headings found, checked and told apart from text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from crs_simcheck.errors import InputError, nearest_name
from crs_simcheck.prompts import _markdown as markdown

__all__ = ["SECTIONS", "Section", "nearest_section", "read_sections", "shown"]

SECTIONS: tuple[str, ...] = ("Task", "Persona", "Guidelines", "Output")
"""The headings that a prompt file has, each once."""

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its name, the line of its heading (from 1), that line, and the text after it.

    ``heading`` and ``text`` are as they stand in the file, line ends included.
    """

    name: str
    line: int
    heading: str
    text: str

    @property
    def body(self) -> str:
        """The text without the blank lines at its ends."""
        return self.framed()[1]

    def framed(self) -> tuple[str, str, str]:
        """Return the blank lines before the body, the body, and what follows it."""
        lines = markdown.split_lines(self.text)
        filled = [place for place, line in enumerate(lines) if line.strip()]
        if not filled:
            return self.text, "", ""
        last = lines[filled[-1]].rstrip("\r\n")
        before = "".join(lines[: filled[0]])
        body = "".join(lines[filled[0] : filled[-1]]) + last
        return before, body, self.text[len(before) + len(body) :]


def read_sections(rest: str, first: int, path: str | Path | None) -> tuple[str, list[Section]]:
    """Return what stands before the first heading, and the sections."""
    lines = list(markdown.read_lines(rest, first))
    preamble = ""
    parts: list[tuple[markdown.Line, list[str]]] = []
    for line in lines:
        if line.heading is not None:
            _check_heading(line, [part[0] for part in parts], path)
            parts.append((line, []))
        elif parts:
            parts[-1][1].append(line.text)
        elif line.is_blank:
            preamble += line.text
        else:
            raise _before_heading(line, path)
    if opened := markdown.open_fence(rest, first):
        raise InputError(
            "the code fence that opens here is never closed",
            path=path,
            line=opened,
            fix="close it with as many signs as it opens with",
        )
    missing = [name for name in SECTIONS if name not in {head.heading for head, _ in parts}]
    if missing:
        raise _missing(missing[0], lines, path)
    return preamble, [
        Section(head.heading or "", head.number, head.text, "".join(texts)) for head, texts in parts
    ]


def _check_heading(line: markdown.Line, seen: list[markdown.Line], path: str | Path | None) -> None:
    name = line.heading or ""
    for earlier in seen:
        if earlier.heading == name:
            raise InputError(
                f"the heading '# {name}' stands here and on line {earlier.number}",
                path=path,
                line=line.number,
                fix="each section comes once: join the two, or use '##' inside a section",
            )
    if name not in SECTIONS:
        near = nearest_section(name)
        offer = f"did you mean '# {near}'? " if near else ""
        raise InputError(
            f"found the heading {shown('# ' + name)}; the headings of a prompt file are "
            + ", ".join(f"# {known}" for known in SECTIONS),
            path=path,
            line=line.number,
            fix=f"{offer}A heading inside a section begins with '##'",
        )


def _before_heading(line: markdown.Line, path: str | Path | None) -> InputError:
    near = _meant(line, SECTIONS)
    return InputError(
        f"found {shown(line.content)} before the first heading; only front matter and blank lines "
        "may stand there",
        path=path,
        line=line.number,
        fix=f"write '# {near}'" if near else "move it into a section, such as '# Task'",
    )


def _missing(name: str, lines: list[markdown.Line], path: str | Path | None) -> InputError:
    fix = f"add a line '# {name}'; the section may be empty"
    for line in lines:
        if line.heading is None and _meant(line, (name,)):
            why = f"is inside the code fence of line {line.fence}" if line.fence else "is none"
            fix = f"{shown(line.content)} on line {line.number} {why}: write '# {name}'"
            break
    return InputError(f"there is no heading '# {name}'", path=path, fix=fix)


def _meant(line: markdown.Line, names: tuple[str, ...]) -> str | None:
    """Return the section that a line which is no heading was probably meant to begin."""
    if len(line.text) > 200:
        return None
    word = re.sub(r"[\W_]+", "", line.text).casefold()
    return next((name for name in names if word == name.casefold()), None)


def nearest_section(name: str) -> str | None:
    """Return the section whose name is most like a name, or None where none is alike."""
    by_fold = {known.casefold(): known for known in SECTIONS}
    near = nearest_name(name[:200].casefold(), by_fold)
    return None if near is None else by_fold[near]


def shown(text: str) -> str:
    """Return a piece of text as messages show it, on one line and not too long."""
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}..."
