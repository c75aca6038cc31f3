"""``crs-simcheck baseline``: build, merge, look at and verify groups of people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from crs_simcheck.cli.exits import DRIFTED, FINE

__all__ = ["baseline"]

_F = TypeVar("_F", bound=Callable[..., Any])

# Help for the options of ``build``; their flags and types are those of BuildOptions.
_HELP = {
    "seed": "Of every draw (default 0).",
    "films": "bin_pref: how many films everybody is asked about, or 'all'.",
    "pool": "bin_pref: the most rated films that these are chosen from (default 80).",
    "asked": "bin_pref: answers that a person must have given (default 10).",
    "like_at": "Least stars that mean Yes (default 3.5).",
    "cap": "items_talk: most mentions kept of a seeker (default 5).",
    "answers": "agent4rec: 'align' (Yes or No) or 'stars'.",
    "speakers": "rows: people, simulator or synthetic.",
    "licence": "rows: licence of the source.",
    "origin": "rows: what the source is and where it can be had.",
    "attribution": "rows: whom its licence wants to be named.",
    "catalogue": "rows: the films of the source (CSV).",
    "profiles": "rows: the histories of its seekers (JSONL).",
    "aspects": "A lexicon of aspects (TOML) instead of that of films.",
    "word_vectors": "Word vectors (.npz, .bin, .txt, .kv) instead of those that ship.",
    "sentence_model": "Read sentences' vectors by this model, such as all-MiniLM-L6-v2.",
    "participant": "dialoguekit: whose turns are read (default USER).",
    "unit": "dialoguekit: a seeker is a 'dialogue' (default), or a 'user' by its id.",
    "map": "mapped: FIELD=COLUMN, once for each field; a.b for what lies within, ==TEXT for a "
    "fixed value. Fields: seeker, text, task, rating, item, n_items, relevant.",
    "task": "mapped: what all rows answer, e.g. open_pref.",
    "people": "amazon: how many people are drawn by a hash of their ids (default 2000), or 'all'.",
    "min_reviews": "amazon: reviews that a person must have written (default 1).",
    "max_reviews": "amazon: most reviews kept of a person (default 5).",
    "verified": "amazon: 'only' of what was bought in the shop (default 'any').",
    "language": "amazon: only reviews in a language, two letters; a light guess.",
    "since": "amazon: first day, YYYY-MM-DD.",
    "until": "amazon: last day, YYYY-MM-DD.",
    "only": "amazon: 'stars': no word is read.",
    "meta": "amazon: the list of products, for titles and years.",
    "date": "Date of the build, YYYY-MM-DD (default: today).",
}
# Those that may stand several times.
_SEVERAL = ("map",)


def _build_options(command: _F) -> _F:
    for name, text in reversed(_HELP.items()):
        flag = "--" + name.replace("_", "-")
        command = click.option(flag, name, help=text, multiple=name in _SEVERAL)(command)
    return command


def _work_options(command: _F) -> _F:
    command = click.option(
        "--dask",
        metavar="ADDRESS",
        help="Measure on a cluster: address of a Dask scheduler (extra 'cluster').",
    )(command)
    return click.option(
        "--workers",
        type=click.IntRange(min=1),
        help="Processes that measure (default: one a core where there is much to measure).",
    )(command)


@click.group()
def baseline() -> None:
    """Build, merge, show and verify the groups of people that simulators are compared with."""


@baseline.command()
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option("--kind", required=True, help="redial, movielens, rows, agent4rec, usersimcrs, …")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--name", help="What the group is called (default: its folder).")
@_build_options
@_work_options
def build(
    source: Path | None,
    kind: str,
    out: Path,
    name: str | None,
    workers: int | None,
    dask: str | None,
    **given: Any,
) -> None:
    """Build a group from SOURCE and write it into a folder: counts only, no text, no ids."""
    from crs_simcheck.baselines.build import build as build_group
    from crs_simcheck.baselines.describe import describe
    from crs_simcheck.baselines.options import FLAGS, BuildOptions
    from crs_simcheck.baselines.total import Work
    from crs_simcheck.errors import InputError

    values: dict[str, Any] = {}
    for option, text in given.items():
        if text is None or text == ():
            continue
        flag, read = FLAGS[option]
        try:
            values[option] = tuple(map(read, text)) if option in _SEVERAL else read(text)
        except ValueError:
            raise InputError(f"found '{text}', need a number", field=flag) from None
    group = build_group(
        kind,
        source,
        out,
        name=name,
        options=BuildOptions(**values),
        work=Work(workers, dask),
        tell=lambda note: click.echo(note, err=True),
    )
    _facts(describe(group))
    click.echo(f"written to {out}")


@baseline.command()
@click.argument("group", required=False, metavar="[NAME_OR_DIR]")
def show(group: str | None) -> None:
    """Show what a group holds; without a name, list what ships."""
    from crs_simcheck.baselines import load_baseline, shipped_names
    from crs_simcheck.baselines.describe import describe

    if group is not None:
        _facts(describe(load_baseline(group)))
        return
    for name in shipped_names():
        shipped = load_baseline(name)
        held = ", ".join(f"{t} ({s.n_seekers})" for t, s in shipped.tasks.items())
        held = held or f"published figures: {', '.join(shipped.published)}"
        click.echo(f"{name:24} {shipped.speakers:10} {held}")


@baseline.command()
@click.argument("group", metavar="NAME_OR_DIR")
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    help="Build the group again from here, and compare the bytes.",
)
def verify(group: str, source: Path | None) -> int:
    """Check a group: files, instruments, ranges, and with --source that it can be built again.

    Exit 0: nothing is wrong; 1: something is.
    """
    from crs_simcheck.baselines import find_group
    from crs_simcheck.baselines.verify import verify as verify_group

    folder = find_group(group)
    problems = verify_group(folder, source)
    for problem in problems:
        click.echo(problem)
    again = ", and built again it has the same bytes" if source is not None else ""
    if not problems:
        click.echo(f"{group}: nothing is wrong{again}")
    return DRIFTED if problems else FINE


@baseline.command()
@click.argument("groups", nargs=-1, required=True, metavar="NAME_OR_DIR NAME_OR_DIR ...")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--name", help="What the group is called (default: its folder).")
@click.option("--date", help="Date of the merge, YYYY-MM-DD (default: today).")
def merge(groups: tuple[str, ...], out: Path, name: str | None, date: str | None) -> None:
    """Put groups together into one: statistics add, and no source is needed."""
    from crs_simcheck.baselines import find_group
    from crs_simcheck.baselines.describe import describe
    from crs_simcheck.baselines.merge import merge as merge_folders

    group = merge_folders([find_group(g) for g in groups], out, name=name, date=date)
    _facts(describe(group))
    click.echo(f"written to {out}")


@baseline.command()
@click.argument("group", metavar="NAME_OR_DIR")
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    help="Where its source is now; of a merged group, the folder in which its parts are.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to write it (default: over the group itself).",
)
def rebuild(group: str, source: Path | None, out: Path | None) -> None:
    """Repeat the command that built a group, with the instruments at hand."""
    from crs_simcheck.baselines import file_hashes, find_group
    from crs_simcheck.baselines.build import rebuild as rebuild_group

    folder = find_group(group)
    before = dict(file_hashes(folder))
    place = folder if out is None else out
    rebuild_group(folder, source, place)
    after = dict(file_hashes(place))
    changed = sorted(file for file, digest in after.items() if before.get(file) != digest)
    click.echo(f"written to {place}")
    click.echo(f"changed: {', '.join(changed)}" if changed else "the bytes are the same")


def _facts(facts: list[tuple[str, str]]) -> None:
    import textwrap

    width = max(len(what) for what, _ in facts)
    for what, value in facts:
        lines = textwrap.wrap(value, 100 - width - 2, break_on_hyphens=False) or [""]
        click.echo(f"{what:{width}}  {lines[0]}")
        for line in lines[1:]:
            click.echo(" " * (width + 2) + line)
