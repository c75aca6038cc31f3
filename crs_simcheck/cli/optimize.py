"""``crs-simcheck optimize``: a better prompt for one task, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crs_simcheck.cli.exits import DRIFTED, FINE, UNDECIDED
from crs_simcheck.cli.options import task_option
from crs_simcheck.cli.output import minutes_text
from crs_simcheck.cli.project import project_here

if TYPE_CHECKING:
    from crs_simcheck.optimize import LoopSettings, Optimized
    from crs_simcheck.project import SimulatorSettings
    from crs_simcheck.project.optimizing import OptimizeRun
    from crs_simcheck.records import TaskName

__all__ = ["optimize"]


@click.command()
@click.argument("prompt", metavar="PROMPT.md|SIMULATOR")
@task_option(help="Of a simulator: the task whose prompt is rewritten.")
@click.option("--config", metavar="FILE", help="Settings (default: simcheck.toml in this folder).")
@click.option(
    "--optimizer",
    type=click.Choice(["loop", "gepa"]),
    default="loop",
    show_default=True,
    help="One prompt after the other, or GEPA: those that are best at any metric.",
)
@click.option("--steps", type=click.IntRange(1, 100), default=3, show_default=True, metavar="T")
@click.option("--batch", type=click.IntRange(1), default=100, show_default=True, metavar="B")
@click.option("--fixed-batch", "fixed", is_flag=True, help="Look at the same seekers in each step.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--most-tokens", type=click.IntRange(1), default=2048, show_default=True)
@click.option("--trade-off", multiple=True, metavar="METRIC", help="May leave its range.")
@click.option(
    "--editor",
    type=click.Choice(["textgrad", "direct", "rules"]),
    help="Who rewrites: TextGrad, our own two requests, or a rule for the embedded engine "
    "(default: textgrad, direct with GEPA, or rules where the engine is embedded).",
)
@click.option("--backward", metavar="ENGINE", help="Says what to improve (default: the engine).")
@click.option("--rewriter", metavar="ENGINE", help="Writes sections anew (default: the same).")
@click.option(
    "--evaluator",
    type=click.Choice(["numeric", "llm"]),
    default="numeric",
    show_default=True,
    help="Go by measured scores, or by the number that a model gives.",
)
@click.option("--rater", metavar="ENGINE", help="Gives that number (default: --backward).")
@click.option("--templates", metavar="DIR", help="Your criteria for each task (TASK.md).")
@click.option("--max-calls", type=click.IntRange(1), help="Most requests of the simulator.")
@click.option("--max-tokens", type=click.IntRange(1), help="Most tokens of all engines.")
@click.option("--max-minutes", type=click.FloatRange(0, min_open=True), help="Of this command.")
@click.option("--max-edits", type=click.IntRange(1), help="Most requests of editor and rater.")
@click.option("--max-edit-tokens", type=click.IntRange(1), help="Most tokens of these.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Of the run.")
@click.option("--write", is_flag=True, help="Put the new prompt in the place of the old one.")
@click.option("--dry-run", is_flag=True, help="Ask nothing; print requests and time.")
def optimize(
    prompt: str,
    task: TaskName | None,
    config: str | None,
    out: Path | None,
    most_tokens: int,
    write: bool,
    dry_run: bool,
    **how: Any,
) -> int:
    """Rewrite the Persona and Guidelines of a prompt by what its gates say, as long as it helps.

    The prompt's simulator is asked, measured against people, and its figures turned into feedback;
    an editor rewrites the sections; and so on, T times. Seekers are split by hash: 40 % to tune
    on, 30 % to choose by, 30 % for the report. The result is the best prompt on those to choose
    by, compared seeker by seeker with the old one, or none: exit code 1. Exit code 2: what may be
    spent is spent, and nothing is decided.

    Everything is kept in a folder (default: optimized/SIMULATOR/TASK-HASH, after the prompt). The
    same command goes on where a run was cut off, and asks nothing twice.
    """
    from crs_simcheck.cli.optimize_view import watching
    from crs_simcheck.optimize import LoopSettings
    from crs_simcheck.project.optimize_budget import Limits
    from crs_simcheck.project.optimizing import OptimizeRun

    if how["fixed"] and how["optimizer"] == "gepa":
        raise click.UsageError("GEPA's cohorts are the same in each step; leave --fixed-batch out")
    settings, chosen = _found(prompt, task, config)
    _check_trade_off(how["trade_off"], chosen)
    limits = Limits(how["max_calls"], how["max_tokens"], how["max_minutes"])
    loop = LoopSettings(
        **{key: how[key] for key in ("steps", "batch", "fixed", "seed", "trade_off")},
        least_seekers=settings.least_seekers,
    )
    run = OptimizeRun(settings, chosen, out, limits)
    if dry_run:
        most = run.most_requests(loop, gepa=how["optimizer"] == "gepa")
        click.echo(f"{settings.name} {chosen}: at most {most:,} requests")
        minutes = run.minutes_for(most)
        if minutes is None:
            click.echo("  time:   not measured yet; crs-simcheck record --limit 20 does")
        else:
            click.echo(f"  time:   at most {minutes_text(minutes)} at the last rate, editor apart")
        return FINE
    with watching(run, loop, gepa=how["optimizer"] == "gepa") as (watched, tell):
        return _run(watched, loop, most_tokens, how, write, tell)


def _check_trade_off(names: tuple[str, ...], task: TaskName) -> None:
    """Refuse a name that no metric of the task has: it would allow nothing."""
    from crs_simcheck.errors import UnknownNameError
    from crs_simcheck.metrics import metrics_of

    known = [metric.name for metric in metrics_of(task)]
    for name in names:
        if name not in known:
            raise UnknownNameError(f"metric of {task}", name, known)


def _run(
    run: OptimizeRun,
    loop: LoopSettings,
    most_tokens: int,
    how: Mapping[str, Any],
    write: bool,
    tell: Callable[[str, Any], object],
) -> int:
    """Search, and print what came of it; say how to go on where it is cut off."""
    from crs_simcheck.errors import shown_path
    from crs_simcheck.optimize import BudgetError
    from crs_simcheck.project.optimize_engines import HelperSettings, helpers, search_of
    from crs_simcheck.project.optimize_files import begin, write_result

    helping = HelperSettings(**{one.name: how[one.name] for one in fields(HelperSettings)})
    folder = run.folder
    try:
        with helpers(run, helping) as help_:
            about = {**helping.about, "editor": help_.editor.name, "evaluator": help_.evaluator}
            if begin(folder, {**run.about(loop), **about, "most_tokens": most_tokens}):
                click.echo(f"going on with the run in {shown_path(folder)}")
            search = search_of(run, help_, helping, loop, most_tokens)
            search = replace(search, tell=partial(_tell, folder, tell))
            found = search.run(run.prompt, run.seekers)
            about["spent"] = str(run.budget.spent)
    except BudgetError as error:
        click.echo(f"stopped: {error}")
        click.echo(f"all of it is kept in {shown_path(folder)}; the same command with more goes on")
        return UNDECIDED
    except KeyboardInterrupt:
        if folder.is_dir():
            click.echo(
                f"what was answered is kept in {shown_path(folder)}; the same command goes on",
                err=True,
            )
        raise
    write_result(folder, found, run.prompt, about)
    _print(found, run.settings, about)
    click.echo(f"written to {shown_path(folder / 'report.md')}")
    if found.best is not None and write:
        path = run.write(found, helping.by(about["editor"]), loop.seed)
        click.echo(f"written to {shown_path(path)}")
    return DRIFTED if found.best is None else FINE


def _tell(folder: Path, tell: Callable[[str, Any], object], what: str, of: Any) -> None:
    """Print, and write down, what has been done."""
    from crs_simcheck.project.optimize_files import write_step

    tell(what, of)
    if what == "step":
        write_step(folder, of)
        rated = "" if of.rated is None else f"; {of.rated.sentence}"
        click.echo(
            f"step {of.number}: score {of.evaluation.score:.2f} of 10 on {len(of.seekers)}{rated}"
        )
        for section, problem in of.refused.items():
            click.echo(f"  {section} stays as it is: {problem}")
    elif what == "candidate":
        click.echo(f"after step {of.step}: {of.evaluation.score:.2f}, gain {of.gain:+.2f}")


def _found(
    prompt: str, task: TaskName | None, config: str | None
) -> tuple[SimulatorSettings, TaskName]:
    """Return the simulator and the task that a prompt file, or a simulator's name, stands for."""
    from crs_simcheck.errors import SettingsError, UnknownNameError
    from crs_simcheck.records import TASKS

    project = project_here(config)
    simulators = {s.name: s for s in project.simulators}
    if prompt in simulators:
        if task is None:
            raise click.UsageError("of a simulator, name the task: --task items_talk")
        return simulators[prompt], task
    file = Path(prompt)
    for settings in simulators.values():
        folder = settings.live and settings.live.prompts
        if folder and (settings.folder / folder).resolve() == file.resolve().parent:
            if file.stem not in TASKS:
                raise UnknownNameError("task", file.stem, TASKS)
            return settings, file.stem
    if file.suffix == ".md":
        raise SettingsError(
            f"no simulator has the prompt {prompt}",
            path=project.path,
            fix='its folder is what prompts = "FOLDER" names',
        )
    raise UnknownNameError("simulator", prompt, simulators)


def _print(found: Optimized, settings: SimulatorSettings, about: Mapping[str, str]) -> None:
    """Print the verdicts before and after, on the seekers that served nothing else."""
    after = {} if found.after is None else {v.gate.metric.name: v for v in found.after.verdicts}
    click.echo(f"\non {found.before.verdicts[0].n_seekers} test seekers:")
    for verdict in found.before.verdicts:
        name = verdict.gate.metric.name
        now = after.get(name)
        then = f"{verdict.outcome:12}" if now is not None else verdict.outcome
        click.echo(f"  {name:24} {then}" + ("" if now is None else f" → {now.outcome}"))
    click.echo(
        "no better prompt" if found.best is None else f"better: after step {found.best.step}"
    )
    click.echo(f"spent: {about['spent']}")
    if about["evaluator"] != "numeric":
        click.echo(f"evaluator: {about['evaluator']}; which prompt is better, the gates say")
    if about["editor"] == "rules":
        click.echo("editor by rule: no LLM")
    if settings.live is not None and settings.live.engine == "embedded":
        click.echo("embedded engine: no LLM")
