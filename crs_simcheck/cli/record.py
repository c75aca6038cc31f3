"""``crs-simcheck record``: ask simulators what is not recorded yet."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from crs_simcheck.cli.exits import BAD_INPUT, FINE
from crs_simcheck.cli.output import minutes_text
from crs_simcheck.cli.progress import progress_bar, steps_of
from crs_simcheck.cli.project import project_here

if TYPE_CHECKING:
    from crs_simcheck.gate.sequential import Look
    from crs_simcheck.project import SimulatorRun, SimulatorSettings
    from crs_simcheck.project.live import LiveRun
    from crs_simcheck.project.live_settings import RecordMode, Stop
    from crs_simcheck.project.record import Estimate, Recorded

__all__ = ["record"]


@click.command()
@click.argument("simulators", nargs=-1, metavar="[SIMULATOR]…")
@click.option("--config", metavar="FILE", help="Settings (default: simcheck.toml in this folder).")
@click.option("--all", "again", is_flag=True, help="Ask everything again, not what is missing.")
@click.option("--dry-run", is_flag=True, help="Ask nothing; print calls, tokens and time.")
@click.option("--prune", is_flag=True, help="Remove recorded answers that nothing asks for.")
@click.option("--engine", metavar="ENGINE", help="Where to ask: the same model on other hosts.")
@click.option("--seekers", type=click.IntRange(1), metavar="N", help="Ask N seekers only.")
@click.option(
    "--sequential",
    "stop",
    flag_value="first-drift",
    help="Ask in blocks, until every gate has decided or one has drifted.",
)
@click.option(
    "--every-gate",
    "stop",
    flag_value="every-gate",
    help="The same, but go on where one has drifted until every gate has decided.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Ask at most N requests.")
@click.option(
    "--probe",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    metavar="N",
    help="Ask N requests once more: does the same seed give the same text?",
)
def record(
    simulators: tuple[str, ...],
    config: str | None,
    again: bool,
    dry_run: bool,
    prune: bool,
    engine: str | None,
    seekers: int | None,
    stop: Stop | None,
    limit: int | None,
    probe: int,
) -> int:
    """Ask the simulators of simcheck.toml what is not recorded yet, and keep the answers.

    They are kept under recordings/SIMULATOR; commit that folder, and `pytest --crs-simcheck`
    replays them without an engine. Kill it when you like: the same command asks only for the rest.
    Where a simulator has a judge, it is asked about the answers next; what it replies is kept under
    judgements/SIMULATOR.
    """
    if prune and seekers is not None:
        raise click.UsageError(
            "--prune with --seekers would remove the answers of the other seekers; leave one out"
        )
    from crs_simcheck.project import SimulatorRun
    from crs_simcheck.project.record import estimate

    failed = 0
    mode: RecordMode = "all" if again else "new"
    for chosen in _chosen(simulators, config):
        live = chosen.live
        settings = replace(
            chosen,
            seekers=seekers or chosen.seekers,
            live=live
            and replace(
                live, engine_at=engine, partial=seekers is not None, stop=stop or live.stop
            ),
        )
        whole = SimulatorRun(settings)
        run = whole.live
        judge = partial(_judge, settings, again, dry_run, prune)
        if run is None:
            failed += judge()
            continue
        _check_blocks(run, prune or limit is not None)
        if dry_run:
            _print_estimate(run, estimate(run, mode, limit))
            judge()
            continue
        if run.live.stop is not None:
            _in_blocks(whole, mode, probe)
        else:
            failed += _at_once(run, mode, prune, limit, probe)
        if limit is None:
            failed += judge()
        elif settings.judge is not None:
            click.echo(f"{settings.name}: judged when it is recorded without --limit")
    return BAD_INPUT if failed else FINE


def _check_blocks(run: LiveRun, cut: bool) -> None:
    """Refuse what asking in blocks has no use for."""
    if cut and run.live.stop is not None:
        raise click.UsageError(
            f"{run.settings.name} is asked in blocks: that stops by itself, and what it leaves "
            "unasked is no leftover; leave out --prune and --limit"
        )


def _at_once(run: LiveRun, mode: RecordMode, prune: bool, limit: int | None, probe: int) -> int:
    """Ask what is missing, print what came of it, and return how many got no answer."""
    from crs_simcheck.project.record import record as run_recording

    with progress_bar(run.settings.name) as progress:
        done = run_recording(
            run,
            mode,
            prune=prune,
            limit=limit,
            probe=probe,
            progress=progress,
            say=lambda text: click.echo(text, err=True),
        )
    _print(run, done)
    return 0 if done.collected is None else done.collected.failed


def _in_blocks(run: SimulatorRun, mode: RecordMode, probe: int) -> None:
    """Ask block by block until it is decided, and print what each block came to."""
    from crs_simcheck.project.record import record as run_recording
    from crs_simcheck.report import wrapped

    def ask(block: LiveRun, look: Look) -> None:
        with progress_bar(f"{block.settings.name}, {look}") as progress:
            done = run_recording(
                block,
                mode,
                probe=0 if look.place else probe,
                progress=progress,
                say=lambda text: click.echo(text, err=True),
            )
        if done.collected is not None:
            click.echo(f"{look}")
            _print_collected(block.settings.name, done)

    stopped = run.in_blocks(ask).stopped
    click.echo(wrapped(f"{run.settings.name}: {stopped}"))


def _chosen(names: tuple[str, ...], config: str | None) -> list[SimulatorSettings]:
    from crs_simcheck.errors import SettingsError, UnknownNameError

    project = project_here(config)
    live = {s.name: s for s in project.simulators if s.live is not None or s.judge is not None}
    for name in names:
        if name not in live:
            if any(s.name == name for s in project.simulators):
                raise SettingsError(
                    f"simulator '{name}' is not asked: its answers are given, and nobody judges it",
                    path=project.path,
                    fix='one with prompts = "…" or python = "…" is asked; judge = "…" judges',
                )
            raise UnknownNameError("simulator", name, live)
    if not live:
        raise SettingsError(
            "no simulator is asked: all answers are given",
            path=project.path,
            fix='give a simulator prompts = "FOLDER" and an engine, or python = "module:function"',
        )
    return [live[name] for name in dict.fromkeys(names)] if names else list(live.values())


def _judge(settings: SimulatorSettings, again: bool, dry_run: bool, prune: bool) -> int:
    """Have the answers judged where the simulator has a judge, and print what came of it.

    Returns how many judgements the judge's engine failed to give.
    """
    if settings.judge is None:
        return 0
    from crs_simcheck.errors import UnrecordedError, shown_path
    from crs_simcheck.project import SimulatorRun
    from crs_simcheck.project.judge_record import record_judgements

    name = settings.name
    try:
        run = SimulatorRun(settings).judging
        if run is None or not run.asked:
            click.echo(f"{name}: no answer to a film that does not fit; nothing to judge")
            return 0
    except UnrecordedError as error:
        # Some answers are still to be asked for: they are judged when they are there.
        click.echo(f"{name}: judged when all answers are there; {str(error).splitlines()[0]}")
        return 0
    if dry_run:
        todo = sum(map(len, (one.judgements for one in run.judged))) if again else run.to_ask
        click.echo(f"{name}: {todo:,} judgements by {run.identity}")
        return 0
    with progress_bar(f"{name} judged") as progress:
        done = record_judgements(
            run,
            "all" if again else "new",
            prune=prune,
            progress=None if progress is None else steps_of(progress),
            say=lambda text: click.echo(text, err=True),
        )
    lacking = f"; no score for {done.missing:,}" if done.missing else ""
    if done.asked:
        click.echo(
            f"{name}: {done.answers:,} answers judged by {run.identity}, "
            f"{done.asked:,} requests{lacking}"
        )
    else:
        click.echo(f"{name}: nothing to judge; all {done.answers:,} answers are judged{lacking}")
    why = next((one.missing for one in run.judged if one.failed), "")
    if done.pruned:
        click.echo(f"  {done.pruned:,} replies of judges that nothing asks for were removed")
    elif done.unused and settings.seekers is None:
        click.echo(f"  {done.unused:,} replies are asked for by nothing; --prune removes them")
    if done.failed:
        click.echo(f"  {done.failed:,} judgements failed: {why}; the same command asks again")
    click.echo(f"  {shown_path(done.folder)}")
    return done.failed


def _print_estimate(run: LiveRun, found: Estimate) -> None:
    name = run.settings.name
    if run.live.stop is not None:
        click.echo(f"{name}: asked in blocks; where none stops it, it takes")
    if not found.calls:
        click.echo(f"{name}: nothing to ask; all {len(run.planned):,} answers are recorded")
        return
    tasks = ", ".join(f"{task} {count:,}" for task, count in found.by_task.items())
    click.echo(f"{name}: {found.calls:,} calls ({tasks})")
    how = "as such answers had before" if found.measured else "at most (num_predict)"
    click.echo(
        f"  tokens: at most {found.prompt_tokens:,} of prompts, {found.tokens:,} of answers, {how}"
    )
    if found.minutes is None:
        click.echo("  time:   not measured yet; record some first: --limit 20")
    else:
        click.echo(
            f"  time:   about {minutes_text(found.minutes)} at the rate of the last recording"
        )


def _print(run: LiveRun, done: Recorded) -> None:
    from crs_simcheck.errors import shown_path
    from crs_simcheck.project.conduct import conduct_line

    name, collected = run.settings.name, done.collected
    for cut in done.cut:
        click.echo(f"note: {cut}")
    if collected is None:
        click.echo(f"{name}: nothing to ask; all {done.planned:,} answers are recorded")
    else:
        _print_collected(name, done)
        line = conduct_line(run.answers)
        if line:
            click.echo(f"  {line}")
    if run.engine is not None and run.engine.kind == "embedded":
        click.echo("  embedded engine: no LLM")
    if done.pruned:
        click.echo(f"  {done.pruned:,} answers that nothing asks for were removed")
    elif done.unused:
        click.echo(
            f"  {done.unused:,} recorded answers are asked for by nothing; --prune removes them"
        )
    click.echo(f"  {shown_path(done.folder)}: {done.planned:,} answers needed")


def _print_collected(name: str, done: Recorded) -> None:
    """Print what came of asking, where anybody was asked."""
    collected = done.collected
    if collected is not None:
        about = collected.about
        click.echo(
            f"{name}: {collected.answered:,} of {done.asked:,} requests answered by {about.model}"
            + (f" ({about.digest[:19]}…)" if about.digest else "")
            + (f", {collected.tokens:,} tokens" if collected.tokens else "")
            + (f", {collected.retries:,} retries" if collected.retries else "")
        )
        for line in collected.failures:
            click.echo(f"  no answer: {line}")
        if collected.failed > len(collected.failures):
            click.echo(f"  and {collected.failed - len(collected.failures):,} more without answer")
        if collected.differing:
            click.echo(
                f"  {collected.differing} of {collected.probed} requests gave another text when "
                "asked again with the same seed: a recording made again will differ"
            )
        if done.replaced_meanwhile:
            click.echo(
                "  the model was replaced while it was asked: nobody knows which answers are of "
                f"which; ask all again: crs-simcheck record {name} --all"
            )
        if done.changed_digest is not None:
            click.echo(
                f"  the model has changed: answers from before are of {', '.join(done.digests)}; "
                f"now it is {done.changed_digest}. Ask all again: crs-simcheck record {name} --all"
            )
