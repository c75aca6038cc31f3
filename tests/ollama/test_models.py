"""Models of a real server, managed by the package ``ollama``."""

from __future__ import annotations

import time

import pytest

from crs_simcheck.engines.models import list_models, pull_model, show_model
from crs_simcheck.errors import EngineError, EngineRefusedError, EngineUnavailableError
from tests.ollama.server import MODEL

pytestmark = pytest.mark.ollama


def test_models_are_listed_with_digest_and_size(shared_server):
    (model,) = list_models(shared_server.host)
    assert model.name == f"{MODEL}:latest"
    assert model.digest == shared_server.digest()
    assert model.family == "llama"
    assert 400_000 < model.bytes < 700_000


def test_a_model_is_shown(shared_server):
    model = show_model(MODEL, shared_server.host)
    assert model.name == f"{MODEL}:latest"
    assert model.context_length == 4096
    assert model.family == "llama"
    assert "completion" in model.capabilities
    assert "thinking" not in model.capabilities


def test_a_missing_model_is_named_with_the_command_that_fetches_it(shared_server):
    with pytest.raises(EngineRefusedError, match="ollama pull nothing:latest"):
        show_model("nothing", shared_server.host)


@pytest.mark.parametrize("model", ["127.0.0.1:9/library/nothing", "nothing"])
def test_a_registry_that_is_not_there_is_told_quickly(shared_server, model):
    """The second is asked of the registry of all, which the server cannot reach here."""
    began, steps = time.monotonic(), []
    with pytest.raises(EngineError, match="connection refused") as found:
        pull_model(model, shared_server.host, progress=steps.append)
    assert "nothing" in str(found.value)
    assert time.monotonic() - began < 5
    assert all(step.status != "success" for step in steps)


def test_nobody_there():
    with pytest.raises(EngineUnavailableError, match="ollama serve"):
        list_models("127.0.0.1:9")


def test_the_environment_is_not_in_the_way(shared_server, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "http://[not an address")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert list_models(shared_server.host)
