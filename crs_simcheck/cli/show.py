"""``crs-simcheck show``: the answers that lie behind a value."""

from __future__ import annotations

from pathlib import Path

import click

from crs_simcheck.cli.options import is_group, source_options, task_option

__all__ = ["show"]


@click.command()
@click.argument("responses", metavar="RESPONSES")
@task_option(help="The task; that of the metric, or the only one answered, by default.")
@click.option("--metric", required=True, metavar="NAME", help="The metric to look behind.")
@click.option("--baseline", metavar="NAME_OR_DIR", help="Whose films titles are looked up in, too.")
@source_options
def show(
    responses: str,
    task: str | None,
    metric: str,
    baseline: str | None,
    catalogue: str | None,
    profiles: str | None,
    skip_broken: bool,
    like_at: float | None,
    aspects: str | None,
    word_vectors: str | None,
    sentence_model: str | None,
) -> None:
    """Show which answers make the value of a metric: films, lengths, leaked titles, repeats."""
    from crs_simcheck.errors import EmptyInputError, InputError
    from crs_simcheck.metrics import metric_named
    from crs_simcheck.project import SimulatorRun, SimulatorSettings
    from crs_simcheck.report import answers_file, behind

    found = metric_named(metric)
    if is_group(responses):
        raise InputError(
            "a group holds counts, and no answers to show",
            path=responses,
            fix=f"crs-simcheck baseline show {responses}",
        )
    run = SimulatorRun(
        SimulatorSettings(
            name=Path(responses).name,
            folder=Path(),
            responses=responses,
            catalogue=catalogue,
            profiles=profiles,
            aspects=aspects,
            word_vectors=word_vectors,
            sentence_model=sentence_model,
            baselines={} if baseline is None else {"": baseline},
            like_at=like_at,
            allow_not_people=True,  # nothing is compared here, films are looked up
            skip_broken=skip_broken,
        )
    )
    on = [t for t in found.tasks if t in run.tasks and task in (None, t)]
    if not on:
        raise EmptyInputError(
            f"there are no answers that {metric} stands on",
            path=responses,
            fix=f"it stands on {', '.join(found.tasks)}; the answers are to {', '.join(run.tasks)}",
        )
    for name in on:
        measured, _ = run.measured(name)
        source = answers_file(responses, name)
        click.echo(f"{metric} ({found.title}) in {name}, {source}")
        for line in behind(found, measured, source):
            click.echo(line)
