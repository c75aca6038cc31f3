"""The whole loop against a real server whose model speaks noise: no better prompt, and no harm."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from crs_simcheck.cli import main
from crs_simcheck.prompts import default_prompts, write_prompt

pytestmark = [pytest.mark.ollama, pytest.mark.timeout(300)]

PEOPLE = Path(__file__).resolve().parents[2] / "examples" / "prompts" / "profiles.jsonl"


@pytest.mark.parametrize("editor", ["direct", pytest.param("textgrad", marks=pytest.mark.optimize)])
def test_noise_leads_to_no_better_prompt_and_a_second_run_asks_nothing(
    new_server, tmp_path, monkeypatch, capsys, editor
):
    server = new_server(num_parallel=4)
    shutil.copy(PEOPLE, tmp_path / "profiles.jsonl")
    prompt = tmp_path / "prompts" / "items_talk.md"
    write_prompt(default_prompts()["items_talk"], prompt)
    (tmp_path / "simcheck.toml").write_text(
        f"""
[simulator.seeker]
prompts  = "prompts"
engine   = "ollama:tiny@{server.host}"
profiles = "profiles.jsonl"
num_ctx  = 2048
num_predict = 16
draws    = 100
[simulator.seeker.gates.items_talk]
item_entropy = {{}}
format_violation_rate = {{}}
""",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    before = prompt.read_bytes()
    command = ["optimize", str(prompt), "--editor", editor, "--steps", "1", "--batch", "20"]
    assert main([*command, "--out", "run", "--write"]) == 1
    assert "no better prompt" in capsys.readouterr().out
    assert prompt.read_bytes() == before
    calls = [json.loads(x) for x in (tmp_path / "run" / "calls.jsonl").read_bytes().splitlines()]
    assert len(calls) >= 2
    assert {row["model"] for row in calls} == {"tiny:latest"}
    assert all(row["text"] or row["problem"] for row in calls)
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["best"] is None
    answers = {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "run").rglob("*")
        if path.is_file()
    }
    server.stop()  # whoever asked now would get no answer
    assert main([*command, "--out", "run"]) == 1
    assert not (tmp_path / "logs").exists()
    for path, digest in answers.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
