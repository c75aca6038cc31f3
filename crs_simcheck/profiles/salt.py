"""Ids of seekers: hashes with a secret, so that nobody can find a person by trying ids.

The secret is new with every build and kept nowhere. Who wants a build that repeats keeps one in a
file, beside the private source and as private.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from crs_simcheck.errors import InputError

__all__ = ["new_salt", "salt_in", "seeker_id"]

_PURPOSE = b"crs-simcheck: ids of seekers\0"
_DIGITS = 16
_LEAST_BYTES = 16


def new_salt() -> bytes:
    """Return a secret that nobody has seen."""
    return secrets.token_bytes(32)


def salt_in(path: Path) -> tuple[bytes, bool]:
    """Return the secret that a file holds, and whether the file had to be made for it.

    A file that does not exist is made, readable by its owner alone.

    Raises
    ------
    InputError
        The file cannot be read or made, or is too short for a secret.
    """
    made = False
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror or error}", path=path) from error
    else:
        with os.fdopen(handle, "wb") as file:
            file.write(new_salt().hex().encode() + b"\n")
        made = True
    try:
        found = path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from error
    if len(found) < _LEAST_BYTES:
        raise InputError(
            f"holds {len(found)} bytes; a secret of {_LEAST_BYTES} or more is needed",
            path=path,
            fix="name a file that does not exist, and it is made",
        )
    return found, made


def seeker_id(salt: bytes, person: str) -> str:
    """Return the id under which a person goes in profiles."""
    said = _PURPOSE + person.encode("utf-8", "surrogatepass")
    return "s" + hmac.new(hashlib.sha256(salt).digest(), said, "sha256").hexdigest()[:_DIGITS]
