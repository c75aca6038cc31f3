"""The table at the end of a run, and what could not be measured."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crs_simcheck.report.plain_table import plain_table

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["TableRow", "printed", "summary_line", "verdict_table"]

_STYLES = {"within": "green", "drifted": "bold red", "inconclusive": "yellow", "error": "bold red"}
# Column → whether it stands at the right.
_COLUMNS = {"metric": False, "value": True, "range": False, "verdict": False, "score": True}


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
    lines = _lines(rows, simulators=simulators)
    plain = None if color else plain_table(_COLUMNS, lines, width)
    return _rich_table(lines, width, color=color) if plain is None else plain


def _lines(rows: Iterable[TableRow], *, simulators: bool) -> list[tuple[str, ...]]:
    """Return the cells of each line: one of a heading, five of a gate, none between two tasks."""
    lines: list[tuple[str, ...]] = []
    before: tuple[str, str] | None = None
    for row in rows:
        place = (row.simulator, row.task)
        if place != before:
            if before is not None:
                lines.append(())
            lines.append((" · ".join(p for p in place if p) if simulators else row.task,))
            before = place
        name = "  " + (row.metric or "answers")
        lines.append((name, row.value, row.target, row.outcome, row.score))
    return lines


def _rich_table(lines: Iterable[tuple[str, ...]], width: int, *, color: bool) -> str:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    for name, at_right in _COLUMNS.items():
        # A heading that is no Text is searched for emoji, the table of which takes long to load.
        table.add_column(Text(name), justify="right" if at_right else "left", no_wrap=True)
    for line in lines:
        if not line:
            table.add_section()
        elif len(line) == 1:
            table.add_row(Text(line[0], style="bold"))
        else:
            cells = [Text(cell) for cell in line]
            cells[3].style = _STYLES.get(line[3], "")
            table.add_row(*cells)
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
