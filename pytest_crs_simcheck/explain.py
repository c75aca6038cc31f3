"""What ``assert estimate in target_range`` saw: value, interval, range, verdict, least drift."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crs_simcheck.errors import SimcheckError
from crs_simcheck.project.estimating import Estimate, TargetRange
from crs_simcheck.report import describe, headline, wrapped
from crs_simcheck.stats import Range

__all__ = ["explained"]

# pytest puts "E       AssertionError: assert " before the first line, and cuts what is longer.
_WIDTH, _BEFORE, _MOST_LINES, _MOST_CHARS = 84, 20, 8, 620


def explained(op: str, left: object, right: object, config: pytest.Config) -> list[str] | None:
    """Return lines on why something is (not) in a range, or None where that is not ours."""
    if isinstance(right, TargetRange) and isinstance(left, Estimate):
        try:
            verdict = right.verdict_on(left)
        except SimcheckError:
            return None  # the comparison itself has raised it
        lines = wrapped(headline(verdict, left.simulator), width=_WIDTH, before=_BEFORE).split("\n")
        for sentence in describe(verdict):
            lines += wrapped(sentence, "  ", width=_WIDTH).split("\n")
    elif isinstance(right, (TargetRange, Range)) and isinstance(left, (int, float)):
        lines = list(_of_number(op, float(left), right))
    else:
        return None
    return lines if config.get_verbosity() >= 2 else list(_as_pytest_shows(lines))


def _of_number(op: str, value: float, span: TargetRange | Range) -> Iterator[str]:
    shown = repr(span) if isinstance(span, TargetRange) else f"{span.low:.6g} to {span.high:.6g}"
    yield f"{value:.6g} {op} {shown}"
    if value < span.low:
        yield f"  it is {span.low - value:.4g} below the lower end"
    elif value > span.high:
        yield f"  it is {value - span.high:.4g} above the upper end"


def _as_pytest_shows(lines: list[str]) -> Iterator[str]:
    """Yield as many lines as pytest shows whole without -vv."""
    room = _MOST_CHARS
    for line in lines[:_MOST_LINES]:
        room -= len(line)
        if room < 0:
            return
        yield line
