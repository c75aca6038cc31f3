"""The demo of ``optimize`` comes out as it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
