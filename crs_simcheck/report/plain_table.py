"""A table without colours, laid out as rich does it, for rich itself is slow to import.

Most runs end in one such table, and importing rich takes longer than deciding all their gates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

__all__ = ["plain_table"]

# Signs of ours, beside ASCII, that fill one column of a terminal.
_NARROW = frozenset("–—−─·×→…≥≤±")
_GAP = "  "


def plain_table(
    columns: Mapping[str, bool], lines: Sequence[Sequence[str]], width: int
) -> str | None:
    """Return a table as text, or None where it takes more than this to lay it out.

    Parameters
    ----------
    columns:
        Name of each column → whether it stands at the right.
    lines:
        The cells of each line; those that are missing at its end are empty.
    width:
        Columns of the terminal; cells are cut where the table would be wider.
    """
    header = tuple(columns)
    wanted = [max(map(len, cells)) for cells in zip_longest(header, *lines, fillvalue="")]
    widths = _fitted(wanted, width - 2)
    if not lines or min(widths) < 2 or not all(_is_narrow(cell) for line in lines for cell in line):
        return None
    rule = " " + "─" * (sum(widths) + _gaps(widths))
    at_right = tuple(columns.values())
    head, *rest = (_line(line, widths, at_right) for line in (header, *lines))
    return "\n".join(["", head, rule, *rest, ""])


def _is_narrow(cell: str) -> bool:
    return all(" " <= sign <= "~" or sign in _NARROW for sign in cell)


def _gaps(widths: Sequence[int]) -> int:
    return len(_GAP) * (len(widths) - 1)


def _fitted(wanted: Sequence[int], width: int) -> list[int]:
    """Return widths that fit together, each column giving up about as much as the others."""
    over = max(0, sum(wanted) + _gaps(wanted) - width)
    widths = []
    for place, one in enumerate(wanted):
        given = round(over / (len(wanted) - place))
        widths.append(one - given)
        over -= given
    return widths


def _line(cells: Sequence[str], widths: Sequence[int], at_right: Sequence[bool]) -> str:
    placed = []
    for cell, width, right in zip(cells, widths, at_right, strict=False):
        text = cell.rstrip() if right else cell
        cut = text if len(text) <= width else text[: width - 1] + "…"
        placed.append(cut.rjust(width) if right else cut.ljust(width))
    return (" " + _GAP.join(placed)).rstrip()
