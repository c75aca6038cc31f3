"""The pool: as many at a time as there are slots, results in order, nothing left behind."""

from __future__ import annotations

import asyncio

import pytest

from crs_simcheck.profiles.pool import in_pool


@pytest.mark.parametrize("slots", [0, 1, 3, 50])
def test_results_come_in_order_and_slots_are_kept(slots):
    running = most = 0

    async def job(number):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001 * (number % 3))
        running -= 1
        return -number

    done: list[int] = []
    found = asyncio.run(in_pool(job, range(20), slots, lambda: done.append(1)))
    assert found == [-number for number in range(20)]
    assert most == min(max(slots, 1), 20)
    assert len(done) == 20


def test_nothing_to_do():
    async def job(_):
        raise AssertionError("nobody asked")

    assert asyncio.run(in_pool(job, [], 4)) == []


def test_an_error_ends_the_others_and_is_raised():
    ended: list[int] = []

    async def job(number):
        try:
            if number == 2:
                await asyncio.sleep(0.001)
                raise KeyError("two")
            await asyncio.sleep(30)
        finally:
            ended.append(number)

    with pytest.raises(KeyError, match="two"):
        asyncio.run(in_pool(job, range(10), 4))
    assert sorted(ended) == [0, 1, 2, 3]


def test_a_cancelled_pool_leaves_no_job():
    ended: list[int] = []

    async def job(number):
        try:
            await asyncio.sleep(30)
        finally:
            ended.append(number)

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await in_pool(job, range(10), 3)
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
    assert sorted(ended) == [0, 1, 2]
