"""What every instrument does first: make text plain, without changing a word of it."""

from __future__ import annotations

import re
import unicodedata

# Marks of scripts that write vowels or tones as marks: Python's \w leaves them out, and words of
# Hindi, Thai or pointed Hebrew would fall into letters. U+20DD..20E4 stay out: they make emoji.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0963"
    "\u0971-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f18\u0f19"
    "\u0f35\u0f37\u0f39\u0f3e\u0f3f\u0f71-\u0f84\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"
    "\u1ab0-\u1ace\u1dc0-\u1dff\u20d0-\u20dc\ufe20-\ufe2f"
)
LETTER = rf"(?:[^\W_]|[{_MARKS}])"
"""Regex of one character of a word: letter, digit, or a mark that belongs to a letter."""
LETTERS = rf"(?:[^\W_]++|[{_MARKS}]++)++"
"""Regex of as many of them as there are, of which nothing is given back; faster by far."""

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\uff07\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2010\u2011", "-"),
        "\u00a0": " ",
        "\u202f": " ",
    }
)
# Soft hyphen, joiners, direction marks, variation selectors, byte order mark: seen by nobody.
_UNSEEN = re.compile("[\u00ad\u061c\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]+")
_KEYCAP = re.compile("[0-9#*]\u20e3")
# Ordering a run of marks takes quadratic time, and no writing puts 30 on one letter (UAX #15). A
# run of signs that are no letters is cut with them; no instrument reads further than its first 30.
_SIGN = r"[^\w\x00-\u02ff]"
_LONG_RUN = re.compile(rf"({_SIGN}{{30}}){_SIGN}+")


def plain(text: str) -> str:
    """Return the same text composed, with straight quotes and without what nobody can see.

    Case, accents, punctuation and line ends stay. Takes time linear in the text, for any text.
    """
    if text.isascii():  # nothing below touches it
        return text
    text = _UNSEEN.sub("", text.translate(_SIGNS))
    text = _KEYCAP.sub("", text)
    return unicodedata.normalize("NFC", _LONG_RUN.sub(r"\1", text))
