"""Error rates of the rule for rare rates: answers that come in clusters, few of them events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.tables import markdown
from crs_simcheck.stats import jackknife_error, rare_rate, t_quantile

__all__ = ["RareRow", "measure_rare", "rare_rate_table"]

RATES, ANSWERS, ICC = (0.01, 0.02, 0.05), (1, 5), 0.3


@dataclass(frozen=True)
class RareRow:
    """Shares of runs: limits that hold the true rate, and wrong verdicts at ``max`` = that rate.

    A verdict of ``within`` is wrong where the rate is a hair above ``max``, one of ``drifted``
    where it is ``max`` or a hair below. ``jackknife`` is how often the jackknife's upper limit
    holds.
    """

    rate: float
    answers: int
    upper: float
    lower: float
    within: float
    drifted: float
    jackknife: float


def measure_rare(
    rate: float, answers: int, n: int, runs: int, icc: float = ICC, seed: int = 0
) -> RareRow:
    """Simulate n seekers with k answers each, whose events cluster (beta-binomial)."""
    rng = np.random.default_rng([seed, round(1e6 * rate), answers])
    spread = (1 - icc) / icc
    own = rng.beta(rate * spread, (1 - rate) * spread, size=(runs, n))
    events = rng.binomial(answers, own).astype(np.float64)
    asked = np.full(n, float(answers))
    spans = [rare_rate(of_run, asked).interval for of_run in events]
    low = np.array([span.low for span in spans])
    high = np.array([span.high for span in spans])
    jackknife = [_upper_by_jackknife(of_run, answers) >= rate for of_run in events]
    return RareRow(
        rate,
        answers,
        float(np.mean(high >= rate)),
        float(np.mean(low <= rate)),
        float(np.mean(high <= rate)),
        float(np.mean(low > rate)),
        float(np.mean(jackknife)),
    )


def _upper_by_jackknife(events: np.ndarray, answers: int) -> float:
    n = events.size
    left = (events.sum() - events) / (answers * (n - 1))
    return float(events.mean() / answers + t_quantile(n) * jackknife_error(left))


def rare_rate_table(runs: int, n: int = 100) -> Iterator[str]:
    """Yield the table of rare rates, in per cent."""
    rows = [measure_rare(rate, k, n, runs) for rate in RATES for k in ANSWERS]
    head = (
        "rate",
        "answers each",
        "upper 95 % limit holds",
        "lower 95 % limit holds",
        "within at max = rate",
        "drifted at max = rate",
        "jackknife's upper limit holds",
    )
    return markdown(
        head,
        (
            (
                f"{row.rate:g}",
                str(row.answers),
                *(
                    f"{100 * share:.1f}"
                    for share in (row.upper, row.lower, row.within, row.drifted, row.jackknife)
                ),
            )
            for row in rows
        ),
    )
