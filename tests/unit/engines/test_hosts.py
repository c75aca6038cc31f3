"""Several hosts: slots, work stealing, rest, patience. Nothing is asked over a network here."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from crs_simcheck.engines.addresses import parse_address
from crs_simcheck.engines.failures import Failure
from crs_simcheck.engines.hosts import Host, HostPool
from crs_simcheck.engines.keys import Secret
from crs_simcheck.engines.retries import Retries
from crs_simcheck.errors import (
    BadReplyError,
    EngineRefusedError,
    EngineUnavailableError,
    PromptTooLongError,
)

GONE = Failure("host", "the connection was refused")


class Time:
    """A clock that sleeping moves on; it notes every sleep."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def clock(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


def pool(count=1, slots=2, time=None, *, secret=None, check=None, **settings):
    time = time or Time()
    hosts = [Host(parse_address(f"gpu{i}"), secret) for i in range(count)]
    retries = Retries(sleep=time.sleep, clock=time.clock, draw=lambda: 1.0, **settings)
    return HostPool(hosts, slots=slots, retries=retries, name="ollama:m", check=check, down="up?")


def script(*found):
    """An attempt that finds these, one after the other, and then the name of its host."""
    left = list(found)

    async def attempt(host):
        await asyncio.sleep(0)
        return left.pop(0) if left else host.address.host

    return attempt


def run(job):
    return asyncio.run(job)


def test_a_good_answer_costs_one_attempt():
    assert run(pool().run(script())) == ("gpu0", 0)


@pytest.mark.parametrize(
    "failure, error",
    [
        (Failure("refused", "no such model", "ollama pull m"), EngineRefusedError),
        (Failure("too_long", "too long", "raise num_ctx"), PromptTooLongError),
    ],
)
def test_what_cannot_pass_fails_at_once_whatever_the_host(failure, error):
    time = Time()
    with pytest.raises(error) as caught:
        run(pool(3, time=time).run(script(failure)))
    assert str(caught.value) == f"ollama:m at http://gpu0:11434: {failure.what} ({failure.fix})"
    assert not time.slept


def test_pauses_grow_to_their_longest_and_the_patience_ends():
    time = Time()
    slow = Failure("passing", "HTTP 500: out of memory")
    with pytest.raises(
        EngineUnavailableError, match="HTTP 500: out of memory; tried 9 times in 60 s"
    ):
        run(pool(time=time).run(script(*[slow] * 99)))
    assert time.slept == [0.5, 1, 2, 4, 8, 15, 15, 15][: len(time.slept)]
    assert 60 <= sum(time.slept) <= 75


def test_jitter_is_full():
    retries = Retries(draw=random.Random(5).random)
    drawn = [retries.pause(3) for _ in range(2000)]
    assert 0 <= min(drawn) < 0.02
    assert 1.98 < max(drawn) <= 2
    assert sum(drawn) / 2000 == pytest.approx(1, abs=0.05)
    assert 5 <= retries.pause(1, 5.0) <= 5.5
    assert retries.pause(10**6) <= 15


def test_a_slow_server_is_tried_twice_and_no_more():
    time = Time()
    asked = []

    async def attempt(host):
        asked.append(host)
        time.now += 300
        return Failure("passing", "no answer within 300 s")

    with pytest.raises(EngineUnavailableError, match="tried 2 times in 300 s"):
        run(pool(time=time).run(attempt))
    assert len(asked) == 2


def test_bad_replies_are_counted_whatever_the_time():
    time = Time()
    bad = Failure("reply", "not JSON", status=200)
    assert run(pool(time=time).run(script(bad, bad))) == ("gpu0", 2)
    with pytest.raises(BadReplyError, match="not JSON; tried 3 times"):
        run(pool(time=time).run(script(*[bad] * 9)))


def test_what_a_server_asks_to_wait_is_waited_for():
    time = Time()
    busy = Failure("host", "HTTP 429", wait=20.0, status=429)
    assert run(pool(time=time).run(script(busy))) == ("gpu0", 1)
    assert time.slept == [20.5]


