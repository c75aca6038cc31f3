"""What can go wrong between us and a server: values, so that nothing private hides behind them.

An exception of an HTTP library holds the request with its headers; one that is raised while it is
handled keeps it for ever. So what it says is put into a :class:`Failure`, and the error that the
caller sees is made from that alone.
"""

from __future__ import annotations

import contextlib
import email.utils
import errno
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crs_simcheck.errors import (
    BadReplyError,
    EngineError,
    EngineRefusedError,
    EngineUnavailableError,
    PromptTooLongError,
)

__all__ = ["ERRORS", "Failure", "Kind", "of_exception", "of_status", "words_of"]

Kind = Literal["host", "passing", "reply", "refused", "too_long"]

# What each kind becomes when it is not tried again.
ERRORS: Mapping[Kind, type[EngineError]] = {
    "host": EngineUnavailableError,  # the host is gone, or busy: it rests, others take over
    "passing": EngineUnavailableError,  # this request failed, and may succeed
    "reply": BadReplyError,  # it answered, and not with an answer
    "refused": EngineRefusedError,  # trying again is no use
    "too_long": PromptTooLongError,
}

_BUSY = (429, 503)
_PASSING = (408, 500, 502, 504)
_NEVER_THERE = (501, 505)
_NO_SCHEMA = "invalid json schema"  # what Ollama calls an error of its own, and will not pass
_MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one attempt gave no answer.

    Parameters
    ----------
    kind:
        What it means for the next attempt.
    what:
        In words, without keys.
    fix:
        The next thing to do, as a short imperative.
    wait:
        Seconds that the server asked to wait.
    status, words:
        Of the HTTP answer, where there is one; ``words`` is what the server said.
    no_name:
        Whether the name of the host could not be found: passing only where it once was.
    """

    kind: Kind
    what: str
    fix: str | None = None
    wait: float | None = None
    status: int | None = None
    words: str = ""
    no_name: bool = False


# ------------------------------------------------------------------------------- statuses


def of_status(status: int, body: bytes, headers: Mapping[str, str]) -> Failure:
    """Return what an HTTP status other than 200 means."""
    words = words_of(body)
    said = f": {words}" if words else ""
    what = f"HTTP {status}{said}"
    if 300 <= status < 400:
        where = re.sub(r"[?#].*", "", headers.get("Location", ""), flags=re.DOTALL)
        where = _plain(re.sub(r"//[^/]*@", "//***@", where))[:200]
        return Failure(
            "refused",
            f"HTTP {status}: it points to {where or 'another place'}, and no redirect is followed",
            "name the URL that it points to, if it is the right one",
            status=status,
        )
    if 200 <= status < 300:
        return Failure("reply", f"{what} is not an answer", status=status, words=words)
    if status in _BUSY:
        return Failure("host", what, wait=_wait(headers), status=status, words=words)
    if status == 500 and _NO_SCHEMA in words.lower():
        return Failure("refused", what, "check the schema", status=status, words=words)
    if status in _PASSING or (status > 500 and status not in _NEVER_THERE):
        return Failure("passing", what, wait=_wait(headers), status=status, words=words)
    return Failure("refused", what, status=status, words=words)


def _wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of ``Retry-After``, which holds a number or a date."""
    given = headers.get("Retry-After", "").strip()
    if not given:
        return None
    try:
        seconds = float(given)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(given).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def words_of(body: bytes) -> str:
    """Return what a server says went wrong, on one line: JSON in the usual shapes, or text."""
    text = body.decode("utf-8", "replace").strip()
    if text.startswith(("{", "[")):
        with contextlib.suppress(ValueError, RecursionError):
            text = _said(json.loads(text)) or text
    elif text.startswith("<"):
        text = "an HTML page"
    text = _plain(" ".join(text[: 4 * _MOST_WORDS].split()))
    return text if len(text) <= _MOST_WORDS else f"{text[:_MOST_WORDS]}…"


def _said(found: Any) -> str:
    if isinstance(found, list):
        return _said(found[0]) if found else ""
    if not isinstance(found, dict):
        return found if isinstance(found, str) else ""
    for key in ("error", "message", "detail"):
        inner = found.get(key)
        if isinstance(inner, dict | list):
            return _said(inner)
        if isinstance(inner, str) and inner:
            code = found.get("code")
            return f"{inner} ({code})" if isinstance(code, str) and code else inner
    return ""


def _plain(text: str) -> str:
    """Leave out what moves a terminal's cursor or turns the direction of text."""
    return "".join(c for c in text if c.isprintable())


# ----------------------------------------------------------------------------- exceptions


def of_exception(error: Exception, *, timeout: float, connect: float) -> Failure:
    """Return what an exception of the HTTP library, or of the system below it, means.

    Nothing of the exception's own text is kept but the system's words for an error number.
    """
    slow = Failure("passing", f"no answer within {timeout:g} s", "raise the time-out")
    far = Failure("host", f"no connection within {connect:g} s")
    trust = Failure(
        "refused", "its certificate is not trusted", "check the URL and the certificate"
    )
    tls = Failure("refused", "TLS could not be agreed on", "is it http:// there, not https://?")
    url = Failure("refused", "the URL cannot be asked", "check it")
    reset = Failure("host", "the connection was reset")
    table: tuple[tuple[str, Failure], ...] = (
        ("ClientConnectorCertificateError", trust),
        ("ServerFingerprintMismatch", trust),
        ("SSLCertVerificationError", trust),
        ("ClientSSLError", tls),
        ("SSLError", tls),
        ("ClientConnectorDNSError", _no_name(error)),
        ("ConnectionTimeoutError", far),
        ("ClientConnectorError", Failure("host", _system(error, "no connection"))),
        ("TimeoutError", slow),
        ("ClientPayloadError", Failure("passing", "the answer broke off half-way")),
        ("ServerDisconnectedError", Failure("host", "the connection was closed unanswered")),
        ("ClientConnectionResetError", reset),
        ("UploadAbortedError", reset),
        ("ConnectionError", reset),
        ("InvalidURL", url),
        ("NonHttpUrlClientError", url),
        ("RedirectClientError", url),
        ("TooManyRedirects", url),
        ("ClientResponseError", Failure("reply", "what came back is not HTTP")),
        ("ClientConnectionError", Failure("host", _system(error, "it broke"))),
        ("OSError", Failure("host", _system(error, "it broke"))),
    )
    # By name, since not every version of the library has all of them.
    names = {each.__name__ for each in type(error).__mro__}
    for name, failure in table:
        if name in names:
            return failure
    # A library may grow a new class: what is not known is tried again, and named by its class.
    return Failure("passing", f"the request failed ({type(error).__name__})")


def _system(error: BaseException, otherwise: str) -> str:
    number = getattr(error, "errno", None)
    if number == errno.ECONNREFUSED:
        return "the connection was refused"
    if number in (errno.ECONNRESET, errno.EPIPE):
        return "the connection was reset"
    if isinstance(number, int) and number in errno.errorcode:
        import os

        return f"{otherwise}: {os.strerror(number)}"
    return otherwise


def _no_name(error: BaseException) -> Failure:
    """Tell a name that does not exist from a look-up that failed for now."""
    import socket

    lasting = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
    # The exception's own number is none: that of the look-up lies in what it was made of.
    below = getattr(error, "os_error", error)
    return Failure(
        "host",
        "the name of the host cannot be looked up",
        "check the name of the host",
        no_name=getattr(below, "errno", None) in lasting,
    )
