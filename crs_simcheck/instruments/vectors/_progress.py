"""A progress bar on stderr, for what takes more than two seconds."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE = 2.0
# A reader that is called by one that shows a bar shows none of its own.
_outer: ContextVar[bool] = ContextVar("outer", default=False)


@contextlib.contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how much more is done; from two seconds on, a bar shows it."""
    if _outer.get():
        yield lambda _more: None
        return
    begun, done = time.monotonic(), 0

    with contextlib.ExitStack() as shown:
        bar: Progress | None = None

        def advance(more: int) -> None:
            nonlocal bar, done
            done += more
            if bar is None and done < total and time.monotonic() - begun > _PATIENCE:
                bar = shown.enter_context(_bar())
                bar.add_task(what, total=total)
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done)

        _outer.set(True)
        try:
            yield advance
        finally:
            _outer.set(False)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
