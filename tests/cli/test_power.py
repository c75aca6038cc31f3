"""``crs-simcheck power``, as a user runs it."""

from __future__ import annotations

import json
import re
import shlex
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from crs_simcheck.cli.exits import BAD_INPUT, FINE
from crs_simcheck.schemas import load_schema

FAST = ("--draws", 100)
ONE = ("power", "--baseline", "crowd", "--metric", "item_entropy", *FAST)


def figures(cli, *arguments):
    ran = cli(*arguments, "--json", "-")
    assert ran.code == FINE
    found = json.loads(ran.out)
    Draft202012Validator(load_schema("power")).validate(found)
    return found["gates"]


def test_a_table_says_what_each_number_of_seekers_will_see(cli):
    ran = cli(*ONE, "--n", "20,40,60")
    assert ran.code == FINE
    assert "items_talk · item_entropy (margin 0.40 bits)" in ran.out
    lines = [line.split() for line in ran.out.splitlines()]
    assert [line[0] for line in lines if line and line[0].isdigit()] == ["20", "40", "60"]
    assert "least drift" in ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_is_no_wider_than_asked(cli, width):
    ran = cli("power", "--baseline", "crowd", "--n", "20,40,500", "--width", width, *FAST)
    assert max(map(len, ran.out.splitlines())) <= width
    assert "…" not in ran.out


def test_more_seekers_see_less_drift_and_are_wrong_less(cli):
    (gate,) = figures(cli, *ONE, "--margin", "item_entropy=0.3", "--n", "20,40,80")
    seen = gate["outlooks"]
    for key in ("past_end", "people_not_within", "people_drifted"):
        values = [one[key] for one in seen]
        assert values == sorted(values, reverse=True)
    assert [one["margin"] for one in seen] == [0.3] * 3


def test_more_seekers_than_people_are_said_and_not_invented(cli):
    ran = cli(*ONE, "--n", "80,81")
    assert "left out: 81 seekers, for 'crowd' has 80 people: no groups of more than 80" in ran.out
    (gate,) = figures(cli, *ONE, "--n", "80,81")
    assert gate["outlooks"][0]["least_drift"] > 0
    assert gate["outlooks"][1]["least_drift"] is None
    assert "no groups of more than 80" in gate["outlooks"][1]["reason"]


def test_where_others_give_the_ratings_half_of_them_is_the_most(cli):
    (gate,) = figures(
        cli, "power", "--baseline", "crowd", "--metric", "bin_pref_correlation", "--n", "20,41",
        *FAST,
    )  # fmt: skip
    reason = gate["outlooks"][1]["reason"]
    assert "80 people: no groups of more than 40" in reason or "no ratings" in reason


def test_too_few_seekers_see_nothing(cli):
    (gate,) = figures(cli, *ONE, "--n", "5")
    assert gate["outlooks"][0]["reason"] == "5 seekers; at least 20 are needed"


def test_a_rate_below_an_end_needs_no_people(cli):
    gates = figures(
        cli, "power", "--baseline", "crowd", "--metric", "leakage_rate", "--task", "items_talk",
        "--n", "50,59,100,5000", *FAST,
    )  # fmt: skip
    shown = [one["people_not_within"] for one in gates[0]["outlooks"]]
    assert shown == [1.0, 0.0, 0.0, 0.0]  # 59 seekers with nothing seen show 5 %
    assert gates[0]["outlooks"][0]["least_drift"] > gates[0]["outlooks"][2]["least_drift"]


def test_the_gates_of_a_project_and_the_seekers_that_it_has_now(cli, project_folder, tmp_path):
    settings = tmp_path / "simcheck.toml"
    settings.write_text(
        f"""
[simulator.alike]
responses = "{project_folder}/alike.jsonl"
catalogue = "{project_folder}/films.csv"
baseline = "{project_folder}/crowd"
[simulator.alike.gates]
item_entropy = {{ margin = 3 }}
acceptance_rate = {{ margin = 0.001 }}
format_violation_rate = {{}}
"""
    )
    ran = cli("power", "--config", settings, "--n", "20,40", *FAST)
    assert ran.code == FINE
    text = " ".join(ran.out.split())
    assert "alike, items_talk, item_entropy: 40 seekers can see a drift of one margin" in text
    assert "alike, bin_pref, acceptance_rate: 40 seekers CANNOT see a drift of one margin" in text
    gates = figures(cli, "power", "--config", settings, "--n", "20,40", *FAST)
    assert [gate["simulator"] for gate in gates] == ["alike"] * len(gates)
    assert {gate["present"]["seekers"] for gate in gates} == {40}
    only = figures(cli, "power", "--config", settings, "--metric", "item_entropy", *FAST)
    assert [gate["metric"] for gate in only] == ["item_entropy"]


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_a_plot_is_drawn_and_is_the_same_again(cli, tmp_path, ending):
    pytest.importorskip("matplotlib")
    files = [tmp_path / f"{name}.{ending}" for name in ("one", "two")]
    for file in files:
        assert cli(*ONE, "--n", "20,40", "--plot", file).code == FINE
    assert files[0].read_bytes() == files[1].read_bytes()
    if ending == "svg":
        assert ET.fromstring(files[0].read_text()).tag.endswith("svg")
        assert "http://www.w3.org" in files[0].read_text()


def test_a_plot_without_matplotlib_names_what_to_install(cli, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ran = cli(*ONE, "--n", "20", "--plot", tmp_path / "one.svg")
    assert ran.code == BAD_INPUT
    assert "pip install 'crs-simcheck[report]'" in ran.err


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--baseline", "crowd", "--n", "20,x"], "need numbers from 1"),
        (["--baseline", "crowd", "--n", "0"], "need numbers from 1"),
        (["--baseline", "crowd", "--margin", "item_entropy"], "need METRIC=VALUE"),
        (["--baseline", "crowd", "--margin", "item_entropy=nan"], "need METRIC=VALUE"),
        (["--baseline", "crowd", "--margin", "item_entropi=1"], "did you mean 'item_entropy'"),
        (["--baseline", "crowd", "--margin", "item_entropy=-1", "--n", "20"], "need 0 or more"),
        (["--baseline", "crowd", "--margin", "leakage_rate=1", "--n", "20"], "against an end"),
        (["--baseline", "crowd", "--metric", "ttr", "--margin", "item_entropy=1"], "no gate of"),
        (["--baseline", "robots"], "not of people"),
        (["--baseline", "gone"], "gone"),
        (["--baseline", "crowd", "--config", "x"], "leave out --config"),
        (["--margin", "item_entropy=1"], "--margin needs --baseline"),
        (["--config", "gone.toml"], "no such file"),
        (["--baseline", "crowd", "--n", "20", "--metric", "item_entropy", "--plot", "a.pdf"],
         "need .svg or .png"),
        (["--baseline", "crowd", "--n", "20", "--metric", "item_entropy", "--json", "no/a.json"],
         "cannot be written"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_the_way_out(cli, arguments, words):
    ran = cli("power", *arguments, *FAST)
    assert ran.code == BAD_INPUT
    assert words in " ".join(ran.err.split())


def test_the_page_of_planning_shows_what_is_printed(cli):
    page = (Path(__file__).resolve().parents[2] / "docs/planning.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```console\n\$ (crs-simcheck power .*?)```", page, re.DOTALL)
    command, _, printed = re.sub(r" \\\n +", " ", shown).partition("\n")
    ran = cli(*shlex.split(command)[1:])
    assert ran.code == FINE
    assert ran.out == printed
