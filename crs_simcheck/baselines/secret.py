"""Keys of texts that cannot be guessed: a group says that texts are equal, and not what they say.

A plain hash of a short text is found by trying: "hello" has one hash everywhere. So the keys of a
group that is built are made again with a secret, which is a hash of the source itself. Whoever has
the source makes the same keys, so that building twice gives the same bytes; whoever has the group
alone cannot, for the hashes of the source that the group records are others.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from crs_simcheck.baselines.group import UNKNOWN_TITLE, Group
from crs_simcheck.baselines.tables import COLUMNS, SeekerStatistics, TableName
from crs_simcheck.errors import InputError

__all__ = ["fingerprints", "with_secret_keys"]

_PURPOSE = b"crs-simcheck: keys of texts"
_DIGITS = 10
# Columns that may hold a key of something that was said.
_KEYED = frozenset({"film", "text", "types"})


def fingerprints(files: Iterable[Path]) -> tuple[dict[Path, str], bytes]:
    """Return the SHA-256 of each file in hex, and the secret of a source that is these files.

    The secret is a hash of the files that is recorded nowhere. Each file is read once.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    secret = hashlib.sha256(_PURPOSE)
    hashes: dict[Path, str] = {}
    for path in sorted(files, key=lambda p: p.name):
        digest = hashlib.sha256()
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
                    secret.update(block)
        except OSError as error:
            raise InputError(f"cannot be read: {error}", path=path) from error
        hashes[path] = digest.hexdigest()
    return hashes, secret.digest()


def with_secret_keys(group: Group, secret: bytes) -> Group:
    """Return the group with the keys of its texts, words and unknown titles made with a secret."""

    @cache
    def word(value: str) -> str:
        return _key(value, secret)[: len(value)]

    def keyed(value: Any, column: str) -> Any:
        if column == "text" and value:
            return _key(value, secret)
        if column == "types" and value:
            return tuple(sorted(map(word, value)))
        if column == "film" and value.startswith(UNKNOWN_TITLE):
            return UNKNOWN_TITLE + _key(value.removeprefix(UNKNOWN_TITLE), secret)
        return value

    def rows_of(name: TableName, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        columns = tuple(COLUMNS[name])
        return [tuple(map(keyed, row, columns)) for row in rows]

    tasks = {
        task: SeekerStatistics.of_seekers(
            (
                {name: rows_of(name, rows) for name, rows in seeker.items()}
                for seeker in statistics.seekers()
            ),
            statistics.tables,
            statistics.design,
        )
        for task, statistics in group.tasks.items()
        if _has_keys(statistics)
    }
    return group.with_tasks({**group.tasks, **tasks})


def _has_keys(statistics: SeekerStatistics) -> bool:
    return any(
        column in _KEYED and table.known(column)
        for table in statistics.tables.values()
        for column in table.columns
    )


def _key(text: str, secret: bytes) -> str:
    return hmac.new(secret, text.encode(), "sha256").hexdigest()[:_DIGITS]
