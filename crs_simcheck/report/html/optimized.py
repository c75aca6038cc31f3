"""The page of a run of ``crs-simcheck optimize``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crs_simcheck.gate import Verdict
from crs_simcheck.report.html.page import render
from crs_simcheck.report.html.side_by_side import Labelled, plot_of_path
from crs_simcheck.report.words import amount, range_words

__all__ = ["StepShown", "optimize_page"]


@dataclass(frozen=True, slots=True)
class StepShown:
    """What the page says of a step: ``gradients`` and ``refused`` are pairs of section and text."""

    number: int
    score: str
    seekers: int
    feedback: str
    gradients: Sequence[tuple[str, str]]
    refused: Sequence[tuple[str, str]]


def optimize_page(  # noqa: PLR0913 - what a page shows, by name
    *,
    task: str,
    best: bool,
    summary: str,
    facts: Mapping[str, str],
    before: Iterable[Verdict],
    after: Iterable[Verdict],
    prompts: Sequence[tuple[str, Iterable[Verdict]]],
    diff: Sequence[str],
    steps: Iterable[StepShown],
) -> str:
    """Return the page: figures before and after, how each metric went, the change, the steps.

    Parameters
    ----------
    best:
        Whether there is a better prompt.
    before, after:
        Verdicts on the test seekers.
    prompts:
        What a prompt is called → its verdicts on the seekers to choose by, in their order.
    diff:
        Lines of a unified diff; empty where nothing has changed.
    """
    now = {verdict.gate.metric.name: verdict for verdict in after}
    then = tuple(before)
    return render(
        "optimize.html.j2",
        task=task,
        best=best,
        summary=summary,
        facts=list(facts.items()),
        rows=[_row(verdict, now.get(verdict.gate.metric.name)) for verdict in then],
        plots=_plots(prompts),
        diff=list(diff),
        steps=list(steps),
    )


def _row(before: Verdict, after: Verdict | None) -> dict[str, Any]:
    return {
        "metric": before.gate.metric.name,
        "before": _cell(before),
        "after": None if after is None else _cell(after),
        "range": range_words(before, short=True),
    }


def _cell(verdict: Verdict) -> dict[str, str]:
    return {"value": amount(verdict.gate.metric, verdict.value), "verdict": verdict.outcome}


def _plots(prompts: Sequence[tuple[str, Iterable[Verdict]]]) -> list[tuple[str, Any]]:
    seen: dict[str, list[Labelled]] = {}
    for label, verdicts in prompts:
        for verdict in verdicts:
            seen.setdefault(verdict.gate.metric.name, []).append(Labelled(label, verdict))
    drawn = (
        (metric, plot_of_path(f"plot-{number}", points))
        for number, (metric, points) in enumerate(seen.items())
    )
    return [(metric, plot) for metric, plot in drawn if plot is not None]
