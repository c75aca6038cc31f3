"""The one sentence splitter: whatever counts or reads sentences takes these."""

from __future__ import annotations

import re
from functools import lru_cache

from crs_simcheck.instruments._late import late
from crs_simcheck.instruments._text import LETTER
from crs_simcheck.instruments.words import words

__all__ = ["split_sentences"]

# A tag ends on the line that it begins on, or a line would not be read by itself.
_IN_TAG = r"[^<>\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]{0,600}"
# HTML that breaks a line; every other tag is no text, wherever it stands.
_BREAK_TAG = late(
    rf"<[ \t]{{0,3}}/?[ \t]{{0,3}}(?:br|p|div|li|ul|ol|tr|table|blockquote|hr|h[1-6])\b{_IN_TAG}>",
    re.IGNORECASE,
)
_TAG = late(
    rf"</?(?:a|b|i|u|s|em|strong|span|font|img|small|big|sub|sup|code|pre|cite|q)\b{_IN_TAG}>",
    re.IGNORECASE,
)

# Signs that may stand between a stop and the next word and belong to the sentence before: closing
# quotes and brackets, emphasis, and what nobody sees.
_CLOSERS = (
    "\"'\u2019\u201d\u00bb)\\]}*_~\u300d\u300f\u3011\u300b\u3009\uff09\u200b-\u200f\ufeff\ufe0f"
)
# Stops of scripts that put no space after them: always the end of a sentence.
_HARD = "\u3002\uff01\uff1f\uff61\u0964\u0965\u061f\u06d4\u0589\u1362\u1367\u104b\u17d4\u17d5"
_SOFT = ".!?\u2026\u203d\u2047-\u2049\uff0e"
# Always matches where a stop stands, so that no sign is ever looked at twice.
_STOP = late(rf"([{_SOFT}{_HARD}]++)([{_CLOSERS}{_SOFT}{_HARD}]*+)|[\u2022\u25cf\u25aa]")
_HARD_SIGN = late(f"[{_HARD}]")
# A face after the stop tells how the sentence was meant.
_FACE = late(
    r"(?:[ \t]{0,2}(?:[:;=8][-'^o]?[)(\]\[dp/|*3](?!\w)|<3(?!\w)|\^_{0,2}\^"
    r"|[\u2639\u263a\u2764\U0001f300-\U0001faff\ufe0f\u200d]+))+",
    re.IGNORECASE,
)
_NEXT = late(rf"\s{{0,8}}[\"'\u2018\u201c\u00ab(\[*_]{{0,3}}({LETTER}{{1,12}})(?!{LETTER})")
_NEXT_GLUED = late(r"[^\W\d_]{2}|[\"'\u201c(]?[ia]\b", re.IGNORECASE)
_LIST_NUMBER = late(r"(?:\A|[:;.!?)])[ \t]{0,4}[(\[]?\d{1,2}\Z")
# What makes a dot, or the one after it, a dot of a site or of a file.
_SITE = late(
    r"\.(?:[\w-]{1,20}\.)?(?:com|org|net|edu|gov|info|html?|php|co|uk|de|fr|ca|tv|io|avi|mp4|mkv"
    r"|mov|mpg|wmv|jpg|png|pdf|txt|docx?)(?![^\W_])",
    re.IGNORECASE,
)
_POINTS = frozenset({".", "\uff0e"})
_BEFORE_WORD = "\"'\u2018\u201c([{*_~-.&/,\t"
_LONGEST_ASIDE = 80
_BEFORE_OPENER = frozenset({"", *'.!?\u2026"\u201d'})
# How far back the last word and what stands before it are looked for.
_BACK = 12
_LONGEST_ABBREVIATION = 7
_SIGN_OF_WORD = late(LETTER)

# Never the last word of a sentence.
_TITLES = """
mr mrs ms mx dr drs prof rev hon sgt lt capt col cpl cmdr gen adm gov sen st ste mt ft vs v messrs
cf viz approx incl esp e.g eg i.e a.k.a
"""
# No last word where a number follows.
_BEFORE_NUMBER = """
no nos nr vol vols ch chap ep eps pt pts p pp pg fig sec s c jan feb mar apr jun jul aug sep sept
oct nov dec reg
"""
# The last word only where the next one looks like a beginning; so are initials and U.S.
_EITHER = """
jr sr etc inc ltd corp bros co phd md esq min mins hr hrs yr yrs secs eds dept assoc feat orig misc
"""
_BEGINNINGS = """
the this that these those it it's its i i'm i've he she they we you a an my our your his her their
there here but so if what when where why how who while although though however after before also
then some most many all one no yes great good very just please do does did don't highly definitely
overall unfortunately
"""
# What goes on after a quoted question or cry: "Oliver!" is a delight.
_GOES_ON = """
and or but nor is was are were has had have will would can could should does did said says asked
asks replied shouted cried cries in on at by with as of to from for than which who
"""
_NEVER_LAST = frozenset(_TITLES.split())
_NUMBERED = frozenset(_BEFORE_NUMBER.split())
_ABBREVIATIONS = _NEVER_LAST | _NUMBERED | frozenset(_EITHER.split())
_OPENERS = frozenset(_BEGINNINGS.split())
_LINKS = frozenset(_GOES_ON.split())


