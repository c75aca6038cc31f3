"""``crs-simcheck profiles``: make profiles of histories, and see what of a history leaks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crs_simcheck.cli.exits import FINE

if TYPE_CHECKING:
    from crs_simcheck.catalogue import Catalogue
    from crs_simcheck.engines import Engine
    from crs_simcheck.engines.named import EngineSpec
    from crs_simcheck.profiles.build import Built
    from crs_simcheck.profiles.history import Histories
    from crs_simcheck.profiles.writer import ProfileSettings
    from crs_simcheck.project.leakage import Diagnostic
    from crs_simcheck.records import Profile

__all__ = ["profiles"]

_KINDS = ("movielens", "amazon-2018", "amazon-2023", "amazon-copy", "rows")
_MOST = 1_000_000


@click.group()
def profiles() -> None:
    """Make profiles with personas of people's histories, and look for leaks."""


@profiles.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--kind", required=True, help=", ".join(_KINDS))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="JSONL")
@click.option("--seekers", type=click.IntRange(1, _MOST), default=100, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--items",
    type=click.IntRange(1, _MOST),
    default=5,
    show_default=True,
    help="Most films of a history that a profile holds.",
)
@click.option(
    "--least",
    type=click.IntRange(1, _MOST),
    default=5,
    show_default=True,
    help="Films that a person must have seen.",
)
@click.option(
    "--persona",
    default="rule",
    show_default=True,
    metavar="rule|none|ENGINE",
    help="Who writes personas: a rule, nobody, or an engine such as ollama:MODEL.",
)
@click.option(
    "--demographics",
    is_flag=True,
    help="Age group, gender and occupation too, made up by the engine.",
)
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Films that no persona may name either; of 'rows', their genres (default: what ships).",
)
@click.option(
    "--meta",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="amazon: the list of products, for titles and years.",
)
@click.option(
    "--salt-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Secret of the ids, made if missing; without it ids are new with every build.",
)
@click.option("--date", help="Date of the build, YYYY-MM-DD (default: today).")
def build(source: Path, kind: str, out: Path, **given: Any) -> int:
    """Make profiles of the people in SOURCE: a few films, traits, and a persona without titles.

    The file is private: it holds films that people watched. It is written whole or not at all.
    """
    from crs_simcheck.catalogue import read_catalogue
    from crs_simcheck.profiles import write_profiles
    from crs_simcheck.profiles.salt import new_salt, salt_in
    from crs_simcheck.project.films import known_films
    from crs_simcheck.project.histories import HistorySource, read_histories

    _check_out(out)
    settings, asked = _settings(kind, given)
    films = None if given["catalogue"] is None else read_catalogue(given["catalogue"])
    histories = read_histories(
        HistorySource(
            kind,
            source,
            seed=settings.seed,
            least=given["least"],
            people=settings.seekers,
            catalogue=known_films(None) if films is None and kind == "rows" else films,
            meta=given["meta"],
        )
    )
    salt, made = new_salt(), False
    if given["salt_file"] is not None:
        salt, made = salt_in(given["salt_file"])
        if made:
            click.echo(f"{given['salt_file']}: made, keep it private", err=True)
    built = _built(histories, settings, salt, asked, films)
    write_profiles(built.profiles, out)
    _tell(built, histories, settings.seekers)
    click.echo(f"{len(built.profiles)} profiles written to {out}: private, keep them out of git")
    return FINE


def _settings(kind: str, given: dict[str, Any]) -> tuple[ProfileSettings, EngineSpec | None]:
    """Return how profiles are built, and the engine that is asked, if any."""
    import datetime

    from crs_simcheck.errors import InputError
    from crs_simcheck.profiles.writer import ProfileSettings

    right = False
    date = given["date"] or datetime.date.today().isoformat()
    with contextlib.suppress(ValueError):
        right = datetime.date.fromisoformat(date).isoformat() == date
    if not right:
        raise InputError(f"found '{date}', need a date as YYYY-MM-DD", field="--date")
    persona = given["persona"]
    spec = _writer(persona)
    if given["demographics"] and spec is None:
        raise InputError(
            f"found --persona {persona}: demographic traits are made up by an engine",
            field="--demographics",
            fix="name one, such as --persona ollama:MODEL",
        )
    settings = ProfileSettings(
        seekers=given["seekers"],
        items=given["items"],
        seed=given["seed"],
        persona=persona if spec is None else "engine",
        demographics=given["demographics"],
        # Kind and model alone: where an engine runs is nobody else's business.
        made={
            "kind": kind,
            "date": date,
            "seed": given["seed"],
            "persona": persona if spec is None else spec.name,
        },
    )
    return settings, spec


def _writer(persona: str) -> EngineSpec | None:
    """Return the engine that writes personas, or None where none does."""
    if persona in ("rule", "none"):
        return None
    from crs_simcheck.engines.named import ENGINE_KINDS, parse_engine
    from crs_simcheck.errors import InputError, UnknownNameError

    kind = persona.partition(":")[0]
    if kind == "embedded":
        raise InputError(
            "the embedded engine plays seekers and writes no personas",
            field="--persona",
            fix="'rule' needs no model; or name one, such as ollama:MODEL",
        )
    if kind not in ENGINE_KINDS:
        known = ("rule", "none", "ollama:MODEL", "openai:MODEL@URL")
        raise UnknownNameError("writer of personas", kind.partition("@")[0][:80], known)
    return parse_engine(persona)


def _check_out(out: Path) -> None:
    """Raise where the file cannot be written: better now than after an hour of asking."""
    from crs_simcheck.errors import InputError

    target = Path(os.path.realpath(out))
    folder = target.parent
    while not folder.exists():
        folder = folder.parent
    if target.is_dir():
        raise InputError("this is a folder; a file is needed", path=out, fix="name a .jsonl file")
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError("cannot be written there", path=out, fix="check the folder")


