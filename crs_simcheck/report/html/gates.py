"""The page of a run of gates: a table, and behind it what each verdict rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from crs_simcheck.report.document import OUTCOMES
from crs_simcheck.report.html.page import render
from crs_simcheck.report.html.plots import plot_of_groups

__all__ = ["gates_page"]


def gates_page(document: Mapping[str, Any]) -> str:
    """Return the page of a document (see :mod:`crs_simcheck.report.document`)."""
    plots, same = {}, {}
    for place, simulator in enumerate(document["simulators"]):
        seen: dict[tuple[str, ...], str] = {}
        for number, (task, metric, entry) in enumerate(_gates(simulator)):
            plot = plot_of_groups(f"plot-{place}-{number}", entry, _in_words(entry))
            plots[place, task, metric] = plot
            first = seen.setdefault((task, *entry["behind"]), metric)
            same[place, task, metric] = None if first == metric else first
    return render("gates.html.j2", document=document, plots=plots, same=same, outcomes=_outcomes)


def _gates(simulator: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for task, found in simulator["tasks"].items():
        for metric, entry in found["metrics"].items():
            yield task, metric, entry


def _outcomes(simulator: Mapping[str, Any]) -> dict[str, int]:
    """Return how many gates of a simulator came out how."""
    counts = Counter(entry["verdict"] for _, _, entry in _gates(simulator))
    counts["error"] = len(simulator["errors"])
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def _in_words(entry: Mapping[str, Any]) -> str:
    """Return what the plot of a gate shows."""
    words, people = entry["words"], entry["baseline"]
    text = f"Simulator: {words['value']}"
    if words["interval"]:
        text += f", 90 % interval {words['interval']}"
    text += f". Target range: {words['range']}."
    if people is not None:
        text += (
            f" Behind it, how {people['draws']:,} groups of {people['group_size']:,} of the "
            "baseline's speakers lie."
        )
    return text