def test_a_wait_beyond_the_patience_ends_at_once():
    time = Time()
    busy = Failure("host", "HTTP 429", wait=3600.0, status=429)
    with pytest.raises(EngineUnavailableError, match=r"it asks to wait 3600 s \(up\?\)"):
        run(pool(time=time).run(script(busy)))
    assert not time.slept


def test_a_gone_host_is_replaced_at_once():
    time = Time()
    asked = []

    async def attempt(host):
        asked.append(host.address.host)
        return GONE if host.address.host == "gpu0" else "fine"

    async def both():
        hosts = pool(2, time=time)
        found = [await hosts.run(attempt) for _ in range(3)]
        await hosts.aclose()
        return found

    assert run(both()) == [("fine", 1), ("fine", 0), ("fine", 0)]
    assert asked[:2] == ["gpu0", "gpu1"]


def test_a_request_is_tried_elsewhere_after_it_failed():
    asked = []

    async def attempt(host):
        asked.append(host.address.host)
        return Failure("passing", "HTTP 500", status=500) if len(asked) == 1 else "fine"

    assert run(pool(2).run(attempt)) == ("fine", 1)
    assert asked == ["gpu0", "gpu1"]


def test_when_all_rest_the_error_names_each_and_why():
    async def attempt(host):
        return Failure("host", f"trouble of {host.address.host}")

    with pytest.raises(EngineUnavailableError) as caught:
        run(pool(2).run(attempt))
    text = str(caught.value)
    assert "http://gpu0:11434: trouble of gpu0" in text
    assert "http://gpu1:11434: trouble of gpu1" in text
    assert text.endswith("(up?)")


def test_all_who_wait_are_sent_away_together_and_the_next_is_tried_once():
    asked = []

    async def attempt(host):
        asked.append(host)
        await asyncio.sleep(0)
        return GONE

    async def many():
        hosts = pool(slots=4)
        found = await asyncio.gather(
            *[hosts.run(attempt) for _ in range(50)], return_exceptions=True
        )
        before = len(asked)
        late = await asyncio.gather(hosts.run(attempt), return_exceptions=True)
        assert len(asked) == before + 1
        # It comes back: the next one is answered as if nothing had been.
        assert await hosts.run(script()) == ("gpu0", 0)
        assert await asyncio.gather(*[hosts.run(script()) for _ in range(9)]) == [("gpu0", 0)] * 9
        await hosts.aclose()
        return [*found, *late]

    found = run(many())
    assert all(isinstance(each, EngineUnavailableError) for each in found)
    assert all("the connection was refused; tried" in str(each) for each in found)
    assert len(asked) < 30


def test_no_host_gets_more_than_its_slots_and_any_free_host_takes_the_next():
    at_once, most, done = Counter(), Counter(), Counter()

    async def attempt(host):
        name = host.address.host
        at_once[name] += 1
        most[name] = max(most[name], at_once[name])
        await asyncio.sleep(0.02 if name == "gpu0" else 0.001)
        at_once[name] -= 1
        done[name] += 1
        return name

    async def many():
        hosts = pool(2, slots=3)
        assert hosts.slots == 6
        await asyncio.gather(*[hosts.run(attempt) for _ in range(120)])

    run(many())
    assert most == {"gpu0": 3, "gpu1": 3}
    assert done["gpu1"] > 3 * done["gpu0"] > 0


def test_a_host_that_failed_is_tried_with_one_request_first():
    now, most, good = [0], [], [False]

    async def attempt(host):
        now[0] += 1
        most.append(now[0])
        await asyncio.sleep(0.001)
        now[0] -= 1
        return "fine" if good[0] else GONE

    async def many():
        hosts = pool(slots=4, patience=1e9)
        asked = [asyncio.ensure_future(hosts.run(attempt)) for _ in range(12)]
        while len(most) < 8:
            await asyncio.sleep(0.001)
        assert max(most[:4]) == 4
        assert max(most[4:]) == 1
        most.clear()
        good[0] = True
        found = await asyncio.gather(*asked)
        assert max(most) == 4
        await hosts.aclose()
        return found

    assert [text for text, _ in run(many())] == ["fine"] * 12


