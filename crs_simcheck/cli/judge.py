"""``crs-simcheck judge``: a sheet for people, a calibration, and people scored by a judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crs_simcheck.cli.exits import FINE, UNDECIDED
from crs_simcheck.cli.progress import progress_bar, steps_of

if TYPE_CHECKING:
    from crs_simcheck.project import ProjectSettings
    from crs_simcheck.project.judge_people import Bench

__all__ = ["judge"]

_F = TypeVar("_F", bound=Callable[..., Any])


@click.group()
def judge() -> None:
    """Find out whether the judge of neg_feedback agrees with people."""


def _judge_options(command: _F) -> _F:
    """Add what says who judges."""
    options = [
        click.option("--config", metavar="FILE", help="Settings (default: simcheck.toml here)."),
        click.option(
            "--simulator",
            "simulators",
            multiple=True,
            metavar="NAME",
            help="The simulator whose judge, and whose answers (default: all of the settings).",
        ),
        click.option(
            "--judge",
            "judges",
            multiple=True,
            metavar="ENGINE",
            help="Who judges instead: ollama:MODEL, openai:MODEL@URL, rules. May be repeated.",
        ),
        click.option("--rubric", metavar="TOML", help="Your rubric (default: the settings')."),
        click.option("--repeats", type=click.IntRange(1), help="Judgements of each answer."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@judge.command()
@click.argument("simulators", nargs=-1, metavar="[SIMULATOR]…")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="CSV")
@click.option("--answers", type=click.IntRange(1), default=100, show_default=True, metavar="N")
@click.option("--raters", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--config", metavar="FILE", help="Settings (default: simcheck.toml in this folder).")
def sheet(
    simulators: tuple[str, ...],
    out: Path,
    answers: int,
    raters: int,
    seed: int,
    config: str | None,
) -> int:
    """Write a sheet of answers for people to score: shuffled, and nobody's name on it.

    With several raters a sheet for each (NAME-1.csv, NAME-2.csv, …): the same answers in another
    order. Beside it stands what raters are told, NAME-guide.txt. What is there is never written
    over. `judge calibrate` reads the sheets back.
    """
    from crs_simcheck.errors import EmptyInputError, InputError
    from crs_simcheck.judge import guide_for, sheet_for
    from crs_simcheck.project.judge_people import runs_of

    runs = runs_of(_project(config), simulators, _warn)
    cases = [case for run in runs for _, case in run.cases]
    if not cases:
        raise EmptyInputError(
            "no simulator has an answer to a film that does not fit",
            fix="record neg_feedback first: crs-simcheck record",
        )
    names = [str(number) for number in range(1, raters + 1)]
    files = {
        out if raters == 1 else out.with_name(f"{out.stem}-{name}{out.suffix}"): sheet_for(
            cases, answers=answers, seed=seed, rater=name
        )
        for name in names
    }
    files[out.with_name(f"{out.stem}-guide.txt")] = guide_for(runs[0].rubric)
    for path in files:
        if path.exists():
            raise InputError(
                "there is such a file; it may hold scores", path=path, fix="choose another name"
            )
    for path, text in files.items():
        # Spreadsheet programs take a file for UTF-8 only where it begins with this mark.
        encoding = "utf-8-sig" if path.suffix == out.suffix else "utf-8"
        path.write_text(text, encoding=encoding, newline="")
        click.echo(f"written to {path}")
    different = len({case.id for case in cases})
    click.echo(f"{min(answers, different):,} of {different:,} different answers")
    return FINE


@judge.command()
@click.argument("simulator")
@click.option("--config", metavar="FILE", help="Settings (default: simcheck.toml in this folder).")
def show(simulator: str, config: str | None) -> int:
    """Show the answers of a simulator with the scores that its judge gave, the lowest first."""
    from crs_simcheck.errors import SettingsError, UnknownNameError
    from crs_simcheck.metrics import metric_named
    from crs_simcheck.project import SimulatorRun
    from crs_simcheck.report import answers_file, behind

    project = _project(config)
    known = {} if project is None else {s.name: s for s in project.simulators}
    if simulator not in known:
        raise UnknownNameError("simulator", simulator, known)
    run = SimulatorRun(known[simulator])
    judging = run.judging
    if judging is None:
        raise SettingsError(
            f"nobody judges simulator '{simulator}'",
            field=f"simulator.{simulator}.judge",
            fix='name a judge: judge = "ollama:MODEL"'
            if run.settings.group is None
            else "it is a group: counts, and no answers to judge",
        )
    if judging.problem is not None:
        raise judging.problem
    click.echo(f"simulator '{simulator}'")
    for note in judging.notes:
        click.echo(note)
    measured, _ = run.measured("neg_feedback")
    source = answers_file(run.settings.source, "neg_feedback")
    for line in behind(metric_named("neg_feedback"), measured, source):
        click.echo(line)
    return FINE


@judge.command()
@click.argument(
    "annotations",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="ANNOTATIONS.csv…",
)
@click.option(
    "-o",
    "--out",
    default="calibration.json",
    show_default=True,
    type=click.Path(path_type=Path),
    metavar="JSON",
)
@click.option("--smooth", is_flag=True, help="Give 0, marked, where scores do not vary.")
@_judge_options
def calibrate(annotations: tuple[Path, ...], out: Path, smooth: bool, **who: Any) -> int:
    """Hold the judge against people's scores, and write down how far they agree.

    Answers that the judge has not scored yet it is asked about; its replies are kept under
    judgements/. A gate names the file:

    neg_feedback = { min = 6, calibration = "calibration.json" }

    Exit code 2 where gates that name it stay inconclusive.
    """
    from crs_simcheck.judge import write_calibration
    from crs_simcheck.project.judge_people import calibrated, runs_of
    from crs_simcheck.report.calibration import calibration_words
    from crs_simcheck.report.words import wrapped

    bench = _bench(**who)
    runs = runs_of(_project(who["config"]), who["simulators"], _warn)
    with progress_bar("calibration") as begin:
        progress = None if begin is None else steps_of(begin)
        found = calibrated(bench, annotations, runs, smooth=smooth, progress=progress)
    write_calibration(found, out)
    for line in calibration_words(found):
        click.echo(line)
    if "rules" in bench.judge.judges:
        click.echo("judge by rule: no LLM")
    problem = found.problem(found.identity, ())
    if problem:
        click.echo(wrapped(f"gates that name it stay inconclusive: {problem}"))
    click.echo(f"written to {out}")
    return UNDECIDED if problem else FINE


@judge.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--kind", default="iard", show_default=True, help="As in baseline build.")
@click.option("--name", help="What the group is called (default: its folder).")
@_judge_options
def people(source: Path, out: Path, kind: str, name: str | None, **who: Any) -> int:
    """Score people's own rejections by your judge, as a group to compare with.

    Nobody knows these people's personas, so that they are scored on A (rejection clarity) and C
    (reformulation) alone. Give it as baseline = { neg_feedback = "DIR" }: reports of neg_feedback
    then show people's A and C beside the simulator's, and rejection_clarity and reformulation can
    be gated against people.
    """
    from crs_simcheck.project.judge_people import judged_people

    bench = _bench(**who)
    with progress_bar("people") as begin:
        progress = None if begin is None else steps_of(begin)
        group = judged_people(bench, source, out, kind=kind, name=name, progress=progress)
    count = len(group.task("neg_feedback").tables["judged"])
    click.echo(f"{count:,} answers of {group.task('neg_feedback').n_seekers:,} people")
    if "rules" in bench.judge.judges:
        click.echo("judge by rule: no LLM")
    click.echo(f"written to {out}")
    return FINE


def _warn(text: str) -> None:
    click.echo(text, err=True)


def _project(config: str | None) -> ProjectSettings | None:
    from crs_simcheck.project import find_settings, read_settings

    path = find_settings(Path(), config)
    return None if path is None else read_settings(path)


def _bench(
    config: str | None,
    simulators: tuple[str, ...],
    judges: tuple[str, ...],
    rubric: str | None,
    repeats: int | None,
) -> Bench:
    from crs_simcheck.project.judge_people import bench_for

    return bench_for(
        _project(config), simulators=simulators, judges=judges, rubric=rubric, repeats=repeats
    )
