"""Metrics of prose against plain loops over what was said."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crs_simcheck.baselines.bags import Bags
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.metrics import METRICS, Frame, text_rows, vector_rows
from crs_simcheck.stats import Pool

FRAME = Frame(Catalogue("none", ()))
WORDS = ("a", "film", "slow", "great", "the")

texts = st.fixed_dictionaries(
    {
        "sentences": st.none() | st.tuples(*[st.integers(0, 5)] * 3),
        "stars": st.sampled_from([-1, 0, 1, 2]),
        "title": st.sampled_from([None, 0, 1]),
        "aspects": st.none() | st.lists(st.sampled_from(["plot", "acting", "disc"]), max_size=5),
        "words": st.none() | st.lists(st.sampled_from(WORDS), max_size=80),
    }
)


def pool_of(answers):
    aspects = Bags.of_values(
        [None if one["aspects"] is None else tuple(one["aspects"]) for one in answers]
    )
    words = Bags.of_values(
        [None if one["words"] is None else tuple(one["words"]) for one in answers]
    )
    sentences = np.array(
        [one["sentences"] or (math.nan,) * 3 for one in answers], dtype=np.float64
    ).reshape(-1, 3)
    numbers = {name: sentences[:, i] for i, name in enumerate(("neg", "neu", "pos"))}
    numbers["title"] = np.array(
        [math.nan if one["title"] is None else one["title"] for one in answers], dtype=np.float64
    )
    rows = text_rows(
        np.arange(len(answers)),
        len(answers),
        numbers,
        np.array([one["stars"] for one in answers], dtype=np.int64),
        (aspects.counts, aspects.read),
        (words.counts, words.read),
    )
    return Pool.whole(rows)


def value(name, answers):
    return float(METRICS[name].compute(pool_of(answers), FRAME)[0])


def entropy(counts):
    total = sum(counts)
    if not total:
        return math.nan
    return -sum(c / total * math.log2(c / total) for c in counts if c)


def near(found, expected):
    return found == pytest.approx(expected, abs=1e-9, nan_ok=True)


@settings(max_examples=150)
@given(st.lists(texts, min_size=1, max_size=8))
def test_metrics_of_texts_are_the_equations_by_plain_loops(answers):
    aspects = Counter(a for one in answers for a in one["aspects"] or ())
    assert near(value("aspect_entropy", answers), entropy(aspects.values()))
    sentences = [sum((one["sentences"] or (0, 0, 0))[i] for one in answers) for i in range(3)]
    assert near(value("sentiment_entropy", answers), entropy(sentences))
    stars = Counter(one["stars"] for one in answers if one["stars"] >= 0)
    assert near(value("star_entropy", answers), entropy(stars.values()))
    read = [one["aspects"] for one in answers if one["aspects"] is not None]
    mean = sum(map(len, read)) / len(read) if read else math.nan
    assert near(value("aspects_per_response", answers), mean)
    titles = [one["title"] for one in answers if one["title"] is not None]
    rate = sum(titles) / len(titles) if titles else math.nan
    assert near(value("title_mention_rate", answers), rate)


@settings(max_examples=60)
@given(st.lists(texts, min_size=1, max_size=12))
def test_types_per_word_is_equation_five_once_all_words_are_drawn(answers):
    words = [word for one in answers for word in one["words"] or ()]
    for name, size in (("ttr", 500), ("hdd", 42)):
        found = value(name, answers)
        if len(words) < size:
            assert math.isnan(found)
        else:
            counts = Counter(words).values()
            every = math.comb(len(words), size)
            types = sum(1 - math.comb(len(words) - c, size) / every for c in counts)
            assert near(found, types / size)
    if len(words) >= 42:  # five words make no more than five types
        assert value("hdd", answers) <= len(set(words)) / 42 + 1e-9


def test_all_words_drawn_give_the_plain_ratio():
    words = [f"w{i % 200}" for i in range(500)]
    one = {"sentences": None, "stars": -1, "title": None, "aspects": None, "words": words}
    assert value("ttr", [one]) == pytest.approx(200 / 500)


@settings(max_examples=80)
@given(st.integers(0, 9999), st.lists(st.integers(0, 6), min_size=1, max_size=6))
def test_diversities_are_equations_six_and_seven_over_all_pairs(seed, sizes):
    rng = np.random.default_rng(seed)
    vectors = [rng.normal(size=(n, 7)) for n in sizes]
    units = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in vectors]
    means = np.array([u.mean(axis=0) if len(u) else np.zeros(7) for u in units])
    n = np.array(sizes, dtype=np.float64)
    rows = vector_rows(np.arange(len(sizes)), len(sizes), means, n, np.zeros(len(sizes)))
    pool = Pool.whole(rows)
    every = np.concatenate(units)
    for family in ("w2v_diversity", "sentence_diversity"):
        found = float(METRICS[family].compute(pool, FRAME)[0])
        yoon = float(METRICS[f"{family}_yoon"].compute(pool, FRAME)[0])
        if not len(every):
            assert math.isnan(found)
            assert math.isnan(yoon)
            continue
        cosines = [float(a @ b) for a in every for b in every]
        assert near(found, 1 - math.fsum(cosines) / len(every) ** 2)
        assert near(yoon, 1 - float(np.linalg.norm(every.mean(axis=0))))
