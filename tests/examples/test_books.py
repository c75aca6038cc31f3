"""The example of another domain: what it shows, and that it is made as it says."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crs_simcheck.engines import Reply
from crs_simcheck.metrics.registry import OWN
from tests.plugin.live_project import record_here

BOOKS = Path(__file__).resolve().parents[2] / "examples" / "books"


@pytest.fixture
def books(tmp_path, monkeypatch):
    folder = tmp_path / "books"
    shutil.copytree(BOOKS, folder)
    monkeypatch.chdir(folder)
    yield folder
    OWN.pop("classics_share", None)


def test_readers_pass_and_the_control_fails(books):
    command = [sys.executable, "-m", "pytest", "-q", "--crs-simcheck", "-p", "no:cacheprovider"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "5 within, 3 drifted" in done.stdout
    failed = re.findall(r"(?m)^FAILED simcheck.toml::(\w+)::", done.stdout)
    assert failed == ["bestsellers"] * 3
    assert "baseline 'readers' is not people: synthetic" in done.stdout
    assert "The Northern Harbour (1928)" in done.stdout


@pytest.mark.slow
def test_all_of_it_is_made_as_the_page_says(books):
    sys.path.insert(0, str(books))
    try:
        import made_up
    finally:
        sys.path.remove(str(books))
        sys.modules.pop("made_up", None)
    kept = {
        path.relative_to(books): path.read_bytes()
        for pattern in ("*.csv", "*.jsonl", "answers/*", "readers/*")
        for path in books.glob(pattern)
        if path.name != "readers.jsonl"
    }
    assert len(kept) > 8
    made_up.write(books)
    shutil.rmtree(books / "readers")
    page = (books / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"```\n(crs-simcheck baseline build .*?)```", page, re.DOTALL)
    from crs_simcheck.cli import main

    assert main(shlex.split(command.replace("\\\n", " "))[1:]) == 0
    assert {name: (books / name).read_bytes() for name in kept} == kept


def test_the_prompts_speak_of_books_and_an_engine_can_be_asked(books):
    asked = []

    def script(request):
        asked.append(request.messages)
        return Reply(
            "The Quiet Harbour (1900)\nThe Last Harbour (1937)\nThe Salt Ferry (1995)", "stop"
        )

    (books / "live.toml").rename(books / "simcheck.toml")
    done = record_here(books, script=script)
    assert done.collected.answered == 120
    words = " ".join(m.content for messages in asked for m in messages).lower()
    assert "book" in words
    assert not re.search(r"\b(films?|movies?|watch)\b", words)
