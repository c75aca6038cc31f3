"""Training word vectors: who is heard, which words are kept, and that the bytes repeat."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from crs_simcheck.baselines.train import TrainOptions, parse_source, train
from crs_simcheck.errors import EmptyInputError, InputError, UnknownNameError
from crs_simcheck.instruments.vectors import ModelUnavailable, load_word_vectors
from crs_simcheck.recordings import write_responses
from crs_simcheck.records import Response

TASTES = ["scary", "funny", "slow", "short"]


def said(people: int = 12) -> list[Response]:
    """Everybody asks for a film of some taste; a few words are used by too few, or too seldom."""
    rows = []
    for i in range(people):
        taste = TASTES[i % len(TASTES)]
        for j in range(6):
            text = f"I want a {taste} film please, not a {TASTES[(i + j) % 4]} one"
            rows.append(Response("rec_request", f"s{i}", text))
    rows += [Response("rec_request", "s0", "Zanzibar calls me")] * 9  # one person, often
    rows += [Response("rec_request", f"s{i}", "Timbuktu") for i in range(4)]  # four, once each
    rows += [Response("rec_request", f"s{i % 2}", "Samarkand") for i in range(9)]  # two, often
    rows += [Response("items_talk", f"s{i}", "Vampire Weekend (1999)") for i in range(12)]
    return rows


@pytest.fixture
def rows(tmp_path) -> Path:
    path = tmp_path / "people.jsonl"
    write_responses(said(), path)
    return path


QUICK = TrainOptions(dimension=8, epochs=3, licence="CC0-1.0", origin="made up")


# --------------------------------------------------------------------------- with gensim


@pytest.mark.torch
def test_only_words_that_enough_people_use_are_kept(rows, tmp_path):
    out = tmp_path / "small.npz"
    about = train([("rows", rows)], out, QUICK)
    model = load_word_vectors(out)
    assert {"film", *TASTES} <= {w for w in ["film", *TASTES] if w in model}
    for word in ("zanzibar", "timbuktu", "samarkand", "vampire", "Film"):
        assert word not in model
    assert about["words"] == len(model)
    assert about["dimension"] == model.dimension == 8
    raw = out.read_bytes() + out.with_suffix(".toml").read_bytes()
    with np.load(out) as arrays:
        raw += arrays["words"].tobytes()
    assert b"zanzibar" not in raw.lower()


@pytest.mark.torch
def test_what_is_told_of_them_is_so(rows, tmp_path):
    out = tmp_path / "small.npz"
    train([("rows", rows)], out, QUICK)
    about = tomllib.loads(out.with_suffix(".toml").read_text(encoding="utf-8"))
    assert about["identity"] == load_word_vectors(out).identity
    (source,) = about["sources"]
    assert (source["speakers"], source["texts"]) == (12, 12 * 6 + 9 + 4 + 9)
    assert source["licence"] == "CC0-1.0"
    assert source["sha256"].keys() == {"people.jsonl"}
    assert str(tmp_path) not in out.with_suffix(".toml").read_text(encoding="utf-8")
    tokens = 12 * 6 * 10 + 9 * 3 + 4 + 9
    assert about["tokens"] == tokens
    assert about["out_of_vocabulary"] == round((9 * 3 + 4 + 9) / tokens, 4)
    assert about["command"] == (
        "crs-simcheck vectors train rows=people.jsonl --dimension 8 --min-count 5 "
        "--min-speakers 3 --epochs 3 --seed 0 --licence CC0-1.0 --origin 'made up' -o small.npz"
    )


@pytest.mark.torch
def test_the_recorded_command_gives_the_same_bytes_in_any_process(rows, tmp_path):
    out = tmp_path / "small.npz"
    train([("rows", rows)], out, QUICK)
    files = [out, out.with_suffix(".toml")]
    before = [file.read_bytes() for file in files]
    command = tomllib.loads(before[1].decode())["command"]
    for seed in ("1", "2"):
        for file in files:
            file.unlink()
        ran = subprocess.run(
            [sys.executable, "-m", "crs_simcheck", *shlex.split(command)[1:]],
            cwd=tmp_path, env=os.environ | {"PYTHONHASHSEED": seed}, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        assert [file.read_bytes() for file in files] == before
    train([("rows", rows)], out, TrainOptions(dimension=8, epochs=3, seed=1))
    assert out.read_bytes() != before[0]


@pytest.mark.torch
def test_one_id_in_two_sources_is_two_people(tmp_path):
    rows = [Response("rec_request", i, "samarkand please samarkand please") for i in "01"]
    write_responses(rows, tmp_path / "a.jsonl")
    write_responses(rows[:1], tmp_path / "b.jsonl")
    a, b = (("rows", tmp_path / name) for name in ("a.jsonl", "b.jsonl"))
    with pytest.raises(EmptyInputError):
        train([a, a], tmp_path / "x.npz", TrainOptions(min_speakers=5))
    assert train([a, b, b], tmp_path / "x.npz", QUICK)["words"] == 2


# ------------------------------------------------------------------------ without gensim


@pytest.mark.parametrize(
    "options,field",
    [
        ({"min_count": 4}, "min-count"),
        ({"min_speakers": 2}, "min-speakers"),
        ({"dimension": 1}, "dimension"),
        ({"epochs": 0}, "epochs"),
        ({"seed": -1}, "seed"),
    ],
)
def test_an_option_that_cannot_be(options, field):
    with pytest.raises(InputError, match=f"field '{field}': found .*, need at least"):
        TrainOptions(**options)


def test_too_little_to_learn_from(tmp_path):
    write_responses([Response("rec_request", "s1", "a film " * 9)], tmp_path / "one.jsonl")
    with pytest.raises(EmptyInputError, match="no word is used 5 times by 3 speakers"):
        train([("rows", tmp_path / "one.jsonl")], tmp_path / "x.npz")
    assert not (tmp_path / "x.npz").exists()


def test_the_ending_is_looked_at_before_anything_is_read(tmp_path):
    with pytest.raises(InputError, match=r"found the ending '.bin', need '.npz'"):
        train([("rows", tmp_path / "missing.jsonl")], tmp_path / "x.bin")


def test_without_gensim_the_message_says_what_to_install(rows, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    with pytest.raises(ModelUnavailable, match=r"pip install 'crs-simcheck\[embeddings\]'"):
        train([("rows", rows)], tmp_path / "x.npz", QUICK)


def test_sources_say_their_kind(tmp_path, monkeypatch):
    assert parse_source("redial=../data/redial") == ("redial", Path("../data/redial"))
    assert parse_source("people.jsonl") == ("rows", Path("people.jsonl"))
    with pytest.raises(UnknownNameError, match="did you mean 'redial'"):
        parse_source("redail=x")
    monkeypatch.chdir(tmp_path)
    Path("a=b.jsonl").touch()
    assert parse_source("a=b.jsonl") == ("rows", Path("a=b.jsonl"))
