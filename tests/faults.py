"""A server that plays what goes wrong with servers: Ollama's protocol and ``/v1``, on loopback.

It runs in a thread of its own, so that an engine in this process or in another may ask it::

    with FaultServer("503", "half body") as server:
        ...  # server.url; the third answer is a good one

``python -m tests.faults --latency .05`` runs a good one in a process of its own and prints its URL.
HTTP is written by hand, since no library writes it wrongly enough.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import socket
import struct
import sys
import threading
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

DIGEST = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
OTHER_DIGEST = "0" * 64
REASONS = {200: "OK", 302: "Found", 404: "Not Found", 429: "Too Many Requests"}


@dataclass(frozen=True)
class Seen:
    """One request, as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Call:
    """One request while it is answered."""

    server: FaultServer
    seen: Seen
    writer: asyncio.StreamWriter
    argument: str = ""
    keep: bool = True

    @property
    def native(self) -> bool:
        return self.seen.path.startswith("/api/")

    async def raw(self, *parts: bytes) -> None:
        self.writer.write(b"".join(parts))
        await self.writer.drain()

    async def send(self, value: Any, status: int = 200, **headers: str) -> None:
        await self.raw(packed(value, status, **headers))

    async def error(self, status: int, message: str, kind: str = "api_error", **headers: str):
        inner = {"message": message, "type": kind, "param": None, "code": None}
        await self.send({"error": message if self.native else inner}, status, **headers)

    def good(self, **changes: Any) -> dict[str, Any]:
        """An answer as the real server writes it."""
        body = self.seen.body
        text = changes.pop("text", None)
        text = self.server.script(body) if text is None else text
        words = sum(len(m["content"].split()) for m in body["messages"])
        read = changes.pop("read", words + 7)
        if self.native:
            return {
                "model": body["model"],
                "created_at": "2026-11-01T00:00:00Z",
                "message": {"role": "assistant", "content": text},
                "done": True,
                "done_reason": "stop",
                "prompt_eval_count": read,
                "eval_count": len(text.split()) + 1,
            } | changes
        message = {"role": "assistant", "content": text}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": body["model"],
            "system_fingerprint": "fp_faults",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": read, "completion_tokens": len(text.split()) + 1},
        } | changes


