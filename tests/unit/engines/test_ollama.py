"""The engine against a server that plays every fault: an answer, a clean retry or a clear error."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import time
import traceback

import pytest

from crs_simcheck.engines import Message, OllamaEngine, Options, Request, Retries
from crs_simcheck.engines.addresses import parse_address
from crs_simcheck.engines.ollama import ollama_secret
from crs_simcheck.engines.words import full_name, same_model
from crs_simcheck.errors import (
    BadReplyError,
    EngineRefusedError,
    EngineUnavailableError,
    InputError,
    PromptTooLongError,
    SimcheckError,
)
from tests.faults import DIGEST, OTHER_DIGEST, FaultServer, answer_text

pytest.importorskip("aiohttp")
QUICK = Retries(first=0.01, longest=0.05, patience=0.3)


def ask(text="I want a slow film about bees", seed=0, **options):
    messages = (Message("system", "You look for something to watch."), Message("user", text))
    return Request(messages, Options(seed=seed, **options))


@contextlib.asynccontextmanager
async def opened(*servers, model="tiny", retries=QUICK, timeout=5.0, slots=4):
    engine = OllamaEngine(
        model, [each.url for each in servers], retries=retries, timeout=timeout, slots=slots
    )
    engine._client._max_bytes = 2_000_000
    try:
        yield engine
    finally:
        await engine.aclose()


def answers(*requests, server, **settings):
    """The replies to some requests, one after the other, of one engine."""

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


# ------------------------------------------------------------------------- what is sent, read


def test_every_option_is_sent_and_the_prompt_is_never_cut():
    options = Options(
        seed=2**31 - 1, temperature=0.3, top_p=0.7, top_k=5, num_ctx=2048, num_predict=33
    )
    messages = (Message("system", "Be brief."), Message("user", "\ud800 é \u202e 電影"))
    schema = {"type": "object", "properties": {"yes": {"type": "boolean"}}}
    with FaultServer() as server:
        answers(Request(messages, options, schema), Request(messages), server=server)
        with_schema, without = (each.body for each in list(server.seen)[-2:])
    assert with_schema == {
        "model": "tiny:latest",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "\ud800 é \u202e 電影"},
        ],
        "stream": False,
        "truncate": False,
        "shift": False,
        "think": False,
        "keep_alive": "30m",
        "options": {
            "seed": 2**31 - 1,
            "temperature": 0.3,
            "top_p": 0.7,
            "top_k": 5,
            "num_ctx": 2048,
            "num_predict": 33,
        },
        "format": schema,
    }
    assert "format" not in without
    assert without["keep_alive"] == with_schema["keep_alive"]


def test_a_reply_says_what_answered():
    with FaultServer(
        'says {"message":{"content":"Heat","thinking":"hm"},"done_reason":"length"}'
    ) as server:
        (reply,) = answers(ask(), server=server)
    assert reply.text == "Heat"
    assert reply.thinking == "hm"
    assert reply.done_reason == "length"
    assert (reply.prompt_tokens, reply.tokens) == (20, 3)
    assert reply.digest == DIGEST
    assert reply.server == "ollama 0.24.0"
    assert not reply.truncated
    assert reply.retries == 0


def test_digest_and_version_are_read_once_for_each_host():
    with FaultServer() as one, FaultServer() as other:

        async def job():
            async with opened(one, other) as engine:
                abouts = [await engine.about() for _ in range(3)]
                await asyncio.gather(*[engine.answer(ask(seed=i)) for i in range(40)])
                return abouts

        abouts = asyncio.run(job())
        assert {(each.kind, each.model, each.digest) for each in abouts} == {
            ("ollama", "tiny:latest", DIGEST)
        }
        for server in (one, other):
            assert server.counts["/api/tags"] == server.counts["/api/version"] == 1
            assert server.chats > 5
            assert server.most_busy <= 4
            assert server.connections <= 4


def test_the_model_is_thought_with_where_it_is_asked_to():
    with FaultServer() as server:
        answers(ask(think=True), server=server)
        assert server.last["think"] is True


@pytest.mark.parametrize(
    "read, num_ctx, truncated",
    [(2, 4096, True), (12, 4096, True), (13, 4096, False), (64, 64, True), (0, 4096, False)],
)
def test_a_prompt_that_was_not_read_whole_is_noticed(read, num_ctx, truncated):
    with FaultServer(f'says {{"prompt_eval_count":{read}}}') as server:
        (reply,) = answers(ask(num_ctx=num_ctx), server=server)
    assert reply.truncated is truncated


@pytest.mark.parametrize("value", ['"9"', "null", "true", "1.5", "[]"])
def test_counts_that_are_none_are_no_counts(value):
    with FaultServer(f'says {{"prompt_eval_count":{value},"eval_count":{value}}}') as server:
        (reply,) = answers(ask(), server=server)
    assert reply.prompt_tokens is None
    assert reply.tokens is None
    assert not reply.truncated


# ----------------------------------------------------------------------------------- faults

PASSING = [
    "reset",
    "closed",
    "half body",
    "half head",
    "not http",
    "garbage",
    "two documents",
    "endless",
    "hang",
    "503",
    "429",
    "429 0.05",
    "500 runner",
    "status 408",
    "status 502",
    "status 504",
    "status 529",
    "status 204",
    "done false",
    "load",
    "wrong model",
    "sends null",
    "sends []",
    "sends {}",
    'sends {"error":"it broke"}',
    'sends {"message":{"content":null}}',
    "sends \ud7ff",
    "sends " + "[" * 5000,
    "sends " + "9" * 5000,
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda each: each[:30])
def test_what_can_pass_is_tried_again(fault):
    with FaultServer(fault, fault) as server:
        requests = [ask(seed=seed) for seed in range(3)]
        replies = answers(*requests, server=server, timeout=0.15 if fault == "hang" else 5.0)
        assert [each.retries for each in replies] == [2, 0, 0]
        assert server.chats == 5
        last = server.last
    assert [each.text for each in replies] == [
        answer_text(last | {"options": last["options"] | {"seed": seed}}) for seed in range(3)
    ]


@pytest.mark.parametrize(
    "fault, error, words",
    [
        ("reset", EngineUnavailableError, "the connection was reset; tried"),
        ("closed", EngineUnavailableError, "closed unanswered; tried"),
        ("half body", EngineUnavailableError, "broke off half-way; tried"),
        ("503", EngineUnavailableError, "HTTP 503: server busy, please try again"),
        ("429", EngineUnavailableError, "HTTP 429: rate limit reached"),
        ("500 runner", EngineUnavailableError, "HTTP 500: llama runner process has terminated"),
        ("garbage", BadReplyError, "an answer that is not JSON: '<html>"),
        ("two documents", BadReplyError, "more than one JSON document in one answer"),
        ("done false", BadReplyError, "it is not done: the model repeated itself"),
        ("load", BadReplyError, "its done_reason is 'load'"),
        ("wrong model", BadReplyError, "it comes from the model 'other:latest'"),
        ("sends", BadReplyError, "an answer that is not JSON: nothing at all"),
        ("not http", BadReplyError, "what came back is not HTTP"),
    ],
)
def test_what_never_passes_ends_in_a_clear_error(fault, error, words):
    started = time.monotonic()
    with FaultServer(always=fault) as server:
        found = failing(ask(), server)
        assert type(found) is error
        assert str(found).startswith(f"ollama:tiny:latest at {server.url}: ")
        assert words in str(found)
        assert "tried" in str(found)
        assert 2 <= server.chats <= 60
        if error is BadReplyError:
            assert server.chats == QUICK.bad_replies
        else:
            assert "(is 'ollama serve' running there?)" in str(found) or server.counts
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "fault, error, words",
    [
        ("400 too long", PromptTooLongError, "(raise num_ctx, now 4096, or shorten the prompt)"),
        ("404", EngineRefusedError, "model 'tiny:latest' not found (ollama pull tiny:latest)"),
        ("400 no thinking", EngineRefusedError, "(leave 'think' off for this model)"),
        ("redirect", EngineRefusedError, "points to http://other.example.org/api/chat, and no"),
        ("status 400 bad", EngineRefusedError, "HTTP 400: bad"),
        ("status 401", EngineRefusedError, "is OLLAMA_API_KEY set, and the address https?"),
        ("status 403", EngineRefusedError, "is OLLAMA_API_KEY set"),
        ("status 404", EngineRefusedError, "is it an Ollama?"),
        ("status 422", EngineRefusedError, "HTTP 422"),
    ],
)
def test_what_cannot_pass_is_asked_once(fault, error, words):
    with FaultServer(always=fault) as server:
        found = failing(ask(), server)
        assert type(found) is error
        assert words in str(found)
        assert server.chats == 1


def test_refused_while_nobody_listens_and_answered_when_somebody_does():
    with FaultServer() as server:
        server.stop()
        found = failing(ask(), server)
        assert type(found) is EngineUnavailableError
        assert "the connection was refused; tried" in str(found)
        assert str(found).endswith("(is 'ollama serve' running there?)")

        async def job():
            async with opened(server, retries=Retries(first=0.01, longest=0.05)) as engine:
                asked = asyncio.ensure_future(engine.answer(ask()))
                await asyncio.sleep(0.1)
                server.listen()
                return await asked

        assert asyncio.run(job()).retries > 0


def test_a_slow_first_byte_is_waited_for():
    with FaultServer("slow 0.3") as server:
        (reply,) = answers(ask(), server=server)
    assert reply.retries == 0


@pytest.mark.parametrize("fault", ["twice", "twice late"])
def test_an_answer_that_comes_twice_answers_one_request_only(fault):
    with FaultServer(fault, fault, fault) as server:

        async def job():
            async with opened(server) as engine:
                found = []
                for seed in range(6):
                    found.append((await engine.answer(ask(seed=seed))).text)
                    await asyncio.sleep(0.1 if fault == "twice late" else 0)
                return found

        texts = asyncio.run(job())
        last = server.last
    assert texts == [
        answer_text(last | {"options": last["options"] | {"seed": seed}}) for seed in range(6)
    ]


def test_endless_bodies_are_cut_and_their_connections_closed():
    with FaultServer("endless") as server:

        async def job():
            async with opened(server) as engine:
                reply = await engine.answer(ask())
                await asyncio.sleep(0.05)
                return reply.retries, server.open_now

        assert asyncio.run(job()) == (1, 1)


def test_a_whole_run_through_many_faults_answers_everything_rightly():
    faults = ["reset", "503", "half body", "garbage", "fine", "done false", "closed", "500 runner"]
    with FaultServer(*faults * 4) as server:

        async def job():
            async with opened(server, retries=Retries(first=0.01, longest=0.02)) as engine:
                return await asyncio.gather(*[engine.answer(ask(seed=i)) for i in range(120)])

        replies = asyncio.run(job())
        last = server.last
        assert server.most_busy <= 4
        # What was reset is known to this side later than the next is open on the other.
        assert server.most_open <= 8
    for seed, reply in enumerate(replies):
        assert reply.text == answer_text(last | {"options": last["options"] | {"seed": seed}})
    assert sum(each.retries for each in replies) == 28


# ------------------------------------------------------------------------------------ hosts


def test_one_of_two_hosts_dies_half_way_and_nothing_is_lost():
    with FaultServer(latency=0.005) as one, FaultServer(latency=0.005) as other:

        async def job():
            async with opened(one, other, retries=Retries(first=0.01)) as engine:
                asked = [asyncio.ensure_future(engine.answer(ask(seed=i))) for i in range(200)]
                await asyncio.wait(asked[:60], return_when=asyncio.ALL_COMPLETED)
                await asyncio.to_thread(one.stop)
                return await asyncio.gather(*asked)

        replies = asyncio.run(job())
        assert 20 < one.chats < 120
        assert other.chats > 80
    assert len({each.text for each in replies}) == 200
    assert all(each.retries <= 6 for each in replies)


def test_a_host_without_the_model_is_named():
    with FaultServer() as one, FaultServer(models={"else:latest": DIGEST}) as other:

        async def job():
            async with opened(one, other) as engine:
                await engine.about()

        with pytest.raises(EngineRefusedError) as caught:
            asyncio.run(job())
        assert f"at {other.url}: it has no model 'tiny:latest' (ollama pull tiny:l" in str(
            caught.value
        )


def test_hosts_that_serve_two_models_under_one_name_are_named():
    with FaultServer() as one, FaultServer(models={"tiny:latest": OTHER_DIGEST}) as other:

        async def job():
            async with opened(one, other) as engine:
                await asyncio.gather(*[engine.answer(ask(seed=i)) for i in range(8)])

        with pytest.raises(
            EngineRefusedError, match="two models of the name 'tiny:latest'"
        ) as caught:
            asyncio.run(job())
        for part in (one.url, other.url, DIGEST[:12], OTHER_DIGEST[:12]):
            assert part in str(caught.value)


def test_a_model_that_is_replaced_while_it_is_asked_is_noticed_when_its_host_comes_back():
    with FaultServer() as server:

        async def job():
            async with opened(server, retries=Retries(first=0.01, longest=0.05)) as engine:
                await engine.answer(ask())
                server.models = {"tiny:latest": OTHER_DIGEST}
                server.play("reset")
                await engine.answer(ask())

        with pytest.raises(EngineRefusedError, match="was replaced while it was asked"):
            asyncio.run(job())


def test_a_dead_host_does_not_keep_about_from_telling():
    with FaultServer() as one, FaultServer() as other:
        one.stop()

        async def job():
            async with opened(one, other) as engine:
                return await engine.about()

        assert asyncio.run(job()).digest == DIGEST


# ------------------------------------------------------------------- cancelling, closing, loops


def test_a_cancelled_call_leaves_nothing_open():
    with FaultServer("hang") as server:

        async def job():
            async with opened(server) as engine:
                asked = asyncio.ensure_future(engine.answer(ask()))
                while not server.busy_now:
                    await asyncio.sleep(0.005)
                asked.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asked
                # The server is told: it need not go on.
                assert (await engine.answer(ask())).retries == 0
                await asyncio.sleep(0.05)
                return engine

        engine = asyncio.run(job())
        assert all(host.busy == 0 for host in engine._pool.hosts)


def test_closing_twice_does_no_harm_and_a_closed_engine_says_so():
    with FaultServer() as server:

        async def job():
            async with opened(server) as engine:
                await engine.answer(ask())
                await engine.aclose()
                await engine.aclose()
                with pytest.raises(RuntimeError, match="the engine is closed"):
                    await engine.answer(ask())
            unused = OllamaEngine("tiny", [server.url])
            await unused.aclose()

        asyncio.run(job())


def test_closing_under_a_call_ends_the_call():
    with FaultServer("hang") as server:

        async def job():
            patient = Retries(first=10, draw=lambda: 1.0)
            async with opened(server, retries=patient) as engine:
                asked = asyncio.ensure_future(engine.answer(ask()))
                while not server.busy_now:
                    await asyncio.sleep(0.005)
                await engine.aclose()
                with pytest.raises(RuntimeError, match="the engine is closed"):
                    await asyncio.wait_for(asked, 2)

        asyncio.run(job())


def test_an_engine_belongs_to_one_loop():
    with FaultServer() as server:
        engine = OllamaEngine("tiny", [server.url])
        loop = asyncio.new_event_loop()
        loop.run_until_complete(engine.answer(ask()))
        with pytest.raises(RuntimeError, match="belongs to another event loop"):
            asyncio.run(engine.answer(ask()))
        loop.run_until_complete(engine.aclose())
        loop.close()


# ------------------------------------------------------------------------- environment, input


def test_no_proxy_of_the_environment_is_used(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with FaultServer() as server:
        (reply,) = answers(ask(), server=server)
    assert reply.retries == 0


def test_the_host_of_the_environment_is_the_default(monkeypatch):
    with FaultServer() as server:
        monkeypatch.setenv("OLLAMA_HOST", f"0.0.0.0:{server.port}")

        async def job():
            engine = OllamaEngine("tiny")
            reply = await engine.answer(ask())
            await engine.aclose()
            return reply

        assert asyncio.run(job()).text.startswith("answer ")
    monkeypatch.setenv("OLLAMA_HOST", "0.0.0.0:port")
    with pytest.raises(InputError, match="OLLAMA_HOST"):
        OllamaEngine("tiny")


def test_a_key_goes_over_https_only_and_credentials_to_their_own_host(monkeypatch):
    monkeypatch.setenv("OLLAMA_API_KEY", "key-of-the-cloud")
    assert ollama_secret(parse_address("https://gpu1")).reveal() == "Bearer key-of-the-cloud"
    assert ollama_secret(parse_address("http://gpu1")) is None
    with FaultServer() as server:
        answers(ask(), server=server)
        assert all("authorization" not in each.headers for each in server.seen)
        monkeypatch.setenv("OLLAMA_HOST", f"http://me:pass-word@127.0.0.1:{server.port}")

        async def job():
            engine = OllamaEngine("tiny")
            await engine.answer(ask())
            server.play("status 401 who is pass-word, bWU6cGFzcy13b3Jk?")
            with pytest.raises(EngineRefusedError) as caught:
                await engine.answer(ask())
            await engine.aclose()
            return repr(engine), caught.value

        shown, error = asyncio.run(job())
        assert server.seen[-1].headers["authorization"] == "Basic bWU6cGFzcy13b3Jk"
    told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    for text in (shown, str(error), told, repr(pickle.dumps(error))):
        assert "pass-word" not in text
        assert "bWU6" not in text
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("settings", [{"slots": 0}, {"timeout": 0}, {"timeout": float("nan")}])
def test_numbers_that_make_no_sense(settings):
    with pytest.raises(InputError, match="at least 1 slot and more than 0 seconds"):
        OllamaEngine("tiny", ["gpu1"], **settings)


def test_requests_that_are_none():
    with FaultServer() as server:
        assert "without a message" in str(failing(Request(()), server))
        bad = Request((Message("user", "x"),), Options(temperature=float("nan")))
        assert "cannot be written as JSON" in str(failing(bad, server))
        assert server.chats == 0


def test_a_long_text_goes_through():
    with FaultServer() as server:
        (reply,) = answers(ask("x" * 1_000_000), server=server)
        assert len(server.last["messages"][1]["content"]) == 1_000_000
    assert reply.retries == 0


def test_slots_are_of_each_host():
    engine = OllamaEngine("tiny", ["gpu1", "gpu2:9", "http://gpu1:11434"], slots=3)
    assert engine.slots == 6
    assert repr(engine) == "OllamaEngine('tiny:latest', 'http://gpu1:11434,http://gpu2:9', slots=6)"


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("llama3.3", "llama3.3:latest", True),
        ("Llama3.3:70B", "llama3.3:70b", True),
        ("library/llama3.3", "registry.ollama.ai/library/llama3.3:latest", True),
        ("hf.co/me/model-GGUF:Q4_K_M", "hf.co/me/model-GGUF:q4_k_m", True),
        ("host:5000/me/model", "host:5000/me/model:latest", True),
        ("llama3.3:70b", "llama3.3:8b", False),
        ("me/llama3.3", "llama3.3", False),
    ],
)
def test_names_of_models(one, other, same):
    assert same_model(one, other) is same
    assert full_name(full_name(one)) == full_name(one)
