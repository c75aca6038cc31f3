"""``crs-simcheck judge``: from a sheet to a calibration that a gate names."""

from __future__ import annotations

import csv
import json
import random

import pytest

from crs_simcheck.baselines import load_baseline
from crs_simcheck.cli import main
from crs_simcheck.judge import default_rubric, read_calibration
from tests.judged_project import GATE, N_SEEKERS, N_UNFIT, SETTINGS, run_of, write_judged
from tests.unit.baselines.made_up import write_iard

N_ANSWERS = N_SEEKERS * N_UNFIT
RULES = SETTINGS.replace("ollama:tiny", "rules")


@pytest.fixture
def cli(capsys, monkeypatch, tmp_path):
    """Run a command in a folder whose simulator is judged by rule."""
    write_judged(tmp_path, RULES)
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def fill(path, noise=3, seed=0, constant=None):
    """Fill a sheet in as a person would who sees clear and less clear answers."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    rng = random.Random(seed)
    for row in rows:
        base = sum(map(ord, row["case"])) % 8
        for letter in "ABCD":
            row[letter] = constant if constant is not None else base + rng.randint(0, noise)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return rows


def test_record_judges_answers_that_are_given(cli, tmp_path):
    code, out, _ = cli("record", "--dry-run")
    assert (code, out) == (
        0,
        f"seeker: {N_ANSWERS} judgements by {run_of(tmp_path).judging.identity}\n",
    )
    code, out, _ = cli("record")
    assert code == 0
    assert f"{N_ANSWERS} answers judged by rules:rules-1" in out
    assert (tmp_path / "judgements" / "seeker" / "neg_feedback.jsonl").is_file()
    assert "nothing to judge" in cli("record")[1]


def test_show_lists_the_scores(cli):
    assert cli("judge", "show", "seeker")[0] == 3
    cli("record")
    code, out, _ = cli("judge", "show", "seeker")
    assert code == 0
    assert "by rule, no LLM" in out
    assert f"{N_ANSWERS} answers judged; the lowest scores first" in out
    assert "answers.jsonl:" in out
    code, _, err = cli("judge", "show", "seker")
    assert (code, "did you mean 'seeker'" in err) == (3, True)


def test_a_sheet_names_no_simulator_and_is_never_written_over(cli, tmp_path):
    code, out, _ = cli("judge", "sheet", "-o", "s.csv", "--raters", 2, "--answers", 20)
    assert code == 0
    assert f"20 of {N_ANSWERS} different answers" in out
    texts = [(tmp_path / f"s-{i}.csv").read_text(encoding="utf-8-sig") for i in (1, 2)]
    ids = [[row["case"] for row in csv.DictReader(text.splitlines())] for text in texts]
    assert sorted(ids[0]) == sorted(ids[1])
    assert ids[0] != ids[1]
    assert not any("seeker" in text.splitlines()[0] or "rules" in text for text in texts)
    assert "rejection clarity" in (tmp_path / "s-guide.txt").read_text(encoding="utf-8")
    fill(tmp_path / "s-1.csv")
    before = (tmp_path / "s-1.csv").read_bytes()
    code, _, err = cli("judge", "sheet", "-o", "s.csv", "--raters", 2)
    assert (code, "it may hold scores" in err) == (3, True)
    assert (tmp_path / "s-1.csv").read_bytes() == before


def test_a_calibration_is_measured_written_and_asked_for(cli, tmp_path):
    cli("record")
    cli("judge", "sheet", "-o", "s.csv", "--raters", 2, "--answers", 60)
    for number in (1, 2):
        fill(tmp_path / f"s-{number}.csv", seed=number)
    code, out, _ = cli("judge", "calibrate", "s-1.csv", "s-2.csv")
    found = read_calibration(tmp_path / "calibration.json")
    assert found.annotations["raters"] == 2
    assert found.annotations["answers"] == 60
    assert found.rubric["sha256"] == default_rubric().sha256
    assert found.ppi["unlabelled"] == N_ANSWERS - 60
    assert found.judges == ({"engine": "rules", "model": "rules-1"},)
    for words in ("2 raters scored 60 answers", "ICC(2,k)", "Krippendorff", "Spearman", "no LLM"):
        assert words in out
    assert max(map(len, out.splitlines())) <= 100
    # The judge by rule gives these answers nearly one score: it cannot agree with anybody.
    assert code == 2
    assert "gates that name it stay inconclusive" in out
    assert not (tmp_path / "judgements" / "_calibration").exists()


def test_a_calibration_needs_no_settings(cli, tmp_path):
    cli("judge", "sheet", "-o", "s.csv", "--answers", 30)
    fill(tmp_path / "s.csv")
    for name in ("simcheck.toml", "answers.jsonl", "profiles.jsonl"):
        (tmp_path / name).unlink()
    code, _, err = cli("judge", "calibrate", "s.csv")
    assert (code, "no judge" in err) == (3, True)
    code, _, _ = cli("judge", "calibrate", "s.csv", "--judge", "rules", "-o", "other.json")
    assert code in (0, 2)
    assert read_calibration(tmp_path / "other.json").judged["answers"] == 30
    assert (tmp_path / "judgements" / "_calibration" / "neg_feedback.jsonl").is_file()


def test_people_who_always_say_the_same_leave_it_undefined(cli, tmp_path):
    cli("judge", "sheet", "-o", "s.csv", "--answers", 30)
    fill(tmp_path / "s.csv", constant=7)
    code, out, _ = cli("judge", "calibrate", "s.csv")
    assert code == 2
    assert "undefined, all scores equal 7" in out
    code, out, _ = cli("judge", "calibrate", "s.csv", "--smooth")
    assert code == 2
    assert "* smoothed" in out


def test_people_are_scored_on_what_needs_no_persona(cli, tmp_path):
    write_iard(tmp_path / "iard")
    code, out, _ = cli("judge", "people", "iard", "-o", "people")
    assert (code, "3 answers of 2 people" in out) == (0, True)
    group = load_baseline(str(tmp_path / "people"))
    table = group.task("neg_feedback").tables["judged"]
    assert [table.known(letter) for letter in "ABCD"] == [True, False, True, False]
    assert group.instruments["judge"] == run_of(tmp_path).judging.identity
    assert "crs-simcheck judge people" in group.provenance.command
    rows = (tmp_path / "judgements" / "_people" / "neg_feedback.jsonl").read_text()
    assert "heist" not in rows  # replies of the judge, and no word of the people
    assert not (tmp_path / "people" / "texts.jsonl").exists()


def test_peoples_scores_stand_beside_the_simulators(cli, tmp_path):
    write_iard(tmp_path / "iard")
    cli("judge", "people", "iard", "-o", "people")
    (tmp_path / "simcheck.toml").write_text(
        RULES.replace("draws = 100", 'draws = 100\nbaseline = { neg_feedback = "people" }')
    )
    cli("record")
    run = run_of(tmp_path)
    (spec,) = run.gates
    means = {letter: theirs for letter, _, theirs in run.verdict(spec).evidence.means}
    assert means["A"] is not None
    assert means["B"] is None


def test_people_whom_another_judge_scored_are_not_shown(cli, tmp_path):
    write_iard(tmp_path / "iard")
    cli("judge", "people", "iard", "-o", "people", "--repeats", "2")
    (tmp_path / "simcheck.toml").write_text(
        RULES.replace("draws = 100", 'draws = 100\nbaseline = { neg_feedback = "people" }')
    )
    cli("record")
    run = run_of(tmp_path)
    (spec,) = run.gates
    assert all(theirs is None for _, _, theirs in run.verdict(spec).evidence.means)


def test_a_simulator_that_cannot_be_used_is_told_and_left_out(cli, tmp_path):
    more = '[simulator.other]\nresponses = "nowhere.jsonl"\n'
    (tmp_path / "simcheck.toml").write_text(RULES + more)
    code, _, err = cli("judge", "sheet", "-o", "s.csv")
    assert (code, "left out: simulator 'other': " in err) == (0, True)
    assert cli("judge", "sheet", "other", "-o", "t.csv")[0] == 3


def test_a_calibration_decides_whether_a_gate_does(cli, tmp_path):
    cli("record")
    cli("judge", "sheet", "-o", "s.csv", "--answers", 60)
    fill(tmp_path / "s.csv")
    cli("judge", "calibrate", "s.csv")
    path = tmp_path / "calibration.json"
    for gate, outcome, word in (
        ("neg_feedback = { min = 3 }", "inconclusive", "no calibration"),
        ('neg_feedback = { min = 3, uncalibrated = "allow" }', "within", "no calibration"),
        ('neg_feedback = { min = 3, calibration = "calibration.json" }', "inconclusive", ""),
    ):
        (tmp_path / "simcheck.toml").write_text(RULES.replace(GATE, gate))
        run = run_of(tmp_path)
        verdict = run.verdict(run.gates[0])
        assert verdict.outcome == outcome
        assert word in verdict.uncalibrated
        assert verdict.as_json()["uncalibrated"]
        if outcome == "inconclusive":
            assert verdict.reason.startswith("uncalibrated: ")
        else:
            assert any("uncalibrated, as allowed" in note for note in verdict.notes)
    document = json.loads(path.read_text())
    found = {"value": 0.6, "interval": [0.4, 0.75], "n": 60, "reason": None, "smoothed": False}
    document["agreement"]["neg_feedback"]["judge"]["pearson"] = found
    path.write_text(json.dumps(document))
    run = run_of(tmp_path)
    verdict = run.verdict(run.gates[0])
    assert (verdict.outcome, verdict.uncalibrated) == ("within", "")
    # The simulator's own calibration stands where the gate names none.
    (tmp_path / "simcheck.toml").write_text(
        RULES.replace(GATE, "neg_feedback = { min = 3 }").replace(
            "draws", 'calibration = "calibration.json"\ndraws'
        )
    )
    run = run_of(tmp_path)
    assert run.verdict(run.gates[0]).outcome == "within"
