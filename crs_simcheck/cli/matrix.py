"""``crs-simcheck matrix``: engines, configurations and prompts side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crs_simcheck.cli.exits import FINE, UNDECIDED
from crs_simcheck.cli.options import task_option
from crs_simcheck.cli.progress import progress_bar
from crs_simcheck.records import TaskName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crs_simcheck.project.live_settings import RecordMode
    from crs_simcheck.project.matrix_settings import MatrixSettings, System
    from crs_simcheck.report.matrix import MatrixTable

__all__ = ["matrix"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@task_option(multiple=True, help="Only this task.")
@click.option("--system", "names", multiple=True, metavar="NAME", help="Only this one.")
@click.option(
    "--record",
    type=click.Choice(["none", "new", "all"]),
    default="none",
    show_default=True,
    help="Replay only, ask what is not recorded, or ask everything again.",
)
@click.option("--dry-run", is_flag=True, help="Only say how many requests it would take.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write the tables here."
)
def matrix(
    file: Path,
    task: tuple[TaskName, ...],
    names: tuple[str, ...],
    record: RecordMode,
    dry_run: bool,
    out: Path | None,
) -> int:
    """Compare systems: any set of engines x configurations x prompts, and answers at hand.

    FILE (TOML) says which. One table for each task, with the people and the reference simulators
    in it. Answers are kept under recordings/SYSTEM beside FILE, and replayed. With --out also as
    matrix.md, matrix.csv, matrix.json and matrix.html.

    Exit 0: every system was measured; 2: not all (a recording is missing, an engine is away).
    """
    from crs_simcheck.project.matrix import run_systems, tables_of
    from crs_simcheck.project.matrix_settings import read_matrix

    settings = _only(read_matrix(file), names)
    if dry_run:
        return _estimate(settings, record)
    asking = None if record == "none" else lambda system: _ask(system, record)
    runs = list(run_systems(settings, task, ask=asking))
    tables = tables_of(runs)
    _print(tables)
    if out is not None:
        _write(tables, settings.title, out)
    undecided = any(run.problems for run in runs) or not any(run.verdicts for run in runs)
    return UNDECIDED if undecided else FINE


def _only(settings: MatrixSettings, names: tuple[str, ...]) -> MatrixSettings:
    """Return the settings with these systems only; all where none is named."""
    from crs_simcheck.errors import UnknownNameError

    known = {system.name: system for system in settings.systems}
    for name in names:
        if name not in known:
            raise UnknownNameError("system", name, known)
    chosen = tuple(s for s in settings.systems if not names or s.name in names)
    return replace(settings, systems=chosen)


def _estimate(settings: MatrixSettings, mode: RecordMode) -> int:
    from crs_simcheck.project import SimulatorRun
    from crs_simcheck.project.record import estimate

    calls = 0
    for system in settings.systems:
        run = SimulatorRun(system.settings).live
        if run is None:
            continue
        found = estimate(run, "all" if mode == "all" else "new")
        click.echo(f"{system.name}: {found.calls:,} of {len(run.planned):,} requests")
        calls += found.calls
    click.echo(f"{calls:,} requests in all")
    return FINE


def _ask(system: System, mode: RecordMode) -> None:
    """Ask a system, and its judge, what is to be asked."""
    from crs_simcheck.errors import EngineError
    from crs_simcheck.project import SimulatorRun
    from crs_simcheck.project.judge_record import record_judgements
    from crs_simcheck.project.record import record

    run = SimulatorRun(system.settings)
    assert run.live is not None
    with progress_bar(system.name) as progress:
        done = record(run.live, mode, progress=progress, say=lambda t: click.echo(t, err=True))
    if done.collected is not None and done.collected.failed:
        raise EngineError(
            f"{done.collected.failed:,} requests got no answer; the same command asks again"
        )
    if run.judging is not None and run.judging.asked:
        record_judgements(run.judging, mode)


def _print(tables: Sequence[MatrixTable]) -> None:
    from rich.console import Console

    from crs_simcheck.report.matrix import matrix_as_text

    console = Console()
    for table in tables:
        color = console.is_terminal and not console.no_color
        click.echo(matrix_as_text(table, width=min(console.width, 160), color=color))
    if tables:
        click.echo("* the best score. People: mean and target range of groups of the same size.")


def _write(tables: Sequence[MatrixTable], title: str, out: Path) -> None:
    from importlib.metadata import version

    from crs_simcheck.errors import InputError, shown_path
    from crs_simcheck.jsonl import write_json
    from crs_simcheck.report.html import has_extra, matrix_page
    from crs_simcheck.report.matrix import matrix_as_csv, matrix_as_json, matrix_as_markdown

    about: dict[str, Any] = {"title": title, "version": version("crs-simcheck")}
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "matrix.md").write_text(matrix_as_markdown(tables, title), encoding="utf-8")
        (out / "matrix.csv").write_text(matrix_as_csv(tables), encoding="utf-8", newline="")
        written = ["matrix.md", "matrix.csv", "matrix.json"]
        if has_extra():
            (out / "matrix.html").write_text(matrix_page(tables, title), encoding="utf-8")
            written.append("matrix.html")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path=out) from error
    write_json(matrix_as_json(tables, about), out / "matrix.json")
    click.echo(f"written to {shown_path(out)}: {', '.join(written)}")
    if not has_extra():
        click.echo("no matrix.html: it needs pip install 'crs-simcheck[report]'")
