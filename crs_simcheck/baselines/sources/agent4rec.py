"""Agent4Rec: gpt-3.5-turbo agents who say yes or no to films, and give stars to some of them."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from crs_simcheck.baselines.measure import TABLES_OF
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData, find_file, read_table
from crs_simcheck.baselines.sources.titles import movielens_item, natural_title
from crs_simcheck.catalogue import Catalogue, Item, split_year
from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.jsonl import read_lines
from crs_simcheck.records import Response

__all__ = ["KIND"]

_FIX = (
    "get agent4rec_MF.jsonl and movie_detail.csv (from the repository LehengTHU/Agent4Rec), "
    "and name their folder"
)
_SOURCE = (
    "https://github.com/LehengTHU/Agent4Rec (commit f4ee73e), running logs of 100 agents with the "
    "MF recommender on MovieLens-1M"
)
_ATTRIBUTION = (
    "Counts made from Agent4Rec, by An Zhang, Yuxin Chen, Leheng Sheng, Xiang Wang and Tat-Seng "
    "Chua ('On Generative Agents in Recommendation', SIGIR 2024), under the MIT License. Changed: "
    "Yes, No and stars per film and counts of words, aspects and sentiments were kept, and no "
    "text of an agent; of movie_detail.csv the "
    "titles, years, genres and mean ratings, articles put in front and lost accents put back."
)
# movie_detail.csv was decoded twice by the wrong rule: each letter with an accent became these.
_LOST = "ï¿½"
_WHOLE = (
    ("Misïrables", "Misérables"),
    ("Kïdisbellan", "Kådisbellan"),
    ("ï kïldum", "Á köldum"),
    ("Vïronique", "Véronique"),
    ("Himmel ïber", "Himmel über"),
    ("Alienï", "Alien³"),
    ("Cïrïmonie", "Cérémonie"),
    ("Mïpris", "Mépris"),
    ("Nïnette", "Nénette"),
    ("ïmile", "Émile"),
    ("Septiïme", "Septième"),
    ("Hïstsonaten", "Höstsonaten"),
    ("Dïjï Vu", "Déjà Vu"),
    ("Vita ï bella", "Vita è bella"),
    ("Dïa de", "Día de"),
    ("Planïte", "Planète"),
    ("L' ïcole", "L'École"),
    ("Vie rïvïe", "Vie rêvée"),
    ("Cïrculo", "Círculo"),
    ("Dïner", "Dîner"),
    ("Jïtïkos", "Játékos"),
    ("Sïparation", "Séparation"),
    ("Pokïmon", "Pokémon"),
    ("Phïrpa", "Phörpa"),
    ("arrivï prïs", "arrivé près"),
    ("Procïs", "Procès"),
    ("ï nous la libertï", "À nous la liberté"),
    ("Clïo de 5 ï 7", "Cléo de 5 à 7"),
    ("Sïndagsengler", "Søndagsengler"),
    ("Crïa", "Créa"),
    ("Aimïe", "Aimée"),
)


def _files(folder: Path, _options: BuildOptions) -> tuple[Path, ...]:
    return (
        find_file(folder, "agent4rec_MF.jsonl.gz", "agent4rec_MF.jsonl", fix=_FIX),
        find_file(folder, "movie_detail.csv", "movie_detail.csv.gz", fix=_FIX),
    )


def _read(folder: Path, options: BuildOptions) -> SourceData:
    answers, details = _files(folder, options)
    stars = options.answers == "stars"
    responses = (*(_stars(answers) if stars else _words(answers)), *_feelings(answers))
    if all(response.task != "bin_pref" for response in responses):
        raise EmptyInputError(f"no answer of kind '{options.answers}' in it", path=answers)
    how = (
        f"their stars, read as Yes from {options.like_at:g} on"
        if stars
        else "Yes or No to each film of a page that a recommender showed"
    )
    return SourceData(
        responses=responses,
        catalogue=_catalogue(details),
        speakers="simulator",
        tables={"bin_pref": ("answers",), "open_pref": TABLES_OF["open_pref"]},
        # Nobody asked the agents for a review in any form.
        unread={"open_pref": ("violation",)},
        designs={
            "bin_pref": {"films": "natural"} | ({"like_at": options.like_at} if stars else {})
        },
        source=_SOURCE,
        licence="MIT",
        attribution=_ATTRIBUTION,
        description=f"A real LLM simulator (gpt-3.5-turbo, Agent4Rec), 100 agents: {how}; and "
        "one sentence on how each felt after a film, with stars.",
        mean_rating=("the people of MovieLens-1M, as given by movie_detail.csv of Agent4Rec"),
    )


def _catalogue(path: Path) -> Catalogue:
    items: dict[tuple[str, int | None], Item] = {}
    for line, (written, genres, rating) in read_table(path, "title", "genres", "rating"):
        title = _repaired(written)
        if _LOST in title:
            continue  # letters are lost that nobody can guess
        try:
            mean = round(float(rating), 4)
        except ValueError:
            mean = 0.0
        if not 0.5 <= mean <= 5:
            raise InputError(
                f"found '{rating}', need mean stars from 0.5 to 5",
                path=path,
                line=line,
                field="rating",
            )
        item = replace(movielens_item(title, genres), mean_rating=mean)
        items.setdefault(item.key, item)
    if not items:
        raise EmptyInputError("no film in it", path=path, fix=_FIX)
    return Catalogue("agent4rec-gpt35", tuple(sorted(items.values(), key=lambda i: i.label)))


def _repaired(title: str) -> str:
    for damaged, whole in _WHOLE:
        title = title.replace(damaged.replace("ï", _LOST), whole)
    return html.unescape(title)


def _rows(path: Path, kind: str) -> Iterator[tuple[int, str, str, object]]:
    """Yield line, agent, film and answer of the rows of one kind (``align`` or ``rating``)."""
    for line, row in read_lines(path):
        if row.get("kind") != kind:
            continue
        film, agent = row.get("movie"), row.get("avatar")
        if not isinstance(film, str) or not film.strip() or agent is None:
            raise InputError(
                "need the keys avatar and movie", path=path, line=line, field="movie", fix=_FIX
            )
        title, year = split_year(film)
        label = natural_title(title) if year is None else f"{natural_title(title)} ({year})"
        yield line, str(agent), label, row.get(kind)


def _words(path: Path) -> Iterator[Response]:
    for line, agent, film, said in _rows(path, "align"):
        if not isinstance(said, str):
            raise InputError("need yes or no", path=path, line=line, field="align", fix=_FIX)
        yield Response("bin_pref", agent, said, {"item": film})


def _stars(path: Path) -> Iterator[Response]:
    for line, agent, film, stars in _rows(path, "rating"):
        if isinstance(stars, bool) or not isinstance(stars, (int, float)) or not 0.5 <= stars <= 5:
            raise InputError(
                f"found {stars!r}, need stars from 0.5 to 5",
                path=path,
                line=line,
                field="rating",
                fix=_FIX,
            )
        yield Response("bin_pref", agent, "", {"item": film}, rating=float(stars))


def _feelings(path: Path) -> Iterator[Response]:
    for line, row in read_lines(path):
        if row.get("kind") == "rating":
            film, agent, felt = row.get("movie"), row.get("avatar"), row.get("feeling")
            stars = row.get("rating")
            if not isinstance(felt, str):
                raise InputError("need a sentence", path=path, line=line, field="feeling", fix=_FIX)
            rated = float(stars) if isinstance(stars, (int, float)) else None
            item = {"item": natural_title(split_year(str(film))[0])}
            yield Response("open_pref", str(agent), felt, item, rating=rated)


KIND = Kind(
    name="agent4rec",
    title="Agent4Rec: a folder with agent4rec_MF.jsonl(.gz) and movie_detail.csv",
    knows=("answers", "like_at"),
    files=_files,
    read=_read,
)
