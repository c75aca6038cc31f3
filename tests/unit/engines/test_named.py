from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck import engines
from crs_simcheck.engines import EngineSpec, open_engine, parse_engine
from crs_simcheck.errors import InputError, SimcheckError, UnknownNameError


@pytest.mark.parametrize(
    "text, kind, model, hosts",
    [
        ("ollama:llama3.3:70b", "ollama", "llama3.3:70b", ()),
        ("ollama:llama3.3", "ollama", "llama3.3:latest", ()),
        ("  ollama:llama3.3 ", "ollama", "llama3.3:latest", ()),
        ("ollama:hf.co/me/x-GGUF:Q4_K_M", "ollama", "hf.co/me/x-GGUF:Q4_K_M", ()),
        (
            "ollama:llama3.3:70b@host1,host2:11435",
            "ollama",
            "llama3.3:70b",
            ("http://host1:11434", "http://host2:11435"),
        ),
        (
            "ollama:m:1b@https://a/x, [::1]:9 ,a:443,https://a/x",
            "ollama",
            "m:1b",
            ("https://a/x", "http://[::1]:9", "http://a:443"),
        ),
        (
            "openai:org/model:v1@https://api.example.org/v1",
            "openai",
            "org/model:v1",
            ("https://api.example.org/v1",),
        ),
        (
            "openai:@cf/org/model@2@http://localhost:8000",
            "openai",
            "@cf/org/model@2",
            ("http://localhost:8000/v1",),
        ),
        ("embedded", "embedded", "agenda-1", ()),
    ],
)
def test_names_are_read(text, kind, model, hosts):
    spec = parse_engine(text)
    assert spec == EngineSpec(kind, model, hosts)
    assert parse_engine(str(spec)) == spec
    assert spec.name == (kind if kind == "embedded" else f"{kind}:{model}")


@pytest.mark.parametrize(
    "text, words",
    [
        ("olama:llama3.3", "unknown engine 'olama'; did you mean 'ollama'?"),
        ("openia:m@https://x", "did you mean 'openai'?"),
        ("", "unknown engine ''"),
        ("llama3.3:70b", "known: embedded, ollama, openai"),
        ("Ollama:x", "did you mean 'ollama'?"),
    ],
)
def test_an_unknown_kind_offers_the_nearest_and_the_forms(text, words):
    with pytest.raises(UnknownNameError) as caught:
        parse_engine(text)
    assert words in str(caught.value)
    assert "ollama:MODEL@HOST,HOST, openai:MODEL@https://HOST/v1, embedded" in str(caught.value)


@pytest.mark.parametrize(
    "text, words",
    [
        ("ollama", "'ollama' needs the name of a model"),
        ("ollama:", "'ollama' needs the name of a model"),
        ("ollama:@host", "the name of the model is empty"),
        ("ollama:a b", "holds a space"),
        ("ollama:m@", "a host is empty"),
        ("ollama:m@a,,b", "a host is empty"),
        ("ollama:m@a:99999", "the port is no number"),
        ("ollama:http://host:11434", "a URL stands where the name of the model should"),
        ("openai:m", "needs the URL of the endpoint behind an @"),
        ("openai:m@localhost:8000", "needs the URL of the endpoint behind an @"),
        ("openai:@https://x", "the name of the model is empty"),
        ("openai:m@https://x:0", "the port is no number"),
        ("embedded:x", "the embedded engine has no model"),
    ],
)
def test_what_cannot_be_read(text, words):
    with pytest.raises(InputError) as caught:
        parse_engine(text)
    assert words in str(caught.value)
    assert "form" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "ollama:m@me:pass-word@host",
        "ollama:m@http://me:pass-word@host",
        "ollama:m@a,http://me:pass-word@host",
        "openai:m@https://me:pass-word@host/v1",
        "me:pass-word@host",
        "http://me:pass-word@host",
        "olama:m@http://me:pass-word@host",
    ],
)
def test_credentials_are_refused_and_not_shown(text):
    with pytest.raises(SimcheckError) as caught:
        parse_engine(text)
    assert "pass-word" not in str(caught.value)


STARTS = ["ollama:", "openai:", "embedded", "", "ollama:m@", "openai:m@http://"]


@given(st.sampled_from(STARTS), st.text(max_size=40))
def test_any_text_is_an_engine_or_an_error(start, rest):
    try:
        spec = parse_engine(start + rest)
    except SimcheckError:
        return
    assert parse_engine(str(spec)) == spec


def test_engines_are_opened_by_what_was_read():
    async def job():
        ollama = open_engine(parse_engine("ollama:m@gpu1,gpu2"), slots=3)
        one = open_engine(parse_engine("ollama:m"))
        openai = open_engine(parse_engine("openai:m@http://localhost:1/v1"), timeout=5)
        assert all(isinstance(each, engines.Engine) for each in (ollama, one, openai))
        assert (ollama.kind, ollama.model, ollama.slots) == ("ollama", "m:latest", 6)
        assert (one.slots, openai.slots) == (4, 8)
        assert (openai.kind, openai.model) == ("openai", "m")
        for each in (ollama, one, openai):
            await each.aclose()

    asyncio.run(job())


def test_the_embedded_engine_needs_films():
    pytest.importorskip("crs_simcheck.engines.embedded")
    with pytest.raises(InputError, match="needs the films"):
        open_engine(parse_engine("embedded"))


def test_an_unknown_spec_is_an_error():
    with pytest.raises(UnknownNameError):
        open_engine(EngineSpec("other", "m"))


def test_public_names_are_sorted_and_there():
    assert len(set(engines.__all__)) == len(engines.__all__)
    for name in engines.__all__:
        assert getattr(engines, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'OlamaEngine'"):
        _ = engines.OlamaEngine


def test_reading_a_name_imports_nothing_of_the_network():
    code = (
        "import sys\nfrom crs_simcheck.engines import parse_engine\n"
        "parse_engine('openai:m@http://localhost/v1'), parse_engine('ollama:m@gpu1')\n"
        "bad = {'asyncio', 'aiohttp', 'httpx', 'ollama', 'ssl'} & set(sys.modules)\n"
        "assert not bad, bad"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", ["aiohttp", "ollama"])
def test_what_is_not_installed_names_the_extra(package):
    job = (
        "asyncio.run(open_engine(parse_engine('ollama:m@localhost')).about())"
        if package == "aiohttp"
        else "list_models('localhost')"
    )
    code = (
        f"import sys; sys.modules['{package}'] = None\nimport asyncio\n"
        "from crs_simcheck.engines import open_engine, parse_engine\n"
        "from crs_simcheck.engines.models import list_models\n"
        "from crs_simcheck.errors import InputError\n"
        f"try:\n    {job}\nexcept InputError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"'{package}', which is not installed (pip install 'crs-simcheck[live]')" in done.stdout
