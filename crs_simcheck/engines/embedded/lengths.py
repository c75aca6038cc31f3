"""How many words the embedded seeker means to say."""

from __future__ import annotations

import random
from typing import Final

from crs_simcheck.engines.embedded.directives import Directives

__all__ = ["meant_words"]

# People do not all write as much: lengths vary around what is asked for by this much (of a
# log-normal), and "at most" is filled by this share in the middle.
_SPREAD: Final = 0.25
_FILLED: Final = 0.75


def meant_words(directives: Directives, brief: int, draws: random.Random) -> int | None:
    """Return how many words an answer should have, or None where nobody asks for brevity.

    Parameters
    ----------
    brief:
        What brevity means for this kind of answer, where guidelines give no number.
    """
    if "brief" not in directives:
        return None
    asked = float(brief if directives.words is None else directives.words)
    factor = draws.lognormvariate(0.0, _SPREAD)
    if directives.at_most:
        return max(3, int(min(asked, asked * _FILLED * factor)))
    return max(3, round(asked * factor))
