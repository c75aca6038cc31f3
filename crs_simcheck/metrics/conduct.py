"""Metrics of how recorded answers were given: cut short, empty, refused, by another model.

They are measured of recordings alone, and gated only where somebody names them: of people nothing
of it is known. Reports count all of them.
"""

from __future__ import annotations

from crs_simcheck.metrics.base import Margin, Metric, RateColumns
from crs_simcheck.metrics.blocks import CONDUCT_NUMBERS
from crs_simcheck.records import TASKS

__all__ = ["METRICS"]

_DEFAULT_MAX = 0.05


def _rate(number: str, name: str, title: str, too_high: str) -> Metric:
    column = 2 * CONDUCT_NUMBERS.index(number)
    columns = RateColumns("sums", column, column + 1)
    return Metric(
        name=name,
        unit="",
        title=title,
        direction="upper",
        tasks=TASKS,
        table="conduct",
        blocks=("sums",),
        compute=columns.share,
        margin=Margin(_DEFAULT_MAX, "as for every share that should be near zero"),
        too_low="",
        too_high=too_high,
        default_max=_DEFAULT_MAX,
        rate=columns,
        read_in=(columns.block, columns.answers),
        automatic=False,
    )


METRICS: tuple[Metric, ...] = (
    _rate("empty", "empty_rate", "answers without a word", "the engine says nothing"),
    _rate(
        "refusal",
        "refusal_rate",
        "answers that refuse, or speak as a language model",
        "the engine refuses to play the seeker",
    ),
    _rate(
        "thinking",
        "thinking_rate",
        "answers that hold what the model thought",
        "what the model thought stands in its answers",
    ),
    _rate(
        "cut_short",
        "cut_short_rate",
        "answers that num_predict cut short",
        "answers end before they are done: raise num_predict, or ask for less",
    ),
    _rate(
        "truncated",
        "truncated_prompt_rate",
        "answers to a prompt of which the server read a part",
        "the server cuts prompts: raise num_ctx, or shorten the prompt",
    ),
    _rate(
        "other_model",
        "other_model_rate",
        "answers by another model than most",
        "the answers come from models with different digests: record all of them again",
    ),
    _rate(
        "unrepeated",
        "unrepeated_rate",
        "answers that came out otherwise when asked again with the same seed",
        "the engine does not repeat itself: a recording made again will differ",
    ),
)
