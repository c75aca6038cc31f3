"""Sentiment of each sentence: negative, neutral or positive; and the sentiment of stars.

By default VADER reads it: a lexicon and rules made for short texts of social media, which know
negation, emphasis, emoticons and emoji. It reads English only; sentences of other languages are
neutral but for their emoji and the English words in them.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Literal, Protocol

from crs_simcheck.errors import InputError
from crs_simcheck.instruments._late import late
from crs_simcheck.instruments._text import plain
from crs_simcheck.instruments.sentences import split_sentences

__all__ = [
    "VADER",
    "Sentiment",
    "SentimentCounts",
    "SentimentInstrument",
    "Vader",
    "read_sentiment",
    "stars_to_sentiment",
]

Sentiment = Literal["neg", "neu", "pos"]

# The bounds that its authors advise for the compound score.
_BOUND = 0.05
# VADER goes through all words again for every word with a sentiment. No more at once than these,
# and no more of one sentence: nobody has ever written one of 10,000 words.
_AT_ONCE = 100
_MOST_PIECES = 100
# Of this length and without emoji there can be few more, and counting them can be saved.
_SHORT = 500
# It spells emoji out in several words.
_EMOJI_WORDS = 5
_WORD = late(
    r"([\u2000-\u32ff\U0001f000-\U0001faff])|[^\s\u2000-\u32ff\U0001f000-\U0001faff]{1,40}"
)


@dataclass(frozen=True, slots=True)
class SentimentCounts:
    """How many sentences of a text are negative, neutral and positive."""

    neg: int
    neu: int
    pos: int


class SentimentInstrument(Protocol):
    """What reads the sentiment of sentences; its name and version are kept with a group."""

    @property
    def name(self) -> str:
        """How groups and reports call it."""
        ...

    @property
    def version(self) -> int:
        """Goes up with every change after which some sentence is read otherwise."""
        ...

    def read(self, sentences: Sequence[str]) -> list[Sentiment]:
        """Return the sentiment of each sentence, in their order; never raises for a sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Vader:
    """VADER's compound score: positive from .05, negative from −.05, as its authors advise.

    A sentence of more than 100 words is read in pieces of so many words and has the mean of their
    scores, and what comes after 10,000 words is not read: VADER itself would take hours for a
    megabyte without a full stop. In this count an emoji is five words, and so is a word of 200
    characters.

    References
    ----------
    Hutto and Gilbert: VADER: a parsimonious rule-based model for sentiment analysis of social
    media text. ICWSM 2014.
    """

    name: str = "vader"
    version: int = 1

    def read(self, sentences: Sequence[str]) -> list[Sentiment]:
        """Return the sentiment of each sentence, in their order."""
        return [_sentiment_of(_compound(sentence)) for sentence in sentences]


VADER = Vader()


def read_sentiment(text: str, instrument: SentimentInstrument = VADER) -> SentimentCounts:
    """Return how many sentences of a text are negative, neutral and positive.

    Examples
    --------
    >>> read_sentiment("I loved the cast. It was not good, though. It runs for two hours.")
    SentimentCounts(neg=1, neu=1, pos=1)
    """
    sentences = split_sentences(text)
    read = instrument.read(sentences) if sentences else []
    return SentimentCounts(read.count("neg"), read.count("neu"), read.count("pos"))


def stars_to_sentiment(rating: float) -> Sentiment:
    """Return the sentiment of stars: up to 2 negative, 2.5 and 3 neutral, from 3.5 positive.

    Other ratings are rounded to the nearest half star first, and up where two are as near: 2.2 is
    negative, 2.25 and 3.2 are neutral, 3.25 is positive.

    Raises
    ------
    InputError
        If the rating is not within 0 and 5.
    """
    if not 0 <= rating <= 5:
        raise InputError(
            f"need stars from 0 to 5, found {rating}", field="rating", fix="give stars out of five"
        )
    halves = math.floor(2 * rating + 0.5)
    if halves <= 4:
        return "neg"
    return "neu" if halves <= 6 else "pos"


def _sentiment_of(compound: float) -> Sentiment:
    if compound >= _BOUND:
        return "pos"
    return "neg" if compound <= -_BOUND else "neu"


def _compound(sentence: str) -> float:
    """Return VADER's compound score of a sentence, −1 to 1."""
    # VADER knows straight apostrophes only: "don’t" would be no negation.
    seen = plain(sentence)
    scores = [_score(piece) for piece in _pieces(seen)]
    return math.fsum(scores) / len(scores)


@lru_cache(maxsize=4096)  # simulators repeat themselves
def _score(piece: str) -> float:
    return float(_analyzer().polarity_scores(piece)["compound"])


def _pieces(sentence: str) -> list[str]:
    """Return a sentence in pieces of at most 100 words; most sentences are one."""
    if len(sentence) <= _SHORT and sentence.isascii():
        return [sentence]
    cuts, words = [0], 0
    for word in _WORD.finditer(sentence):
        weight = _EMOJI_WORDS if word[1] else 1
        words += weight
        if words > _AT_ONCE:
            cuts.append(word.start())
            words = weight
            if len(cuts) > _MOST_PIECES:
                return [sentence[start:end] for start, end in pairwise(cuts)]
    return [sentence[start:end] for start, end in pairwise([*cuts, len(sentence)])]


@cache
def _analyzer() -> Any:
    """Return VADER with its lexicon read."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # reads a large lexicon

    with warnings.catch_warnings():
        # It opens files by codecs.open, of which Python 3.14 warns.
        warnings.simplefilter("ignore", DeprecationWarning)
        return SentimentIntensityAnalyzer()
