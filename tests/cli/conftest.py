"""The command line in this process, in a folder with recorded answers."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from crs_simcheck.cli import main
from tests.plugin.small_project import write_project


@dataclass
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def project_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli_project")
    write_project(folder)
    return folder


@pytest.fixture
def cli(capsys, monkeypatch, project_folder):
    """Run a command in the folder of the project; nobody writes there."""
    monkeypatch.chdir(project_folder)

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def apart(project_folder):
    """Run a command in a process of its own; keywords go to ``subprocess.run``."""

    def run(*arguments: object, **keywords) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "crs_simcheck", *map(str, arguments)]
        given = {"cwd": project_folder, "capture_output": True, **keywords}
        return subprocess.run(command, timeout=60, check=False, **given)

    return run
