"""The cache of vectors: what was read once is read the same again, whatever happens to the file."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import InputError, SimcheckError
from crs_simcheck.instruments.vectors import (
    CachedReader,
    ModelUnavailable,
    VectorCache,
    VectorReading,
    VectorsMissing,
    cache_path,
)
from tests.unit.instruments.vectors.made_up import DIMENSION, MadeUp, same

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
TEXTS = ["A slow crime film.", "Nothing with clowns!", "quaint quests", "", "\ud800 hello \u200f"]


def over(path, model=None, *, identity="made-up:0123456789", **options) -> CachedReader:
    return CachedReader(model, path, identity, "words/1", **options)


def rows(path) -> list[dict]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "vectors" / "made-up.ndjson"


@pytest.fixture
def filled(path) -> Path:
    over(path, MadeUp()).read(TEXTS)
    return path


# -------------------------------------------------------------------------- read once, kept


def test_read_once_then_kept(path):
    model = MadeUp()
    first = over(path, model).read(TEXTS)
    assert model.asked == TEXTS
    again = over(path, model).read(TEXTS)
    assert model.asked == TEXTS
    assert all(map(same, first, again))
    assert all(map(same, first, MadeUp().read(TEXTS)))


def test_needs_no_model_where_all_is_kept(filled):
    reader = over(filled)
    assert reader.missing([*TEXTS, "new", "new"]) == 1
    assert all(map(same, reader.read(TEXTS[::-1]), MadeUp().read(TEXTS[::-1])))
    assert reader.dimension == DIMENSION
    assert reader.notes == ()


def test_the_model_is_loaded_only_for_what_is_missing(filled):
    model = MadeUp()
    loaded = []

    def load():
        loaded.append(1)
        return model

    reader = over(filled, load)
    reader.read(TEXTS)
    assert loaded == []
    reader.read([*TEXTS, "one more", "one more", "and another"])
    reader.read(["a third"])
    assert loaded == [1]
    assert model.asked == ["one more", "and another", "a third"]


def test_a_text_that_stands_twice_is_read_once(path):
    model = MadeUp()
    readings = over(path, model).read(["yes"] * 3)
    assert model.asked == ["yes"]
    assert len(readings) == 3
    assert len(rows(path)) == 1


def test_no_text_is_in_the_file(filled):
    raw = filled.read_bytes()
    for word in (b"crime", b"clown", b"hello"):
        assert word not in raw
    assert list(rows(filled)[0]) == ["by", "text", "n", "missing", "mean"]
    assert rows(filled)[0]["by"] == "made-up:0123456789 words/1"


def test_more_texts_than_one_block_holds(path):
    texts = [f"film number {i}" for i in range(2500)]
    over(path, MadeUp()).read(texts)
    assert len(rows(path)) == 2500
    assert all(map(same, over(path).read(texts), MadeUp().read(texts)))


def test_what_was_read_before_a_stop_is_kept(path):
    class Stopped(MadeUp):
        def read(self, texts):
            if self.asked:
                raise KeyboardInterrupt
            return super().read(texts)

    texts = [f"film number {i}" for i in range(600)]
    model = Stopped()
    with pytest.raises(KeyboardInterrupt):
        over(path, model).read(texts)
    assert 0 < len(model.asked) < 600
    assert over(path).missing(texts) == 600 - len(model.asked)


@given(st.lists(ANY_TEXT, max_size=8))
def test_any_text_comes_back_the_same(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("any") / "c.ndjson"
    fresh = over(path, MadeUp()).read(texts)
    kept = over(path).read(texts)
    assert all(map(same, fresh, kept))
    assert all(map(same, fresh, MadeUp().read(texts)))


def test_a_reading_is_held_to_the_precision_of_the_cache():
    reading = VectorReading.of(np.array([1 / 3, -2 / 3, 1e-9]), 1, 2)
    assert reading.mean.tolist() == [np.float32(np.float16(x)) for x in (1 / 3, -2 / 3, 1e-9)]
    assert (reading.n, reading.missing) == (1, 2)
    with pytest.raises(ValueError, match="read-only"):
        reading.mean[0] = 1


def test_a_reading_of_nothing_is_zeros():
    assert VectorReading.of(np.zeros(3), 0, 4).mean.tolist() == [0, 0, 0]


# ---------------------------------------------------------------------------- no model


def unavailable():
    raise ModelUnavailable("made-up is not on this machine", fix="install it")


@pytest.mark.parametrize(
    "model,why",
    [
        (None, "no model is at hand"),
        (unavailable, "the model is not at hand: made-up is not on this machine (install it)"),
        (MadeUp("made-up:ffffffffff"), "the model at hand is another: made-up:ffffffffff words/1"),
        (lambda: MadeUp("b:1"), "the model at hand is another: b:1 words/1"),
    ],
)
def test_missing_without_the_model(filled, model, why):
    reader = over(filled, model)
    with pytest.raises(VectorsMissing) as caught:
        reader.read([*TEXTS, "new", "newer", "new"])
    error = caught.value
    assert isinstance(error, SimcheckError)
    assert not isinstance(error, InputError)
    assert (error.missing, error.total) == (2, len(TEXTS) + 2)
    assert str(error).startswith("2 of 7 texts have no vector of made-up:0123456789 words/1 in ")
    assert str(error).endswith(why)
    assert len(rows(filled)) == len(TEXTS)


def test_a_model_that_turns_out_not_to_load(path):
    class NoPackage(MadeUp):
        def read(self, texts):
            raise ModelUnavailable("torch cannot be imported")

    with pytest.raises(VectorsMissing, match="torch cannot be imported"):
        over(path, NoPackage()).read(["a"])


@pytest.mark.parametrize(
    "identity,splitter",
    [("made-up:ffffffffff", "words/1"), ("made-up:0123456789", "words/2")],
)
def test_another_model_or_splitter_shares_nothing(filled, identity, splitter):
    cache = VectorCache(filled, identity, splitter)
    assert len(cache) == 0
    assert cache.get(TEXTS[0]) is None
    assert cache.others == ("made-up:0123456789 words/1",)
    assert cache.notes == ()


def test_two_models_may_share_a_file(filled):
    other = MadeUp("other:1")
    over(filled, other, identity="other:1").read(TEXTS)
    assert len(rows(filled)) == 2 * len(TEXTS)
    assert all(map(same, over(filled).read(TEXTS), MadeUp().read(TEXTS)))


# --------------------------------------------------------------------- a file that was hurt


@given(st.data())
def test_cut_short_anywhere(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cut") / "c.ndjson"
    over(path, MadeUp()).read(TEXTS)
    whole = path.read_bytes()
    kept = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:kept])
    model = MadeUp()
    reader = over(path, model)
    assert all(map(same, reader.read(TEXTS), MadeUp().read(TEXTS)))
    cut = whole[kept - 1 : kept] not in (b"\n", b"}", b"")
    assert bool(reader.notes) == cut
    # A brace ends a line and stands nowhere else.
    assert len(model.asked) == len(TEXTS) - whole[:kept].count(b"}")
    assert all(map(same, over(path).read(TEXTS), MadeUp().read(TEXTS)))


@given(st.binary(max_size=60), st.integers(0, 5))
def test_garbage_between_the_lines(tmp_path_factory, garbage, place):
    path = tmp_path_factory.mktemp("garbage") / "c.ndjson"
    over(path, MadeUp()).read(TEXTS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:place], garbage, b"\n", *lines[place:]]))
    assert all(map(same, over(path, MadeUp()).read(TEXTS), MadeUp().read(TEXTS)))
    assert all(map(same, over(path).read(TEXTS), MadeUp().read(TEXTS)))


def packed(numbers, dtype="<f2") -> str:
    return base64.b64encode(np.array(numbers, dtype=dtype).tobytes()).decode()


@pytest.mark.parametrize(
    "change",
    [
        {"mean": packed([float("nan")] * DIMENSION)},
        {"mean": packed([float("inf")] * DIMENSION)},
        {"mean": packed([0.9] * DIMENSION)},  # longer than a mean of unit vectors can be
        {"mean": packed([0.1] * (DIMENSION - 1))},
        {"mean": packed([0.1] * DIMENSION)[:-1]},
        {"mean": "AAA="},
        {"mean": ""},
        {"mean": "é"},
        {"mean": None},
        {"mean": 7},
        {"n": -1},
        {"n": 1.5},
        {"n": True},
        {"n": 0},  # and a mean that is not zero
        {"missing": -1},
        {"missing": None},
        {"text": 5},
        {"by": None},
    ],
    ids=str,
)
def test_a_line_that_cannot_be_is_dropped_and_made_again(filled, change):
    kept = rows(filled)
    kept[1] |= change
    filled.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    with pytest.raises(VectorsMissing, match="1 of 5 texts"):
        over(filled).read(TEXTS)
    model = MadeUp()
    reader = over(filled, model)
    assert all(map(same, reader.read(TEXTS), MadeUp().read(TEXTS)))
    assert model.asked == [TEXTS[1]]
    assert "1 lines cannot be used" in reader.notes[0]
    assert over(filled).missing(TEXTS) == 0


def test_a_line_that_lacks_a_field_is_dropped(filled):
    kept = rows(filled)
    del kept[0]["missing"]
    filled.write_text("".join(json.dumps(row) + "\n" for row in kept) + "[1]\n3\n", "utf-8")
    reader = over(filled)
    assert reader.missing(TEXTS) == 1
    assert "3 lines cannot be used (the first at byte 0;" in reader.notes[0]


def test_a_file_of_another_dimension_is_refused_when_it_is_added_to(filled):
    kept = rows(filled)[:1]
    kept[0]["mean"] = packed([0.1, 0.1])
    filled.write_text(json.dumps(kept[0]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds vectors of 2 numbers .* which has 6") as caught:
        over(filled, MadeUp(), strict=True).read(TEXTS)
    assert "delete it" in str(caught.value)


def test_of_two_lines_with_one_key_the_first_counts(filled):
    kept = rows(filled)
    forged = kept[0] | {"mean": packed([0.25] * DIMENSION)}
    with filled.open("a", encoding="utf-8") as file:
        file.write(json.dumps(forged) + "\n")
    assert same(over(filled).read(TEXTS[:1])[0], MadeUp().read(TEXTS[:1])[0])
    filled.write_text("".join(json.dumps(row) + "\n" for row in [forged, *kept]), "utf-8")
    assert over(filled).read(TEXTS[:1])[0].mean.tolist() == [0.25] * DIMENSION


def test_line_ends_of_windows_and_blank_lines_do_not_matter(filled):
    filled.write_bytes(b"\r\n" + filled.read_bytes().replace(b"\n", b"\r\n\r\n"))
    reader = over(filled)
    assert reader.missing(TEXTS) == 0
    assert reader.notes == ()


# ------------------------------------------------------------------------- places and rights


def test_a_folder_is_no_cache(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        over(tmp_path)


def test_where_vectors_cannot_be_kept(tmp_path):
    (tmp_path / "vectors").write_text("a file where the folder should be", encoding="utf-8")
    path = tmp_path / "vectors" / "c.ndjson"
    model = MadeUp()
    with pytest.raises(InputError, match="cannot be read"):
        over(path, model)


def test_a_folder_that_cannot_be_made_leaves_a_note(tmp_path, monkeypatch):
    def refuse(*_args, **_keywords):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    path = tmp_path / "vectors" / "c.ndjson"
    reader = over(path, MadeUp())
    assert all(map(same, reader.read(TEXTS), MadeUp().read(TEXTS)))
    assert "vectors cannot be kept in it: Permission denied" in reader.notes[0]
    with pytest.raises(InputError, match="vectors cannot be kept in it"):
        over(path, MadeUp(), strict=True).read(TEXTS)


def test_the_file_lies_beside_the_answers(tmp_path):
    answers = tmp_path / "answers.jsonl"
    answers.touch()
    beside = tmp_path / "vectors" / "all-MiniLM-L6-v2-0f9c2d41aa.ndjson"
    assert cache_path(answers, "all-MiniLM-L6-v2:0f9c2d41aa") == beside
    assert cache_path(tmp_path, "all-MiniLM-L6-v2:0f9c2d41aa") == beside


def test_a_folder_of_answers_does_not_read_the_cache_as_answers(tmp_path):
    from crs_simcheck.recordings import response_files

    (tmp_path / "a.jsonl").touch()
    path = cache_path(tmp_path, "made-up:0123456789")
    over(path, MadeUp()).read(TEXTS)
    assert response_files(tmp_path) == (tmp_path / "a.jsonl",)


# ------------------------------------------------------------------------- several at a time

WRITER = """
import sys
from crs_simcheck.instruments.vectors import CachedReader
from tests.unit.instruments.vectors.made_up import MadeUp
path, begin, end, step = sys.argv[1], *map(int, sys.argv[2:])
reader = CachedReader(MadeUp(), path, "made-up:0123456789", "words/1", strict=True)
print("ready", flush=True)
sys.stdin.readline()
for i in range(begin, end, step):
    reader.read([f"film {i}", f"another {i}"])
"""


def test_two_processes_write_at_a_time(path):
    ways = [("0", "300", "1"), ("299", "-1", "-1")]
    root = Path(__file__).resolve().parents[4]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), *way],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root,
        )
        for way in ways
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    texts = [f"{what} {i}" for what in ("film", "another") for i in range(300)]
    reader = over(path)
    assert all(map(same, reader.read(texts), MadeUp().read(texts)))
    assert reader.notes == ()
    assert len(rows(path)) == 600, "a text that both read is written once"


def test_what_another_added_since_is_taken_over(path):
    mine, theirs = VectorCache(path, "m:1", "words/1"), VectorCache(path, "m:1", "words/1")
    a, b = VectorReading.of(np.array([0.5, 0]), 1), VectorReading.of(np.array([0, 0.5]), 1)
    theirs.add([("x", a)])
    assert same(mine.add([("x", b), ("y", b)])[0], a)
    assert same(mine.get("x"), a)
    assert len(rows(path)) == 2
