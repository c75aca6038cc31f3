"""A light guess at the language of a text: its script, then its most frequent small words.

No model and no download. It serves to leave out reviews in other languages, and is no instrument:
a short text without any small word of a language stays where its script fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

__all__ = ["LANGUAGES", "guess_language", "may_be_in"]

# Small words that are frequent in a language and rare in the others here.
_SMALL = {
    "de": "der die das und ist nicht ich ein eine mit auch für auf sehr den dem war wie von zu "
    "aber sich wir sie gut immer noch einen",
    "en": "the and is it was this of to in that for with but not have you are my movie film very "
    "great good love loved his they had from i",
    "es": "el los las una es muy que para con por pero la película lo del y como más está todo "
    "buena bueno mi se al gracias",
    "fr": "le les des et est une très pas pour avec ce dans du je c'est mais qui sur plus bien "
    "cette vous ne au j'ai",
    "it": "il gli è molto per con una che non di bello più della sono questo ma anche come del un "
    "nel ho perché",
    "nl": "het een en van ik is dat niet met voor zeer ook maar deze heel goed op te was zijn wel "
    "je erg",
    "pt": "o os um uma é muito não para com que mas em do da filme e bom boa meu mais eu foi ao "
    "excelente",
}
_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {language: frozenset(words.split()) for language, words in _SMALL.items()}
)
# Scripts that tell a language by themselves, as far as reviews go; the others are Latin.
_SCRIPTS: Mapping[str, str] = MappingProxyType(
    {
        "HIRAGANA": "ja",
        "KATAKANA": "ja",
        "CJK": "zh",
        "HANGUL": "ko",
        "CYRILLIC": "ru",
        "ARABIC": "ar",
        "HEBREW": "he",
        "GREEK": "el",
        "THAI": "th",
        "DEVANAGARI": "hi",
    }
)
LANGUAGES: tuple[str, ...] = tuple(sorted({*_WORDS, *_SCRIPTS.values()}))
"""The languages that can be told from one another, by their two letters."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
# A guess does not get better with more than this.
_READ = 2_000


def guess_language(text: str) -> str | None:
    """Return the two letters of a language, or None where the text does not tell."""
    script, words = _seen(text)
    if script is not None:
        return script
    counts = {language: sum(map(small.__contains__, words)) for language, small in _WORDS.items()}
    best, second = sorted(counts.values(), reverse=True)[:2]
    if best == second:
        return None
    return next(language for language, count in counts.items() if count == best)


def may_be_in(text: str, language: str) -> bool:
    """Return whether a text is in a language, or does not tell and has its script."""
    guess = guess_language(text)
    if guess is not None:
        return guess == language
    return language in _WORDS


def _seen(text: str) -> tuple[str | None, list[str]]:
    """Return the language that the script tells (None for Latin), and the words."""
    head = text[:_READ]
    words = _WORD.findall(head.casefold().replace("\u2019", "'"))
    if head.isascii():
        return None, words
    letters: Counter[str] = Counter()
    for sign in head:
        if sign.isalpha():
            letters[_SCRIPTS.get(_script(sign), "")] += 1
    if letters["ja"]:
        # Japanese is written in Chinese signs as well; Chinese never in kana.
        letters["ja"] += letters.pop("zh", 0)
    if not letters:
        return None, words
    script, _ = max(letters.items(), key=lambda kv: (kv[1], kv[0]))
    return (script or None), words


@lru_cache(maxsize=4096)
def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]
