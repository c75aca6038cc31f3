"""What pytest loads at every start: options and a marker; the rest only with ``--crs-simcheck``.

This module must stay cheap: it is imported in every pytest run of every environment that has
crs-simcheck, also where nobody asked for it. All the work is in ``pytest_crs_simcheck.gates``.
"""

from __future__ import annotations

import pytest

_CONFIG = "--simcheck-config"
_FIRST_DRIFT = "ask seekers in blocks, until every gate has decided or one has drifted"
_EVERY_GATE = "the same, but go on where one has drifted, until every gate has decided"
_BLOCKS = (
    ("--simcheck-sequential", "first-drift", _FIRST_DRIFT),
    ("--simcheck-every-gate", "every-gate", _EVERY_GATE),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; every one but the switch begins with ``--simcheck-``."""
    group = parser.getgroup("crs-simcheck", "user simulators against people (crs-simcheck)")
    group.addoption(
        "--crs-simcheck",
        action="store_true",
        dest="simcheck_on",
        help="run the gates of simcheck.toml (or [tool.crs-simcheck] of pyproject.toml)",
    )
    group.addoption(
        _CONFIG,
        dest="simcheck_config",
        metavar="FILE",
        help="the settings file, instead of the simcheck.toml of the root folder",
    )
    group.addoption(
        "--simcheck-inconclusive",
        dest="simcheck_inconclusive",
        choices=("fail", "warn"),
        help="what an inconclusive verdict does (default: fail)",
    )
    group.addoption(
        "--simcheck-seekers",
        dest="simcheck_seekers",
        type=int,
        metavar="N",
        help="look at N seekers of each simulator only",
    )
    group.addoption(
        "--simcheck-record",
        dest="simcheck_record",
        choices=("none", "new", "all"),
        help="ask simulators that have prompts: none replays recordings only, new asks what is "
        "not recorded, all asks everything again (default: none)",
    )
    group.addoption(
        "--simcheck-engine",
        dest="simcheck_engine",
        metavar="ENGINE",
        help="where to ask: the same model at other hosts, such as ollama:MODEL@HOST1,HOST2",
    )
    for flag, stop, what in _BLOCKS:
        group.addoption(
            flag, dest="simcheck_sequential", action="store_const", const=stop, help=what
        )
    parser.addini("simcheck_config", "the settings file of crs-simcheck", default="")
    parser.addini("simcheck_inconclusive", "fail or warn (crs-simcheck)", default="fail")
    parser.addini("simcheck_record", "none, new or all (crs-simcheck)", default="none")
    parser.addini(
        "simcheck_sequential", "first-drift or every-gate; all at once by default", default=""
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; with ``--crs-simcheck``, the gates."""
    config.addinivalue_line("markers", "simcheck: a gate of simcheck.toml (crs-simcheck)")
    if config.getoption("simcheck_on"):
        from pytest_crs_simcheck.imports import quick_imports

        with quick_imports():
            from pytest_crs_simcheck.gates import GatePlugin

        config.pluginmanager.register(GatePlugin(config), "crs-simcheck-gates")
