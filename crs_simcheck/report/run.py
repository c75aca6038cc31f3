"""A simulator's run as a whole: its table rows and its JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crs_simcheck.gate import Verdict
from crs_simcheck.report.table import TableRow
from crs_simcheck.report.words import amount, range_words

__all__ = ["FORMAT", "run_as_json", "table_row"]

FORMAT = 1


def table_row(simulator: str, verdict: Verdict) -> TableRow:
    """Return the row of a verdict."""
    gate = verdict.gate
    return TableRow(
        simulator=simulator,
        task=gate.task,
        metric=gate.metric.name,
        value=amount(gate.metric, verdict.value),
        target=range_words(verdict, short=True),
        outcome=verdict.outcome,
        score="–" if verdict.score is None else f"{verdict.score:.1f}",
    )


def run_as_json(
    simulator: str,
    verdicts: Iterable[Verdict],
    not_measured: Iterable[tuple[str, str, str]] = (),
    about: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return ``{"tasks": {task: {"seekers": n, "metrics": {name: verdict}}}}`` with the rest.

    Parameters
    ----------
    not_measured:
        (task, metric, reason) of what could not be measured and was not asked for.
    about:
        Further keys: version, source, seed.
    """
    tasks: dict[str, dict[str, Any]] = {}
    for verdict in verdicts:
        entry = tasks.setdefault(verdict.gate.task, {"seekers": 0, "metrics": {}})
        entry["seekers"] = max(entry["seekers"], verdict.n_seekers)
        entry["metrics"][verdict.gate.metric.name] = verdict.as_json()
    return {
        "format": FORMAT,
        "simulator": simulator,
        **(about or {}),
        "tasks": tasks,
        "not_measured": [
            {"task": task, "metric": metric, "reason": reason}
            for task, metric, reason in not_measured
        ],
    }
