"""What a step of ``crs-simcheck optimize`` costs beside the answers that it waits for.

A server in a process of its own waits 50 ms for each answer. A step asks B seekers, 8 at a time,
then an editor four times, one after the other: the ideal is ⌈B / 8⌉ + 4 rounds. Beside it stands
what TextGrad makes of a batch by its own graph: each seeker, a loss of each, and a gradient of each
through both, one after the other.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from crs_simcheck.optimize import Found, LoopSettings, split  # noqa: E402
from crs_simcheck.project import read_settings  # noqa: E402
from crs_simcheck.project.optimize_engines import (  # noqa: E402
    HelperSettings,
    helpers,
    search_of,
)
from crs_simcheck.project.optimizing import OptimizeRun  # noqa: E402

__all__ = ["GATES", "main", "write_people"]

LATENCY = 0.05
SLOTS = 8
LIMIT = 1.1
EDITS = 4
MODEL = "tiny:latest"
FILMS = """Heat (1995)|Alien (1979)|Fargo (1996)|Jaws (1975)|Brazil (1985)|Se7en (1995)|Up (2009)
Memento (2000)|Rocky (1976)|Amadeus (1984)|Gandhi (1982)|Psycho (1960)|Vertigo (1958)|Big (1988)
Titanic (1997)|Gladiator (2000)|Shrek (2001)|Inception (2010)|Avatar (2009)|Speed (1994)"""
SETTINGS = """
[simulator.seeker]
prompts  = "prompts"
engine   = "ollama:{model}@{url}"
profiles = "profiles.jsonl"
slots    = {slots}
"""
GATES = """
[simulator.seeker.gates.items_talk]
item_entropy = {}
item_bin_entropy = {}
era_entropy = {}
popularity_share = {}
mean_log_rank = {}
leakage_rate = { max = 0.15 }
"""


def said(body: dict[str, Any]) -> str:
    """Return what the server answers: films, what to improve, or a section anew."""
    text = "\n".join(message["content"] for message in body["messages"])
    if "NEW_SECTION" in text:
        old = re.search(r"' as it is:\n\n(.*?)\n\nThe advice", text, re.DOTALL)
        return f"<NEW_SECTION>{old[1] if old else ''}</NEW_SECTION>"
    if "IMPROVED_VARIABLE" in text:
        return "<IMPROVED_VARIABLE>- Vary the films.</IMPROVED_VARIABLE>"
    films = FILMS.replace("\n", "|").split("|")
    seed = int(body.get("options", {}).get("seed", 0))
    return "\n".join(films[(seed // (n + 1)) % len(films)] for n in range(5))


def serve(latency: float) -> int:
    """Serve until standard input ends."""
    from tests.faults import FaultServer

    with FaultServer(latency=latency, keep=1, script=said) as server:
        print(server.url, flush=True)
        sys.stdin.read()
    return 0


class Server:
    """The server, in a process of its own."""

    def __init__(self, latency: float = LATENCY) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.optimize", "--serve", "--latency", str(latency)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError("the server of the benchmark did not start")

    def close(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=10)


def write_people(folder: Path, seekers: int) -> None:
    """Write profiles of people made up."""
    people = ROOT / "examples" / "prompts" / "made_up_people.py"
    rows = folder / "people.jsonl"
    salt = folder / "salt"
    salt.write_text("people made up: no secret", encoding="utf-8")  # the same ids each time
    subprocess.run([sys.executable, people, rows, str(seekers + 100)], check=True)
    build = [sys.executable, "-m", "crs_simcheck", "profiles", "build", rows, "--kind", "rows"]
    subprocess.run(
        [*build, "-o", folder / "profiles.jsonl", "--seekers", str(seekers), "--salt-file", salt],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def project(folder: Path, url: str, seekers: int) -> None:
    """Write a project: people made up, the prompt that ships, a server to ask."""
    from crs_simcheck.prompts import default_prompts, write_prompt

    write_people(folder, seekers)
    write_prompt(default_prompts()["items_talk"], folder / "prompts" / "items_talk.md")
    text = SETTINGS.format(model=MODEL, url=url, slots=SLOTS) + GATES
    (folder / "simcheck.toml").write_text(text, encoding="utf-8")


def step(folder: Path, batch: int, number: int) -> tuple[float, float]:
    """Return the seconds of one step, and those of processor, in a run of its own."""
    settings = read_settings(folder / "simcheck.toml").simulators[0]
    run = OptimizeRun(settings, "items_talk", folder / f"run-{number}")
    loop = LoopSettings(steps=1, batch=batch, seed=number)
    how = HelperSettings(editor="direct")
    with helpers(run, how) as helping:
        search = search_of(run, helping, how, loop, 2048)
        train = split(run.seekers, loop.seed, 1)["train"]
        used, started = time.process_time(), time.perf_counter()
        found: Found = search.explored(run.prompt, train)
        taken, busy = time.perf_counter() - started, time.process_time() - used
    (made,) = found.steps
    if made.calls != EDITS or len(made.seekers) != batch:
        raise RuntimeError(f"{made.calls} calls of the editor, {len(made.seekers)} seekers")
    return taken, busy


def graph(url: str, batch: int) -> float:
    """Return the seconds that TextGrad's own graph takes for one step."""
    import json
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"TEXTGRAD_LOG_DIR": folder, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        import textgrad
        from textgrad.engine import EngineLM

        class Engine(EngineLM):  # type: ignore[misc]
            """Asks the same server."""

            model_string, is_multimodal = "tiny", False

            def generate(self, prompt: str, system_prompt: str = "", **_: Any) -> str:
                told = [("system", system_prompt or ""), ("user", prompt)]
                body = {
                    "model": MODEL,
                    "messages": [{"role": role, "content": text} for role, text in told],
                    "stream": False,
                }
                sent = urllib.request.Request(f"{url}/api/chat", json.dumps(body).encode())
                with opener.open(sent, timeout=60) as reply:
                    text: str = json.loads(reply.read())["message"]["content"]
                    return text

            def __call__(self, prompt: str, system_prompt: str = "", **_: Any) -> str:
                return self.generate(prompt, system_prompt)

        engine = Engine()
        textgrad.set_backward_engine(engine, override=True)
        prompt = textgrad.Variable("Name films.", role_description="the prompt of a simulator")
        model = textgrad.BlackboxLLM(engine, prompt)
        loss_of = textgrad.TextLoss("Are these the films that people name?", engine=engine)
        descent = textgrad.TGD(parameters=[prompt], engine=engine)
        started = time.perf_counter()
        losses = []
        for number in range(batch):
            question = textgrad.Variable(
                f"You are seeker {number}.", requires_grad=False, role_description="a seeker"
            )
            losses.append(loss_of(model(question)))
        textgrad.sum(losses).backward()
        descent.step()
        return time.perf_counter() - started


