"""Metrics of prose: what it speaks of, how it feels, and how alike its words are.

Source, unless said otherwise: arXiv 2607.00010, equations 3 to 7.
"""

from __future__ import annotations

import numpy as np

from crs_simcheck.metrics.base import Compute, Margin, Metric, RateColumns, Table
from crs_simcheck.metrics.blocks import (
    ADDED,
    ASPECTS,
    ASPECTS_READ,
    NAMING,
    NAMING_READ,
    SENTENCES_READ,
    STARRED,
    WORDS_READ,
)
from crs_simcheck.metrics.frame import Frame
from crs_simcheck.stats import (
    FloatArray,
    Pool,
    dispersion,
    dispersion_of_lengths,
    entropy_bits,
    rarefied_share,
    ratio,
)

__all__ = [
    "HDD_TOKENS",
    "METRICS",
    "TTR_TOKENS",
    "aspect_entropy",
    "aspects_per_response",
    "diversity",
    "diversity_yoon",
    "hdd",
    "sentiment_entropy",
    "star_entropy",
    "ttr",
]

# Tokens that types are counted among: as many as 100 seekers with one short request have.
TTR_TOKENS = 500
# McCarthy and Jarvis 2010.
HDD_TOKENS = 42


def aspect_entropy(pool: Pool, _frame: Frame) -> FloatArray:
    """Return H of aspects in bits: −Σ p log2 p over aspects (equation 3)."""
    return entropy_bits(pool.block("aspects"))


def sentiment_entropy(pool: Pool, _frame: Frame) -> FloatArray:
    """Return H of neg, neu and pos of sentences in bits (equation 4), 0 to log2 3."""
    return entropy_bits(pool.block("sentiments"))


def star_entropy(pool: Pool, _frame: Frame) -> FloatArray:
    """Return H of neg (up to 2), neu (2.5, 3) and pos (from 3.5) stars in bits (equation 4)."""
    return entropy_bits(pool.block("stars"))


def aspects_per_response(pool: Pool, _frame: Frame) -> FloatArray:
    """Return the mean number of aspects of a response; one counts once a sentence."""
    sums = np.asarray(pool.block("sums"))
    return ratio(sums[:, ASPECTS], sums[:, ASPECTS_READ])


def ttr(pool: Pool, _frame: Frame) -> FloatArray:
    """Return types per token (equation 5) among 500 tokens drawn from a group.

    The raw ratio falls with the number of tokens, so both sides are read at one number.
    """
    return rarefied_share(pool.block("types"), TTR_TOKENS)


def hdd(pool: Pool, _frame: Frame) -> FloatArray:
    """Return HD-D, types per token among 42 tokens drawn (McCarthy and Jarvis 2010).

    It feels how often the commonest words come, where ``ttr`` feels how many rare ones there are.
    """
    return rarefied_share(pool.block("types"), HDD_TOKENS)


def _title_mention_rate(pool: Pool, _frame: Frame) -> FloatArray:
    sums = np.asarray(pool.block("sums"))
    return ratio(sums[:, NAMING], sums[:, NAMING_READ])


def diversity(pool: Pool, _frame: Frame) -> FloatArray:
    """Return 1 − the mean cosine of all pairs of vectors, self pairs included (equations 6, 7).

    In closed form, 1 − ‖Σ v̂‖² / n².
    """
    return dispersion(*_vectors(pool))


def diversity_yoon(pool: Pool, _frame: Frame) -> FloatArray:
    """Return 1 − ‖μ‖ with μ the mean of the unit vectors (Yoon et al. 2024, arXiv 2403.09738)."""
    return dispersion_of_lengths(*_vectors(pool))


def _vectors(pool: Pool) -> tuple[FloatArray, FloatArray]:
    return np.asarray(pool.block("vectors")), np.asarray(pool.block("counts"))[:, ADDED]


