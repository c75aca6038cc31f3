"""examples/movies: the demo finds what is known, and the folder holds what it says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crs_simcheck.cli import main

MOVIES = Path(__file__).resolve().parents[2] / "examples" / "movies"


def tree():
    return {
        path.relative_to(MOVIES): path.read_bytes()
        for path in MOVIES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def run(*command, **environment):
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=environment.pop("cwd", MOVIES),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def test_the_demo(tmp_path):
    """From another folder, as `make demo` does, and nothing is left behind."""
    before = tree()
    ran = run(MOVIES / "demo.py", cwd=tmp_path, PYTHONIOENCODING="utf-8")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.endswith("\nAll as expected.\n")
    assert "words_per_response of simulator 'mistral-nemo' in rec_request" in ran.stdout
    assert "baseline 'synthetic-raters' is not people: synthetic" in ran.stdout
    assert ran.stdout.count("  ok    ") == 5
    assert tree() == before
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_finds_something_else_is_1(tmp_path):
    """A copy in which the eager simulator answers as people do."""
    import shutil

    copy = tmp_path / "movies"
    shutil.copytree(MOVIES, copy, ignore=shutil.ignore_patterns("__pycache__"))
    answers = (copy / "answers" / "eager.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in answers]
    for place, row in enumerate(rows):
        row["text"] = "Yes" if place % 10 < 6 else "No"
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (copy / "answers" / "eager.jsonl").write_text(text, encoding="utf-8")
    ran = run(copy / "demo.py", cwd=tmp_path, PYTHONIOENCODING="utf-8")
    assert ran.returncode == 1
    assert "WRONG eager         acceptance_rate drifted: within" in ran.stdout
    assert ran.stdout.endswith("\n1 not as expected.\n")


def test_its_own_tests_pass_and_are_all_that_pytest_runs():
    ran = run("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert ran.returncode == 0, ran.stdout
    assert "3 passed" in ran.stdout
    assert "simcheck" not in ran.stdout


@pytest.mark.parametrize(
    "arguments,names",
    [
        (
            ("--baseline", "redial-seekers", "--task", "items_talk", "--catalogue", "catalogue.csv",
             "--control", "people", "--control", "popular"),
            ("people.jsonl", "people.profiles.jsonl", "popular.jsonl", "popular.profiles.jsonl"),
        ),
        (("--baseline", "synthetic-raters", "--control", "eager"), ("eager.jsonl",)),
    ],
)  # fmt: skip
def test_the_answers_are_written_again_byte_for_byte(
    tmp_path, monkeypatch, capsys, arguments, names
):
    """By the commands of its README."""
    monkeypatch.chdir(MOVIES)
    assert main(["controls", *arguments, "--write", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("all as expected\n")
    for name in names:
        assert (tmp_path / name).read_bytes() == (MOVIES / "answers" / name).read_bytes(), name


def test_the_readme_has_these_commands():
    text = (MOVIES / "README.md").read_text(encoding="utf-8").replace("\\\n", "")
    told = [" ".join(line.split()) for line in text.splitlines()]
    assert (
        "crs-simcheck controls --baseline redial-seekers --task items_talk --catalogue "
        "catalogue.csv --control people --control popular --write answers"
    ) in told
    assert (
        "crs-simcheck controls --baseline synthetic-raters --control eager --write answers" in told
    )


def test_eager_is_asked_as_the_baseline_says():
    lines = (MOVIES / "answers" / "eager.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    asked = {}
    for row in rows:
        asked.setdefault(row["seeker"], set()).add(row["stimulus"]["item"])
    assert len(asked) == 100
    assert {len(films) for films in asked.values()} == {10}
