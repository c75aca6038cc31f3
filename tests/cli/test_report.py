"""``crs-simcheck check --report``: the same report as of a run of pytest."""

import json

import pytest
from jsonschema import Draft202012Validator

from crs_simcheck.cli.exits import BAD_INPUT, DRIFTED
from crs_simcheck.schemas import load_schema

FILM = "Made Up 001 (1951)"
NARROW = ("check", "narrow.jsonl", "--catalogue", "films.csv", "--baseline", "crowd")


def test_check_leaves_a_report(cli, tmp_path):
    folder = tmp_path / "deep" / "out"
    plain = cli(*NARROW, "--metric", "item_entropy")
    ran = cli(*NARROW, "--metric", "item_entropy", "--report", folder)
    assert ran.code == plain.code == DRIFTED
    assert ran.out.replace(f"report: {folder / 'index.html'}\n", "") == plain.out
    document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    Draft202012Validator(load_schema("report")).validate(document)
    (simulator,) = document["simulators"]
    assert (simulator["simulator"], simulator["ran"], simulator["gates"]) == ("narrow", 1, 1)
    assert simulator["not_measured"] == []
    (gate,) = simulator["tasks"]["items_talk"]["metrics"].values()
    assert gate["verdict"] == "drifted"
    assert "Made Up 000 (1950)" in (folder / "index.html").read_text(encoding="utf-8")
    assert "❌ drifted" in (folder / "summary.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_it_says_is_what_the_json_says(cli, tmp_path):
    ran = cli(*NARROW, "--json", "-", "--report", tmp_path)
    told = json.loads(ran.out)
    (simulator,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["simulators"]
    assert simulator["about"]["source_sha256"] == told["source_sha256"]
    assert simulator["not_measured"] == told["not_measured"]
    for task, found in told["tasks"].items():
        for metric, figures in found["metrics"].items():
            entry = simulator["tasks"][task]["metrics"][metric]
            assert {key: entry[key] for key in figures} == figures


@pytest.mark.slow
def test_a_group_has_a_report_too(cli, tmp_path):
    ran = cli("check", "robots", "--baseline", "crowd", "--report", tmp_path, "-q")
    assert "report: " in ran.out
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "answers, picked by chance" not in page


def test_what_is_leaked_counts_and_no_history_is_told(cli, tmp_path):
    profiles = tmp_path / "profiles.jsonl"
    rows = ({"seeker": f"narrow-{n:03}", "history": [{"item": FILM}]} for n in range(40))
    profiles.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    arguments = ("--profiles", profiles, "--metric", "leakage_rate", "--report", tmp_path)
    assert cli(*NARROW, *arguments).code == DRIFTED
    (simulator,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["simulators"]
    gate = simulator["tasks"]["items_talk"]["metrics"]["leakage_rate"]
    assert gate["words"]["explained"][1] == "40 of 40 answers, of 40 seekers"
    assert gate["behind"] == []


@pytest.mark.parametrize("taken", ["file", "file/below", "page"])
def test_a_folder_that_cannot_be_is_refused_before_anything_is_read(cli, tmp_path, taken):
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "page" / "summary.md").mkdir(parents=True)
    ran = cli("check", "gone.jsonl", "--report", tmp_path / taken)
    assert ran.code == BAD_INPUT
    assert "this is " in ran.err
    assert "gone.jsonl" not in ran.err


def test_to_look_whether_it_can_be_written_leaves_nothing(cli, tmp_path):
    ran = cli("check", "gone.jsonl", "--report", tmp_path / "a" / "b")
    assert ran.code == BAD_INPUT
    assert "gone.jsonl" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_the_error_names_it(cli, tmp_path, monkeypatch):
    from crs_simcheck.report.html import page

    monkeypatch.setattr(page, "_NEEDED", ("jinja2", "no_such_module_at_all"))
    ran = cli(*NARROW, "--report", tmp_path)
    assert ran.code == BAD_INPUT
    assert "pip install 'crs-simcheck[report]'" in ran.err
