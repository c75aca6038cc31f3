"""The instruments that somebody may choose: which aspects, which vectors, whose titles.

The others are one and the same everywhere; see ``INSTRUMENTS``. A group keeps the identity of what
was chosen, and two groups are compared only on what the same instruments read in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from crs_simcheck.instruments import (
    INSTRUMENTS,
    VADER,
    Lexicon,
    SentimentInstrument,
    TitleFinder,
    film_lexicon,
)
from crs_simcheck.instruments.vectors import VectorReader, VectorReading, VectorsMissing

__all__ = ["VECTORS", "Readers", "VectorName"]

VectorName = str
# The two instruments that read vectors.
VECTORS: tuple[VectorName, ...] = ("word-vectors", "sentence-vectors")


@dataclass(frozen=True, eq=False)
class Readers:
    """The instruments that were chosen.

    Parameters
    ----------
    titles:
        Finds the titles of a catalogue in free text; without it nobody looks for any.
    lexicon:
        Of aspects; films' by default.
    sentiment:
        Of sentences; VADER by default.
    vectors:
        ``word-vectors`` and ``sentence-vectors`` → what reads them, where they are wanted.
    unavailable:
        Those that are wanted and cannot be had → why.
    judge:
        Who scored answers to a recommendation, by which rubric.
    """

    titles: TitleFinder | None = None
    lexicon: Lexicon | None = None
    sentiment: SentimentInstrument = VADER
    vectors: Mapping[VectorName, VectorReader] = field(default_factory=dict)
    unavailable: Mapping[VectorName, str] = field(default_factory=dict)
    judge: str = ""
    _problems: dict[VectorName, str] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def aspects(self) -> Lexicon:
        """The lexicon of aspects."""
        return film_lexicon() if self.lexicon is None else self.lexicon

    @property
    def problems(self) -> Mapping[VectorName, str]:
        """Which vectors could not be read, and why, in a sentence each."""
        return MappingProxyType({**self.unavailable, **self._problems})

    @property
    def notes(self) -> tuple[str, ...]:
        """What should be told of how vectors were had, a sentence each."""
        return tuple(n for reader in self.vectors.values() for n in getattr(reader, "notes", ()))

    def version(self, instrument: str) -> int | str:
        """Return the version of an instrument, or the identity of one that was chosen."""
        if instrument == "aspects":
            return f"{self.aspects.name}:{self.aspects.version}"
        if instrument == "sentiment" and self.sentiment is not VADER:
            return f"{self.sentiment.name}:{self.sentiment.version}"
        if instrument == "judge":
            return self.judge
        if instrument in self.vectors:
            return self.vectors[instrument].identity
        return INSTRUMENTS[instrument].version

    def vectors_of(
        self, instrument: VectorName, texts: Sequence[str]
    ) -> Sequence[VectorReading | None]:
        """Return the vectors of texts, or None of each where they cannot be had.

        All or none: a mean over those that happen to be kept would be of other texts.
        """
        reader = self.vectors.get(instrument)
        if reader is None or instrument in self._problems:
            return [None] * len(texts)
        try:
            return reader.read(texts)
        except VectorsMissing as missing:
            self._problems[instrument] = str(missing)
            return [None] * len(texts)
