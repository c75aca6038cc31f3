"""What a reader of a verdict should know of how it was measured, a sentence a note."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from crs_simcheck.baselines import Group
from crs_simcheck.gate.ratings import Ratings
from crs_simcheck.gate.sides import Sides
from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.metrics import NAMING, NAMING_READ, Metric, Table
from crs_simcheck.stats import Rows

__all__ = ["left_out", "notes_on", "published_note"]

_SILENT = {
    "mentions": "they named no film that could be read",
    "answers": "they were asked about no film",
}


def left_out(sides: Sides, table: Table) -> str | None:
    """Return how many of the simulator's seekers have no row in a table, or None where all do."""
    rows = sides.simulator_rows(table)
    total = sides.simulator.n_seekers
    silent = total - (0 if rows is None else rows.n_units)
    if table not in _SILENT or not silent:
        return None
    return f"{silent:,} of {total:,} seekers are left out: {_SILENT[table]}"


def notes_on(
    spec: GateSpec, sides: Sides, baseline: Group | None, ratings: Ratings | None
) -> Iterator[str]:
    """Yield the notes on a gate.

    Parameters
    ----------
    baseline:
        Whom the simulator is compared with; None where an end was given by hand.
    ratings:
        Of a metric that needs people's ratings.
    """
    metric = spec.metric
    if baseline is not None and baseline.speakers != "people":
        yield f"baseline '{baseline.name}' is not people: {baseline.speakers}"
    silent = left_out(sides, metric.table)
    if silent is not None:
        yield silent
    if metric.name == "item_bin_entropy":
        yield _bins(*sides.coverage)
    if metric.name in ("popularity_share", "mean_log_rank"):
        yield f"popularity from {sides.joint.popularity_from}"
    if metric.name == "title_mention_rate":
        yield from _naming_people(sides)
    if metric.table == "word_vectors":
        yield from _without_vectors(sides)
    if ratings is not None:
        yield f"mean ratings from {ratings.source}"


def published_note(baseline: Group, metric: Metric) -> str:
    """Return the warning that goes with a published figure."""
    grows = " and this metric grows with it" if metric.unit == "bits" else ""
    if metric.unit == "types per word":
        grows = ", nor is the number of words that types were counted among"
    return (
        f"'{baseline.name}' is a published figure: the size of its group is not known{grows}, so "
        "a drift may be one of size alone; compare with a baseline of people where there is one"
    )


def _naming_people(sides: Sides) -> Iterator[str]:
    """Say how many of the people's texts name a title: in a chat nobody forbade it."""
    rows = sides.baseline_rows("texts")
    if rows is None or _summed(rows, NAMING_READ) == 0:
        return
    share = _summed(rows, NAMING) / _summed(rows, NAMING_READ)
    yield f"people, whom nobody forbade it, name a title in {100 * share:.1f} % of their turns"


def _summed(rows: Rows, column: int) -> float:
    """Return the sum of a column of the block "sums"."""
    return float(np.asarray(rows.blocks["sums"])[:, column].sum())


def _without_vectors(sides: Sides) -> Iterator[str]:
    shares = []
    for who, rows in (
        ("the simulator's", sides.simulator_rows("word_vectors")),
        ("people's", sides.baseline_rows("word_vectors")),
    ):
        if rows is not None:
            added, missing = np.asarray(rows.blocks["counts"]).sum(axis=0)
            shares.append(f"{100 * missing / max(added + missing, 1):.1f} % of {who} words")
    if shares:
        yield f"the model knows no vector of {' and '.join(shares)}"


def _bins(attributes: tuple[str, ...], coverage: Mapping[str, tuple[float, float]]) -> str:
    left_out = [
        f"{name} (known of {100 * min(shares):.0f} %)"
        for name, shares in coverage.items()
        if name not in attributes
    ]
    used = " × ".join(attributes)
    return f"bins of {used}" + (f"; left out: {', '.join(left_out)}" if left_out else "")
