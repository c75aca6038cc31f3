"""From one response to one observation. People and simulators are read by the same instruments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from crs_simcheck.instruments import (
    SentimentCounts,
    format_violation,
    leaked_titles,
    read_mentions,
    read_role,
    read_sentiment,
    read_yes_no,
    words,
)
from crs_simcheck.instruments.textkey import key_of_words
from crs_simcheck.records import Response, TaskName
from crs_simcheck.tasks.readers import Readers

if TYPE_CHECKING:
    from crs_simcheck.instruments.reaction import Reaction

__all__ = ["READ_BY", "TEXT_TASKS", "Observation", "Said", "observe", "stars_to_yes"]

# The tasks whose answers are prose.
TEXT_TASKS: tuple[TaskName, ...] = ("open_pref", "rec_request", "neg_feedback")

# The instruments that fill each column of each table of seeker statistics; a group records their
# versions.
READ_BY: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "mentions": MappingProxyType({"film": ("mentions",)}),
        "answers": MappingProxyType({"film": (), "yes": ("yes-no",), "rating": ()}),
        "responses": MappingProxyType(
            {
                "words": ("words",),
                "violation": ("format",),
                "role": ("role-markers",),
                "leak": ("leakage",),
                "text": ("text-key",),
            }
        ),
        "texts": MappingProxyType(
            {
                "neg": ("sentences", "sentiment"),
                "neu": ("sentences", "sentiment"),
                "pos": ("sentences", "sentiment"),
                "stars": (),
                "title": ("title-mentions",),
                "aspects": ("sentences", "aspects"),
                "types": ("words",),
            }
        ),
        "word_vectors": MappingProxyType(
            dict.fromkeys(("n", "missing", "mean"), ("words", "word-vectors"))
        ),
        "sentence_vectors": MappingProxyType(
            dict.fromkeys(("n", "mean"), ("sentences", "sentence-vectors"))
        ),
        "reactions": MappingProxyType({"rejected": ("reaction",), "fit": ()}),
        "judged": MappingProxyType(dict.fromkeys("ABCD", ("judge",))),
        "conduct": MappingProxyType(
            {
                **dict.fromkeys(("empty", "refusal", "thinking"), ("conduct",)),
                **dict.fromkeys(("cut_short", "truncated", "other_model", "unrepeated"), ()),
            }
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the instruments of prose read in one response.

    Parameters
    ----------
    sentiment:
        Sentences by sentiment.
    aspects:
        What it speaks of, in order; an aspect once a sentence.
    words:
        Its words, in order.
    named:
        Titles of the catalogue that it names, or None where nobody looked for any.
    """

    sentiment: SentimentCounts
    aspects: tuple[str, ...]
    words: tuple[str, ...]
    named: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Observation:
    """What the instruments read in one response.

    Parameters
    ----------
    words:
        Number of words of the text.
    violation, leaked:
        Name of the broken format rule, or None; titles of the seeker's own history that were said
        back, or None where no history is known.
    role_markers:
        Names of the rules that saw the recommender speak; empty where none did.
    text_key:
        Hash of the normalised text.
    mentions:
        items_talk: titles in the order in which they were named.
    item, yes, rating:
        Tasks with a stimulus: its title; bin_pref: the answer, None where it is unclear; stars.
    reaction:
        neg_feedback: whether the recommendation is accepted or rejected, or neither can be told.
    said:
        Tasks that ask for prose: what it says.
    """

    words: int
    violation: str | None
    leaked: tuple[str, ...] | None
    role_markers: tuple[str, ...]
    text_key: str
    mentions: tuple[str, ...] = ()
    item: str | None = None
    yes: bool | None = None
    rating: float | None = None
    reaction: Reaction | None = None
    said: Said | None = None


def stars_to_yes(rating: float, like_at: float) -> bool:
    """Return whether stars mean yes: ``rating ≥ like_at``."""
    return rating >= like_at


@lru_cache(maxsize=32)
def _of_text(text: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return words, role markers and key of a text; every other answer to bin_pref is "Yes"."""
    spoken = tuple(words(text))
    return spoken, tuple(read_role(text).markers), key_of_words(spoken)


_yes_no = lru_cache(maxsize=256)(read_yes_no)


def _reaction(text: str) -> Reaction:
    from crs_simcheck.instruments.reaction import read_reaction  # many rules, for one task

    return read_reaction(text)


def _said(text: str, spoken: tuple[str, ...], readers: Readers, own: str | None) -> Said:
    return Said(
        sentiment=read_sentiment(text, readers.sentiment),
        aspects=readers.aspects.read(text),
        words=spoken,
        named=None if readers.titles is None else readers.titles.named(text, own),
    )


def observe(
    response: Response,
    history: Sequence[str] | None = None,
    *,
    like_at: float = 3.5,
    readers: Readers | None = None,
) -> Observation:
    """Read one response.

    Parameters
    ----------
    history:
        Titles that the seeker knows, or None where that is not known. A history in the row itself
        is taken where none is given.
    like_at:
        Least number of stars that mean yes, where the text of a bin_pref row is no Yes or No.
    readers:
        The instruments that were chosen; without them prose is not read.
    """
    text = response.text
    own = response.stimulus.get("item")
    known = response.history if history is None else history
    yes: bool | None = None
    if response.task == "bin_pref":
        yes = _yes_no(text)
        if yes is None and response.rating is not None:
            yes = stars_to_yes(response.rating, like_at)
    mentions: tuple[str, ...] = ()
    if response.task == "items_talk":
        mentions = tuple(read_mentions(text).mentions)
    spoken, markers, key = _of_text(text)
    prose = readers if response.task in TEXT_TASKS else None
    # A review may name its film as it likes; who turns one down speaks of it, and of another.
    turned_down = own if response.task == "neg_feedback" else None
    return Observation(
        words=len(spoken),
        violation=format_violation(response.task, text, response.stimulus),
        leaked=None if known is None else tuple(leaked_titles(text, known, own)),
        role_markers=markers,
        text_key=key,
        mentions=mentions,
        item=own,
        yes=yes,
        rating=response.rating,
        reaction=_reaction(text) if response.task == "neg_feedback" else None,
        said=None if prose is None else _said(text, spoken, prose, turned_down),
    )
