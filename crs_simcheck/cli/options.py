"""Options that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from crs_simcheck.errors import SettingsError
from crs_simcheck.records import TASKS, TaskName

__all__ = ["baseline_map", "is_group", "look_options", "source_options", "task_option"]

_F = TypeVar("_F", bound=Callable[..., Any])


def _a_number(
    _context: click.Context, _option: click.Parameter, value: float | None
) -> float | None:
    if value is not None and math.isnan(value):  # lies in every range of click
        raise click.BadParameter("nan is not a number")
    return value


def _plugins(
    _context: click.Context, _option: click.Parameter, files: tuple[str, ...]
) -> tuple[str, ...]:
    if files:
        from crs_simcheck.project.plugins import load_plugin

        for file in files:
            load_plugin(Path(file))
    return files


def source_options(command: _F) -> _F:
    """Add what says how answers are read: catalogue, profiles, broken rows, stars, instruments."""
    options = [
        click.option(
            "--catalogue", metavar="CSV", help="Your films: title,year,genres[,region][,…]."
        ),
        click.option(
            "--profiles", metavar="JSONL", help="Your seekers' histories, to find leaked titles."
        ),
        click.option("--skip-broken", is_flag=True, help="Leave broken rows out and count them."),
        click.option(
            "--like-at",
            type=click.FloatRange(0.5, 5.0),
            callback=_a_number,
            help="Least stars that mean Yes (default: as the baseline was built, or 3.5).",
        ),
        click.option(
            "--aspects", metavar="TOML", help="Your lexicon of aspects (default: that of films)."
        ),
        click.option(
            "--word-vectors",
            metavar="FILE",
            help="Your word vectors (default: those that read the people).",
        ),
        click.option(
            "--sentence-model",
            metavar="NAME_OR_DIR",
            help="Your sentence model (default: the one that read the people).",
        ),
        click.option(
            "--plugin",
            multiple=True,
            metavar="PY",
            expose_value=False,
            is_eager=True,
            callback=_plugins,
            help="Your metrics, as plugins in simcheck.toml names them.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def look_options(command: _F) -> _F:
    """Add what is looked at, and how: metrics, tasks, seekers, seed, draws, which baselines."""
    options = [
        click.option(
            "--metric", "metrics", multiple=True, metavar="NAME", help="Only this metric."
        ),
        task_option(multiple=True, help="Only this task."),
        click.option("--seekers", type=click.IntRange(1), help="Look at this many seekers only."),
        click.option("--seed", type=click.IntRange(0), default=0, show_default=True),
        click.option(
            "--draws",
            type=click.IntRange(100),
            default=1000,
            show_default=True,
            help="How many groups of people are drawn.",
        ),
        click.option(
            "--allow-not-people", is_flag=True, help="Take a baseline that is not of people."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def task_option(**settings: Any) -> Callable[[_F], _F]:
    """Return the option ``--task``."""
    return click.option("--task", type=click.Choice(TASKS), **settings)


def baseline_map(given: tuple[str, ...]) -> dict[str, str]:
    """Return task → baseline from ``NAME`` and ``TASK=NAME`` arguments; ``""`` is every task.

    Raises
    ------
    SettingsError
        Where a task is given twice.
    """
    result: dict[str, str] = {}
    for text in given:
        task, equals, name = text.partition("=")
        key: TaskName | str = task if equals and task in TASKS else ""
        value = name if key else text
        if key in result:
            raise SettingsError(
                f"found two baselines for {key or 'every task'}",
                field="--baseline",
                fix="say which task each is for: --baseline bin_pref=NAME",
            )
        result[key] = value
    return result


def is_group(answers: str) -> bool:
    """Return whether answers are a group (a folder or a shipped name), not response rows."""
    from crs_simcheck.baselines import GROUP_FILE, shipped_names

    path = Path(answers)
    return (path / GROUP_FILE).is_file() or (not path.exists() and answers in shipped_names())
