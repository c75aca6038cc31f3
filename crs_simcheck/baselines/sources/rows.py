"""Response rows: whatever is already in the project's own format, of people or of simulators."""

from __future__ import annotations

from pathlib import Path

from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData
from crs_simcheck.catalogue import Catalogue, read_catalogue
from crs_simcheck.errors import InputError
from crs_simcheck.profiles import read_profiles
from crs_simcheck.recordings import read_responses, response_files
from crs_simcheck.records import SPEAKERS

__all__ = ["KIND"]


def _files(source: Path, options: BuildOptions) -> tuple[Path, ...]:
    beside = (options.catalogue, options.profiles)
    return (*response_files(source), *(path for path in beside if path is not None))


def _read(source: Path, options: BuildOptions) -> SourceData:
    if options.speakers is None:
        raise InputError(
            "response rows do not say who speaks",
            field="speakers",
            fix=f"give --speakers {'|'.join(SPEAKERS)}",
        )
    catalogue = (
        Catalogue(source.name, ())
        if options.catalogue is None
        else read_catalogue(options.catalogue)
    )
    histories = None
    if options.profiles is not None:
        profiles = read_profiles(options.profiles)
        histories = {p.seeker: tuple(film.item for film in p.history) for p in profiles}
    people = options.speakers == "people"
    named = "" if options.catalogue is None else f"the catalogue {options.catalogue.name}"
    return SourceData(
        responses=read_responses(source).rows,
        catalogue=catalogue,
        speakers=options.speakers,
        # One person who names sixty films must not stand for sixty; a simulator was asked for as
        # many as it names.
        cap=options.cap if people else None,
        designs={"bin_pref": {"like_at": options.like_at}},
        histories=histories,
        source=options.origin,
        licence=options.licence,
        attribution=options.attribution,
        popularity=named if catalogue.has("popularity") else "",
        mean_rating=named if catalogue.has("mean_rating") else "",
    )


KIND = Kind(
    name="rows",
    title="response rows: a .jsonl(.gz) file, or a folder of them",
    knows=(
        "like_at",
        "cap",
        "speakers",
        "licence",
        "origin",
        "attribution",
        "catalogue",
        "profiles",
    ),
    files=_files,
    read=_read,
)
