"""Vectors of words and sentences: what a text is made of, as sums that add up over texts."""

from crs_simcheck.instruments.vectors.base import ModelUnavailable, VectorReader, VectorReading
from crs_simcheck.instruments.vectors.cache import (
    CachedReader,
    VectorCache,
    VectorsMissing,
    cache_path,
)
from crs_simcheck.instruments.vectors.sentences import (
    DEFAULT_SENTENCE_MODEL,
    SENTENCE_SPLITTER,
    SentenceVectors,
    find_sentence_model,
    load_sentence_vectors,
)
from crs_simcheck.instruments.vectors.words import (
    DEFAULT_WORD_VECTORS,
    WORD_SPLITTER,
    WORD_SUFFIXES,
    WordVectors,
    default_word_vectors,
    load_word_vectors,
    word_identity,
    write_word_vectors,
)

__all__ = [
    "DEFAULT_SENTENCE_MODEL",
    "DEFAULT_WORD_VECTORS",
    "SENTENCE_SPLITTER",
    "WORD_SPLITTER",
    "WORD_SUFFIXES",
    "CachedReader",
    "ModelUnavailable",
    "SentenceVectors",
    "VectorCache",
    "VectorReader",
    "VectorReading",
    "VectorsMissing",
    "WordVectors",
    "cache_path",
    "default_word_vectors",
    "find_sentence_model",
    "load_sentence_vectors",
    "load_word_vectors",
    "word_identity",
    "write_word_vectors",
]
