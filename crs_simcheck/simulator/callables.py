"""A team's own simulator: a function that is asked instead of an engine."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crs_simcheck.engines import About, Reply
from crs_simcheck.errors import BadReplyError, SettingsError, nearest_name
from crs_simcheck.records import Message, TaskName
from crs_simcheck.simulator.requests import Planned

__all__ = ["CallableAnswerer", "SeekerRequest", "load_function"]

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


@dataclass(frozen=True, slots=True)
class SeekerRequest:
    """What the function of a team is called with.

    Parameters
    ----------
    task, seeker, persona, stimulus:
        What is asked, of whom, and what is shown or asked for (``item``, ``n_items``, …).
    messages:
        The same as a chat, in the words of the default prompts.
    seed:
        0 to 2³¹ − 2, of this request alone.
    """

    task: TaskName
    seeker: str
    persona: str
    stimulus: Mapping[str, Any]
    messages: tuple[Message, ...]
    seed: int


def load_function(name: str, folder: Path) -> Callable[[SeekerRequest], Any]:
    """Return the function that ``module:function`` names; modules are looked for in ``folder``.

    Raises
    ------
    SettingsError
        Where the name is not one, the module cannot be imported, or has no such function.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"found {name!r}, need 'module:function'",
            field="python",
            fix="for instance mycrs.sim:answer",
        )
    module_name, _, path = name.partition(":")
    where = str(folder.resolve())
    added = where not in sys.path
    if added:
        sys.path.insert(0, where)
    try:
        found: Any = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        raise SettingsError(
            f"module '{module_name}' cannot be imported: {type(error).__name__}: {error}",
            field="python",
            fix=f"modules are looked for in {where} and where Python looks",
        ) from error
    finally:
        if added:
            sys.path.remove(where)
    for part in path.split("."):
        if not hasattr(found, part):
            near = nearest_name(part, vars(found))
            raise SettingsError(
                f"module '{module_name}' has no '{path}'",
                field="python",
                fix=f"did you mean '{near}'?" if near else None,
            )
        found = getattr(found, part)
    if not callable(found):
        raise SettingsError(f"'{name}' is no function", field="python")
    return found  # type: ignore[no-any-return]


class CallableAnswerer:
    """Asks a function; one that is not ``async`` runs in threads, ``slots`` at a time."""

    kind = "python"

    def __init__(
        self,
        function: Callable[[SeekerRequest], str | Awaitable[str]],
        name: str,
        slots: int = 1,
        timeout: float = 300.0,
    ) -> None:
        self._function = function
        self._timeout = timeout
        self.model = name
        self.slots = slots

    async def __call__(self, planned: Planned) -> Reply:
        """Return what the function says.

        Raises
        ------
        BadReplyError
            Where it raises, or returns no text.
        """
        request = SeekerRequest(
            planned.question.task,
            planned.question.seeker,
            planned.persona,
            dict(planned.question.stimulus),  # what the function does to it is its own affair
            planned.request.messages,
            planned.request.options.seed,
        )
        from asyncio import wait_for

        try:
            said = await wait_for(self._said(request), self._timeout)
        except TimeoutError:
            raise BadReplyError(
                f"{self.model} took more than {self._timeout:g} s "
                f"(seeker {request.seeker}, {request.task})"
            ) from None
        except (Exception, SystemExit) as error:
            raise BadReplyError(
                f"{self.model} raised {type(error).__name__}: {error} "
                f"(seeker {request.seeker}, {request.task})"
            ) from error
        if not isinstance(said, str):
            raise BadReplyError(
                f"{self.model} returned {type(said).__name__}, need str "
                f"(seeker {request.seeker}, {request.task})"
            )
        return Reply(said)

    async def _said(self, request: SeekerRequest) -> object:
        if inspect.iscoroutinefunction(self._function):
            return await self._function(request)
        said = await _in_thread(self._function, request)
        return await said if inspect.isawaitable(said) else said

    async def about(self) -> About:
        """Return the name of the function."""
        return About(self.kind, self.model)

    async def aclose(self) -> None:
        """Do nothing: a call that still runs ends with the process."""


async def _in_thread(function: Callable[[SeekerRequest], Any], request: SeekerRequest) -> Any:
    """Call a function in a thread that nobody waits for at the end: it may hang for ever."""
    import asyncio
    import threading

    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def work() -> None:
        result: Any = None
        failed: BaseException | None = None
        try:
            result = function(request)
        except SystemExit as error:  # a future takes it, but an event loop would end with it
            failed = RuntimeError(f"SystemExit: {error}")
        except BaseException as error:
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failed)

    threading.Thread(target=work, name="simcheck", daemon=True).start()
    return await future
