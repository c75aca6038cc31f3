"""Guidelines, as the embedded seeker understands them: phrases in plain English, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from crs_simcheck.engines.embedded import vocabulary

__all__ = ["DIRECTIVES", "Directive", "Directives", "read_directives"]

# Of guidelines no more is read: far more than the context of most models holds.
_READ_AT_MOST = 20_000
_GAP = 6
_LEAST_WORDS, _MOST_WORDS = 3, 1000

_SENTENCE_END = re.compile(r"[.!?;:]+(?=\s|$)|\n\s*(?=[-*\d#])|\n\s*\n")
_WORD = re.compile(r"[^\W_]+(?:[-'.][^\W_]+)*")
_NEGATED = re.compile(
    r"\b(?:do not|don't|dont|never|no need to|need not|needn't|must not|not have to|stop|without)"
    r" (?:\S+ )?$"
)
_OWN_NEGATION = re.compile(
    r"(?:not|never|don't|no|avoid|without|none|nothing|say|beyond|than|skip|nobody|no-one)\b"
)
_STARS = re.compile(r"(?<![\d.])([0-5](?:\.\d{1,2})?)(?: |-)?(?:or more )?(?:stars?|/ ?5|out of)")
_THRESHOLD = re.compile(r"(?:threshold|cutoff|cut-off|at least|below|above|under) (?:\S+ ){0,3}?")
_STAR_NUMBER = re.compile(_THRESHOLD.pattern + r"([0-5]\.\d)(?![\d])")
_WORD_LIMIT = re.compile(
    r"(at most|under|up to|no more than|not more than|fewer than|less than|within|maximum of"
    r"|max|about|around|roughly|some|approximately) (\d{1,4})(?: or so)? words"
)
_WORDS_OR_LESS = re.compile(r"(\d{1,4}) words (?:or (?:less|fewer|so)|at most|maximum)")
_AT_MOST = frozenset({"about", "around", "roughly", "some", "approximately"})


@dataclass(frozen=True, slots=True)
class Directive:
    """One thing that guidelines can ask for: its name, what it does, its phrases as written."""

    name: str
    about: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directives:
    """What some guidelines ask for.

    Parameters
    ----------
    given:
        Names of the directives.
    stars:
        Stars from which on Yes is said, where a number is given.
    words:
        How many words an answer should have, where a number is given.
    at_most:
        Whether ``words`` is an upper end rather than the usual length.
    """

    given: frozenset[str] = frozenset()
    stars: float | None = None
    words: int | None = None
    at_most: bool = False

    def __contains__(self, name: str) -> bool:
        """Whether a directive is given; an unknown name is a typing slip."""
        if name not in DIRECTIVES:
            raise KeyError(name)
        return name in self.given


def _all() -> Iterator[Directive]:
    for name, entry in vocabulary.table("directives").items():
        phrases = tuple(line.strip() for line in entry["phrases"].splitlines() if line.strip())
        yield Directive(name, entry["about"], phrases)


DIRECTIVES: Final = MappingProxyType({d.name: d for d in _all()})


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    """Return the pattern of a phrase over words with one space behind each."""
    parts = []
    for written in phrase.split():
        if written == "...":
            parts.append(rf"(?:\S+ ){{0,{_GAP}}}?")
            continue
        words = "|".join(map(re.escape, written.removesuffix("?").split("|")))
        parts.append(f"(?:{words}) " if not written.endswith("?") else f"(?:(?:{words}) )?")
    return re.compile(r"(?<!\S)" + "".join(parts))


@lru_cache(maxsize=64)
def read_directives(guidelines: str) -> Directives:
    """Return what guidelines ask for; a function of the text alone.

    What comes after 20,000 characters is not read. Whatever is no known phrase changes nothing.
    """
    text = guidelines[:_READ_AT_MOST].casefold().replace("\u2019", "'")
    sentences = [
        "".join(f"{word} " for word in _WORD.findall(part)) for part in _SENTENCE_END.split(text)
    ]
    given = frozenset(
        name
        for name, directive in DIRECTIVES.items()
        if any(_asked(_pattern(p), s) for p in directive.phrases for s in sentences)
    )
    plain = " ".join(text.split())
    words, at_most = _words_of(plain)
    if words is not None:
        given |= {"brief"}
    stars = _stars_of(plain)
    if stars is not None:
        given |= {"selective"}
    return Directives(given, stars, words, at_most)


def _asked(pattern: re.Pattern[str], sentence: str) -> bool:
    """Whether a phrase stands in a sentence without being taken back right before it."""
    return any(
        _OWN_NEGATION.match(found[0]) or not _NEGATED.search(sentence[: found.start()][-60:])
        for found in pattern.finditer(sentence)
    )


def _words_of(text: str) -> tuple[int | None, bool]:
    found = _WORD_LIMIT.search(text)
    number, at_most = (found[2], found[1] not in _AT_MOST) if found else ("", True)
    if found is None:
        found = _WORDS_OR_LESS.search(text)
        number = found[1] if found else ""
    if not number:
        return None, False
    return min(max(int(number), _LEAST_WORDS), _MOST_WORDS), at_most


def _stars_of(text: str) -> float | None:
    for pattern in (_STARS, _STAR_NUMBER):
        for found in pattern.finditer(text):
            stars = float(found[1])
            if 0.5 <= stars <= 5:
                return stars
    return None
