"""The key of a request changes with everything that is asked, and with nothing else."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.recordings import request_key, seed_of
from crs_simcheck.records import Message

SAID = (Message("system", "You are a seeker."), Message("user", "Name films. é\ud800"))
OPTIONS = {"seed": 7, "temperature": 0.8, "num_ctx": 4096}
KEY = request_key("ollama", "tiny:latest", OPTIONS, SAID, 0)


def test_it_is_the_hash_of_canonical_json():
    text = json.dumps(
        {
            "messages": [{"content": m.content, "role": m.role} for m in SAID],
            "model": "tiny:latest",
            "options": OPTIONS,
            "repeat": 0,
            "engine": "ollama",
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    assert f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" == KEY


@pytest.mark.parametrize(
    "asked",
    [
        ("openai", "tiny:latest", OPTIONS, SAID, 0),
        ("ollama", "tiny:other", OPTIONS, SAID, 0),
        ("ollama", "tiny:latest", {**OPTIONS, "seed": 8}, SAID, 0),
        ("ollama", "tiny:latest", {**OPTIONS, "format": {"type": "object"}}, SAID, 0),
        ("ollama", "tiny:latest", OPTIONS, SAID[:1], 0),
        ("ollama", "tiny:latest", OPTIONS, (SAID[0], Message("user", SAID[1].content + " ")), 0),
        ("ollama", "tiny:latest", OPTIONS, (SAID[0], Message("assistant", SAID[1].content)), 0),
        ("ollama", "tiny:latest", OPTIONS, SAID, 1),
    ],
)
def test_anything_that_is_asked_changes_it(asked):
    assert request_key(*asked) != KEY


def test_the_order_of_options_does_not():
    assert request_key("ollama", "tiny:latest", dict(reversed(OPTIONS.items())), SAID) == KEY


@given(st.lists(st.text(max_size=4) | st.integers(), max_size=4))
def test_seeds_are_small_whole_numbers_and_repeat(parts):
    seed = seed_of(*parts)
    assert 0 <= seed < 2**31 - 1
    assert seed == seed_of(*parts)


def test_seeds_do_not_run_together():
    assert seed_of("ab", "c") != seed_of("a", "bc")
    assert len({seed_of(0, f"u{i}", "items_talk", 0) for i in range(2000)}) == 2000
