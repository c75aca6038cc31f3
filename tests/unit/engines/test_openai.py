"""The OpenAI-compatible engine against a server that plays every fault."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import traceback

import pytest

from crs_simcheck.engines import Message, OpenAIEngine, Options, Request, Retries
from crs_simcheck.errors import (
    BadReplyError,
    EngineRefusedError,
    EngineUnavailableError,
    InputError,
    PromptTooLongError,
    SimcheckError,
)
from tests.faults import FaultServer

pytest.importorskip("aiohttp")
QUICK = Retries(first=0.01, longest=0.05, patience=0.3)
KEY = "sk-not-for-anybodys-eyes"


def ask(text="I want a slow film about bees", **options):
    return Request((Message("user", text),), Options(**options))


@contextlib.asynccontextmanager
async def opened(server, model="org/some-model", **settings):
    engine = OpenAIEngine(model, f"{server.url}/v1", retries=QUICK, timeout=5.0, **settings)
    try:
        yield engine
    finally:
        await engine.aclose()


def answers(*requests, server, **settings):
    async def job():
        async with opened(server, **settings) as engine:
            return [await engine.answer(each) for each in requests]

    return asyncio.run(job())


def failing(request, server, **settings):
    async def job():
        async with opened(server, **settings) as engine:
            with pytest.raises(SimcheckError) as caught:
                await engine.answer(request)
            return caught.value

    return asyncio.run(job())


def test_what_is_sent():
    schema = {"type": "object"}
    options = Options(seed=5, temperature=0.0, top_p=0.5, num_predict=9)
    with FaultServer() as server:
        (reply,) = answers(Request((Message("user", "hi"),), options, schema), server=server)
        assert server.last == {
            "model": "org/some-model",
            "messages": [{"role": "user", "content": "hi"}],
            "stream": False,
            "temperature": 0.0,
            "top_p": 0.5,
            "seed": 5,
            "max_tokens": 9,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema},
            },
        }
        assert server.counts == {"/v1/chat/completions": 1}
        assert "authorization" not in server.seen[-1].headers
    assert reply.text.startswith("answer ")
    assert reply.done_reason == "stop"
    assert (reply.prompt_tokens, reply.tokens) == (8, 3)
    assert reply.server == "fp_faults"
    assert reply.digest is None


@pytest.mark.parametrize(
    "message, text, thinking",
    [
        ('{"content":"Heat","reasoning_content":"hm"}', "Heat", "hm"),
        ('{"content":"Heat","reasoning":"hm"}', "Heat", "hm"),
        ('{"content":"Heat","reasoning":""}', "Heat", None),
        ('{"content":null}', "", None),
        ('{"content":null,"refusal":"I cannot."}', "I cannot.", None),
        ('{"content":[{"type":"text","text":"He"},{"type":"text","text":"at"}]}', "Heat", None),
    ],
)
def test_forms_of_an_answer(message, text, thinking):
    played = f'says {{"choices":[{{"message":{message},"finish_reason":"length"}}],"usage":null}}'
    with FaultServer(played) as server:
        (reply,) = answers(ask(), server=server)
    assert (reply.text, reply.thinking, reply.done_reason) == (text, thinking, "length")
    assert reply.prompt_tokens is None
    assert reply.retries == 0


def test_a_prompt_that_was_not_read_whole_is_noticed():
    with FaultServer("truncated", "fine") as server:
        cut, whole = answers(ask(), ask(), server=server)
    assert cut.truncated
    assert not whole.truncated


@pytest.mark.parametrize(
    "fault",
    [
        "reset",
        "half body",
        "garbage",
        "two documents",
        "503",
        "429 0.02",
        "500 runner",
        "sends {}",
        'sends {"choices":[]}',
        'sends {"choices":[{"message":{}}]}',
        "sends null",
        'sends {"error":{"message":"upstream broke"}}',
        'sends {"choices":[null]}',
        "closed",
    ],
)
def test_what_can_pass_is_tried_again(fault):
    with FaultServer(fault, fault) as server:
        first, second = answers(ask(), ask(seed=1), server=server)
    assert (first.retries, second.retries) == (2, 0)
    assert first.text != second.text


@pytest.mark.parametrize(
    "fault, error, words",
    [
        ("400 too long", PromptTooLongError, "give the server a longer context"),
        ("404", EngineRefusedError, "is 'org/some-model' served there"),
        ("redirect", EngineRefusedError, "no redirect is followed"),
        ("status 401 bad key", EngineRefusedError, "check the key in CRS_SIMCHECK_API_KEY or OP"),
        ("status 400 bad", EngineRefusedError, "HTTP 400: bad"),
        ("status 422 bad", EngineRefusedError, "HTTP 422: bad"),
    ],
)
def test_what_cannot_pass_is_asked_once(fault, error, words):
    with FaultServer(always=fault) as server:
        found = failing(ask(), server)
        assert type(found) is error
        assert str(found).startswith(f"openai:org/some-model at {server.url}/v1: HTTP ")
        assert words in str(found)
        assert server.chats == 1


@pytest.mark.parametrize(
    "words",
    [
        "the request exceeds the available context size. try increasing the context size",
        "This model's maximum context length is 4096 tokens",
        "the input length exceeds the context length",
        "Requested tokens (9000) exceed context window of 4096: context window exceeded",
        "no (context_length_exceeded)",
        "prompt is too long: 9000 tokens > 4096 maximum",
    ],
)
def test_words_for_a_prompt_that_is_too_long(words):
    with FaultServer(f"status 400 {words}") as server:
        assert type(failing(ask(), server)) is PromptTooLongError


@pytest.mark.parametrize(
    "fault, error", [("garbage", BadReplyError), ("500 runner", EngineUnavailableError)]
)
def test_what_never_passes_ends_in_a_clear_error(fault, error):
    with FaultServer(always=fault) as server:
        found = failing(ask(), server)
        assert type(found) is error
        assert "; tried " in str(found)


def test_a_model_that_wants_its_limit_under_the_newer_name_gets_it():
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    with FaultServer(f"status 400 {words}") as server:
        first, second = answers(ask(num_predict=9), ask(num_predict=9), server=server)
        assert server.chats == 3
        assert server.last["max_completion_tokens"] == 9
        assert "max_tokens" not in server.last
    assert first.retries == second.retries == 0
    with FaultServer(always=f"status 400 {words}") as server:
        assert "max_completion_tokens" in str(failing(ask(), server))
        assert server.chats == 2


def test_about_asks_whether_the_endpoint_is_there():
    async def job(server):
        async with opened(server) as engine:
            before = await engine.about()
            await engine.answer(ask())
            return before, await engine.about()

    with FaultServer() as server:
        before, after = asyncio.run(job(server))
        server.stop()
        with pytest.raises(EngineUnavailableError, match="is the server running"):
            asyncio.run(job(server))
    assert (before.kind, before.model, before.digest) == ("openai", "org/some-model", None)
    assert (before.server, after.server) == (None, "fp_faults")


# ------------------------------------------------------------------------------------- keys


def test_the_key_of_the_environment_is_sent(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other-key")
    with FaultServer() as server:
        answers(ask(), server=server)
        assert server.seen[-1].headers["authorization"] == "Bearer sk-other-key"
        monkeypatch.setenv("CRS_SIMCHECK_API_KEY", f" {KEY}\n")
        answers(ask(), server=server)
        assert server.seen[-1].headers["authorization"] == f"Bearer {KEY}"
        monkeypatch.setenv("CRS_SIMCHECK_API_KEY", "")
        answers(ask(), server=server)
        assert "authorization" not in server.seen[-1].headers


def test_a_key_does_not_travel_in_clear(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(InputError, match="would travel to http://gpu1:8000/v1 in clear") as caught:
        OpenAIEngine("m", "http://gpu1:8000/v1")
    assert KEY not in str(caught.value)
    OpenAIEngine("m", "https://gpu1/v1")
    OpenAIEngine("m", "http://localhost:8000/v1")
    monkeypatch.setenv("CRS_SIMCHECK_KEY_OVER_HTTP", "1")
    OpenAIEngine("m", "http://gpu1:8000/v1")
    monkeypatch.delenv("CRS_SIMCHECK_KEY_OVER_HTTP")
    monkeypatch.setenv("CRS_SIMCHECK_API_KEY", "")
    OpenAIEngine("m", "http://gpu1:8000/v1")


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel", "a\tb"])
def test_a_key_that_is_none_is_not_shown(monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(InputError, match="OPENAI_API_KEY holds a space") as caught:
        OpenAIEngine("m", "https://gpu1/v1")
    assert key not in str(caught.value)


def chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    "fault",
    ["reset", "closed", "half body", "garbage", "not http", "503", "redirect", "hang", "endless"]
    + [f"status {status} wrong key: {KEY}" for status in (400, 401, 403, 429, 500)]
    + [f'sends {{"error":"wrong key: {KEY}"}}', f"sends {KEY}"],
    ids=lambda each: each.replace(KEY, "KEY"),
)
def test_the_key_stands_in_no_text(fault, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    async def job(server):
        engine = OpenAIEngine("m", server.url, retries=QUICK, timeout=0.3)
        engine._client._max_bytes = 100_000
        try:
            await engine.answer(ask())
        except SimcheckError as error:
            return engine, error
        finally:
            await engine.aclose()

    with FaultServer(always=fault) as server:
        engine, error = asyncio.run(job(server))
        # It did travel, or this test would show nothing.
        assert server.seen[-1].headers["authorization"] == f"Bearer {KEY}"
        server.seen.clear()
        server.always = "fine"
    for each in chain(error):
        whole = traceback.TracebackException.from_exception(each, capture_locals=True)
        shown = ["".join(whole.format()), repr(each), str(each), repr(vars(each))]
        shown.append(repr(pickle.dumps(each)))
        assert not [text for text in shown if KEY in text]
    assert KEY not in repr(engine) + repr(engine._pool.hosts) + repr(engine._client)
    with pytest.raises(TypeError, match="a secret is never pickled"):
        pickle.dumps(engine._pool.hosts[0])


def test_a_redirect_carries_the_key_nowhere(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with FaultServer() as other, FaultServer() as server:
        server.play(f"redirect {other.url}/v1/chat/completions")
        assert type(failing(ask(), server)) is EngineRefusedError
        assert not other.seen
