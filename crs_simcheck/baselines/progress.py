"""A progress bar on standard error, for those who wait and look.

It appears on a terminal only, and only where the work takes more than two seconds, so that logs and
short runs never see it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Steps", "progress"]

_PATIENCE_S = 2.0


class Steps:
    """Counts what is done, and shows it once somebody has waited long enough.

    Parameters
    ----------
    title:
        What is being done, in a few words.
    total:
        How many steps there are (of any unit), or None where that is not known.
    """

    def __init__(self, title: str, total: float | None = None) -> None:
        self.done = 0.0
        self._title = title
        self._total = total
        self._begun = time.monotonic()
        self._bar: Progress | None = None
        self._seen = sys.stderr.isatty()

    def add(self, steps: float = 1) -> None:
        """Count steps as done."""
        self.done += steps
        if not self._seen:
            return
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self.done)
        elif time.monotonic() - self._begun > _PATIENCE_S:
            self._bar = self._shown()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self._seen = False

    def _shown(self) -> Progress:
        from rich.console import Console
        from rich.progress import Progress

        bar = Progress(console=Console(stderr=True), transient=True)
        bar.update(bar.add_task(self._title, total=self._total), completed=self.done)
        bar.start()
        return bar


@contextmanager
def progress(title: str, total: float | None = None) -> Iterator[Steps]:
    """Give :class:`Steps` whose bar is gone at the end, whatever happens."""
    steps = Steps(title, total)
    try:
        yield steps
    finally:
        steps.close()
