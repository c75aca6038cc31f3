"""The servers of these tests: they take models over, come back, and never outlive their tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.ollama.server import Server

pytestmark = pytest.mark.ollama

ROOT = Path(__file__).resolve().parents[2]

ABANDONS = """
import os, sys
from pathlib import Path
from tests.ollama.server import Server
server = Server(Path(sys.argv[1]), Path(sys.argv[2]))
server.start()
print(server._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def members(group: int) -> list[str]:
    """Return the command lines of the processes of a group that are alive."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] != "Z":
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def gone(group: int) -> bool:
    until = time.monotonic() + 10
    while members(group) and time.monotonic() < until:
        time.sleep(0.02)
    return not members(group)


@pytest.mark.parametrize("end", [Server.stop, Server.kill])
def test_nothing_is_left_of_a_server(new_server, end):
    server = new_server()
    assert server.chat("a film")[0] == 200
    group = server._process.pid
    assert any("runner" in each for each in members(group))
    end(server)
    assert not server.running
    assert gone(group)
    end(server)  # twice does no harm


def test_a_server_ends_with_its_tests_however_they_end(ollama_program, tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", ABANDONS, ollama_program, tmp_path],
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == -9, ran.stderr
    assert gone(int(ran.stdout))


def test_a_restart_keeps_place_and_models(new_server):
    server = new_server(num_parallel=2)
    host, said = server.host, server.chat("a film")[1]["message"]["content"]
    server.kill()
    with pytest.raises(URLError, match="refused"):
        server.chat("a film")
    server.restart()
    assert server.host == host
    assert server.chat("a film")[1]["message"]["content"] == said


def test_a_program_that_ends_at_once_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="did not answer"):
        Server(Path("/bin/false"), tmp_path).start()
