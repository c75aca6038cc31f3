"""What tests of engines share: a clean environment, and the proof that nothing is left open."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

VARIABLES = (
    "OLLAMA_HOST",
    "OLLAMA_API_KEY",
    "OPENAI_API_KEY",
    "CRS_SIMCHECK_API_KEY",
    "CRS_SIMCHECK_KEY_OVER_HTTP",
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="module")
def nothing_left_open() -> Iterator[None]:
    yield
    # A session or a socket that nobody closed complains here, and warnings are errors.
    gc.collect()