def packed(value: Any, status: int = 200, **headers: str) -> bytes:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Whatever')}"]
    named = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    for name, text in (named | {k.replace("_", "-"): v for k, v in headers.items()}).items():
        lines.append(f"{name}: {text}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def answer_text(body: dict[str, Any]) -> str:
    """The same text for the same messages and seed, and another for others."""
    options = body.get("options", body)
    asked = json.dumps([body["messages"], options.get("seed")], sort_keys=True)
    return "answer " + hashlib.sha256(asked.encode()).hexdigest()[:16]


# ---------------------------------------------------------------------------------- faults


async def fine(call: Call) -> None:
    await call.send(call.good())


async def reset(call: Call) -> None:
    """The connection is reset before a byte is sent."""
    held = call.writer.get_extra_info("socket")
    held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    call.writer.transport.abort()
    call.keep = False


async def closed(call: Call) -> None:
    """The connection is closed in good order, unanswered."""
    call.keep = False


async def half_body(call: Call) -> None:
    whole = packed(call.good())
    await call.raw(whole[: len(whole) - 40])
    call.keep = False


async def half_head(call: Call) -> None:
    await call.raw(b"HTTP/1.1 200 OK\r\nContent-Le")
    call.keep = False


async def not_http(call: Call) -> None:
    await call.raw(b"220 mail.example.org ESMTP\r\n\r\n")
    call.keep = False


async def garbage(call: Call) -> None:
    await call.send(b"<html><body>It works!</body></html>")


async def two_documents(call: Call) -> None:
    line = json.dumps(call.good(done=False)).encode()
    await call.send(line + b"\n" + json.dumps(call.good()).encode() + b"\n")


async def twice(call: Call) -> None:
    """The whole answer is sent a second time at once: it must not answer the next request."""
    await call.raw(packed(call.good()) * 2)


async def twice_late(call: Call) -> None:
    """The same, when the connection lies idle again."""
    await call.raw(packed(call.good()))
    await asyncio.sleep(0.05)
    await call.raw(packed(call.good()))


async def slow(call: Call) -> None:
    """The first byte comes late, by so many seconds."""
    await asyncio.sleep(float(call.argument or 0.2))
    await call.send(call.good())


async def hang(call: Call) -> None:
    await asyncio.sleep(3600)


async def endless(call: Call) -> None:
    """A body without an end."""
    await call.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    call.keep = False
    while True:
        await call.raw(b"10000\r\n", b" " * 0x10000, b"\r\n")


async def redirect(call: Call) -> None:
    where = call.argument or "http://other.example.org/api/chat?secret=1"
    await call.send({}, 302, Location=where)


async def status(call: Call) -> None:
    """Any status: ``status 503``; a body as the server in question would write it."""
    number, _, words = call.argument.partition(" ")
    await call.error(int(number), words or "something went wrong")


async def busy(call: Call) -> None:
    await call.error(503, "server busy, please try again.  maximum pending requests exceeded")


async def too_many(call: Call) -> None:
    await call.error(429, "rate limit reached", Retry_After=call.argument or "0")


async def no_model(call: Call) -> None:
    name = call.seen.body["model"]
    if call.native:
        await call.error(404, f"model '{name}' not found")
    else:
        await call.error(404, f"The model `{name}` does not exist.", "not_found_error")


async def too_long(call: Call) -> None:
    if call.native:
        await call.error(400, "the input length exceeds the context length")
    else:
        await call.error(400, "This model's maximum context length is 4096 tokens. However, ...")


async def no_thinking(call: Call) -> None:
    await call.error(400, f'"{call.seen.body["model"]}" does not support thinking')


async def runner_died(call: Call) -> None:
    await call.error(500, "llama runner process has terminated: signal: killed")


async def says(call: Call) -> None:
    """A good answer with other fields: ``says {"done": false}``."""
    await call.send(call.good(**json.loads(call.argument)))


async def sends(call: Call) -> None:
    """Any body with status 200."""
    await call.send(call.argument.encode())


FAULTS: dict[str, Callable[[Call], Awaitable[None]]] = {
    "fine": fine,
    "reset": reset,
    "closed": closed,
    "half body": half_body,
    "half head": half_head,
    "not http": not_http,
    "garbage": garbage,
    "two documents": two_documents,
    "twice": twice,
    "twice late": twice_late,
    "slow": slow,
    "hang": hang,
    "endless": endless,
    "redirect": redirect,
    "status": status,
    "503": busy,
    "429": too_many,
    "404": no_model,
    "400 too long": too_long,
    "400 no thinking": no_thinking,
    "500 runner": runner_died,
    "says": says,
    "sends": sends,
    "done false": lambda call: call.send(call.good(done=False)),
    "load": lambda call: call.send(call.good(text="", done_reason="load")),
    "wrong model": lambda call: call.send(call.good(model="other:latest")),
    "truncated": lambda call: call.send(call.good(read=2)),
}


def fault(text: str) -> tuple[Callable[[Call], Awaitable[None]], str]:
    """A fault by its name, with what follows the name as its argument."""
    for name in sorted(FAULTS, key=len, reverse=True):
        if text == name or text.startswith(f"{name} "):
            return FAULTS[name], text[len(name) + 1 :]
    raise ValueError(f"no such fault: {text!r}; there are {sorted(FAULTS)}")


# ---------------------------------------------------------------------------------- server


@dataclass
class FaultServer:
    """Answers chats by its plan, one fault each, and well when the plan is over.

    ``always`` is played where the plan is empty; ``models`` maps the names that it serves to
    digests; ``latency`` is waited before each chat's answer. Counts are kept whatever ``keep``
    says; ``seen`` holds the last so many requests.
    """

    plan: deque[str] = field(default_factory=deque)
    always: str = "fine"
    latency: float = 0.0
    script: Callable[[dict[str, Any]], str] = answer_text
    models: dict[str, str] = field(default_factory=lambda: {"tiny:latest": DIGEST})
    version: str = "0.24.0"
    keep: int = 1000
    port: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    busy_now: int = 0
    most_busy: int = 0

    def __init__(self, *plan: str, **settings: Any) -> None:
        for name, each in self.__dataclass_fields__.items():
            default = each.default_factory() if callable(each.default_factory) else each.default
            setattr(self, name, settings.pop(name, default))
        if settings:
            raise TypeError(f"no such setting: {sorted(settings)}")
        self.play(*plan)
        self.seen: deque[Seen] = deque(maxlen=self.keep)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def chats(self) -> int:
        """How many chats were asked for."""
        return self.counts["/api/chat"] + self.counts["/v1/chat/completions"]

    @property
    def last(self) -> Any:
        """The body of the last request."""
        return self.seen[-1].body

    def play(self, *faults: str) -> None:
        """Add to the plan; an unknown name is an error at once."""
        for each in faults:
            fault(each)
        self.plan.extend(faults)

    def __enter__(self) -> FaultServer:
        self._thread.start()
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        # A connection may have come in while it stopped: it is closed like the others.
        self._loop.run_until_complete(self._stop())
        self._loop.close()

    def listen(self) -> None:
        """Listen, on the same port as before where there was one."""
        self._run(self._listen())

    def stop(self) -> None:
        """Close the port and every connection: the next one is refused."""
        self._run(self._stop())

    def _run(self, job: Any) -> None:
        asyncio.run_coroutine_threadsafe(job, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=2**24, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            # Python 3.11 leaves open what was accepted in the very moment of closing: no more is
            # accepted first, and what was gets its task.
            for listening in self._server.sockets:
                self._loop.remove_reader(listening.fileno())
            for _ in range(5):
                await asyncio.sleep(0)
            self._server.close()
            self._server = None
        for _ in range(3):
            for writer in tuple(self._writers):
                writer.transport.abort()
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # What is aborted is closed in a later round of the loop.
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
        finally:
            self.open_now -= 1
            writer.close()
            # What is not sent yet keeps it open: until then a stop must know of it.
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            self._writers.discard(writer)
            self._tasks.discard(task)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False where the connection ends with it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        seen = Seen(method, path, headers, json.loads(raw) if raw else None)
        self.seen.append(seen)
        self.counts[path] += 1
        call = Call(self, seen, writer)
        if method == "GET" or path not in ("/api/chat", "/v1/chat/completions"):
            await self._facts(call)
            return call.keep
        play, call.argument = fault(self.plan.popleft() if self.plan else self.always)
        self.busy_now += 1
        self.most_busy = max(self.most_busy, self.busy_now)
        try:
            if self.latency:
                await asyncio.sleep(self.latency)
            known = seen.body["model"] in self.models or not call.native
            await (play if known else no_model)(call)
        finally:
            self.busy_now -= 1
        return call.keep

    async def _facts(self, call: Call) -> None:
        rows = [{"name": n, "model": n, "digest": d} for n, d in self.models.items()]
        told: dict[str, Any] = {
            "/api/tags": {"models": rows},
            "/api/version": {"version": self.version},
            "/v1/models": {"object": "list", "data": [{"id": n} for n in self.models]},
        }
        if call.seen.path in told:
            await call.send(told[call.seen.path])
        else:
            await call.send(b"404 page not found", 404)


def main() -> int:
    """Serve well until standard input ends; requests and connections are told then."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    with FaultServer(latency=given.latency, port=given.port, keep=1) as server:
        print(server.url, flush=True)
        for line in sys.stdin:
            # "latency .5" changes it; whatever else is said, the counts so far are told.
            word, _, value = line.strip().partition(" ")
            if word == "latency":
                server.latency = float(value)
            told = {"chats": server.chats, "connections": server.connections}
            print(json.dumps(told | {"most_open": server.most_open}), flush=True)
            server.connections, server.most_open = 0, server.open_now
    return 0


if __name__ == "__main__":
    sys.exit(main())