def main(arguments: Sequence[str] | None = None) -> int:
    """Print all figures; exit 1 where the promise is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="steps of each size")
    parser.add_argument("--latency", type=float, default=LATENCY, help="seconds of each answer")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.serve:
        return serve(given.latency)
    failed = False
    server = Server(given.latency)
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            project(folder, server.url, 300)
            number = 0
            for batch in (100, 32):
                ideal = (math.ceil(batch / SLOTS) + EDITS) * given.latency
                found = []
                for _ in range(given.runs + 1):  # the first one also imports and compiles
                    number += 1
                    found.append(step(folder, batch, number))
                ratios = [taken / ideal for taken, _ in found[1:]]
                median = statistics.median(ratios)
                busy = statistics.median(processor for _, processor in found[1:])
                verdict = "ok" if median <= LIMIT or batch < 100 else "TOO SLOW"
                failed |= verdict != "ok"
                print(
                    f"B = {batch:3}: a step takes {median * ideal:.2f} s, {median:.3f} × ideal "
                    f"({min(ratios):.3f} to {max(ratios):.3f}), {busy * 1000:.0f} ms of "
                    f"processor{f' (at most {LIMIT})  {verdict}' if batch == 100 else ''}",
                    flush=True,
                )
            print(_textgrad(server.url, 32, given.latency))
    finally:
        server.close()
    return int(failed)


def _textgrad(url: str, batch: int, latency: float) -> str:
    import importlib.util

    if importlib.util.find_spec("textgrad") is None:
        return "TextGrad's own graph: skipped, 'textgrad' is not installed"
    taken = graph(url, batch)
    return (
        f"B = {batch:3}: TextGrad's own graph takes {taken:.2f} s, {taken / latency:.0f} answers' "
        "time, one after the other"
    )


if __name__ == "__main__":
    sys.exit(main())
