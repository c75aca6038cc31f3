"""What ends a run of ``optimize`` before its end: a budget, a key, a terminal that looks on."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from crs_simcheck.cli.optimize_view import View
from crs_simcheck.engines import Reply, ScriptedEngine
from crs_simcheck.optimize import Evaluation, Step
from crs_simcheck.project import read_settings
from crs_simcheck.project.optimizing import OptimizeRun
from tests.cli.test_optimize import cli, copied, ended, files_of, project, start
from tests.unit.optimize.made_up import verdict

__all__ = ["cli", "project"]

COMMAND = ("seeker", "--task", "items_talk", "--out", "run")


def recorded(folder):
    rows = []
    for path in sorted((folder / "answers").rglob("*.jsonl")):
        rows += [json.loads(line) for line in path.read_text().splitlines()]
    return rows


def test_a_budget_stops_the_run_and_a_larger_one_goes_on(cli, tmp_path):
    code, out, err = cli(*COMMAND, "--max-calls", 10)
    assert (code, err) == (2, "")
    assert "stopped: at most 10 requests are allowed (--max-calls); spent so far: 10 req" in out
    assert "kept in run; the same command with more goes on" in out
    assert not (tmp_path / "run" / "result.json").exists()
    first = recorded(tmp_path / "run")
    assert len(first) == 10
    code, out, _ = cli(*COMMAND, "--max-calls", 25)
    assert (code, "going on with the run in run" in out) == (2, True)
    rows = recorded(tmp_path / "run")
    assert len(rows) == 25
    assert all(row in rows for row in first)
    # Where nothing more may be asked, nobody is.
    assert cli(*COMMAND, "--max-calls", 25)[0] == 2
    assert recorded(tmp_path / "run") == rows


def test_tokens_and_minutes_are_budgets_as_well(cli, tmp_path):
    code, out, _ = cli(*COMMAND, "--max-tokens", 9000)
    assert (code, "at most 9,000 tokens are allowed (--max-tokens)" in out) == (2, True)
    meta = [row["meta"] for row in recorded(tmp_path / "run")]
    assert meta
    assert sum(one["prompt_tokens"] + one["tokens"] for one in meta) <= 9000
    code, out, _ = cli(*COMMAND, "--max-minutes", 0.00001)
    assert (code, "minutes are allowed (--max-minutes)" in out) == (2, True)


@pytest.mark.slow
def test_a_run_in_many_small_budgets_ends_as_if_in_one(cli, tmp_path):
    assert cli(*COMMAND)[0] == 0
    (tmp_path / "run").rename(tmp_path / "calm")
    codes = [cli(*COMMAND, "--max-calls", most)[0] for most in (30, 75, 130, 170, 1000)]
    assert codes == [2, 2, 2, 2, 0]
    assert files_of(tmp_path / "run") == files_of(tmp_path / "calm")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_key_ends_it_and_the_same_command_goes_on(project, tmp_path):
    calm = copied(project, tmp_path / "calm")
    ended(start(calm))
    for prompts in (1, 2):  # while the first prompt is asked with, and after that
        folder = stopped_by_a_key(project, tmp_path, prompts)
        ended(start(folder))
        assert files_of(folder / "run") == files_of(calm / "run")


def stopped_by_a_key(project, tmp_path, prompts):
    """Return the folder of a run that a key ended, once so many prompts were asked with.

    A key that falls just where the asking of a block ends is not heard: then it is tried again.
    """
    for attempt in range(5):
        folder = copied(project, tmp_path / f"stopped-{prompts}-{attempt}")
        process = start(folder)
        while process.poll() is None and len(list((folder / "run").glob("answers/*"))) < prompts:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        if process.returncode == 0:
            continue
        assert process.returncode == 130, errors
        assert b"what was answered is kept in run; the same command goes on" in errors
        assert b"Traceback" not in errors
        return folder
    raise AssertionError("no key was heard in five runs")


class Rewriter:
    """A model that rates, says what to improve, and rewrites."""

    def __init__(self) -> None:
        self.asked = []

    def __call__(self, request):
        system, user = (message.content for message in request.messages)
        self.asked.append(system.split(".")[0])
        if system.startswith("You rate"):
            return "4"
        if "NEW_SECTION" not in system:
            return "Ask for more variety."
        text = re.search(r"section '(\w+)' as it is:\n\n(.*?)\n\nThe advice", user, re.DOTALL)
        more = "" if text[1] == "Persona" else "\n- Vary the films: think of films that others"
        return f"<NEW_SECTION>{text[2]}{more}</NEW_SECTION>"


@pytest.fixture
def rewriter(monkeypatch):
    made = Rewriter()
    monkeypatch.setattr(
        "crs_simcheck.project.optimize_engines.open_engine",
        lambda spec: ScriptedEngine(made, model=spec.model),
    )
    return made


@pytest.mark.slow
def test_a_model_rates_and_reports_say_so(cli, tmp_path, rewriter):
    command = (*COMMAND, "--editor", "direct", "--backward", "ollama:big", "--evaluator", "llm")
    code, out, _ = cli(*command, "--rater", "ollama:other", "--steps", 1)
    assert code in (0, 1)
    assert "A model that read 20 answers gives 4, of 0 (worst) to 10" in out
    assert "evaluator: llm (ollama:other:latest); which prompt is better, the gates say" in out
    assert [one for one in rewriter.asked if one.startswith("You rate")] == rewriter.asked[:1]
    calls = [json.loads(x) for x in (tmp_path / "run" / "calls.jsonl").read_text().splitlines()]
    assert (calls[0]["role"], calls[0]["model"]) == ("evaluator", "other:latest")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["evaluator"] == "llm (ollama:other:latest)"
    assert "of the editor's" in result["spent"]
    step = json.loads((tmp_path / "run" / "steps" / "1" / "step.json").read_text())
    assert step["rated"] == {"value": 4.0, "most": 10, "answers": 20, "missing": None}
    assert "evaluator: llm" in (tmp_path / "run" / "report.md").read_text()
    # Another evaluator is another run, and nothing is asked twice.
    before, files = len(rewriter.asked), files_of(tmp_path / "run")
    assert cli(*command, "--rater", "ollama:other", "--steps", 1)[0] == code
    assert (len(rewriter.asked), files_of(tmp_path / "run")) == (before, files)
    code, _, err = cli(*command[:-2], "--steps", 1)
    assert (code, "evaluator differs" in err) == (3, True)


def test_the_editor_by_rule_needs_figures(cli, tmp_path):
    code, _, err = cli(*COMMAND, "--evaluator", "llm")
    assert (code, "reads measured figures" in err) == (3, True)
    assert not (tmp_path / "run").exists()


def test_what_editors_use_counts_as_tokens(cli, tmp_path, rewriter):
    command = (*COMMAND, "--editor", "direct", "--backward", "ollama:big", "--steps", 1)
    code, out, _ = cli(*command, "--max-tokens", 12_000)
    assert (code, "at most 12,000 tokens are allowed" in out) == (2, True)
    said = re.search(r"engine, ([\d,]+) tokens; (\d) of the editor's, ([\d,]+) tokens", out)
    counts = [int(text.replace(",", "")) for text in said.groups()]
    assert counts[1] == len(rewriter.asked) > 0
    assert counts[0] + counts[2] <= 12_000
    meta = [row["meta"] for row in recorded(tmp_path / "run")]
    assert counts[0] == sum(one["prompt_tokens"] + one["tokens"] for one in meta)


@pytest.mark.optimize
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_gepa_from_the_command_line(cli, tmp_path):
    code, out, err = cli(*COMMAND, "--optimizer", "gepa", "--batch", 20)
    assert (code, err) == (0, "")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["optimizer"] == "gepa"
    first = files_of(tmp_path / "run")
    asked = len(recorded(tmp_path / "run"))
    most = int(re.search(r"at most ([\d,]+)", cli(*COMMAND[:-1], "other", "--optimizer", "gepa",
                                                 "--batch", 20, "--dry-run")[1])[1])  # fmt: skip
    assert asked <= most
    code, out, _ = cli(*COMMAND, "--optimizer", "gepa", "--batch", 20)
    assert (code, "going on" in out) == (0, True)
    assert files_of(tmp_path / "run") == first
    code, _, err = cli(*COMMAND, "--batch", 20)
    assert (code, "optimizer differs" in err) == (3, True)
    few = (*COMMAND[:-1], "few", "--optimizer", "gepa", "--batch", 20, "--write")
    code, out, _ = cli(*few, "--max-calls", 30)
    assert (code, "at most 30 requests" in out) == (2, True)
    assert cli(*few)[0] == 0
    assert "optimized: by gepa, rules on " in (tmp_path / "prompts" / "items_talk.md").read_text()


def test_without_a_terminal_lines_are_plain(cli, monkeypatch):
    code, out, err = cli(*COMMAND, "--max-calls", 10)
    assert code == 2
    assert "\x1b" not in out + err


def test_the_view_says_where_a_run_is(project, tmp_path):
    settings = read_settings(project / "simcheck.toml").simulators[0]
    run = OptimizeRun(settings, "items_talk", tmp_path / "run")
    seconds = [0.0]
    console = Console(file=io.StringIO(), width=100)
    view = View(run, 3, 400, console, clock=lambda: seconds[0])

    def shown():
        console.file.seek(0)
        console.file.truncate()
        console.print(view.live.get_renderable())
        return console.file.getvalue()

    assert "step 1 of 3 · 0 of at most 400 requests · 0 tokens" in shown()
    for _ in range(40):
        run.budget.count(Reply("Heat", prompt_tokens=20, tokens=5))
        view(None)
    seconds[0] = 10.0
    text = shown()
    assert "40 of at most 400 requests · 1,000 tokens · at most 90 s left" in text
    evaluation = Evaluation((verdict(6.5), verdict(None, "ttr")))
    view.tell("measured", evaluation)
    text = shown()
    assert re.search(r"item_entropy +6\.5 +7\.8 to 8\.6 +drifted", text)
    assert re.search(r"ttr +– +– +inconclusive", text)
    view.tell("step", Step(1, run.prompt, (), evaluation, "", {}, {}, 0))
    assert "step 2 of 3" in shown()
    view.tell("candidate", None)
    assert "comparing the prompts" in shown()


def on_a_terminal(folder, **environment):
    """Run a command in a terminal, and return what that shows and the exit code."""
    own, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "CI"} | {"TERM": "xterm", **environment}
    root = str(Path(__file__).resolve().parents[2])
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [root, env.get("PYTHONPATH", "")]))
    process = subprocess.Popen(
        [sys.executable, "-m", "crs_simcheck", "optimize", *COMMAND, "--max-calls", "60"],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    parts = []
    while select.select([own], [], [], 60)[0]:
        try:
            part = os.read(own, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        parts.append(part)
    os.close(own)
    return b"".join(parts).decode("utf-8", "replace"), process.wait(timeout=60)


@pytest.mark.slow
def test_a_terminal_shows_the_view_and_ci_does_not(project, tmp_path):
    text, code = on_a_terminal(copied(project, tmp_path / "seen"))
    assert code == 2
    assert "of at most" in text
    assert "\x1b[" in text
    assert "step 1: score" in text
    text, code = on_a_terminal(copied(project, tmp_path / "ci"), CI="true")
    assert code == 2
    assert "of at most" not in text
    assert "\x1b[" not in text
