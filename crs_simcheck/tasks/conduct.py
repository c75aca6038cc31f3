"""How a recorded answer was given, from its text and from what was noted beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from crs_simcheck.instruments import read_conduct
from crs_simcheck.records import Response

__all__ = ["conduct_of", "count_conduct", "usual_digest", "was_recorded"]


def usual_digest(responses: Iterable[Response]) -> str | None:
    """Return the digest of the model that gave most of the answers, or None where none is known."""
    digests = Counter(
        digest for r in responses if r.meta and isinstance(digest := r.meta.get("digest"), str)
    )
    # Of two that gave as many, the one that sorts first: the order of rows must not matter.
    return min(digests, key=lambda d: (-digests[d], d), default=None)


def was_recorded(response: Response) -> bool:
    """Tell whether an answer was recorded by us, with a note of what gave it."""
    return response.meta is not None and "engine" in response.meta


def conduct_of(response: Response, usual: str | None) -> Mapping[str, float | None]:
    """Return what is known of how an answer was given.

    Parameters
    ----------
    usual:
        The digest that most answers have.

    Returns
    -------
    conduct:
        ``empty``, ``refusal``, ``thinking``, ``cut_short``, ``truncated``, ``other_model`` and
        ``unrepeated`` → 1 or 0, or None where nobody can tell.
    """
    meta = response.meta or {}
    seen = read_conduct(response.text)
    digest, reason, again = meta.get("digest"), meta.get("done_reason"), meta.get("again")
    return {
        "empty": float(seen.empty),
        "refusal": float(seen.refusal),
        "thinking": float(seen.thinking),
        "cut_short": None if reason is None else float(reason == "length"),
        "truncated": None if meta.get("prompt_tokens") is None else float("truncated" in meta),
        "other_model": None if digest is None or usual is None else float(digest != usual),
        "unrepeated": None if again is None else float(again != "same"),
    }


def count_conduct(responses: Iterable[Response]) -> tuple[int, Mapping[str, int]]:
    """Return how many answers were recorded by us, and how many show each kind of conduct."""
    rows = [response for response in responses if was_recorded(response)]
    usual = usual_digest(rows)
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update({name: int(value or 0) for name, value in conduct_of(row, usual).items()})
    return len(rows), counts
