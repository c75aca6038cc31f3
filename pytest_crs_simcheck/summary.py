"""The table at the end of a run. It reads test reports, so that xdist needs nothing of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crs_simcheck.report import TableRow, summary_line, verdict_table, wrapped

__all__ = ["PROPERTY", "write_summary"]

# Name under which a test report carries the figures of its gate.
PROPERTY = "crs_simcheck"


def write_summary(terminal: Any) -> None:
    """Write the table of verdicts, what was not measured, and what did not run."""
    if terminal.config.getoption("no_summary", default=False):
        return
    told = sorted(_told(terminal.stats), key=lambda one: one["order"])
    if not told:
        return
    terminal.section("crs-simcheck", sep="=")
    rows = [TableRow.from_json(one["row"]) for one in told]
    width = max(80, min(terminal._tw.fullwidth, 120))
    table = verdict_table(rows, width=width, color=terminal._tw.hasmarkup)
    for line in table.splitlines():
        terminal.write_line(line)
    for one in told:
        simulator = one["row"][0]
        for task, metric, reason in one.get("not_measured", []):
            terminal.write_line(
                wrapped(f"not measured: {metric} of '{simulator}' in {task}: {reason}")
            )
        for note in one.get("notes", []):
            terminal.write_line(wrapped(f"note on '{simulator}': {note}"))
    terminal.write_line(summary_line(row.outcome for row in rows))
    for simulator, ran, planned in _incomplete(told):
        terminal.write_line(f"only {ran} of {planned} gates of '{simulator}' ran")


def _told(stats: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for reports in stats.values():
        for report in reports:
            if getattr(report, "when", None) != "call":
                continue
            for name, value in getattr(report, "user_properties", ()):
                if name == PROPERTY:
                    yield json.loads(value)


def _incomplete(told: list[dict[str, Any]]) -> Iterator[tuple[str, int, int]]:
    ran: dict[str, int] = {}
    planned: dict[str, int] = {}
    for one in told:
        simulator = one["row"][0]
        ran[simulator] = ran.get(simulator, 0) + 1
        planned[simulator] = one["gates"]
    for simulator, count in ran.items():
        if count < planned[simulator]:
            yield simulator, count, planned[simulator]
