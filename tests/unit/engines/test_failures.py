"""Everything that can go wrong below us has its place in the tree of errors."""

from __future__ import annotations

import errno
import json
import socket
import ssl
from email.utils import formatdate
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.engines.failures import ERRORS, of_exception, of_status, words_of
from crs_simcheck.errors import EngineError

aiohttp = pytest.importorskip("aiohttp")
KEY = SimpleNamespace(host="h", port=1, is_ssl=False, ssl=True)
INFO = SimpleNamespace(real_url="http://me:secret@h/", headers={"Authorization": "secret"})


def everything(base=aiohttp.ClientError):
    yield base
    for each in base.__subclasses__():
        yield from everything(each)


def made(kind):
    """One exception of a class of aiohttp's, made as it makes them."""
    refused = ConnectionRefusedError(errno.ECONNREFUSED, "secret")
    if issubclass(kind, aiohttp.ClientConnectorCertificateError):
        return kind(KEY, ssl.SSLCertVerificationError("secret"))
    if kind.__name__ == "UnixClientConnectorError":
        return kind("/secret", KEY, refused)
    if issubclass(kind, aiohttp.ClientConnectorError):
        return kind(KEY, refused)
    if issubclass(kind, aiohttp.ClientResponseError):
        return kind(INFO, (), message="secret")
    if issubclass(kind, aiohttp.ServerFingerprintMismatch):
        return kind(b"secret", b"other", "h", 1)
    if issubclass(kind, aiohttp.ClientOSError | aiohttp.ClientConnectionResetError):
        return kind(errno.ECONNRESET, "secret")
    return kind("http://me:secret@h/")


KINDS = {
    "ClientConnectionError": "host",
    "ClientConnectionResetError": "host",
    "ClientConnectorCertificateError": "refused",
    "ClientConnectorDNSError": "host",
    "ClientConnectorError": "host",
    "ClientConnectorSSLError": "refused",
    "ClientError": "passing",
    "ClientHttpProxyError": "reply",
    "ClientOSError": "host",
    "ClientPayloadError": "passing",
    "ClientProxyConnectionError": "host",
    "ClientResponseError": "reply",
    "ClientSSLError": "refused",
    "ConnectionTimeoutError": "host",
    "ContentTypeError": "reply",
    "InvalidURL": "refused",
    "InvalidUrlClientError": "refused",
    "InvalidUrlRedirectClientError": "refused",
    "NonHttpUrlClientError": "refused",
    "NonHttpUrlRedirectClientError": "refused",
    "RedirectClientError": "refused",
    "ServerConnectionError": "host",
    "ServerDisconnectedError": "host",
    "ServerFingerprintMismatch": "refused",
    "ServerTimeoutError": "passing",
    "SocketTimeoutError": "passing",
    "TooManyRedirects": "refused",
    "UnixClientConnectorError": "host",
    "UploadAbortedError": "host",
    "WSServerHandshakeError": "reply",
}


@pytest.mark.parametrize("kind", sorted(set(everything()), key=lambda each: each.__name__))
def test_every_error_of_the_library_is_mapped(kind):
    failure = of_exception(made(kind), timeout=300, connect=10)
    # An unknown class is a class that the library has grown: give it its kind here.
    assert failure.kind == KINDS[kind.__name__]
    if kind is not aiohttp.ClientError:
        assert kind.__name__ not in failure.what, "it fell through the table"
    assert issubclass(ERRORS[failure.kind], EngineError)
    assert "secret" not in repr(failure)


@pytest.mark.parametrize(
    "error, kind, words",
    [
        (TimeoutError(), "passing", "no answer within 300 s"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "host", "reset"),
        (BrokenPipeError(), "host", "reset"),
        (OSError(errno.EHOSTUNREACH, "x"), "host", "No route to host"),
        (OSError(errno.EMFILE, "x"), "host", "Too many open files"),
        (ssl.SSLError("x"), "refused", "TLS"),
        (KeyError("x"), "passing", "KeyError"),
    ],
)
def test_errors_of_the_system_are_mapped_too(error, kind, words):
    failure = of_exception(error, timeout=300, connect=10)
    assert failure.kind == kind
    assert words in failure.what


@pytest.mark.parametrize("number, no_name", [(socket.EAI_NONAME, True), (socket.EAI_AGAIN, False)])
def test_a_name_that_is_none_is_told_from_a_look_up_that_failed(number, no_name):
    error = aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(number, "x"))
    assert of_exception(error, timeout=1, connect=1).no_name is no_name


@pytest.mark.parametrize(
    "status, kind",
    [(s, "refused") for s in (301, 302, 307, 400, 401, 403, 404, 405, 413, 422, 501, 505)]
    + [(s, "passing") for s in (408, 500, 502, 504, 520, 599)]
    + [(s, "host") for s in (429, 503)]
    + [(s, "reply") for s in (201, 204, 206)],
)
def test_statuses(status, kind):
    found = of_status(status, b'{"error":"so it is"}', {})
    assert found.kind == kind
    assert found.status == status
    if not 300 <= status < 400:
        assert "so it is" in found.what


@pytest.mark.parametrize(
    "given, least, most",
    [
        ("0", 0, 0),
        ("7", 7, 7),
        ("1.5", 1.5, 1.5),
        ("-3", 0, 0),
        ("Fri, 02 Nov 2018 00:00:00 GMT", 0, 0),
    ],
)
def test_retry_after(given, least, most):
    found = of_status(429, b"", {"Retry-After": given})
    assert least <= found.wait <= most


def test_retry_after_as_a_date_to_come():
    found = of_status(503, b"", {"Retry-After": formatdate(4_000_000_000, usegmt=True)})
    assert found.wait > 1e8


@pytest.mark.parametrize("given", ["", "soon", "nan", "inf", "1e999", "99 Jan"])
def test_a_retry_after_that_says_nothing(given):
    assert of_status(429, b"", {"Retry-After": given}).wait is None


def test_a_redirect_shows_no_credentials_and_no_query():
    found = of_status(307, b"", {"Location": "http://me:secret@other.example/x?key=secret#secret"})
    assert "other.example/x" in found.what
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    "body, words",
    [
        (b'{"error":"model \'x\' not found"}', "model 'x' not found"),
        (b'{"error":{"message":"too long","code":"context_length_exceeded"}}', "(context_length_"),
        (b'{"error":{"message":"no","code":400,"type":"bad"}}', "no"),
        (b'{"message":"no"}', "no"),
        (b'{"detail":[{"message":"missing"}]}', "missing"),
        (b'[{"error":{"message":"first"}}]', "first"),
        (b"404 page not found\n", "404 page not found"),
        (b"<html><h1>Bad</h1></html>", "an HTML page"),
        (b"", ""),
        (b'{"error":1}', '{"error":1}'),
        (b"\x1b[2J\xe2\x80\xaebad\x00", "[2Jbad"),
        (b"[" * 100_000, "[[["),
        (b"\xff\xfe", "��"),
    ],
)
def test_words_of_a_server(body, words):
    found = words_of(body)
    assert words in found
    assert len(found) <= 301
    assert found.isprintable()


@given(
    st.binary(max_size=400)
    | st.recursive(
        st.none() | st.text(max_size=9) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["error", "message", "detail", "code"]), inner)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_words_of_anything(body):
    found = words_of(body)
    assert len(found) <= 301
    assert found.isprintable()
