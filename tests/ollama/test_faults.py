"""The engine ``ollama`` while real servers go, come back, are busy or are given another model."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager

import pytest

from crs_simcheck.engines.retries import Retries
from crs_simcheck.errors import EngineRefusedError, EngineUnavailableError
from tests.ollama.asking import answers_of, asked, request_for, told_by, with_engine

pytestmark = pytest.mark.ollama

QUICK = Retries(patience=20, first=0.05, longest=0.5)


def requests(n: int, **options) -> list:
    return [request_for("a film", seed=seed, **options) for seed in range(n)]


@contextmanager
def meanwhile(work):
    """Run something beside the event loop, and wait for its end; its errors are not lost."""
    errors = []

    def run():
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    assert not errors


def chats(server) -> int:
    """How many answers the log of a server tells of."""
    return sum(" 200 " in line and '"/api/chat"' in line for line in server.log.splitlines())


def wait_for_chats(server, n: int) -> None:
    until = time.monotonic() + 60
    while chats(server) < n and time.monotonic() < until:
        time.sleep(0.01)
    assert chats(server) >= n


def two_servers(new_server, **settings) -> tuple:
    """Start two that have loaded their model: one that still loads leaves all to the other."""
    both = new_server(**settings), new_server(**settings)
    for server in both:
        server.chat("a film")
    return both


def test_two_hosts_share_the_work(new_server):
    one, other = two_servers(new_server, num_parallel=2)
    replies = answers_of([one.host, other.host], requests(80), slots=2, retries=QUICK)
    assert not any(reply.retries for reply in replies)
    assert min(chats(one), chats(other)) > 5
    alone = answers_of([one.host], requests(80), slots=2)
    assert [reply.text for reply in replies] == [reply.text for reply in alone]


def test_a_host_that_hangs_leaves_the_rest_to_the_other(new_server):
    """Whoever is free takes the next: only what the one has in hand waits for it."""
    free, hung = two_servers(new_server)

    def hang():
        wait_for_chats(hung, 5)
        hung.pause()
        try:
            # It may have answered one more than its log tells, and has one in hand.
            wait_for_chats(free, 62 - chats(hung) - 2)
        finally:
            hung.resume()

    with meanwhile(hang):
        replies = answers_of([free.host, hung.host], requests(60), slots=1, retries=QUICK)
    assert not any(reply.retries for reply in replies)


def test_one_of_two_hosts_is_killed_half_way(new_server):
    one, other = two_servers(new_server, num_parallel=2)
    asked_for = requests(120, num_predict=64)

    def kill_half_way():
        wait_for_chats(other, 8)
        other.kill()

    with meanwhile(kill_half_way):
        replies = answers_of([one.host, other.host], asked_for, slots=2, retries=QUICK)
    assert not other.running
    assert any(reply.retries for reply in replies)
    alone = answers_of([one.host], asked_for, slots=2)
    assert [reply.text for reply in replies] == [reply.text for reply in alone]


def test_the_only_server_is_killed_and_comes_back(new_server):
    server = new_server(num_parallel=2)
    asked_for = requests(60, num_predict=64)
    before = [reply.text for reply in answers_of([server.host], asked_for, slots=2)]

    def kill_and_start():
        wait_for_chats(server, 80)
        server.kill()
        time.sleep(0.3)
        server.start()

    with meanwhile(kill_and_start):
        replies = answers_of([server.host], asked_for, slots=2, retries=QUICK)
    assert [reply.text for reply in replies] == before
    assert any(reply.retries for reply in replies)


def test_a_server_that_stops_for_good_is_an_error_in_time(new_server):
    server = new_server()
    patient = Retries(patience=1.0, first=0.05, longest=0.2)

    async def work(engine):
        await engine.answer(request_for("a film"))
        server.stop()
        began = time.monotonic()
        found = await asyncio.gather(*map(engine.answer, requests(8)), return_exceptions=True)
        return time.monotonic() - began, found

    seconds, found = with_engine(work, [server.host], slots=2, retries=patient)
    assert all(isinstance(each, EngineUnavailableError) for each in found)
    assert "ollama serve" in str(found[0])
    assert seconds < 6


def test_a_server_that_is_too_busy_is_asked_again(new_server):
    """A queue of one: while the model is loaded, it sends away all others with status 503."""
    server = new_server(OLLAMA_MAX_QUEUE="1")
    replies = answers_of([server.host], requests(16), slots=16, retries=QUICK)
    assert " 503 " in server.log
    assert all(reply.text for reply in replies)


def test_a_time_out_is_tried_again_and_then_told(new_server):
    server = new_server()
    impatient = Retries(patience=1.5, first=0.02, longest=0.05)
    asked([server.host], request_for("a film"))  # the model is loaded now

    async def work(engine):
        await engine.answer(request_for("a film"))
        server.pause()
        with pytest.raises(EngineUnavailableError, match="within"):
            await engine.answer(request_for("another film"))
        server.resume()
        return await engine.answer(request_for("another film"))

    assert with_engine(work, [server.host], timeout=1, retries=impatient).text


def test_a_cancelled_answer_frees_its_slot(new_server):
    server = new_server()

    async def work(engine):
        long = asyncio.ensure_future(engine.answer(request_for("a film", num_predict=400)))
        await asyncio.sleep(0.2)
        long.cancel()
        await asyncio.gather(long, return_exceptions=True)
        return await asyncio.wait_for(engine.answer(request_for("a film")), 20)

    assert with_engine(work, [server.host], slots=1).text


def test_another_model_under_the_same_name_is_told_by_its_digest(new_server):
    server = new_server()
    before, said = told_by([server.host]), asked([server.host], request_for("a film"))
    server.replace_model(seed=1)
    after, says = told_by([server.host]), asked([server.host], request_for("a film"))
    assert (after.model, after.server) == (before.model, before.server)
    assert after.digest == says.digest == server.digest()
    assert before.digest == said.digest != after.digest
    assert says.text != said.text


def test_a_model_that_is_replaced_while_the_server_is_away_is_noticed(new_server):
    server = new_server()

    async def work(engine):
        await engine.answer(request_for("a film"))
        await asyncio.to_thread(server.replace_model, 1)
        await asyncio.to_thread(server.kill)
        waiting = asyncio.ensure_future(engine.answer(request_for("a film", seed=2)))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(server.start)
        return await waiting

    with pytest.raises(EngineRefusedError, match="was replaced"):
        with_engine(work, [server.host], retries=QUICK)


def test_two_hosts_with_two_models_of_one_name_are_refused(new_server):
    one, other = new_server(), new_server()
    other.replace_model(seed=1)
    with pytest.raises(EngineRefusedError, match="two models of the name") as found:
        told_by([one.host, other.host])
    assert one.digest()[:12] in str(found.value)
    assert other.digest()[:12] in str(found.value)


def test_a_model_that_only_one_host_has_is_refused(new_server):
    one, other = new_server(), new_server()
    one.replace_model(seed=2, name="second")
    with pytest.raises(EngineRefusedError, match="ollama pull second") as found:
        told_by([one.host, other.host], model="second")
    assert other.host in str(found.value)
