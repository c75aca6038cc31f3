"""Profile rows: who a seeker is, read from and written to JSON Lines.

The shape is DESIGN's profile row; ``schemas/profile.schema.json`` says the same to other tools,
and a test holds the two together. Profiles are private: nothing here logs or copies them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.jsonl import iter_lines, write_lines
from crs_simcheck.recordings.fields import Fields, describe
from crs_simcheck.records import HistoryItem, Profile

__all__ = [
    "Profiles",
    "format_profile",
    "iter_profiles",
    "parse_profile",
    "read_profiles",
    "write_profiles",
]

_KEYS = ("seeker", "persona", "traits", "history")
_HISTORY_KEYS = ("item", "rating", "text")


@dataclass(frozen=True)
class Profiles:
    """The profiles of a file, by seeker, in the order in which they stand there. Frozen.

    ``broken`` holds the errors of the rows that were left out, where that was asked for.
    """

    by_seeker: Mapping[str, Profile]
    broken: tuple[InputError, ...] = ()
    path: Path | None = None

    def __len__(self) -> int:
        return len(self.by_seeker)

    def __iter__(self) -> Iterator[Profile]:
        return iter(self.by_seeker.values())


def parse_profile(obj: object, path: str | Path | None = None, line: int = 0) -> Profile:
    """Return the profile that a row holds.

    Unknown keys of the row are kept in ``extra``; unknown keys of a history item are not kept. A
    seeker that is a whole number becomes a string, and ``null`` in an optional field means that it
    is absent.

    Raises
    ------
    InputError
        Where a field is missing or not what it must be.
    """
    fields = Fields(obj, path, line, _KEYS)
    fields.need("seeker", "the seeker's id, a string,")
    seeker = fields.name("seeker")
    if not seeker:
        raise fields.error("seeker", "found an empty string; an id is needed")
    return Profile(
        seeker=seeker,
        persona=fields.text("persona") or "",
        traits=fields.mapping("traits") or {},
        history=tuple(
            _history_item(fields, place, entry)
            for place, entry in enumerate(fields.items("history") or ())
        ),
        extra=fields.extra(),
        line=line,
    )


def _history_item(fields: Fields, place: int, entry: object) -> HistoryItem:
    key = f"history[{place}]"
    if isinstance(entry, str):
        raise fields.error(
            key,
            f"found {describe(entry)}; an object with an item is needed",
            'write {"item": "Title (year)"}',
        )
    inner = fields.inside(key, entry, _HISTORY_KEYS)
    inner.need("item", "a title as 'Title (year)'")
    return HistoryItem(
        item=inner.text("item", least=1) or "",
        rating=inner.stars("rating"),
        text=inner.text("text"),
    )


def format_profile(profile: Profile) -> dict[str, Any]:
    """Return the row of a profile: keys in the design's order, absent fields of items left out.

    Raises
    ------
    InputError
        Where ``extra`` holds a key that the format itself knows: the row would mean something else.
    """
    clash = sorted(set(_KEYS) & set(profile.extra))
    if clash:
        raise InputError(
            f"'extra' holds '{clash[0]}', which is a field of its own",
            field=clash[0],
            fix=f"set Profile.{clash[0]}",
        )
    history = [
        {key: getattr(item, key) for key in _HISTORY_KEYS if getattr(item, key) is not None}
        for item in profile.history
    ]
    return {
        "seeker": profile.seeker,
        "persona": profile.persona,
        "traits": dict(profile.traits),
        "history": history,
        **profile.extra,
    }


def iter_profiles(path: str | Path) -> Iterator[Profile | InputError]:
    """Yield each profile of a file, or the error of a row that cannot be used.

    A second row of the same seeker is such an error; it names both lines.

    Raises
    ------
    InputError
        Where the file cannot be read at all, or not to its end.
    """
    lines: dict[str, int] = {}
    for line, found in iter_lines(path):
        if isinstance(found, InputError):
            yield found
            continue
        try:
            profile = parse_profile(found, path, line)
        except InputError as error:
            yield error
            continue
        first = lines.setdefault(profile.seeker, line)
        if first == line:
            yield profile
        else:
            yield InputError(
                f"seeker {describe(profile.seeker)} is on line {first} and again on line {line}",
                path=path,
                line=line,
                field="seeker",
                fix="keep one row per seeker: join the two histories into one",
            )


def read_profiles(path: str | Path, *, skip_broken: bool = False) -> Profiles:
    """Read all profiles of a ``.jsonl`` or ``.jsonl.gz`` file.

    Parameters
    ----------
    path:
        The file.
    skip_broken:
        Keep the errors of rows that cannot be used in ``broken`` instead of raising the first. Of
        two rows of one seeker the first is kept.

    Raises
    ------
    InputError
        At the first row that cannot be used (unless ``skip_broken``), or where the file cannot be
        read to its end.
    EmptyInputError
        Where there is no row that can be used.
    """
    by_seeker: dict[str, Profile] = {}
    broken: list[InputError] = []
    for found in iter_profiles(path):
        if isinstance(found, Profile):
            by_seeker[found.seeker] = found
        elif skip_broken:
            broken.append(found)
        else:
            raise found
    if not by_seeker:
        problem = "there is no profile in it; one JSON object per line is needed"
        if broken:
            problem = f"none of its {len(broken)} rows can be used; the first: {broken[0]}"
        raise EmptyInputError(
            problem, path=path, fix="'crs-simcheck profiles build' makes profiles from histories"
        )
    return Profiles(by_seeker, tuple(broken), Path(path))


def write_profiles(rows: Iterable[Profile], path: str | Path) -> None:
    """Write profiles to a ``.jsonl`` or ``.jsonl.gz`` file, whole or not at all.

    Raises
    ------
    InputError
        Where a seeker comes twice (the file could not be read back), a row cannot be written as
        JSON, or the file cannot be written.
    """
    write_lines(_rows_once(rows, path), path)


def _rows_once(rows: Iterable[Profile], path: str | Path) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for number, profile in enumerate(rows, start=1):
        if profile.seeker in seen:
            raise InputError(
                f"seeker {describe(profile.seeker)} comes twice",
                path=path,
                line=number,
                field="seeker",
                fix="keep one profile per seeker",
            )
        seen.add(profile.seeker)
        yield format_profile(profile)
