"""Real Ollama servers: one that all tests share, and new ones for tests that harm theirs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.ollama.server import Server

OLLAMA = "CRS_SIMCHECK_OLLAMA"
BUILT = Path(__file__).resolve().parents[2] / ".ollama" / "ollama"


def found_program() -> Path | None:
    """Return the server that is named, that is on the PATH, or that ``make ollama`` built."""
    if named := os.environ.get(OLLAMA):
        if not os.access(named, os.X_OK):
            pytest.fail(f"{OLLAMA} is set to {named}, which is no program")
        return Path(named)
    if on_path := shutil.which("ollama"):
        return Path(on_path)
    return BUILT if os.access(BUILT, os.X_OK) else None


@pytest.fixture(scope="session")
def ollama_program() -> Path:
    """The ``ollama`` to run."""
    program = found_program()
    if program is None:
        pytest.skip(f"no Ollama: run `make ollama`, or name a server's program in {OLLAMA}")
    pytest.importorskip("gguf", reason="the package gguf, which writes the tests' model, is needed")
    return program


@pytest.fixture(scope="session")
def shared_server(ollama_program, tmp_path_factory) -> Iterator[Server]:
    """A server of 8 slots with the model; for tests that leave it as it is."""
    server = Server(ollama_program, tmp_path_factory.mktemp("ollama"), num_parallel=8)
    try:
        server.start()
        server.replace_model(seed=0)
        yield server
    finally:
        server.stop()


@pytest.fixture
def new_server(ollama_program, shared_server, tmp_path) -> Iterator[Callable[..., Server]]:
    """Start another server that holds the same model: ``new_server(num_parallel=4)``."""
    with ExitStack() as ends:

        def start(*, num_parallel: int = 1, **settings: str) -> Server:
            folder = tmp_path / f"ollama-{len(list(tmp_path.glob('ollama-*')))}"
            server = Server(ollama_program, folder, num_parallel=num_parallel, **settings)
            server.take_models(shared_server)
            ends.callback(server.kill)
            server.start()
            return server

        yield start
