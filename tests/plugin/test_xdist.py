"""The same under pytest-xdist: the same tests, the same table, once."""

import xml.etree.ElementTree as ET

import pytest

from tests.plugin.test_messages import messages, summary

pytest.importorskip("xdist")


def told(path):
    return {
        case.get("classname") + "::" + case.get("name"): [
            (told.get("name"), told.get("value")) for told in case.iter("property")
        ]
        for case in ET.parse(path).iter("testcase")
    }


@pytest.fixture
def with_a_test(project):
    project.write("pytest.ini", "[pytest]\ntestpaths = tests\n")
    project.write("tests/test_plain.py", "def test_plain(): pass\n")
    return project


def test_the_same_as_in_one_process(with_a_test):
    alone = with_a_test.run("--junit-xml=alone.xml")
    shared = with_a_test.run_apart("-n", "2", "--junit-xml=shared.xml")
    assert shared.ret == alone.ret
    shared.assert_outcomes(passed=4, failed=2)
    assert summary(shared) == summary(alone)
    found = messages(shared)  # xdist says above each on which worker it was
    assert {name: text.partition("\n")[2] for name, text in found.items()} == messages(alone)
    assert told(with_a_test.path / "shared.xml") == told(with_a_test.path / "alone.xml")


@pytest.mark.slow
def test_input_that_cannot_be_used(project):
    project.simulator("gone")
    result = project.run_apart("-n", "2")
    result.assert_outcomes(failed=1)
    assert "1 error" in summary(result)


@pytest.mark.slow
def test_no_settings_file_is_a_usage_error(project):
    (project.path / "simcheck.toml").unlink()
    assert project.run_apart("-n", "2").ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.slow
def test_inconclusive_may_warn(project):
    project.simulator("alike", "unknown_item_rate = { max = 0.001 }")
    result = project.run_apart("-n", "2", "--simcheck-inconclusive=warn")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*SimcheckWarning: unknown_item_rate of simulator 'alike'*"])


def test_one_gate_by_its_node_id(project):
    result = project.run_apart("-n", "2", "simcheck.toml::alike::bin_pref::acceptance_rate")
    result.assert_outcomes(passed=1)
