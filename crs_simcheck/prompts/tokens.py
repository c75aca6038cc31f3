"""How many tokens a text is at most, without the tokenizer of any model."""

from __future__ import annotations

import re

__all__ = ["tokens_at_most", "tokens_upper_bound"]

_PIECE = re.compile(r"[A-Za-z]+|[ \t]+|[\x00-\x7f]|[^\x00-\x7f]+")
_LETTERS = 5


def tokens_at_most(text: str) -> int:
    """Return a number of tokens that no byte-level tokenizer exceeds: the bytes of the text.

    Byte-pair encoding over bytes (GPT, Llama 3, Qwen) begins with one token for each byte and only
    ever joins them. For English it is about four times too many.
    """
    return len(text.encode("utf-8", "surrogatepass"))


def tokens_upper_bound(text: str) -> int:
    """Return an upper estimate of the tokens of a text, for prose in languages such as English.

    A word of the letters a to z is one token and one more for each five letters; a blank before
    a word is part of it, and further blanks are one token together; every other ASCII character is
    one, and so is every byte of all others. The tokenizers of today's models need fewer for
    prose (docs/prompts.md has the figures). It is no proof: text that is no language needs more;
    :func:`tokens_at_most` holds for that, too. What a model's chat template adds to each message
    (some ten tokens) is not part of it.

    Examples
    --------
    >>> tokens_upper_bound("Name films."), tokens_at_most("Name films.")
    (4, 11)
    """
    total = 0
    for piece in _PIECE.findall(text):
        first = piece[0]
        if not first.isascii():
            total += len(piece.encode("utf-8", "surrogatepass"))
        elif first in " \t":
            total += piece != " "
        else:
            total += 1 + len(piece) // _LETTERS
    return total
