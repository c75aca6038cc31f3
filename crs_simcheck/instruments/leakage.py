"""Leakage: titles of the seeker's own history, said back in an answer.

A simulator that was given a history and repeats it shows what it was told, not what a person
would say. Titles are compared after normalisation: case, punctuation, accents and a leading
article make no difference, and ``&`` is ``and``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from crs_simcheck.instruments._text import plain
from crs_simcheck.instruments._titles import (
    TitleIndex,
    hits_of,
    is_meant,
    is_own,
    longest_of,
    title_of,
    tokens_of_text,
)

__all__ = ["leaked_titles"]


def leaked_titles(text: str, history: Sequence[str], own: str | None) -> tuple[str, ...]:
    """Return the titles of a seeker's history that a text says back, in the history's order.

    Parameters
    ----------
    text:
        The answer.
    history:
        Labels such as ``Heat (1995)``; the year may be missing.
    own:
        The stimulus's own title, which the seeker was asked about; it never counts, with or
        without its year.

    Notes
    -----
    A title counts where its words stand in a row. One followed by another year, or by the number
    of a sequel, is another film; so is one that is part of a longer title of the history, or of
    the stimulus's own. A title of one word, or of very common words only, counts only where it is
    followed by its year or stands in quotes or italics; a title of one word that has 5 letters or
    more and is no common word also counts where it is capitalised within a sentence and is no
    part of a longer name. Where somebody writes without capitals such a title is missed: what is
    found is a lower bound.

    Examples
    --------
    >>> leaked_titles("I loved the Mean Girls of 2004", ["Mean Girls (2004)", "Up (2009)"], None)
    ('Mean Girls (2004)',)
    >>> leaked_titles("What's up?", ["Up (2009)"], None)
    ()
    """
    if not text or not history:
        return ()
    index = _index_of(tuple(history))
    seen = plain(text)
    tokens = tokens_of_text(seen)
    own_title = None if own is None else title_of(own)
    hits = list(hits_of(seen, tokens, index))
    longest = longest_of(hits, {})
    if own is not None:
        # One more than its length: of two titles with the same words, the own one is meant.
        own_hits = hits_of(seen, tokens, _index_of((own,)))
        longest = longest_of(own_hits, longest, extra=1)
    found = {
        hit.title.label
        for hit in hits
        if not is_own(hit.title, own_title)
        and longest[hit.first] <= hit.length
        and (not hit.title.weak or is_meant(seen, tokens, hit))
    }
    return tuple(dict.fromkeys(label for label in history if label in found))


@lru_cache(maxsize=4096)
def _index_of(history: tuple[str, ...]) -> TitleIndex:
    return TitleIndex(history)
