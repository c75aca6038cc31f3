"""Stand-ins for signs that a terminal cannot show: ``×`` becomes ``x`` and not ``?``."""

from __future__ import annotations

import codecs

__all__ = ["STAND_INS", "legible"]

# Name of the way of handling what cannot be encoded, for ``open`` and ``reconfigure``.
STAND_INS = "crs-simcheck-stand-ins"
_FOR = {"–": "-", "—": "-", "−": "-", "─": "-", "·": "/", "×": "x", "…": "...", "→": "->"}


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_FOR.get(sign, "?") for sign in lost), error.end


codecs.register_error(STAND_INS, _stand_in)


def legible(text: str, encoding: str | None) -> str:
    """Return a text with a stand-in for each sign that the encoding lacks."""
    return text.encode(encoding or "utf-8", STAND_INS).decode(encoding or "utf-8")
