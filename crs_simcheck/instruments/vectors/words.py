"""Word vectors: the shipped ones, read by numpy alone, or a user's own file, read by gensim.

The shipped format is ``.npz`` with two arrays: ``words``, the vocabulary as UTF-8 with a line
break between words, and ``vectors``, a row for each, 16 bits a number. ``NAME.toml`` beside it
says what it was trained on; see ``crs_simcheck.baselines.train``.
"""

from __future__ import annotations

import functools
import gzip
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.errors import InputError
from crs_simcheck.instruments._text import plain
from crs_simcheck.instruments.vectors.base import (
    ModelUnavailable,
    VectorReading,
    identity_of,
    sha256_of,
)
from crs_simcheck.instruments.words import words

__all__ = [
    "DEFAULT_WORD_VECTORS",
    "WORD_SPLITTER",
    "WORD_SUFFIXES",
    "WordVectors",
    "default_word_vectors",
    "load_word_vectors",
    "word_identity",
    "write_word_vectors",
]

DEFAULT_WORD_VECTORS = Path(__file__).parent / "data" / "redial-laps-50.npz"
"""The vectors that ship; ``.toml`` beside it says what they are."""

WORD_SPLITTER = "words/1"
"""Name and version of the instrument that finds the words (``INSTRUMENTS["words"].label``)."""

_NPZ, _KEYED = ".npz", ".kv"
_WORD2VEC = {".bin": True, ".bin.gz": True} | dict.fromkeys(
    (".txt", ".txt.gz", ".vec", ".vec.gz"), False
)
WORD_SUFFIXES: tuple[str, ...] = (_NPZ, _KEYED, *_WORD2VEC)
"""How the names of files of word vectors end."""

# A text is added up in blocks, so that a megabyte of it does not take a gigabyte.
_BLOCK = 1 << 15
_NEED = "need " + ", ".join(WORD_SUFFIXES)


class WordVectors:
    """A model that reads the words of a text. Not changed after it was made.

    Parameters
    ----------
    identity:
        Name and hash, as in ``VectorReader``.
    rows:
        Word, as ``words()`` gives it → row of ``units``.
    units:
        Shape (at least one row a word, dimension), float32; the rows of words have length 1.
    """

    splitter = WORD_SPLITTER

    def __init__(self, identity: str, rows: Mapping[str, int], units: NDArray[np.float32]) -> None:
        self.identity = identity
        self.dimension = int(units.shape[1])
        self._rows = rows
        self._units = units

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, word: object) -> bool:
        return word in self._rows

    def vector(self, word: str) -> NDArray[np.float32]:
        """Return the unit vector of a word; raises ``KeyError`` where it is not known."""
        vector: NDArray[np.float32] = self._units[self._rows[word]]
        return vector

    def read(self, texts: Sequence[str]) -> list[VectorReading]:
        """Return the mean unit vector of the words of each text, and how many are not known."""
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> VectorReading:
        found = [self._rows.get(word) for word in words(text)]
        known = [row for row in found if row is not None]
        total = np.zeros(self.dimension)
        for begin in range(0, len(known), _BLOCK):
            total += self._units[known[begin : begin + _BLOCK]].sum(axis=0, dtype=np.float64)
        return VectorReading.of(total, len(known), len(found) - len(known))


@functools.cache
def default_word_vectors() -> WordVectors:
    """Return the word vectors that ship: 50 dimensions, trained on what seekers of films wrote."""
    return _from_npz(DEFAULT_WORD_VECTORS)


def load_word_vectors(path: str | Path) -> WordVectors:
    """Load word vectors from a file: ``.npz`` of this project, word2vec binary or text, ``.kv``.

    Words are looked up as ``words()`` gives them, so a file's key is taken in lower case; where
    several keys become one, the key that is in lower case already counts, else the first. Keys
    that are no word (``</s>``, ``New_York``) are never found. A word whose vector is zero has no
    direction and is left out: it counts as not known.

    A ``.kv`` is a pickle: load one only from where you would run a program from.

    Raises
    ------
    ModelUnavailable
        There is no such file, or gensim, which reads all but ``.npz``, is not installed.
    InputError
        The name ends in nothing known, the file is broken, a word's vector is not finite, or no
        word is left.
    """
    file = Path(path)
    suffix = _suffix(file)
    _check_is_file(file)
    if suffix == _NPZ:
        return _from_npz(file)
    identity = word_identity(file)
    keys, numbers = _by_gensim(file, suffix)
    return _checked(file, identity, _rows_of(keys), numbers)


def word_identity(path: str | Path) -> str:
    """Return the identity of a file of word vectors, without loading it (nor gensim)."""
    file = Path(path)
    suffix = _suffix(file)
    _check_is_file(file)
    # gensim keeps the large arrays of a .kv in files beside it, such as NAME.kv.vectors.npy.
    beside = file.parent.glob(f"{_literal(file.name)}.*.npy") if suffix == _KEYED else ()
    name = file.name[: -len(suffix)]
    return identity_of(name, [sha256_of(file), *(sha256_of(f) for f in sorted(beside))])


