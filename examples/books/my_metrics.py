"""A metric of this team's own: a function of what groups of readers name, added up."""

from __future__ import annotations

from typing import Any

import crs_simcheck
from crs_simcheck.stats import ratio, row_sums


@crs_simcheck.metric(
    task="items_talk",
    margin=0.12,
    reason="one book in eight",
    blocks=("titles",),
    too_low="old books are named less often than by readers",
    too_high="old books are named more often than by readers",
)
def classics_share(pool: Any, frame: Any) -> Any:
    """Share of the books named that are from before 1950."""
    titles = pool.block("titles")
    old = frame.per_film(lambda book: book.year is not None and book.year < 1950)
    return ratio(titles @ old, row_sums(titles))
