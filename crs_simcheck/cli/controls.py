"""``crs-simcheck controls``: try the gate on simulators whose fault is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crs_simcheck.cli.exits import DRIFTED, FINE, UNDECIDED
from crs_simcheck.cli.options import task_option
from crs_simcheck.records import TaskName

if TYPE_CHECKING:
    from crs_simcheck.baselines import Group
    from crs_simcheck.catalogue import Catalogue
    from crs_simcheck.controls import Control
    from crs_simcheck.gate import Verdict

__all__ = ["controls"]


@click.command()
@click.option("--baseline", required=True, metavar="NAME_OR_DIR", help="Whom controls are made of.")
@click.option("--catalogue", metavar="CSV", help="Your films.")
@click.option("--control", "names", multiple=True, metavar="NAME", help="Only this one.")
@task_option(multiple=True, help="Only this task.")
@click.option("--seekers", type=click.IntRange(20), default=100, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--write", "folder", metavar="DIR", help="Write their answers (NAME.jsonl) and profiles here."
)
def controls(
    baseline: str,
    catalogue: str | None,
    names: tuple[str, ...],
    task: tuple[TaskName, ...],
    seekers: int,
    seed: int,
    folder: str | None,
) -> int:
    """Try the gate on simulators whose fault is known: people, popular, eager, parrot, echo.

    The control 'people' must be within; every other must drift in what is wrong with it.
    Exit 0: all as expected; 1: not; 2: nothing is wrong, and not all is decided.
    """
    import numpy as np

    from crs_simcheck.baselines import load_baseline
    from crs_simcheck.catalogue import read_catalogue
    from crs_simcheck.controls import CONTROLS, make_control
    from crs_simcheck.errors import InputError

    group = load_baseline(baseline)
    if task:
        group = group.with_tasks({name: group.task(name) for name in task})
    films = None if catalogue is None else read_catalogue(catalogue)
    if group.speakers != "people":
        click.echo(f"baseline '{group.name}' is not people: {group.speakers}")
    surprises = undecided = tried = 0
    for place, name in enumerate(CONTROLS):
        if names and name not in names:
            continue
        try:
            control = make_control(
                name, group, seekers, np.random.default_rng([seed, place]), films
            )
        except InputError as error:
            click.echo(f"{name:8} left out: {error}")
            continue
        if folder is not None:
            _write(control, Path(folder))
        verdicts = _verdicts(control, group, films)
        wrong, open_ = _print(control, verdicts)
        surprises, undecided = surprises + wrong, undecided + open_
        tried += 1
    _check_tried(names, tried, group)
    if surprises:
        click.echo(f"{surprises} not as expected")
        return DRIFTED
    if undecided:
        click.echo(f"{undecided} undecided: {seekers} seekers are too few; ask for 100 or more")
        return UNDECIDED
    click.echo("all as expected")
    return FINE


def _check_tried(names: Iterable[str], tried: int, group: Group) -> None:
    """Raise where there is no such control, or none could be made."""
    from crs_simcheck.controls import CONTROLS
    from crs_simcheck.errors import InputError, UnknownNameError

    unknown = set(names) - set(CONTROLS)
    if unknown:
        raise UnknownNameError("control", ", ".join(sorted(unknown)), CONTROLS)
    if not tried:
        raise InputError(
            f"no control can be made of '{group.name}': it holds neither films that people named "
            "nor their answers to films",
            fix="give another baseline",
        )


def _verdicts(
    control: Control, group: Group, films: Catalogue | None
) -> Mapping[tuple[TaskName, str], Verdict]:
    from crs_simcheck.baselines import measure, measure_group
    from crs_simcheck.gate import Comparison, GateSpec, joint_catalogue
    from crs_simcheck.metrics import metrics_of

    joint = joint_catalogue(films, group)
    histories = {p.seeker: tuple(h.item for h in p.history) for p in control.profiles}
    seen = measure(control.responses, joint.catalogue, histories=histories)
    answered = measure_group(seen, joint.catalogue, name=control.kind.name, speakers="simulator")
    verdicts = {}
    for task in answered.tasks:
        comparison = Comparison(task, answered, group, catalogue=joint)
        for metric in metrics_of(task):
            spec = GateSpec(task, metric)
            if comparison.missing(spec) is None:
                verdicts[task, metric.name] = comparison.verdict(spec)
    return verdicts


def _print(control: Control, verdicts: Mapping[tuple[TaskName, str], Verdict]) -> tuple[int, int]:
    """Print a line for each verdict that matters.

    Returns
    -------
    wrong, undecided:
        How many verdicts are the contrary of what is expected, and how many are inconclusive where
        a verdict is expected: too few seekers are no fault of the gate.
    """
    from crs_simcheck.report import amount, range_words, summary_line

    kind = control.kind
    wrong = undecided = 0
    drifts = {(task, m) for task, metrics in kind.drifts.items() for m in metrics}
    click.echo(f"{kind.name:8} {kind.fault}: {summary_line(v.outcome for v in verdicts.values())}")
    for place, verdict in verdicts.items():
        if drifts and place not in drifts:
            continue
        expected = "drifted" if drifts else "within"
        missed = verdict.outcome != expected
        undecided += verdict.outcome == "inconclusive"
        wrong += missed and verdict.outcome != "inconclusive"
        if missed or drifts:
            metric = verdict.gate.metric
            click.echo(
                f"         {' '.join(place)} {amount(metric, verdict.value)}, "
                f"{range_words(verdict)}: {verdict.outcome}"
                + (f", EXPECTED {expected}" if missed else "")
            )
    return wrong, undecided


def _write(control: Control, folder: Path) -> None:
    from crs_simcheck.profiles import write_profiles
    from crs_simcheck.recordings import write_responses

    folder.mkdir(parents=True, exist_ok=True)
    write_responses(control.responses, folder / f"{control.kind.name}.jsonl")
    write_profiles(control.profiles, folder / f"{control.kind.name}.profiles.jsonl")