def _built(
    histories: Histories,
    settings: ProfileSettings,
    salt: bytes,
    asked: EngineSpec | None,
    films: Catalogue | None,
) -> Built:
    from crs_simcheck.baselines.progress import progress
    from crs_simcheck.engines.named import open_engine
    from crs_simcheck.profiles.build import build_profiles

    titles = () if films is None else films.labels

    async def work() -> Built:
        engine = None if asked is None else open_engine(asked)
        try:
            with progress("writing profiles", settings.seekers) as steps:
                return await build_profiles(
                    histories, settings, salt, engine=engine, titles=titles, done=steps.add
                )
        finally:
            if engine is not None:
                await engine.aclose()

    return asyncio.run(work())


def _tell(built: Built, histories: Histories, wanted: int) -> None:
    """Say what somebody should know who waited: counts alone, nothing of anybody."""
    for note in histories.notes:
        click.echo(note, err=True)
    for reason, count in built.refused.items():
        click.echo(f"left out: {count} × {reason}", err=True)
    if len(built.profiles) < wanted:
        click.echo(f"{wanted} were wanted; there are no more people", err=True)


# -------------------------------------------------------------------------------- leakage


@profiles.command()
@click.argument("file", metavar="PROFILES", type=click.Path(path_type=Path))
@click.option("--engine", "name", default="embedded", show_default=True, metavar="ENGINE")
@click.option(
    "--prompt",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Prompt file for items_talk (default: the one that ships).",
)
@click.option("--baseline", default="redial-seekers", show_default=True, metavar="NAME_OR_DIR")
@click.option(
    "--catalogue", type=click.Path(path_type=Path), metavar="CSV", help="Your films, beside its."
)
@click.option("--seekers", type=click.IntRange(1, _MOST), default=100, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--n-items",
    type=click.IntRange(1, 100),
    help="Films that each is asked for (default: as many as people named).",
)
@click.option("--json", "json_file", metavar="FILE", help="Write the figures as JSON; - prints.")
def leakage(
    file: Path,
    name: str,
    prompt: Path | None,
    baseline: str,
    catalogue: Path | None,
    seekers: int,
    seed: int,
    n_items: int | None,
    json_file: str | None,
) -> int:
    """Ask seekers for films twice, with raw histories and with personas, and compare.

    Entropies of the titles named are of groups of one size, people's beside them. Answers are
    measured and dropped.
    """
    from crs_simcheck.baselines import load_baseline
    from crs_simcheck.baselines.progress import progress
    from crs_simcheck.catalogue import read_catalogue
    from crs_simcheck.engines.named import parse_engine
    from crs_simcheck.gate import joint_catalogue
    from crs_simcheck.project.leakage import diagnose
    from crs_simcheck.prompts import default_prompts, read_prompt

    spec = parse_engine(name)
    chosen = _some(file, seekers, seed)
    asked = default_prompts()["items_talk"] if prompt is None else read_prompt(prompt, "items_talk")
    people = load_baseline(baseline)
    films = None if catalogue is None else read_catalogue(catalogue)

    async def work() -> Diagnostic:
        engine = _engine(spec, joint_catalogue(films, people).catalogue)
        try:
            with progress("asking", 2 * len(chosen)) as steps:
                return await diagnose(
                    engine,
                    chosen,
                    asked,
                    people,
                    catalogue=films,
                    n_items=n_items,
                    seed=seed,
                    done=steps.add,
                )
        finally:
            await engine.aclose()

    found = asyncio.run(work())
    text = json.dumps(found.as_json(), indent=2) + "\n"
    if json_file == "-":
        click.echo(text, nl=False)
        return FINE
    if json_file is not None:
        Path(json_file).write_text(text, encoding="utf-8")
    _print(found)
    return FINE


def _some(file: Path, seekers: int, seed: int) -> list[Profile]:
    """Return so many of the profiles of a file, drawn by a hash of their ids."""
    from crs_simcheck.profiles import read_profiles
    from crs_simcheck.profiles.history import draw_key

    found = sorted(read_profiles(file), key=lambda p: draw_key(seed, "seeker", p.seeker))
    return found[:seekers]


def _print(found: Diagnostic) -> None:
    import sys

    from crs_simcheck.project.leakage import PAPER
    from crs_simcheck.report import WIDTH, wrapped
    from crs_simcheck.report.leakage import LeakageLine, leakage_table

    color = sys.stdout is not None and sys.stdout.isatty()
    lines = [
        LeakageLine(
            row.name, row.item_entropy, row.leaked, row.answers, row.by_chance, *PAPER[row.name]
        )
        for row in found.rows
    ]
    click.echo(leakage_table(lines, width=WIDTH, color=color), color=color)
    click.echo(
        wrapped(
            f"{found.engine}:{found.model}; each row: {found.seekers} seekers who name "
            f"{found.mentions} titles; people: {found.people}, the mean of groups of that size"
        )
    )
    click.echo(wrapped("by chance: answers that name a title of somebody else's history"))
    click.echo(
        wrapped(
            "paper: arXiv 2607.00010, whose groups have other sizes (its people named 1,073 titles "
            "or more): its bits are not to be held against these"
        )
    )
    if found.engine == "embedded":
        click.echo("embedded engine: no LLM")
    for row in found.rows:
        if row.failed:
            click.echo(f"{row.name}: {row.failed} requests got no answer that can be used")


def _engine(spec: EngineSpec, films: Catalogue) -> Engine:
    """Open an engine; the embedded one knows these films."""
    from crs_simcheck.engines.named import open_engine

    return open_engine(spec, films=films.items if spec.kind == "embedded" else None)
