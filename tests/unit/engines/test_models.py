"""Models of a server, by the package ``ollama``; the server is a small one of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crs_simcheck.engines.models import PullProgress, list_models, pull_model, show_model
from crs_simcheck.errors import (
    BadReplyError,
    EngineRefusedError,
    EngineUnavailableError,
    InputError,
)

pytest.importorskip("ollama")
TAGS = {
    "models": [
        {"name": n, "model": n, "digest": n * 3, "size": 5, "details": {"family": "llama"}}
        for n in ("b:latest", "a:1b")
    ]
}
SHOW = {
    "details": {"family": "llama", "parameter_size": "1B", "quantization_level": "Q4_0"},
    "model_info": {"llama.context_length": 8192, "llama.other": "x"},
    "capabilities": ["completion", "thinking"],
}
PULL = [
    {"status": "pulling manifest"},
    {"status": "pulling abc", "digest": "sha256:abc", "total": 10, "completed": 4},
    {"status": "success"},
]


@contextmanager
def serving(**answers):
    """Answer ``tags``, ``show`` and ``pull`` with (status, bytes); headers seen are yielded."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            seen.append((self.path, dict(self.headers)))
            status, body = answers[self.path.rpartition("/")[2]]
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def good(value):
    return 200, json.dumps(value).encode()


def lines(*steps):
    return 200, b"".join(json.dumps(each).encode() + b"\n" for each in steps)


def test_models_are_listed_by_name():
    with serving(tags=good(TAGS)) as (host, _):
        found = list_models(host)
    assert [each.name for each in found] == ["a:1b", "b:latest"]
    assert (found[0].digest, found[0].bytes, found[0].family) == ("a:1b" * 3, 5, "llama")


def test_one_model_is_shown():
    with serving(show=good(SHOW)) as (host, _):
        found = show_model("a", host)
    assert found.name == "a:latest"
    assert (found.context_length, found.capabilities) == (8192, ("completion", "thinking"))
    assert (found.parameters, found.quantization) == ("1B", "Q4_0")


def test_a_pull_tells_how_far_it_is():
    told = []
    with serving(pull=lines(*PULL)) as (host, _):
        pull_model("a", host, progress=told.append)
        pull_model("a", host)
    assert told == [
        PullProgress("pulling manifest"),
        PullProgress("pulling abc", "sha256:abc", 4, 10),
        PullProgress("success"),
    ]


@pytest.mark.parametrize(
    "answer, error, words",
    [
        (lines(*PULL[:2]), BadReplyError, "ended with 'pulling abc'"),
        (lines(PULL[0], {"error": "file does not exist"}), EngineRefusedError, "does not exist"),
        ((200, b""), BadReplyError, "ended with None"),
        ((200, b"<html>"), BadReplyError, "is it an Ollama?"),
        ((500, b'{"error":"disk full"}'), EngineUnavailableError, "disk full"),
        ((404, b"404 page not found"), EngineRefusedError, "404 page not found"),
    ],
)
def test_pulls_that_fail(answer, error, words):
    with serving(pull=answer) as (host, _), pytest.raises(error) as caught:
        pull_model("a", host)
    assert "'a:latest'" in str(caught.value)
    assert words in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "answer, error, words",
    [
        ((200, b"<html>"), BadReplyError, "the answer is not one of Ollama's"),
        (good({"models": [{"size": "x"}]}), BadReplyError, "the answer is not one of Ollama's"),
        ((503, b'{"error":"busy"}'), EngineUnavailableError, "to list its models: busy"),
        ((401, b'{"error":"who?"}'), EngineRefusedError, "who?"),
        ((302, b""), EngineRefusedError, "it failed"),
    ],
)
def test_lists_that_fail(answer, error, words):
    with serving(tags=answer) as (host, _), pytest.raises(error) as caught:
        list_models(host)
    assert words in str(caught.value)


def test_a_model_that_is_not_there_names_the_command():
    gone = (404, b'{"error":"model \'a\' not found"}')
    with serving(show=gone) as (host, _), pytest.raises(EngineRefusedError) as caught:
        show_model("a", host)
    assert str(caught.value).endswith("model 'a' not found (ollama pull a:latest)")


def test_nobody_listens():
    with serving() as (host, _):
        pass
    with pytest.raises(EngineUnavailableError, match=r"\(is 'ollama serve' running there\?\)"):
        list_models(host)


def test_what_a_caller_raises_is_its_own(monkeypatch):
    def stop(step):
        raise LookupError(step.status)

    with serving(pull=lines(*PULL)) as (host, _), pytest.raises(LookupError):
        pull_model("a", host, progress=stop)


def test_no_proxy_and_no_key_over_http(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("OLLAMA_API_KEY", "not-for-eyes")
    with serving(tags=good(TAGS)) as (host, seen):
        monkeypatch.setenv("OLLAMA_HOST", host)
        assert len(list_models()) == 2
    assert not [value for _, headers in seen for value in headers.values() if "eyes" in value]
    assert os.environ["OLLAMA_API_KEY"] == "not-for-eyes"
    assert os.environ["OLLAMA_HOST"] == host


def test_a_bad_variable_does_not_break_the_import():
    code = (
        "from crs_simcheck.engines.models import list_models\n"
        "from crs_simcheck.errors import SimcheckError\n"
        "for host in ('127.0.0.1:1', None):\n"
        "    try: list_models(host)\n"
        "    except SimcheckError as error: print(type(error).__name__, error)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OLLAMA_HOST": "http://[bad", "ALL_PROXY": "socks5://127.0.0.1:9"},
    )
    first, second = ran.stdout.splitlines()
    assert first.startswith("EngineUnavailableError asking http://127.0.0.1:1 to list its models")
    assert second.startswith("InputError the environment variable OLLAMA_HOST is 'http://[bad'")


def test_a_bad_variable_is_named(monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "a:b:c")
    with pytest.raises(InputError, match="OLLAMA_HOST"):
        list_models()
