from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.engines.addresses import default_address, endpoint, parse_address
from crs_simcheck.errors import InputError


@pytest.mark.parametrize(
    "text, url",
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:9000", "http://127.0.0.1:9000"),
        ("http://0.0.0.0:9000", "http://127.0.0.1:9000"),
        (":11435", "http://127.0.0.1:11435"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        ("gpu-1.example.org", "http://gpu-1.example.org:11434"),
        ("gpu_1:80", "http://gpu_1"),
        ("http://gpu1", "http://gpu1"),
        ("HTTPS://gpu1", "https://gpu1"),
        ("https://gpu1:8443/ollama/", "https://gpu1:8443/ollama"),
        ("gpu1/path", "http://gpu1:11434/path"),
        ("gpu1:9/path/", "http://gpu1:9/path"),
        ("::1", "http://[::1]:11434"),
        ("::", "http://[::1]:11434"),
        ("[::]:9000", "http://[::1]:9000"),
        ("[2001:db8::1]", "http://[2001:db8::1]:11434"),
        ("[2001:db8::1]:9000/x", "http://[2001:db8::1]:9000/x"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("ollama.com", "https://ollama.com"),
        ("  gpu1 ", "http://gpu1:11434"),
        ("bücher.example", "http://bücher.example:11434"),
    ],
)
def test_forms_are_read_as_ollama_reads_them(text, url):
    assert parse_address(text).url == url
    assert parse_address(url).url == url


@pytest.mark.parametrize(
    "text",
    [
        "gpu1:0",
        "gpu1:65536",
        "gpu1:1234567890123",
        "gpu1:00000199999",
        "gpu1:http",
        "gpu1:-1",
        "gpu1:１２",
        "a:b:c",
        "[::1",
        "[::1]9",
        "[gpu1]",
        "ftp://gpu1",
        "://gpu1",
        "gpu 1",
        "gpu1\nx",
        "-gpu1",
        "gpu1/a b",
        "gpu1?x=1",
        "http://gpu1#x",
        "gpu1/\x00",
        "gpu\x7f",
        "\udc80",
        "\u202egpu1",
    ],
)
def test_what_is_no_address_is_an_error_with_the_forms(text):
    with pytest.raises(InputError, match=r"the host is .*forms: host, host:port"):
        parse_address(text)


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_the_environment_names_the_default(monkeypatch, quote):
    monkeypatch.setenv("OLLAMA_HOST", f" {quote}gpu7:1234{quote} ")
    assert default_address().url == "http://gpu7:1234"
    monkeypatch.delenv("OLLAMA_HOST")
    assert default_address().url == "http://127.0.0.1:11434"


def test_a_bad_variable_is_named(monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "gpu7:x")
    with pytest.raises(InputError, match="the environment variable OLLAMA_HOST is 'gpu7:x'"):
        default_address()


def test_credentials_are_taken_from_the_environment_only_and_never_shown(monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "https://me:p%40ss-word@gpu7/x")
    found = default_address()
    assert found.credentials.reveal() == "Basic bWU6cEBzcy13b3Jk"
    assert found.url == str(found) == "https://gpu7/x"
    assert "ss-word" not in repr(found)
    for text in ("http://me:pass-word@gpu7", "me:pass-word@gpu7", "http://gpu7/me:pass-word@x"):
        with pytest.raises(InputError) as caught:
            parse_address(text)
        assert "pass-word" not in str(caught.value)
    for bad in ("https://me:pass-word@gpu7:x", "https://me:pass/word@gpu7:x", "x://m:pass@gpu"):
        monkeypatch.setenv("OLLAMA_HOST", bad)
        with pytest.raises(InputError) as caught:
            default_address()
        assert "pass" not in str(caught.value)


@pytest.mark.parametrize(
    "text, loopback",
    [
        ("localhost", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("gpu1", False),
        ("8.8.8.8", False),
    ],
)
def test_loopback(text, loopback):
    assert parse_address(text).loopback is loopback


@pytest.mark.parametrize(
    "text, url",
    [
        ("http://localhost:8000", "http://localhost:8000/v1"),
        ("http://localhost:8000/", "http://localhost:8000/v1"),
        ("https://api.example.org/v1/", "https://api.example.org/v1"),
        ("https://api.example.org/v1/chat/completions", "https://api.example.org/v1"),
        ("https://api.example.org/openai/v2", "https://api.example.org/openai/v2"),
    ],
)
def test_endpoints(text, url):
    assert endpoint(text).url == url


def test_an_endpoint_needs_its_scheme():
    with pytest.raises(InputError, match="an http:// or https:// URL is needed"):
        endpoint("localhost:8000/v1")


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_an_error(text):
    try:
        found = parse_address(text)
    except InputError:
        return
    assert parse_address(found.url).url == found.url
    assert 1 <= found.port <= 65535


@pytest.mark.parametrize(
    "text", ["http://h/v1?key=SECRETKEY99", "h?k=SECRETKEY99", "h#SECRETKEY99"]
)
def test_a_query_is_not_shown(text):
    with pytest.raises(InputError) as found:
        parse_address(text)
    assert "SECRETKEY99" not in str(found.value)
