"""How long what can pass is tried again: exponential pauses with full jitter, and an end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

__all__ = ["Retries"]


@dataclass(frozen=True, slots=True)
class Retries:
    """When to try again, and when to give up.

    Parameters
    ----------
    patience:
        Seconds from the first failure of a request until a further failure of it is the last.
        It is tried twice at least. The same patience is had with hosts of which none answers.
    bad_replies:
        How many answers of a request may be no answer; the last of them is its end.
    first, longest:
        The n-th pause is drawn evenly from 0 to ``first`` × 2ⁿ⁻¹ seconds, at most ``longest``.
    sleep, clock, draw:
        What waits, tells the time in seconds and draws from 0 to 1: tests bring their own.
    """

    patience: float = 60.0
    bad_replies: int = 3
    first: float = 0.5
    longest: float = 15.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    draw: Callable[[], float] = random.random

    def pause(self, failed: int, asked: float | None = None) -> float:
        """Return how long to wait after the ``failed``-th failure.

        What a server asked for is waited for in full and then a little longer, so that not all
        who were sent away come back at once.
        """
        drawn = self.draw() * min(self.longest, self.first * 2.0 ** min(failed - 1, 30))
        return drawn if asked is None else asked + drawn
