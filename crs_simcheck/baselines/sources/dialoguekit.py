"""Dialogues as DialogueKit and UserSimCRS export them, of people or of simulators.

A file is a list of dialogues; each has a ``conversation``: a list of turns with ``participant`` and
``utterance``. What else a turn has (dialogue acts, intents, annotations) is not needed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData, read_json
from crs_simcheck.baselines.sources.rows import DESCRIBED, Tally, described, files_beside
from crs_simcheck.errors import EmptyInputError, InputError, nearest_name
from crs_simcheck.records import Response

__all__ = ["KIND", "dialogue_files", "user_turns"]

_FIX = "name a file, or a folder of files, that DialogueKit or UserSimCRS wrote"
# "/start", "\end", "/exit": said to the program, not to the recommender.
_COMMAND = re.compile(r"\s*[/\\]\w+\s*")


def dialogue_files(source: Path, fix: str = _FIX) -> tuple[Path, ...]:
    """Return a file itself, or the ``.json(.gz)`` files of a folder, in order of names."""
    if not source.is_dir():
        if source.is_file():
            return (source,)
        raise InputError("no such file or folder", path=source, fix=fix)
    found = tuple(sorted((*source.glob("*.json"), *source.glob("*.json.gz"))))
    if not found:
        raise InputError("no .json file in it", path=source, fix=fix)
    return found


def user_turns(
    path: Path,
    *,
    participant: str = "USER",
    unit: str = "dialogue",
    commands: bool = False,
    fix: str = _FIX,
) -> Iterator[Response]:
    """Yield each turn of one participant in a file of dialogues, as a response of rec_request.

    Parameters
    ----------
    unit:
        Who a seeker is: each ``dialogue``, or each id of a ``user``.
    commands:
        Whether a bare command ("/exit") is a turn as well.

    Raises
    ------
    InputError
        The file is no list of dialogues, or a dialogue, turn or id is not what it must be.
    """
    dialogues = read_json(path)
    if not isinstance(dialogues, list):
        raise InputError("need a list of dialogues", path=path, fix=fix)
    for number, dialogue in enumerate(dialogues, start=1):
        turns = dialogue.get("conversation") if isinstance(dialogue, dict) else None
        if not isinstance(turns, list):
            raise InputError(
                f"dialogue {number} has no list of turns", path=path, field="conversation", fix=fix
            )
        # Ids of dialogues repeat within the files: their place tells them apart.
        seeker = f"{path.name}:{number}" if unit == "dialogue" else _user(dialogue, number, path)
        for turn in turns:
            who = turn.get("participant") if isinstance(turn, dict) else None
            text = turn.get("utterance") if isinstance(turn, dict) else None
            if not isinstance(who, str) or not isinstance(text, str):
                raise InputError(
                    f"a turn of dialogue {number} has no participant and utterance",
                    path=path,
                    field="utterance",
                    fix=fix,
                )
            if who == participant and (commands or not _COMMAND.fullmatch(text)):
                yield Response("rec_request", seeker, text)


def _user(dialogue: dict[str, Any], number: int, path: Path) -> str:
    user = dialogue.get("user")
    name = user.get("id") if isinstance(user, dict) else None
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        raise InputError(
            f"dialogue {number} has no id of its user",
            path=path,
            field="user.id",
            fix="leave out --unit, and each dialogue is a seeker",
        )
    return str(name)


def _files(source: Path, options: BuildOptions) -> tuple[Path, ...]:
    return (*dialogue_files(source), *files_beside(options))


def _read(source: Path, options: BuildOptions) -> SourceData:
    responses = tuple(
        response
        for path in dialogue_files(source)
        for response in user_turns(path, participant=options.participant, unit=options.unit)
    )
    if not responses:
        raise _nobody(source, options.participant)
    unit = "A dialogue is a seeker" if options.unit == "dialogue" else "An id of a user is a seeker"
    return described(
        responses,
        source,
        options,
        Tally().add(responses),
        description=f"The words of each turn of '{options.participant}' in dialogues. {unit}.",
        asked=False,
    )


def _nobody(source: Path, participant: str) -> EmptyInputError:
    """Say who does speak in the dialogues, where nobody does who was asked for."""
    speaking = sorted(
        {
            turn["participant"]
            for path in dialogue_files(source)
            for dialogue in read_json(path)
            for turn in dialogue["conversation"]
        }
    )
    near = nearest_name(participant, speaking) or (speaking[0] if speaking else None)
    return EmptyInputError(
        f"no turn of '{participant}'; there are turns of {', '.join(speaking) or 'nobody'}",
        path=source,
        field="participant",
        fix=f"did you mean --participant {near}?" if near else _FIX,
    )


KIND = Kind(
    name="dialoguekit",
    title="DialogueKit or UserSimCRS: a .json(.gz) file of dialogues, or a folder of them",
    knows=("participant", "unit", *DESCRIBED),
    files=_files,
    read=_read,
)
