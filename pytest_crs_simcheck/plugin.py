"""What pytest loads at every start: options, markers and the names of fixtures; no more.

This module must stay cheap: it is imported in every pytest run of every environment that has
crs-simcheck, also where nobody asked for it. The gates are in ``pytest_crs_simcheck.gates``, and
come with ``--crs-simcheck``; what the fixtures give is in ``pytest_crs_simcheck.fixtures``, and
comes with the first test that asks for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_crs_simcheck.baseline import HumanBaseline
    from pytest_crs_simcheck.judge import CrsJudge
    from pytest_crs_simcheck.repository import Simcheck
    from pytest_crs_simcheck.simulator import CrsSimulator

_MARKERS = (
    "simcheck: a gate of simcheck.toml (crs-simcheck)",
    "crs_simulator(*names): the simulators that crs_simulator and optimized_simulator stand for; "
    "by default all (crs-simcheck)",
    "human_baseline(*names): the people that human_baseline stands for; by default those of "
    "simcheck.toml (crs-simcheck)",
    "crs_judge(name): the simulator of simcheck.toml whose judge crs_judge is (crs-simcheck)",
)
# Fixtures that are given a parameter, where a marker, the ini file or simcheck.toml says which.
_BY_NAME = ("crs_simulator", "optimized_simulator", "human_baseline", "crs_judge")


# Name, what of simcheck.toml says the same, what it does, and the rest of the flag.
_OPTIONS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "config",
        "",
        "the settings file; by default the simcheck.toml of the root folder, or of the folder "
        "that pytest was started in",
        {"metavar": "FILE"},
    ),
    (
        "record",
        "record in [pytest]",
        "whether simulators and judges are asked; none replays recordings, and what is not "
        "recorded fails; new asks what is not recorded; all asks everything again, once in a run "
        "(default: none)",
        {"choices": ("none", "new", "all")},
    ),
    (
        "engine",
        "engine of a simulator",
        "where to ask; the same model at other hosts, such as ollama:MODEL@HOST1,HOST2",
        {"metavar": "ENGINE"},
    ),
    (
        "seekers",
        "seekers of a simulator",
        "look at N seekers of each simulator only; that is quicker, and decides less",
        {"metavar": "N", "type": int},
    ),
    (
        "inconclusive",
        "inconclusive in [pytest]",
        "what an inconclusive verdict does (default: fail)",
        {"choices": ("fail", "warn")},
    ),
    (
        "sequential",
        "sequential of a simulator",
        "ask seekers in blocks, until every gate has decided or one has drifted; in environment "
        "and ini file: first-drift or every-gate",
        {"action": "store_const", "const": "first-drift"},
    ),
    (
        "report",
        "",
        "write index.html, report.json and summary.md there; needs pip install "
        "'crs-simcheck[report]'",
        {"metavar": "DIR"},
    ),
    (
        "github",
        "github in [pytest]",
        "in GitHub Actions, annotate what failed and add to the summary of the step; off: "
        "never (default: auto)",
        {"choices": ("auto", "off")},
    ),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; every one but the switch begins with ``--simcheck-``."""
    group = parser.getgroup(
        "crs-simcheck",
        "crs-simcheck: are your user simulators like people? (a flag goes before the "
        "environment, that before the ini file, that before simcheck.toml)",
    )
    group.addoption(
        "--crs-simcheck",
        action="store_true",
        dest="simcheck_on",
        help="collect simcheck.toml (or [tool.crs-simcheck] of pyproject.toml): a test for each "
        "simulator, task and gate, such as simcheck.toml::seeker::items_talk::item_entropy. The "
        "fixtures and helpers need no switch [also: addopts]",
    )
    for name, toml, what, settings in _OPTIONS:
        also = f"environment: CRS_SIMCHECK_{name.upper()}; ini: simcheck_{name}"
        group.addoption(
            f"--simcheck-{name}",
            dest=f"simcheck_{name}",
            help=f"{what} [{also}{toml and f'; simcheck.toml: {toml}'}]",
            **settings,
        )
        short = what.partition(";")[0].partition(" (")[0]
        parser.addini(f"simcheck_{name}", f"{short} (crs-simcheck)", default="")
    parser.addini(
        "simcheck_baseline",
        "the people that human_baseline stands for: a shipped name or a folder (crs-simcheck)",
        default="",
    )
    parser.addini(
        "simcheck_simulators",
        "the simulators that crs_simulator stands for; all by default (crs-simcheck)",
        type="args",
    )
    group.addoption(
        "--simcheck-every-gate",
        dest="simcheck_sequential",
        action="store_const",
        const="every-gate",
        help="as --simcheck-sequential, but go on where one has drifted, until every gate has "
        "decided",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; with ``--crs-simcheck``, the gates."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getoption("simcheck_on"):
        from pytest_crs_simcheck.imports import quick_imports

        with quick_imports():
            from pytest_crs_simcheck.gates import GatePlugin

        config.pluginmanager.register(GatePlugin(config), "crs-simcheck-gates")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each simulator (or people, or judge) that its fixture stands for."""
    if any(name in metafunc.fixturenames for name in _BY_NAME):
        from pytest_crs_simcheck.fixtures import parametrize

        parametrize(metafunc)


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> Sequence[str] | None:
    """Have ``assert estimate in target_range`` say what it saw."""
    if op in ("in", "not in") and type(right).__module__.startswith("crs_simcheck."):
        from pytest_crs_simcheck.explain import explained

        return explained(op, left, right, config)
    return None


@pytest.fixture(scope="session")
def simcheck(pytestconfig: pytest.Config) -> Simcheck:
    """Give the configuration: simulators, their gates and verdicts, as simcheck.toml has them."""
    from pytest_crs_simcheck.fixtures import loaded

    return loaded(pytestconfig)


@pytest.fixture(scope="session")
def crs_simulator(request: Any) -> CrsSimulator:
    """Give a simulator: answers, verdicts, a way to ask. A test runs for each; see the marker."""
    from pytest_crs_simcheck.fixtures import simulator_of

    return simulator_of(request)


@pytest.fixture(scope="session")
def optimized_simulator(request: Any) -> CrsSimulator:
    """Give a simulator whose prompts are what 'crs-simcheck optimize --write' wrote, unchanged."""
    from pytest_crs_simcheck.fixtures import optimized_of

    return optimized_of(request)


@pytest.fixture(scope="session")
def human_baseline(request: Any) -> HumanBaseline:
    """Give the people: what a metric is in groups of n of them."""
    from pytest_crs_simcheck.fixtures import baseline_of

    return baseline_of(request)


@pytest.fixture(scope="session")
def crs_judge(request: Any) -> CrsJudge:
    """Give the judge of simcheck.toml: it scores an answer to a recommendation."""
    from pytest_crs_simcheck.fixtures import judge_of

    return judge_of(request)
