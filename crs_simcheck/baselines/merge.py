"""Put groups together: statistics add, so the seekers of the parts become the seekers of one group.

What is merged is what the folders hold, and no source is needed. Some things cannot be known from
counts, and are therefore refused or left empty:

- Parts read by different versions of an instrument, parts of people and of simulators, and parts
  built from the same files are refused: the figures of the sum would be of nobody.
- A column that one part did not read at all is left empty in the sum, and so are the keys of
  words: each part made its own with a secret of its own, so that one word would count as two. Keys
  of whole answers stay. Equal answers within a part are still seen, those of people of different
  parts are not, so ``response_repetition`` is a lower bound there.
"""

from __future__ import annotations

import dataclasses
import datetime
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crs_simcheck.baselines.group import Group, Provenance
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.publish import write_whole
from crs_simcheck.baselines.shipped import shipped_folder
from crs_simcheck.baselines.storage import GROUP_FILE, read_group
from crs_simcheck.baselines.tables import (
    COLUMNS,
    NOTHING,
    SeekerStatistics,
    TableName,
    merge_statistics,
)
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.errors import InputError, InstrumentError
from crs_simcheck.records import TaskName
from crs_simcheck.tasks import READ_BY

__all__ = ["MergeCommand", "merge", "merge_groups", "parse_merge", "rebuild_merge"]

_PROGRAM = ("crs-simcheck", "baseline", "merge")
# Keys of words: the parts' secrets differ, so equal words of two parts have two keys.
_KEYED_APART = frozenset({"types"})
_NOTE = (
    "Keys of words, answers and unknown titles were made apart in each part: kinds of words are "
    "not counted, and where speakers of different parts say the same, it is not seen."
)
_Key = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class MergeCommand:
    """What a recorded command of a merge says; ``parts`` and ``out`` are base names."""

    parts: tuple[str, ...]
    name: str
    date: str
    out: str

    def line(self) -> str:
        """Return the command line."""
        words = [*_PROGRAM, *self.parts]
        if self.name != self.out:
            words += ["--name", self.name]
        return shlex.join([*words, "--date", self.date, "-o", self.out])


