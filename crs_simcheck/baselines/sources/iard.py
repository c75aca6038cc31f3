"""IARD: dialogues of ReDial whose turns people labelled. Kept are answers that turn a film down.

A dialogue is a seeker. A rejection is a turn labelled REJ (also where ACC stands beside it: one
film is taken and another turned down) right after a turn that recommends (REC-S, REC-E).
"""

from __future__ import annotations

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

_FIX = "get annotated_gold.json from the repository iai-group/UserSimCRS, and name its folder"
_RECOMMENDS = frozenset({"REC-S", "REC-E"})
_ATTRIBUTION = (
    "Counts made from IARD by the IAI group, University of Stavanger (Apache License 2.0), on "
    "dialogues of ReDial by Li et al. 2018 (CC BY 4.0). Changed: only counts were kept, no text."
)
_DESCRIPTION = (
    "People's rejections of a film that was recommended to them, as two annotators labelled them. "
    "A dialogue is a seeker. Nobody knows whether the film suited them but by their own word."
)


def _files(folder: Path, _options: BuildOptions) -> tuple[Path, ...]:
    if folder.is_file():
        return (folder,)
    return (find_file(folder, "annotated_gold.json", fix=_FIX),)


def _read(folder: Path, options: BuildOptions) -> SourceData:
    (path,) = _files(folder, options)
    dialogues = read_json(path)
    if not isinstance(dialogues, list):
        raise InputError("need a list of dialogues", path=path, fix=_FIX)
    responses = tuple(
        response
        for number, dialogue in enumerate(dialogues, start=1)
        for response in _rejections(number, dialogue, path)
    )
    if not responses:
        raise EmptyInputError("no rejection of a recommendation in it", path=path, fix=_FIX)
    kept = tuple(t for t in TABLES_OF["neg_feedback"] if t not in ("reactions", "conduct"))
    return SourceData(
        responses=responses,
        catalogue=Catalogue("iard", ()),
        speakers="people",
        tables={"neg_feedback": kept},
        unread={"neg_feedback": ("violation",)},
        source="https://github.com/iai-group/UserSimCRS (IARD, annotated_gold.json)",
        licence="Apache-2.0; text of ReDial CC BY 4.0",
        attribution=_ATTRIBUTION,
        description=_DESCRIPTION,
    )


def _rejections(number: int, dialogue: Any, path: Path) -> Iterator[Response]:
    turns = dialogue.get("conversation") if isinstance(dialogue, dict) else None
    if not isinstance(turns, list):
        raise InputError(
            f"dialogue {number} has no list of turns", path=path, field="conversation", fix=_FIX
        )
    before, film = frozenset[str](), ""
    for turn in turns:
        try:
            acts = turn["dialogue_acts"]
            who, text = turn["participant"], turn["utterance"]
            intents = frozenset(act["intent"] for act in acts)
            titles = [v[1] for act in acts for v in act["slot_values"] if v[0] == "TITLE" and v[1]]
        except (TypeError, KeyError, IndexError) as error:
            raise InputError(
                f"a turn of dialogue {number} is not as IARD's are: {error!r}", path=path, fix=_FIX
            ) from error
        if who == "USER" and "REJ" in intents and before & _RECOMMENDS:
            yield Response(
                "neg_feedback", str(number), str(text), {"item": film, "relevant": False}
            )
        before, film = intents, str(titles[-1]) if titles else ""


KIND = Kind(
    name="iard",
    title="IARD: a folder with annotated_gold.json; people's rejections",
    knows=(),
    files=_files,
    read=_read,
)
