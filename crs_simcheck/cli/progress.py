"""A progress bar on a terminal; nothing where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crs_simcheck.engines import Reply

__all__ = ["Bar", "progress_bar", "steps_of"]


class Bar:
    """A progress bar on a terminal: answers, rate, time left, tokens."""

    def __init__(self, name: str) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[tokens]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._name, self._tokens = name, 0

    def begin(self, total: int) -> Bar:
        """Show the bar of so many requests."""
        self._task = self._bar.add_task(self._name, total=total, rate="", tokens="")
        self._bar.start()
        return self

    def __call__(self, reply: Reply | None) -> None:
        """Count an answer."""
        self._tokens += 0 if reply is None else reply.tokens or 0
        task = self._bar.tasks[0]
        rate = "" if not task.speed else f"{60 * task.speed:,.0f} a minute"
        tokens = f"{self._tokens:,} tokens" if self._tokens else ""
        self._bar.update(self._task, advance=1, rate=rate, tokens=tokens)

    def end(self) -> None:
        """Take the bar away."""
        self._bar.stop()


@contextmanager
def progress_bar(name: str) -> Iterator[Callable[[int], Bar] | None]:
    """Give what shows a bar of so many requests, or None where no terminal is there."""
    import sys

    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    bar = Bar(name)
    try:
        yield bar.begin
    finally:
        bar.end()


def steps_of(begin: Callable[[int], Bar]) -> Callable[[int], Callable[[], object]]:
    """Return the same for steps of which nothing is told but that they were made."""

    def started(total: int) -> Callable[[], object]:
        bar = begin(total)
        return lambda: bar(None)

    return started
