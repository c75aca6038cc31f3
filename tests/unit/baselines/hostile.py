"""Bytes and values that no source should be made of: a reader says so, and never crashes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import strategies as st

from crs_simcheck.baselines.sources import KINDS
from crs_simcheck.errors import SimcheckError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
# What a text may hold: surrogates, marks of direction, no letter at all, and very much of it.
TEXTS = ("\ud800 lone", "\u202eabc\u202c", "电影 фильм 🎬", "", "x" * 1_000_000, "a\x00b")


def outcome(kind: str, source: Path, options) -> str:
    """Read a source; return what was wrong with it, or how many responses it holds."""
    try:
        found = f"{len(tuple(KINDS[kind].read(source, options).responses))} responses"
    except SimcheckError as error:
        found = str(error)
    assert "\n" not in found
    return found


def mutated(document, draw):
    """Return a copy of a JSON document in which one value, drawn, is another, drawn."""
    copy = json.loads(json.dumps(document))
    holder = copy
    while True:
        places = list(holder) if isinstance(holder, dict) else range(len(holder))
        place = draw(st.sampled_from(list(places)))
        inner = holder[place]
        if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
            holder[place] = draw(json_values)
            return copy
        holder = inner


def check_cut_short(kind: str, source: Path, file: Path, options) -> None:
    """A gzip file that ends early is an error that names it, wherever it ends."""
    whole = file.read_bytes()
    assert whole.startswith(b"\x1f\x8b")
    for end in (3, 11, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:end])
        assert file.name in outcome(kind, source, options)
        with pytest.raises(SimcheckError):
            KINDS[kind].read(source, options)
    file.write_bytes(gzip.compress(b"\xff\xfe\x00not text"))
    with pytest.raises(SimcheckError):
        KINDS[kind].read(source, options)
    file.write_bytes(whole)
