"""The instruments: each reads one thing in a text, the same for people and for simulators.

None of them ever raises for a text, whatever it holds: a lone surrogate, a megabyte in one line
and no text at all are answers that somebody gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crs_simcheck.instruments.aspects import Lexicon, film_lexicon, open_aspects, read_lexicon
from crs_simcheck.instruments.base import Instrument
from crs_simcheck.instruments.conduct import Conduct, read_conduct
from crs_simcheck.instruments.formats import format_violation
from crs_simcheck.instruments.leakage import leaked_titles
from crs_simcheck.instruments.mentions import MentionList, read_mentions
from crs_simcheck.instruments.roles import ROLE_RULES, RoleReading, RoleRule, read_role
from crs_simcheck.instruments.sentences import split_sentences
from crs_simcheck.instruments.sentiment import (
    VADER,
    Sentiment,
    SentimentCounts,
    SentimentInstrument,
    read_sentiment,
    stars_to_sentiment,
)
from crs_simcheck.instruments.textkey import text_key, word_key
from crs_simcheck.instruments.titles_named import TitleFinder
from crs_simcheck.instruments.words import count_words, words
from crs_simcheck.instruments.yesno import is_exact_yes_no, read_yes_no

if TYPE_CHECKING:
    from crs_simcheck.instruments.injection import injection_signs, instructs_judge
    from crs_simcheck.instruments.reaction import Reaction, read_reaction

__all__ = [
    "INSTRUMENTS",
    "ROLE_RULES",
    "VADER",
    "Conduct",
    "Instrument",
    "Lexicon",
    "MentionList",
    "Reaction",
    "RoleReading",
    "RoleRule",
    "Sentiment",
    "SentimentCounts",
    "SentimentInstrument",
    "TitleFinder",
    "count_words",
    "film_lexicon",
    "format_violation",
    "injection_signs",
    "instructs_judge",
    "is_exact_yes_no",
    "leaked_titles",
    "open_aspects",
    "read_conduct",
    "read_lexicon",
    "read_mentions",
    "read_reaction",
    "read_role",
    "read_sentiment",
    "read_yes_no",
    "split_sentences",
    "stars_to_sentiment",
    "text_key",
    "word_key",
    "words",
]

INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {
        instrument.name: instrument
        for instrument in (
            Instrument("words", 1, "words: letters and digits, casefolded"),
            Instrument("text-key", 1, "a key that answers with the same words share"),
            Instrument("yes-no", 1, "yes, no or unclear"),
            Instrument("mentions", 1, "the titles that an answer lists"),
            Instrument("role-markers", 1, "signs that the seeker plays the recommender"),
            Instrument("format", 1, "departures from the form that the task asks for"),
            Instrument("leakage", 1, "titles of the seeker's own history said back"),
            Instrument("sentences", 1, "the sentences of a text"),
            Instrument("sentiment", 1, "sentences by sentiment, by VADER's compound score"),
            Instrument("title-mentions", 1, "titles of the catalogue that a text names"),
            Instrument("reaction", 1, "a recommendation taken, turned down, or unclear"),
            Instrument("injection", 1, "words to a judge: scores, instructions, fake roles"),
            Instrument("conduct", 1, "empty answers, refusals, thoughts left in the answer"),
        )
    }
)

# Instruments of one task alone, whose many rules take longer to load than most runs have use for.
_LATE = {
    "Reaction": "reaction",
    "injection_signs": "injection",
    "instructs_judge": "injection",
    "read_reaction": "reaction",
}


def __getattr__(name: str) -> Any:
    """Import an instrument of one task when it is first used."""
    if name not in _LATE:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
