"""Input and usage that cannot be: exit 3, one message, no traceback."""

import os
import sys
from pathlib import Path

import pytest

from crs_simcheck.cli import main

COMMANDS = ([], ["check"], ["show"], ["baseline"], ["baseline", "build"], ["baseline", "show"],
            ["baseline", "verify"], ["controls"])  # fmt: skip


def refused(ran, *words):
    assert ran.code == 3, (ran.out, ran.err)
    assert ran.out == ""
    for word in words:
        assert word in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help(cli, command):
    for flag in ("--help", "-h"):
        ran = cli(*command, flag)
        assert ran.code == 0
        assert ran.out.startswith(" ".join(["Usage: crs-simcheck", *command]))
        assert ran.err == ""


def test_version(cli):
    import crs_simcheck

    assert crs_simcheck.__version__ in cli("--version").out


@pytest.mark.parametrize(
    "arguments,word",
    [
        ([], "Usage:"),
        (["nothing"], "nothing"),
        (["check"], "RESPONSES_OR_GROUP"),
        (["check", "alike.jsonl", "--sekers", "3"], "--sekers"),
        (["check", "alike.jsonl", "--seekers", "0"], "--seekers"),
        (["check", "alike.jsonl", "--seekers", "many"], "--seekers"),
        (["check", "alike.jsonl", "--draws", "5"], "--draws"),
        (["check", "alike.jsonl", "--seed", "-1"], "--seed"),
        (["check", "alike.jsonl", "--like-at", "7"], "--like-at"),
        (["check", "alike.jsonl", "--like-at", "nan"], "--like-at"),
        (["check", "alike.jsonl", "--task", "bin_prefs"], "bin_pref"),
        (["check", "alike.jsonl", "--metric", "item_entrpy"], "item_entropy"),
        (["check", "alike.jsonl", "--baseline", "redial"], "redial-seekers"),
        (["check", "alike.jsonl", "--baseline", "bin_pref=redial"], "unknown baseline 'redial'"),
        (["check", "narrow.jsonl", "--task", "bin_pref"], "no answers to bin_pref"),
        (["check", "narrow.jsonl", "--metric", "acceptance_rate"], "stands on bin_pref"),
        (["show", "alike.jsonl"], "--metric"),
        (["show", "narrow.jsonl", "--metric", "acceptance_rate"], "no answers"),
        (["show", "alike.jsonl", "--metric", "item_entrpy"], "item_entropy"),
        (["baseline"], "Usage:"),
        (["baseline", "show", "redial"], "redial-seekers"),
        (["baseline", "verify"], "NAME_OR_DIR"),
        (["baseline", "build", "--kind", "rows"], "--out"),
        (["baseline", "build", "--kind", "row", "-o", "/tmp/x"], "rows"),
        (["baseline", "build", "--kind", "rows", "-o", "/tmp/x"], "needs a source"),
        (["baseline", "build", "x", "--kind", "synthetic", "--seed", "one", "-o", "/tmp/x"],
         "--seed"),
        (["controls"], "--baseline"),
        (["controls", "--baseline", "crowd", "--control", "peeple"], "people"),
        (["controls", "--baseline", "crowd", "--seekers", "3"], "--seekers"),
        (["controls", "--baseline", "crowd", "--task", "open_pref"], "open_pref"),
    ],
)  # fmt: skip
def test_usage_errors_are_3_and_say_what_is_meant(cli, arguments, word):
    refused(cli(*arguments), word)


BAD_FILES = {
    "missing": None,
    "empty": b"",
    "blank": b"\n\n",
    "binary": bytes(range(256)) * 8,
    "not json": b"task,seeker\n",
    "no rows": b'{"task": "items_talk"}\n',
    "an array": b"[1, 2]\n",
    "cut": b'{"task": "items_talk", "seek',
    "nan": b'{"task":"bin_pref","seeker":"a","stimulus":{"item":"X"},"text":"Yes","rating":NaN}\n',
    "not a gzip": b"plain text",
}


