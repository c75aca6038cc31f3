"""Why a gate cannot be measured, or does not decide; and what it would take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.baselines import Group
from crs_simcheck.gate.estimates import Estimates
from crs_simcheck.gate.spec import GateSpec
from crs_simcheck.gate.verdict import Verdict
from crs_simcheck.metrics import JUDGED, Metric, judged_column
from crs_simcheck.stats import (
    TAIL,
    Reference,
    Rows,
    least_drift,
    reference_needed,
    reference_suffices,
    row_sums,
    standard_error,
    units_needed,
)

__all__ = [
    "least_drift_of",
    "no_value",
    "rows_observed",
    "units_observed",
    "why_crossing",
    "why_read_otherwise",
    "why_undecided",
    "why_unread",
]


def rows_observed(metric: Metric, rows: Rows) -> Rows:
    """Return the rows of the seekers in whose answers this metric could be read."""
    some = np.flatnonzero(units_observed(metric, rows))
    return rows if some.size == rows.n_units else rows.units(some)


def units_observed(metric: Metric, rows: Rows) -> NDArray[np.bool_]:
    """Return in whose answers this metric could be read."""
    where = metric.read_in
    if where is None and metric.rate is not None:
        where = (metric.rate.block, metric.rate.answers)
    if where is not None:
        read = np.asarray(rows.unit_sums(where[0]))[:, where[1]]
    elif metric.table == "answers":
        read = row_sums(rows.unit_sums("asked"))
    else:
        read = rows.counts
    return np.asarray(read) > 0


def why_unread(metric: Metric, rows: Rows, who: str) -> str | None:
    """Return why a side cannot be measured although it has rows, or None."""
    if metric.read_in is None:
        return None
    block, column = metric.read_in
    if np.asarray(rows.blocks[block])[:, column].any():
        return None
    if metric.name == "leakage_rate":
        return f"no history of the seekers of {who} is known: give profiles"
    if metric.name == "title_mention_rate":
        return f"no film is known whose title {who} could have named: give a catalogue"
    if metric.table == "judged":
        given = [name for name, c in _letters() if np.asarray(rows.blocks[block])[:, c].any()]
        if given:  # people's answers have no persona to be held against
            return f"{who} has scores of {' and '.join(given)} alone: give an end of your own (min)"
        return f"the judge gave {who} no score"
    if metric.name in ("ttr", "hdd"):
        return f"{who} has no counts of different words (merged groups and some sources keep none)"
    return f"{who} has no response that {metric.name} could be read in"


def _letters() -> tuple[tuple[str, int], ...]:
    return tuple((letter, judged_column(letter) + 1) for letter in JUDGED)


def why_read_otherwise(metric: Metric, simulator: Group, people: Group) -> str | None:
    """Return which two instruments read the two sides, or None where it is one."""
    chosen = metric.chosen or ""
    own, theirs = simulator.instruments.get(chosen), people.instruments.get(chosen)
    if own == theirs or own is None or theirs is None:
        return None
    return (
        f"{chosen} '{own}' read the simulator and {chosen} '{theirs}' read the people of "
        f"'{people.name}': figures of two instruments cannot be compared"
    )


def no_value(spec: GateSpec, own: Rows, notes: tuple[str, ...]) -> Verdict:
    """Return the verdict where a value does not exist."""
    if spec.metric.paired:
        why = "there is no correlation: the answers do not vary, or too few films are rated"
    else:
        why = spec.metric.absent or "the value does not exist, or hangs on a single seeker"
    return Verdict(spec, "inconclusive", own.n_units, reason=why, notes=notes)


def least_drift_of(found: Estimates, h: float, n: int, tail: float = TAIL) -> float:
    """Return the least drift that is found; a rate scatters more the higher it is."""
    if found.rate is None:
        return least_drift(h, standard_error(found.se, found.sigma1, found.n_people), n, tail)
    end = found.center + h
    past = found.rate.detectable(end, tail=tail) - end
    theirs = least_drift(0.0, standard_error(0.0, found.sigma1, found.n_people), n, tail)
    return h + float(np.hypot(past, theirs))


def why_crossing(needed: int | None) -> str:
    """Return that the interval crosses an end, and how many seekers would decide."""
    if needed is None:
        return "the interval crosses an end of the range"
    return f"the interval crosses an end of the range; about {needed:,} seekers would decide"


def why_undecided(
    found: Estimates, reference: Reference, n: int, tail: float = TAIL
) -> tuple[str, int | None, int | None]:
    """Return why a comparison did not decide, and the seekers or the people that would."""
    if not reference_suffices(reference.margin, reference.sigma1, reference.n_units):
        people = reference_needed(reference.margin, reference.sigma1, n)
        takes = "" if people is None else f"; it takes about {people:,} people"
        return f"baseline too small: {found.n_people} people{takes}", None, people
    needed = units_needed(found.value, found.se * n**0.5, n, reference, tail)
    if needed is None:  # the baseline's own uncertainty reaches over the end, whatever n is
        target = reference.range_at(n)
        past = min(abs(found.value - target.low), abs(found.value - target.high))
        people = reference_needed(past, reference.sigma1, n)
        takes = "" if people is None else f"; it takes about {people:,} people"
        near = f"baseline too small for a value so near to an end: {found.n_people} people"
        return near + takes, None, people
    return why_crossing(needed), needed, None
