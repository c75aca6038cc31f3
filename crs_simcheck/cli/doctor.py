"""``crs-simcheck doctor``: what may be wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from crs_simcheck.cli.exits import DRIFTED, FINE
from crs_simcheck.cli.output import write_json
from crs_simcheck.cli.project import chosen_simulators, project_here

if TYPE_CHECKING:
    from crs_simcheck.project.doctor import Finding

__all__ = ["doctor"]

_SIGNS = {"fine": "ok     ", "note": "note   ", "problem": "PROBLEM"}


@click.command()
@click.argument("simulators", nargs=-1)
@click.option("--config", metavar="FILE", help="Settings file (default: simcheck.toml here).")
@click.option("--offline", is_flag=True, help="Ask no engine.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(simulators: tuple[str, ...], config: str | None, offline: bool, as_json: bool) -> int:
    """Look at engine, seed, prompts, recordings, people and instruments; say what to do.

    Each simulator of simcheck.toml, or those named. Its engine is asked who it is, and one short
    request twice. Exit 0: no problem (notes may be meant so); 1: something will fail.
    """
    from crs_simcheck.project.doctor import examine, examine_installation

    chosen = chosen_simulators(project_here(config, "crs-simcheck init writes one"), simulators)
    found: dict[str, list[Finding]] = {"": list(examine_installation())}
    _print(found[""], "", as_json)
    for one in chosen:
        found[one.name] = list(examine(one, ask=not offline))
        _print(found[one.name], one.name, as_json)
    problems = sum(one.level == "problem" for some in found.values() for one in some)
    if as_json:
        document = {
            "format": 1,
            "installation": [one.as_json() for one in found.pop("")],
            "simulators": {name: [one.as_json() for one in some] for name, some in found.items()},
        }
        write_json(document, "-")
    else:
        click.echo("no problem" if not problems else f"problems: {problems}")
    return DRIFTED if problems else FINE


def _print(found: Iterable[Finding], name: str, as_json: bool) -> None:
    """Print what was found of a simulator, each thing with what to do."""
    from crs_simcheck.report import wrapped

    if as_json:
        return
    if name:
        click.echo(name)
    for one in found:
        click.echo(wrapped(f"{_SIGNS[one.level]} {one.subject}: {one.told}", "  "))
        if one.fix:
            click.echo(wrapped(f"-> {one.fix}", "          "))
