"""examples/prompts: a change of prompts, recorded with the embedded engine and gated."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crs_simcheck.project import SimulatorRun, read_settings
from crs_simcheck.prompts import EDITABLE, default_prompts, read_prompts
from crs_simcheck.records import TASKS

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "prompts"


def demo():
    spec = importlib.util.spec_from_file_location("prompts_demo", EXAMPLE / "demo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tree():
    return {
        path.relative_to(EXAMPLE): path.read_bytes()
        for path in EXAMPLE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.slow
def test_the_demo(tmp_path):
    before = tree()
    ran = subprocess.run(
        [sys.executable, str(EXAMPLE / "demo.py")],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=110, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.endswith("\nAll as expected.\n")
    assert ran.stdout.count("  ok    ") == 3
    assert "embedded engine: no LLM" in ran.stdout
    assert tree() == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_come_out_alike(tmp_path, seed):
    found = {}
    for settings in read_settings(EXAMPLE / "simcheck.toml").simulators:
        copied = replace(settings, seed=seed, folder=tmp_path)
        (tmp_path / "prompts").exists() or (tmp_path / "prompts").symlink_to(EXAMPLE / "prompts")
        (tmp_path / "profiles.jsonl").exists() or (tmp_path / "profiles.jsonl").symlink_to(
            EXAMPLE / "profiles.jsonl"
        )
        copied = replace(copied, live=replace(copied.live, record="new"))
        run = SimulatorRun(copied)
        for spec in run.gates:
            key = settings.name, f"{spec.task} {spec.metric.name}"
            found[key] = run.verdict(spec).outcome
        assert any("embedded engine: no LLM" in note for note in run.notes_on(run.gates[0]))
    assert {found["naive", gate] for gate in demo().DRIFTS} == {"drifted"}
    assert {o for (name, _), o in found.items() if name == "better"} == {"within"}


def test_the_naive_prompts_are_the_ones_that_ship():
    shipped, naive = default_prompts(), read_prompts(EXAMPLE / "prompts" / "naive")
    assert {t: p.text for t, p in naive.items()} == {t: p.text for t, p in shipped.items()}


def test_the_better_prompts_differ_in_what_may_be_changed_and_nowhere_else():
    naive = read_prompts(EXAMPLE / "prompts" / "naive")
    better = read_prompts(EXAMPLE / "prompts" / "better")
    assert set(better) == set(naive) == set(TASKS)
    for task, prompt in better.items():
        changed = {s.name for s in prompt.sections if s.text != naive[task].section(s.name).text}
        assert changed
        assert changed <= set(EDITABLE)
