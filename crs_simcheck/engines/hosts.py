"""Several hosts behind one engine: whichever is free takes the next request.

Each host has so many slots. A request takes a slot of any host that is up; a host that fails rests
for a growing time while others take its requests over at once, and is then tried with one request
before it gets more. Where every host rests, requests wait, within the patience.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from crs_simcheck.engines.addresses import Address
from crs_simcheck.engines.failures import ERRORS, Failure
from crs_simcheck.engines.keys import Secret
from crs_simcheck.engines.retries import Retries
from crs_simcheck.errors import EngineError, EngineUnavailableError, InputError

__all__ = ["Host", "HostPool", "check_limits"]

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Host:
    """One host, as the pool sees it at the moment (not frozen).

    ``open`` says whether it takes as many requests as it has slots, or is being tried with one.
    """

    address: Address
    authorization: Secret | None = None
    open: bool = True
    busy: int = 0
    resting: bool = False
    failures: int = 0
    failed_at: float = float("-inf")
    reason: str = ""
    answered: bool = False


def check_limits(slots: int, timeout: float) -> None:
    """Refuse an engine that could be asked nothing, or would have no time to answer."""
    if slots < 1 or not timeout > 0:
        raise InputError(
            f"an engine with {slots} slots and a time-out of {timeout:g} s",
            fix="at least 1 slot and more than 0 seconds are needed",
        )


class HostPool:
    """Asks hosts until one answers.

    Parameters
    ----------
    hosts:
        At least one.
    slots:
        Requests that each takes at a time.
    retries:
        How long to go on.
    name:
        What is asked, for messages: kind and model.
    check:
        Asked of a host before it gets its first request, and after it was gone; None for nothing.
    down:
        The next thing to do where no host answers.
    """

    def __init__(
        self,
        hosts: Sequence[Host],
        *,
        slots: int,
        retries: Retries,
        name: str,
        check: Callable[[Host], Awaitable[Failure | None]] | None = None,
        down: str | None = None,
    ) -> None:
        self.hosts = tuple(hosts)
        self._slots = slots
        self._retries = retries
        self._name = name
        self._check = check
        self._down = down
        self._waiting: deque[asyncio.Future[Host]] = deque()
        self._alarms: set[asyncio.Task[None]] = set()
        self._down_since: float | None = None
        for host in self.hosts:
            host.open = check is None

    @property
    def slots(self) -> int:
        """Requests that all hosts together take at a time."""
        return self._slots * len(self.hosts)

    # ------------------------------------------------------------------------------ asking

    async def run(self, attempt: Callable[[Host], Awaitable[T | Failure]]) -> tuple[T, int]:
        """Return what an attempt found, and how many failed before it.

        Raises
        ------
        EngineError
            Where trying again is no use, or was none.
        """
        clock = self._retries.clock
        failed = bad = 0
        since = 0.0
        last: Host | None = None
        while True:
            host = await self._take(last)
            began = clock()
            try:
                found = await self._try(host, attempt, began)
            finally:
                self._give(host)
            if not isinstance(found, Failure):
                return found, failed
            failed += 1
            bad += found.kind == "reply"
            since = since if failed > 1 else clock()
            spent = clock() - since
            over = (
                found.kind in ("refused", "too_long")
                or bad >= self._retries.bad_replies
                or (failed > 1 and spent >= self._retries.patience)
                or self._too_long_a_wait(found)
            )
            nobody = found.kind == "host" and all(each.failures for each in self.hosts)
            if over and not (nobody and len(self.hosts) > 1):
                raise self._error(found, host, failed, spent)
            if over or (nobody and self._given_up()):
                raise self._nobody()
            if found.kind != "host":
                await self._retries.sleep(self._retries.pause(failed, found.wait))
            last = host

    async def _try(
        self, host: Host, attempt: Callable[[Host], Awaitable[T | Failure]], began: float
    ) -> T | Failure:
        """Make one attempt and note what it tells of the host."""
        if not host.open and self._check is not None:
            trouble = await self._check(host)
            if trouble is not None:
                return self._note(host, trouble, began)
            host.open = host.answered = True
            self._hand_out()
        found = await attempt(host)
        if isinstance(found, Failure):
            return self._note(host, found, began)
        self._worked(host)
        return found

    async def check_all(self) -> None:
        """Check every host that was not checked yet; one that is gone is let be.

        Raises
        ------
        EngineError
            Where one of them cannot be used.
        """
        for host in self.hosts:
            if host.open or host.resting or self._check is None:
                continue
            began = self._retries.clock()
            found = await self._check(host)
            if found is None:
                host.open = host.answered = True
                self._hand_out()
            elif (noted := self._note(host, found, began)).kind in ("refused", "too_long"):
                raise self._error(noted, host, 1, 0.0)

    def _note(self, host: Host, failure: Failure, began: float) -> Failure:
        """Remember a failure; the host rests where it is the one to blame."""
        if host.authorization is not None:
            # A server may say the key back: from here on nothing holds it.
            scrub = host.authorization.scrub
            failure = replace(failure, what=scrub(failure.what), words=scrub(failure.words))
        if failure.kind == "host":
            if failure.no_name and not host.answered:
                return Failure("refused", failure.what, failure.fix, no_name=True)
            self._rest(host, failure, began)
        elif failure.status is not None:
            self._worked(host)
        return failure

    def _worked(self, host: Host) -> None:
        host.answered = True
        self._down_since = None
        if host.failures or not host.open:
            host.failures = 0
            host.open = True
            self._hand_out()

    # -------------------------------------------------------------------------------- slots

    async def _take(self, last: Host | None) -> Host:
        """Take a slot, rather not of the host that failed last; wait where none is free."""
        host = None if self._waiting else self._free_host(last)
        if host is not None:
            host.busy += 1
            return host
        place: asyncio.Future[Host] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._give(place.result())
            with contextlib.suppress(ValueError):
                self._waiting.remove(place)
            raise

    def _give(self, host: Host) -> None:
        host.busy -= 1
        self._hand_out()

    def _room(self, host: Host) -> int:
        if host.resting:
            return 0
        return (self._slots if host.open else 1) - host.busy

    def _free_host(self, last: Host | None = None) -> Host | None:
        """Return the host with the most room, if any has some; ``last`` only if no other has."""
        free = [host for host in self.hosts if self._room(host) > 0]
        return max(free, key=lambda host: (host is not last, self._room(host)), default=None)

    def _hand_out(self) -> None:
        """Give free slots to those who wait, first come, first served."""
        while self._waiting and (host := self._free_host()) is not None:
            place = self._waiting.popleft()
            if not place.done():
                host.busy += 1
                place.set_result(host)

    # ----------------------------------------------------------------------------- resting

    def _rest(self, host: Host, failure: Failure, began: float) -> None:
        """Send a host to rest, once for all requests that one trouble hit."""
        if began < host.failed_at:
            return
        now = self._retries.clock()
        host.failed_at = now
        host.failures += 1
        host.reason = failure.what
        host.open = False
        if self._down_since is None and all(each.failures for each in self.hosts):
            self._down_since = now
        if self._given_up() or self._too_long_a_wait(failure):
            # Whoever waits has waited long enough; who comes later gets one attempt at once.
            if not any(each.busy for each in self.hosts if each is not host):
                self._send_away(self._nobody())
            return
        host.resting = True
        # However long a host asks for: within the patience it is seen whether one is there at all.
        asked = None if failure.wait is None else min(failure.wait, self._retries.patience)
        pause = self._retries.pause(host.failures, asked)
        alarm = asyncio.get_running_loop().create_task(self._wake(host, pause))
        self._alarms.add(alarm)
        alarm.add_done_callback(self._alarms.discard)

    async def _wake(self, host: Host, pause: float) -> None:
        await self._retries.sleep(pause)
        host.resting = False
        self._hand_out()

    def _given_up(self) -> bool:
        """Whether no host has answered for longer than the patience."""
        if self._down_since is None:
            return False
        return self._retries.clock() - self._down_since >= self._retries.patience

    def _too_long_a_wait(self, failure: Failure) -> bool:
        """Whether a host asks for more patience than there is, and it is the only one."""
        asked = failure.wait is not None and failure.wait > self._retries.patience
        return asked and len(self.hosts) == 1

    def _send_away(self, error: EngineError) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_exception(type(error)(*error.args))

    # ------------------------------------------------------------------------------- words

    def _error(self, failure: Failure, host: Host, failed: int, spent: float) -> EngineError:
        tried = "" if failed < 2 else f"; tried {failed} times in {spent:.0f} s"
        if failure.wait is not None and self._too_long_a_wait(failure):
            tried += f"; it asks to wait {failure.wait:.0f} s"
        fix = failure.fix or (self._down if failure.kind == "host" else None)
        text = f"{self._name} at {host.address}: {failure.what}{tried}"
        return ERRORS[failure.kind](text + (f" ({fix})" if fix else ""))

    def _nobody(self) -> EngineUnavailableError:
        """Name every host and why it does not answer."""
        since = self._retries.clock() - (self._down_since or self._retries.clock())
        if len(self.hosts) == 1:
            host = self.hosts[0]
            text = (
                f"{self._name} at {host.address}: {host.reason}; "
                f"tried {host.failures} times in {since:.0f} s"
            )
        else:
            each = "; ".join(f"{h.address}: {h.reason} ({h.failures} ×)" for h in self.hosts)
            text = f"{self._name}: no host has answered for {since:.0f} s: {each}"
        return EngineUnavailableError(text + (f" ({self._down})" if self._down else ""))

    async def aclose(self) -> None:
        """Stop waiting for hosts to wake."""
        alarms = tuple(self._alarms)
        for alarm in alarms:
            alarm.cancel()
        await asyncio.gather(*alarms, return_exceptions=True)
