"""The commands of ``crs-simcheck``."""

from __future__ import annotations

from importlib.metadata import version

import click

from crs_simcheck.cli.accept import accept
from crs_simcheck.cli.baseline import baseline
from crs_simcheck.cli.check import check
from crs_simcheck.cli.compare import compare
from crs_simcheck.cli.controls import controls
from crs_simcheck.cli.doctor import doctor
from crs_simcheck.cli.init import init
from crs_simcheck.cli.judge import judge
from crs_simcheck.cli.matrix import matrix
from crs_simcheck.cli.optimize import optimize
from crs_simcheck.cli.power import power
from crs_simcheck.cli.profiles import profiles
from crs_simcheck.cli.record import record
from crs_simcheck.cli.show import show
from crs_simcheck.cli.vectors import vectors

__all__ = ["app"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("crs-simcheck"), prog_name="crs-simcheck")
def app() -> None:
    """Tell whether a user simulator behaves like people, and whether a change broke it.

    Exit codes: 0 fine, 1 drifted or worse, 2 undecided, 3 bad input or usage, 130 interrupted.
    """


app.add_command(init)
app.add_command(check)
app.add_command(doctor)
app.add_command(compare)
app.add_command(accept)
app.add_command(show)
app.add_command(baseline)
app.add_command(controls)
app.add_command(record)
app.add_command(profiles)
app.add_command(judge)
app.add_command(optimize)
app.add_command(matrix)
app.add_command(power)
app.add_command(vectors)
