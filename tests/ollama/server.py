"""A real Ollama server, run for the tests: on loopback, with folders of its own, and no network."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

MODEL = "tiny"
CONTEXT = 1024  # tokens, where a request does not say
SECONDS = 30

# The template ranges over the messages, so that every one of them reaches the model. With one
# thread: several spin while they wait for each other, which is slow where the cores are busy.
MODELFILE = """FROM ./{name}
PARAMETER num_thread 1
TEMPLATE \"\"\"{{{{ range .Messages }}}}{{{{ .Role }}}}: {{{{ .Content }}}}
{{{{ end }}}}assistant: \"\"\"
"""

# The server takes the place of this shell. The reader beside it waits for the end of our pipe and
# then kills both and the server's runners: they end with the tests, however the tests end.
GUARDED = 'exec 3<&0; { read -r _ <&3; kill -KILL 0; } & exec "$0" serve </dev/null 3<&-'

# Whatever is not on loopback goes to a proxy that is not there.
NO_NETWORK = "http://127.0.0.1:9"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Server:
    """A server and its models; ``start`` and ``stop`` may be called as often as is liked.

    Parameters
    ----------
    program:
        The ``ollama`` to run.
    folder:
        Of this server alone: its home, its models and its log are kept there.
    num_parallel:
        How many requests it answers at a time.
    settings:
        Further variables of its environment: ``OLLAMA_MAX_QUEUE="1"``.
    """

    def __init__(
        self, program: Path, folder: Path, *, num_parallel: int = 1, **settings: str
    ) -> None:
        self.program = program
        self.folder = folder
        self.num_parallel = num_parallel
        self.settings = settings
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "home").mkdir(parents=True, exist_ok=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def models(self) -> Path:
        return self.folder / "models"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder),
            "OLLAMA_HOST": self.host,
            "OLLAMA_MODELS": str(self.models),
            "OLLAMA_NUM_PARALLEL": str(self.num_parallel),
            "OLLAMA_CONTEXT_LENGTH": str(CONTEXT),
            "OLLAMA_LOAD_TIMEOUT": f"{SECONDS}s",
            "HTTP_PROXY": NO_NETWORK,
            "HTTPS_PROXY": NO_NETWORK,
            "NO_PROXY": "127.0.0.1,localhost",
            **self.settings,
        }

    def start(self) -> None:
        """Run the server until it answers; another port is tried where this one was taken."""
        for _ in range(3):
            self._run()
            if self._answers():
                return
            taken = "address already in use" in self.log
            self.kill()
            if not taken:
                break
            self.port = free_port()
        raise RuntimeError(f"{self.program} serve did not answer:\n{self.log[-2000:]}")

    def _run(self) -> None:
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", GUARDED, str(self.program)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment(),
                start_new_session=True,
            )

    def _answers(self) -> bool:
        until = time.monotonic() + SECONDS
        while self.running and time.monotonic() < until:
            with contextlib.suppress(OSError):
                self.ask("/api/version")
                return True
            time.sleep(0.02)
        return False

    def stop(self) -> None:
        """Let the server end in its own time; what it has in hand it may finish."""
        if self.running:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the server and its runners at once, as when its machine goes."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdin.close()
        process.wait(SECONDS)

    def pause(self) -> None:
        """Let the server hang: it takes connections and says nothing, until ``resume``."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Kill the server and start it again, on the same port and with the same models."""
        self.kill()
        self.start()

    def take_models(self, other: Server) -> None:
        """Hold the models of another server: quicker than making them again."""
        shutil.copytree(other.models, self.models)

    def replace_model(self, seed: int, name: str = MODEL) -> None:
        """Make a model of random weights, in the place of the one that has the name."""
        from tools.ollama.tiny_gguf import write

        weights = self.folder / f"{name}-{seed}.gguf"
        write(weights, seed)
        modelfile = self.folder / "Modelfile"
        modelfile.write_text(MODELFILE.format(name=weights.name), encoding="utf-8")
        subprocess.run(
            [self.program, "create", name, "-f", modelfile],
            cwd=self.folder,
            env=self.environment(),
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )
        weights.unlink()

    def answer(self, path: str, body: object = None) -> tuple[int, dict]:
        """Return status and body of an answer, by no client of ours."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": "application/json"}
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=SECONDS) as got:
                return got.status, json.load(got)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def ask(self, path: str, body: object = None) -> dict:
        """Return the body of an answer that must be a good one."""
        status, answer = self.answer(path, body)
        assert status == 200, answer
        return answer

    def chat(self, text: str, **changes: object) -> tuple[int, dict]:
        """Ask ``/api/chat`` for a short answer; ``changes`` are keys of the body."""
        body = {
            "model": MODEL,
            "messages": [{"role": "user", "content": text}],
            "stream": False,
            "options": {"seed": 1, "temperature": 0.8, "num_ctx": 512, "num_predict": 16},
        }
        return self.answer("/api/chat", body | changes)

    def digest(self, name: str = MODEL) -> str:
        """Return the digest of a model."""
        models = {each["name"]: each["digest"] for each in self.ask("/api/tags")["models"]}
        return models[f"{name}:latest"]
