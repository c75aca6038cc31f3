"""Where the words of film titles stand in a text, and whether they are meant as titles there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from crs_simcheck.instruments._common import COMMON, PLACES, VERY_COMMON
from crs_simcheck.instruments._text import LETTERS, plain

__all__ = [
    "Hit",
    "Title",
    "TitleIndex",
    "Token",
    "has_year",
    "hits_of",
    "is_meant",
    "is_own",
    "is_part_of_name",
    "longest_of",
    "title_of",
    "tokens_of_text",
]

_TOKEN = re.compile(rf"&|{LETTERS}(?:'{LETTERS})*+")
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


# A label whose first words are read without a closer look: most are like this.
_BETWEEN = "[ ,.:!?/-]"
_PLAIN = r"[a-z0-9]++(?:'[a-z0-9]++)*+"
_SIMPLE = re.compile(
    rf"(?:(?:the|an?){_BETWEEN}+(?=[a-z0-9]))?+({_PLAIN})"
    rf"(?:{_BETWEEN}+({_PLAIN})(?={_BETWEEN}|$)|{_BETWEEN}*$)"
)
_NOT_SIMPLE = re.compile(r"[(&\[\n]|, (?:the|an?)\s*$")


@dataclass(frozen=True, slots=True)
class Title:
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
class Token(NamedTuple):
    word: str
    # The word without a possessive 's: "Inception's ending" names Inception.
    owner: str
    written: str
    start: int
    end: int


class Hit(NamedTuple):
    title: Title
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class TitleIndex:
    """Titles by their first words, so that each place of a text is compared with few of them.

    Titles are read when a text has their first words, and not before: of the thousands of a
    catalogue, few are ever named.
    """

    def __init__(self, labels: Iterable[str]) -> None:
        labels_by_words: dict[str, list[str]] = {}
        for label in dict.fromkeys(labels):
            words = _first_words(label)
            if words:
                labels_by_words.setdefault(words, []).append(label)
        self._labels = labels_by_words
        self._begun = {words.partition(" ")[0] for words in labels_by_words}
        self._titles: dict[str, tuple[Title, ...]] = {}

    def places(self, tokens: Sequence[Token]) -> list[int]:
        """Return the tokens that a title may begin at, by their first words."""
        begun = self._begun
        return [
            place
            for place, token in enumerate(tokens)
            if token.word in begun or token.owner in begun
        ]

    def at(self, tokens: Sequence[Token], first: int) -> tuple[Title, ...]:
        """Return the titles that may begin at this token."""
        token = tokens[first]
        found = self._of(token.word)
        if token.owner != token.word:
            found += self._of(token.owner)
        if first + 1 < len(tokens):
            after = tokens[first + 1]
            found += self._of(f"{token.word} {after.word}")
            if after.owner != after.word:
                found += self._of(f"{token.word} {after.owner}")
        return found

    def _of(self, words: str) -> tuple[Title, ...]:
        if words not in self._labels:
            return ()
        known = self._titles.get(words)
        if known is None:
            found = (title_of(label) for label in self._labels[words])
            known = self._titles[words] = tuple(title for title in found if title is not None)
        return known


def _first_words(label: str) -> str:
    """Return the first two words of a title's core, or its only one; empty if it has none."""
    name = label.lower() if label.isascii() else ""
    if name[-7:-5] == " (" and name[-5:-1].isdigit() and name[-1] == ")":
        name = name[:-7]
    simple = None if _NOT_SIMPLE.search(name) else _SIMPLE.match(name)
    if simple is not None:
        words = simple[1] if simple[2] is None else f"{simple[1]} {simple[2]}"
        return words.replace("'", "")
    title = title_of(label)
    return "" if title is None else " ".join(title.core[:2])


@lru_cache(maxsize=65536)
def is_own(title: Title, own: Title | None) -> bool:
    """Whether a title is the one that was asked about, with or without its year."""
    if own is None or title.core != own.core:
        return False
    return title.year is None or own.year is None or title.year == own.year


