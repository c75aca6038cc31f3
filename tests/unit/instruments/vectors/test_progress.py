"""The progress bar: only where it takes more than two seconds, only on stderr, one at a time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from crs_simcheck.instruments.vectors import _progress
from crs_simcheck.instruments.vectors._progress import blocks


def test_blocks_are_the_sequence():
    assert list(blocks("abcdefg", 3, "letters")) == ["abc", "def", "g"]
    assert list(blocks("", 3, "letters")) == []


@pytest.fixture
def seconds(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(_progress.time, "monotonic", lambda: clock[0])
    return clock


def test_a_slow_one_is_whole_too(seconds, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    found = []
    for block in blocks(list(range(20)), 3, "numbers [of] things"):
        seconds[0] += 1.5
        found += block
        found += [x for inner in blocks([], 1, "inner") for x in inner]
    assert found == list(range(20))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "numbers [of] things" in shown.err


def test_one_inside_another_shows_nothing(seconds, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    for _ in blocks([1, 2, 3, 4], 1, "outer"):
        for _ in blocks([1, 2, 3, 4], 1, "inner"):
            seconds[0] += 1.5
    shown = capsys.readouterr().err
    assert "outer" in shown
    assert "inner" not in shown


def test_a_fast_one_does_not_load_rich():
    code = (
        "import sys\n"
        "from crs_simcheck.instruments.vectors._progress import blocks\n"
        "assert [*blocks('abc', 2, 'letters')] == ['ab', 'c']\n"
        "assert 'rich' not in sys.modules\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
