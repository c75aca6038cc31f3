"""A short key of what an answer says, to find answers that several seekers gave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from crs_simcheck.instruments.words import words

__all__ = ["key_of_words", "text_key", "word_key"]


def text_key(text: str) -> str:
    """Return 10 hex digits that answers with the same words in the same order share.

    Case, punctuation and whitespace make no difference. A text without words has the key of the
    empty text. The words cannot be read back from the key, so a group may carry it.

    Examples
    --------
    >>> text_key("Yes, it was great!") == text_key("yes it was GREAT")
    True
    """
    return key_of_words(words(text))


def key_of_words(spoken: Iterable[str]) -> str:
    """Return the key of a text with these words, as ``words`` gives them."""
    # A lone surrogate is no letter, so what is left can always be encoded.
    return hashlib.sha256(" ".join(spoken).encode()).hexdigest()[:10]


@lru_cache(maxsize=1 << 16)
def word_key(word: str) -> str:
    """Return 8 hex digits for a word as ``words`` gives it, to count different words by."""
    return hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()[:8]
