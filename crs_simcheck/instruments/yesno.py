"""Yes or no: what an answer to "did you like it?" says, and whether it says only that."""

from __future__ import annotations

import re

from crs_simcheck.instruments._late import late
from crs_simcheck.instruments._text import plain

__all__ = ["is_exact_yes_no", "read_yes_no"]

# An answer is decided in its first words. What follows is not read, however long it is.
_READ_AT_MOST = 400

_LABEL = late(
    r"(?:(?:my|the|final|short) ){0,2}(?:answer|response|reply|verdict|decision)\s*(?::|=|\bis\b)"
    r"|(?:seeker|user|a)\s*:"
)
_FILLER = late(
    r"(?:oh|well|ah+|u[hm]+|h+m+|erm*|honestly|actually|sure|so|okay|ok|thanks|look|haha"
    r"|to be (?:honest|fair)|i(?:'d| would|'ll) (?:say|answer|go with)|i (?:think|guess|believe)"
    r"|in short|frankly)\b"
)
_NUMBER = late(r"\d{1,2}[.)]\s")

_YES = late(r"(?:y(?:e+s+|e+a+h*|[eu]p+)|aye)\b|y(?=\s*(?:$|[.!,]))")
_NO = late(r"(?:n(?:o+|ope+|ah+|aw)|nay)\b|n(?=\s*(?:$|[.!,]))")
_ALSO_YES = late(
    r"(?:absolutely|definitely|certainly|of course|indeed|very much)\b(?!\s*(?:not|no\b|nothing))"
    r"|no (?:doubt|question)\b"
)
_ALSO_NO = late(
    r"not (?:really|at all|particularly|especially|much|a bit|one bit|in the least|exactly"
    r"|for me|my)\b"
    r"|(?:absolutely|definitely|certainly|of course|probably|i'm afraid) not\b"
)
# These begin with a yes or a no and say neither.
_UNCLEAR = late(
    r"no (?:idea|clue|comment|opinion|preference|answer|strong|way to (?:know|tell|say))\b"
    r"|not sure\b|n/a\b|n\.a\b"
)
_CLAUSE_END = late(r"[.!?,;:\n()\u2013\u2014]|\s-+\s")
_BOTH_AFTER_COMMA = late(
    r"\s*(?:and |but |or |but also |and also )?(?:yes|yeah|no|nope)\s*(?:$|[.!?,;:\n\u2013\u2014-])"
)


def read_yes_no(text: str) -> bool | None:
    """Return what an answer says: True for yes, False for no, None where it is unclear.

    The reading is lenient: markdown, quotes, a label such as ``Answer:`` and words of hesitation
    before the answer are passed over, and so is whatever explains it. The first word decides
    (yes, yeah, yep, no, nope, nah and their like), and a few phrases that mean the same, such as
    ``not really``. Both words in the first clause, or one right after the other, are unclear, and
    so is an answer that begins with neither, however clear its meaning is to a person.

    Examples
    --------
    >>> read_yes_no("**Answer:** Yes, because of the ending."), read_yes_no("Nah.")
    (True, False)
    >>> read_yes_no("Yes and no.") is None
    True
    """
    start = plain(text.lstrip()[:_READ_AT_MOST]).lower()
    start = _without_opening(re.sub(r"[*_\"#>~]|(?<!\w)'|'(?!\w)", "", start))
    if _UNCLEAR.match(start):
        return None
    if _ALSO_YES.match(start):
        return True
    if _ALSO_NO.match(start):
        return False
    for word, answer in ((_YES, True), (_NO, False)):
        found = word.match(start)
        if found is not None:
            return None if _both(start, found.end()) else answer
    return None


def is_exact_yes_no(text: str) -> bool:
    """Whether the text is Yes or No and nothing else; case and surrounding space do not matter."""
    return text.strip().lower() in {"yes", "no"}


def _without_opening(start: str) -> str:
    """Return the text without the labels, the numbering and the hesitation it begins with."""
    for _ in range(6):
        start = re.sub(r"^[\W]+", "", start)
        found = _LABEL.match(start) or _NUMBER.match(start) or _FILLER.match(start)
        if found is None:
            break
        start = start[found.end() :]
    return start


def _both(start: str, after: int) -> bool:
    """Whether the answer takes its first word back: in its first clause, or right after it."""
    end = _CLAUSE_END.search(start, after)
    clause = start[after:] if end is None else start[after : end.start()]
    if re.search(r"\b(?:yes|yeah|yep|no|nope|nah)\b", clause):
        return not re.search(r"\bno (?:doubt|question)\b", clause)
    return end is not None and _BOTH_AFTER_COMMA.match(start, end.end()) is not None
