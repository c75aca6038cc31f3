"""Files that gensim writes, read through gensim: small models that the test makes."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from crs_simcheck.errors import InputError
from crs_simcheck.instruments.vectors import CachedReader, load_word_vectors, word_identity
from tests.unit.instruments.vectors.made_up import same

pytestmark = pytest.mark.torch

KEYS = ["</s>", "film", "Film", "The", "THE", "New_York", "don’t", "amélie", "null", "hello!"]
DRAWN = np.random.default_rng(3).normal(size=(len(KEYS), 5)).astype(np.float32)
DRAWN[KEYS.index("null")] = 0
TEXT = "The film, the FILM: don't! New York, null; Amélie; hello"


def keyed():
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(vector_size=DRAWN.shape[1])
    vectors.add_vectors(KEYS, DRAWN)
    return vectors


@pytest.fixture(params=[".bin", ".bin.gz", ".txt", ".txt.gz", ".vec", ".kv"])
def file(request, tmp_path):
    path = tmp_path / f"words{request.param}"
    if path.suffix == ".kv":
        keyed().save(str(path))
    else:
        keyed().save_word2vec_format(str(path), binary=".bin" in path.name)
    return path


def unit(key: str) -> np.ndarray:
    found = DRAWN[KEYS.index(key)].astype(float)
    return found / np.linalg.norm(found)


def test_every_form_is_read_alike(file):
    model = load_word_vectors(file)
    (reading,) = model.read([TEXT])
    # 'new', 'york', 'null' (no direction) and 'hello' (the key has a sign) are not known.
    assert (reading.n, reading.missing) == (6, 4)
    total = 2 * unit("The") + 2 * unit("film") + unit("don’t") + unit("amélie")
    assert reading.mean == pytest.approx(total / 6, abs=2e-3)
    assert model.dimension == 5
    assert len(model) == 4
    assert model.identity == word_identity(file)


def test_the_key_in_lower_case_counts_before_others(tmp_path):
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(vector_size=2)
    vectors.add_vectors(["US", "us", "It", "IT"], np.array([[1, 0], [0, 1], [3, 4], [5, 0]], "f"))
    vectors.save_word2vec_format(str(tmp_path / "a.bin"), binary=True)
    model = load_word_vectors(tmp_path / "a.bin")
    assert model.vector("us").tolist() == [0, 1]
    assert model.vector("it") == pytest.approx([0.6, 0.8])


def test_a_whole_model_of_gensim_is_read_too(tmp_path):
    from gensim.models import Word2Vec

    trained = Word2Vec([["a", "film"]] * 20, vector_size=4, min_count=1, workers=1, seed=1)
    trained.save(str(tmp_path / "model.kv"))
    model = load_word_vectors(tmp_path / "model.kv")
    found = trained.wv["film"]
    assert model.vector("film") == pytest.approx(found / np.linalg.norm(found), abs=1e-6)


def test_text_without_a_first_line_says_so(tmp_path):
    (tmp_path / "glove.txt").write_bytes(b"film 1 2 3\nplot 1 2 4\n")
    with pytest.raises(InputError, match="the first line does not say how many words"):
        load_word_vectors(tmp_path / "glove.txt")


def test_large_arrays_beside_a_kv_are_part_of_its_identity(tmp_path):
    path = tmp_path / "words.kv"
    keyed().save(str(path), sep_limit=1)
    assert (tmp_path / "words.kv.vectors.npy").is_file()
    before = word_identity(path)
    assert load_word_vectors(path).read([TEXT])[0].n == 6
    array = np.load(tmp_path / "words.kv.vectors.npy")
    np.save(tmp_path / "words.kv.vectors.npy", array + 1)
    assert word_identity(path) != before


@pytest.mark.parametrize(
    "name,content",
    [
        ("a.bin", b""),
        ("a.bin", b"3 4\nfilm \x00\x00"),
        ("a.bin", b"99999999999999 300\nfilm "),
        ("a.bin", b"not a header"),
        ("a.txt", b""),
        ("a.txt", b"2 3\nfilm 1 2 3\n"),
        ("a.txt", b"1 3\nfilm 1 two 3\n"),
        ("a.txt", b"film 1 2 3\nplot 1 2\n"),
        ("a.txt.gz", b"no gzip"),
        ("a.txt.gz", gzip.compress(b"1 2\nfilm 1 2\n", mtime=0)[:-9]),
        ("a.kv", b"no pickle"),
        ("a.kv", b""),
        ("a.kv", b"\x80\x04}\x94."),  # an empty dict
    ],
)
def test_a_broken_file(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=r"no word vectors can be read from it: \S"):
        load_word_vectors(tmp_path / name)


@pytest.mark.parametrize(
    "content,message",
    [
        (b"2 2\nfilm 1 nan\nplot 1 1\n", "the vector of 'film' holds a number that is not finite"),
        (b"2 2\nfilm 0 0\nplot 0 0\n", "every vector of a word is zero"),
        (b"2 2\n</s> 1 0\n*** 0 1\n", "none of its keys is a word"),
    ],
)
def test_vectors_that_cannot_be_used(tmp_path, content, message):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_word_vectors(tmp_path / "a.txt")


def test_no_number_of_a_key_that_is_no_word_matters(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"2 2\n</s> nan 0\nfilm 0 1\n")
    assert len(load_word_vectors(tmp_path / "a.txt")) == 1


def test_the_cache_gives_the_same_as_the_model(tmp_path):
    keyed().save_word2vec_format(str(tmp_path / "a.bin"), binary=True)
    model = load_word_vectors(tmp_path / "a.bin")
    texts = [TEXT, "", "film " * 1000, "nothing"]
    path = tmp_path / "cache.ndjson"
    fresh = CachedReader(model, path, model.identity, model.splitter).read(texts)
    kept = CachedReader(None, path, model.identity, model.splitter).read(texts)
    assert all(map(same, fresh, kept))
    assert all(map(same, fresh, model.read(texts)))
