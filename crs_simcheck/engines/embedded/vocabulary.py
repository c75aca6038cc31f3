"""The words of the embedded seeker, as their files have them."""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

__all__ = ["FILES", "any_of", "digest", "listed", "table"]

FILES: Final = ("directives", "persona", "reviews", "talk")


@cache
def _text(file: str) -> str:
    source = resources.files("crs_simcheck.engines.embedded").joinpath("data", f"{file}.toml")
    return source.read_text(encoding="utf-8")


@cache
def table(file: str) -> MappingProxyType[str, Any]:
    """Return what a file holds, unread: texts by name."""
    return MappingProxyType(tomllib.loads(_text(file)))


@cache
def listed(text: str) -> tuple[str, ...]:
    """Return the parts of a list, which `` | `` sets apart and lines may break anywhere."""
    return tuple(part for part in " ".join(text.split()).split(" | ") if part)


def any_of(words: tuple[str, ...]) -> str:
    """Return a pattern of any of some words, the longest first, each whole."""
    longest = sorted(words, key=len, reverse=True)
    return r"(?<![\w-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w-])"


@cache
def digest() -> str:
    """Return the SHA-256 of all files: it changes with every word."""
    return hashlib.sha256("\0".join(map(_text, FILES)).encode()).hexdigest()
