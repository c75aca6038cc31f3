"""A group: the seeker statistics of some speakers, their provenance, and what read them.

A baseline is a group whose speakers were people; nothing else tells the two apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crs_simcheck.baselines.tables import SeekerStatistics
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import InstrumentError, UnknownNameError
from crs_simcheck.instruments import INSTRUMENTS
from crs_simcheck.records import Speakers, TaskName

__all__ = ["UNKNOWN_TITLE", "Group", "Provenance", "check_instruments", "unknown_label"]

# Labels of titles that no catalogue knows begin so; a hash follows, never the text.
UNKNOWN_TITLE = "?"


def unknown_label(text_key: str) -> str:
    """Return the label under which a title that no catalogue knows is counted."""
    return UNKNOWN_TITLE + text_key


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a group comes from, and how it was made.

    ``command`` is the exact command that makes it again; ``source_sha256`` maps the files it read
    to their hashes. ``popularity`` and ``mean_rating`` say where those columns of the catalogue
    come from.
    """

    source: str = ""
    licence: str = ""
    attribution: str = ""
    date: str = ""
    command: str = ""
    description: str = ""
    source_sha256: Mapping[str, str] = field(default_factory=dict)
    popularity: str = ""
    mean_rating: str = ""


@dataclass(frozen=True, eq=False)
class Group:
    """The seeker statistics of some speakers.

    Parameters
    ----------
    name, speakers:
        ``speakers`` is ``people``, ``simulator`` or ``synthetic``.
    tasks:
        Task → its seeker statistics.
    catalogue:
        The films of the group; every film of the tables is in it, or is an unknown title.
    instruments:
        Name → version of what read the texts; the identity of one that was chosen (a lexicon, a
        model).
    path:
        The folder it was read from, if any.
    published:
        Task → metric → a figure that somebody published of a group that is not at hand.
    """

    name: str
    speakers: Speakers
    tasks: Mapping[TaskName, SeekerStatistics]
    catalogue: Catalogue
    instruments: Mapping[str, int | str] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)
    path: Path | None = None
    published: Mapping[TaskName, Mapping[str, float]] = field(default_factory=dict)

    def task(self, name: TaskName) -> SeekerStatistics:
        """Return the statistics of a task, or raise :class:`UnknownNameError`."""
        if name not in self.tasks:
            raise UnknownNameError(f"task of group '{self.name}'", name, self.tasks)
        return self.tasks[name]

    def with_tasks(self, tasks: Mapping[TaskName, SeekerStatistics], **changes: Any) -> Group:
        """Return a copy with other statistics."""
        from dataclasses import replace

        return replace(self, tasks=MappingProxyType(dict(tasks)), **changes)


def check_instruments(
    name: str, versions: Mapping[str, int | str], where: Path | None = None
) -> None:
    """Raise :class:`InstrumentError` where a group was read by other instruments than ours.

    Those that were chosen are left for the comparison: the other side may have chosen the same.
    """
    for instrument, version in sorted(versions.items()):
        if isinstance(version, str):
            continue
        ours = INSTRUMENTS.get(instrument)
        if ours is None or ours.version != version:
            here = "no such instrument" if ours is None else f"'{instrument}/{ours.version}'"
            raise InstrumentError(
                f"group '{name}' was read by instrument '{instrument}/{version}', "
                f"this version of crs-simcheck has {here}: the figures cannot be compared",
                path=where,
                fix="build the group again with the command in its group.toml",
            )
