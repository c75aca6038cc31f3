"""The page docs/pytest.md: what it shows runs, and says what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from crs_simcheck.metrics.own import BLOCKS
from crs_simcheck.metrics.registry import OWN

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "pytest.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def page(project):
    options, settings = blocks("toml")
    fixtures, assertions, plugin = blocks("python")
    (project.path / "alike.jsonl").rename(project.path / "answers.jsonl")
    project.write("my_metrics.py", plugin)
    gates = "item_entropy = {}\n"
    project.settings(f"{settings}{gates}".replace('baseline  = "crowd"', 'baseline = "crowd"'))
    project.write("test_fixtures.py", fixtures)
    project.write("test_assertions.py", assertions)
    project.options = options
    yield project
    OWN.pop("old_share", None)


def test_what_it_shows_runs(page):
    result = page.run("--crs-simcheck", "-p", "no:randomly", "--strict-markers")
    result.assert_outcomes(passed=4 + 3 + 2)


def test_the_table_of_options_can_be_read(page):
    text = (page.path / "simcheck.toml").read_text()
    settings = tomllib.loads(text) | tomllib.loads(page.options)
    assert set(settings["pytest"]) == {"record", "inconclusive"}
    head, _, rest = text.partition("[simulator.seeker]\n")
    page.settings(f"{head}{page.options}[simulator.seeker]\n{rest}")
    page.run("simcheck.toml").assert_outcomes(passed=2)


def test_the_options_are_those_that_there_are(project):
    text = project.run("--help", flag=False).stdout.str()
    rows = re.findall(r"(?m)^\| `(--simcheck-\w+)` \| `(\w+)` \| `(\w+)` \|", PAGE)
    others = {"--simcheck-every-gate"}  # another word of --simcheck-sequential
    told = set(re.findall(r"(?m)^  (--simcheck-[\w-]+)", text))
    assert {flag for flag, _, _ in rows} == told - others
    for flag, variable, key in rows:
        name = flag.removeprefix("--simcheck-")
        assert (variable, key) == (f"CRS_SIMCHECK_{name.upper()}", f"simcheck_{name}")
        assert f"environment: {variable}" in " ".join(text.split())


def test_names_of_fixtures_assertions_and_blocks(project):
    import pytest_crs_simcheck

    text = project.run("--fixtures", flag=False).stdout.str()
    for name in re.findall(r"(?m)^\| `(\w+)` \| (?:the|a|people)", PAGE):
        assert name in text, name
    shown = set(re.findall(r"`(assert_\w+)", PAGE))
    assert shown == {n for n in pytest_crs_simcheck.__all__ if n.startswith("assert_")}
    for table in ("mentions", "answers", "texts", "reactions", "responses"):
        (row,) = [x for x in PAGE.splitlines() if f"| `{table}`" in x and x.startswith("| ")]
        assert set(BLOCKS[table]) <= set(re.findall(r"`(\w+)`", row)), table
