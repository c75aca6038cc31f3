"""``crs-simcheck init``: a repository that gates a simulator, from nothing."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from crs_simcheck.cli.exits import BAD_INPUT, FINE
from crs_simcheck.cli.progress import progress_bar

__all__ = ["init"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option(
    "--engine",
    default="embedded",
    show_default=True,
    metavar="ENGINE",
    help="Whom to ask, such as ollama:MODEL; embedded is made of rules, and no language model.",
)
@click.option(
    "--untuned", is_flag=True, help="Prompts that say what is asked and nothing more; they drift."
)
def init(folder: Path, engine: str, untuned: bool) -> int:
    """Write settings, prompts for five tasks, seekers and a test into FOLDER (default: here).

    Nothing that is there is overwritten. With the embedded engine the answers are recorded at
    once, so that `pytest --crs-simcheck` has something to say.
    """
    from crs_simcheck.engines.named import parse_engine
    from crs_simcheck.errors import shown_path
    from crs_simcheck.project.starting import starter_files, write_starter

    spec = parse_engine(engine)
    files = starter_files(engine, untuned=untuned)
    write_starter(folder, files)
    for name in files:
        click.echo(f"  {shown_path(folder / name)}")
    failed = _recorded(folder) if spec.kind == "embedded" else 0
    here = "" if folder == Path() else f"cd {shlex.quote(shown_path(folder))} && "
    if spec.kind == "embedded":
        click.echo(f"\nnow:  {here}pytest --crs-simcheck")
        click.echo("then: edit a prompt, and see what the same command says; read simcheck.toml")
        click.echo("embedded engine: no LLM, and no evidence about any")
    else:
        click.echo(f"\nnow:  {here}crs-simcheck record && pytest --crs-simcheck")
    return BAD_INPUT if failed else FINE


def _recorded(folder: Path) -> int:
    """Record the simulators of a folder; return how many answers are missing."""
    from crs_simcheck.errors import shown_path
    from crs_simcheck.project import SETTINGS_FILE, SimulatorRun, read_settings
    from crs_simcheck.project.record import record

    failed = 0
    for settings in read_settings(folder / SETTINGS_FILE).simulators:
        run = SimulatorRun(settings)
        assert run.live is not None
        with progress_bar(settings.name) as progress:
            done = record(run.live, "new", progress=progress)
        failed += 0 if done.collected is None else done.collected.failed
        click.echo(f"  {shown_path(done.folder)} ({done.planned:,} answers)")
    return failed