@pytest.mark.parametrize("kind", BAD_FILES)
@pytest.mark.parametrize("command", ["check", "show"])
def test_answers_that_cannot_be_read(cli, tmp_path, kind, command):
    path = tmp_path / ("answers.jsonl.gz" if kind == "not a gzip" else "answers.jsonl")
    if BAD_FILES[kind] is not None:
        path.write_bytes(BAD_FILES[kind])
    refused(cli(command, path, "--metric", "item_entropy"), str(path))


@pytest.mark.parametrize("option", ["--catalogue", "--profiles", "--baseline"])
@pytest.mark.parametrize("kind", ["missing", "binary", "folder"])
def test_other_files_that_cannot_be_read(cli, tmp_path, option, kind):
    path = tmp_path / "given"
    if kind == "binary":
        path.write_bytes(BAD_FILES["binary"])
    elif kind == "folder":
        path.mkdir()
    metric = "leakage_rate" if option == "--profiles" else "item_entropy"
    arguments = ["check", "narrow.jsonl", "--metric", metric, option, path]
    if option == "--profiles":
        arguments += ["--baseline", "crowd"]
    refused(cli(*arguments), "given")


def test_a_folder_without_answers(cli, tmp_path):
    refused(cli("check", tmp_path), str(tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that cannot be read even by root")
def test_an_unreadable_file(cli):
    refused(cli("check", "/proc/self/mem"), "/proc/self/mem", "cannot be read")


def test_a_name_that_is_not_utf_8(apart):
    ran = apart("check", os.fsdecode(b"answers-\xff.jsonl"))
    assert ran.returncode == 3
    assert b"there is no such file" in ran.stderr


def test_json_that_cannot_be_written(cli, tmp_path):
    for file in (tmp_path, tmp_path / "no" / "where.json"):
        ran = cli("check", "alike.jsonl", "--baseline", "crowd", "--metric", "acceptance_rate",
                  "--json", file, "--draws", "100")  # fmt: skip
        assert ran.code == 3
        assert "cannot be written" in ran.err


def test_a_damaged_group(cli, tmp_path, project_folder):
    import shutil

    folder = tmp_path / "crowd"
    shutil.copytree(project_folder / "crowd", folder)
    (folder / "items_talk.mentions.csv").write_text("seeker,film\n0,Nothing\nx\n", encoding="utf-8")
    refused(cli("check", "alike.jsonl", "--baseline", folder), "items_talk.mentions.csv")
    ran = cli("baseline", "verify", folder)
    assert ran.code in (1, 3)
    assert "items_talk.mentions.csv" in ran.out + ran.err


def test_controls_that_cannot_be_written(cli, tmp_path):
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    ran = cli("controls", "--baseline", "crowd", "--control", "people", "--write", file,
              "--seekers", "20")  # fmt: skip
    assert ran.code == 3
    assert str(file) in ran.err


def test_a_fault_of_ours_is_70_and_not_a_drift(cli, monkeypatch):
    from crs_simcheck.project import SimulatorRun

    def crash(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(SimulatorRun, "verdict", crash)
    ran = cli("check", "alike.jsonl", "--baseline", "crowd", "--metric", "acceptance_rate")
    assert ran.code == 70
    assert "ZeroDivisionError" in ran.err
    assert "please report it" in ran.err


def test_interrupted_is_130(cli, monkeypatch):
    from crs_simcheck.project import SimulatorRun

    def interrupt(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(SimulatorRun, "verdict", interrupt)
    ran = cli("check", "alike.jsonl", "--baseline", "crowd", "--metric", "acceptance_rate")
    assert ran.code == 130
    assert ran.err.strip() == "crs-simcheck: interrupted"


def test_main_takes_the_arguments_of_the_process(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["crs-simcheck", "--help"])
    assert main() == 0
    assert "Usage: crs-simcheck" in capsys.readouterr().out


def test_nothing_is_left_in_the_folder(project_folder):
    """Runs last in this file by its place: no command above wrote where it was started."""
    made = {"films.csv", "people.jsonl", "alike.jsonl", "narrow.jsonl", "eager.jsonl"}
    assert {path.name for path in Path(project_folder).iterdir()} == made | {"crowd", "robots"}
