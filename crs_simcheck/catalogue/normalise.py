"""Fold titles and prose so that two spellings of the same thing become the same string.

Nothing here raises on any ``str``, lone surrogates included, and every folding is idempotent.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "article_title",
    "normalise_text",
    "normalise_title",
    "split_year",
]

FIRST_YEAR = 1880
LAST_YEAR = 2100

_YEAR_IN_BRACKETS = re.compile(r" ?(?:\( ?([0-9]{4}) ?\)|\[ ?([0-9]{4}) ?\])$")
_YEAR_AFTER_COMMA = re.compile(r" ?, ?([0-9]{4})$")

# What people and models put around a title; longer marks first, so that ** is not read as *.
_WRAPPERS = (
    ("**", "**"),
    ("*", "*"),
    ("_", "_"),
    ('"', '"'),
    ("'", "'"),
    ("“", "”"),
    ("‘", "’"),
    ("«", "»"),
)

_ENGLISH_ARTICLES = frozenset({"the", "a", "an"})
# Moved from behind a comma to the front, but never removed: "La La Land", "Die Hard".
# fmt: off
_FOREIGN_ARTICLES = (
    "le", "la", "les", "l", "un", "une", "des", "der", "die", "das", "den", "dem", "det", "ein",
    "eine", "el", "los", "las", "lo", "il", "gli", "uno", "una", "o", "os", "as", "um", "uma",
    "de", "het", "een", "en", "ett",
)
# fmt: on
_TRAILING_ARTICLE = re.compile(
    r",\s*(" + "|".join(sorted({*_ENGLISH_ARTICLES, *_FOREIGN_ARTICLES})) + r")\s*$"
)

_ROMAN_NUMERALS = {
    tens + units: str(10 * ten + unit)
    for ten, tens in enumerate(("", "x"))
    for unit, units in enumerate(("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"))
    if 10 * ten + unit >= 2  # "i" is a word
} | {"xx": "20"}

# Deleted, not replaced by a space: "Schindler's" and "Schindlers" are one spelling.
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛`´ʻʼʹ′"))
# Latin letters that NFKD leaves whole.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
# Accents and variation selectors. Marks of other scripts (kana, Devanagari, Thai) carry meaning
# and stay, so the ranges are named rather than the whole category Mn.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_ACRONYM_MARK = re.compile(r"(?<!\w)([^\W\d_])[.*](?=[^\W\d_](?!\w))")
_THOUSANDS_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
# What each ASCII character becomes: a space, but for digits and small letters. A string, since
# what a dictionary lacks is an exception for each letter, and catalogues have thousands of titles.
_ASCII_SEPARATED = "".join(c if c.isdigit() or c.islower() else " " for c in map(chr, range(128)))
# The same, capitals made small: all there is to do for a title without any of these signs.
_ASCII_FOLDED = "".join(_ASCII_SEPARATED[ord(c.lower())] for c in map(chr, range(128)))
_NEEDS_CARE = re.compile(r"[^ -~]|['`.*,&]")


def split_year(label: str) -> tuple[str, int | None]:
    """Split a label such as ``"Heat (1995)"`` into its title and its year.

    ``Heat [1995]``, ``Heat, 1995`` and ``"Heat" (1995)`` are read the same way. Whitespace is
    collapsed. The year is None where none in 1880..2100 ends the label; the text is then returned
    as it is. A title is never emptied: ``"(1995)"`` has no year.
    """
    text = " ".join(label.split())
    for candidate in (text, _unwrap(text)):
        for pattern in (_YEAR_IN_BRACKETS, _YEAR_AFTER_COMMA):
            found = pattern.search(candidate)
            if found is None or found.start() == 0:
                continue
            year = int(found.group(found.lastindex or 1))
            if FIRST_YEAR <= year <= LAST_YEAR:
                return _unwrap(candidate[: found.start()]), year
    return text, None


@lru_cache(maxsize=1 << 16)
def normalise_title(title: str) -> str:
    """Fold a title (without its year) to the string that titles are compared by.

    Case and accents are dropped, ``&`` is read as ``and``, punctuation is removed; "Matrix, The"
    and "The Matrix" are both "matrix"; a foreign article behind a comma moves to the front; roman
    numerals II to XX are digits unless they come first ("X-Men"). Letters of every script stay.
    The result is empty only for blank text: a title without letters or digits is kept as it is.
    """
    return _normalised(title, keep_article=False)


def article_title(title: str) -> str:
    """Fold a title as ``normalise_title`` does, but keep the article that it begins with."""
    return _normalised(title, keep_article=True)


def _normalised(title: str, *, keep_article: bool) -> str:
    if _NEEDS_CARE.search(title) is None:
        folded = title
        tokens = title.translate(_ASCII_FOLDED).split()
    else:
        folded = _fold(title)
        tokens = _move_article(folded)
    if not tokens:
        # Films called "$" or "???" exist, and must not all become the same empty title.
        return unicodedata.normalize("NFC", " ".join(folded.split()))
    start = 0
    while not keep_article and start < len(tokens) - 1 and tokens[start] in _ENGLISH_ARTICLES:
        start += 1
    words = tokens[start:]
    if not _ROMAN_NUMERALS.keys().isdisjoint(words):
        words[1:] = [_ROMAN_NUMERALS.get(word, word) for word in words[1:]]
    normal = " ".join(words)
    return normal if normal.isascii() else unicodedata.normalize("NFC", normal)


def normalise_text(text: str) -> str:
    """Fold running prose as titles are folded, but leave articles and numerals as they are.

    Apostrophes are deleted and other punctuation becomes a space, so that a folded title can be
    looked for in folded prose. The result may be empty.
    """
    return unicodedata.normalize("NFC", " ".join(_words(_fold(text))))


def _unwrap(text: str) -> str:
    """Take quotation or emphasis marks from both ends, as long as something is left inside."""
    if text[:1].isalnum():
        return text
    for opening, closing in _WRAPPERS:
        inner = text[len(opening) : -len(closing)].strip()
        wrapped = len(text) > len(opening) + len(closing)
        if wrapped and inner and text.startswith(opening) and text.endswith(closing):
            # '"Heat" and "Ronin"' starts and ends with a quote, and is not one quotation.
            return text if opening in inner or closing in inner else inner
    return text


def _fold(text: str) -> str:
    """Drop case, accents and apostrophes; leave other punctuation for the caller to read."""
    if not text.isascii():
        # "8½" is "8 1/2", not "81/2": the compatibility form must not run into what is before it.
        text = "".join(" " + c if unicodedata.category(c) == "No" else c for c in text)
        text = text.translate(_APOSTROPHES)
        # One round of casefold and NFKD is not stable (U+0345 and others); two are.
        for _ in range(2):
            text = unicodedata.normalize("NFKD", text.casefold())
        text = _ACCENTS.sub("", text).translate(_PLAIN_LETTERS)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = text.casefold()
    # Most titles have none of these signs, and catalogues have thousands of titles.
    if not text.isascii() or "'" in text or "`" in text:
        text = text.translate(_APOSTROPHES)
    if "." in text or "*" in text:
        text = _ACRONYM_MARK.sub(r"\1", text)
    if "," in text:
        text = _THOUSANDS_COMMA.sub("", text)
    return text.replace("&", " and ")


def _words(folded: str) -> list[str]:
    """Split folded text at everything that is no letter, digit or mark."""
    if folded.isascii():
        return folded.translate(_ASCII_SEPARATED).split()
    return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in folded).split()


def _move_article(folded: str) -> list[str]:
    """Return the words of a folded title, an article behind the last comma moved to the front."""
    found = _TRAILING_ARTICLE.search(folded) if "," in folded else None
    if found is None:
        return _words(folded)
    words = _words(folded[: found.start()])
    article = found.group(1)
    if words and article == "l":
        return ["l" + words[0], *words[1:]]  # "Avventura, L'" and "L'avventura"
    return [article, *words]
