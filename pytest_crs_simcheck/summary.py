"""The table at the end of a run. It reads test reports, so that xdist needs nothing of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crs_simcheck.report import WIDTH, TableRow, legible, summary_line, verdict_table, wrapped

__all__ = ["PROPERTY", "encoding_of", "is_told", "write_summary"]

# Name under which a test report carries the figures of its gate.
PROPERTY = "crs_simcheck"


def is_told(report: Any) -> bool:
    """Return whether a test report is that of a gate."""
    return any(name == PROPERTY for name, _ in getattr(report, "user_properties", ()))


def encoding_of(terminal: Any) -> str | None:
    """Return the encoding of pytest's terminal; None where it is not known."""
    return getattr(terminal._tw._file, "encoding", None)


def write_summary(terminal: Any) -> None:
    """Write the table of verdicts, what was not measured, and what did not run."""
    if terminal.config.getoption("no_summary", default=False):
        return
    # A gate that was run again is told twice; the last counts.
    last = {tuple(one["order"]): one for one in _told(terminal.stats)}
    if not last:
        return
    terminal.section("crs-simcheck", sep="=")
    told = [last[order] for order in sorted(last)]
    rows = [TableRow.from_json(one["row"]) for one in told]
    width = max(80, min(terminal._tw.fullwidth, 120))
    table = verdict_table(rows, width=width, color=terminal._tw.hasmarkup)
    lines = [
        *table.splitlines(),
        *_remarks(told, min(width, WIDTH)),
        summary_line(row.outcome for row in rows),
    ]
    for simulator, ran, planned in _incomplete(told):
        lines.append(f"only {ran} of {planned} gates of '{simulator}' ran")
    for line in lines:
        terminal.write_line(legible(line, encoding_of(terminal)))


def _remarks(told: list[dict[str, Any]], width: int) -> Iterator[str]:
    """Yield each remark once: all gates of a simulator carry them, for any may be left out."""
    missing: dict[str, None] = {}
    notes: dict[str, None] = {}
    for one in told:
        simulator = one["row"][0]
        for task, metric, reason in one.get("not_measured", []):
            missing[f"not measured: {metric} of '{simulator}' in {task}: {reason}"] = None
        for note in one.get("notes", []):
            notes[f"note on '{simulator}': {note}"] = None
    for remark in (*missing, *notes):
        yield from wrapped(remark, width=width).splitlines()


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
