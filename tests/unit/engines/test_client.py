"""The HTTP client alone: one attempt, and nothing of the environment in it."""

from __future__ import annotations

import asyncio
import copy
import pickle
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.engines.client import Answer, HttpClient
from crs_simcheck.engines.failures import Failure
from crs_simcheck.engines.keys import Secret, bearer_from
from crs_simcheck.errors import InputError
from tests.faults import FaultServer

pytest.importorskip("aiohttp")
CHAT = {"model": "tiny:latest", "messages": [{"role": "user", "content": "hi"}]}


def asked(url, payload=None, **settings):
    async def job():
        client = HttpClient(connections=2, **settings)
        try:
            return await client.ask("GET" if payload is None else "POST", url, payload)
        finally:
            await client.aclose()

    return asyncio.run(job())


def test_json_comes_and_goes():
    with FaultServer() as server:
        found = asked(f"{server.url}/api/chat", CHAT)
        assert server.seen[-1].body == CHAT
        headers = server.seen[-1].headers
    assert isinstance(found, Answer)
    assert found.value["model"] == "tiny:latest"
    assert headers["content-type"] == headers["accept"] == "application/json"
    assert not {"cookie", "authorization", "user-agent"} & set(headers)


def test_a_body_may_be_as_long_as_the_limit_and_no_longer():
    with FaultServer(f"sends {'9' * 1000}", f"sends {'9' * 1000}") as server:
        url = f"{server.url}/api/chat"
        assert isinstance(asked(url, CHAT, max_bytes=1000), Answer)
        found = asked(url, CHAT, max_bytes=999)
    assert found == Failure("reply", "an answer of more than 999 bytes")


@pytest.mark.parametrize("fault", ["hang", "slow 5"])
def test_an_answer_has_its_time(fault):
    with FaultServer(fault) as server:
        found = asked(f"{server.url}/api/chat", CHAT, timeout=0.1)
    assert (found.kind, found.what) == ("passing", "no answer within 0.1 s")


def test_a_connection_has_its_time():
    # A socket that listens and whose queue is full takes no further connection.
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for each in (first, second):
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        found = asked(f"http://127.0.0.1:{port}/", connect=0.1, timeout=5)
    assert (found.kind, found.what) == ("host", "no connection within 0.1 s")


@pytest.mark.parametrize(
    "url, kind, words",
    [
        ("http://nowhere.invalid/", "host", "the name of the host cannot be looked up"),
        ("http://127.0.0.1:9/", "host", "the connection was refused"),
        ("ftp://127.0.0.1/", "refused", "the URL cannot be asked"),
        ("http://[x/", "refused", "the URL cannot be asked"),
    ],
)
def test_places_that_are_none(url, kind, words):
    found = asked(url)
    assert (found.kind, found.what) == (kind, words)


def test_https_where_http_is_spoken():
    async def plain(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def job():
        client = HttpClient(connections=1)
        async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            found = await client.ask("GET", f"https://127.0.0.1:{port}/")
            await client.aclose()
            return found

    found = asyncio.run(job())
    assert (found.kind, found.what) == ("refused", "TLS could not be agreed on")
    assert found.fix == "is it http:// there, not https://?"


@given(st.binary(max_size=200))
def test_any_body_is_an_answer_or_a_failure(body):
    from crs_simcheck.engines.client import _parse

    found = _parse(body)
    assert isinstance(found, Answer | Failure)
    if isinstance(found, Failure):
        assert found.kind == "reply"
        assert found.what.isprintable()


def test_a_cancelled_request_closes_its_connection():
    with FaultServer("hang") as server:

        async def job():
            client = HttpClient(connections=1)
            asking = asyncio.ensure_future(client.ask("POST", f"{server.url}/api/chat", CHAT))
            while not server.busy_now:
                await asyncio.sleep(0.005)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            # It is the only connection that this client may have.
            found = await asyncio.wait_for(client.ask("GET", f"{server.url}/api/tags"), 2)
            assert isinstance(found, Answer)
            await client.aclose()

        asyncio.run(job())
        assert server.connections == 2


# ------------------------------------------------------------------------------------- keys


def test_a_secret_shows_itself_to_nobody():
    secret = Secret("Bearer sk-abcdef", "sk-abcdef")
    assert "abcdef" not in f"{secret} {secret!r}"
    assert secret.scrub("is 'Bearer sk-abcdef' or sk-abcdef") == "is '***' or ***"
    for job in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never pickled"):
            job(secret)


def test_a_short_part_is_no_key():
    assert Secret("Bearer x", "x").scrub("exact") == "exact"


def test_the_first_variable_that_is_set_decides(monkeypatch):
    assert bearer_from("ONE_KEY_OF_A_TEST", "OTHER_KEY_OF_A_TEST") is None
    monkeypatch.setenv("OTHER_KEY_OF_A_TEST", "other")
    assert bearer_from("ONE_KEY_OF_A_TEST", "OTHER_KEY_OF_A_TEST").reveal() == "Bearer other"
    monkeypatch.setenv("ONE_KEY_OF_A_TEST", " ")
    assert bearer_from("ONE_KEY_OF_A_TEST", "OTHER_KEY_OF_A_TEST") is None
    monkeypatch.setenv("ONE_KEY_OF_A_TEST", "o ne")
    with pytest.raises(InputError, match="ONE_KEY_OF_A_TEST"):
        bearer_from("ONE_KEY_OF_A_TEST")


def test_a_key_that_a_server_says_back_is_taken_out_of_its_answer():
    from crs_simcheck.engines.client import _scrubbed
    from crs_simcheck.engines.keys import Secret

    secret = Secret("Bearer sk-very-secret", "sk-very-secret")
    said = {
        "choices": [{"message": {"content": "your key is Bearer sk-very-secret"}}],
        "system_fingerprint": "sk-very-secret",
        "sk-very-secret": 3,
        "usage": {"prompt_tokens": 5, "cached": None},
    }
    found = _scrubbed(said, secret)
    assert "sk-very" not in str(found)
    assert found["usage"] == said["usage"]
    assert found["choices"][0]["message"]["content"] == "your key is ***"