def _diversity(
    name: str, title: str, table: Table, margin: Margin, function: Compute, what: str
) -> Metric:
    return Metric(
        name=name,
        unit="1 − cos",
        title=title,
        direction="two-sided",
        tasks=("rec_request",),
        table=table,
        blocks=("vectors", "counts"),
        compute=function,
        margin=margin,
        too_low=f"{what} are more alike than people's",
        too_high=f"{what} are less alike than people's",
        read_in=("counts", ADDED),
        chosen=table.replace("_", "-"),
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        name="aspect_entropy",
        unit="bits",
        title="variety of the aspects spoken of",
        direction="two-sided",
        tasks=("open_pref",),
        table="texts",
        blocks=("aspects",),
        compute=aspect_entropy,
        margin=Margin(0.45, "4.2 standard errors of 100 Amazon reviewers are .44 bit; rounded up"),
        too_low="fewer aspects than people's: the same things are said of every film",
        too_high="aspects are spread more evenly than people's",
        read_in=("sums", ASPECTS_READ),
        chosen="aspects",
    ),
    Metric(
        name="sentiment_entropy",
        unit="bits",
        title="balance of negative, neutral and positive sentences",
        direction="two-sided",
        tasks=("open_pref",),
        table="texts",
        blocks=("sentiments",),
        compute=sentiment_entropy,
        margin=Margin(0.20, "two groups of 100 of 271 reviewers stay .175 bit apart"),
        too_low="sentences nearly all have one sentiment",
        too_high="sentiments are more even than people's",
        read_in=("sums", SENTENCES_READ),
        chosen="sentiment",
    ),
    Metric(
        name="star_entropy",
        unit="bits",
        title="balance of negative, neutral and positive stars",
        direction="two-sided",
        tasks=("open_pref",),
        table="texts",
        blocks=("stars",),
        compute=star_entropy,
        margin=Margin(0.30, "two groups of 100 of 271 people stay .28 bit apart"),
        too_low="ratings nearly all have one sentiment",
        too_high="ratings are more even than people's",
        read_in=("sums", STARRED),
    ),
    Metric(
        name="aspects_per_response",
        unit="aspects",
        title="aspects in a response",
        direction="two-sided",
        tasks=("open_pref",),
        table="texts",
        blocks=("sums",),
        compute=aspects_per_response,
        margin=Margin(
            0.75,
            "4.2 standard errors of 100 Amazon reviewers are 70 % of their mean: a few write much",
            relative=True,
        ),
        too_low="reviews speak of fewer aspects than people's",
        too_high="reviews speak of more aspects than people's",
        read_in=("sums", ASPECTS_READ),
        chosen="aspects",
    ),
    Metric(
        name="ttr",
        unit="types per word",
        title=f"different words among {TTR_TOKENS}",
        direction="two-sided",
        tasks=("rec_request",),
        table="texts",
        blocks=("types",),
        compute=ttr,
        margin=Margin(0.035, "two groups of 100 of 271 ReDial seekers stay .032 apart"),
        too_low="the same words more often than people's",
        too_high="words are more varied than people's",
        read_in=("sums", WORDS_READ),
        absent=f"a group of this size says fewer than {TTR_TOKENS} words",
    ),
    Metric(
        name="hdd",
        unit="types per word",
        title=f"different words among {HDD_TOKENS} (HD-D)",
        direction="two-sided",
        tasks=("rec_request",),
        table="texts",
        blocks=("types",),
        compute=hdd,
        margin=Margin(
            0.02, "4.2 standard errors of 100 ReDial seekers with all their turns are .016"
        ),
        too_low="the commonest words come more often than in people's",
        too_high="the commonest words come less often than in people's",
        read_in=("sums", WORDS_READ),
        absent=f"a group of this size says fewer than {HDD_TOKENS} words",
    ),
    _diversity(
        "w2v_diversity",
        "variety of meaning of words",
        "word_vectors",
        Margin(0.015, "4.2 standard errors of 100 ReDial seekers with 5 answers are .0094"),
        diversity,
        "words",
    ),
    _diversity(
        "w2v_diversity_yoon",
        "variety of meaning of words, 1 − ‖μ‖",
        "word_vectors",
        Margin(0.015, "4.2 standard errors of 100 ReDial seekers with 5 answers are .0086"),
        diversity_yoon,
        "words",
    ),
    _diversity(
        "sentence_diversity",
        "variety of meaning of sentences",
        "sentence_vectors",
        Margin(0.02, "4.2 standard errors of 100 LAPS seekers with 5 answers are .0152"),
        diversity,
        "sentences",
    ),
    _diversity(
        "sentence_diversity_yoon",
        "variety of meaning of sentences, 1 − ‖μ‖",
        "sentence_vectors",
        Margin(0.02, "4.2 standard errors of 100 LAPS seekers with 5 answers are .0182"),
        diversity_yoon,
        "sentences",
    ),
    Metric(
        name="title_mention_rate",
        unit="",
        title="requests and reactions that name a title",
        direction="upper",
        tasks=("rec_request", "neg_feedback"),
        table="texts",
        blocks=("sums",),
        compute=_title_mention_rate,
        margin=Margin(
            0.05, "the least that 100 seekers with one answer each can show while one answer fails"
        ),
        too_low="",
        too_high="titles are named, which the task forbids",
        default_max=0.05,
        rate=RateColumns("sums", events=NAMING, answers=NAMING_READ),
        read_in=("sums", NAMING_READ),
    ),
)
