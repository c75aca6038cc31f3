"""How a simulator's answers were given, in a line."""

from __future__ import annotations

from collections.abc import Iterable

from crs_simcheck.records import Response
from crs_simcheck.tasks import count_conduct

__all__ = ["conduct_line"]

_WORDS = {
    "empty": "empty",
    "refusal": "refused",
    "thinking": "with thoughts left in",
    "cut_short": "cut short by num_predict",
    "truncated": "to a prompt that the server cut",
    "other_model": "by another model than the rest",
    "unrepeated": "otherwise when asked again",
}


def conduct_line(responses: Iterable[Response]) -> str:
    """Return what was seen of how recorded answers were given; empty where all is well.

    Every kind can be gated: ``empty_rate``, ``refusal_rate``, ``thinking_rate``,
    ``cut_short_rate``, ``truncated_prompt_rate``, ``other_model_rate``, ``unrepeated_rate``.
    """
    total, counts = count_conduct(responses)
    found = [f"{counts[name]:,} {words}" for name, words in _WORDS.items() if counts.get(name)]
    return f"of {total:,} answers: {', '.join(found)}" if found else ""
