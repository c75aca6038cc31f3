"""How near a bounded pool comes to the ideal with our engine, and with what else there is.

A server in a process of its own waits so long for each answer. The ideal for n requests and so many
slots is ⌈n / slots⌉ rounds of that; the ratio to it is what a client costs.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from crs_simcheck.engines import Message, OllamaEngine, Options, Request  # noqa: E402

__all__ = ["main"]

REQUESTS = 208
LIMITS = {0.05: 1.1, 0.5: 1.02}
MOST_GROWTH_MB = 5.0
MODEL = "tiny:latest"

Ask = Callable[[int], Awaitable[Any]]


class Server:
    """A server that answers well, in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError("the server of the benchmark did not start")
        return line

    def tell(self, command: str = "counts") -> dict[str, int]:
        """Change the latency, or just read the counts; those of connections start anew."""
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        found: dict[str, int] = json.loads(self._line())
        return found

    def close(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=10)


def _messages(number: int) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": "You look for something to watch. Answer briefly."},
        {"role": "user", "content": f"Question {number}: which film was it that you liked best?"},
    ]


def _payload(number: int) -> bytes:
    options = {"seed": number, "temperature": 0.8, "num_ctx": 4096, "num_predict": 128}
    chat = {"model": MODEL, "messages": _messages(number), "stream": False, "options": options}
    return json.dumps(chat).encode()


# ------------------------------------------------------------------------------- contenders


@contextlib.asynccontextmanager
async def ours(url: str, slots: int) -> AsyncIterator[Ask]:
    """Ask by the engine of crs-simcheck."""
    engine = OllamaEngine(MODEL, [url], slots=slots)
    await engine.about()

    async def ask(number: int) -> object:
        rows = (Message("system", _messages(0)[0]["content"]), Message("user", f"film {number}?"))
        return await engine.answer(Request(rows, Options(seed=number)))

    yield ask
    await engine.aclose()


@contextlib.asynccontextmanager
async def package(url: str, slots: int) -> AsyncIterator[Ask]:
    """Ask by the ``AsyncClient`` of the package ``ollama``."""
    import ollama

    del slots
    client = ollama.AsyncClient(host=url, trust_env=False)

    async def ask(number: int) -> object:
        options = {"seed": number, "temperature": 0.8, "num_ctx": 4096, "num_predict": 128}
        return await client.chat(model=MODEL, messages=_messages(number), options=options)

    yield ask
    await client.close()


@contextlib.asynccontextmanager
async def bare_aiohttp(url: str, slots: int) -> AsyncIterator[Ask]:
    """Ask by aiohttp alone."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=slots)) as session:

        async def ask(number: int) -> object:
            async with session.post(f"{url}/api/chat", data=_payload(number)) as response:
                return json.loads(await response.read())

        yield ask


@contextlib.asynccontextmanager
async def bare_httpx(url: str, slots: int) -> AsyncIterator[Ask]:
    """Ask by httpx alone."""
    import httpx

    limits = httpx.Limits(max_connections=slots)
    async with httpx.AsyncClient(trust_env=False, timeout=300, limits=limits) as client:

        async def ask(number: int) -> object:
            return (await client.post(f"{url}/api/chat", content=_payload(number))).json()

        yield ask


@contextlib.asynccontextmanager
async def textgrad(url: str, slots: int) -> AsyncIterator[Ask]:
    """Ask by textgrad's engine for Ollama, which is synchronous: one thread for each slot."""
    from concurrent.futures import ThreadPoolExecutor

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(slots) as threads:
        # It writes a log at import and keeps every answer on disk, and its litellm fetches prices.
        os.environ |= {"TEXTGRAD_LOG_DIR": folder, "XDG_CACHE_HOME": folder}
        os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "OLLAMA_BASE_URL": f"{url}/v1"}
        from textgrad.engine.openai import ChatOpenAI

        engine = ChatOpenAI(model_string=MODEL, base_url=f"{url}/v1")
        unique = time.time_ns()
        loop = asyncio.get_running_loop()

        async def ask(number: int) -> object:
            return await loop.run_in_executor(threads, engine.generate, f"{unique} {number}")

        yield ask


CONTENDERS = {
    "crs-simcheck": ours,
    "ollama.AsyncClient": package,
    "aiohttp alone": bare_aiohttp,
    "httpx alone": bare_httpx,
    "textgrad": textgrad,
}


