"""Build a group from a source, and build it again as it was built."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from pathlib import Path

from crs_simcheck.baselines.group import Group, Provenance
from crs_simcheck.baselines.measure import Measured, measure, measure_group
from crs_simcheck.baselines.options import BuildOptions, command_line, parse_command
from crs_simcheck.baselines.secret import secret_of, with_secret_keys
from crs_simcheck.baselines.sources import KINDS, Kind
from crs_simcheck.baselines.sources.base import sha256_of, speaker_rng
from crs_simcheck.baselines.storage import read_group, write_group
from crs_simcheck.errors import InputError, UnknownNameError

__all__ = ["build", "find_kind", "rebuild"]

# What every kind understands.
_COMMON = ("seed", "date")


def find_kind(name: str) -> Kind:
    """Return a kind of source by name, or raise :class:`UnknownNameError`."""
    if name not in KINDS:
        raise UnknownNameError("kind of source", name, KINDS)
    return KINDS[name]


def build(
    kind: str,
    source: Path | None,
    out: Path,
    *,
    name: str | None = None,
    options: BuildOptions | None = None,
) -> Group:
    """Read a source, measure what its speakers said, and write the group into a folder.

    Parameters
    ----------
    kind:
        One of ``KINDS``.
    source:
        File or folder of the source; None for a kind that reads none.
    out:
        Folder of the group; made where it is missing.
    name:
        What the group is called; the folder's own name by default.

    Raises
    ------
    InputError
        A file of the source is missing or not what it should be, or an option means nothing here.
    UnknownNameError
        There is no such kind.
    """
    known = find_kind(kind)
    chosen = (options or BuildOptions()).dated()
    strange = [o for o in chosen.changed() if o not in (*_COMMON, *known.knows)]
    if strange:
        raise InputError(
            f"kind '{kind}' has no such option",
            field=strange[0],
            fix=f"it knows {', '.join((*_COMMON, *known.knows))}",
        )
    called = name or out.resolve().name
    command = command_line(kind, source, out, called, chosen)
    group = _measured(known, source, called, command, chosen)
    write_group(group, out)
    return dataclasses.replace(group, path=out)


def rebuild(folder: Path, source: Path | None, out: Path) -> Group:
    """Build a group again as its recorded command says, into another folder.

    Parameters
    ----------
    folder:
        The group. It may have been read by other instruments than the ones at hand.
    source:
        Where its source is now. Other files that the command names are looked for beside it.

    Raises
    ------
    InputError
        The group records no command that builds it, or a file is missing.
    """
    recorded = parse_command(read_group(folder, check=False).provenance.command)
    options = recorded.options
    options = dataclasses.replace(
        options,
        catalogue=_beside(options.catalogue, source),
        profiles=_beside(options.profiles, source),
    )
    kind = find_kind(recorded.kind)
    group = _measured(
        kind,
        source if kind.needs_source else None,
        recorded.name,
        command_line(
            kind.name, _named(recorded.source), Path(recorded.out), recorded.name, options
        ),
        options.dated(),
    )
    write_group(group, out)
    return dataclasses.replace(group, path=out)


def _named(source: str | None) -> Path | None:
    return None if source is None else Path(source)


def _beside(path: Path | None, source: Path | None) -> Path | None:
    """Return the file of this name in the folder of the source, or in the folder that it is."""
    if path is None:
        return None
    places = () if source is None else (source / path, source.parent / path)
    for place in places:
        if place.is_file():
            return place
    raise InputError("no such file", path=path, fix="put it beside the source")


def _measured(
    kind: Kind, source: Path | None, name: str, command: str, options: BuildOptions
) -> Group:
    if kind.needs_source and source is None:
        raise InputError(f"kind '{kind.name}' needs a source", fix=f"it is {kind.title}")
    if not kind.needs_source and source is not None:
        raise InputError(f"kind '{kind.name}' reads no source", path=source, fix="leave it out")
    place = source or Path()
    data = kind.read(place, options)
    measured = measure(
        data.responses, data.catalogue, histories=data.histories, like_at=options.like_at
    )
    designs = {task: dict(design) for task, design in data.designs.items()}
    if data.cap is not None:
        measured = _capped(measured, data.cap, options.seed)
        designs.setdefault("items_talk", {})["cap"] = data.cap
    provenance = Provenance(
        source=data.source,
        licence=data.licence,
        attribution=data.attribution,
        date=options.date or "",
        command=command,
        description=data.description,
        source_sha256={_short(f, place): sha256_of(f) for f in kind.files(place, options)},
        popularity=data.popularity,
        mean_rating=data.mean_rating,
    )
    group = measure_group(
        measured,
        data.catalogue,
        name=name,
        speakers=data.speakers,
        provenance=provenance,
        tables=data.tables,
        unread=data.unread,
        designs=designs,
    )
    return with_secret_keys(group, secret_of(kind.files(place, options)))


def _short(file: Path, source: Path) -> str:
    """Return a file's name, or its path within the folder of the source."""
    return file.relative_to(source).as_posix() if source in file.parents else file.name


def _capped(measured: tuple[Measured, ...], cap: int, seed: int) -> tuple[Measured, ...]:
    """Keep at most ``cap`` mentions of each seeker of items_talk, drawn by seed and seeker."""
    places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for row, one in enumerate(measured):
        if one.response.task == "items_talk":
            places[one.response.seeker].extend((row, i) for i in range(len(one.films)))
    kept: defaultdict[int, list[int]] = defaultdict(list)
    for seeker, of_seeker in places.items():
        chosen = list(range(len(of_seeker)))
        if len(of_seeker) > cap:
            draw = speaker_rng(seed, seeker).choice(len(of_seeker), cap, replace=False)
            chosen = sorted(draw.tolist())
        for place in chosen:
            row, i = of_seeker[place]
            kept[row].append(i)
    return tuple(
        dataclasses.replace(one, films=tuple(one.films[i] for i in kept[row]))
        if one.response.task == "items_talk"
        else one
        for row, one in enumerate(measured)
    )
