"""ReDial: people who look for films, in dialogues with a person who recommends.

The seeker is the initiator of a dialogue. ``items_talk`` holds the films that a seeker names, one
mention a dialogue and film; ``rec_request`` holds every turn of the seeker, film ids replaced by
titles.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crs_simcheck.baselines.measure import TABLES_OF
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData, find_file, read_json
from crs_simcheck.catalogue import Catalogue, Item, canonical_genre, split_year
from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.jsonl import read_lines
from crs_simcheck.records import Response

__all__ = ["KIND"]

_FIX = (
    "get id2info.json and valid_data.jsonl of ReDial from the repository RUCAIBox/iEvaLM-CRS, "
    "and name their folder"
)
_SOURCE = (
    "ReDial, validation split, as prepared in https://github.com/RUCAIBox/iEvaLM-CRS "
    "(commit 162e2f4); https://redialdata.github.io/website/"
)
_ATTRIBUTION = (
    "Counts made from ReDial, by Raymond Li, Samira Ebrahimi Kahou, Hannes Schulz, Vincent "
    "Michalski, Laurent Charlin and Chris Pal, who describe it in 'Towards Deep Conversational "
    "Recommendations' (NeurIPS 2018). ReDial is licensed under CC BY 4.0 "
    "(https://creativecommons.org/licenses/by/4.0/). Changed: only counts, titles, years and "
    "genres were kept, and no text or id of a person."
)
_DESCRIPTION = (
    "People who look for films in conversations with another person: the films that they name, "
    "and the words of each of their turns."
)
_FILM_ID = re.compile(r"@(\d+)")


@dataclass(frozen=True, slots=True)
class _Turn:
    seeker: bool
    text: str


@dataclass(frozen=True, slots=True)
class _Dialogue:
    """One dialogue; ``names`` are the films that its own list names, by id."""

    number: str
    seeker: str
    names: Mapping[str, str]
    turns: tuple[_Turn, ...]

    def films(self, *, seeker: bool, known: Mapping[str, Item]) -> tuple[str, ...]:
        """Return the films that one side names, each once under its first id, in order."""
        first: dict[Any, str] = {}
        for turn in self.turns:
            for film in _FILM_ID.findall(turn.text) if turn.seeker is seeker else ():
                if film in known:
                    first.setdefault(known[film].label, film)
                elif film in self.names:
                    first.setdefault(film, film)
        return tuple(first.values())


def _files(folder: Path, _options: BuildOptions) -> tuple[Path, ...]:
    return (
        find_file(folder, "id2info.json.gz", "id2info.json", fix=_FIX),
        find_file(folder, "valid_data.jsonl.gz", "valid_data.jsonl", fix=_FIX),
    )


def _read(folder: Path, options: BuildOptions) -> SourceData:
    info, talks = _files(folder, options)
    films = _films(info)
    dialogues = tuple(_dialogues(talks))
    if not dialogues:
        raise EmptyInputError("no dialogue in it", path=talks, fix=_FIX)
    catalogue, label_of = _catalogue(films, dialogues)
    return SourceData(
        responses=(
            *_named(dialogues, label_of, films),
            *_said(dialogues, films),
        ),
        catalogue=catalogue,
        speakers="people",
        tables={"items_talk": ("mentions",), "rec_request": TABLES_OF["rec_request"]},
        # Nobody asked people in a chat for a format.
        unread={"rec_request": ("violation",)},
        cap=options.cap,
        source=_SOURCE,
        licence="CC BY 4.0",
        attribution=_ATTRIBUTION,
        description=_description(len(films), len(catalogue)),
        popularity=(
            "mentions by the recommenders (the other person) in the same dialogues, "
            "one a dialogue and film"
        ),
    )


def _description(ids: int, films: int) -> str:
    """Say what the group holds, and why it has fewer films than the source has ids."""
    if ids == films:
        return _DESCRIPTION
    return (
        f"{_DESCRIPTION} The source's {ids:,} films have {films:,} different titles with years, "
        "which are the films of the catalogue."
    )


def _films(path: Path) -> dict[str, Item]:
    """Return the films of the source by id, without popularity."""
    table = read_json(path)
    if not isinstance(table, dict) or not table:
        raise InputError("need an object of films by id", path=path, fix=_FIX)
    films = {}
    for film, about in table.items():
        name = about.get("name") if isinstance(about, dict) else None
        genres = about.get("genre", []) if isinstance(about, dict) else None
        if not isinstance(name, str) or not name.strip() or not isinstance(genres, list):
            raise InputError(
                f"film {film} has no name and genre", path=path, field="name", fix=_FIX
            )
        films[film] = _item(name, genres)
    return films


def _item(name: str, genres: Iterable[Any] = ()) -> Item:
    title, year = split_year(name)
    plain = (canonical_genre(str(g)) for g in genres)
    return Item(title, year, tuple(dict.fromkeys(g for g in plain if g)))


def _dialogues(path: Path) -> Iterator[_Dialogue]:
    for line, row in read_lines(path):
        seeker, messages = row.get("initiatorWorkerId"), row.get("messages")
        if seeker is None or not isinstance(messages, list):
            raise InputError(
                "no dialogue of ReDial: initiatorWorkerId and messages are needed",
                path=path,
                line=line,
                fix=_FIX,
            )
        turns = []
        for message in messages:
            text = message.get("text") if isinstance(message, dict) else None
            if not isinstance(text, str) or "senderWorkerId" not in message:
                raise InputError(
                    "a message has no senderWorkerId and text",
                    path=path,
                    line=line,
                    field="messages",
                    fix=_FIX,
                )
            turns.append(_Turn(message["senderWorkerId"] == seeker, text))
        # An empty list of films is written as a list, not as an object.
        listed = row.get("movieMentions") or {}
        names = {
            str(k): " ".join(v.split())
            for k, v in (listed.items() if isinstance(listed, dict) else ())
            if isinstance(v, str) and v.strip()
        }
        yield _Dialogue(str(line), str(seeker), names, tuple(turns))


def _catalogue(
    films: Mapping[str, Item], dialogues: Iterable[_Dialogue]
) -> tuple[Catalogue, dict[str, str]]:
    """Return the films with their popularity, and the label of each id.

    Ids with one title and year become one film, with the genres of the id that is mentioned most:
    no text could tell them apart. (In ReDial itself they agree in genres and in their IMDb id.)
    Titles that differ, if only in an article, stay apart: some of them are two films, such as
    "Holiday (2006)" and "The Holiday (2006)".
    """
    by_recommender: Counter[str] = Counter()
    by_anyone: Counter[str] = Counter()
    for dialogue in dialogues:
        theirs = dialogue.films(seeker=False, known=films)
        by_recommender.update(theirs)
        by_anyone.update({*theirs, *dialogue.films(seeker=True, known=films)})
    same: defaultdict[str, list[str]] = defaultdict(list)
    for film in sorted(films, key=lambda f: (-by_anyone[f], films[f].label, int(f))):
        same[films[film].label].append(film)
    items: list[Item] = []
    label_of: dict[str, str] = {}
    for label, ids in same.items():
        item = films[ids[0]]
        items.append(replace(item, popularity=float(sum(by_recommender[i] for i in ids))))
        label_of |= dict.fromkeys(ids, label)
    items.sort(key=lambda item: (item.title, item.year or 0))
    return Catalogue("redial-seekers", tuple(items)), label_of


def _named(
    dialogues: Iterable[_Dialogue], label_of: Mapping[str, str], films: Mapping[str, Item]
) -> Iterator[Response]:
    """Yield every mention of every seeker, one response a mention."""
    for dialogue in dialogues:
        for film in dialogue.films(seeker=True, known=films):
            label = label_of.get(film)
            if label is None:
                label = _item(dialogue.names[film]).label
            yield Response("items_talk", dialogue.seeker, label)


def _said(dialogues: Iterable[_Dialogue], films: Mapping[str, Item]) -> Iterator[Response]:
    """Yield every turn of every seeker, with titles (without their years) for ids."""
    for dialogue in dialogues:
        titles = {i: split_year(name)[0] for i, name in dialogue.names.items()}
        for turn in dialogue.turns:
            if turn.seeker:
                yield Response("rec_request", dialogue.seeker, _spelt(turn.text, titles, films))


def _spelt(text: str, titles: Mapping[str, str], films: Mapping[str, Item]) -> str:
    def title(found: re.Match[str]) -> str:
        film = films.get(found[1])
        return titles.get(found[1], found[0]) if film is None else film.title

    return _FILM_ID.sub(title, text)


KIND = Kind(
    name="redial",
    title="ReDial: a folder with id2info.json(.gz) and valid_data.jsonl(.gz)",
    knows=("cap",),
    files=_files,
    read=_read,
)
