"""INSPIRED: people who look for a film, in dialogues with a person who recommends.

One row of its TSV is a sentence; the sentences of one turn are one response of ``rec_request``.
``items_talk`` holds the films that a seeker names, one mention a dialogue and film.

Its column ``movies`` was filled by matching words ("the future" gives "The Future (2011)"). A film
counts where the dialogue's own list, ``movie_dict``, which was cleaned later, has it too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from crs_simcheck.baselines.measure import TABLES_OF
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData, read_text
from crs_simcheck.catalogue import Catalogue, Item, split_year
from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.records import Response

__all__ = ["KIND"]

_FIX = (
    "get train.tsv, dev.tsv and test.tsv from data/dialog_data of the repository "
    "sweetpeach/Inspired, and name their folder, or the folder data"
)
_SOURCE = "INSPIRED, https://github.com/sweetpeach/Inspired"
_LICENCE = "none is stated in its repository: not to be passed on with this project"
_ATTRIBUTION = (
    "Counts made from INSPIRED, by Shirley Anugrah Hayati, Dongyeop Kang, Qingxiaoyang Zhu, Weiyan "
    "Shi and Zhou Yu, who describe it in 'INSPIRED: Toward Sociable Recommendation Dialog Systems' "
    "(EMNLP 2020). Changed: only counts, titles and years were kept, and no text or id of a person."
)
_DESCRIPTION = (
    "People who look for a film in conversations with another person: the films that they name, "
    "as far as the source's own lists say them, and the words of each of their turns. "
)
_PARTS = ("train", "dev", "test")
_NEEDED = ("dialog_id", "speaker", "turn_id", "text", "movies", "movie_dict")
# Which person was the seeker of a dialogue stands in two tables of its survey.
_SURVEY = ("list_of_dialog_ids_with_movie_id_all.tsv", "seeker_demographic.tsv")
_QUOTE = "QUOTATION_MARK"


@dataclass(frozen=True, slots=True)
class _Line:
    """One row: a sentence of a turn, with the films that it names."""

    dialogue: str
    seeker: bool
    turn: str
    text: str
    films: tuple[Item, ...]


def _files(source: Path, _options: BuildOptions) -> tuple[Path, ...]:
    return (*_dialogue_files(source), *_survey_files(source))


def _dialogue_files(source: Path) -> tuple[Path, ...]:
    if source.is_file():
        return (source,)
    if not source.is_dir():
        raise InputError("no such file or folder", path=source, fix=_FIX)
    found = [
        path
        for folder in (source, source / "dialog_data")
        for part in _PARTS
        for path in (folder / f"{part}.tsv", folder / f"{part}.tsv.gz")
        if path.is_file()
    ]
    if not found:
        raise InputError("no train.tsv, dev.tsv or test.tsv in it", path=source, fix=_FIX)
    return tuple(found)


def _survey_files(source: Path) -> tuple[Path, ...]:
    """Return the two tables that say who the seekers were, or nothing where one is missing."""
    found = [
        path
        for name in _SURVEY
        for path in (source / name, source / "survey_data" / name)
        if path.is_file()
    ]
    return tuple(found) if len(found) == len(_SURVEY) else ()


def _read(source: Path, options: BuildOptions) -> SourceData:
    lines = tuple(line for path in _dialogue_files(source) for line in _lines(path))
    if not any(line.seeker for line in lines):
        raise EmptyInputError("no SEEKER says anything in it", path=source, fix=_FIX)
    people = _people(_survey_files(source))
    catalogue = _catalogue(lines)
    unit = (
        "Who spoke in several dialogues is one seeker, as the survey of the source says."
        if people
        else "A dialogue is a seeker."
    )
    return SourceData(
        responses=(*_named(lines, catalogue, people), *_said(lines, people)),
        catalogue=catalogue,
        speakers="people",
        tables={"items_talk": ("mentions",), "rec_request": TABLES_OF["rec_request"]},
        # Nobody asked people in a chat for a format.
        unread={"rec_request": ("violation",)},
        cap=options.cap,
        source=_SOURCE,
        licence=_LICENCE,
        attribution=_ATTRIBUTION,
        description=_DESCRIPTION + unit,
        popularity="dialogues of the same source in which the recommender names the film",
    )


def _table(path: Path, needed: Iterable[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the line and the needed columns of each row; a tab ends a field, quotes do nothing."""
    lines = re.split("\r\n|\r|\n", read_text(path))
    header = lines[0].split("\t")
    places = []
    for column in needed:
        if column not in header:
            raise InputError(
                f"found columns {', '.join(header)[:120]}; need {', '.join(needed)}",
                path=path,
                line=1,
                field=column,
                fix=_FIX,
            )
        places.append(header.index(column))
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        fields = line.split("\t")
        if len(fields) <= max(places):
            raise InputError(
                f"found {len(fields)} fields, need {len(header)}", path=path, line=number, fix=_FIX
            )
        yield number, tuple(fields[p] for p in places)