@lru_cache(maxsize=1)  # several instruments read the sentences of one text after each other
def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text in their order, each as it was written.

    A sentence ends at a stop that is followed by a space, at a full stop of scripts that write no
    spaces, at an ellipsis between words, at a bullet, and at the end of a line (``<br />`` and
    other HTML that breaks a line ends one too; other tags are left out). A stop without a space
    after it ends a sentence between two words (``loved it.Great cast``), not in numbers, names of
    sites or abbreviations. What has no word is no sentence. Case is never looked at, because many
    people write without it.

    Takes time linear in the text, and never raises.

    Examples
    --------
    >>> split_sentences("Mr. Bean? I gave it 7.5/10. Loved it!")
    ('Mr. Bean?', 'I gave it 7.5/10.', 'Loved it!')
    """
    if "<" in text:
        text = _TAG.sub("", _BREAK_TAG.sub("\n", text))
    found: list[str] = []
    for line in text.splitlines():
        begin = 0
        for end, after in _ends(line):
            _keep(line[begin:end], found)
            begin = after
        _keep(line[begin:], found)
    return tuple(found)


def _keep(piece: str, found: list[str]) -> None:
    # A sign of no ASCII can look like a letter and be none, such as the digit of a keycap.
    if _SIGN_OF_WORD.search(piece) and (piece.isascii() or words(piece)):
        found.append(piece.strip())


def _ends(line: str) -> list[tuple[int, int]]:
    """Return where each sentence of a line ends, and where the next one begins."""
    ends = []
    for stop in _STOP.finditer(line):
        if stop[1] is None:  # a bullet
            ends.append((stop.start(), stop.end()))
        elif _is_end(line, stop):
            end = stop.end()
            face = _FACE.match(line, end)
            if face is not None:
                end = face.end()
            ends.append((end, end))
    return ends


def _is_end(line: str, stop: re.Match[str]) -> bool:
    signs, end = stop[1], stop.end()
    if end == len(line) or _HARD_SIGN.search(signs):
        return True
    spaced = line[end].isspace()
    if spaced and stop[2] and _goes_on(line, stop):
        return False
    if signs not in _POINTS:
        return spaced or _glued_end(line, stop)
    return _is_last_word(line, stop) if spaced else _glued_end(line, stop)


def _goes_on(line: str, stop: re.Match[str]) -> bool:
    """Whether a sentence goes on after a stop within quotes or brackets."""
    following = _next_word(line, stop.end())
    if ")" not in stop[2]:
        return stop[1] not in _POINTS and following in _LINKS
    # In brackets of its own it begins with one; this one is an aside (really!) of a sentence.
    opened = line.rfind("(", max(0, stop.start() - _LONGEST_ASIDE), stop.start())
    begins = opened >= 0 and line[max(0, opened - 4) : opened].rstrip()[-1:] in _BEFORE_OPENER
    return following not in _OPENERS and not begins


def _glued_end(line: str, stop: re.Match[str]) -> bool:
    """Whether a stop with no space after it ends a sentence: ``loved it.Great cast``."""
    start, end = stop.span()
    if _NEXT_GLUED.match(line, end) is None:
        # A face, a picture or a dash after `!` or `...` is no word; numbers go on.
        return False
    single = len(stop[1]) == 1 and stop[1] != "\u2026"
    # A letter alone is an abbreviation; an ellipsis that hangs on the next word alone is its own.
    if not (line[start - 1 : start] if start else "").isalnum():
        return False
    if single and not line[max(0, start - 2) : start - 1].isalnum():
        return False
    if single and _is_address(line, start, end):
        return False
    return stop[1] not in _POINTS or _is_last_word(line, stop)


def _is_address(line: str, start: int, end: int) -> bool:
    """Whether a stop stands within the address of a page or the name of a file."""
    if _SITE.match(line, start):
        return True
    before = line[max(0, start - _BACK) : start].rsplit(None, 1)[-1]
    if before.casefold() == "www" or "/" in before or "@" in before:
        return True
    return line[start] == "?" and "=" in line[end : end + _BACK]


def _is_last_word(line: str, stop: re.Match[str]) -> bool:
    """Whether a full stop ends a sentence, rather than an abbreviation or the number of an item."""
    before = line[max(0, stop.start() - _BACK) : stop.start()]
    if not before or before[-1].isspace():
        return True
    word = before.rsplit(None, 1)[-1].lstrip(_BEFORE_WORD).casefold()
    if word.isdigit():
        number = _LIST_NUMBER.search(before)
        if number is None:
            return True
        # "vol. 2." is a number that ends a sentence, not one that begins an item.
        named = before[: number.start()].rsplit(None, 1)
        return bool(named) and named[-1].casefold() in _NUMBERED
    initial = len(word) == 1 or word[-2:-1] == "."
    if len(word) > _LONGEST_ABBREVIATION or not (initial or word in _ABBREVIATIONS):
        return True
    if word in _NEVER_LAST:
        return False
    following = _next_word(line, stop.end())
    if word in _NUMBERED:
        return not following[:1].isdigit()
    if word == "i":
        # "So did I." is no initial, unless another initial follows: "I. M. Pei".
        return len(following) != 1 or following in {"i", "a"}
    return not following or following in _OPENERS


def _next_word(line: str, at: int) -> str:
    found = _NEXT.match(line, at)
    return "" if found is None else found[1].casefold()
