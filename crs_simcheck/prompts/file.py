"""A prompt file: four sections of Markdown with placeholders, kept byte for byte.

The format is DESIGN's prompt file. ``# Persona`` and ``# Guidelines`` may be changed by an
optimizer; ``# Task``, ``# Output`` and the front matter never are.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from crs_simcheck.errors import InputError
from crs_simcheck.prompts import _markdown as markdown
from crs_simcheck.prompts.placeholders import REQUIRED, Placeholder, find_placeholders, unfilled
from crs_simcheck.prompts.sections import SECTIONS, Section, nearest_section, read_sections, shown
from crs_simcheck.prompts.tokens import tokens_at_most, tokens_upper_bound
from crs_simcheck.records import TaskName

__all__ = ["EDITABLE", "MAX_PROMPT_BYTES", "Prompt", "parse_prompt"]

EDITABLE: tuple[str, ...] = ("Persona", "Guidelines")
"""The sections whose text may be replaced."""

MAX_PROMPT_BYTES = 256 * 1024
"""A longer file is refused before it is read whole."""

_FIRST_END = re.compile(r"\r\n|\r|\n")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Prompt:
    r"""A prompt file that was read and checked. Frozen.

    Parameters
    ----------
    path:
        Where it was read, or None.
    task:
        The task that its placeholders were checked for, or None.
    before:
        What stands before the first heading: byte order mark, front matter, blank lines.
    sections:
        The four sections in the file's order.
    """

    path: Path | None
    task: TaskName | None
    before: str
    sections: tuple[Section, ...]

    @cached_property
    def text(self) -> str:
        """The whole file; encoded as UTF-8 it is the file's bytes."""
        return self.before + "".join(s.heading + s.text for s in self.sections)

    @property
    def front_matter(self) -> str | None:
        """The text between the rules of the front matter, or None where there is none."""
        _, whole, inside, _ = markdown.split_front(self.before)
        return inside if whole else None

    @cached_property
    def content(self) -> str:
        r"""The sections alone, with every line end as ``\n``: what an engine may see of it."""
        return markdown.with_newlines("".join(s.heading + s.text for s in self.sections))

    @cached_property
    def sha256(self) -> str:
        r"""Hex digest of ``content``: front matter and kind of line ends are no part of it."""
        return _digest(self.content)

    @cached_property
    def section_sha256(self) -> Mapping[str, str]:
        r"""Name of a section → hex digest of its text, with every line end as ``\n``."""
        return MappingProxyType(
            {s.name: _digest(markdown.with_newlines(s.text)) for s in self.sections}
        )

    @cached_property
    def placeholders(self) -> frozenset[str]:
        """The names of the placeholders that occur."""
        return frozenset(p.name for s in self.sections for p in find_placeholders(s.text))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is no error and may be a mistake, a sentence each."""
        if "persona" in self.placeholders:
            return ()
        return (
            "{{ persona }} stands nowhere: every seeker gets the same prompt but for what is asked",
        )

    @cached_property
    def tokens_upper_bound(self) -> int:
        """Upper estimate of the tokens of ``content``; see the function of that name."""
        return tokens_upper_bound(self.content)

    @cached_property
    def tokens_at_most(self) -> int:
        """A number of tokens that no byte-level tokenizer exceeds for ``content``."""
        return tokens_at_most(self.content)

    def section(self, name: str) -> Section:
        """Return a section by its name.

        Raises
        ------
        InputError
            There is no section of that name; the message offers the nearest.
        """
        for section in self.sections:
            if section.name == name:
                return section
        near = nearest_section(name)
        raise InputError(
            f"there is no section '{name}'; a prompt has {', '.join(SECTIONS)}",
            path=self.path,
            fix=f"did you mean '{near}'?" if near else None,
        )

    def replaced(self, name: str, new_text: str) -> Prompt:
        """Return the prompt with another text in one section, and not a byte changed elsewhere.

        Blank lines at the ends of ``new_text`` are not taken over: those of the old text stay, and
        so does the kind of line end. The same body gives the same prompt.

        Raises
        ------
        InputError
            The section may not be changed, or the new text holds a level-1 heading, a code fence
            that is never closed, a broken placeholder, other placeholders than the old text (each
            as often), or what UTF-8 cannot write.
        """
        section = self.section(name)
        if name not in EDITABLE:
            raise InputError(
                f"the section '{name}' may not be changed; only {' and '.join(EDITABLE)} may",
                path=self.path,
                line=section.line,
            )
        before, old, after = section.framed()
        body = Section(name, 0, "", new_text).body
        if markdown.with_newlines(body) == markdown.with_newlines(old):
            return self
        self._check_replacement(section, body)
        ends = _FIRST_END.search(self.text)
        newline = ends[0] if ends else "\n"
        body = markdown.with_newlines(body).replace("\n", newline)
        if not section.heading.endswith(("\n", "\r")):
            before = newline  # the heading was the last line of the file, and had no end
        if not old:
            after = newline if section is self.sections[-1] else newline * 2
        text = before + body + after
        sections = tuple(
            Section(name, s.line, s.heading, text) if s is section else s for s in self.sections
        )
        changed = Prompt(self.path, self.task, self.before, sections)
        return parse_prompt(changed.text.encode("utf-8"), self.path, self.task)

    def _check_replacement(self, section: Section, body: str) -> None:
        where = f"the new text of '{section.name}'"
        refused = f"{where} was not taken"
        try:
            body.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(
                f"{where} holds {body[error.start]!r}, which UTF-8 cannot write", path=self.path
            ) from None
        for line in markdown.read_lines(body):
            if line.heading is not None:
                raise InputError(
                    f"{where} brings the heading {shown(line.content)} on its line {line.number}; "
                    f"a section holds none of level 1",
                    path=self.path,
                    fix=refused,
                )
        if opened := markdown.open_fence(body):
            raise InputError(
                f"{where} opens a code fence on its line {opened} and never closes it",
                path=self.path,
                fix=refused,
            )
        found = list(find_placeholders(body))
        for placeholder in found:
            if placeholder.problem:
                raise InputError(
                    f"{where}: {placeholder.problem}", path=self.path, fix=placeholder.fix
                )
        old = Counter(p.name for p in find_placeholders(section.text))
        new = Counter(p.name for p in found)
        if old != new:
            raise InputError(
                f"{where} {_difference(old, new)}; it must keep its placeholders, each as often",
                path=self.path,
                fix=refused,
            )


def parse_prompt(
    data: bytes, path: str | Path | None = None, task: TaskName | None = None
) -> Prompt:
    """Return the prompt that the bytes of a prompt file hold.

    Parameters
    ----------
    data:
        The file's bytes.
    path:
        Where they come from, for messages.
    task:
        Check the placeholders for this task; None checks only that they exist.

    Raises
    ------
    InputError
        Names file and line, what was found, what is needed, and the nearest name.
    """
    text = _decoded(data, path)
    try:
        mark, front, _, rest = markdown.split_front(text)
    except ValueError:
        raise InputError(
            "the front matter that begins here is never closed",
            path=path,
            line=1,
            fix="put a line '---' after it",
        ) from None
    first = 1 + markdown.count_lines(front)
    preamble, sections = read_sections(rest, first, path)
    prompt = Prompt(
        None if path is None else Path(path), task, mark + front + preamble, tuple(sections)
    )
    _check_placeholders(prompt)
    return prompt


def _decoded(data: bytes, path: str | Path | None) -> str:
    if len(data) > MAX_PROMPT_BYTES:
        raise InputError(
            f"more than {MAX_PROMPT_BYTES:,} bytes; a prompt is a page or two",
            path=path,
            fix="check that this is a prompt file",
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + markdown.count_lines(data[: error.start].decode("utf-8"))
        fix = "save the file as UTF-8"
        if data.startswith(_UTF16_MARKS):
            fix = "this looks like UTF-16: save the file as UTF-8"
        raise InputError(
            f"not UTF-8: byte 0x{data[error.start]:02x} at byte {error.start + 1} of the file",
            path=path,
            line=line,
            fix=fix,
        ) from None


def _placed(prompt: Prompt) -> Iterator[tuple[int, Placeholder]]:
    for section in prompt.sections:
        for placeholder in find_placeholders(section.text):
            above = markdown.count_lines(section.text[: placeholder.start])
            yield section.line + 1 + above, placeholder


def _check_placeholders(prompt: Prompt) -> None:
    path, task = prompt.path, prompt.task
    for section in prompt.sections:
        if "{{" not in section.text:
            continue
        for fenced in markdown.read_lines(section.text, section.line + 1):
            if fenced.fence == fenced.number and "{{" in fenced.text:
                raise InputError(
                    "a placeholder stands on the line that opens a code fence",
                    path=path,
                    line=fenced.number,
                    fix="put it on a line of its own",
                )
    for line, placeholder in _placed(prompt):
        if placeholder.problem:
            raise InputError(placeholder.problem, path=path, line=line, fix=placeholder.fix)
        why = unfilled(placeholder.name, task) if task is not None else ""
        if why:
            raise InputError(why, path=path, line=line, fix="take the placeholder out")
    needed = REQUIRED.get(task) if task is not None else None
    if needed is not None and needed not in prompt.placeholders:
        raise InputError(
            f"{{{{ {needed} }}}} stands nowhere, and {task} needs it",
            path=path,
            line=prompt.section("Task").line,
            fix=f"write {{{{ {needed} }}}} where the task is told",
        )


def _difference(old: Counter[str], new: Counter[str]) -> str:
    lost = [f"loses {{{{ {name} }}}}" for name in sorted((old - new).keys())]
    brought = [f"brings {{{{ {name} }}}}" for name in sorted((new - old).keys())]
    return " and ".join(lost + brought)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
