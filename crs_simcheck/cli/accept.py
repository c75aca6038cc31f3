"""``crs-simcheck accept``: write down what a simulator is like now, after having looked at it."""

from __future__ import annotations

import click

from crs_simcheck.cli.exits import DRIFTED, FINE, UNDECIDED
from crs_simcheck.cli.project import project_here

__all__ = ["accept"]


@click.command()
@click.argument("simulators", nargs=-1, metavar="[SIMULATOR]…")
@click.option("--config", metavar="FILE", help="Settings (default: simcheck.toml in this folder).")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option(
    "--even",
    "consents",
    multiple=True,
    type=click.Choice(("drifted", "inconclusive", "regressed")),
    help="Accept gates that are this as well; may be given again.",
)
def accept(
    simulators: tuple[str, ...], config: str | None, dry_run: bool, consents: tuple[str, ...]
) -> int:
    """Write simcheck.lock: prompts, models, people and gates of simulators as they are now.

    With it, pytest fails where a prompt is not the one that was accepted, and where a gate is
    nearer to its edge than it was. What changes is printed first. Gates that are not within, or
    that have regressed, are accepted only with --even.

    Exit 0: written, or nothing to write; 1: refused, drifted or regressed; 2: refused,
    inconclusive.
    """
    from crs_simcheck.errors import shown_path
    from crs_simcheck.project.accepting import prepare
    from crs_simcheck.project.lock import write_lock
    from crs_simcheck.report import wrapped

    found = prepare(project_here(config), simulators)
    for line in found.lines:
        click.echo(wrapped(line))
    place = shown_path(found.path)
    refused = found.refused(consents)
    if refused:
        click.echo()
        for kind, simulator, task, metric in refused:
            click.echo(wrapped(f"not accepted: {simulator} · {task} · {metric} is {kind}"))
        flags = " ".join(f"--even {kind}" for kind in dict.fromkeys(one[0] for one in refused))
        click.echo(wrapped(f"{place} was not written; whoever wants it all the same: {flags}"))
        only = {kind for kind, *_ in refused} == {"inconclusive"}
        return UNDECIDED if only else DRIFTED
    if not found.changes:
        click.echo(f"{place} stays as it is")
    elif dry_run:
        click.echo(f"{place} was not written (--dry-run)")
    else:
        write_lock(found.new, found.path)
        click.echo(f"{place} written; commit it")
    return FINE
