"""What the embedded seeker is asked, read from the chat messages as a model would read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from crs_simcheck.records import Message

__all__ = ["Asked", "Kind", "read_messages"]

Kind = Literal["name", "yes_no", "review", "request", "answer"]

# Of a message no more is read: far more than the context of most models holds.
_READ_AT_MOST = 40_000
_MOST_TITLES = 200
_LONGEST_TITLE = 20  # words
_USUAL_ITEMS, _MOST_ITEMS = 5, 50

_HEADING = re.compile(r"^#[ \t]+(Task|Persona|Guidelines|Output)[ \t]*$", re.MULTILINE)
_YEAR = re.compile(r"\((18[89]\d|19\d\d|20\d\d|2100)\)")
_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("yes_no", re.compile(r"\byes\b[^.\n]{0,20}\bno\b", re.IGNORECASE)),
    (
        "name",
        re.compile(
            r"title per line|titles? on (?:its|their) own line|\(y{4}\)|\(year\)"
            r"|\b(?:name|list) (?:\d+|\w+) (?:\w+ ){0,2}(?:films|movies|titles)\b",
            re.IGNORECASE,
        ),
    ),
    ("review", re.compile(r"\breviews?\b|\bwhat did you think of\b", re.IGNORECASE)),
    (
        "answer",
        re.compile(
            r"\b(?:accept|reject|refuse|turn down)\b|\byour answer to the recommend"
            r"|\b(?:recommends|suggests|suggested|recommended) (?:to )?you\b",
            re.IGNORECASE,
        ),
    ),
    ("request", re.compile(r"\brequest\b|\bask (?:\w+ ){0,3}for\b", re.IGNORECASE)),
)
_NUMBERS = {
    word: number
    for number, word in enumerate(
        (
            *("one", "two", "three", "four", "five", "six"),
            *("seven", "eight", "nine", "ten", "eleven", "twelve"),
        ),
        start=1,
    )
}
_COUNT = re.compile(
    rf"\b(\d{{1,6}}|a|{'|'.join(_NUMBERS)}) (?:[\w-]+ ){{0,3}}?(?:films?|movies?|titles?|lines)\b",
    re.IGNORECASE,
)
_ASKED_ABOUT = re.compile(
    r"(?:did you like|do you like|would you like|think of|review of|I recommend|recommends:?"
    r"|suggests:?|you saw|about)[ \t]+[\"*_]{0,2}(.{1,200}?)[\"*_]{0,2}(?:[?:\n]|\.(?=\W|$)|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read.

    Parameters
    ----------
    kind:
        What is asked: to name films, Yes or No, a review, a request, an answer to a recommendation.
    persona, guidelines:
        Those sections; where a prompt has none, all of the system message is both.
    item:
        The film that is asked about, as it is written; empty where none is.
    n_items:
        How many films are to be named.
    titles:
        Other titles with years that the prompt holds, in their order: a history, or examples.
    """

    kind: Kind
    persona: str
    guidelines: str
    item: str
    n_items: int
    titles: tuple[str, ...]


def read_messages(messages: Sequence[Message], known: Callable[[str], bool]) -> Asked:
    """Read a request.

    Parameters
    ----------
    known:
        Whether there is a film of this label; it tells where a title begins.
    """
    sections = _sections(messages)
    task, output = sections["Task"], sections["Output"]
    kind = _kind(task, output)
    of_task = _titles(task, known)
    item = ""
    if kind in {"yes_no", "review", "answer"}:
        item = of_task[0] if of_task else _asked_about(f"{task}\n{output}")
    elsewhere = _titles(f"{sections['Persona']}\n{sections['Guidelines']}", known)
    others = (title for title in (*elsewhere, *of_task) if title != item)
    return Asked(
        kind=kind,
        persona=sections["Persona"],
        guidelines=sections["Guidelines"],
        item=item,
        n_items=_count(f"{task}\n{output}"),
        titles=tuple(dict.fromkeys(others)),
    )


def _sections(messages: Sequence[Message]) -> dict[str, str]:
    """Return the text of each section; what stands before the first goes by who says it."""
    sections = dict.fromkeys(("Task", "Persona", "Guidelines", "Output"), "")
    for message in messages:
        text = message.content[:_READ_AT_MOST]
        found = list(_HEADING.finditer(text))
        before = text[: found[0].start()] if found else text
        for name in ("Persona", "Guidelines") if message.role == "system" else ("Task",):
            sections[name] += before
        ends = [*(heading.start() for heading in found[1:]), len(text)]
        for heading, end in zip(found, ends, strict=False):
            sections[heading[1]] += text[heading.end() : end] + "\n"
    return sections


def _kind(task: str, output: str) -> Kind:
    """Return what is asked. The form of the answer tells most, and holds no words of others."""
    for text in (output, task):
        for kind, pattern in _KINDS:
            if pattern.search(text):
                return kind
    return "request"


def _count(text: str) -> int:
    found = _COUNT.search(text)
    if found is None:
        return _USUAL_ITEMS
    word = found[1].lower()
    number = int(word) if word.isdecimal() else _NUMBERS.get(word, 1)
    return max(1, min(number, _MOST_ITEMS))


def _titles(text: str, known: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the titles with years in a text, as the films have them or as they are written."""
    titles: dict[str, None] = {}
    end = 0
    for year in _YEAR.finditer(text):
        if len(titles) == _MOST_TITLES:
            break
        line = text[end : year.start()].rpartition("\n")[2][-300:]
        end = year.end()
        title = _title(line.split()[-_LONGEST_TITLE:], year[1], known)
        if title:
            titles[title] = None
    return tuple(titles)


def _title(words: list[str], year: str, known: Callable[[str], bool]) -> str:
    """Return the label that ends a line: the longest that is known, or else what has capitals."""
    for start in range(len(words)):
        label = f"{' '.join(words[start:])} ({year})".lstrip("\"'*_-([\u201c\u2018")
        if known(label):
            return label
    kept = len(words)
    while kept and not words[kept - 1].strip("\"'*_\u201c(")[:1].islower():
        kept -= 1
    title = " ".join(words[kept:]).strip("\"'*_\u201c\u201d([-:; ")
    return f"{title} ({year})" if title else ""


def _asked_about(text: str) -> str:
    found = _ASKED_ABOUT.search(text)
    return "" if found is None else found[1].strip()
