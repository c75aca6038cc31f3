"""What a prompt was before, as git knows it; and that git is only asked, never obeyed."""

import subprocess

import pytest

from crs_simcheck.project.prompt_diff import diff_lines, earlier_prompt
from crs_simcheck.prompts import default_prompts, read_prompts, write_prompt


class Repository:
    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "prompts" / "bin_pref.md"
        self.file.parent.mkdir()
        write_prompt(default_prompts()["bin_pref"], self.file)
        self.git("init", "--quiet")

    def git(self, *arguments):
        who = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
        ran = subprocess.run(
            ["git", *who, "-c", "commit.gpgsign=false", *arguments],
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
        )
        return ran.stdout.strip()

    def commit(self, *lines):
        self.write(*lines)
        self.git("add", "-A")
        self.git("commit", "--quiet", "--allow-empty", "-m", "-".join(lines) or "none")
        return self.git("rev-parse", "HEAD")[:12]

    def write(self, *lines):
        text = default_prompts()["bin_pref"].text
        added = "".join(f"- {line}\n" for line in lines)
        self.file.write_text(text.replace("\n# Output", f"{added}\n# Output"), encoding="utf-8")

    @property
    def prompt(self):
        return read_prompts(self.file.parent)["bin_pref"]


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path)


def test_an_uncommitted_change_is_compared_with_what_is_committed(repository):
    first = repository.commit("one")
    repository.write("two")
    found = earlier_prompt(repository.prompt, None)
    assert (found.revision, found.recorded) == (first, False)
    lines = diff_lines(found.prompt, repository.prompt)
    assert [line for line in lines if line[0] in "+-"] == ["-- one", "+- two"]
    assert lines[0].startswith("@@")


def test_a_committed_prompt_is_compared_with_the_one_before(repository):
    first = repository.commit("one")
    repository.commit("two")
    repository.commit("two")
    assert earlier_prompt(repository.prompt, None).revision == first


def test_what_the_answers_were_recorded_with_goes_first(repository):
    first = repository.commit("one")
    recorded = repository.prompt.sha256
    repository.commit("two")
    repository.commit("three")
    found = earlier_prompt(repository.prompt, recorded)
    assert (found.revision, found.recorded) == (first, True)
    assert earlier_prompt(repository.prompt, "0" * 64) is None


def test_broken_and_missing_versions_are_passed_over(repository):
    first = repository.commit("one")
    repository.file.write_text("no prompt at all", encoding="utf-8")
    repository.git("commit", "--quiet", "-am", "broken")
    repository.git("rm", "--quiet", "prompts/bin_pref.md")
    repository.git("commit", "--quiet", "-m", "gone")
    repository.file.parent.mkdir(exist_ok=True)
    repository.commit("two")
    assert earlier_prompt(repository.prompt, None).revision == first


def test_without_a_history_there_is_nothing_to_tell(repository, tmp_path, monkeypatch):
    assert earlier_prompt(repository.prompt, None) is None  # no commit yet
    assert earlier_prompt(default_prompts()["bin_pref"], None) is None  # no file
    repository.commit("one")
    assert earlier_prompt(repository.prompt, None) is None  # no other version
    repository.write("two")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert earlier_prompt(repository.prompt, None) is None  # no git


def test_a_program_that_a_repository_names_is_not_run(repository):
    repository.commit("one")
    mark = repository.folder / "ran"
    program = repository.folder / "program.sh"
    program.write_text(f'#!/bin/sh\ntouch {mark}\ncat "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (repository.folder / ".gitattributes").write_text("*.md diff=odd\n", encoding="utf-8")
    for key in ("diff.odd.textconv", "diff.odd.command", "core.pager", "diff.external"):
        repository.git("config", key, str(program))
    repository.write("two")
    assert earlier_prompt(repository.prompt, None) is not None
    assert not mark.exists()
