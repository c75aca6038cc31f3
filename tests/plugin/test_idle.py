"""What the plugin costs and leaves: nothing without the flag, nothing heavy with it."""

import pytest

from tests.plugin.conftest import SETTINGS

# Prints what was imported when the run ends.
SPY = """
import sys

def pytest_sessionfinish():
    print("\\nMODULES " + " ".join(sorted(sys.modules)))
"""
PYTESTERS = ("stdout", "stderr", "runpytest-")
HEAVY = (
    "torch",
    "scipy.stats",
    "gensim",
    "hypothesis",
    "textgrad",
    "sentence_transformers",
    "dask",
)


@pytest.fixture
def with_a_test(project):
    project.write("conftest.py", SPY)
    project.write("test_plain.py", "def test_plain(): pass\n")
    return project


def modules(result):
    (line,) = (line for line in result.outlines if line.startswith("MODULES "))
    return set(line.split()[1:])


def tree(folder):
    return {
        path.relative_to(folder): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts and not path.name.startswith(PYTESTERS)
    }


def test_without_the_flag_nothing_happens(with_a_test):
    before = tree(with_a_test.path)
    result = with_a_test.run_apart("-p", "no:cacheprovider", flag=False)
    result.assert_outcomes(passed=1)
    assert modules(result).isdisjoint({"crs_simcheck", "numpy", "scipy", "rich", *HEAVY})
    assert tree(with_a_test.path) == before
    told = [line for line in result.outlines if not line.startswith(("MODULES ", "plugins: "))]
    assert not [line for line in told if "simcheck" in line]


@pytest.mark.parametrize(
    "arguments", [("--simcheck-seekers=3",), ("--simcheck-config=gone.toml",), ("simcheck.toml",)]
)
def test_the_other_options_do_nothing_without_the_flag(with_a_test, arguments):
    result = with_a_test.run("test_plain.py", *arguments, flag=False)
    if arguments == ("simcheck.toml",):
        assert result.ret == pytest.ExitCode.USAGE_ERROR  # pytest knows no such kind of file
    else:
        result.assert_outcomes(passed=1)


def test_a_broken_settings_file_is_no_matter_without_the_flag(with_a_test):
    with_a_test.settings("[[[")
    with_a_test.run(flag=False).assert_outcomes(passed=1)


def test_with_the_flag_nothing_heavy_is_imported(with_a_test):
    every = "responses = 'alike.jsonl'\nbaseline = 'crowd'\ndraws = 200\ncatalogue = 'films.csv'\n"
    with_a_test.settings(SETTINGS + "[simulator.everything]\n" + every)
    result = with_a_test.run_apart()
    found = modules(result)
    assert {"crs_simcheck.gate", "numpy"} <= found
    assert not [name for name in HEAVY if name in found]


def test_with_the_flag_no_file_is_written(with_a_test):
    before = tree(with_a_test.path)
    with_a_test.run_apart("-p", "no:cacheprovider")
    assert tree(with_a_test.path) == before


def test_help_names_the_options_and_the_ini_keys(project):
    text = project.run("--help", flag=False).stdout.str()
    for name in ("--crs-simcheck", "--simcheck-config=FILE", "--simcheck-inconclusive={fail,warn}",
                 "--simcheck-seekers=N", "simcheck_config", "simcheck_inconclusive"):  # fmt: skip
        assert name in text


def test_the_marker_is_registered(project):
    project.run("--markers", "-p", "no:randomly", flag=False).stdout.fnmatch_lines(
        ["@pytest.mark.simcheck: *"]
    )
    project.run("--strict-markers", "--collect-only", "-q").assert_outcomes()
