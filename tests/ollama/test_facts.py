"""What the engines build on: how a real server behaves, asked without any client of ours."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.ollama.server import CONTEXT, MODEL

pytestmark = pytest.mark.ollama

OPTIONS = {"seed": 1, "temperature": 0.8, "num_ctx": 512, "num_predict": 16}
LONG = "a movie like drama " * 400  # more than a thousand tokens
SCORE = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}


def test_an_answer_tells_what_was_read_and_why_it_ended(shared_server):
    status, answer = shared_server.chat("i want a movie")
    assert status == 200
    assert answer["done"] is True
    assert answer["done_reason"] == "length"
    assert answer["eval_count"] == 16
    assert 0 < answer["prompt_eval_count"] < 60
    assert answer["message"]["role"] == "assistant"
    assert isinstance(answer["message"]["content"], str)


def test_the_version_is_told(shared_server):
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", shared_server.ask("/api/version")["version"])


def test_a_prompt_that_is_too_long_is_cut_without_a_word(shared_server):
    status, answer = shared_server.chat(LONG)
    assert status == 200
    assert answer["done_reason"] in ("stop", "length")
    assert answer["prompt_eval_count"] <= 512
    assert not {"error", "warning", "truncated"} & answer.keys()


def test_unless_asked_not_to(shared_server):
    status, answer = shared_server.chat(LONG, truncate=False)
    assert status == 400
    assert "exceeds" in answer["error"]
    assert "context" in answer["error"]


def test_a_prompt_that_fits_is_answered_with_truncate_off(shared_server):
    assert shared_server.chat("a film", truncate=False)[0] == 200


def test_the_other_door_knows_no_such_wish(shared_server):
    """Nor a context: what is too long for the server's own is cut, and no word is said of it."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": LONG}], "max_tokens": 4}
    wishes = {"truncate": False, "num_ctx": 4096, "options": {"num_ctx": 4096}}
    status, answer = shared_server.answer("/v1/chat/completions", body | wishes)
    assert status == 200
    assert answer["usage"]["prompt_tokens"] == CONTEXT
    assert not {"error", "warning"} & answer.keys()


def test_a_model_that_is_not_there(shared_server):
    status, answer = shared_server.chat("a film", model="nothing")
    assert status == 404
    assert answer == {"error": "model 'nothing' not found"}


def test_a_model_that_is_not_there_by_the_other_door(shared_server):
    body = {"model": "nothing", "messages": [{"role": "user", "content": "a film"}]}
    status, answer = shared_server.answer("/v1/chat/completions", body)
    assert status == 404
    assert "nothing" in answer["error"]["message"]
    assert answer["error"]["type"]


def scores(server, kind: str) -> list[float]:
    """Ask for scores of 0 to 10 by a schema; answers that were cut short are left out."""
    score = {"type": kind, "minimum": 0, "maximum": 10}
    schema = {"type": "object", "properties": {"score": score}, "required": ["score"]}
    found = []
    for seed in range(12):
        options = OPTIONS | {"seed": seed, "num_predict": 60}
        _, answer = server.chat("i want a score", format=schema, options=options)
        if answer["done_reason"] == "stop":
            found.append(json.loads(answer["message"]["content"])["score"])
    return found


def test_a_schema_keeps_the_bounds_of_integers(shared_server):
    found = scores(shared_server, "integer")
    assert len(found) > 6
    assert all(isinstance(score, int) and 0 <= score <= 10 for score in found)


def test_but_not_those_of_numbers(shared_server):
    """Ranges must be checked by whoever asked; ``1e999`` is a number too, and read as infinite."""
    found = scores(shared_server, "number")
    assert len(found) > 6
    assert any(not 0 <= score <= 10 for score in found)


def test_an_answer_in_a_schema_may_be_cut(shared_server):
    _, answer = shared_server.chat("a score", format=SCORE, options=OPTIONS | {"num_predict": 2})
    assert answer["done_reason"] == "length"
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer["message"]["content"])


def test_a_schema_that_is_none_is_called_an_error_of_the_server(shared_server):
    status, answer = shared_server.chat("a film", format={"type": "no such type"})
    assert status == 500
    assert answer == {"error": "invalid JSON schema in format"}


def test_no_messages_only_load_the_model(shared_server):
    status, answer = shared_server.chat("", messages=[])
    assert status == 200
    assert answer["done_reason"] == "load"
    assert not answer["message"]["content"]


def test_a_negative_length_runs_to_the_end_of_the_context(shared_server):
    status, answer = shared_server.chat("a film", options=OPTIONS | {"num_predict": -5})
    assert status == 200
    assert answer["eval_count"] > 100 or answer["done_reason"] == "stop"


def test_an_option_that_nobody_knows_is_passed_over(shared_server):
    plain = shared_server.chat("a film")[1]["message"]["content"]
    status, answer = shared_server.chat("a film", options=OPTIONS | {"tempratur": 2.0})
    assert (status, answer["message"]["content"]) == (200, plain)


def test_another_context_loads_the_model_again(new_server):
    server = new_server()

    def loading(num_ctx: int) -> float:
        answer = server.chat("a film", options=OPTIONS | {"num_ctx": num_ctx})[1]
        return answer["load_duration"]

    loading(512)
    assert loading(1024) > 10 * loading(1024)


def test_a_server_that_is_asked_too_much_while_it_loads_says_so(new_server):
    server = new_server(OLLAMA_MAX_QUEUE="1")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(server.chat, ["a film"] * 32))
    assert {status for status, _ in answers} == {200, 503}
    assert all("busy" in answer["error"] for status, answer in answers if status == 503)


def test_thinking_is_refused_by_a_model_that_cannot(shared_server):
    status, answer = shared_server.chat("a film", think=True)
    assert status == 400
    assert "think" in answer["error"]
    assert shared_server.chat("a film", think=False)[0] == 200


def test_the_digest_is_told_by_tags_and_not_by_show(shared_server):
    shared_server.chat("a film")
    tags = shared_server.ask("/api/tags")["models"]
    loaded = shared_server.ask("/api/ps")["models"]
    assert [each["name"] for each in tags] == [f"{MODEL}:latest"]
    assert re.fullmatch(r"[0-9a-f]{64}", tags[0]["digest"])
    assert loaded[0]["digest"] == tags[0]["digest"]
    assert "digest" not in shared_server.ask("/api/show", {"model": MODEL})


def test_a_seed_gives_one_text_also_eight_at_a_time(shared_server):
    def text(seed: int) -> str:
        _, answer = shared_server.chat("i want a movie", options=OPTIONS | {"seed": seed})
        return answer["message"]["content"]

    alone = [text(seed) for seed in range(4)]
    assert len(set(alone)) == 4
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(text, list(range(4)) * 10)) == alone * 10


def test_another_model_under_the_same_name_has_another_digest(new_server):
    server = new_server()
    before, said = server.digest(), server.chat("a film")[1]["message"]["content"]
    server.replace_model(seed=1)
    assert server.digest() != before
    assert server.chat("a film")[1]["message"]["content"] != said


def test_a_model_made_in_two_places_has_two_digests(new_server):
    """The digest is that of a manifest, which names the folder of a model that was made there."""
    server = new_server()
    before, said = server.digest(), server.chat("a film")[1]["message"]["content"]
    server.replace_model(seed=0)
    assert server.digest() != before
    assert server.chat("a film")[1]["message"]["content"] == said


def test_a_model_that_cannot_be_fetched(shared_server):
    body = {"model": "127.0.0.1:9/library/nothing", "stream": False}
    status, answer = shared_server.answer("/api/pull", body)
    assert status == 500
    assert "connection refused" in answer["error"]
