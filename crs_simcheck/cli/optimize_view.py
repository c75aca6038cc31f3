"""How far a run of optimize is, on a terminal; nothing where nobody watches."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from crs_simcheck.engines import Reply
    from crs_simcheck.gate import Verdict
    from crs_simcheck.optimize import Evaluation, LoopSettings
    from crs_simcheck.project.optimizing import OptimizeRun

__all__ = ["View", "watching"]

_REFRESHES = 8  # a second


class View:
    """The step, what is spent, the time left, and each metric against its range.

    Parameters
    ----------
    run:
        Its budget counts what is spent.
    steps, most:
        How many steps there are, and requests of the simulator's engine, at most.
    clock:
        Seconds, from any beginning.
    """

    def __init__(
        self,
        run: OptimizeRun,
        steps: int,
        most: int,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from rich.live import Live

        self._budget, self._steps, self._most = run.budget, steps, most
        self._clock, self._began = clock, clock()
        self._answers = 0
        self._step = 1
        self._doing = "tuning"
        self._last: Evaluation | None = None
        self.live = Live(
            get_renderable=self._shown,
            console=console,
            transient=True,
            refresh_per_second=_REFRESHES,
            # What is printed goes above the view; what goes into a file or a pipe goes there.
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=True,
        )

    def __call__(self, reply: Reply | None) -> None:
        """Take note of an answer; what it took, the budget counts."""
        del reply
        self._answers += 1

    def tell(self, what: str, of: Any) -> None:
        """Take note of what has been done."""
        if what == "measured":
            self._last = of
        elif what == "step":
            self._step = of.number + 1
        elif what == "candidate":
            self._doing = "comparing"

    def _shown(self) -> RenderableType:
        from rich.console import Group

        return Group(self._spent(), *([] if self._last is None else [self._table(self._last)]))

    def _spent(self) -> str:
        spent = self._budget.spent
        step = f"step {self._step} of {self._steps}"
        if self._step > self._steps or self._doing != "tuning":
            step = "comparing the prompts"
        tokens = spent.tokens + spent.edit_tokens
        parts = [
            step,
            f"{spent.calls:,} of at most {self._most:,} requests",
            *([f"{spent.edit_calls:,} of the editor"] if spent.edit_calls else []),
            f"{tokens:,} tokens",
            *([f"at most {left} left"] if (left := self._left(spent.calls)) else []),
        ]
        return " · ".join(parts)

    def _left(self, calls: int) -> str:
        """Return the time that is left, at the rate of this command, or nothing yet."""
        taken = self._clock() - self._began
        if self._answers < 10 or taken <= 0:
            return ""
        seconds = max(0, self._most - calls) * taken / self._answers
        limit = self._budget.limits.minutes
        if limit is not None:
            seconds = min(seconds, max(0.0, 60 * (limit - self._budget.minutes)))
        minutes = round(seconds / 60)
        return f"{seconds:.0f} s" if seconds < 120 else f"{minutes // 60}:{minutes % 60:02} hours"

    def _table(self, last: Evaluation) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        table = Table("metric", "value", "people and limits", "verdict", box=None)
        for verdict in last.verdicts:
            table.add_row(
                Text(verdict.gate.metric.name),
                *map(Text, _cells(verdict)),
                style=_STYLES.get(verdict.outcome, ""),
            )
        return table


_STYLES = {"within": "green", "drifted": "red"}


def _cells(verdict: Verdict) -> tuple[str, str, str]:
    from crs_simcheck.optimize import span_words

    value = "–" if verdict.value is None else f"{verdict.value:.3g}"
    target = verdict.target
    span = "–" if target is None else span_words(target.low, target.high, "")
    return value, span, verdict.outcome


@contextmanager
def watching(
    run: OptimizeRun, loop: LoopSettings, *, gepa: bool = False
) -> Iterator[tuple[OptimizeRun, Callable[[str, Any], object]]]:
    """Give the run, watched where a terminal is there, and who is told what has been done."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("CI"):
        yield run, lambda _what, _of: None
        return
    from rich.console import Console

    watched = replace(run, watch=lambda _total: view)
    most = run.most_requests(loop, gepa=gepa)
    view = View(watched, loop.steps, most, Console(stderr=True))
    with view.live:
        yield watched, view.tell
