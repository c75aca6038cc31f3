"""Passed, failed, inconclusive, and everything that must not pass for want of input."""

import json
import re

import pytest

from tests.plugin.small_project import crowd, write_rows

OK, FAILED, USAGE = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.USAGE_ERROR


def test_within_passes(project):
    project.simulator("alike")
    result = project.run()
    result.assert_outcomes(passed=1)
    assert result.ret == OK


def test_drifted_fails(project):
    project.simulator("narrow")
    result = project.run()
    result.assert_outcomes(failed=1)
    assert result.ret == FAILED
    result.stdout.fnmatch_lines(["*_ narrow / items_talk / item_entropy _*", "*DRIFTED (too low)*"])


def test_inconclusive_fails_with_its_own_message(project):
    project.simulator("alike", "unknown_item_rate = { max = 0.001 }")
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*INCONCLUSIVE*", "*crosses an end of the range*"])


@pytest.mark.parametrize("way", ["option", "ini"])
def test_inconclusive_may_warn(project, way):
    project.simulator("alike", "unknown_item_rate = { max = 0.001 }")
    arguments = ["--simcheck-inconclusive=warn"] if way == "option" else []
    if way == "ini":
        project.write("pytest.ini", "[pytest]\nsimcheck_inconclusive = warn\n")
    result = project.run("-W", "default", *arguments)
    result.assert_outcomes(passed=1, warnings=1)
    assert result.ret == OK
    result.stdout.fnmatch_lines(["*SimcheckWarning: unknown_item_rate of simulator 'alike'*"])
    assert "gates.py" not in result.stdout.str()


def test_the_option_goes_before_the_ini(project):
    project.simulator("alike", "unknown_item_rate = { max = 0.001 }")
    project.write("pytest.ini", "[pytest]\nsimcheck_inconclusive = warn\n")
    project.run("--simcheck-inconclusive=fail").assert_outcomes(failed=1)


def test_warn_leaves_a_drift_a_failure(project):
    project.simulator("narrow")
    project.run("--simcheck-inconclusive=warn").assert_outcomes(failed=1)


def test_a_warning_made_an_error_fails_without_a_frame_of_ours(project):
    project.simulator("alike", "unknown_item_rate = { max = 0.001 }")
    result = project.run("--simcheck-inconclusive=warn", "-W", "error")
    result.assert_outcomes(failed=1)
    assert "crs_simcheck/" not in result.stdout.str()


def test_a_wrong_ini_value_is_a_usage_error(project):
    project.write("pytest.ini", "[pytest]\nsimcheck_inconclusive = shrug\n")
    result = project.run()
    assert result.ret == USAGE
    result.stderr.fnmatch_lines(["*found 'shrug', need fail or warn*"])


def test_a_gate_of_a_named_end(project):
    project.simulator("narrow", "item_entropy = { min = 1.0 }")
    project.run().assert_outcomes(passed=1)


def test_max_0_can_never_be_shown_and_says_so(project):
    project.simulator("alike", "unknown_item_rate = { max = 0 }")
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*INCONCLUSIVE*", "*max = 0 can never be shown*"])


def test_a_named_gate_that_cannot_be_measured_is_inconclusive_with_the_reason(project):
    project.simulator("alike", "leakage_rate = {}")
    result = project.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["leakage_rate of simulator *INCONCLUSIVE: no history of*"])


def test_too_few_seekers_are_inconclusive(project):
    project.simulator("narrow")
    result = project.run("--simcheck-seekers", "15")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*INCONCLUSIVE: 15 seekers with an observation; at", "  least 20 are needed"]
    )


def test_simcheck_seekers_looks_at_so_many(project):
    result = project.run("--simcheck-seekers", "30", "--junit-xml=out.xml", "-k", "item_entropy")
    assert result.ret == FAILED
    result.stdout.fnmatch_lines(["*groups of 30 people: *", "*DRIFTED*"])


def test_simcheck_seekers_holds_for_a_group_too(project):
    project.simulator("robots", responses="", group='"robots"')
    result = project.run("--simcheck-seekers", "12")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*INCONCLUSIVE: 12 seekers with an observation; at", "  least 20 are needed"]
    )


def test_simcheck_seekers_must_be_one_or_more(project):
    result = project.run("--simcheck-seekers", "0")
    assert result.ret == USAGE
    result.stderr.fnmatch_lines(["*--simcheck-seekers: found 0, need 1 or more*"])


