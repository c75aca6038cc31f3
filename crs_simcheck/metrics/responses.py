"""Metrics of every task: length, format, leakage, role, and the same answer from many."""

from __future__ import annotations

import numpy as np

from crs_simcheck.metrics.base import Margin, Metric, RateColumns
from crs_simcheck.metrics.blocks import column_of, known_column_of
from crs_simcheck.metrics.frame import Frame
from crs_simcheck.records import TASKS
from crs_simcheck.stats import FloatArray, Pool, above_zero, dense, ratio

__all__ = ["METRICS", "response_repetition", "words_per_response"]

# A share of responses that should be near zero: no margin to people, but a most that is given.
_DEFAULT_MAX = 0.05
_MAX_REASON = "the least that 100 seekers with one answer each can show while one answer fails"


def words_per_response(pool: Pool, _frame: Frame) -> FloatArray:
    """Return the mean number of words of a response; a title counts as its words."""
    sums = np.asarray(pool.block("sums"))
    return ratio(sums[:, column_of("words")], sums[:, known_column_of("words")])


def response_repetition(pool: Pool, _frame: Frame) -> FloatArray:
    """Return the share of responses that, normalised, another seeker of the group gave too."""
    pairs = pool.block("shared")
    texts = pool.map("texts")
    given = dense(pairs @ texts)
    givers = dense(above_zero(pairs) @ texts)
    repeated = np.where(givers > 1.5, given, 0.0).sum(axis=1)
    return ratio(repeated, np.asarray(pool.block("texts_read"))[:, 0])


def _rare(name: str, title: str, too_high: str, number: str) -> Metric:
    columns = RateColumns("sums", column_of(number), known_column_of(number))
    return Metric(
        name=name,
        unit="",
        title=title,
        direction="upper",
        tasks=TASKS,
        table="responses",
        blocks=("sums",),
        compute=columns.share,
        margin=Margin(_DEFAULT_MAX, _MAX_REASON),
        too_low="",
        too_high=too_high,
        default_max=_DEFAULT_MAX,
        rate=columns,
        read_in=(columns.block, columns.answers),
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        name="words_per_response",
        unit="words",
        title="length of a response",
        direction="two-sided",
        tasks=TASKS,
        table="responses",
        blocks=("sums",),
        compute=words_per_response,
        margin=Margin(
            0.20, "groups of 100 ReDial seekers stay within 1.7 of 10.5 words", relative=True
        ),
        read_in=("sums", known_column_of("words")),
        too_low="answers are shorter than people's",
        too_high="answers are longer than people's",
    ),
    _rare(
        "format_violation_rate",
        "answers that break the format asked for",
        "answers do not keep the format that the task asks for",
        "violation",
    ),
    _rare(
        "leakage_rate",
        "answers that say a title of the seeker's own history",
        "titles of the seeker's own history are said back",
        "leak",
    ),
    _rare(
        "role_confusion_rate",
        "answers that speak as the recommender",
        "the simulator speaks as the recommender, or writes both sides",
        "role",
    ),
    Metric(
        name="response_repetition",
        unit="",
        title="answers that several seekers give",
        direction="upper",
        # Every answer to bin_pref is Yes or No: all are repeated, by people as by anything else.
        tasks=("items_talk", "open_pref", "rec_request", "neg_feedback"),
        table="responses",
        blocks=("texts_read", "shared"),
        compute=response_repetition,
        margin=Margin(0.05, "one answer in twenty more than people's"),
        read_in=("texts_read", 0),
        too_low="",
        too_high="several seekers give the very same answer",
    ),
)
