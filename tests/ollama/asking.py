"""Short requests, and ways to ask them in one event loop each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from crs_simcheck.engines import About, Message, Options, Reply, Request
from crs_simcheck.engines.ollama import OllamaEngine
from tests.ollama.server import MODEL

SHORT = Options(seed=1, num_ctx=512, num_predict=16)


def request_for(text: str, **options: object) -> Request:
    return Request((Message("user", text),), replace(SHORT, **options))


def with_engine(
    work: Callable[[OllamaEngine], Awaitable[object]],
    hosts: Sequence[str] | None,
    *,
    model: str = MODEL,
    **more: object,
) -> object:
    """Open an engine, do some work with it, and close it."""

    async def run() -> object:
        engine = OllamaEngine(model, hosts, **more)
        try:
            return await work(engine)
        finally:
            await engine.aclose()

    return asyncio.run(run())


def asked(hosts: Sequence[str] | None, request: Request, **more: object) -> Reply:
    return with_engine(lambda engine: engine.answer(request), hosts, **more)


def told_by(hosts: Sequence[str] | None, **more: object) -> About:
    return with_engine(lambda engine: engine.about(), hosts, **more)


def answers_of(
    hosts: Sequence[str] | None, requests: Sequence[Request], **more: object
) -> list[Reply]:
    """Ask all at once; the engine bounds how many are on their way."""

    async def all_of_them(engine: OllamaEngine) -> list[Reply]:
        return await asyncio.gather(*map(engine.answer, requests))

    return with_engine(all_of_them, hosts, **more)
