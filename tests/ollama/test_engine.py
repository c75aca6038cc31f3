"""The engine ``ollama`` and a real server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from crs_simcheck.engines import Message, Request
from crs_simcheck.engines.retries import Retries
from crs_simcheck.errors import (
    EngineRefusedError,
    EngineUnavailableError,
    InputError,
    PromptTooLongError,
)
from tests.ollama.asking import SHORT, answers_of, asked, request_for, told_by, with_engine
from tests.ollama.server import MODEL

pytestmark = pytest.mark.ollama

LONG = "a movie like drama " * 400


@pytest.fixture
def hosts(shared_server) -> list[str]:
    return [shared_server.host]


def test_a_reply_tells_what_answered(hosts, shared_server):
    reply = asked(hosts, request_for("i want a movie"))
    assert reply.text
    assert reply.done_reason == "length"
    assert reply.tokens == SHORT.num_predict
    assert 0 < reply.prompt_tokens < 60
    assert reply.digest == shared_server.digest()
    assert reply.server == f"ollama {shared_server.ask('/api/version')['version']}"
    assert (reply.thinking, reply.truncated, reply.retries) == (None, False, 0)


def test_the_text_is_what_the_server_says(hosts, shared_server):
    options = {"seed": 3, "temperature": 0.8, "top_p": 0.9, "top_k": 40, "num_ctx": 512}
    _, said = shared_server.chat("a film", options=options | {"num_predict": 16})
    assert asked(hosts, request_for("a film", seed=3)).text == said["message"]["content"]


def test_about_tells_the_same(hosts, shared_server):
    about = told_by(hosts)
    assert (about.kind, about.model) == ("ollama", f"{MODEL}:latest")
    assert about.digest == shared_server.digest()
    assert about.server == f"ollama {shared_server.ask('/api/version')['version']}"


def test_a_seed_gives_one_text_also_eight_at_a_time(hosts):
    alone = answers_of(hosts, [request_for("a film", seed=seed) for seed in range(5)], slots=1)
    assert len({reply.text for reply in alone}) == 5
    again = [request_for("a film", seed=seed) for seed in range(5)] * 8
    texts = [reply.text for reply in answers_of(hosts, again, slots=8)]
    assert texts == [reply.text for reply in alone] * 8


def test_every_option_reaches_the_model(hosts):
    def text(**changes):
        return asked(hosts, request_for("i want a movie", **changes)).text

    plain = text()
    assert text(seed=8) != plain
    cold = {text(temperature=0.0, seed=seed) for seed in range(3)}
    assert len(cold) == 1
    assert {text(top_k=1, seed=seed) for seed in range(3)} == cold
    assert {text(top_p=0.0, seed=seed) for seed in range(3)} == cold
    assert asked(hosts, request_for("a film", num_predict=3)).tokens == 3


def test_both_messages_reach_the_model(hosts):
    """A system message makes the prompt longer and the text another one."""
    user = Message("user", "a film")
    alone = asked(hosts, Request((user,), SHORT))
    both = asked(hosts, Request((Message("system", "you love drama"), user), SHORT))
    assert both.prompt_tokens > alone.prompt_tokens
    assert both.text != alone.text


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "\ud800 alone", "כן, סרט", "电影 \U0001f3ac", "\u202eright to left", "\0 nul"],
)
def test_any_text_gets_an_answer(hosts, text):
    assert asked(hosts, request_for(text)).done_reason in ("stop", "length")


def test_a_prompt_that_is_too_long_is_refused(hosts):
    with pytest.raises(PromptTooLongError, match="num_ctx") as found:
        asked(hosts, request_for(LONG))
    assert "512" in str(found.value)


def test_a_megabyte_is_too_long_as_well(hosts):
    with pytest.raises(PromptTooLongError):
        asked(hosts, request_for("drama" * 200_000))


def test_prompts_that_fit_go_on_beside_one_that_does_not(hosts):
    requests = [request_for(LONG if n == 3 else "a film", seed=n) for n in range(8)]

    async def work(engine):
        return await asyncio.gather(*map(engine.answer, requests), return_exceptions=True)

    found = with_engine(work, hosts)
    assert [n for n, each in enumerate(found) if isinstance(each, Exception)] == [3]


def test_an_answer_never_outgrows_the_context(hosts):
    """It ends there, and says that it was cut, rather than drop its beginning."""
    reply = asked(hosts, request_for("a film " * 20, num_ctx=512, num_predict=2000))
    assert reply.done_reason in ("stop", "length")
    assert reply.prompt_tokens + reply.tokens <= 512 + 1


def test_a_missing_model_is_named_with_the_command_that_fetches_it(hosts):
    with pytest.raises(EngineRefusedError, match=r"ollama pull nothing:7b"):
        asked(hosts, request_for("a film"), model="nothing:7b")
    with pytest.raises(EngineRefusedError, match=r"ollama pull nothing:latest"):
        told_by(hosts, model="nothing")


def test_thinking_is_refused_clearly(hosts):
    with pytest.raises(EngineRefusedError, match="think") as found:
        asked(hosts, request_for("a film", think=True))
    assert not isinstance(found.value, PromptTooLongError)


def test_a_schema_holds(hosts):
    schema = {
        "type": "object",
        "properties": {"liked": {"enum": ["yes", "no"]}, "stars": {"type": "integer"}},
        "required": ["liked", "stars"],
        "additionalProperties": False,
    }
    message = Message("user", "a film")
    requests = [
        Request((message,), replace(SHORT, seed=seed, num_predict=120), schema)
        for seed in range(10)
    ]
    replies = answers_of(hosts, requests, slots=8)
    whole = [json.loads(reply.text) for reply in replies if reply.done_reason == "stop"]
    assert len(whole) >= 5
    assert all(answer.keys() == {"liked", "stars"} for answer in whole)
    assert {answer["liked"] for answer in whole} <= {"yes", "no"}
    assert all(isinstance(answer["stars"], int) for answer in whole)


def test_a_schema_that_is_none_is_refused(hosts):
    request = Request((Message("user", "a film"),), SHORT, {"type": "no such type"})
    with pytest.raises(EngineRefusedError, match="schema"):
        asked(hosts, request, retries=Retries(patience=0.5, first=0.05))


def test_no_message_is_refused_before_anything_is_sent(hosts):
    with pytest.raises(InputError, match="without a message"):
        asked(hosts, Request((), SHORT))


def test_nobody_there():
    quick = Retries(patience=0.5, first=0.05)
    with pytest.raises(EngineUnavailableError, match="ollama serve"):
        asked(["127.0.0.1:9"], request_for("a film"), retries=quick)


def test_a_proxy_of_the_environment_is_not_used(hosts, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert asked(hosts, request_for("a film")).text


def test_the_host_of_the_environment_is_used(hosts, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", hosts[0])
    assert asked(None, request_for("a film")).text
