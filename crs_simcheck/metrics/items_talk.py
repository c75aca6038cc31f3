"""Metrics of items_talk: which films are named, how varied and how famous they are."""

from __future__ import annotations

import numpy as np

from crs_simcheck.metrics.base import Margin, Metric, RateColumns, RepeatColumns
from crs_simcheck.metrics.blocks import MENTIONS, UNKNOWN
from crs_simcheck.metrics.frame import Frame
from crs_simcheck.stats import (
    FloatArray,
    Pool,
    entropy_bits,
    positive_columns,
    ratio,
    row_sums,
)

__all__ = [
    "METRICS",
    "era_entropy",
    "item_bin_entropy",
    "item_entropy",
    "mean_log_rank",
    "popularity_share",
    "repeat_rate",
    "unknown_item_rate",
]


def item_entropy(pool: Pool, _frame: Frame) -> FloatArray:
    """Return H of titles in bits: −Σ p log2 p over titles.

    Titles that no catalogue knows count, each as itself. Source: Yoon et al. 2024
    (arXiv 2403.09738); the figures that arXiv 2607.00010 reports for its equation 1 exceed what
    bins can give and are nearer to this.
    """
    return entropy_bits(pool.block("titles"))


def item_bin_entropy(pool: Pool, frame: Frame) -> FloatArray:
    """Return H of (genre, era, region) bins in bits; a film of k genres counts 1/k in each.

    Source: arXiv 2607.00010, equation 1 as it is written.
    """
    return entropy_bits(pool.block("titles") @ frame.bins)


def era_entropy(pool: Pool, frame: Frame) -> FloatArray:
    """Return H of decades in bits: low where films cluster in a narrow span of years.

    Source: the temporal clustering of arXiv 2607.00010, as an entropy.
    """
    return entropy_bits(pool.block("titles") @ frame.decades)


def popularity_share(pool: Pool, frame: Frame) -> FloatArray:
    """Return the share of mentions that are among the ``top_k`` best-known films."""
    titles = pool.block("titles")
    return ratio(np.asarray(titles @ frame.top), row_sums(titles))


def mean_log_rank(pool: Pool, frame: Frame) -> FloatArray:
    """Return the mean of log10 popularity rank over mentions of known films; rank 1 is best known.

    Films of equal popularity share the middle of their ranks; those with none are last.
    """
    titles = pool.block("titles")
    ranked = np.isfinite(frame.log_rank)
    total = np.asarray(titles @ np.where(ranked, frame.log_rank, 0.0))
    return ratio(total, np.asarray(titles @ ranked.astype(np.float64)))


def unknown_item_rate(pool: Pool, _frame: Frame) -> FloatArray:
    """Return the share of mentions that no catalogue knows, or that fit several films."""
    sums = np.asarray(pool.block("sums"))
    return ratio(sums[:, UNKNOWN], sums[:, MENTIONS])


def repeat_rate(pool: Pool, _frame: Frame) -> FloatArray:
    """Return the share of mentions that the same seeker had made before."""
    mentions = np.asarray(pool.block("sums"))[:, MENTIONS]
    return 1.0 - ratio(positive_columns(pool.block("pairs")), mentions)


def _needs_popularity(frame: Frame) -> str | None:
    if frame.has_popularity:
        return None
    return "no catalogue gives the popularity of films (column 'popularity')"


def _needs_bins(frame: Frame) -> str | None:
    if frame.attributes:
        return None
    return "neither genre, year nor region is known of nine in ten mentions on both sides"


def _needs_years(frame: Frame) -> str | None:
    if "era" in frame.attributes:
        return None
    return "the year is not known of nine in ten mentions on both sides"


METRICS: tuple[Metric, ...] = (
    Metric(
        name="item_entropy",
        unit="bits",
        title="variety of the films named",
        direction="two-sided",
        tasks=("items_talk",),
        table="mentions",
        blocks=("titles",),
        compute=item_entropy,
        margin=Margin(
            0.40, "two groups of 100 of 271 ReDial seekers stay .37 bit apart 19 times of 20"
        ),
        too_low="less varied than people: the same films again and again",
        too_high="more varied than people: too few films are named by several seekers",
    ),
    Metric(
        name="item_bin_entropy",
        unit="bits",
        title="variety of genre, era and region",
        direction="two-sided",
        tasks=("items_talk",),
        table="mentions",
        blocks=("titles",),
        compute=item_bin_entropy,
        margin=Margin(0.50, "two groups of 100 ReDial seekers stay .48 to .53 bit apart"),
        too_low="kinds of films are fewer than people's",
        too_high="kinds of films are spread more evenly than people's",
        needs=_needs_bins,
    ),
    Metric(
        name="era_entropy",
        unit="bits",
        title="spread over decades",
        direction="two-sided",
        tasks=("items_talk",),
        table="mentions",
        blocks=("titles",),
        compute=era_entropy,
        margin=Margin(0.35, "4.2 standard errors of 100 ReDial seekers are .33 bit; rounded up"),
        too_low="films cluster in fewer decades than people's",
        too_high="films are spread over more decades than people's",
        needs=_needs_years,
    ),
    Metric(
        name="popularity_share",
        unit="",
        title="share of the best-known films",
        direction="two-sided",
        tasks=("items_talk",),
        table="mentions",
        blocks=("titles",),
        compute=popularity_share,
        margin=Margin(0.12, "two groups of 100 of 271 ReDial seekers stay .11 apart"),
        too_low="famous films are named less than by people",
        too_high="famous films are named more than by people",
        needs=_needs_popularity,
    ),
    Metric(
        name="mean_log_rank",
        unit="log10 rank",
        title="fame of the films named",
        direction="two-sided",
        tasks=("items_talk",),
        table="mentions",
        blocks=("titles",),
        compute=mean_log_rank,
        margin=Margin(0.25, "two groups of 100 of 271 ReDial seekers stay .23 apart"),
        too_low="films are better known than people's",
        too_high="films are more obscure than people's",
        needs=_needs_popularity,
    ),
    Metric(
        name="unknown_item_rate",
        unit="",
        title="titles that no catalogue knows",
        direction="upper",
        tasks=("items_talk",),
        table="mentions",
        blocks=("sums",),
        compute=unknown_item_rate,
        margin=Margin(
            0.08, "the least of which 100 seekers with 5 films show twice as much 19 times of 20"
        ),
        too_low="",
        too_high="titles are made up, misspelt, or missing from the catalogue",
        rate=RateColumns("sums", events=UNKNOWN, answers=MENTIONS),
    ),
    Metric(
        name="repeat_rate",
        unit="",
        title="films that a seeker names twice",
        direction="upper",
        tasks=("items_talk",),
        table="mentions",
        blocks=("sums", "pairs"),
        compute=repeat_rate,
        margin=Margin(
            0.08, "the least of which 100 seekers with 5 films show twice as much 19 times of 20"
        ),
        too_low="",
        too_high="the same seeker names the same film more often than people do",
        rate=RepeatColumns("sums", answers=MENTIONS, different="pairs"),
    ),
)
