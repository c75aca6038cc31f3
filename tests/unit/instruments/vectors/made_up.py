"""A small model that needs no package: the vector of a word is drawn by a hash of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from crs_simcheck.instruments import words
from crs_simcheck.instruments.vectors import VectorReading

DIMENSION = 6


def vector_of(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    drawn = np.random.default_rng(seed).normal(size=DIMENSION)
    return drawn / np.linalg.norm(drawn)


class MadeUp:
    """Reads words that do not begin with ``q``; counts what it was asked."""

    dimension = DIMENSION
    splitter = "words/1"

    def __init__(self, identity: str = "made-up:0123456789") -> None:
        self.identity = identity
        self.asked: list[str] = []

    def read(self, texts: Sequence[str]) -> list[VectorReading]:
        self.asked.extend(texts)
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> VectorReading:
        found = words(text)
        known = [word for word in found if not word.startswith("q")]
        total = sum((vector_of(word) for word in known), np.zeros(DIMENSION))
        return VectorReading.of(total, len(known), len(found) - len(known))


def same(one: VectorReading, other: VectorReading) -> bool:
    """To the last bit."""
    return (
        one.mean.dtype == other.mean.dtype == np.float32
        and np.array_equal(one.mean, other.mean)
        and (one.n, one.missing) == (other.n, other.missing)
    )
