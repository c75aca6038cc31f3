"""Build a group from a source, and build it again as it was built."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from crs_simcheck.baselines.group import Group, Provenance
from crs_simcheck.baselines.late_vectors import add_vectors
from crs_simcheck.baselines.measure import group_of_rows
from crs_simcheck.baselines.merge import parse_merge, rebuild_merge
from crs_simcheck.baselines.options import BuildOptions, command_line, parse_command
from crs_simcheck.baselines.publish import write_whole
from crs_simcheck.baselines.secret import fingerprints, with_secret_keys
from crs_simcheck.baselines.sources import KINDS, Kind, SourceData
from crs_simcheck.baselines.storage import read_group
from crs_simcheck.baselines.total import Work, total_rows, with_cap
from crs_simcheck.errors import InputError, UnknownNameError
from crs_simcheck.instruments import TitleFinder, read_lexicon
from crs_simcheck.instruments.vectors import (
    VectorReader,
    default_word_vectors,
    load_sentence_vectors,
    load_word_vectors,
)
from crs_simcheck.tasks import Readers

__all__ = ["build", "find_kind", "rebuild"]

# What every kind understands.
_COMMON = ("seed", "date", "aspects", "word_vectors", "sentence_model")


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
    work: Work | None = None,
    tell: Callable[[str], None] | None = None,
    amend: Callable[[SourceData], SourceData] | None = None,
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
    work:
        Where measuring is done; in this process by default.
    tell:
        Is told, in a sentence each, what somebody should know of the source.
    amend:
        Adds to what the source holds, before it is measured.

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
    group = _measured(known, source, called, command, chosen, work, tell, amend)
    write_whole(group, out)
    return dataclasses.replace(group, path=out)


def rebuild(
    folder: Path,
    source: Path | None,
    out: Path,
    *,
    work: Work | None = None,
    sentences: bool = True,
) -> Group:
    """Build a group again as its recorded command says, into another folder.

    Parameters
    ----------
    folder:
        The group. It may have been read by other instruments than the ones at hand.
    source:
        Where its source is now. Other files that the command names are looked for beside it.
        Of a merged group, the folder in which its parts are.
    work:
        Where measuring is done; in this process by default.
    sentences:
        Whether sentences get their vectors, where the command names a model.

    Raises
    ------
    InputError
        The group records no command that builds it, or a file is missing.
    """
    command = read_group(folder, check=False).provenance.command
    merged = parse_merge(command)
    if merged is not None:
        return rebuild_merge(merged, source, out)
    recorded = parse_command(command)
    options = recorded.options
    options = dataclasses.replace(
        options,
        catalogue=_beside(options.catalogue, source),
        profiles=_beside(options.profiles, source),
        meta=_beside(options.meta, source),
        aspects=_beside(options.aspects, source),
        word_vectors=_beside(options.word_vectors, source),
    )
    kind = find_kind(recorded.kind)
    group = _measured(
        kind,
        source if kind.needs_source else None,
        recorded.name,
        command_line(
            kind.name, _named(recorded.source), Path(recorded.out), recorded.name, options
        ),
        (options if sentences else dataclasses.replace(options, sentence_model=None)).dated(),
        work,
    )
    write_whole(group, out)
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
    kind: Kind,
    source: Path | None,
    name: str,
    command: str,
    options: BuildOptions,
    work: Work | None = None,
    tell: Callable[[str], None] | None = None,
    amend: Callable[[SourceData], SourceData] | None = None,
) -> Group:
    if kind.needs_source and source is None:
        raise InputError(f"kind '{kind.name}' needs a source", fix=f"it is {kind.title}")
    if not kind.needs_source and source is not None:
        raise InputError(f"kind '{kind.name}' reads no source", path=source, fix="leave it out")
    _check_vectors(kind, options)
    place = source or Path()
    data = kind.read(place, options)
    if amend is not None:
        data = amend(data)
    for note in data.notes:
        (tell or _nobody)(note)
    readers = _readers(data, options)
    total = total_rows(data, like_at=options.like_at, readers=readers, work=work or Work())
    designs = {task: dict(design) for task, design in data.designs.items()}
    rows = total.rows
    if readers is not None:
        chosen = {"cap": options.cap, "seed": options.seed}
        for task in add_vectors(rows, total.texts, readers, data.tables, **chosen):
            designs.setdefault(task, {})["vectors_cap"] = options.cap
    if data.cap is not None:
        with_cap(rows, data.cap, options.seed)
        designs.setdefault("items_talk", {})["cap"] = data.cap
    hashes, secret = fingerprints(kind.files(place, options))
    provenance = Provenance(
        source=data.source,
        licence=data.licence,
        attribution=data.attribution,
        date=options.date or "",
        command=data.command or command,
        description=data.description,
        source_sha256={_short(path, place): digest for path, digest in hashes.items()},
        popularity=data.popularity,
        mean_rating=data.mean_rating,
    )
    group = group_of_rows(
        rows,
        data.catalogue,
        name=name,
        speakers=data.speakers,
        provenance=provenance,
        tables=data.tables,
        designs=designs,
        readers=readers,
    )
    return with_secret_keys(group, secret)


def _nobody(_note: str) -> None:
    """Tell nobody."""


def _check_vectors(kind: Kind, options: BuildOptions) -> None:
    """Refuse models for a kind that keeps no vectors."""
    for option in ("word_vectors", "sentence_model"):
        if not kind.vectors and getattr(options, option) is not None:
            raise InputError(
                f"groups of kind '{kind.name}' keep no vectors", field=option, fix="leave it out"
            )


def _readers(data: SourceData, options: BuildOptions) -> Readers | None:
    """Return what reads prose, where a task keeps any of it."""
    kept = {table for tables in data.tables.values() for table in tables}
    if "texts" not in kept:
        return None
    vectors: dict[str, VectorReader] = {}
    if "word_vectors" in kept:
        file = options.word_vectors
        vectors["word-vectors"] = (
            default_word_vectors() if file is None else load_word_vectors(file)
        )
    if "sentence_vectors" in kept and options.sentence_model is not None:
        vectors["sentence-vectors"] = load_sentence_vectors(options.sentence_model)
    return Readers(
        titles=TitleFinder(data.catalogue.labels) if len(data.catalogue) else None,
        lexicon=None if options.aspects is None else read_lexicon(options.aspects),
        vectors=vectors,
        judge=data.judge,
    )


def _short(file: Path, source: Path) -> str:
    """Return a file's name, or its path within the folder of the source."""
    return file.relative_to(source).as_posix() if source in file.parents else file.name
