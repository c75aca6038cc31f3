"""The real all-MiniLM-L6-v2, from the package that carries it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crs_simcheck.errors import InputError
from crs_simcheck.instruments.sentences import split_sentences
from crs_simcheck.instruments.vectors import (
    CachedReader,
    ModelUnavailable,
    SentenceVectors,
    find_sentence_model,
    load_sentence_vectors,
    sentences,
)
from tests.unit.instruments.vectors.made_up import same

# Importing torch for the first time compiles it: half a minute on a slow machine.
pytestmark = [pytest.mark.torch, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def model() -> SentenceVectors:
    return load_sentence_vectors()


def mean(model: SentenceVectors, text: str) -> np.ndarray:
    return model.read([text])[0].mean


def likeness(model: SentenceVectors, one: str, other: str) -> float:
    return float(mean(model, one) @ mean(model, other))


def test_sentences_of_like_meaning_lie_near(model):
    near = likeness(model, "I want a scary film.", "Looking for a horror movie")
    far = likeness(model, "I want a scary film.", "My car needs new tyres.")
    assert near > 0.5 > 0.3 > far
    assert (model.dimension, model.splitter) == (384, "sentences/1")
    assert model.identity.startswith("all-MiniLM-L6-v2:")


def test_it_is_the_mean_of_what_sentence_transformers_says(model):
    from sentence_transformers import SentenceTransformer

    text = "I want a scary film. Nothing with clowns! Thanks"
    (reading,) = model.read([text])
    vectors = SentenceTransformer(str(model.folder), device="cpu").encode(
        list(split_sentences(text)), normalize_embeddings=True, show_progress_bar=False
    )
    assert len(vectors) == reading.n == 3
    assert reading.missing == 0
    assert reading.mean == pytest.approx(vectors.mean(axis=0), abs=1e-3)


def test_what_a_text_is_read_among_makes_no_difference(model):
    texts = [f"I saw film number {i}. {'It was long. ' * (i % 7)}" for i in range(60)]
    together, reverse = model.read(texts), model.read(texts[::-1])[::-1]
    alone = [model.read([text])[0] for text in texts[:10]]
    for one, other in [*zip(together, reverse, strict=True), *zip(together, alone, strict=False)]:
        assert one.n == other.n
        assert one.mean == pytest.approx(other.mean, abs=2e-4)


@pytest.mark.parametrize("text", ["", " \n", "!!!", "\U0001f600", "\u200f", "\ufeff"], ids=ascii)
def test_a_text_without_a_sentence(model, text):
    (reading,) = model.read([text])
    assert reading.n == 0
    assert not reading.mean.any()
    assert reading.mean.shape == (384,)


@pytest.mark.parametrize(
    "text",
    ["\ud800 lone \udfff", "\u202eright to left", "电影很好。", "فيلم جيد", "a" * 1_000_000,
     "word " * 200_000, "\x00 zero", "[CLS] [SEP] [MASK]"],
    ids=lambda text: ascii(text[:20]),
)  # fmt: skip
def test_any_text_is_read(model, text):
    (reading,) = model.read([text])
    assert reading.n == len(split_sentences(text)) > 0
    assert 0 < np.linalg.norm(reading.mean) <= 1.001


def test_the_cache_gives_the_same_as_the_model(model, tmp_path):
    texts = ["I want a scary film. Thanks!", "", "Any comedies?", "Thanks!"]
    path = tmp_path / "c.ndjson"
    fresh = CachedReader(model, path, model.identity, model.splitter).read(texts)
    kept = CachedReader(None, path, model.identity, model.splitter).read(texts)
    assert all(map(same, fresh, kept))


def test_a_copy_of_the_model_is_the_same_model(model, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(model.folder, copy)
    by_path = load_sentence_vectors(copy)
    assert by_path.identity.split(":")[1] == model.identity.split(":")[1]
    assert same(by_path.read(["A slow film."])[0], model.read(["A slow film."])[0])


def test_what_the_client_of_the_hub_keeps_is_found(model, tmp_path, monkeypatch):
    """The folders that a download makes: snapshots by commit, and a reference to one."""
    import huggingface_hub.constants

    commit = hashlib.sha1(b"commit").hexdigest()
    kept = tmp_path / "models--sentence-transformers--all-MiniLM-L6-v2"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text(commit, encoding="utf-8")
    shutil.copytree(model.folder, kept / "snapshots" / commit)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(sentences, "_packed_folder", lambda: None)
    for name in ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"):
        found = load_sentence_vectors(name)
        assert found.folder == kept / "snapshots" / commit
        assert found.identity == model.identity


def test_nothing_is_fetched_unless_it_is_asked_for(tmp_path, monkeypatch):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    import socket

    def refuse(*_arguments, **_keywords):
        raise AssertionError("something reaches for the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(ModelUnavailable, match="all-mpnet-base-v2 is not on this machine"):
        find_sentence_model("all-mpnet-base-v2")


def test_a_download_without_a_network_says_so(tmp_path):
    code = (
        "from crs_simcheck.errors import SimcheckError\n"
        "from crs_simcheck.instruments.vectors import find_sentence_model\n"
        "try:\n"
        "    find_sentence_model('some/model', download=True)\n"
        "except SimcheckError as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    import os

    env = os.environ | {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_CACHE": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert ran.stdout.startswith("ModelUnavailable some/model cannot be fetched: ")


def test_a_broken_model_is_told_of(model, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(model.folder, copy)
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"the model cannot be loaded: \S"):
        load_sentence_vectors(copy).read(["Hello."])


def test_nothing_is_printed(tmp_path):
    code = (
        "from crs_simcheck.instruments.vectors import load_sentence_vectors\n"
        "load_sentence_vectors().read(['Hello. Bye.'])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert list(Path(tmp_path).iterdir()) == []
