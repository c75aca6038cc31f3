"""Texts of people and models as a page may show them: cut, nothing hidden, nothing that steers."""

from __future__ import annotations

import unicodedata

__all__ = ["cut", "shown"]

# What joins letters and signs in many languages, and marks of direction, which end with the element
# that isolates the text. All else that cannot be seen is spelt out.
_HARMLESS = frozenset("\n\t\u200c\u200d\u200e\u200f\u061c")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def cut(text: str, characters: int, lines: int) -> tuple[str, int]:
    """Return the beginning of a text, and how many characters were left out.

    Parameters
    ----------
    characters, lines:
        How much is kept at most.
    """
    kept = "\n".join(text[: characters + 1].split("\n", lines)[:lines])[:characters]
    if len(kept) < len(text):
        kept = kept.rstrip("\n")
    return kept, len(text) - len(kept)


def shown(text: str) -> str:
    r"""Return a text with everything spelt out that cannot be seen, such as ``\x1b``.

    An override of the direction, a zero-width tag or a control character would show a reader
    something else than what is there.
    """
    text = text.replace("\r\n", "\n")
    if text.isprintable():
        return text
    return "".join(_spelt(sign) for sign in text)


def _spelt(sign: str) -> str:
    if sign in _HARMLESS or unicodedata.category(sign) not in _UNSEEN:
        return sign
    return sign.encode("unicode_escape").decode("ascii")
