"""The tables of error rates, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Row", "markdown", "naive_table", "rates_table"]


@dataclass(frozen=True)
class Row:
    """Rates of one metric and one size of baseline, as shares of 1.

    Parameters
    ----------
    margin:
        The default margin, in the unit of the metric.
    outcomes:
        Drift → rule → shares that come out within and drifted.
    covered:
        Share of 90 % intervals of the value that hold its expectation.
    least_drift, found:
        Mean of the least drift that verdicts on people name, in the unit of the metric, and how
        often a drift of that size is found.
    """

    metric: str
    n: int
    n_people: int
    margin: float
    runs: int
    outcomes: dict[str, dict[str, tuple[float, float]]]
    covered: float
    least_drift: float
    found: float


def markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table whose columns line up."""
    cells = [tuple(head), *(tuple(line) for line in lines)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    for number, line in enumerate(cells):
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield f"| {' | '.join(padded)} |"
        if number == 0:
            yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _both(shares: tuple[float, float]) -> str:
    return f"{_percent(shares[0])} / {_percent(shares[1])}"


def rates_table(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the rule's own rates: per cent within / drifted."""
    head = (
        "metric",
        "n of N",
        "margin",
        "people, margin 0",
        "people",
        "1 margin off",
        "2 margins off",
        "90 % interval covers",
        "least drift found in 80 %",
        "found in",
    )
    return markdown(
        head,
        (
            (
                row.metric,
                f"{row.n} of {row.n_people}",
                f"{row.margin:.3g}",
                _both(row.outcomes["people"]["ours, margin 0"]),
                _both(row.outcomes["people"]["ours"]),
                _both(row.outcomes["1 margin"]["ours"]),
                _both(row.outcomes["2 margins"]["ours"]),
                _percent(row.covered),
                f"{row.least_drift:.3g}",
                _percent(row.found),
            )
            for row in rows
        ),
    )


def naive_table(rows: Iterable[Row]) -> Iterator[str]:
    """Yield what other rules make of the same runs: per cent within / drifted."""
    head = (
        "metric",
        "n of N",
        "draws: people, margin 0",
        "draws: people",
        "draws: 1 margin off",
        "wider range: 1 margin off",
        "estimate: 1 margin off",
        "unequal sizes: people",
    )
    return markdown(
        head,
        (
            (
                row.metric,
                f"{row.n} of {row.n_people}",
                _both(row.outcomes["people"]["naive draws, margin 0"]),
                _both(row.outcomes["people"]["naive draws"]),
                _both(row.outcomes["1 margin"]["naive draws"]),
                _both(row.outcomes["1 margin"]["inflated range"]),
                _both(row.outcomes["1 margin"]["estimate alone"]),
                "–"
                if row.metric == "bin_pref_correlation"
                else _both(row.outcomes["people"]["unequal sizes"]),
            )
            for row in rows
        ),
    )
