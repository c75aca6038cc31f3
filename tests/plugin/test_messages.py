"""What is printed, and what machines read: messages, the next command, the table, JUnit."""

import json
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("golden")


def messages(result):
    """The failure messages by the name of their test."""
    text = result.stdout.str().partition("= FAILURES =")[2]
    text = re.split(r"^(?:=+|-+) \S", text, maxsplit=1, flags=re.MULTILINE)[0]
    parts = re.split(r"^_+ (\S.*\S) _+$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], (part.strip("\n") for part in parts[1::2]), strict=True))


def summary(result):
    """The lines of our section at the end, without trailing blanks."""
    lines = [line.rstrip() for line in result.outlines]
    starts = [i for i, line in enumerate(lines) if re.fullmatch(r"=+ crs-simcheck =+", line)]
    assert len(starts) == 1, starts
    rest = lines[starts[0] + 1 :]
    ends = [i for i, line in enumerate(rest) if re.match(r"=+ .* =+$", line)]
    return rest[: ends[0]]


def next_command(message):
    return message.partition("next:")[2].replace("\\\n", " ")


def check_golden(name, lines):
    path = GOLDEN / name
    text = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes it anew"


EVERYTHING = """
[simulator.{name}]
responses = "{name}.jsonl"
catalogue = "films.csv"
baseline = "crowd"
draws = 200
profiles = "profiles.jsonl"
"""


@pytest.fixture
def all_metrics(project):
    """Three simulators, one that names what it had seen, gated by everything there is."""
    rows = []
    for number in range(40):
        seeker = f"narrow-{number:03}"
        rows.append({"seeker": seeker, "history": [{"item": "Made Up 001 (1951)"}]})
    text = "".join(json.dumps(row) + "\n" for row in rows)
    project.write("profiles.jsonl", text)
    project.settings("".join(EVERYTHING.format(name=n) for n in ("alike", "narrow", "eager")))
    return project


def test_every_failure_says_what_and_why_and_what_next(all_metrics, capsys, monkeypatch):
    from crs_simcheck.cli import main

    result = all_metrics.run("--tb=short")
    text = result.stdout.str()
    assert "Traceback" not in text
    assert "crs_simcheck/" not in text
    found = messages(result)
    assert len(found) >= 10
    for name, message in found.items():
        simulator, task, metric = name.split(" / ")
        lines = message.splitlines()
        assert all(len(line) <= 100 for line in lines), message
        joined = " ".join(line.strip() for line in lines)
        assert joined.startswith(f"{metric} of simulator '{simulator}' in {task}: "), message
        assert re.search(r"(DRIFTED \(too (high|low)\)|INCONCLUSIVE)", joined), message
        if "INCONCLUSIVE: " not in joined:  # there is a value
            number = r"-?[\d.]+"
            assert re.search(rf"{number}[^;]* \[{number}, {number}\]", joined), message
            assert re.search(r"(groups of \d+ people: .* to |at most |at least )", joined), message
            assert re.search(r"score \d+\.\d/10", joined), message
        assert f"  answers: {simulator}.jsonl" in lines, message
        monkeypatch.chdir(all_metrics.path)
        command = shlex.split(next_command(message))
        assert command[0] == "crs-simcheck"
        capsys.readouterr()
        assert main(command[1:]) == 0, command
        assert capsys.readouterr().out.startswith(metric)


def test_why_names_films_and_how_often(all_metrics):
    found = messages(all_metrics.run())
    joined = " ".join(found["narrow / items_talk / item_entropy"].split())
    assert "named most: Made Up 000 (1950) ×40, Made Up 001 (1951) ×40" in joined
    joined = " ".join(found["narrow / items_talk / leakage_rate"].split())
    assert "40 of 40 answers, of 40 seekers" in joined
    joined = " ".join(found["eager / bin_pref / acceptance_rate"].split())
    assert "share of Yes farthest from people's: Made Up 00" in joined


def test_the_next_command_shows_what_lies_behind(project, capsys, monkeypatch):
    from crs_simcheck.cli import main

    project.simulator("narrow")
    (message,) = messages(project.run()).values()
    monkeypatch.chdir(project.path)
    capsys.readouterr()
    assert main(shlex.split(next_command(message))[1:]) == 0
    assert "40 × Made Up 000 (1950), by 40 seekers" in capsys.readouterr().out


def test_names_with_blanks_are_quoted_in_the_next_command(project, capsys, monkeypatch):
    from crs_simcheck.cli import main

    (project.path / "narrow.jsonl").rename(project.path / "the narrow's.jsonl")
    project.simulator("narrow", responses='"the narrow\'s.jsonl"')
    (message,) = messages(project.run()).values()
    monkeypatch.chdir(project.path)
    capsys.readouterr()
    assert main(shlex.split(next_command(message))[1:]) == 0
    assert "120 mentions of 3 films" in capsys.readouterr().out


def test_a_group_is_looked_at_by_baseline_show(project, capsys, monkeypatch):
    from crs_simcheck.cli import main

    project.simulator("robots", "acceptance_rate = { max = 0.1 }", responses="", group='"robots"')
    (message,) = messages(project.run()).values()
    command = shlex.split(next_command(message))
    assert command == ["crs-simcheck", "baseline", "show", "robots"]
    monkeypatch.chdir(project.path)
    assert main(command[1:]) == 0


def test_the_table(project):
    result = project.run()
    check_golden("summary.txt", summary(result))
    assert result.stdout.str().count("crs-simcheck ===") == 1


def test_the_table_with_errors_and_what_was_not_measured(project):
    project.settings(
        EVERYTHING.format(name="narrow").replace('profiles = "profiles.jsonl"\n', "")
        + '[simulator.lost]\nresponses = "gone.jsonl"\n'
        + '[simulator."gpt-4.1 mini"]\nresponses = "eager.jsonl"\nbaseline = "robots"\n'
        + 'allow_not_people = true\ndraws = 200\n[simulator."gpt-4.1 mini".gates]\n'
        + "acceptance_rate = {}\n"
    )
    check_golden("summary_errors.txt", summary(project.run()))


def test_a_name_with_dots_and_blanks_is_a_node_id_as_it_stands(project):
    text = (project.path / "simcheck.toml").read_text(encoding="utf-8")
    project.settings(text.replace("simulator.narrow", 'simulator."gpt-4.1 mini"'))
    node = "simcheck.toml::gpt-4.1 mini::items_talk::item_entropy"
    result = project.run("-v", node)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"{node} FAILED*"])


