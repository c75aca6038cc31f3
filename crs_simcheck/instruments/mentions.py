"""The titles that an answer lists, read leniently, and how much of it is no list of titles."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crs_simcheck.instruments._late import late
from crs_simcheck.instruments._text import plain

__all__ = ["MentionList", "is_title_line", "read_mentions"]

_YEAR = late(r"\(\s*((?:18[89]|19\d|20\d)\d|2100)\s*\)")
# `12 Angry Men`, `2.0` and `(500) Days of Summer` begin with a number that is part of the title.
_NUMBER = late(r"(?:#\s?)?(?:(?:\d{1,3}[.)]|\(\d{1,2}\))(?!\d)\s*|\d{1,3}\s+[-\u2013]\s+)")
_BULLET = late(r"(?:[-*+\u2022\u00b7\u2013\u2014\u25aa\u25cf]|[a-zA-Z]\))\s+")
_LABEL = late(r"(?:title|movie|film|name)\s*:\s+", re.IGNORECASE)
_HEADING = late(r"#{1,6}\s|```")
_STRONG = late(r"\*\*+|__+|`+")
_SEPARATOR = late(r"\s*(?:[,;/|&+]\s*)?(?:(?:and|or|plus|then)\s+)?", re.IGNORECASE)
_COMMENT = late(r"[\s*_\"']*(?:[-\u2013]+\s|\u2014|:)")
_NOTHING_MORE = late(r"[\s.,;!*_\"']*")

_MOST_WORDS = 8
_LONGEST_TITLE = 200
_SENTENCE_END = (".", "!", "?", ";", ":", ",", "\u2026")
_NO_TITLES = frozenset(
    {"yes", "no", "none", "nothing", "n/a", "sure", "ok", "okay", "thanks", "hello", "hi", "sorry"}
)
# Words that stand uncapitalised inside a title.
_SMALL_WORDS = (
    "a an and as at but by de del der des die du el en et for from if in into la le les of on or "
    "the to und un une vs with y"
)
_SMALL = frozenset(_SMALL_WORDS.split())
# Words that begin a sentence about a film rather than its title, where the rest looks like one.
_STARTER_WORDS = (
    "also another because can could did do finally first have hello here here's hi how i i'd i'll "
    "i'm i've if it it's lately maybe my next okay one our perhaps recently she since some sure "
    "thanks that then there they this we well what when would yeah yes he"
)
_STARTERS = frozenset(_STARTER_WORDS.split())


@dataclass(frozen=True, slots=True)
class MentionList:
    """What an answer lists: ``mentions`` in their order, and the number of ``stray`` lines.

    A mention is ``Title (yyyy)``, or the bare title where its line has no year. A stray line is a
    non-empty line that is not one ``Title (yyyy)``: prose, a title without a year, or several
    titles in one line.
    """

    mentions: tuple[str, ...]
    stray: int


def read_mentions(text: str) -> MentionList:
    r"""Return the titles that a text lists, cleaned of numbering, markdown, quotes and comments.

    Years are those from 1880 to 2100. A comment after the year, set off by a dash or a colon, is
    passed over, and its line is not stray. Of a sentence, only what is capitalised right before
    ``(yyyy)`` is taken for a title. A line without a year is a mention if it has at most 8 words
    and does not end as a sentence does. Curly quotes are given back straight.

    Examples
    --------
    >>> read_mentions('1. **Heat** (1995) - tense\n2. "Up" (2009)')
    MentionList(mentions=('Heat (1995)', 'Up (2009)'), stray=0)
    >>> read_mentions("Some I liked:\nHeat (1995), Up (2009)\nCasino")
    MentionList(mentions=('Heat (1995)', 'Up (2009)', 'Casino'), stray=3)
    """
    mentions: list[str] = []
    stray = 0
    for line in plain(text).splitlines():
        if line.strip():
            found, alone = _read_line(line.strip())
            mentions += found
            stray += not alone
    return MentionList(tuple(mentions), stray)


def is_title_line(line: str) -> bool:
    """Whether a line is one ``Title (yyyy)``, with or without a number before it, and no more."""
    line = plain(line).strip()
    found, alone = _read_line(line)
    number = _NUMBER.match(line)
    return alone and found == [line if number is None else line[number.end() :]]


def _read_line(line: str) -> tuple[list[str], bool]:
    """Return the mentions of a stripped line, and whether it is one title with a year."""
    if _HEADING.match(line):
        return [], False
    body, marked = _without_mark(line)
    body = _STRONG.sub("", body)
    label = _LABEL.match(body)
    if label is not None:
        body = body[label.end() :]
    years = list(_YEAR.finditer(body))
    if not years:
        bare = _bare_title(body)
        return ([] if bare is None else [bare]), False
    mentions: list[str] = []
    alone = True
    end = 0
    for year in years:
        if end and _COMMENT.match(body, end):
            break
        if end:
            alone = False
            end = _end_of(_SEPARATOR, body, end)
        title, whole = _title(body[end : year.start()], body[year.end() : year.end() + 20], marked)
        alone = alone and whole
        if title:
            mentions.append(f"{title} ({year[1]})")
        end = year.end()
    if _COMMENT.match(body, end) is None and not _NOTHING_MORE.fullmatch(body, end):
        alone = False
    return mentions, alone and len(mentions) == 1


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return start if found is None else found.end()


def _without_mark(line: str) -> tuple[str, bool]:
    """Return a line without its bullet and its number, and whether it had one."""
    start = _end_of(_BULLET, line, 0)
    # The number itself may be bold: `**1.** Heat (1995)`.
    bold = _end_of(_STRONG, line, start)
    number = _NUMBER.match(line, bold)
    if number is not None:
        return line[number.end() :], True
    return line[start:], start > 0


def _bare_title(body: str) -> str | None:
    """Return the title that a line without a year is, or None where it is no title."""
    if len(body) > _LONGEST_TITLE:
        return None
    title = _clean(body, "")
    if not any(sign.isalnum() for sign in title) or title.lower() in _NO_TITLES:
        return None
    if len(title.split()) > _MOST_WORDS or title.endswith(_SENTENCE_END):
        return None
    return title


def _title(before: str, after: str, marked: bool) -> tuple[str, bool]:
    """Return the title at the end of what stands before its year, and whether it is all of it."""
    long = len(before) > _LONGEST_TITLE
    title = _clean(before[-_LONGEST_TITLE:], after)
    tokens = title.split()
    if not tokens:
        return "", False
    told = long or tokens[0].lower() in _STARTERS or after.lstrip()[:1].isalpha()
    if marked and not long:
        told = False
    if not told or all(_is_title_word(token) for token in tokens):
        return title, not long
    kept = len(tokens)
    while kept and _is_title_word(tokens[kept - 1]):
        kept -= 1
    while kept < len(tokens) and tokens[kept] in _SMALL:
        kept += 1
    if kept == len(tokens):
        # No capitals to go by: a title in lower case, unless it is far too long for one.
        return ("", False) if long else (title, True)
    return _clean(" ".join(tokens[kept:]), after), False


def _is_title_word(token: str) -> bool:
    """Whether a token may stand in a title: capitalised, without case, or a small word."""
    if token in _SMALL:
        return True
    first = next((sign for sign in token if sign.isalnum()), "")
    return not first.islower()


def _clean(title: str, after: str) -> str:
    """Return a title without the markdown and the quotes around it, given what follows its year."""
    title = title.strip().strip("*_").strip()
    if title.count('"') == 1:
        title = title.replace('"', "")
    if len(title) > 2 and title[0] == title[-1] and title[0] in "\"'":
        title = title[1:-1]
    elif title.startswith("'") and after.lstrip().startswith("'"):
        title = title[1:]
    return title.strip().strip("*_").strip()
