"""The key of a recorded answer: a hash of exactly what was asked, and of nothing else.

Hosts, digests, dates and keys of access are no part of it: who replays has no engine to ask.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from crs_simcheck.records import Message

__all__ = ["request_key", "seed_of"]

_SEEDS = 2**31 - 1


def request_key(
    kind: str,
    model: str,
    options: Mapping[str, Any],
    messages: Sequence[Message],
    repeat: int = 0,
) -> str:
    """Return ``sha256:`` and the hex digest of the canonical JSON of a request.

    Canonical JSON has its keys sorted, no blanks, and nothing but ASCII, so that two programs (and
    two versions of this one) write the same bytes.

    Parameters
    ----------
    kind, model:
        The engine: ``"ollama"``, ``"llama3.3:70b"``.
    options:
        Everything that goes along: seed, temperature, a schema where there is one.
    repeat:
        Which of several answers to the same question it is, from 0.
    """
    asked = {
        "engine": kind,
        "model": model,
        "options": dict(options),
        "messages": [{"role": m.role, "content": m.content} for m in messages],
        "repeat": repeat,
    }
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def seed_of(*parts: object) -> int:
    """Return a seed, 0 to 2³¹ − 2, that is a pure function of what it is for.

    >>> seed_of(0, "u17", "items_talk", 0) == seed_of(0, "u17", "items_talk", 0)
    True
    """
    text = json.dumps([str(part) for part in parts])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % _SEEDS
