"""``crs-simcheck matrix`` from end to end, with the embedded engine."""

from __future__ import annotations

import csv
import json
import shutil
import socket
from pathlib import Path

import pytest

from crs_simcheck.cli import main
from crs_simcheck.project.matrix_settings import read_matrix

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The offline example, recorded, with its tables."""
    folder = tmp_path_factory.mktemp("matrix")
    for name in ("matrix", "prompts"):
        shutil.copytree(EXAMPLES / name, folder / name)
    file = folder / "matrix" / "offline.toml"
    text = file.read_text("utf-8").replace('["zero_shot", "pag"]', '["pag"]')
    file.write_text(text.replace("[common]", "[common]\nseekers = 60\ndraws = 200"), "utf-8")
    assert main(["matrix", str(file), "--record", "new", "--out", str(folder / "out")]) == 0
    return folder


@pytest.fixture
def matrix(recorded, tmp_path, monkeypatch, capsys):
    """Run the command in a copy."""
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path / "matrix")

    def run(*arguments):
        capsys.readouterr()
        code = main(["matrix", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_better_prompts_are_nearer_to_people(recorded):
    with (recorded / "out" / "matrix.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    score = {(line["system"], line["metric"]): line["score"] for line in lines}
    for metric in ("item_entropy", "popularity_share", "mean_log_rank", "aspect_entropy"):
        naive, better = (
            float(score[f"embedded-pag-{which}", metric]) for which in ("naive", "better")
        )
        assert better > naive + 3
    assert {line["system"] for line in lines if line["task"] == "open_pref"} == {
        "embedded-pag-naive",
        "embedded-pag-better",
        "agent4rec-gpt35",
        "people",
    }
    document = json.loads((recorded / "out" / "matrix.json").read_text("utf-8"))
    assert list(document["tasks"]) == ["items_talk", "open_pref"]
    assert "agent4rec-gpt35 (reference)" in (recorded / "out" / "matrix.md").read_text("utf-8")


def test_a_replay_asks_nobody_and_writes_the_same(matrix, tmp_path, monkeypatch):
    monkeypatch.setattr(socket, "socket", None)
    code, out, _ = matrix("offline.toml", "--out", "again")
    assert code == 0
    assert "embedded-pag-better" in out
    for name in ("matrix.md", "matrix.csv", "matrix.json"):
        again = (tmp_path / "matrix" / "again" / name).read_bytes()
        assert again == (tmp_path / "out" / name).read_bytes()


def test_what_is_not_recorded_stops_nothing_and_is_told(matrix, tmp_path):
    shutil.rmtree(tmp_path / "matrix" / "recordings" / "embedded-pag-naive")
    code, out, _ = matrix("offline.toml", "--task", "items_talk")
    assert code == 2
    assert "not measured" in out
    assert "--record new asks" in " ".join(out.split())
    assert "within" in out
    code, out, _ = matrix("offline.toml", "--dry-run")
    assert code == 0
    assert "embedded-pag-naive: 120 of 120 requests" in out
    assert "120 requests in all" in out


def test_an_engine_that_is_away_stops_nothing(matrix, tmp_path, monkeypatch):
    from crs_simcheck.errors import EngineUnavailableError
    from crs_simcheck.project import record

    def nobody_there(spec, **_):
        raise EngineUnavailableError(f"nothing answers for {spec.name}")

    monkeypatch.setattr(record, "open_engine", nobody_there)
    file = tmp_path / "matrix" / "offline.toml"
    text = file.read_text("utf-8").replace("[prompts]", 'away = "ollama:x"\n\n[prompts]')
    file.write_text(text, "utf-8")
    code, out, _ = matrix("offline.toml", "--record", "new", "--task", "items_talk")
    assert code == 2
    assert "note: away-pag-naive: nothing answers for ollama:x" in out
    assert "within" in out


def test_only_some_systems(matrix):
    code, out, _ = matrix("offline.toml", "--system", "embedded-pag-better", "--task", "items_talk")
    assert code == 0
    assert "naive" not in out
    code, _, err = matrix("offline.toml", "--system", "embedded-pag-beter")
    assert code == 3
    assert "embedded-pag-better" in err


def test_where_nothing_can_be_written_is_told(matrix, tmp_path):
    (tmp_path / "matrix" / "file").touch()
    code, _, err = matrix("offline.toml", "--out", "file")
    assert code == 3
    assert "cannot be written" in err


def test_the_paper_s_comparison_can_be_read():
    found = read_matrix(EXAMPLES / "matrix" / "paper.toml")
    assert len(found.systems) == 2 * 4 + 2
    assert found.references
    assert {task for one in found.systems for task in one.settings.tasks} == {
        "items_talk",
        "bin_pref",
        "open_pref",
        "rec_request",
        "neg_feedback",
    }
