"""Keys: read from the environment alone, and never shown."""

from __future__ import annotations

import base64
import os
import re
from typing import NoReturn

from crs_simcheck.errors import InputError

__all__ = ["Secret", "basic_secret", "bearer_from"]

_PRINTABLE = re.compile(r"[\x21-\x7e]+")


class Secret:
    """The value of an ``Authorization`` header; no text, no pickle and no traceback shows it.

    Parameters
    ----------
    header:
        What is sent.
    parts:
        What must not stand in any text either: the key itself, a password.
    """

    __slots__ = ("_header", "_parts")

    def __init__(self, header: str, *parts: str) -> None:
        self._header = header
        # The longest goes first, so that none is left in part where one holds another. What is
        # shorter than four letters is no key, and stands in half of all words.
        found = {part for part in (header, *parts) if len(part) > 3}
        self._parts = tuple(sorted(found, key=len, reverse=True))

    def reveal(self) -> str:
        """Return the value of the header."""
        return self._header

    def scrub(self, text: str) -> str:
        """Return ``text`` with every part of the secret replaced: a server may say it back."""
        for part in self._parts:
            text = text.replace(part, "***")
        return text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never pickled")


def bearer_from(*variables: str) -> Secret | None:
    """Return the key that the first of these environment variables holds, or None.

    A variable that is set to nothing decides as well: no key is sent, whatever the next one holds.

    Raises
    ------
    InputError
        Where the key cannot stand in a header; the message names the variable only.
    """
    for variable in variables:
        held = os.environ.get(variable)
        if held is None:
            continue
        key = held.strip()
        if not key:
            return None
        if not _PRINTABLE.fullmatch(key):
            raise InputError(
                f"the environment variable {variable} holds a space, a line break or a letter "
                "that no key has",
                fix="set it to the key alone",
            )
        return Secret(f"Bearer {key}", key)
    return None


def basic_secret(user: str, password: str) -> Secret:
    """Return what a URL with a name and a password asks to be sent."""
    packed = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return Secret(f"Basic {packed}", packed, password)