# -------------------------------------------------------------------------------- measuring


async def pooled(ask: Ask, requests: Iterator[int], slots: int) -> None:
    """Drive requests by so many workers, as a recording does."""

    async def work() -> None:
        for number in requests:
            await ask(number)

    await asyncio.gather(*[work() for _ in range(slots)])


async def _seconds(name: str, url: str, slots: int, requests: int) -> tuple[float, float]:
    """Return the seconds of the run, and the seconds of processor that this side used."""
    async with CONTENDERS[name](url, slots) as ask:
        await ask(0)
        used, started = time.process_time(), time.perf_counter()
        await pooled(ask, iter(range(1, requests + 1)), slots)
        return time.perf_counter() - started, time.process_time() - used


def _available(name: str) -> str | None:
    """Return what is not installed that a contender needs."""
    import importlib.util

    needs = {"ollama.AsyncClient": "ollama", "httpx alone": "httpx", "textgrad": "textgrad"}
    needed = needs.get(name, "aiohttp")
    return None if importlib.util.find_spec(needed) else needed


def ratios(server: Server, latency: float, slots: int, runs: int, names: Sequence[str]) -> bool:
    """Print a line for each contender; return whether ours is over the limit."""
    server.tell(f"latency {latency}")
    ideal = math.ceil(REQUESTS / slots) * latency
    found: dict[str, list[float]] = {name: [] for name in names}
    opened: dict[str, int] = {}
    used: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(runs):
        for name in names:
            server.tell()
            taken, processor = asyncio.run(_seconds(name, server.url, slots, REQUESTS))
            found[name].append(taken / ideal)
            used[name].append(processor / REQUESTS * 1000)
            opened[name] = max(opened.get(name, 0), server.tell()["connections"])
    failed = False
    for name, taken_ratios in found.items():
        median = statistics.median(taken_ratios)
        verdict = ""
        if name == "crs-simcheck":
            fine = median <= LIMITS[latency] and opened[name] <= slots
            verdict = f"  (at most {LIMITS[latency]})  {'ok' if fine else 'TOO SLOW'}"
            failed = not fine
        print(
            f"{latency * 1000:.0f} ms, {slots:2} slots  {name:20} {median:.3f} × ideal "
            f"({min(taken_ratios):.3f} to {max(taken_ratios):.3f}), "
            f"{statistics.median(used[name]):.2f} ms of processor each, "
            f"{opened[name]} connections{verdict}",
            flush=True,
        )
    return failed


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _memory(url: str, few: int, many: int) -> tuple[float, float, float]:
    async with ours(url, 16) as ask:
        numbers = iter(range(many))
        started = time.perf_counter()
        await pooled(ask, (next(numbers) for _ in range(few)), 16)
        before = _resident_mb()
        await pooled(ask, numbers, 16)
        return before, _resident_mb(), many / (time.perf_counter() - started)


def memory(server: Server, few: int, many: int) -> bool:
    """Print how much the process has grown from few requests to many; True where too much."""
    server.tell("latency 0")
    before, after, rate = asyncio.run(_memory(server.url, few, many))
    fine = after - before <= MOST_GROWTH_MB
    print(
        f"memory after {few:,} requests {before:.1f} MB, after {many:,} {after:.1f} MB "
        f"(at most {MOST_GROWTH_MB:g} more); {rate:,.0f} requests a second  "
        f"{'ok' if fine else 'GROWS'}",
        flush=True,
    )
    return not fine


def main(arguments: Sequence[str] | None = None) -> int:
    """Print all figures; exit 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each cell at 50 ms")
    parser.add_argument("--full", action="store_true", help="memory to 100,000 requests")
    given = parser.parse_args(arguments)
    names = []
    for name in CONTENDERS:
        if missing := _available(name):
            print(f"{name}: skipped, '{missing}' is not installed")
        else:
            names.append(name)
    server = Server()
    try:
        few, many = (10_000, 100_000) if given.full else (2_000, 20_000)
        failed = memory(server, few, many)
        for slots in (8, 16):
            failed |= ratios(server, 0.05, slots, given.runs, names)
        for slots in (8, 16):
            failed |= ratios(server, 0.5, slots, 1, names)
    finally:
        server.close()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
