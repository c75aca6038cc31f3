"""``crs-simcheck power``: how many seekers to ask."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crs_simcheck.cli.exits import FINE
from crs_simcheck.cli.options import task_option
from crs_simcheck.cli.project import chosen_simulators, project_here
from crs_simcheck.records import TaskName

if TYPE_CHECKING:
    from crs_simcheck.project.planning import GatePlan

__all__ = ["power"]


@click.command()
@click.option("--baseline", metavar="NAME_OR_DIR", help="The people; by default your settings'.")
@click.option("--config", metavar="FILE", help="Settings (default: simcheck.toml in this folder).")
@click.option("--simulator", "names", multiple=True, metavar="NAME", help="Only this simulator.")
@task_option(multiple=True, help="Only this task.")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Only this metric.")
@click.option(
    "--margin",
    "margins",
    multiple=True,
    metavar="METRIC=VALUE",
    help="A margin of yours, in the unit of the metric (with --baseline).",
)
@click.option("--n", "sizes", metavar="N,N,…", help="Numbers of seekers (default: 20,50,…,500).")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--draws",
    type=click.IntRange(100),
    default=500,
    show_default=True,
    help="How many groups of people are drawn of each size.",
)
@click.option("--allow-not-people", is_flag=True, help="Take a baseline that is not of people.")
@click.option("--json", "json_file", metavar="FILE", help="Write the figures as JSON; - prints.")
@click.option("--plot", metavar="FILE", help="Draw them: FILE.svg or FILE.png.")
@click.option(
    "--width", type=click.IntRange(60), default=None, help="Columns (default: the terminal's)."
)
def power(
    baseline: str | None,
    config: str | None,
    names: tuple[str, ...],
    task: tuple[TaskName, ...],
    metrics: tuple[str, ...],
    margins: tuple[str, ...],
    sizes: str | None,
    seed: int,
    draws: int,
    allow_not_people: bool,
    json_file: str | None,
    plot: str | None,
    width: int | None,
) -> int:
    """Say what drift each gate will see with n seekers, and how often it will be wrong.

    With --baseline for every metric; without, for the gates of simcheck.toml, and whether the
    seekers that a simulator has now can see a drift of one margin.
    """
    from crs_simcheck.errors import SettingsError

    if baseline is not None and (config is not None or names):
        raise click.UsageError("--baseline needs no settings: leave out --config and --simulator")
    if baseline is None and margins:
        raise click.UsageError("the margins are those of your settings; --margin needs --baseline")
    wanted = _sizes(sizes)
    if plot is not None:
        from crs_simcheck.report.power import check_plot, power_plot

        check_plot(Path(plot))
    if baseline is not None:
        plans = _of_baseline(
            baseline, task, metrics, _margins(margins), wanted, seed, draws, allow_not_people
        )
    else:
        plans = list(_of_project(config, names, wanted, draws))
        plans = [p for p in plans if not task or p.spec.task in task]
        plans = [p for p in plans if not metrics or p.spec.metric.name in metrics]
    if not plans:
        raise SettingsError("no gate is left", fix="look at --simulator, --task and --metric")
    if json_file != "-":
        _print(plans, width)
    if json_file is not None:
        _write_json(plans, json_file)
    if plot is not None:
        power_plot({_heading(p): p.outlooks for p in plans}, Path(plot))
    return FINE


def _sizes(given: str | None) -> tuple[int, ...]:
    from crs_simcheck.project.planning import SIZES

    if given is None:
        return SIZES
    parts = [part.strip() for part in given.split(",")]
    if not all(part.isascii() and part.isdigit() and 0 < int(part) <= 10**6 for part in parts):
        raise click.BadParameter(f"found {given!r}, need numbers from 1, as in 20,50,100")
    return tuple(sorted({int(part) for part in parts}))


def _margins(given: tuple[str, ...]) -> dict[str, float]:
    from crs_simcheck.metrics import metric_named

    margins: dict[str, float] = {}
    for text in given:
        name, equals, value = text.partition("=")
        try:
            margin = float(value)
        except ValueError:
            margin = math.nan
        if not equals or not math.isfinite(margin):
            raise click.BadParameter(f"--margin: found {text!r}, need METRIC=VALUE")
        margins[metric_named(name).name] = margin
    return margins


def _of_baseline(
    name: str,
    tasks: tuple[TaskName, ...],
    metrics: tuple[str, ...],
    margins: dict[str, float],
    sizes: tuple[int, ...],
    seed: int,
    draws: int,
    allow_not_people: bool,
) -> list[GatePlan]:
    from crs_simcheck.baselines import load_baseline
    from crs_simcheck.errors import SettingsError
    from crs_simcheck.gate import Settings
    from crs_simcheck.metrics import metric_named
    from crs_simcheck.project.planning import plan_of_baseline

    people = load_baseline(name)
    if people.speakers != "people":
        if not allow_not_people:
            raise SettingsError(
                f"baseline '{people.name}' is not of people but of a {people.speakers} group",
                field="--baseline",
                fix="give a baseline of people, or --allow-not-people",
            )
        click.echo(f"baseline '{people.name}' is not people: {people.speakers}", err=True)
    return plan_of_baseline(
        people,
        tasks=tasks,
        metrics=[metric_named(metric).name for metric in metrics],
        margins=margins,
        sizes=sizes,
        settings=Settings(seed, draws),
    )


def _of_project(
    config: str | None, names: tuple[str, ...], sizes: tuple[int, ...], draws: int
) -> Iterator[GatePlan]:
    from crs_simcheck.project.planning import plan_of_simulator

    project = project_here(config, "give --baseline NAME, or --config FILE")
    for simulator in chosen_simulators(project, names):
        yield from plan_of_simulator(simulator, sizes, draws)


def _heading(plan: GatePlan) -> str:
    """Return whose gate it is, and its margin in its own unit."""
    from crs_simcheck.report import amount

    metric, spec = plan.spec.metric, plan.spec
    who = "" if plan.simulator is None else f"{plan.simulator} · "
    margin = next((o.margin for o in plan.outlooks if o.margin is not None), None)
    told = "" if margin is None else f" (margin {amount(metric, margin)})"
    return f"{who}{spec.task} · {metric.name}{told}"


def _print(plans: list[GatePlan], width: int | None) -> None:
    import shutil
    import sys
    from functools import partial
    from textwrap import fill

    from crs_simcheck.report.power import power_table

    columns = width or max(80, min(shutil.get_terminal_size().columns, 120))
    wrapped = partial(fill, width=columns, subsequent_indent="  ")
    color = sys.stdout is not None and sys.stdout.isatty()
    shown = [plan for plan in plans if not plan.reason]
    gates = [(_heading(plan), [o for o in plan.outlooks if o.power]) for plan in shown]
    if gates:
        click.echo(power_table(gates, width=columns, color=color), color=color)
    for line in _left_out(plans):
        click.echo(wrapped(line))
    for plan in plans:
        if plan.present is not None:
            click.echo(wrapped(_now(plan)))
    click.echo(
        wrapped(
            "range: how far it reaches from people's value. least drift: what is found 4 times of "
            "5, from people's value. drifted, not within: how often a simulator that is like "
            "people is called so; for a rate below an end, one that shows no event."
        )
    )


def _left_out(plans: list[GatePlan]) -> Iterator[str]:
    """Yield what cannot be said, and of which gates."""
    missing: dict[tuple[str, str], list[str]] = {}
    for plan in plans:
        name = f"{plan.spec.metric.name} in {plan.spec.task}"
        if plan.reason:
            yield f"nothing to say of {name}: {plan.reason}"
            continue
        without: dict[str, list[str]] = {}
        for outlook in plan.outlooks:
            if outlook.power is None:
                without.setdefault(outlook.reason, []).append(f"{outlook.n:,}")
        for reason, sizes in without.items():
            missing.setdefault((", ".join(sizes), reason), []).append(name)
    for (left, reason), gates in missing.items():
        yield f"left out: {left} seekers, for {reason}: {', '.join(dict.fromkeys(gates))}"


def _now(plan: GatePlan) -> str:
    """Return whether the seekers that there are now can see a drift of one margin."""
    from crs_simcheck.report import amount

    now, metric = plan.present, plan.spec.metric
    assert now is not None
    who = f"{plan.simulator}, {plan.spec.task}, {metric.name}: {now.n:,} seekers"
    if now.power is None:
        return f"{who}: {now.reason}"
    found = amount(metric, now.power.past_end)
    can = "can see" if now.sees_margin else "CANNOT see"
    margin = amount(metric, now.margin)
    return f"{who} {can} a drift of one margin ({margin}) past the range; the least is {found}"


def _write_json(plans: list[GatePlan], file: str) -> None:
    import json

    from crs_simcheck.errors import InputError

    text = json.dumps(
        {"gates": [plan.as_json() for plan in plans]}, indent=2, ensure_ascii=False, allow_nan=False
    )
    if file == "-":
        click.echo(text)
        return
    try:
        Path(file).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", path=file) from error
