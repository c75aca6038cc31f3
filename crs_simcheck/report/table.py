"""The table at the end of a run, and what could not be measured."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["TableRow", "printed", "summary_line", "verdict_table"]

_STYLES = {"within": "green", "drifted": "bold red", "inconclusive": "yellow", "error": "bold red"}


@dataclass(frozen=True, slots=True)
class TableRow:
    """One gate, as text: what a table shows of a verdict."""

    simulator: str
    task: str
    metric: str
    value: str
    target: str
    outcome: str
    score: str

    @classmethod
    def from_json(cls, fields: Sequence[str]) -> TableRow:
        """Build a row from the list that :meth:`as_json` gave."""
        return cls(*fields)

    def as_json(self) -> list[str]:
        """Return the row as a list of texts."""
        return [
            self.simulator,
            self.task,
            self.metric,
            self.value,
            self.target,
            self.outcome,
            self.score,
        ]


def verdict_table(
    rows: Iterable[TableRow], *, width: int = 100, color: bool = False, simulators: bool = True
) -> str:
    """Return the table of verdicts as text, with colours as escape codes where asked for."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    rows = list(rows)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    table.add_column("metric", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("range", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    before: tuple[str, str] | None = None
    for row in rows:
        place = (row.simulator, row.task)
        if place != before:
            if before is not None:
                table.add_section()
            heading = " · ".join(p for p in place if p) if simulators else row.task
            table.add_row(Text(heading, style="bold"))
            before = place
        verdict = Text(row.outcome, style=_STYLES.get(row.outcome, ""))
        name = Text("  " + (row.metric or "answers"))
        table.add_row(name, Text(row.value), Text(row.target), verdict, Text(row.score))
    return printed(table, width=width, color=color)


def printed(table: Table, *, width: int, color: bool) -> str:
    """Return a table of rich as text, with escape codes where colours are asked for."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        legacy_windows=False,
    )
    console.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def summary_line(outcomes: Iterable[str]) -> str:
    """Return how many gates came out how."""
    outcomes = list(outcomes)
    counts = [(o, outcomes.count(o)) for o in ("within", "drifted", "inconclusive", "error")]
    return ", ".join(f"{n} {o}" for o, n in counts if n) or "no gate"
