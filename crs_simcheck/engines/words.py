"""What the two protocols share: names of models, messages as JSON, and how long a prompt is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from crs_simcheck.engines.base import Message
from crs_simcheck.errors import InputError

__all__ = ["as_rows", "count", "full_name", "is_too_long", "same_model", "was_cut"]

_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|exceeds? the (available |maximum )?context"
    r"|maximum context length|context (length|size|window) (is )?exceeded|prompt (is )?too long"
    r"|exceeds (the )?(model'?s )?max(imum)? (context|model) len",
    re.IGNORECASE,
)


def full_name(model: str) -> str:
    """Return the name of an Ollama model with its tag: without one it means ``:latest``.

    >>> full_name("llama3.3"), full_name("host:5000/me/llama3.3"), full_name("llama3.3:70b")
    ('llama3.3:latest', 'host:5000/me/llama3.3:latest', 'llama3.3:70b')
    """
    return model if ":" in model.rpartition("/")[2] else f"{model}:latest"


def same_model(one: str, other: str) -> bool:
    """Tell whether two names mean the same Ollama model; case does not count."""
    return _short(one) == _short(other)


def _short(model: str) -> str:
    name = full_name(model).lower()
    return name.removeprefix("registry.ollama.ai/").removeprefix("library/")


def as_rows(messages: Iterable[Message]) -> list[dict[str, str]]:
    """Return messages as both protocols take them.

    Raises
    ------
    InputError
        Where there is none: a server would load the model, and answer nothing.
    """
    rows = [{"role": each.role, "content": each.content} for each in messages]
    if not rows:
        raise InputError("a request without a message", fix="an engine needs one at least")
    return rows


def is_too_long(words: str) -> bool:
    """Tell from a server's words whether it found the prompt too long for the context."""
    return _TOO_LONG.search(words) is not None


def was_cut(messages: Iterable[Message], read: int | None, num_ctx: int | None) -> bool:
    """Tell whether a server read less of the prompt than there is.

    Tokenizers of language models split text at white space before anything else, so that no token
    holds letters of two words: a prompt has as many tokens as words at least, and the template
    adds more. A server that read fewer left some out; so, most likely, did one whose prompt fills
    the context to the last token.

    Parameters
    ----------
    read:
        Tokens of the prompt that the server says it read; None or 0 say nothing.
    num_ctx:
        Tokens that the context holds, where it is known.
    """
    if not read:
        return False
    if num_ctx is not None and read >= num_ctx:
        return True
    return read < sum(len(each.content.split()) for each in messages)


def count(value: Any) -> int | None:
    """Return a number of tokens, or None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
