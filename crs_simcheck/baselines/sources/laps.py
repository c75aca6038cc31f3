"""LAPS: people who plan to watch a film, each in one to three sessions with an assistant.

Each worker wrote both sides of a session: as the assistant led by a language model, as the user in
words of his or her own. Only the user's side is read: every turn is a response of ``rec_request``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crs_simcheck.baselines.measure import TABLES_OF
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData, find_file, read_json
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.records import Response

__all__ = ["KIND"]

_FIX = (
    "get dataset/movie_dataset.json from the repository informagi/laps, and name its folder; "
    "it may be gzipped"
)
_SOURCE = "LAPS, movie dialogues, https://github.com/informagi/laps (commit ac9c1f5)"
_ATTRIBUTION = (
    "Counts made from LAPS, by Hideaki Joko, Shubham Chatterjee, Andrew Ramsay, Arjen P. de Vries, "
    "Jeff Dalton and Faegheh Hasibi, who describe it in 'Doing Personal LAPS: LLM-Augmented "
    "Dialogue Construction for Personalized Multi-Session Conversational Search' (arXiv "
    "2405.03480). Copyright (c) 2024 Informagi, MIT License. Changed: only counts were kept, and "
    "no text or id of a person."
)
_DESCRIPTION = (
    "People who look for a film to watch, in one to three sessions: the words of each of their "
    "turns. Each wrote the assistant's side as well, led by a language model; that side is not "
    "read, and neither is a bare 'done' or 'end', which closed a session."
)
# Typed to close a session: said to the page, not to the assistant.
_CLOSING = re.compile(r"\W*(done|end)\W*", re.IGNORECASE)


def _files(folder: Path, _options: BuildOptions) -> tuple[Path, ...]:
    return (find_file(folder, "movie_dataset.json.gz", "movie_dataset.json", fix=_FIX),)


def _read(folder: Path, options: BuildOptions) -> SourceData:
    (path,) = _files(folder, options)
    responses = tuple(_turns(path))
    if not responses:
        raise EmptyInputError("no turn of a User in it", path=path, fix=_FIX)
    return SourceData(
        responses=responses,
        catalogue=Catalogue("laps-seekers", ()),
        speakers="people",
        tables={"rec_request": TABLES_OF["rec_request"]},
        # Nobody asked people in a chat for a format.
        unread={"rec_request": ("violation",)},
        source=_SOURCE,
        licence="MIT",
        attribution=_ATTRIBUTION,
        description=_DESCRIPTION,
    )


def _turns(path: Path) -> Iterator[Response]:
    workers = read_json(path)
    if not isinstance(workers, list):
        raise InputError("need a list of workers", path=path, fix=_FIX)
    for number, worker in enumerate(workers, start=1):
        who = worker.get("worker_id") if isinstance(worker, dict) else None
        if not isinstance(who, str) or not who:
            raise _wrong(path, f"worker {number} has no worker_id", "worker_id")
        for session in _list_of(worker, "sessions", path, f"worker {number}"):
            for turn in _list_of(session, "dialogue", path, f"a session of worker {number}"):
                role = turn.get("role") if isinstance(turn, dict) else None
                text = turn.get("message") if isinstance(turn, dict) else None
                if role not in ("User", "Assistant") or not isinstance(text, str):
                    problem = f"a turn of worker {number} has no role (User, Assistant) and message"
                    raise _wrong(path, problem, "dialogue")
                if role == "User" and not _CLOSING.fullmatch(text):
                    yield Response("rec_request", who, text)


def _list_of(holder: Any, field: str, path: Path, what: str) -> list[Any]:
    found = holder.get(field) if isinstance(holder, dict) else None
    if not isinstance(found, list):
        raise _wrong(path, f"{what} has no list '{field}'", field)
    return found


def _wrong(path: Path, problem: str, field: str) -> InputError:
    return InputError(problem, path=path, field=field, fix=_FIX)


KIND = Kind(
    name="laps",
    title="LAPS: a folder with movie_dataset.json(.gz)",
    knows=(),
    files=_files,
    read=_read,
)
