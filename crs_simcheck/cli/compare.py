"""``crs-simcheck compare``: a simulator before and after a change, seeker by seeker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crs_simcheck.cli.exits import DRIFTED, FINE, UNDECIDED
from crs_simcheck.cli.options import baseline_map, look_options, source_options
from crs_simcheck.records import TaskName

if TYPE_CHECKING:
    from crs_simcheck.project.comparing import Compared

__all__ = ["compare"]

_CODES = {"fine": FINE, "worse": DRIFTED, "undecided": UNDECIDED}


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="[NEW]", default=".")
@click.option("--simulator", metavar="NAME", help="Which simulator of simcheck.toml.")
@click.option("--config", metavar="FILE", help="Settings (default: simcheck.toml in this folder).")
@click.option(
    "--baseline",
    "baselines",
    multiple=True,
    metavar="[TASK=]NAME_OR_DIR",
    help="People to be near to; those of the settings, or what ships for each task, by default.",
)
@source_options
@look_options
@click.option(
    "--permutations",
    type=click.IntRange(200, 1_000_000),
    default=2000,
    show_default=True,
    help="How many ways to swap old and new are looked at.",
)
@click.option("--json", "json_file", metavar="FILE", help="Write everything as JSON; - prints.")
@click.option("-q", "--quiet", is_flag=True, help="No words on what changed, only the table.")
def compare(
    old: str,
    new: str,
    simulator: str | None,
    config: str | None,
    baselines: tuple[str, ...],
    metrics: tuple[str, ...],
    task: tuple[TaskName, ...],
    permutations: int,
    json_file: str | None,
    quiet: bool,
    **given: Any,
) -> int:
    """Compare a simulator before and after a change, seeker by seeker.

    OLD and NEW are files or folders of answers, a folder with a simcheck.toml, or git revisions:
    REV is the simulator as it was then, REV:PATH what stood there then. NEW is the working tree
    where it is left out.

    Exit 0: nothing is worse; 1: something is farther from people than before; 2: undecided.
    """
    from crs_simcheck.project import SimulatorSettings
    from crs_simcheck.project.comparing import compare_answers
    from crs_simcheck.project.two_sides import Wanted

    settings = SimulatorSettings(
        "answers", Path(), responses=new, baselines=baseline_map(baselines), **given
    )
    found = compare_answers(
        old,
        new,
        Wanted(simulator, config, settings.skip_broken),
        settings,
        metrics=metrics,
        tasks=task,
        swaps=permutations,
    )
    if json_file != "-":
        _print(found, quiet)
    if json_file is not None:
        from crs_simcheck.cli.output import write_json

        write_json(found.as_json(), json_file)
    return _CODES[found.outcome]


def _print(found: Compared, quiet: bool) -> None:
    from crs_simcheck.cli.output import terminal_width
    from crs_simcheck.report import wrapped
    from crs_simcheck.report.changes import change_summary, change_table, change_words

    click.echo(wrapped(f"old: {_side(found.old.name, found.old.commit)}"))
    click.echo(wrapped(f"new: {_side(found.new.name, found.new.commit)}"))
    for task, (before, after) in (found.changed_prompts or {}).items():
        click.echo(f"{task}.md has changed: {before[:12]} → {after[:12]}")
    if found.changed_prompts is not None and not found.changed_prompts:
        click.echo("no prompt has changed")
    for one in found.tasks:
        line = f"{one.task}: {one.answers:,} pairs of answers of {one.seekers:,} seekers"
        left = [
            f"{count:,} {what}{'' if count == 1 else 's'} of {side} alone"
            for count, what, side in (
                (one.seekers_old, "seeker", "old"),
                (one.seekers_new, "seeker", "new"),
                (one.answers_old, "answer", "old"),
                (one.answers_new, "answer", "new"),
            )
            if count
        ]
        click.echo(wrapped(line + (f"; left out: {', '.join(left)}" if left else "")))
    click.echo(change_table(found.changes, terminal_width()))
    for missing in found.not_measured:
        reason = f"not compared: {missing.metric} in {missing.task}: {missing.reason}"
        click.echo(wrapped(reason))
    for note in found.notes:
        click.echo(wrapped(f"note: {note}"))
    click.echo(
        wrapped(
            "p by swapping old and new within seekers, adjusted (Holm) for the "
            f"{found.n_adjusted} metric{'' if found.n_adjusted == 1 else 's'} in which anything "
            "could be seen; "
            "intervals are 90 %, each alone"
        )
    )
    click.echo(change_summary(found.changes))
    if not quiet:
        for change in found.changes:
            if change.outcome != "none seen":
                click.echo("\n" + change_words(change, found.n_adjusted))


def _side(name: str, commit: str | None) -> str:
    return name if commit is None else f"{name} ({commit[:12]})"
