"""A small repository with recorded answers, and pytest run in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.plugin.small_project import write_project

# alike: answers as people do; narrow: names three films; eager: says Yes to everything.
SETTINGS = """
[simulator.alike]
responses = "alike.jsonl"
catalogue = "films.csv"
baseline = "crowd"
draws = 200

[simulator.alike.gates]
item_entropy = {}
acceptance_rate = {}
format_violation_rate = {}

[simulator.narrow]
responses = "narrow.jsonl"
catalogue = "films.csv"
baseline = "crowd"
draws = 200

[simulator.narrow.gates]
item_entropy = {}
"""


class Project:
    """A copy of the small repository for one test, with pytest started in it."""

    def __init__(self, pytester: pytest.Pytester, source: Path) -> None:
        self.pytester = pytester
        self.path = pytester.path
        shutil.copytree(source, self.path, dirs_exist_ok=True)

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def settings(self, text: str = SETTINGS) -> None:
        self.write("simcheck.toml", text)

    def simulator(self, name: str = "alike", gates: str = "item_entropy = {}", **keys: str) -> None:
        """Write settings of one simulator; keys as TOML text."""
        given = {
            "responses": f'"{name}.jsonl"',
            "catalogue": '"films.csv"',
            "baseline": '"crowd"',
            "draws": "200",
            **keys,
        }
        lines = "\n".join(f"{key} = {value}" for key, value in given.items() if value)
        self.settings(f"[simulator.{name}]\n{lines}\n[simulator.{name}.gates]\n{gates}\n")

    def run(self, *arguments: str, flag: bool = True) -> pytest.RunResult:
        """Run pytest in this process."""
        return self.pytester.runpytest_inprocess(*self._arguments(arguments, flag))

    def run_apart(self, *arguments: str, flag: bool = True) -> pytest.RunResult:
        """Run pytest in a process of its own."""
        return self.pytester.runpytest_subprocess(*self._arguments(arguments, flag))

    @staticmethod
    def _arguments(arguments: tuple[str, ...], flag: bool) -> list[str]:
        # pytester's -p and basetemp come on top; plugins of the test environment are not ours
        others = ("-p", "no:hypothesispytest", "-p", "no:timeout")
        return [*(["--crs-simcheck"] if flag else []), *others, *arguments]


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small_project")
    write_project(folder)
    return folder


@pytest.fixture
def project(
    pytester: pytest.Pytester, small_project: Path, monkeypatch: pytest.MonkeyPatch
) -> Project:
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("CONFIG", "RECORD", "ENGINE", "SEEKERS", "INCONCLUSIVE"):
        monkeypatch.delenv(f"CRS_SIMCHECK_{name}", raising=False)
    made = Project(pytester, small_project)
    made.settings()
    return made
