"""The progress bar: only where it takes more than two seconds, only on stderr, one at a time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from crs_simcheck.instruments.vectors import _progress
from crs_simcheck.instruments.vectors._progress import progress


@pytest.fixture
def seconds(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(_progress.time, "monotonic", lambda: clock[0])
    monkeypatch.setenv("FORCE_COLOR", "1")
    return clock


def work(seconds, total, step, what="numbers [of] things"):
    with progress(total, what) as advance:
        for _ in range(total):
            seconds[0] += step
            advance(1)


def test_a_slow_one_is_shown_on_stderr(seconds, capsys):
    work(seconds, 5, 1.5)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "numbers [of] things" in shown.err


@pytest.mark.parametrize("total,step", [(5, 0.4), (1, 9), (0, 9)])
def test_a_fast_one_and_the_last_step_are_not(seconds, capsys, total, step):
    work(seconds, total, step)
    assert capsys.readouterr() == ("", "")


def test_one_inside_another_shows_nothing(seconds, capsys):
    with progress(4, "outer") as advance:
        for _ in range(4):
            work(seconds, 4, 1.5, "inner")
            advance(1)
    shown = capsys.readouterr().err
    assert "outer" in shown
    assert "inner" not in shown
    work(seconds, 4, 1.5, "after")
    assert "after" in capsys.readouterr().err


def test_an_error_leaves_nothing_behind(seconds, capsys):
    def hurt():
        with progress(9, "hurt") as advance:
            seconds[0] += 3
            advance(1)
            raise KeyError

    with pytest.raises(KeyError):
        hurt()
    capsys.readouterr()
    work(seconds, 4, 1.5, "after")
    assert "after" in capsys.readouterr().err


def test_a_fast_one_does_not_load_rich():
    code = (
        "import sys\n"
        "from crs_simcheck.instruments.vectors._progress import progress\n"
        "with progress(9, 'letters') as advance:\n"
        "    advance(9)\n"
        "assert 'rich' not in sys.modules\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
