"""A bar for those who wait at a terminal, and for nobody else."""

import io
import sys

import pytest

from crs_simcheck.baselines import progress as module
from crs_simcheck.baselines.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(monkeypatch, stream, patience):
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(module, "_PATIENCE_S", patience)
    monkeypatch.setenv("TERM", "xterm")
    with progress("counting sheep", 100) as steps:
        for _ in range(10):
            steps.add(10)
    assert steps.done == 100
    return stream.getvalue()


def test_on_a_terminal_after_a_while(monkeypatch):
    assert "counting sheep" in shown(monkeypatch, Terminal(), -1.0)


@pytest.mark.parametrize("stream,patience", [(Terminal(), 60.0), (io.StringIO(), -1.0)])
def test_never_at_once_and_never_in_a_log(monkeypatch, stream, patience):
    assert shown(monkeypatch, stream, patience) == ""


def test_rich_is_not_imported_for_short_work():
    import subprocess

    code = (
        "import sys\nfrom crs_simcheck.baselines.progress import progress\n"
        "with progress('x', 1) as steps:\n    steps.add()\n"
        "assert 'rich' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_bar_is_gone_after_an_error(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(module, "_PATIENCE_S", -1.0)
    steps = []

    def work():
        with progress("x") as these:
            steps.append(these)
            these.add()
            assert these._bar is not None
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        work()
    assert steps[0]._bar is None
