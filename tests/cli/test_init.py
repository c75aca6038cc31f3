"""``init`` and ``doctor``: from an empty folder to a verdict, and what may be wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys

import pytest

from crs_simcheck.cli import main
from crs_simcheck.errors import EngineUnavailableError
from crs_simcheck.project import doctor as looking
from crs_simcheck.project import read_settings
from crs_simcheck.project.starting import starter_files
from crs_simcheck.prompts import default_prompts, read_prompts


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    folder = tmp_path_factory.mktemp("begun") / "repository"
    assert main(["init", str(folder)]) == 0
    return folder


@pytest.fixture
def repository(begun, tmp_path, monkeypatch):
    """A repository just begun, to change."""
    folder = tmp_path / "repository"
    shutil.copytree(begun, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def cli(capsys):
    def run(*arguments):
        capsys.readouterr()
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_command_that_is_named_next_can_be_typed(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = cli("init", "my seeker")
    assert code == 0
    assert "now:  cd 'my seeker' && pytest --crs-simcheck\n" in out


def verdict_of(folder, *arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_it_is_green_at_once_and_a_changed_prompt_is_not(repository):
    code, out = verdict_of(repository, "--crs-simcheck", "--ignore=tests")
    assert code == 0, out
    assert "20 within" in out
    prompt = repository / "prompts" / "items_talk.md"
    prompt.write_text(prompt.read_text("utf-8").replace("Guidelines\n", "Guidelines\n\n- Hm.\n"))
    code, out = verdict_of(repository, "--crs-simcheck", "--ignore=tests")
    assert code == 1
    assert "prompts/items_talk.md" in out
    assert "section '# Guidelines' has changed" in out
    assert "next: crs-simcheck record seeker" in out


def test_nothing_is_overwritten(repository, cli):
    before = {p: p.read_bytes() for p in repository.rglob("*") if p.is_file()}
    assert cli("init")[0] == 0
    assert {p: p.read_bytes() for p in repository.rglob("*") if p.is_file()} == before
    (repository / "prompts" / "bin_pref.md").write_text("mine")
    code, _, err = cli("init")
    assert code == 3
    assert "prompts/bin_pref.md would be overwritten" in err
    assert (repository / "prompts" / "bin_pref.md").read_text() == "mine"


@pytest.mark.parametrize("name", ["simcheck.toml", "pyproject.toml"])
def test_a_repository_that_has_settings_is_left_alone(tmp_path, cli, name):
    table = "" if name == "simcheck.toml" else "tool.crs-simcheck."
    text = f'[{table}simulator.a]\nresponses = "a.jsonl"\n'
    (tmp_path / name).write_text(text)
    code, _, err = cli("init", str(tmp_path))
    assert code == 3
    assert "has settings already" in err
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_another_engine_is_not_asked_but_named(tmp_path, cli):
    code, out, _ = cli("init", str(tmp_path / "new"), "--engine", "ollama:m")
    assert code == 0
    assert "crs-simcheck record && pytest --crs-simcheck" in out
    (settings,) = read_settings(tmp_path / "new" / "simcheck.toml").simulators
    assert settings.live.engine == "ollama:m"
    assert not (tmp_path / "new" / "recordings").exists()
    code, _, err = cli("init", str(tmp_path / "other"), "--engine", "olama:m")
    assert code == 3
    assert "did you mean 'ollama'" in err
    assert not (tmp_path / "other").exists()


def test_untuned_prompts_are_the_default_ones(tmp_path):
    for name, content in starter_files(untuned=True).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert read_prompts(tmp_path / "prompts").keys() == default_prompts().keys()
    assert starter_files().keys() == starter_files(untuned=True).keys()
    assert starter_files() != starter_files(untuned=True)


def levels(folder_json, subject):
    found = folder_json["simulators"]["seeker"]
    return {one["level"] for one in found if one["subject"] == subject}


def test_doctor_finds_nothing_wrong_with_what_init_wrote(repository, cli):
    code, out, _ = cli("doctor", "--json")
    found = json.loads(out)
    assert code == 0
    assert (
        levels(found, "engine") == levels(found, "seed") == levels(found, "recordings") == {"fine"}
    )
    assert "problem" not in json.dumps(found)


def test_doctor_says_what_is_not_recorded_and_what_lies_about(repository, cli):
    file = repository / "recordings" / "seeker" / "items_talk.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:1:-1]))
    code, out, _ = cli("doctor", "--offline")
    assert code == 1
    assert "2 of 1,800 answers are not recorded" in out
    assert "crs-simcheck record seeker" in out
    assert "out of their places" in " ".join(out.split())
    assert main(["record"]) == 0
    assert file.read_bytes() == b"".join(lines)
    assert cli("doctor", "--offline")[0] == 0


@pytest.mark.slow
def test_doctor_says_that_an_engine_is_away_or_slow(repository, cli, monkeypatch):
    class Away:
        async def about(self):
            raise EngineUnavailableError("nobody answers (ollama serve starts it)")

        async def aclose(self):
            pass

    monkeypatch.setattr(looking, "open_answering_engine", lambda _: Away())
    code, out, _ = cli("doctor")
    assert code == 1
    assert "PROBLEM engine: nobody answers" in out

    class Slow(Away):
        async def about(self):
            await asyncio.sleep(60)

    monkeypatch.setattr(looking, "open_answering_engine", lambda _: Slow())
    monkeypatch.setattr(looking, "_SECONDS", 0.01)
    code, out, _ = cli("doctor")
    assert code == 1
    assert "PROBLEM engine: embedded gave no answer within" in out


def test_doctor_sees_a_seed_that_does_nothing(repository, cli, monkeypatch):
    from crs_simcheck.engines import About, Reply

    class Moody:
        said = 0

        async def about(self):
            return About("ollama", "m", "sha256:" + "0" * 64, "0.9")

        async def answer(self, request):
            assert request.options.num_predict <= 48
            self.said += 1
            return Reply(str(self.said), truncated=True)

        async def aclose(self):
            pass

    monkeypatch.setattr(looking, "open_answering_engine", lambda _: Moody())
    code, out, _ = cli("doctor", "seeker")
    assert code == 1
    assert "note    seed" in out
    assert "PROBLEM context: the server cut the prompt" in out
    assert "server 0.9" in out


@pytest.mark.parametrize(
    "spoil, told",
    [
        (lambda f: (f / "profiles.jsonl").unlink(), "no such file"),
        (lambda f: (f / "prompts" / "bin_pref.md").write_bytes(b"\xff"), "bin_pref.md"),
        (lambda f: (f / "recordings/seeker/bin_pref.jsonl").write_text("{}\n{}\n"), "bin_pref"),
    ],
    ids=["no profiles", "a broken prompt", "a broken recording"],
)
def test_doctor_says_where_a_file_is_broken(repository, cli, spoil, told):
    spoil(repository)
    code, out, _ = cli("doctor", "--offline")
    assert code == 1
    assert "PROBLEM" in out
    assert told in out


def test_doctor_says_that_seekers_are_too_few_and_a_context_too_small(repository, cli):
    settings = repository / "simcheck.toml"
    text = settings.read_text("utf-8")
    settings.write_text(
        text.replace(
            "[simulator.seeker.gates]", "seekers = 9\nnum_ctx = 600\n[simulator.seeker.gates]", 1
        )
    )
    assert main(["record"]) == 0
    code, out, _ = cli("doctor", "--offline")
    assert code == 1
    assert "9 seekers; with fewer than 20" in out
    assert "may not fit into num_ctx = 600" in " ".join(out.split())


def test_doctor_without_settings_and_without_such_a_simulator(tmp_path, cli, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = cli("doctor")
    assert code == 3
    assert "crs-simcheck init" in err
    (tmp_path / "simcheck.toml").write_text('[simulator.a]\nresponses = "a.jsonl"\n')
    code, _, err = cli("doctor", "b")
    assert code == 3
    code, out, _ = cli("doctor", "a")
    assert code == 1
    assert "a.jsonl" in out