def _lines(path: Path) -> Iterator[_Line]:
    for number, (dialogue, speaker, turn, text, movies, known) in _table(path, _NEEDED):
        if speaker not in ("SEEKER", "RECOMMENDER"):
            raise InputError(
                f"found '{speaker[:40]}', need SEEKER or RECOMMENDER",
                path=path,
                line=number,
                field="speaker",
                fix=_FIX,
            )
        listed = known.replace(_QUOTE, '"')
        titles = (title.strip() for title in movies.replace(_QUOTE, '"').split(";"))
        films = tuple(
            _item(title)
            for title in titles
            if title and any(f"{q}{title}{q}: " in listed for q in "'\"")
        )
        yield _Line(dialogue, speaker == "SEEKER", turn, text.replace(_QUOTE, '"'), films)


def _item(label: str) -> Item:
    """Return the film of a label; one whose year is not known ends in empty brackets."""
    return Item(*split_year(label.removesuffix("()").strip()))


def _people(survey: tuple[Path, ...]) -> dict[str, str]:
    """Return the person who is the seeker of each dialogue, as far as the survey says it."""
    if not survey:
        return {}
    dialogues, persons = survey
    rows = _table(persons, ("seeker_survey_id", "seeker_id"))
    who = {answered: person for _, (answered, person) in rows}
    return {
        dialogue: who[answered]
        for _, (dialogue, answered) in _table(dialogues, ("dialog_id", "seek_survey_id"))
        if who.get(answered)
    }


def _catalogue(lines: Iterable[_Line]) -> Catalogue:
    """Return all films that anybody names, with the dialogues in which a recommender does."""
    films: dict[tuple[str, int | None], Item] = {}
    named: set[tuple[str, tuple[str, int | None]]] = set()
    for line in lines:
        for film in line.films:
            # Of two spellings of one film the first in order of letters stands.
            films[film.key] = min(films.get(film.key, film), film, key=lambda f: f.label)
            if not line.seeker:
                named.add((line.dialogue, film.key))
    count = Counter(key for _, key in named)
    items = (replace(film, popularity=float(count[key])) for key, film in films.items())
    return Catalogue("inspired-seekers", tuple(sorted(items, key=lambda i: (i.title, i.year or 0))))


def _named(
    lines: Iterable[_Line], catalogue: Catalogue, people: dict[str, str]
) -> Iterator[Response]:
    """Yield every mention of every seeker, one response a mention."""
    label = {item.key: item.label for item in catalogue}
    seen = {(line.dialogue, film.key): None for line in lines if line.seeker for film in line.films}
    for dialogue, key in seen:
        yield Response("items_talk", people.get(dialogue, dialogue), label[key])


def _said(lines: Iterable[_Line], people: dict[str, str]) -> Iterator[Response]:
    """Yield every turn of every seeker, its sentences joined."""
    turns: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        if line.seeker:
            turns.setdefault((line.dialogue, line.turn), []).append(line.text.strip())
    for (dialogue, _), sentences in turns.items():
        yield Response("rec_request", people.get(dialogue, dialogue), " ".join(sentences))


KIND = Kind(
    name="inspired",
    title="INSPIRED: a folder with train.tsv, dev.tsv and test.tsv, or the folder over it",
    knows=("cap",),
    files=_files,
    read=_read,
)
