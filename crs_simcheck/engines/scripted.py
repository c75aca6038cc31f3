"""An engine that answers what it is told to: for tests, and for trying out a pipeline."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

from crs_simcheck.engines.base import About, Reply, Request

__all__ = ["ScriptedEngine"]


class ScriptedEngine:
    """Answers with what a function makes of the request; the function may be ``async`` and raise.

    Parameters
    ----------
    script:
        Request → text, or → :class:`Reply`.
    model, slots:
        As of any engine.
    """

    kind = "scripted"

    def __init__(
        self,
        script: Callable[[Request], str | Reply | Awaitable[str | Reply]],
        *,
        model: str = "script",
        slots: int = 8,
    ) -> None:
        self._script = script
        self.model = model
        self.slots = slots

    async def answer(self, request: Request) -> Reply:
        """Return what the script says."""
        said = self._script(request)
        if inspect.isawaitable(said):
            said = await said
        return said if isinstance(said, Reply) else Reply(said, done_reason="stop")

    async def about(self) -> About:
        """Return the name alone: nothing stands behind a script."""
        return About(self.kind, self.model)

    async def aclose(self) -> None:
        """Do nothing: nothing is open."""