def test_a_group_as_simulator(project):
    project.simulator("robots", responses="", group='"robots"')
    project.run().assert_outcomes(passed=1)


# -- input that cannot be used: a failed test that says why, or a usage error, never green --------


def failing(project, *patterns, failed=1):
    result = project.run()
    result.assert_outcomes(failed=failed)
    assert result.ret == FAILED
    result.stdout.fnmatch_lines(list(patterns))
    text = result.stdout.str()
    assert "Traceback" not in text
    assert "crs_simcheck/" not in text
    messages = text.partition("= FAILURES =")[2].partition("= crs-simcheck =")[0]
    assert all(len(line) <= 100 for line in messages.splitlines())
    result.stdout.fnmatch_lines(["*error*–*", f"{failed} error"])


@pytest.mark.parametrize("gates", [True, False])
def test_a_missing_baseline_fails(project, gates):
    project.simulator("alike", baseline='"crowds"')
    if not gates:
        project.settings('[simulator.alike]\nresponses = "alike.jsonl"\nbaseline = "crowds"\n')
    failing(project, "unknown baseline 'crowds'*")


def test_an_empty_file_fails(project):
    project.write("alike.jsonl", "")
    project.simulator("alike")
    failing(project, "*alike.jsonl*")


def test_a_missing_file_fails(project):
    project.simulator("gone")
    failing(project, "*gone.jsonl*no such file*")


def test_a_broken_row_fails_with_file_and_line(project):
    with (project.path / "alike.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"task": "items_talk"\n')
    project.simulator("alike")
    failing(project, "*alike.jsonl:521*")


def test_a_missing_catalogue_fails(project):
    project.simulator("alike", catalogue='"gone.csv"')
    failing(project, "*gone.csv*no such file*")


def test_a_task_without_answers_fails(project):
    project.simulator("narrow", "[simulator.narrow.gates.bin_pref]\nacceptance_rate = {}")
    failing(project, "*narrow.jsonl*no answers to bin_pref*")


def test_a_metric_whose_tasks_have_no_answers_fails(project):
    project.simulator("narrow", "acceptance_rate = {}")
    failing(project, "*no answers to bin_pref*")


def test_a_configured_task_without_answers_fails(project):
    project.settings(
        '[simulator.narrow]\nresponses = "narrow.jsonl"\nbaseline = "crowd"\ndraws = 200\n'
        "[simulator.narrow.tasks]\nbin_pref = { films = 12 }\n"
    )
    result = project.run()
    result.stdout.fnmatch_lines(["*no answers to bin_pref*"])
    assert result.ret == FAILED


def test_no_gates_at_all_fail(project):
    project.simulator("alike", "")
    failing(project, "*gates*: the table of gates is empty*")


def test_a_baseline_that_is_not_people_fails_unless_allowed(project):
    project.simulator("alike", baseline='"robots"')
    failing(project, "*baseline 'robots' is not of people*", "*allow_not_people*")
    project.simulator("alike", baseline='"robots"', allow_not_people="true")
    result = project.run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["note on 'alike': baseline 'robots' is not people: simulator"])


def test_that_it_is_not_people_is_said_whichever_gate_is_run(project):
    project.simulator(
        "alike",
        "item_entropy = {}\nacceptance_rate = {}",
        baseline='"robots"',
        allow_not_people="true",
    )
    for chosen in ("item_entropy", "acceptance_rate"):
        text = project.run("-k", chosen).stdout.str()
        assert text.count("note on 'alike': baseline 'robots' is not people") == 1
    text = project.run().stdout.str()
    assert text.count("note on 'alike': baseline 'robots' is not people") == 1


def test_one_broken_task_leaves_the_others_alone(project):
    project.simulator(
        "alike",
        "item_entropy = {}\nacceptance_rate = {}",
        baseline='{ items_talk = "crowd", bin_pref = "nobody" }',
    )
    result = project.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["unknown baseline 'nobody'*"])


def usage_error(project, *patterns):
    result = project.run()
    assert result.ret == USAGE
    result.stderr.fnmatch_lines(list(patterns))
    assert "Traceback" not in result.stderr.str()