def title_of(label: str) -> Title | None:
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
    tokens = _tokens_of(name)
    if len(tokens) > 1 and tokens[0].word in _ARTICLES:
        tokens = tokens[1:]
    if not tokens:
        return None
    core = tuple(token.word for token in tokens)
    return Title(
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


@lru_cache(maxsize=1)
def tokens_of_text(seen: str) -> Sequence[Token]:
    """Return the words of a text; those of the last text are kept, for titles are sought twice."""
    return tuple(_tokens_of(seen))


def _tokens_of(seen: str) -> list[Token]:
    tokens = []
    for found in _TOKEN.finditer(seen):
        written = found[0]
        word, owner = _normal(written) if len(written) <= 60 else _normal_long(written)
        if word:
            tokens.append(Token(word, owner, written, *found.span()))
    return tokens


def _normal_long(written: str) -> tuple[str, str]:
    """Return the normal form of a written word, as it is and without a possessive ``'s``."""
    word = _folded(written)
    if written[-2:] in {"'s", "'S"}:
        return word, word[:-1]
    return word, word


def _folded(written: str) -> str:
    """Return a word casefolded, without accents and apostrophes."""
    if written == "&":
        return "and"
    parts = unicodedata.normalize("NFKD", written.casefold())
    return "".join(sign for sign in parts if sign.isalnum())


_normal = lru_cache(maxsize=65536)(_normal_long)


def hits_of(seen: str, tokens: Sequence[Token], index: TitleIndex) -> Iterator[Hit]:
    """Yield where the words of a title stand in a row, unless another film is named there."""
    for first in index.places(tokens):
        for title in index.at(tokens, first):
            last = first + len(title.core) - 1
            if _stands_at(tokens, first, title.core) and not _is_another(seen, tokens, last, title):
                yield Hit(title, first, last)


def longest_of(hits: Iterable[Hit], known: dict[int, int], extra: int = 0) -> dict[int, int]:
    """Return, for each token, the length in words of the longest hit over it."""
    longest = dict(known)
    for hit in hits:
        for position in range(hit.first, hit.last + 1):
            longest[position] = max(longest.get(position, 0), hit.length + extra)
    return longest


def _stands_at(tokens: Sequence[Token], first: int, core: tuple[str, ...]) -> bool:
    last = first + len(core) - 1
    if last >= len(tokens) or core[-1] not in (tokens[last].word, tokens[last].owner):
        return False
    return all(tokens[first + i].word == core[i] for i in range(1, len(core) - 1))


def _is_another(seen: str, tokens: Sequence[Token], last: int, title: Title) -> bool:
    """Whether what follows the words makes them another film: another year, or a part number."""
    year = _YEAR_AFTER.match(seen, tokens[last].end)
    if year is not None:
        return title.year is not None and title.year != year[1]
    if last + 1 == len(tokens) or tokens[last + 1].word not in _PART_NUMBERS:
        return False
    return seen[tokens[last].end : tokens[last + 1].start] == " "


def has_year(seen: str, tokens: Sequence[Token], hit: Hit) -> bool:
    """Whether a year in brackets follows; of a hit it is the title's own, if that has one."""
    return _YEAR_AFTER.match(seen, tokens[hit.last].end) is not None


def is_meant(seen: str, tokens: Sequence[Token], hit: Hit) -> bool:
    """Whether the place shows that a weak title is meant: year, quotes, italics or a capital."""
    start, end = tokens[hit.first].start, tokens[hit.last].end
    if has_year(seen, tokens, hit):
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
        and not is_part_of_name(seen, tokens, hit.first)
    )


def is_part_of_name(seen: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether a word with a capital belongs to a longer name: a person's, or another title."""
    word = tokens[at]
    if at > 0:
        before = tokens[at - 1]
        joined = seen[before.end : word.start] == " "
        # `Seen Shrek` begins a sentence; `Tom Cruise` is a name wherever it stands.
        if joined and before.written[0].isupper() and before.word not in COMMON:
            return True
    if at + 1 == len(tokens):
        return False
    after = tokens[at + 1]
    gap = seen[word.end : after.start]
    return gap == " " and after.written[0].isupper() and after.word != "i"


def _capital_as(token: Token, title: Title) -> bool:
    """Whether a word has a capital wherever the title has one: ``*love*`` is an emphasis."""
    return token.written[0].isupper() or not title.written[0][0].isupper()
