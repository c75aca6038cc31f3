"""Pipes, signals and terminals: what only a process of its own can show."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CHECK = ("check", "narrow.jsonl", "--baseline", "crowd", "--catalogue", "films.csv",
         "--draws", "100", "--metric", "item_entropy")  # fmt: skip
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


def shell(folder, line):
    """Run a line in a shell that fails where any part of a pipe does; CLI is our command."""
    command = f"set -o pipefail; CLI() {{ '{sys.executable}' -m crs_simcheck \"$@\"; }}; {line}"
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@posix
def test_a_reader_that_goes_is_no_drift_and_no_traceback(project_folder):
    """141 is what a shell says of any program whose reader went, and no verdict."""
    ran = shell(project_folder, f"CLI {' '.join(CHECK)} | head -c 1")
    assert ran.stderr == ""
    assert ran.returncode in (1, 141)  # 1: all was said before head went
    ran = shell(project_folder, "CLI baseline show | true")
    assert ran.stderr == ""
    assert ran.returncode == 141


@posix
@pytest.mark.parametrize("ending", [">&-", ">&- 2>&-"])
def test_closed_streams_leave_the_exit_code(project_folder, ending):
    ran = shell(project_folder, f"CLI {' '.join(CHECK)} {ending}")
    assert ran.returncode == 1
    assert ran.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_bad_input_and_no_fault_of_ours(project_folder):
    ran = shell(project_folder, f"CLI {' '.join(CHECK)} > /dev/full")
    assert ran.returncode == 3
    assert ran.stderr == "crs-simcheck: cannot be used: No space left on device\n"


@pytest.mark.parametrize("encoding,line", [("latin-1", "-"), ("cp1252", "-"), ("utf-8", "─")])
def test_terminals_that_lack_our_signs(apart, encoding, line):
    ran = apart(*CHECK, env={**os.environ, "PYTHONIOENCODING": encoding})
    assert ran.returncode == 1
    text = ran.stdout.decode(encoding)
    assert f" {line * 20}" in text
    assert "?" not in text


def test_an_ascii_terminal_is_no_reason_to_fail(apart):
    given = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    ran = apart(*CHECK, env=given)
    assert ran.returncode == 1
    assert b"item_entropy" in ran.stdout
    assert ran.stderr == b""


@posix
def test_sigint_is_130_and_one_line(project_folder):
    code = (
        "import os, signal, sys\n"
        "from crs_simcheck.project import SimulatorRun\n"
        "from crs_simcheck.cli import main\n"
        "SimulatorRun.verdict = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        f"sys.exit(main({list(CHECK)!r}))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project_folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert ran.returncode == 130
    assert ran.stderr.strip() == "crs-simcheck: interrupted"


def test_the_console_script_is_the_same_door(project_folder):
    script = Path(sys.executable).with_name("crs-simcheck")
    if not script.exists():
        pytest.fail(f"there is no {script}")
    ran = subprocess.run([script, *CHECK], cwd=project_folder, capture_output=True, check=False)
    assert ran.returncode == 1


def test_help_imports_nothing_heavy(apart):
    code = (
        "import sys\n"
        "from crs_simcheck.cli import main\n"
        "assert main(['check', '--help']) == 0\n"
        "assert not {'numpy', 'scipy', 'rich', 'pytest'} & set(sys.modules), sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_check_imports_nothing_heavy(project_folder):
    code = (
        "import sys\n"
        "from crs_simcheck.cli import main\n"
        f"assert main({list(CHECK)!r}) == 1\n"
        "heavy = {'torch', 'scipy.stats', 'gensim', 'hypothesis', 'pytest'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, cwd=project_folder
    )
