"""Reading the reply of a model that rewrites a section: what stands between two tags, or why not.

What cannot be read for certain is refused in words that the model is told when it is asked again.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["ECHOES", "new_section", "without_thinking"]

_THINKING = re.compile(
    r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)\s*", re.DOTALL | re.IGNORECASE
)
_FENCED = re.compile(r"\A(```+|~~~+)[a-z]*[ \t]*\n(.*?)\n?\1\Z", re.DOTALL | re.IGNORECASE)
# "(...)", "[rest unchanged]", or three dots alone on a line: text that was left out.
_LEFT_OUT = re.compile(
    r"[(\[](?:\.\.\.|…)[)\]]"
    r"|^[-*•\s]*(?:\.\.\.|…)\s*$"
    r"|[(\[][^)\]\n]{0,60}\b(?:unchanged|as before|stays the same)\b[^)\]\n]{0,60}[)\]]",
    re.MULTILINE | re.IGNORECASE,
)
_MARKUP = re.compile(
    r"</?(?:NEW_SECTION|IMPROVED_VARIABLE|VARIABLE|ROLE|CONTEXT|FEEDBACK|CONSTRAINTS|CONVERSATION"
    r"|INPUTS_TO_FUNCTION|OUTPUT_OF_FUNCTION|OBJECTIVE_FUNCTION|LM_SYSTEM_PROMPT|LM_INPUT"
    r"|LM_OUTPUT|FOCUS|EXAMPLES)\s*>",
    re.IGNORECASE,
)
# What a model's own template is made of: within a prompt it ends the message that holds it.
_CONTROL = re.compile(r"<[|｜][^<>|｜\s]{1,40}[|｜]>|\[/?INST\]|</?s>|<(?:start|end)_of_turn>")
# What a reader of the prompt would not see, or would see in another order (with all of Cf).
_HIDDEN = frozenset("\u2028\u2029")
_JOINERS = frozenset("\u200c\u200d")  # signs that some scripts, and emoji, are written with
_PLAIN = frozenset("\n\r\t")
_MOST_CHARS = 100_000
# What requests show in the place of the new text.
ECHOES = ("improved variable", "whole new text of the section")
_NO_LETTERS = re.compile(r"[\W_]+")


def without_thinking(text: str) -> str:
    """Return a reply without what a model wrote down while it thought, where it marked that.

    One that never stopped thinking has said nothing.
    """
    return _THINKING.sub("", text).strip()


def new_section(
    reply: str, old: str, *, tags: tuple[str, str], cut: bool = False
) -> tuple[str | None, str]:
    """Return the new text that a reply gives, or None and what is wrong with it.

    Parameters
    ----------
    old:
        The text as it was.
    tags:
        Between which the new text must stand, once, and written exactly so.
    cut:
        Whether the reply ended because it was too long.
    """
    text = without_thinking(reply)
    if not text:
        return None, "The reply was empty. Write the whole section."
    first, last = tags
    opened, closed = text.count(first), text.count(last)
    if opened > 1 or closed > 1:
        return None, f"The reply has more than one {first} or {last}. Write each exactly once."
    if not opened:
        if re.search(_loosely(first), text, re.IGNORECASE):
            return None, f"Write the tags exactly so, in capital letters: {first} and {last}."
        return (
            None,
            f"The reply has no {first}. Write the whole section between {first} and {last}.",
        )
    if not closed:
        if re.search(_loosely(last), text, re.IGNORECASE):
            return None, f"Write the tags exactly so, in capital letters: {first} and {last}."
        why = "it was too long" if cut else "it is cut short"
        return None, f"The reply has no {last}: {why}. Write the whole section, shorter."
    start, end = text.index(first) + len(first), text.index(last)
    if end < start:
        return None, f"{last} stands before {first}. Write {first}, the section, {last}."
    return _checked(text[start:end].strip(), old, tags)


def _checked(inside: str, old: str, tags: tuple[str, str]) -> tuple[str | None, str]:
    if len(inside) > _MOST_CHARS:
        return None, f"The new text has {len(inside):,} characters. Write a section of a page."
    fenced = _FENCED.match(inside)
    if fenced and not _FENCED.match(old.strip()):
        inside = fenced[2].strip("\n")
    if not inside.strip():
        return None, f"Nothing stands between {tags[0]} and {tags[1]}. Write the whole section."
    letters = _letters(inside)
    for echo in ECHOES:
        if echo in letters and echo not in _letters(old):
            return None, f"The reply repeats '{echo}'. Write the section itself in its place."
    found = _MARKUP.search(inside)
    if found and found[0] not in old:
        return None, f"The new text holds the tag {found[0]}. Leave it out."
    found = _CONTROL.search(inside)
    if found and found[0] not in old:
        return None, f"The new text holds the control sign {found[0]}. Leave it out."
    found = _LEFT_OUT.search(inside)
    if found and found[0] not in old:
        return None, f"The new text leaves something out ('{found[0].strip()}'). Write all of it."
    for sign in inside:
        if sign in _HIDDEN or (
            sign not in _PLAIN
            and sign not in _JOINERS
            and unicodedata.category(sign) in ("Cc", "Cf", "Cs")
        ):
            return None, f"The new text holds the unseen sign U+{ord(sign):04X}. Leave it out."
    return inside, ""


def _letters(text: str) -> str:
    return _NO_LETTERS.sub(" ", text).strip().lower()


def _loosely(tag: str) -> str:
    """Return a pattern of a tag with blanks in it."""
    slash, name = re.fullmatch(r"<(/?)(\w+)>", tag).groups()  # type: ignore[union-attr]
    return rf"<\s*{slash}\s*{name}\s*>"
