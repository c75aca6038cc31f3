"""``crs-simcheck baseline``: build, look at and verify groups of people."""

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
    "date": "Date of the build, YYYY-MM-DD (default: today).",
}


def _build_options(command: _F) -> _F:
    for name, text in reversed(_HELP.items()):
        flag = "--" + name.replace("_", "-")
        command = click.option(flag, name, help=text)(command)
    return command


@click.group()
def baseline() -> None:
    """Build, show and verify the groups of people that simulators are compared with."""


@baseline.command()
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option("--kind", required=True, help="redial, movielens, rows, agent4rec, usersimcrs, …")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--name", help="What the group is called (default: its folder).")
@_build_options
def build(source: Path | None, kind: str, out: Path, name: str | None, **given: str | None) -> None:
    """Build a group from SOURCE and write it into a folder: counts only, no text, no ids."""
    from crs_simcheck.baselines.build import build as build_group
    from crs_simcheck.baselines.describe import describe
    from crs_simcheck.baselines.options import FLAGS, BuildOptions
    from crs_simcheck.errors import InputError

    values: dict[str, Any] = {}
    for option, text in given.items():
        if text is None:
            continue
        flag, read = FLAGS[option]
        try:
            values[option] = read(text)
        except ValueError:
            raise InputError(f"found '{text}', need a number", field=flag) from None
    group = build_group(kind, source, out, name=name, options=BuildOptions(**values))
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
        tasks = ", ".join(f"{t} ({s.n_seekers})" for t, s in shipped.tasks.items())
        click.echo(f"{name:24} {shipped.speakers:10} {tasks}")


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


def _facts(facts: list[tuple[str, str]]) -> None:
    import textwrap

    width = max(len(what) for what, _ in facts)
    for what, value in facts:
        lines = textwrap.wrap(value, 100 - width - 2, break_on_hyphens=False) or [""]
        click.echo(f"{what:{width}}  {lines[0]}")
        for line in lines[1:]:
            click.echo(" " * (width + 2) + line)
