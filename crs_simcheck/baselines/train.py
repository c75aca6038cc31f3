"""Word vectors from what the speakers of some sources wrote, trained by gensim.

One worker and a hash of our own: on one machine, the same sources and options give the same bytes,
whatever ``PYTHONHASHSEED`` is. On another processor the last bits may differ, and with them the
identity. A word is kept only where enough different speakers use it, so that no name, number or
slip of one person is shipped with the vectors; the order of words in a text is not kept.
"""

from __future__ import annotations

import re
import shlex
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
from numpy.typing import NDArray

from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources import KINDS
from crs_simcheck.baselines.sources.base import sha256_of
from crs_simcheck.errors import EmptyInputError, InputError, UnknownNameError
from crs_simcheck.instruments import words
from crs_simcheck.instruments.vectors import (
    ModelUnavailable,
    write_word_vectors,
)
from crs_simcheck.records import Response
from crs_simcheck.tasks import TEXT_TASKS

__all__ = ["TrainOptions", "parse_source", "train"]

_CHANGED = (
    "Changed: only numbers for words that several people use were kept, and no text or id of a "
    "person."
)


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How word vectors are trained.

    Parameters
    ----------
    dimension:
        Numbers of a vector.
    min_count, min_speakers:
        Least times that a word is used, and least different speakers who use it. Five and three by
        default, and no less.
    epochs:
        How often all texts are gone through.
    seed:
        Of every draw.
    licence, origin, attribution:
        Of response rows, which do not say so themselves.
    """

    dimension: int = 50
    min_count: int = 5
    min_speakers: int = 3
    epochs: int = 40
    seed: int = 0
    licence: str = ""
    origin: str = ""
    attribution: str = ""

    def __post_init__(self) -> None:
        least = {"dimension": 2, "min_count": 5, "min_speakers": 3, "epochs": 1, "seed": 0}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise InputError(
                    f"found {getattr(self, name)}, need at least {low}",
                    field=name.replace("_", "-"),
                )


@dataclass
class _Corpus:
    """The texts of all sources. Filled while they are read."""

    texts: list[list[str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    used_by: defaultdict[str, set[tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def add(self, source: int, responses: Iterable[Response]) -> dict[str, int]:
        """Take in what speakers wrote, and return how many texts and speakers there were."""
        speakers = set()
        begun = len(self.texts)
        for response in responses:
            if response.task not in TEXT_TASKS:
                continue
            found = words(response.text)
            self.texts.append(found)
            self.counts.update(found)
            speakers.add(response.seeker)
            for word in found:
                self.used_by[word].add((source, response.seeker))
        return {"speakers": len(speakers), "texts": len(self.texts) - begun}

    def vocabulary(self, options: TrainOptions) -> list[str]:
        """Return the words that are kept, the most used first."""
        kept = (
            word
            for word, count in self.counts.items()
            if count >= options.min_count and len(self.used_by[word]) >= options.min_speakers
        )
        return sorted(kept, key=lambda word: (-self.counts[word], word))


def parse_source(text: str) -> tuple[str, Path]:
    """Return kind and place of ``KIND=PATH``; a path alone holds response rows.

    Raises
    ------
    UnknownNameError
        There is no such kind.
    """
    kind, equals, place = text.partition("=")
    if not equals or Path(text).exists():
        return "rows", Path(text)
    if kind not in KINDS:
        raise UnknownNameError("kind of source", kind, KINDS)
    return kind, Path(place)


def train(
    sources: Sequence[tuple[str, Path]], out: Path, options: TrainOptions | None = None
) -> Mapping[str, Any]:
    """Train word vectors, write them to ``out`` (``.npz``) and what they are beside it (``.toml``).

    Parameters
    ----------
    sources:
        Kind (one of ``KINDS``) and place of each.

    Returns
    -------
    about:
        What the ``.toml`` says.

    Raises
    ------
    ModelUnavailable
        gensim is not installed.
    EmptyInputError
        Too few speakers say too little for a vocabulary.
    """
    chosen = options or TrainOptions()
    if out.suffix != ".npz":
        raise InputError(f"found the ending '{out.suffix}', need '.npz'", path=out)
    corpus = _Corpus()
    origins = [
        _read(corpus, place, kind, path, chosen) for place, (kind, path) in enumerate(sources)
    ]
    vocabulary = corpus.vocabulary(chosen)
    if len(vocabulary) < 2:
        raise EmptyInputError(
            f"no word is used {chosen.min_count} times by {chosen.min_speakers} speakers",
            path=sources[0][1] if sources else out,
            fix="train on more answers to open_pref, rec_request or neg_feedback",
        )
    vectors = _vectors(corpus, vocabulary, chosen)
    identity = write_word_vectors(out, vocabulary, vectors)
    tokens = sum(corpus.counts.values())
    known = sum(corpus.counts[word] for word in vocabulary)
    about = {
        "format": 1,
        "identity": identity,
        "dimension": chosen.dimension,
        "words": len(vocabulary),
        "tokens": tokens,
        "out_of_vocabulary": round(1 - known / tokens, 4),
        "gensim": version("gensim"),
        "command": _command(sources, out, chosen),
        "sources": origins,
    }
    out.with_suffix(".toml").write_text(tomli_w.dumps(about), encoding="utf-8", newline="\n")
    return about


def _read(
    corpus: _Corpus, place: int, kind: str, path: Path, options: TrainOptions
) -> dict[str, Any]:
    """Read a source into the corpus, and return what is told of it."""
    # Rows do not say who speaks, and for words it makes no difference.
    settings = (
        BuildOptions(
            speakers="people",
            licence=options.licence,
            origin=options.origin,
            attribution=options.attribution,
        )
        if kind == "rows"
        else BuildOptions()
    )
    data = KINDS[kind].read(path, settings)
    sizes = corpus.add(place, data.responses)
    told = {
        "kind": kind,
        "source": data.source,
        "licence": data.licence,
        "attribution": _credit(data.attribution),
    }
    hashes = {file.name: sha256_of(file) for file in KINDS[kind].files(path, settings)}
    return {**{k: v for k, v in told.items() if v}, **sizes, "sha256": dict(sorted(hashes.items()))}


def _credit(attribution: str) -> str:
    """Return the attribution of a source with what was made of it here: vectors, not counts."""
    credit = attribution.partition(" Changed: ")[0]
    made = re.sub(r"\ACounts made from ", "Word vectors trained on ", credit)
    return made and f"{made} {_CHANGED}"


def _vectors(
    corpus: _Corpus, vocabulary: Sequence[str], options: TrainOptions
) -> NDArray[np.float32]:
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise ModelUnavailable(
            f"gensim is needed to train word vectors, and cannot be imported: {error}",
            fix="pip install 'crs-simcheck[embeddings]'",
        ) from error
    kept = frozenset(vocabulary)
    model = Word2Vec(
        sentences=[[word for word in text if word in kept] for text in corpus.texts],
        vector_size=options.dimension,
        sg=1,
        window=5,
        negative=5,
        min_count=1,
        epochs=options.epochs,
        seed=options.seed,
        workers=1,
        hashfxn=_hash,
        sorted_vocab=1,
    )
    rows = [model.wv.key_to_index[word] for word in vocabulary]
    return np.asarray(model.wv.vectors[rows], dtype=np.float32)


def _hash(text: str) -> int:
    """Return the same number for a word in every process, as ``hash`` does not."""
    return zlib.crc32(text.encode())


def _command(sources: Sequence[tuple[str, Path]], out: Path, options: TrainOptions) -> str:
    """Return the command that trains the same again, with base names only."""
    said = ["crs-simcheck", "vectors", "train"]
    said += [f"{kind}={path.resolve().name}" for kind, path in sources]
    for name in ("dimension", "min_count", "min_speakers", "epochs", "seed"):
        said += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    for name in ("licence", "origin", "attribution"):
        if getattr(options, name):
            said += [f"--{name}", getattr(options, name)]
    return shlex.join([*said, "-o", out.name])
