"""The table of the leakage diagnostic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crs_simcheck.report.table import printed

__all__ = ["LeakageLine", "leakage_table"]


@dataclass(frozen=True, slots=True)
class LeakageLine:
    """A row of the table: figures of one side, and what the paper says of it (bits, words)."""

    name: str
    item_entropy: float
    leaked: int | None
    answers: int | None
    by_chance: float | None
    paper_entropy: float
    paper_leakage: str


def leakage_table(lines: Iterable[LeakageLine], *, width: int = 100, color: bool = False) -> str:
    """Return the table as text, with escape codes where colours are asked for."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    table.add_column("prompt holds", no_wrap=True)
    table.add_column("item_entropy", justify="right", no_wrap=True)
    table.add_column("leakage", justify="right", no_wrap=True)
    table.add_column("by chance", justify="right", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("paper: entropy", justify="right", no_wrap=True)
    table.add_column("paper: leakage", no_wrap=True)
    for line in lines:
        rate = (line.leaked or 0) / line.answers if line.answers else None
        table.add_row(
            Text(line.name),
            Text(f"{line.item_entropy:.3f} bits"),
            Text(_share(rate)),
            Text(_share(line.by_chance)),
            Text(f"{line.answers}" if line.answers else "–"),
            Text(f"{line.paper_entropy:.3f} bits", style="dim"),
            Text(line.paper_leakage or "–", style="dim"),
        )
    return printed(table, width=width, color=color)


def _share(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.0f} %"
