"""Seeded drawing: what is drawn is a function of the model's version, the seed and the messages."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

from crs_simcheck.engines.base import Request

__all__ = ["draws_for", "hash_share", "pick"]

_T = TypeVar("_T")


def draws_for(model: str, request: Request) -> random.Random:
    """Return the draws of a request. Temperature and the like do not count; only the seed does."""
    hashed = hashlib.sha256(f"{model}\0{request.options.seed}".encode())
    for message in request.messages:
        hashed.update(b"\0" + message.role.encode() + b"\0")
        hashed.update(message.content.encode(errors="surrogatepass"))
    return random.Random(int.from_bytes(hashed.digest()[:16], "big"))


def hash_share(text: str) -> float:
    """Return a number from 0 to 1 that a text always has."""
    hashed = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "big") / 2**64


def pick(draws: random.Random, some: Sequence[_T]) -> _T:
    """Return one of some; faster than ``choice``, and the same in every version of Python."""
    return some[int(draws.random() * len(some))]