def write_word_vectors(
    path: Path, vocabulary: Sequence[str], vectors: NDArray[np.floating[Any]]
) -> str:
    """Write word vectors as ``.npz`` and return their identity; the same ones give the same bytes.

    Raises
    ------
    InputError
        A word is not as ``words()`` gives it or stands twice, or a vector is zero or not finite.
    """
    if path.suffix != _NPZ:
        raise InputError(f"found the ending '{path.suffix}', need '{_NPZ}'", path=path)
    numbers = np.ascontiguousarray(vectors, dtype=np.float16)
    if numbers.ndim != 2 or len(numbers) != len(vocabulary) or len(numbers) == 0:
        raise InputError(f"{len(vocabulary)} words and numbers of shape {numbers.shape}", path=path)
    strange = [word for word in vocabulary if words(word) != [word]]
    if strange or len(set(vocabulary)) != len(vocabulary):
        raise InputError(f"not a vocabulary: {strange[:3] or 'a word stands twice'}", path=path)
    rows = {word: row for row, word in enumerate(vocabulary)}
    if len(_checked(path, "", rows, numbers.astype(np.float32))) != len(rows):
        raise InputError("the vector of a word is zero", path=path, fix="leave the word out")
    text = np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8)
    try:
        with path.open("wb") as file:  # numpy stamps no date into the archive
            np.savez_compressed(file, words=text, vectors=numbers)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", path=path) from error
    return word_identity(path)


def _suffix(path: Path) -> str:
    name = path.name.lower()
    for suffix in WORD_SUFFIXES:
        if name.endswith(suffix):
            return suffix
    raise InputError(
        f"the name ends in '{path.suffix}'; {_NEED}",
        path=path,
        fix="name the file after what it is: .bin is word2vec's binary form, .txt its text",
    )


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        raise InputError("a folder; a file is needed", path=path, fix="name a file in it")
    if not path.is_file():
        raise ModelUnavailable(
            "there is no such file", path=path, fix="check the path, and the folder you are in"
        )


def _literal(name: str) -> str:
    """Return a name with what ``glob`` would read as a pattern taken literally."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _from_npz(path: Path) -> WordVectors:
    identity = word_identity(path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            text, numbers = arrays["words"], arrays["vectors"]
        vocabulary = text.astype(np.uint8, casting="equiv").tobytes().decode().split("\n")
        units = numbers.astype(np.float32, casting="same_kind")
    except Exception as error:  # zipfile and numpy raise a dozen kinds for broken bytes
        raise _broken(path, error) from error
    if units.ndim != 2 or len(units) != len(vocabulary) or len(set(vocabulary)) != len(units):
        raise _broken(path, f"{len(vocabulary)} words and numbers of shape {units.shape}")
    return _checked(path, identity, {w: row for row, w in enumerate(vocabulary)}, units)


def _broken(path: Path, error: object) -> InputError:
    return InputError(
        f"no word vectors can be read from it: {error}",
        path=path,
        fix="fetch or train the file again, and check that its ending says what it is",
    )


def _by_gensim(path: Path, suffix: str) -> tuple[Sequence[str], NDArray[np.float32]]:
    """Return the keys and the vectors of a file that gensim reads."""
    try:
        from gensim.models import KeyedVectors
    except ImportError as error:
        raise ModelUnavailable(
            f"gensim is needed to read {suffix}, and cannot be imported: {error}",
            path=path,
            fix="pip install 'crs-simcheck[embeddings]'",
        ) from error
    try:
        if suffix == _KEYED:
            found = KeyedVectors.load(str(path))
            found = getattr(found, "wv", found)  # a whole model that was saved as .kv
        else:
            found = KeyedVectors.load_word2vec_format(
                str(path), binary=_WORD2VEC[suffix], unicode_errors="replace"
            )
        keys, numbers = found.index_to_key, np.asarray(found.vectors, dtype=np.float32)
    except Exception as error:  # gensim and pickle raise whatever the bytes lead them to
        told = str(error) or type(error).__name__
        if suffix != _KEYED and not _has_header(path):
            told = "the first line does not say how many words and dimensions follow"
        raise _broken(path, told) from error
    if numbers.ndim != 2 or len(numbers) != len(keys):
        raise _broken(path, f"{len(keys)} words and numbers of shape {numbers.shape}")
    return keys, numbers


def _has_header(path: Path) -> bool:
    """Whether a file begins with the numbers of words and dimensions; GloVe's do not."""
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            first = file.readline(1 << 16).split()
    except (OSError, EOFError):
        return True  # nobody can tell
    return len(first) == 2 and all(part.isdigit() for part in first)


def _rows_of(keys: Sequence[str]) -> dict[str, int]:
    """Return the row of each word that ``words()`` can give."""
    rows: dict[str, int] = {}
    for row, key in enumerate(keys):
        word = unicodedata.normalize("NFC", plain(key).casefold())
        if (word not in rows or key == word) and words(key) == [word]:
            rows[word] = row
    return rows


def _checked(
    path: Path, identity: str, rows: Mapping[str, int], numbers: NDArray[np.float32]
) -> WordVectors:
    """Return the vectors with length 1, without the words that have no direction."""
    units = numbers if numbers.flags.writeable else numbers.copy()
    lengths = np.empty(len(units))
    for begin in range(0, len(units), _BLOCK):
        block = units[begin : begin + _BLOCK]
        length = np.sqrt(np.einsum("ij,ij->i", block, block, dtype=np.float64))
        lengths[begin : begin + _BLOCK] = length
        usable = np.isfinite(length) & (length > 0)
        np.divide(block, length[:, None], out=block, where=usable[:, None], casting="same_kind")
    bad = [word for word, row in rows.items() if not np.isfinite(lengths[row])]
    if bad:
        raise InputError(
            f"the vector of '{bad[0]}' holds a number that is not finite",
            path=path,
            fix="train or fetch the vectors again",
        )
    directed = {word: row for word, row in rows.items() if lengths[row] > 0}
    if not directed:
        found = "every vector of a word is zero" if rows else "none of its keys is a word"
        raise InputError(found, path=path, fix="check that this is the right file")
    return WordVectors(identity, directed, units)
