"""The first pages of the README happen as they stand there: each command, and what it prints."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"
LEFT_OUT = ("pip install ", "mkdir ")


def transcript():
    """Yield each command of the section with what is printed below it."""
    section = README.read_text("utf-8").split("## From nothing to a verdict")[1].split("\n## ")[0]
    for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
        for command, printed in re.findall(r"(?m)^\$ ([^\n]*)\n((?:(?!\$ )[^\n]*\n)*)", block):
            yield command.split("   ")[0].strip(), printed


def expected(printed):
    """Return the pattern of what is printed, where a line of dots stands for any lines."""
    lines = [
        r"(?s:.*?)" if line == "..." else re.escape(line) for line in printed.rstrip().splitlines()
    ]
    return r"(?s:.*?)" + r"\n".join(lines) + r"(?s:.*)"


@pytest.mark.skipif(shutil.which("sed") is None, reason="the README edits a prompt with sed")
def test_from_nothing_to_a_verdict(tmp_path):
    scripts = Path(sys.executable).parent
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "GITHUB_"))}
    environment |= {"PATH": f"{scripts}{os.pathsep}{environment['PATH']}", "COLUMNS": "80"}
    # What other plugins print is no part of the transcript.
    environment["PYTEST_ADDOPTS"] = "-p no:cacheprovider -p no:randomly -p no:xdist"
    told = list(transcript())
    assert len(told) >= 5
    for command, printed in told:
        if command.startswith(LEFT_OUT):
            continue
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seen = re.sub(r" in \d+\.\d+s\b", "", done.stdout)
        assert re.fullmatch(expected(printed), seen), f"$ {command}\n{done.stdout}\n{done.stderr}"
