"""What of a history is most relevant to a query: the port, and two that stand behind it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from crs_simcheck.errors import InputError
from crs_simcheck.instruments.words import words

if TYPE_CHECKING:
    from crs_simcheck.instruments.vectors.base import VectorReader, VectorReading

__all__ = ["BM25Retriever", "Retriever", "VectorRetriever"]


@runtime_checkable
class Retriever(Protocol):
    """What ranks texts. The same query and texts give the same order."""

    def rank(self, query: str, texts: Sequence[str]) -> list[int]:
        """Return the places of all texts, the most relevant first; equals keep their order."""


class BM25Retriever:
    """Ranks by BM25 over the words of the instrument ``words``, by the library bm25s.

    The variant is Lucene's, in which no word counts against a text. A query that shares no word
    with any text leaves them in their order.

    Parameters
    ----------
    k1, b:
        How soon more of one word counts no more, and how much long texts are held back.
    """

    def __init__(self, *, k1: float = 1.5, b: float = 0.75) -> None:
        self.k1 = k1
        self.b = b

    def rank(self, query: str, texts: Sequence[str]) -> list[int]:
        """Return the places of all texts, the most relevant first; equals keep their order.

        Raises
        ------
        InputError
            bm25s is not installed.
        """
        bm25s = _bm25s()
        vocabulary: dict[str, int] = {}
        corpus = [
            [vocabulary.setdefault(word, len(vocabulary)) for word in words(text)] for text in texts
        ]
        asked = [vocabulary[word] for word in words(query) if word in vocabulary]
        if not asked:  # the library can index neither no text nor texts without a word
            return list(range(len(texts)))
        index = bm25s.BM25(k1=self.k1, b=self.b, method="lucene", dtype="float64")
        index.index((corpus, vocabulary), create_empty_token=False, show_progress=False)
        return _by_score(index.get_scores_from_ids(asked))


class VectorRetriever:
    """Ranks by the cosine between the mean vectors of query and text.

    Parameters
    ----------
    reader:
        Any reader of vectors. A ``CachedReader`` keeps what it read, so that a replay needs no
        model and cannot differ in the last bits.
    """

    def __init__(self, reader: VectorReader) -> None:
        self.reader = reader

    def rank(self, query: str, texts: Sequence[str]) -> list[int]:
        """Return the places of all texts, the most relevant first; equals keep their order.

        A text in which the model knows nothing comes last; a query in which it knows nothing
        leaves the texts in their order.
        """
        if not texts:
            return []
        asked, *readings = self.reader.read([query, *texts])
        direction = _unit(asked)
        if direction is None:
            return list(range(len(texts)))
        units = [_unit(reading) for reading in readings]
        return _by_score(
            np.array([-2.0 if unit is None else float(unit @ direction) for unit in units])
        )


def _unit(reading: VectorReading) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """Return the direction of a reading, or None where it has none."""
    vector = reading.mean.astype(np.float64)
    length = float(np.linalg.norm(vector))
    return vector / length if reading.n and length > 0 else None


def _by_score(scores: np.ndarray[Any, Any]) -> list[int]:
    return [int(place) for place in np.argsort(-scores, kind="stable")]


def _bm25s() -> Any:
    try:
        import bm25s
    except ImportError as error:
        raise InputError(
            f"the configuration 'rag' ranks by bm25s, which cannot be imported: {error}",
            fix="pip install 'crs-simcheck[live]'",
        ) from error
    # Importing it sets its logger to tell every step to whoever listens at all.
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s
