"""The one tokenizer: whatever counts words, types or tokens counts these."""

from __future__ import annotations

import re
import unicodedata

from crs_simcheck.instruments._text import LETTERS, plain

__all__ = ["count_words", "words"]

_WORD = re.compile(rf"{LETTERS}(?:['-]{LETTERS})*+")


def words(text: str) -> list[str]:
    """Return the words of a text in their order, casefolded.

    A word is a run of Unicode letters and digits. Single apostrophes and hyphens inside a word
    belong to it, so ``don't`` and ``sci-fi`` are one word each; at its ends they do not. Dashes,
    slashes, points and underscores part words (``7.5`` is two). Emoji and punctuation are no
    words. Scripts that are written without spaces, such as Chinese, are not segmented: each run
    of letters is one word.

    Examples
    --------
    >>> words("Don't miss it: a *sci-fi* classic!")
    ["don't", 'miss', 'it', 'a', 'sci-fi', 'classic']
    """
    # Casefolding can leave a letter apart from its accent, so the text is composed once more.
    return _WORD.findall(unicodedata.normalize("NFC", plain(text).casefold()))


def count_words(text: str) -> int:
    """Return the number of words, as ``words`` finds them."""
    return len(words(text))
