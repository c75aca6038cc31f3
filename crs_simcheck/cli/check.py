"""``crs-simcheck check``: recorded answers, or a group, against people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crs_simcheck.cli.exits import code_of
from crs_simcheck.cli.options import baseline_map, is_group, look_options, source_options
from crs_simcheck.cli.output import write_json
from crs_simcheck.records import TaskName

if TYPE_CHECKING:
    from crs_simcheck.gate import GateSpec, Verdict
    from crs_simcheck.project import NotMeasured, SimulatorRun, SimulatorSettings
    from crs_simcheck.report import Where

__all__ = ["check"]


def _checked(_context: click.Context, _option: click.Parameter, folder: str | None) -> Path | None:
    """Return the folder of a report, checked before anything else is done."""
    if folder is None:
        return None
    from crs_simcheck.report.files import check_folder

    check_folder(Path(folder))
    return Path(folder)


@click.command()
@click.argument("answers", metavar="RESPONSES_OR_GROUP")
@click.option(
    "--baseline",
    "baselines",
    multiple=True,
    metavar="[TASK=]NAME_OR_DIR",
    help="People to compare with; what ships for each task by default.",
)
@source_options
@look_options
@click.option("--json", "json_file", metavar="FILE", help="Write the verdicts as JSON; - prints.")
@click.option(
    "--report",
    "report_folder",
    metavar="DIR",
    callback=_checked,
    help="Write index.html, report.json and summary.md there (the extra 'report').",
)
@click.option("-q", "--quiet", is_flag=True, help="No words on what did not pass, only the table.")
def check(
    answers: str,
    baselines: tuple[str, ...],
    catalogue: str | None,
    profiles: str | None,
    skip_broken: bool,
    like_at: float | None,
    aspects: str | None,
    word_vectors: str | None,
    sentence_model: str | None,
    metrics: tuple[str, ...],
    task: tuple[TaskName, ...],
    seekers: int | None,
    seed: int,
    draws: int,
    allow_not_people: bool,
    json_file: str | None,
    report_folder: Path | None,
    quiet: bool,
) -> int:
    """Hold recorded answers (or a group) against people, metric by metric.

    Exit 0: all within; 1: any drifted; 2: any inconclusive and none drifted.
    """
    from crs_simcheck.project import SimulatorRun, SimulatorSettings

    group = is_group(answers)
    settings = SimulatorSettings(
        name=_name(answers),
        folder=Path(),
        responses=None if group else answers,
        group=answers if group else None,
        catalogue=catalogue,
        profiles=profiles,
        aspects=aspects,
        word_vectors=word_vectors,
        sentence_model=sentence_model,
        baselines=baseline_map(baselines),
        seekers=seekers,
        seed=seed,
        draws=draws,
        like_at=like_at,
        allow_not_people=allow_not_people,
        skip_broken=skip_broken,
    )
    run = SimulatorRun(settings)
    specs = _specs(run, metrics, task)
    verdicts = [run.verdict(spec) for spec in specs]
    missing = [] if metrics else [m for m in run.not_measured if not task or m.task in task]
    if json_file != "-":
        _print(run, verdicts, [(m.task, m.metric, m.reason) for m in missing], quiet)
    if json_file is not None:
        _write_json(run, settings, verdicts, missing, json_file)
    if report_folder is not None:
        page = _write_report(run, verdicts, report_folder, everything=not metrics)
        if json_file != "-":
            click.echo(f"report: {page}")
    return code_of(verdict.outcome for verdict in verdicts)


def _name(answers: str) -> str:
    name = Path(answers).name
    for ending in (".gz", ".jsonl"):
        name = name.removesuffix(ending)
    return name or answers


def _specs(
    run: SimulatorRun, metrics: tuple[str, ...], tasks: tuple[TaskName, ...]
) -> tuple[GateSpec, ...]:
    from crs_simcheck.errors import EmptyInputError, InputError

    for task in tasks:
        if task not in run.tasks:
            raise EmptyInputError(
                f"there are no answers to {task}",
                path=run.settings.source,
                fix=f"there are answers to {', '.join(run.tasks)}",
            )
    if metrics:
        return run.gates_of(metrics, tasks)
    wanted = tasks or run.tasks
    specs = tuple(spec for spec in run.gates if spec.task in wanted)
    if not specs:
        reasons = "; ".join(sorted({m.reason for m in run.not_measured if m.task in wanted}))
        raise InputError("nothing can be measured", path=run.settings.source, fix=reasons)
    return specs


def _print(
    run: SimulatorRun,
    verdicts: list[Verdict],
    missing: list[tuple[str, str, str]],
    quiet: bool,
) -> None:
    import sys

    from crs_simcheck.report import (
        WIDTH,
        summary_line,
        table_row,
        verdict_table,
        verdict_words,
        wrapped,
    )

    settings, where = run.settings, _where(run)
    if run.broken:
        click.echo(f"{len(run.broken):,} broken rows were left out; the first: {run.broken[0]}")
    rows = [table_row(settings.name, verdict) for verdict in verdicts]
    color = sys.stdout is not None and sys.stdout.isatty()
    click.echo(verdict_table(rows, width=WIDTH, color=color, simulators=False), color=color)
    for task, metric, reason in missing:
        click.echo(wrapped(f"not measured: {metric} in {task}: {reason}"))
    for note in dict.fromkeys(n for v in verdicts for n in run.notes_on(v.gate)):
        click.echo(wrapped(f"note: {note}"))
    click.echo(summary_line(verdict.outcome for verdict in verdicts))
    if not quiet:
        for verdict in verdicts:
            if verdict.outcome != "within":
                click.echo("\n" + verdict_words(verdict, where))


def _where(run: SimulatorRun) -> Where:
    from crs_simcheck.report import Where

    settings = run.settings
    return Where(
        settings.name,
        settings.source,
        settings.catalogue,
        settings.profiles,
        settings.baselines,
        is_group=settings.group is not None,
        flags=_flags(settings),
        instruments=settings.instruments,
    )


def _flags(settings: SimulatorSettings) -> tuple[str, ...]:
    """Return what the answers were read with, so that the next command reads them alike."""
    broken = ("--skip-broken",) if settings.skip_broken else ()
    return (*broken, *(() if settings.like_at is None else (f"--like-at {settings.like_at:g}",)))


def _write_json(
    run: SimulatorRun,
    settings: SimulatorSettings,
    verdicts: list[Verdict],
    missing: list[NotMeasured],
    file: str,
) -> None:
    from importlib.metadata import version

    from crs_simcheck.report import run_as_json

    about = {
        "version": version("crs-simcheck"),
        "source": settings.source,
        "source_sha256": None if run.responses is None else run.responses.sha256,
        "broken_rows": len(run.broken),
        "seed": settings.seed,
    }
    left = [(m.task, m.metric, m.reason) for m in missing]
    write_json(run_as_json(settings.name, verdicts, left, about), file)


def _write_report(
    run: SimulatorRun, verdicts: list[Verdict], folder: Path, *, everything: bool
) -> Path:
    from importlib.metadata import version

    from crs_simcheck.project.reporting import Reporter
    from crs_simcheck.report.document import assemble
    from crs_simcheck.report.files import write_report

    reporter, where = Reporter(not_measured=everything), _where(run)
    parts = [reporter.of_gate(run, v, where, (0, place)) for place, v in enumerate(verdicts)]
    for part in parts:
        part["gates"] = len(parts)  # those that were asked for are all there are
    return write_report(assemble(parts, version("crs-simcheck")), folder)
