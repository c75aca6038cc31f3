"""The little of Markdown that a prompt file needs: lines, level-1 headings, code fences.

Follows CommonMark where it reads a thing at all: a heading may be indented by up to three blanks
and closed by ``#``; inside a fence of backticks or tildes nothing is a heading. Headings that are
underlined are not read. Takes time linear in the text, for any text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

BOM = "\ufeff"
FRONT_RULE = "---"

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n|\r")
_HEADING = re.compile(r" {0,3}#(?:[ \t]|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)", re.DOTALL)
# Signs that a reader, or a model, takes for the first of a heading: NFKC makes the last two ``#``.
_NUMBER_SIGNS = "#\uff03\ufe5f"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: ``number`` from 1, ``text`` with its line end.

    ``heading`` is the name where the line is a level-1 heading, else None. ``fence`` is the number
    of the line that opened the code fence which this line is part of, its last line included, or 0.
    """

    number: int
    text: str
    heading: str | None
    fence: int

    @property
    def content(self) -> str:
        """The line without its line end."""
        return self.text.rstrip("\r\n")

    @property
    def is_blank(self) -> bool:
        """Whether the line holds nothing but white space."""
        return not self.text.strip()


def split_lines(text: str) -> list[str]:
    r"""Return the lines with their ends, which are ``\n``, ``\r\n`` and ``\r`` alone."""
    return _LINE.findall(text)


def count_lines(text: str) -> int:
    """Return how many line ends a text has."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def with_newlines(text: str) -> str:
    r"""Return the text with every line end as ``\n``."""
    return _LINE_END.sub("\n", text)


def read_lines(text: str, first: int = 1) -> Iterator[Line]:
    """Yield the lines of a text that begins on line ``first``, headings and fences told apart."""
    opened, mark = 0, ""
    for number, line in enumerate(split_lines(text), start=first):
        content = line.rstrip("\r\n")
        if opened:
            yield Line(number, line, None, opened)
            if _closes(content, mark):
                opened = 0
            continue
        mark = _opening(content)
        if mark:
            opened = number
        yield Line(number, line, heading_of(content), opened)


def open_fence(text: str, first: int = 1) -> int:
    """Return the number of the line whose code fence is never closed, or 0."""
    if "```" not in text and "~~~" not in text:
        return 0
    opened, mark = 0, ""
    for number, line in enumerate(split_lines(text), start=first):
        content = line.rstrip("\r\n")
        if opened:
            opened = 0 if _closes(content, mark) else opened
        else:
            mark = _opening(content)
            opened = number if mark else 0
    return opened


def _opening(content: str) -> str:
    """Return the run of backticks or tildes that opens a fence, or nothing."""
    found = _FENCE.match(content) if "```" in content or "~~~" in content else None
    if found is None or (found[1][0] == "`" and "`" in found[2]):
        return ""
    return found[1]


def _closes(content: str, mark: str) -> bool:
    found = _FENCE.match(content)
    if found is None or found[2].strip():
        return False
    return found[1][0] == mark[0] and len(found[1]) >= len(mark)


def heading_of(content: str) -> str | None:
    """Return the name of a level-1 heading, or None where the line is none."""
    if "#" not in content or _HEADING.match(content) is None:
        return None
    name = content.lstrip(" ")[1:].strip()
    closed = name.rstrip("#")
    if closed != name and (not closed or closed[-1] in " \t"):
        name = closed.rstrip()
    return name


def split_front(text: str) -> tuple[str, str, str, str]:
    """Split a text into mark, front matter with its rules, the text between the rules, the rest.

    The front matter is empty where the text does not begin with a rule. Raises ``ValueError``
    where it is never closed.
    """
    mark = BOM if text.startswith(BOM) else ""
    lines = split_lines(text[len(mark) :])
    if not lines or lines[0].rstrip() != FRONT_RULE:
        return mark, "", "", text[len(mark) :]
    for place, line in enumerate(lines[1:], start=1):
        if line.rstrip() == FRONT_RULE:
            front = "".join(lines[: place + 1])
            return mark, front, "".join(lines[1:place]), text[len(mark) + len(front) :]
    raise ValueError("the front matter is never closed")


def guarded(text: str, names: tuple[str, ...]) -> str:
    r"""Return a text in which no line can pass for a heading or a code fence.

    A backslash is put before the sign, as Markdown escapes it. Lines are what any reader may take
    for one (``str.splitlines``), and what nobody sees before the sign does not hide it. A heading
    is up to six ``#`` and a blank, or right before one of ``names``, in any case.
    """
    if not any(sign in text for sign in (*_NUMBER_SIGNS, "```", "~~~")):
        return text
    return "".join(_guarded_line(line, names) for line in text.splitlines(keepends=True))


def _guarded_line(line: str, names: tuple[str, ...]) -> str:
    start = 0
    while start < len(line) and _is_unseen(line[start]):
        start += 1
    rest = line[start:]
    signs = len(rest) - len(rest.lstrip(_NUMBER_SIGNS))
    after = rest[signs:]
    is_heading = 0 < signs <= 6 and (
        not after or _is_unseen(after[0]) or after.casefold().startswith(names)
    )
    if is_heading or rest.startswith(("```", "~~~")):
        return f"{line[:start]}\\{rest}"
    return line


def _is_unseen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Cf", "Cc", "Zs")
