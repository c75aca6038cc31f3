"""What every reader of vectors gives, and what both readings and the cache of them agree on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from crs_simcheck.errors import InputError

__all__ = ["ModelUnavailable", "VectorReader", "VectorReading", "identity_of", "sha256_of"]

_HASH_DIGITS = 10
# What a name may hold that becomes part of a file's name and of a line that a person reads.
_NO_NAME = re.compile(r"[^\w.+-]+")


class ModelUnavailable(InputError):  # noqa: N818 - it is a state of the machine, not a fault
    """The model, or the package that reads it, is not on this machine; the message has the fix."""


@dataclass(frozen=True, eq=False, slots=True)
class VectorReading:
    """What a model makes of one text: the mean of the unit vectors of its words or sentences.

    Sums add up over texts, so a group is ``Σ n·mean`` and ``Σ n``. The mean is held to the
    precision of the cache (16 bits), so that a fresh reading and one from the cache are the same.

    Parameters
    ----------
    mean:
        Shape (dimension,), float32, read-only; zeros where ``n`` is 0. Its length is at most 1.
    n:
        Vectors that were added.
    missing:
        Words that the model does not know; 0 for sentences.
    """

    mean: NDArray[np.float32]
    n: int
    missing: int

    @classmethod
    def of(cls, total: NDArray[Any], n: int, missing: int = 0) -> VectorReading:
        """Return the reading of a sum of ``n`` unit vectors."""
        mean = (total / max(n, 1)).astype(np.float16).astype(np.float32)
        mean.setflags(write=False)
        return cls(mean, n, missing)


class VectorReader(Protocol):
    """A model that reads texts.

    The same text gives the same reading; a sentence model may differ in the last of the 16 bits
    where it reads the text among others, or on another machine.
    """

    @property
    def identity(self) -> str:
        """Name and hash of the model's content, such as ``all-MiniLM-L6-v2:0f9c2d41aa``.

        Two different models never share it, wherever their files lie.
        """
        ...

    @property
    def splitter(self) -> str:
        """Name and version of what cuts the text, such as ``sentences/1``."""
        ...

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        ...

    def read(self, texts: Sequence[str]) -> list[VectorReading]:
        """Return the reading of each text, in their order."""
        ...


def identity_of(name: str, digests: Iterable[str]) -> str:
    """Return the identity of a model, from its name and the SHA-256 of each of its parts."""
    total = hashlib.sha256("\n".join(digests).encode()).hexdigest()
    return f"{_NO_NAME.sub('-', name).strip('-.') or 'model'}:{total[:_HASH_DIGITS]}"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