@pytest.mark.parametrize(
    "text,pattern",
    [
        ("[simulator.a]\nresponses = 'x'\nbaselin = 'y'\n", "*unknown key 'baselin'*'baseline'*"),
        ("[simulator.a]\nresponses = 'x'\n[simulator.a.gates]\nitem_entrpy = {}\n",
         "*unknown metric or task 'item_entrpy'*item_entropy*"),
        ("[simulator.a]\nresponses = 'x'\n[simulator.a.gates.bin_pref]\nitem_entropy = {}\n",
         "*item_entropy does not stand on bin_pref*"),
        ("[simulator.a]\nresponses = 'x'\n[simulator.a.gates]\nitem_entropy = { mx = 1 }\n",
         "*unknown key 'mx'*"),
        ("[simulator.a]\nbaseline = 'x'\n", "*found none of them, need one of responses*"),
        ("", "*there is no simulator*"),
        ("[simulator\n", "*cannot be read*"),
        ("[simulator.'a::b']\nresponses = 'x'\n", "*found the name 'a::b'*"),
        ("[simulator.'a\\nb[0]']\nresponses = 'x'\n", "*found the name *"),
        ("[simulator.'']\nresponses = 'x'\n", "*found the name ''*"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_a_usage_error(project, text, pattern):
    project.settings(text)
    usage_error(project, pattern)


@pytest.mark.parametrize("testpaths", [True, False])
def test_no_settings_file_is_a_usage_error(project, testpaths):
    (project.path / "simcheck.toml").unlink()
    project.write("tests/test_plain.py", "def test_plain(): pass\n")
    if testpaths:
        project.write("pytest.ini", "[pytest]\ntestpaths = tests\n")
    usage_error(project, "*there is no simcheck.toml in *--simcheck-config FILE*")


def test_a_given_settings_file_that_is_missing_is_a_usage_error(project):
    result = project.run("--simcheck-config", "gone.toml")
    assert result.ret == USAGE
    result.stderr.fnmatch_lines(["*gone.toml*no such file*"])


def test_a_pyproject_without_the_table_is_not_enough(project):
    (project.path / "simcheck.toml").unlink()
    project.write("pyproject.toml", "[tool.other]\n")
    usage_error(project, "*no [[]tool.crs-simcheck[]]*")


@pytest.mark.parametrize("where", ["verdict", "gates"])
def test_a_crash_of_ours_is_an_error_with_a_traceback_and_no_pass(project, monkeypatch, where):
    from crs_simcheck.project import SimulatorRun

    def crash(*_arguments):
        raise ZeroDivisionError("a fault of ours")

    project.simulator("alike")
    monkeypatch.setattr(SimulatorRun, where, crash if where == "verdict" else property(crash))
    result = project.run()
    assert result.ret in (FAILED, pytest.ExitCode.INTERRUPTED)
    assert result.parseoutcomes().get("passed", 0) == 0
    text = result.stdout.str()
    assert re.search(r"^E +ZeroDivisionError: a fault of ours$", text, re.MULTILINE)
    assert "test_outcomes.py:" in text
    assert "_pytest/runner.py" not in text


def test_interrupted_in_a_gate(project):
    """The signal comes while a gate is decided, and the table shows what was decided before."""
    project.write(
        "conftest.py",
        "import os, signal\n"
        "def pytest_runtest_call(item):\n"
        "    if item.nodeid.endswith('acceptance_rate'):\n"
        "        # A shell starts what runs in the background with the signal ignored.\n"
        "        signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n",
    )
    result = project.run_apart()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        ["*item_entropy*within*", "only 2 of 4 gates of 'alike' ran", "*KeyboardInterrupt*"]
    )


def test_maxfail_says_that_not_all_ran(project):
    result = project.run("-x")
    result.stdout.fnmatch_lines(["only 2 of 4 gates of 'alike' ran"])


def test_seekers_that_share_names_are_the_same_however_the_file_is_ordered(project):
    import numpy as np

    rows = list(crowd("alike", 40, np.random.default_rng(3)))
    figures = []
    for order in (rows, rows[::-1]):
        write_rows(project.path / "alike.jsonl", iter(order))
        project.simulator("alike")
        project.run("--junit-xml=out.xml", "--simcheck-seekers", "30")
        text = (project.path / "out.xml").read_text(encoding="utf-8")
        figures.append(text.partition('name="crs_simcheck" value="')[2].partition('"')[0])
    assert figures[0] == figures[1]
    assert json.loads(figures[0].replace("&quot;", '"'))["verdict"]["seekers"] == 30
