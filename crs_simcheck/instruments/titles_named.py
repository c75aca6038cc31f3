"""The titles of a catalogue that a free text names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from crs_simcheck.instruments._common import PLACES, TALK
from crs_simcheck.instruments._text import plain
from crs_simcheck.instruments._titles import (
    Hit,
    Title,
    TitleIndex,
    Token,
    has_year,
    hits_of,
    is_meant,
    is_own,
    is_part_of_name,
    longest_of,
    title_of,
    tokens_of_text,
)

__all__ = ["TitleFinder"]

# Far more than any answer; what comes after it is not read.
_READ_AT_MOST = 200_000

# What people do with films: a capital right after it begins a title.
_FILM_TALK = """
called enjoy enjoyed enjoys hate hated heard like liked likes love loved loves named recommend
recommended rewatch rewatched rewatching saw see seen watch watched watching
"""
_FILM_VERBS = frozenset(_FILM_TALK.split())
_ARTICLES = frozenset({"the", "a", "an"})
_IS = frozenset({"is", "was", "isnt", "wasnt", "looks", "looked", "sounds", "seems", "has", "had"})


class TitleFinder:
    """Finds the titles of a catalogue in free text.

    Parameters
    ----------
    titles:
        Labels such as ``Heat (1995)``; the year may be missing. They are indexed when the first
        text is read, and each is looked at closely when a text has its first words.

    Notes
    -----
    A title counts where its words stand in a row, whatever their case, unless it is part of a
    longer title, or followed by another year or the number of a sequel. A title of one word, or of
    very common words only (*Get Out*, *It*), also has to look like one. It does

    - where it is followed by its year, or stands in quotes or italics;
    - if it has several words, where they have the capitals of the title;
    - if it has one, where a capital stands within a sentence and the word is an uncommon one, or
      comes right after what people do with films ("I saw Split"), or where an uncommon word begins
      a sentence as its subject ("Rushmore is great").

    Missed are titles of one common word at the beginning of a sentence, all weak titles in small
    letters, nicknames and halves of titles, and whatever is misspelt. Found in vain are phrases
    that are titles as well ("a good kids movie"), people and figures whose name is one, and a film
    in the name of a sequel that the catalogue lacks ("John Wick: Chapter 2"). A series counts
    where one of its films has its bare name. What comes after 200,000 characters is not read.
    """

    def __init__(self, titles: Iterable[str]) -> None:
        self._titles = tuple(titles)

    @cached_property
    def _index(self) -> TitleIndex:
        return TitleIndex(self._titles)

    def named(self, text: str, own: str | None = None) -> tuple[str, ...]:
        """Return the titles that a text names, in its order, each once, as they were given.

        Of several films with the same words, the one whose year follows is meant; without a year,
        the first of the catalogue. ``own`` is a title that does not count, with or without its
        year: the one that the text answers to.

        Examples
        --------
        >>> TitleFinder(["Heat (1995)", "Mean Girls (2004)"]).named("I saw Heat, then mean girls.")
        ('Heat (1995)', 'Mean Girls (2004)')
        """
        seen = plain(text[:_READ_AT_MOST])
        tokens = tokens_of_text(seen)
        hits = list(hits_of(seen, tokens, self._index))
        longest = longest_of(hits, {})
        named: dict[tuple[int, tuple[str, ...]], Title] = {}
        for hit in hits:
            if longest[hit.first] > hit.length:
                continue
            place = (hit.first, hit.title.core)
            known = named.get(place)
            if known is None:
                if not hit.title.weak or _is_named(seen, tokens, hit):
                    named[place] = hit.title
            elif known.year is None and hit.title.year is not None and has_year(seen, tokens, hit):
                named[place] = hit.title
        asked = None if own is None else title_of(own)
        return tuple(
            dict.fromkeys(title.label for title in named.values() if not is_own(title, asked))
        )


def _is_named(seen: str, tokens: Sequence[Token], hit: Hit) -> bool:
    """Whether the words of a weak title are meant as one."""
    if is_meant(seen, tokens, hit):
        return True
    written = tokens[hit.first : hit.last + 1]
    if not all(map(_as_spelt, written, hit.title.written)):
        return False
    if hit.length > 1:
        return sum(word[0].isupper() for word in hit.title.written) > 1
    return _is_named_by_one_word(seen, tokens, hit)


def _as_spelt(token: Token, spelt: str) -> bool:
    """Whether a word has the capital of the title's, and no more: `GET OUT` is a shout."""
    if spelt[0].isupper() and not token.written[0].isupper():
        return False
    return len(spelt) == 1 or spelt.isupper() or not token.written.isupper()


def _is_named_by_one_word(seen: str, tokens: Sequence[Token], hit: Hit) -> bool:
    """Whether the place of a single word shows that a film is meant: its capital tells little."""
    at, word = hit.first, hit.title.core[0]
    if not tokens[at].written[0].isupper() or word in TALK or word in PLACES:
        return False
    if is_part_of_name(seen, tokens, at):
        return False
    verb = at - 1
    if verb >= 0 and tokens[verb].word in _ARTICLES:
        verb -= 1
    if verb >= 0 and tokens[verb].word in _FILM_VERBS:
        return seen[tokens[at - 1].end : tokens[at].start] == " "
    if not hit.title.telling_capital or at + 1 == len(tokens):
        return False
    return tokens[at + 1].word in _IS
