"""Regular expressions that are compiled when they are first used.

There are a hundred of them, and to compile them all takes longer than to read a few hundred
answers, which need some of them only.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    """Stands for a compiled pattern, of which it takes each method when that is asked for."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self._given = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self.pattern, self._given), name)
        setattr(self, name, found)  # from now on it is found without this method
        return found


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return what ``re.compile`` does, compiled at its first use."""
    return cast("re.Pattern[str]", _Late(pattern, flags))
