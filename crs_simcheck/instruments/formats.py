"""Whether an answer has the form that its task asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from crs_simcheck.instruments._late import late
from crs_simcheck.instruments._text import plain
from crs_simcheck.instruments.mentions import is_title_line
from crs_simcheck.instruments.roles import SPEAKER_LABEL
from crs_simcheck.instruments.yesno import is_exact_yes_no

__all__ = ["format_violation"]

_PROSE_TASKS = frozenset({"open_pref", "rec_request", "neg_feedback"})

_LIST_LINE = late(r"^[ \t]*(?:[-*+\u2022]|\d{1,2}[.)])[ \t]+\S", re.MULTILINE)
_HEADING = late(r"^[ \t]{0,3}#{1,6}[ \t]+\S|^[ \t]*\*\*[^*\n]{1,80}\*\*:?[ \t]*$", re.MULTILINE)
_PLACEHOLDER = late(
    r"\{\{[^{}\n]{0,60}\}\}"
    r"|\{(?:item|title|movie|film|persona|context|name|n_items|year|genre)\}"
    r"|\[(?:your|insert|enter|movie|film|item|title|name|genre|actor|director|year|reason)\b"
    r"[^\[\]\n]{0,40}\]"
    r"|<(?:your|insert|movie|film|item|title|name|genre)\b[^<>\n]{0,40}>",
    re.IGNORECASE,
)


def format_violation(task: str, text: str, stimulus: Mapping[str, Any]) -> str | None:
    """Return the name of the first rule of form that an answer breaks, or None.

    Parameters
    ----------
    task:
        What was asked. A task that is not known is only asked for some text.
    text:
        The answer.
    stimulus:
        What the seeker was shown. In ``items_talk`` an integer ``n_items`` is how many titles
        were asked for.

    Returns
    -------
    str or None
        ``empty``: nothing can be seen. ``not_one_title_per_line``, ``wrong_count``: items_talk
        is one ``Title (yyyy)`` a line, with or without numbers, as many as were asked for.
        ``not_yes_or_no``: bin_pref is exactly Yes or No. In tasks that ask for prose:
        ``structured`` (all of it is JSON or one code block), ``speaker_label`` (a line begins
        with ``User:`` or the like), ``template`` (a placeholder was left unfilled), ``list`` (a
        heading, or two or more lines with bullets or numbers).
    """
    # A zero-width space is whitespace to nobody but its writer.
    seen = plain(text).replace("\u200b", " ").strip()
    if not seen:
        return "empty"
    if task == "items_talk":
        return _titles_violation(seen, stimulus)
    if task == "bin_pref":
        return None if is_exact_yes_no(text) else "not_yes_or_no"
    if task in _PROSE_TASKS:
        return _prose_violation(seen)
    return None


def _titles_violation(text: str, stimulus: Mapping[str, Any]) -> str | None:
    lines = [line for line in text.splitlines() if line.strip()]
    if not all(is_title_line(line) for line in lines):
        return "not_one_title_per_line"
    asked = stimulus.get("n_items")
    # True is an int to Python, and a stimulus comes from a file.
    if isinstance(asked, int) and not isinstance(asked, bool) and asked != len(lines):
        return "wrong_count"
    return None


def _prose_violation(text: str) -> str | None:
    if _is_structured(text):
        return "structured"
    if SPEAKER_LABEL.search(text):
        return "speaker_label"
    if _PLACEHOLDER.search(text):
        return "template"
    listed = _LIST_LINE.finditer(text)
    if _HEADING.search(text) or (next(listed, None) and next(listed, None)):
        return "list"
    return None


def _is_structured(text: str) -> bool:
    """Whether all of a text is one code block or one JSON object or array."""
    if len(text) > 6 and text.startswith("```") and text.endswith("```"):
        return "```" not in text[3:-3]
    if (text[0], text[-1]) not in {("{", "}"), ("[", "]")}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