def parse_merge(command: str) -> MergeCommand | None:
    """Return what a recorded command says, or None where it is the command of something else.

    Raises
    ------
    InputError
        It is a merge, and one that cannot be read.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if tuple(words[:3]) != _PROGRAM:
        return None
    rest = words[3:]
    count = next((i for i, word in enumerate(rest) if word.startswith("-")), len(rest))
    parts, flags = tuple(rest[:count]), rest[count:]
    given = dict(zip(flags[::2], flags[1::2], strict=False))
    out, date = given.get("-o", ""), given.get("--date", "")
    if len(flags) != 2 * len(given) or set(given) - {"-o", "--date", "--name"} or not out:
        raise InputError(
            f"found '{command}', need '{' '.join(_PROGRAM)} A B --date D -o C'", field="command"
        )
    return MergeCommand(parts, given.get("--name", out), date, out)


def merge(
    folders: Sequence[Path], out: Path, *, name: str | None = None, date: str | None = None
) -> Group:
    """Put the groups of some folders together, and write the sum into another folder.

    Raises
    ------
    InputError
        There are fewer than two, two of one name, or two that cannot be added; see the module.
    InstrumentError
        Two of them were read by different versions of one instrument; names both.
    """
    places = [Path(folder).resolve() for folder in folders]
    for place in places:
        # The command would not tell the two apart, and the sum could not be made again.
        if [other.name for other in places].count(place.name) > 1:
            raise InputError(
                f"'{place.name}' stands twice among the groups to merge",
                field="groups",
                fix="give each folder a name of its own",
            )
    if out.resolve() in places:
        raise InputError(
            "one of the groups to merge; the sum could not be made again without it",
            path=out,
            field="out",
            fix="choose another folder",
        )
    folder = out.resolve().name
    said = MergeCommand(
        parts=tuple(place.name for place in places),
        name=name or folder,
        date=BuildOptions(date=date or datetime.date.today().isoformat()).date or "",
        out=folder,
    )
    return _merged(said, places, out)


def rebuild_merge(said: MergeCommand, source: Path | None, out: Path) -> Group:
    """Put the parts of a merged group together again, into another folder.

    Parameters
    ----------
    source:
        The folder in which the folders of the parts are. A part that ships is found without it.

    Raises
    ------
    InputError
        A part is missing, or the parts can no longer be added.
    """
    return _merged(said, [_part(name, source) for name in said.parts], out)


def _part(name: str, source: Path | None) -> Path:
    places = [shipped_folder() / name]
    if source is not None:
        places.insert(0, source / name)
    for place in places:
        if (place / GROUP_FILE).is_file():
            return place
    raise InputError(
        f"no group '{name}', which is a part of this one",
        path=source,
        fix="name the folder in which the groups are that were merged",
    )


def _merged(said: MergeCommand, places: Sequence[Path], out: Path) -> Group:
    # What other instruments read may be added too, where all parts were read by the same.
    parts = [read_group(place, check=False) for place in places]
    group = merge_groups(parts, name=said.name, command=said.line(), date=said.date)
    write_whole(group, out)
    return replace(group, path=out)


def merge_groups(groups: Sequence[Group], *, name: str, command: str = "", date: str = "") -> Group:
    """Return one group of the seekers of all; see the module for what is refused.

    A task that only some of the groups have is kept as it is. The statistics depend neither on the
    order of the groups nor on which were put together first. Of what is known of a film, the
    earlier group is believed, and popularity and mean ratings are those of the first that has any.
    """
    if len(groups) < 2:
        raise InputError("need two groups or more to merge", field="groups")
    for place, second in enumerate(groups):
        for first in groups[:place]:
            _check_addable(first, second)
    films = _films(groups)
    tasks: dict[TaskName, SeekerStatistics] = {}
    for task in dict.fromkeys(task for group in groups for task in group.tasks):
        parts = [
            _relabelled(group.tasks[task], _labels(group.catalogue, films))
            for group in groups
            if task in group.tasks
        ]
        tasks[task] = reduce(_added, parts)
    return Group(
        name=name,
        speakers=groups[0].speakers,
        tasks=MappingProxyType(dict(sorted(tasks.items()))),
        catalogue=Catalogue(name, tuple(sorted(films.values(), key=lambda f: f.label))),
        instruments=MappingProxyType(_instruments(groups, tasks.values())),
        provenance=_provenance(groups, command, date),
    )


def _instruments(
    groups: Iterable[Group], statistics: Iterable[SeekerStatistics]
) -> dict[str, int | str]:
    """Return the instruments of all, without those that read nothing which is still there."""
    known = {i for columns in READ_BY.values() for names in columns.values() for i in names}
    used = {
        instrument
        for of_task in statistics
        for name, table in of_task.tables.items()
        for column, instruments in READ_BY[name].items()
        if table.known(column)
        for instrument in instruments
    }
    versions = {i: version for group in groups for i, version in group.instruments.items()}
    return {i: versions[i] for i in sorted(versions) if i in used or i not in known}


def _check_addable(first: Group, second: Group) -> None:
    for instrument in sorted(first.instruments.keys() & second.instruments.keys()):
        ours, theirs = first.instruments[instrument], second.instruments[instrument]
        if ours != theirs:
            raise InstrumentError(
                f"group '{first.name}' was read by instrument '{instrument}/{ours}', group "
                f"'{second.name}' by '{instrument}/{theirs}': their figures cannot be added",
                path=second.path,
                fix="build both again with the commands in their group.toml",
            )
    if first.speakers != second.speakers:
        raise InputError(
            f"found {second.speakers}, need {first.speakers} as in group '{first.name}'",
            path=second.path,
            field="speakers",
            fix="merge groups of the same speakers only",
        )
    shared = first.tasks.keys() & second.tasks.keys()
    files, others = (set(g.provenance.source_sha256.values()) for g in (first, second))
    if shared and files and others and (files <= others or others <= files):
        raise InputError(
            f"it was built from files that group '{first.name}' was built from too: "
            "the same speakers would count twice",
            path=second.path,
            field="source_sha256",
            fix="leave one of them out",
        )
    for task in sorted(shared):
        designs = [group.tasks[task].design.get("like_at") for group in (first, second)]
        if None not in designs and designs[0] != designs[1]:
            raise InputError(
                f"stars mean yes from {designs[1]} on, in group '{first.name}' from {designs[0]} "
                "on: their answers cannot be added",
                path=second.path,
                field="like_at",
                fix="build one of them again with the --like-at of the other",
            )


# ------------------------------------------------------------------------------------ films


def _films(groups: Sequence[Group]) -> dict[_Key, Item]:
    """Return the films of all, one for each key, under the first of its names in letter order.

    Films are the same where title and year are: with more than two catalogues, any likeness beyond
    that would make the sum depend on the order.
    """
    films: dict[_Key, Item] = {}
    scales = {
        figure: next((g.name for g in groups if g.catalogue.has(figure)), None)
        for figure in ("popularity", "mean_rating")
    }
    for group in groups:
        other = {figure: None for figure, owner in scales.items() if owner != group.name}
        for key, item in zip(group.catalogue.keys, group.catalogue.items, strict=True):
            known = films.get(key)
            own = replace(item, **other)  # type: ignore[arg-type]
            films[key] = own if known is None else _filled(known, own)
    return films


def _filled(item: Item, other: Item) -> Item:
    """Return a film with what it leaves empty taken from another of its key."""
    empty = {
        f.name: getattr(other, f.name)
        for f in dataclasses.fields(Item)
        if getattr(item, f.name) in (None, ())
    }
    return replace(item, **empty, title=min(item.title, other.title))


def _labels(catalogue: Catalogue, films: Mapping[_Key, Item]) -> dict[str, str]:
    return {
        item.label: films[key].label
        for key, item in zip(catalogue.keys, catalogue.items, strict=True)
    }


def _relabelled(statistics: SeekerStatistics, labels: Mapping[str, str]) -> SeekerStatistics:
    """Return statistics with films under the names that they have in the sum."""
    design = dict(statistics.design)
    if isinstance(design.get("films"), list):
        design["films"] = sorted({labels.get(film, film) for film in design["films"]})
    if all(old == new for old, new in labels.items()):
        return SeekerStatistics(statistics.n_seekers, statistics.tables, design)
    seekers = [
        {
            name: [
                tuple(
                    labels.get(value, value) if column == "film" else value
                    for column, value in zip(COLUMNS[name], row, strict=True)
                )
                for row in rows
            ]
            for name, rows in seeker.items()
        }
        for seeker in statistics.seekers()
    ]
    return SeekerStatistics.of_seekers(seekers, statistics.tables, design)


# ------------------------------------------------------------------------------- statistics


def _added(first: SeekerStatistics, second: SeekerStatistics) -> SeekerStatistics:
    left_out: dict[TableName, set[str]] = {}
    for statistics in (first, second):
        for name, table in statistics.tables.items():
            unread = {c for c in table.columns if len(table) and not table.known(c)}
            left_out.setdefault(name, set()).update(unread)
    return merge_statistics(_emptied(first, left_out), _emptied(second, left_out))


def _emptied(
    statistics: SeekerStatistics, left_out: Mapping[TableName, set[str]]
) -> SeekerStatistics:
    """Return statistics without what was read into some columns, and without keys of words."""

    def cells(name: TableName, row: tuple[Any, ...]) -> Iterator[Any]:
        for (column, kind), value in zip(COLUMNS[name].items(), row, strict=True):
            empty = column in _KEYED_APART or column in left_out.get(name, ())
            yield NOTHING[kind] if empty else value

    seekers = (
        {name: [tuple(cells(name, row)) for row in rows] for name, rows in seeker.items()}
        for seeker in statistics.seekers()
    )
    return SeekerStatistics.of_seekers(seekers, statistics.tables, statistics.design)


# ------------------------------------------------------------------------------- provenance


def _provenance(groups: Sequence[Group], command: str, date: str) -> Provenance:
    origins = [group.provenance for group in groups]
    names = ", ".join(f"'{group.name}'" for group in groups)
    scales = {
        figure: next(
            (
                f"{getattr(group.provenance, figure)} (group '{group.name}')".strip()
                for group in groups
                if group.catalogue.has(figure)
            ),
            "",
        )
        for figure in ("popularity", "mean_rating")
    }
    own = {
        task: [group.name for group in groups if task in group.tasks]
        for task in sorted({task for group in groups for task in group.tasks})
    }
    partly = [
        f"{task} is of {', '.join(parts)} alone."
        for task, parts in own.items()
        if len(parts) < len(groups)
    ]
    told = (origin.description.removesuffix(_NOTE).strip() for origin in origins)
    return Provenance(
        source=_joined("; ", (origin.source for origin in origins)),
        licence=_joined("; ", (origin.licence for origin in origins)),
        attribution=_joined(" ", (origin.attribution for origin in origins)),
        date=date,
        command=command,
        description=_joined(" ", (f"The seekers of {names} together.", *told, *partly, _NOTE)),
        source_sha256={
            f"{group.name}/{file}": digest
            for group in groups
            for file, digest in group.provenance.source_sha256.items()
        },
        **scales,
    )


def _joined(between: str, texts: Iterable[str]) -> str:
    return between.join(dict.fromkeys(text for text in texts if text))
