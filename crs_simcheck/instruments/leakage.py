"""Leakage: titles of the seeker's own history, said back in an answer.

A simulator that was given a history and repeats it shows what it was told, not what a person
would say. Titles are compared after normalisation: case, punctuation, accents and a leading
article make no difference, and ``&`` is ``and``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from crs_simcheck.instruments._common import COMMON, PLACES, VERY_COMMON
from crs_simcheck.instruments._text import LETTER, plain

__all__ = ["leaked_titles"]

_TOKEN = re.compile(rf"&|{LETTER}+(?:'{LETTER}+)*")
_LABEL_YEAR = re.compile(r"\s*\((\d{4})\)\s*$")
_LABEL_NOTE = re.compile(r"\s?\([^()]*\)$")
_ARTICLE_LAST = re.compile(r"^(.*), (the|a|an)$", re.IGNORECASE)
_YEAR_AFTER = re.compile(r"[\"'*_]{0,4}\s{0,3}[(\[]\s?(\d{4})\s?[)\]]")
_QUOTED_BEFORE = re.compile(r"[\"'*_\u2039\u300c\u300e]$")
_QUOTED_AFTER = re.compile(r"[.,!?]{0,3}[\"'*_\u203a\u300d\u300f]")
_SENTENCE_START = re.compile(r"[.!?\n\u2026]")
_ARTICLES = frozenset({"the", "a", "an"})
_PART_NUMBERS = frozenset(
    {"2", "3", "4", "5", "6", "7", "8", "9", "10", "ii", "iii", "iv", "vi", "vii", "viii"}
)


@dataclass(frozen=True, slots=True)
class _Title:
    """A title to look for: ``core`` is its normalised words without a leading article."""

    label: str
    core: tuple[str, ...]
    written: tuple[str, ...]
    year: str | None
    # Whether the words alone do not show that the film is meant.
    weak: bool
    # Whether a capital within a sentence does.
    telling_capital: bool


# Tuples, since a long answer has very many of them.
class _Token(NamedTuple):
    word: str
    # The word without a possessive 's: "Inception's ending" names Inception.
    owner: str
    written: str
    start: int
    end: int


class _Hit(NamedTuple):
    title: _Title
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


_Index = dict[str, tuple[_Title, ...]]


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
    tokens = _tokens(seen)
    own_title = None if own is None else _title_of(own)
    hits = list(_hits(seen, tokens, index))
    longest = _longest(hits, {})
    if own_title is not None:
        # One more than its length: of two titles with the same words, the own one is meant.
        own_hits = _hits(seen, tokens, {own_title.core[0]: (own_title,)})
        longest = _longest(own_hits, longest, extra=1)
    found = {
        hit.title.label
        for hit in hits
        if not _is_own(hit.title, own_title)
        and longest[hit.first] <= hit.length
        and (not hit.title.weak or _is_meant(seen, tokens, hit))
    }
    return tuple(dict.fromkeys(label for label in history if label in found))


def _longest(hits: Iterable[_Hit], known: dict[int, int], extra: int = 0) -> dict[int, int]:
    """Return, for each token, the length in words of the longest hit over it."""
    longest = dict(known)
    for hit in hits:
        for position in range(hit.first, hit.last + 1):
            longest[position] = max(longest.get(position, 0), hit.length + extra)
    return longest


@lru_cache(maxsize=4096)
def _index_of(history: tuple[str, ...]) -> _Index:
    """Return the titles of a history by the first word of each."""
    index: dict[str, list[_Title]] = {}
    for label in dict.fromkeys(history):
        title = _title_of(label)
        if title is not None:
            index.setdefault(title.core[0], []).append(title)
    return {word: tuple(titles) for word, titles in index.items()}


@lru_cache(maxsize=65536)
def _title_of(label: str) -> _Title | None:
    """Return what to look for, or None where a label has no words."""
    name = plain(label).strip()
    year = _LABEL_YEAR.search(name[-20:])
    if year is not None:
        name = name[: len(name) - len(year[0])].rstrip()
    # `Amélie (Le Fabuleux Destin d'Amélie Poulain)`: the note is no part of what people say.
    note = _LABEL_NOTE.search(name)
    if note is not None and note.start() > 0:
        name = name[: note.start()].rstrip()
    moved = _ARTICLE_LAST.match(name)
    if moved is not None:
        name = f"{moved[2]} {moved[1]}"
    tokens = _tokens(name)
    if len(tokens) > 1 and tokens[0].word in _ARTICLES:
        tokens = tokens[1:]
    if not tokens:
        return None
    core = tuple(token.word for token in tokens)
    return _Title(
        label=label,
        core=core,
        written=tuple(token.written for token in tokens),
        year=None if year is None else year[1],
        weak=len(core) == 1 or all(_is_common(word) for word in core),
        telling_capital=_capital_tells(core, tokens[0].written),
    )


def _is_common(word: str) -> bool:
    return word in VERY_COMMON or len(word) == 1 or word.isdigit()


def _capital_tells(core: tuple[str, ...], written: str) -> bool:
    if len(core) != 1 or len(core[0]) < 5 or core[0] in COMMON or core[0] in PLACES:
        return False
    return written[0].isupper()


def _tokens(seen: str) -> list[_Token]:
    tokens = []
    for found in _TOKEN.finditer(seen):
        word, owner = _normal(found[0])
        if word:
            tokens.append(_Token(word, owner, found[0], found.start(), found.end()))
    return tokens


def _normal(written: str) -> tuple[str, str]:
    """Return the normal form of a written word, as it is and without a possessive ``'s``."""
    word = _folded(written) if len(written) > 60 else _folded_short(written)
    if written[-2:] in {"'s", "'S"}:
        return word, word[:-1]
    return word, word


