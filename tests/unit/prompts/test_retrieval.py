"""Ranking texts by BM25 and by vectors."""

from __future__ import annotations

import importlib.util
import itertools
import logging
import math
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crs_simcheck.errors import InputError
from crs_simcheck.instruments import words
from crs_simcheck.instruments.vectors import VectorReading, default_word_vectors
from crs_simcheck.prompts import BM25Retriever, Retriever, VectorRetriever

needs_bm25s = pytest.mark.skipif(
    importlib.util.find_spec("bm25s") is None,
    reason="bm25s is not installed (the extra `live`)",
)


class Directions:
    """A reader of vectors: how often a, b and c stand in a text."""

    identity, splitter, dimension = "directions:0", "letters/1", 3

    def read(self, texts):
        counts = [np.array([text.count(sign) for sign in "abc"], dtype=float) for text in texts]
        return [VectorReading.of(count, int(count.sum())) for count in counts]


def bm25(query, texts, k1=1.5, b=0.75):
    """Scores by Lucene's BM25 from its definition."""
    docs = [Counter(words(text)) for text in texts]
    mean = sum(map(Counter.total, docs)) / len(docs)
    scores = [0.0] * len(docs)
    for word in words(query):
        df = sum(word in doc for doc in docs)
        idf = math.log(1 + (len(docs) - df + 0.5) / (df + 0.5))
        for place, doc in enumerate(docs):
            if doc[word]:
                norm = k1 * (1 - b + b * doc.total() / mean)
                scores[place] += idf * doc[word] / (doc[word] + norm)
    return scores


def test_both_are_retrievers():
    assert isinstance(BM25Retriever(), Retriever)
    assert isinstance(VectorRetriever(Directions()), Retriever)


@needs_bm25s
@pytest.mark.parametrize(
    "query,texts,order",
    [
        ("heat", [], []),
        ("", [], []),
        ("", ["a", "b"], [0, 1]),
        ("heat", [""], [0]),
        ("heat", ["", "!?"], [0, 1]),
        ("heat", ["Heat"], [0]),
        ("zebra", ["b", "a", "b"], [0, 1, 2]),
        ("heat", ["", "a slow film", "HEAT", "the heat of it"], [2, 3, 0, 1]),
        ("heat", ["heat a", "b", "heat c", "d", "heat e"], [0, 2, 4, 1, 3]),
        ("\ud800 heat", ["\ud800", "heat \ud800"], [1, 0]),
        ("жара", ["зима", "жара летом"], [1, 0]),
    ],
)
def test_bm25_at_its_edges(query, texts, order):
    assert BM25Retriever().rank(query, texts) == order


@needs_bm25s
@settings(max_examples=50)
@given(
    st.lists(st.sampled_from("abcdef"), max_size=5).map(" ".join),
    st.lists(st.lists(st.sampled_from("abcdefg"), max_size=6).map(" ".join), max_size=8),
)
def test_bm25_ranks_as_its_definition_does(query, texts):
    found = BM25Retriever().rank(query, texts)
    assert sorted(found) == list(range(len(texts)))
    if any(words(text) for text in texts):
        scores = bm25(query, texts)
        for before, after in itertools.pairwise(found):
            assert scores[before] > scores[after] - 1e-9
            if scores[before] == scores[after]:
                assert before < after


@needs_bm25s
def test_bm25_says_nothing(capfd, caplog):
    caplog.set_level(logging.DEBUG)
    BM25Retriever().rank("heat", ["heat", "cold"] * 500)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_without_bm25s_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(InputError, match="'rag' ranks by bm25s") as caught:
        BM25Retriever().rank("a", ["a"])
    assert "pip install 'crs-simcheck[live]'" in str(caught.value)


@pytest.mark.parametrize(
    "query,texts,order",
    [
        ("a", [], []),
        ("a", ["b"], [0]),
        ("a", ["b", "ab", "aaa", "", "aa"], [2, 4, 1, 0, 3]),
        ("", ["b", "a"], [0, 1]),
        ("zz", ["b", "a"], [0, 1]),
    ],
)
def test_vectors_rank_by_cosine(query, texts, order):
    assert VectorRetriever(Directions()).rank(query, texts) == order


def test_the_vectors_that_ship_can_rank():
    texts = ["A funny comedy", "A scary horror film with ghosts", "qqqq"]
    retriever = VectorRetriever(default_word_vectors())
    assert retriever.rank("horror thriller", texts) == [1, 0, 2]
