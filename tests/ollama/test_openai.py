"""The engine ``openai`` and the ``/v1`` of a real Ollama server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from crs_simcheck.engines import Message, Request
from crs_simcheck.engines.named import open_engine, parse_engine
from crs_simcheck.engines.openai import OpenAIEngine
from crs_simcheck.engines.retries import Retries
from crs_simcheck.errors import EngineRefusedError, EngineUnavailableError
from tests.ollama.asking import SHORT, request_for
from tests.ollama.server import CONTEXT, MODEL

pytestmark = pytest.mark.ollama


def asked(url, *requests, model=MODEL, **more):
    """Ask all at once, of one engine."""

    async def run():
        engine = OpenAIEngine(model, url, **more)
        try:
            return await asyncio.gather(*map(engine.answer, requests))
        finally:
            await engine.aclose()

    return asyncio.run(run())


def told_by(url, model=MODEL):
    async def run():
        engine = OpenAIEngine(model, url)
        try:
            return await engine.about()
        finally:
            await engine.aclose()

    return asyncio.run(run())


def test_a_reply_tells_what_was_used(shared_server):
    (reply,) = asked(shared_server.url, request_for("i want a movie"))
    assert reply.text
    assert reply.done_reason == "length"
    assert reply.tokens == SHORT.num_predict
    assert 0 < reply.prompt_tokens < 60
    assert reply.server
    assert (reply.digest, reply.truncated, reply.retries) == (None, False, 0)


def test_a_seed_gives_one_text_also_eight_at_a_time(shared_server):
    requests = [request_for("a film", seed=seed) for seed in range(4)]
    alone = [reply.text for reply in asked(shared_server.url, *requests, slots=1)]
    assert len(set(alone)) == 4
    again = [reply.text for reply in asked(shared_server.url, *requests * 8, slots=8)]
    assert again == alone * 8


def test_a_url_with_and_without_its_path(shared_server):
    short, long = shared_server.url, f"{shared_server.url}/v1/chat/completions"
    (one,), (other,) = asked(short, request_for("a film")), asked(long, request_for("a film"))
    assert one.text == other.text


def test_a_prompt_that_fills_the_context_is_marked_where_that_can_be_seen(shared_server):
    """The protocol cannot ask for the whole prompt; what is left is to count words and tokens."""
    words = CONTEXT + 200
    (reply,) = asked(shared_server.url, request_for("drama " * words))
    assert reply.prompt_tokens == CONTEXT
    assert reply.truncated


def test_a_missing_model(shared_server):
    with pytest.raises(EngineRefusedError, match="'nothing'"):
        asked(shared_server.url, request_for("a film"), model="nothing")


def test_a_path_that_is_not_there(shared_server):
    with pytest.raises(EngineRefusedError, match="/v1"):
        asked(f"{shared_server.url}/v2", request_for("a film"))


def test_a_schema_holds(shared_server):
    schema = {
        "type": "object",
        "properties": {"liked": {"enum": ["yes", "no"]}},
        "required": ["liked"],
        "additionalProperties": False,
    }
    message = Message("user", "a film")
    requests = [
        Request((message,), replace(SHORT, seed=seed, num_predict=80), schema) for seed in range(6)
    ]
    replies = asked(shared_server.url, *requests)
    whole = [json.loads(reply.text) for reply in replies if reply.done_reason == "stop"]
    assert len(whole) >= 3
    assert {answer["liked"] for answer in whole} <= {"yes", "no"}


def test_a_schema_that_is_none_is_refused(shared_server):
    request = Request((Message("user", "a film"),), SHORT, {"type": "no such type"})
    with pytest.raises(EngineRefusedError, match="schema"):
        asked(shared_server.url, request, retries=Retries(patience=0.5, first=0.05))


def test_about_asks_whether_it_is_there(shared_server):
    about = told_by(shared_server.url)
    assert (about.kind, about.model, about.digest) == ("openai", MODEL, None)
    with pytest.raises(EngineUnavailableError):
        asked("http://127.0.0.1:9", request_for("a film"), retries=Retries(patience=0.2))


def test_a_key_goes_along_and_does_no_harm(shared_server, monkeypatch):
    monkeypatch.setenv("CRS_SIMCHECK_API_KEY", "made-up-key-of-a-test")
    (reply,) = asked(shared_server.url, request_for("a film"))
    assert reply.text
    assert "made-up-key-of-a-test" not in shared_server.log


def test_by_name_and_url(shared_server):
    async def run(text):
        engine = open_engine(parse_engine(text))
        try:
            return await engine.answer(request_for("a film"))
        finally:
            await engine.aclose()

    native = asyncio.run(run(f"ollama:{MODEL}@{shared_server.host}"))
    other = asyncio.run(run(f"openai:{MODEL}@{shared_server.url}/v1"))
    assert native.text
    assert other.text
    assert native.digest == shared_server.digest()
