"""Prompt files on disk, and the five that ship."""

from __future__ import annotations

import os
import re
import stat

import pytest

from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.prompts import (
    DEFAULT_PROMPTS,
    default_prompts,
    messages,
    parse_prompt,
    read_prompt,
    read_prompts,
    write_prompt,
)
from crs_simcheck.records import TASKS

GOOD = b"# Task\r\n{{ item }}\n# Persona\n# Guidelines\n# Output"
VALUES = {"persona": "PERSONA", "context": "CONTEXT", "item": "Heat (1995)", "n_items": "5"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "bin_pref.md").write_bytes(GOOD)
    return tmp_path


def refused(call, *arguments):
    with pytest.raises(InputError) as caught:
        call(*arguments)
    return str(caught.value)


def test_a_file_is_read_for_its_task(folder):
    prompt = read_prompt(folder / "bin_pref.md", "bin_pref")
    assert (prompt.text.encode(), prompt.task) == (GOOD, "bin_pref")
    assert "rec_request never fills" in refused(
        read_prompt, str(folder / "bin_pref.md"), "rec_request"
    )


def test_a_folder_is_read_in_the_order_of_the_tasks(folder):
    (folder / "rec_request.md").write_bytes(b"# Task\n# Output\n# Persona\n# Guidelines")
    (folder / "open_pref.md").write_bytes(GOOD)
    (folder / "notes.txt").write_text("not read")
    (folder / ".#bin_pref.md").write_text("not read")
    found = read_prompts(folder)
    assert list(found) == ["bin_pref", "open_pref", "rec_request"]
    assert [p.task for p in found.values()] == list(found)
    with pytest.raises(TypeError):
        found["bin_pref"] = None


@pytest.mark.parametrize(
    "name,words",
    [
        ("bin_perf.md", "did you mean 'bin_pref.md'?"),
        ("Bin_Pref.MD", "did you mean 'bin_pref.md'?"),
        ("README.md", "move it out of the folder"),
    ],
)
def test_an_unknown_name_is_refused(folder, name, words):
    (folder / name).write_bytes(GOOD)
    found = refused(read_prompts, folder)
    assert f"{name}: the file is named after no task; a prompt file is items_talk.md, " in found
    assert words in found


def test_a_bad_file_in_a_folder_is_refused(folder):
    (folder / "items_talk.md").write_bytes(GOOD)
    assert "items_talk.md:2: items_talk never fills {{ item }}" in refused(read_prompts, folder)
    (folder / "items_talk.md").unlink()
    (folder / "items_talk.md").mkdir()
    assert "items_talk.md: this is a folder; need a prompt file" in refused(read_prompts, folder)


def test_what_cannot_be_read(folder):
    (folder / "none").mkdir()
    with pytest.raises(EmptyInputError, match="there is no prompt file in it"):
        read_prompts(folder / "none")
    assert "no such thing; need a folder of prompt files (did you mean 'none'?)" in refused(
        read_prompts, folder / "nonne"
    )
    assert "no folder; need a folder of prompt files" in refused(
        read_prompts, folder / "bin_pref.md"
    )
    assert "(did you mean 'bin_pref.md'?)" in refused(read_prompt, folder / "bin_prf.md")
    assert "check the path, and the folder you are in" in refused(
        read_prompt, folder / "a" / "b.md"
    )
    assert "bad\\0.md: cannot be read" in refused(read_prompt, "bad\0.md")
    assert "cannot be read" in refused(read_prompts, "bad\0")


def test_a_huge_file_is_not_read_whole(folder):
    with (folder / "big.md").open("wb") as file:
        file.truncate(1 << 40)
    assert "more than 262,144 bytes" in refused(read_prompt, folder / "big.md")


# -------------------------------------------------------------------------------------- writing


def test_a_prompt_is_written_byte_for_byte(tmp_path):
    prompt = parse_prompt(b"\xef\xbb\xbf---\r\na\n---\n\r\n" + GOOD)
    path = tmp_path / "new" / "deep" / "p.md"
    write_prompt(prompt, path)
    assert path.read_bytes() == prompt.text.encode()
    assert read_prompt(path).sections == prompt.sections
    assert [each.name for each in path.parent.iterdir()] == ["p.md"]


def test_a_written_file_keeps_its_mode_and_a_link_its_target(folder):
    target, link = folder / "bin_pref.md", folder / "link.md"
    target.chmod(0o640)
    link.symlink_to(target)
    prompt = read_prompt(target).replaced("Guidelines", "- New.")
    write_prompt(prompt, link)
    assert link.is_symlink()
    assert target.read_bytes() == prompt.text.encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_what_cannot_be_written_leaves_what_was_there(folder, monkeypatch):
    prompt = parse_prompt(GOOD)
    assert "cannot be written" in refused(write_prompt, prompt, folder)
    assert "cannot be written" in refused(write_prompt, prompt, folder / "bin_pref.md" / "x.md")
    assert "bad\\0.md: the file cannot be written" in refused(
        write_prompt, prompt, folder / "bad\0.md"
    )

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    other = prompt.replaced("Guidelines", "- New.")
    assert "No space left" in refused(write_prompt, other, folder / "bin_pref.md")
    monkeypatch.undo()
    assert (folder / "bin_pref.md").read_bytes() == GOOD
    assert [each.name for each in folder.iterdir()] == ["bin_pref.md"]


# ------------------------------------------------------------------------------ those that ship

FORM = {
    "items_talk": "one title per line as `Title (yyyy)`",
    "bin_pref": "exactly one word, Yes or No",
    "open_pref": "short review",
    "rec_request": "name no title",
    "neg_feedback": "accept or reject",
}
# What would tell the model to be less biased: finding such words is what optimizing is for.
ADVICE = re.compile(
    r"popular|famous|well-known|obscure|decade|era\b|diverse|varied|variety|countr|genre"
    r"|picky|selective|critical|honest|stars? or more|threshold",
    re.IGNORECASE,
)


def test_there_is_a_default_prompt_for_every_task():
    assert list(default_prompts()) == list(TASKS)
    assert default_prompts() is default_prompts()
    assert {path.name for path in DEFAULT_PROMPTS.iterdir()} == {f"{task}.md" for task in TASKS}


@pytest.mark.parametrize("task", TASKS)
def test_a_default_prompt_says_what_to_answer_and_gives_no_advice(task):
    prompt = default_prompts()[task]
    assert prompt.task == task
    assert prompt.notes == ()
    assert {"persona", "context"} <= prompt.placeholders
    assert FORM[task] in " ".join(prompt.section("Output").text.split())
    assert not ADVICE.search(prompt.content)
    assert len(prompt.text.split()) < 400
    assert prompt.tokens_at_most < 2048


@pytest.mark.parametrize("task", TASKS)
def test_a_default_prompt_reads_well_with_and_without_values(task):
    prompt = default_prompts()[task]
    full = messages(prompt, VALUES)
    assert "\n\nPERSONA\n\n# Guidelines" in full[0].content
    assert "\n\nCONTEXT\n\n# Output" in full[1].content
    bare = messages(prompt, {**VALUES, "persona": "", "context": ""})
    for message, without in zip(full, bare, strict=True):
        assert "\n\n\n" not in message.content + without.content
        assert without.content == re.sub(r"(PERSONA|CONTEXT)\n\n", "", message.content)
        assert "{{" not in message.content