def test_the_table_is_there_with_q_and_gone_with_no_summary(project):
    assert summary(project.run("-q")) == summary(project.run())
    text = project.run("--no-summary").stdout.str()
    assert "crs-simcheck ==" not in text
    assert "item_entropy" not in text.partition("= FAILURES =")[0].replace("simcheck.toml", "")


def test_without_a_terminal_the_outcome_is_the_same(project):
    result = project.run("-p", "no:terminal")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.outlines == []


def test_a_narrow_terminal_cuts_no_figure(project, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert not [line for line in summary(project.run()) if "…" in line]


def test_colours_only_where_the_terminal_has_them(project):
    assert "\x1b" not in project.run().stdout.str()
    text = project.run("--color=yes").stdout.str()
    assert "\x1b[1;31mdrifted" in text


def test_junit_and_its_properties(project):
    project.run("--junit-xml=out.xml")
    suite = ET.parse(project.path / "out.xml").getroot().find("testsuite")
    assert suite.get("tests") == "5"
    assert suite.get("failures") == "2"
    assert suite.get("errors") == "0"
    for case in suite.iter("testcase"):
        (told,) = case.iterfind("properties/property[@name='crs_simcheck']")
        figures = json.loads(told.get("value"), parse_constant=pytest.fail)
        assert case.get("name") == figures["row"][2]
        verdict = figures["verdict"]
        assert {"verdict", "value", "interval", "range", "score", "seekers"} <= set(verdict)
        failed = case.find("failure")
        assert (failed is None) == (verdict["verdict"] == "within")
        if failed is not None:
            assert failed.text.startswith(f"{case.get('name')} of simulator")
            assert "Traceback" not in failed.text


def test_junit_of_input_that_cannot_be_used(project):
    project.simulator("gone")
    project.run("--junit-xml=out.xml")
    (case,) = ET.parse(project.path / "out.xml").iter("testcase")
    assert "there is no such file" in " ".join(case.find("failure").text.split())


def test_signs_that_break_xml_or_terminals_stay_out(project):
    """A film of the user's own catalogue, with a bell, an escape sequence and a bracket."""
    catalogue = (project.path / "films.csv").read_text(encoding="utf-8")
    project.write("films.csv", catalogue.replace("Made Up 000", 'Made \x1b[31m]]><b> "up'))
    rows = (project.path / "narrow.jsonl").read_text(encoding="utf-8")
    project.write("narrow.jsonl", rows.replace("Made Up 000", 'Made \\u001b[31m]]><b> \\"up'))
    project.simulator("narrow")
    result = project.run("--junit-xml=out.xml")
    assert "\x1b" not in result.stdout.str()
    list(ET.parse(project.path / "out.xml").iter("testcase"))


@pytest.mark.parametrize("encoding,sign", [("ascii", "x"), ("latin-1", "×")])
def test_a_terminal_without_our_signs_is_given_stand_ins(project, encoding, sign):
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "--crs-simcheck", "-p", "no:hypothesispytest"],
        cwd=project.path,
        env={**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C"},
        stdout=subprocess.PIPE,
        check=False,
    )
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    text = ran.stdout.decode(encoding)
    assert "\\u" not in text
    assert "?" not in text
    assert re.search(rf"^  named most: Made Up 000 \(1950\) {sign}40,", text, re.MULTILINE)
    assert re.search(r"^ -+$", text, re.MULTILINE)
    assert re.search(r"^   item_entropy +5\.90 bits  ", text, re.MULTILINE)


def test_the_header_says_which_settings_are_in_force(project):
    project.run().stdout.fnmatch_lines(["crs-simcheck: simcheck.toml (alike, narrow)"])
