"""Jobs that wait for an engine, so many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

__all__ = ["in_pool"]

_In = TypeVar("_In")
_Out = TypeVar("_Out")


async def in_pool(
    job: Callable[[_In], Awaitable[_Out]],
    over: Sequence[_In],
    slots: int,
    done: Callable[[], object] | None = None,
) -> list[_Out]:
    """Do a job for each of these, at most ``slots`` at a time, and return the results in order.

    The first error ends all of it: what is under way is cancelled and waited for, and the error
    is raised.

    Parameters
    ----------
    done:
        Is called after each job.
    """
    results: dict[int, _Out] = {}
    rest = iter(range(len(over)))

    async def work() -> None:
        for place in rest:
            results[place] = await job(over[place])
            if done is not None:
                done()

    workers = [asyncio.ensure_future(work()) for _ in range(min(max(1, slots), len(over)))]
    try:
        for worker in asyncio.as_completed(workers):
            await worker
    finally:
        for one in workers:
            one.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return [results[place] for place in range(len(over))]