def test_one_trouble_that_hits_many_requests_is_one_failure_of_the_host():
    time = Time()

    async def many():
        hosts = pool(slots=8, time=time)
        start = asyncio.Event()
        asked = []

        async def attempt(host):
            asked.append(host)
            if len(asked) > 8:
                return "fine"
            await start.wait()
            return GONE

        all_of_them = [asyncio.ensure_future(hosts.run(attempt)) for _ in range(8)]
        await asyncio.sleep(0)
        time.now += 5
        start.set()
        await asyncio.gather(*all_of_them)

    run(many())
    assert time.slept == [0.5]


def test_a_cancelled_request_gives_its_slot_back():
    async def many():
        hosts = pool(slots=1)
        never = asyncio.Event()

        async def attempt(host):
            await never.wait()
            return "fine"

        asked = [asyncio.ensure_future(hosts.run(attempt)) for _ in range(3)]
        await asyncio.sleep(0)
        for each in (asked[1], asked[0]):  # one that waits, and the one that is asked
            each.cancel()
        never.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in found[:2]] == [asyncio.CancelledError] * 2
        assert found[2] == ("fine", 0)
        assert hosts.hosts[0].busy == 0

    run(many())


def test_a_slot_handed_over_at_the_moment_of_cancelling_is_not_lost():
    async def many():
        hosts = pool(slots=1)
        host = await hosts._take(None)
        waiting = asyncio.ensure_future(hosts.run(script()))
        await asyncio.sleep(0)
        hosts._give(host)
        assert host.busy == 1
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert host.busy == 0

    run(many())


def test_the_patience_begins_anew_with_each_outage():
    time = Time()

    async def later():
        hosts = pool(time=time)
        await hosts.run(script(GONE))
        time.now += 100
        return await hosts.run(script(GONE))

    assert run(later()) == ("gpu0", 1)


def test_hosts_that_ask_for_hours_are_asked_again_within_the_patience():
    time = Time()
    busy = Failure("host", "HTTP 429", wait=3600.0, status=429)
    with pytest.raises(EngineUnavailableError, match="no host has answered for"):
        run(pool(2, time=time).run(script(*[busy] * 99)))
    assert time.slept
    assert max(time.slept) < 80


def test_a_name_that_does_not_exist_ends_at_once_unless_it_once_did():
    lost = Failure("host", "the name of the host cannot be looked up", "check it", no_name=True)
    with pytest.raises(EngineRefusedError, match=r"cannot be looked up \(check it\)"):
        run(pool().run(script(lost)))

    async def later():
        hosts = pool()
        await hosts.run(script())
        return await hosts.run(script(lost))

    assert run(later()) == ("gpu0", 1)


def test_a_host_is_checked_first_and_again_after_it_was_gone():
    checked = []

    async def check(host):
        checked.append(host.address.host)

    async def many():
        hosts = pool(slots=3, check=check)
        await asyncio.gather(*[hosts.run(script()) for _ in range(9)])
        assert checked == ["gpu0"]
        await hosts.run(script(GONE))
        assert checked == ["gpu0"] * 2
        await hosts.run(script(Failure("passing", "HTTP 500", status=500)))
        assert checked == ["gpu0"] * 2

    run(many())


def test_a_check_that_fails_is_an_attempt_that_failed():
    found = [GONE, Failure("refused", "it has no model", "ollama pull m")]

    async def check(host):
        return found.pop(0)

    with pytest.raises(EngineRefusedError, match=r"it has no model; tried 2 times .*ollama pull m"):
        run(pool(check=check).run(script()))


def test_a_server_that_says_the_key_back_is_not_quoted():
    secret = Secret("Bearer sk-not-for-eyes", "sk-not-for-eyes")
    bad = Failure("refused", "HTTP 401: wrong key: sk-not-for-eyes")
    with pytest.raises(EngineRefusedError, match=r"wrong key: \*\*\*"):
        run(pool(secret=secret).run(script(bad)))


def test_a_broken_attempt_gives_its_slot_back():
    async def broken(host):
        raise LookupError("a fault of ours")

    async def many():
        hosts = pool(slots=1)
        for _ in range(3):
            with pytest.raises(LookupError):
                await hosts.run(broken)
        assert await hosts.run(script()) == ("gpu0", 0)

    run(many())