def _folded(written: str) -> str:
    """Return a word casefolded, without accents and apostrophes."""
    if written == "&":
        return "and"
    parts = unicodedata.normalize("NFKD", written.casefold())
    return "".join(sign for sign in parts if sign.isalnum())


_folded_short = lru_cache(maxsize=65536)(_folded)


def _hits(seen: str, tokens: list[_Token], index: _Index) -> Iterator[_Hit]:
    """Yield where the words of a title stand in a row, unless another film is named there."""
    for first, token in enumerate(tokens):
        titles = index.get(token.word, ())
        if token.owner != token.word:
            titles += tuple(one for one in index.get(token.owner, ()) if len(one.core) == 1)
        for title in titles:
            last = first + len(title.core) - 1
            if _stands_at(tokens, first, title.core) and not _is_another(seen, tokens, last, title):
                yield _Hit(title, first, last)


def _stands_at(tokens: list[_Token], first: int, core: tuple[str, ...]) -> bool:
    last = first + len(core) - 1
    if last >= len(tokens) or core[-1] not in (tokens[last].word, tokens[last].owner):
        return False
    return all(tokens[first + i].word == core[i] for i in range(1, len(core) - 1))


def _is_another(seen: str, tokens: list[_Token], last: int, title: _Title) -> bool:
    """Whether what follows the words makes them another film: another year, or a part number."""
    year = _YEAR_AFTER.match(seen, tokens[last].end)
    if year is not None:
        return title.year is not None and title.year != year[1]
    if last + 1 == len(tokens) or tokens[last + 1].word not in _PART_NUMBERS:
        return False
    return seen[tokens[last].end : tokens[last + 1].start] == " "


def _is_own(title: _Title, own: _Title | None) -> bool:
    if own is None or title.core != own.core:
        return False
    return title.year is None or own.year is None or title.year == own.year


def _is_meant(seen: str, tokens: list[_Token], hit: _Hit) -> bool:
    """Whether the place shows that a weak title is meant: year, quotes, italics or a capital."""
    start, end = tokens[hit.first].start, tokens[hit.last].end
    year = _YEAR_AFTER.match(seen, end)
    if year is not None:
        return True
    starts = [start]
    if hit.first and tokens[hit.first - 1].word in _ARTICLES:
        starts.append(tokens[hit.first - 1].start)
    if _QUOTED_AFTER.match(seen, end) and any(
        _QUOTED_BEFORE.search(seen[max(0, at - 1) : at]) for at in starts
    ):
        return _capital_as(tokens[hit.first], hit.title)
    if not hit.title.telling_capital or hit.first == 0:
        return False
    before = seen[tokens[hit.first - 1].end : start]
    return (
        _SENTENCE_START.search(before) is None
        and _capital_as(tokens[hit.first], hit.title)
        and not _is_part_of_name(seen, tokens, hit.first)
    )


def _is_part_of_name(seen: str, tokens: list[_Token], at: int) -> bool:
    """Whether a word with a capital belongs to a longer name: a person's, or another title."""
    before, word = tokens[at - 1], tokens[at]
    joined = seen[before.end : word.start] == " "
    # `Seen Shrek` begins a sentence; `Tom Cruise` is a name wherever it stands.
    if joined and before.written[0].isupper() and before.word not in COMMON:
        return True
    if at + 1 == len(tokens):
        return False
    after = tokens[at + 1]
    gap = seen[word.end : after.start]
    return gap == " " and after.written[0].isupper() and after.word != "i"


def _capital_as(token: _Token, title: _Title) -> bool:
    """Whether a word has a capital wherever the title has one: ``*love*`` is an emphasis."""
    return token.written[0].isupper() or not title.written[0][0].isupper()
