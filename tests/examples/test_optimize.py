"""The demo of ``optimize`` comes out as it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.feedback import blanked, ended_within, shuffled
from examples.optimize.demo import prepare

DEMO = Path(__file__).resolve().parents[2] / "examples" / "optimize" / "demo.py"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_three_naive_prompts_become_ones_that_are_within(tmp_path):
    ran = subprocess.run(
        [sys.executable, DEMO], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("better: after step") == 3
    assert "All as expected." in ran.stdout
    assert "no LLM" in ran.stdout


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_is_the_feedback_that_makes_them_better(tmp_path):
    prepare(tmp_path / "optimize")
    for misleading in (blanked, shuffled(0)):
        found = ended_within(tmp_path / "optimize", misleading)
        assert all(off >= 3 for off, _ in found.values())
        assert all(within < off / 2 for off, within in found.values())


@given(st.integers(0, 50))
def test_what_is_shuffled_says_of_no_metric_what_was_measured_of_it(seed):
    lines = [f"- {name} (title): said of {name}." for name in ("a", "b", "c", "d")]
    mixed = shuffled(seed)("\n".join(lines)).splitlines()
    assert not set(lines) & set(mixed)
    assert sorted(line.split("): ")[1] for line in mixed) == [
        line.split("): ")[1] for line in lines
    ]
