"""UserSimCRS: dialogues of an LLM as seeker with recommenders that existed before it.

A dialogue is a seeker. Its turns are responses of rec_request.
"""

from __future__ import annotations

from pathlib import Path

from crs_simcheck.baselines.measure import TABLES_OF
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData
from crs_simcheck.baselines.sources.dialoguekit import dialogue_files, user_turns
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import EmptyInputError, InputError

__all__ = ["KIND"]

_FIX = (
    "get the dialogues (JSON) from the repository iai-group/UserSimCRS-ECIR-2026, "
    "and name their folder"
)
# Its recommender asks for slots by name, and the answers (45 words a turn) repeat its lists.
_LEFT_OUT = "IAI_MovieBot"
_SOURCE = (
    "https://github.com/iai-group/UserSimCRS-ECIR-2026 (commit 2320c22): mistral-nemo on Ollama, "
    "single and dual prompt, MovieLens part; all files but those of IAI_MovieBot"
)
_ATTRIBUTION = (
    "Counts made from the dialogues of UserSimCRS-ECIR-2026 by the IAI group, University of "
    "Stavanger, under the Apache License 2.0. Changed: only counts were kept, and no text."
)
_DESCRIPTION = (
    "A real LLM simulator (mistral-nemo through Ollama, UserSimCRS) as seeker, against four "
    "recommenders: the words and roles of each of its turns. A dialogue is a seeker."
)


def _files(folder: Path, _options: BuildOptions) -> tuple[Path, ...]:
    if not folder.is_dir():
        raise InputError("no such folder", path=folder, fix=_FIX)
    found = dialogue_files(folder, _FIX)
    files = tuple(f for f in found if not f.name.startswith(_LEFT_OUT))
    if not files:
        raise InputError(
            f"no .json file in it (files of {_LEFT_OUT} do not count)", path=folder, fix=_FIX
        )
    return files


def _read(folder: Path, options: BuildOptions) -> SourceData:
    # "\\end" and "\\giveup" are what the simulator itself answered, and count as its turns.
    responses = tuple(
        response
        for path in _files(folder, options)
        for response in user_turns(path, commands=True, fix=_FIX)
    )
    if not responses:
        raise EmptyInputError("no turn of a USER in any file", path=folder, fix=_FIX)
    return SourceData(
        responses=responses,
        catalogue=Catalogue("ecir2026-mistral-nemo", ()),
        speakers="simulator",
        tables={"rec_request": TABLES_OF["rec_request"]},
        source=_SOURCE,
        licence="Apache-2.0",
        attribution=_ATTRIBUTION,
        description=_DESCRIPTION,
    )


KIND = Kind(
    name="usersimcrs",
    title="UserSimCRS: a folder of dialogue files (.json)",
    knows=(),
    files=_files,
    read=_read,
)
