"""One HTTP client for all engines: JSON in and out, one pool of connections, no surprises.

No proxy of the environment is used, no ``.netrc`` is read, no cookie is kept, no redirect is
followed. Every attempt ends in an :class:`Answer` or a :class:`Failure`; none raises.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crs_simcheck.engines.failures import Failure, of_exception, of_status
from crs_simcheck.engines.keys import Secret
from crs_simcheck.errors import InputError

if TYPE_CHECKING:
    import asyncio

    import aiohttp

__all__ = ["MAX_BODY_BYTES", "Answer", "HttpClient"]

MAX_BODY_BYTES = 32 * 1024 * 1024
# Servers close an idle connection after some seconds, uvicorn after 5: ours are closed before.
_IDLE_SECONDS = 4.0
_CLOSED = "the engine is closed: open another one"


@dataclass(frozen=True, slots=True)
class Answer:
    """The one JSON value of an HTTP answer with status 200."""

    value: Any


class HttpClient:
    """Asks, once for each call.

    It belongs to the event loop that first uses it, and is closed there.

    Parameters
    ----------
    connections:
        The most connections that are open at a time.
    timeout:
        Seconds that one answer may take, from the connection to the last byte.
    connect:
        Seconds that a connection may take.
    max_bytes:
        The longest body that is read.
    """

    def __init__(
        self,
        *,
        connections: int,
        timeout: float = 300.0,
        connect: float = 10.0,
        max_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self._connections = connections
        self._timeout = timeout
        self._connect = connect
        self._max_bytes = max_bytes
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def ask(
        self,
        method: str,
        url: str,
        payload: Any = None,
        *,
        authorization: Secret | None = None,
    ) -> Answer | Failure:
        """Make one attempt.

        Parameters
        ----------
        method, url:
            ``"GET"`` or ``"POST"``, and the whole URL.
        payload:
            What is sent as JSON; None for no body.
        authorization:
            What is sent in the header of that name.

        Raises
        ------
        InputError
            Where the extra is not installed, or the payload is no JSON.
        RuntimeError
            Where the client is closed, or belongs to another event loop.
        """
        session = self._open()
        # ASCII, so that a lone surrogate of a text stays what JSON can say.
        body = None if payload is None else _body(payload)
        failure: Failure | None = None
        try:
            async with session.request(
                method, url, data=body, headers=_headers(authorization), allow_redirects=False
            ) as response:
                raw = await self._read(response)
                status, headers = response.status, response.headers
        except Exception as error:  # every one of them is put into words
            failure = of_exception(error, timeout=self._timeout, connect=self._connect)
        # Raised out here, where no error of the library can hang on to it.
        if self._closed:
            raise RuntimeError(_CLOSED)
        if failure is not None:
            return failure
        if raw is None:
            return Failure("reply", f"an answer of more than {self._max_bytes:,} bytes")
        if status != 200:
            return of_status(status, raw, headers)
        found = _parse(raw)
        if authorization is not None and isinstance(found, Answer):
            # A server may say the key back, and what it says is kept.
            return Answer(_scrubbed(found.value, authorization))
        return found

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | None:
        """Return the body, or None where it is too long."""
        parts: list[bytes] = []
        size = 0
        while part := await response.content.readany():
            size += len(part)
            if size > self._max_bytes:
                # What was not read to its end is closed when it is let go.
                return None
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _open(self) -> aiohttp.ClientSession:
        import asyncio

        loop = asyncio.get_running_loop()
        if self._closed:
            raise RuntimeError(_CLOSED)
        if self._session is None:
            self._session, self._loop = self._new_session(), loop
        elif self._loop is not loop:
            raise RuntimeError(
                "the engine belongs to another event loop: open one in each, and close it there"
            )
        return self._session

    def _new_session(self) -> aiohttp.ClientSession:
        try:
            import aiohttp
        except ImportError:
            raise InputError(
                "an engine needs the package 'aiohttp', which is not installed",
                fix="pip install 'crs-simcheck[live]'",
            ) from None

        class Connector(aiohttp.TCPConnector):
            """Leaves out a connection on which something came that nobody had asked for."""

            async def _get(self, *arguments: Any, **named: Any) -> Any:
                while (found := await super()._get(*arguments, **named)) is not None:
                    if not (found.protocol and found.protocol.should_close):
                        return found
                    found.close()
                return None

        return aiohttp.ClientSession(
            connector=Connector(limit=self._connections, keepalive_timeout=_IDLE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=self._connect),
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            skip_auto_headers=("User-Agent",),
        )

    async def aclose(self) -> None:
        """Close every connection; the client cannot be used again."""
        self._closed = True
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(connections={self._connections})"


def _body(payload: Any) -> bytes:
    try:
        return json.dumps(payload, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"the request cannot be written as JSON: {error}",
            fix="check the options and the schema",
        ) from None


def _headers(authorization: Secret | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization.reveal()
    return headers


def _parse(raw: bytes) -> Answer | Failure:
    try:
        return Answer(json.loads(raw))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return Failure("reply", "more than one JSON document in one answer", status=200)
        return Failure("reply", f"an answer that is not JSON: {_start(raw)}", status=200)
    except (ValueError, RecursionError):
        return Failure("reply", f"an answer that is not JSON: {_start(raw)}", status=200)


def _scrubbed(value: Any, secret: Secret) -> Any:
    """Return a JSON value without the secret in any of its texts."""
    if isinstance(value, str):
        return secret.scrub(value)
    if isinstance(value, list):
        return [_scrubbed(one, secret) for one in value]
    if isinstance(value, dict):
        return {secret.scrub(key): _scrubbed(one, secret) for key, one in value.items()}
    return value


def _start(raw: bytes) -> str:
    """Show the beginning of what is no JSON."""
    text = raw[:80].decode("utf-8", "replace")
    return repr(text) if text else "nothing at all"
