"""The summary in Markdown, and the commands that annotate: foreign text stays text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.report.github import annotation
from crs_simcheck.report.markdown import summary_of
from tests.unit.report.test_document import broken, document


def test_a_summary_has_a_row_for_each_gate():
    made = document([broken(message="a|b `c`\n<img src=x> @everybody " + "z" * 900)])
    text = summary_of(made)
    assert text.startswith("# Simulators against people\n\n**")
    assert "1 error**" in text
    for task, found in made["simulators"][0]["tasks"].items():
        assert f"### {task}: {found['seekers']} seekers, against `crowd`" in text
        for metric, gate in found["metrics"].items():
            (row,) = (line for line in text.splitlines() if line.startswith(f"| `{metric}` |"))
            assert gate["verdict"] in row
            assert len(re.findall(r"(?<!\\)\|", row)) == 8
    (line,) = (line for line in text.splitlines() if line.startswith("- **error**"))
    assert "`a\\|b 'c' <img src=x> @everybody zz" in line
    assert line.endswith("z…`")


def test_gates_that_did_not_run_are_told():
    made = document()
    made["simulators"][0]["gates"] += 2
    assert "gates ran.**" in summary_of(made)


@given(st.text())
def test_no_text_of_an_error_ends_its_line_or_its_code(text):
    lines = summary_of(document([broken(message=f"x {text}")])).splitlines()
    (line,) = (line for line in lines if line.startswith("- **error**"))
    assert line.count("`") == 2


@pytest.mark.parametrize(
    "arguments, line",
    [
        (
            {"file": "a.toml", "title": "t", "line": 3},
            "::error file=a.toml,line=3,title=t::100%25 of it%0D%0A::stop-commands::x",
        ),
        (
            {"file": "a,b:c%.toml", "title": "one: two, three\n"},
            "::error file=a%2Cb%3Ac%25.toml,title=one%3A two%2C three%0A::"
            "100%25 of it%0D%0A::stop-commands::x",
        ),
    ],
)
def test_an_annotation_is_escaped_as_github_reads_it(arguments, line):
    assert annotation("error", "100% of it\r\n::stop-commands::x", **arguments) == line


def read_by_github(command):
    """Read a command as GitHub's runner does."""
    head, _, data = command[2:].partition("::")
    level, _, rest = head.partition(" ")
    pairs = (pair.partition("=") for pair in rest.split(","))

    def plain(text, signs):
        for sign, code in signs:
            text = text.replace(code, sign)
        return text.replace("%25", "%")

    ends = (("\r", "%0D"), ("\n", "%0A"))
    more = (*ends, (":", "%3A"), (",", "%2C"))
    return level, {k: plain(v, more) for k, _, v in pairs}, plain(data, ends)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], include_characters="\r\n")))
def test_an_annotation_says_what_was_said(text):
    command = annotation("warning", text, file="f" + text, title="t" + text)
    assert len(command.splitlines()) == 1
    seen = read_by_github(command)
    assert seen == ("warning", {"file": "f" + text, "title": "t" + text}, text)
