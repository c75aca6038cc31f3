"""Gates of what a judge scored, in pytest."""

from __future__ import annotations

import json

from tests.judged_project import GATE, SETTINGS, judge_here, write_judged

NOT_ALLOWED = SETTINGS.replace(GATE, "neg_feedback = { min = 5 }")


def words(result):
    return " ".join(result.stdout.str().split())


def test_a_recorded_judge_is_replayed(project):
    write_judged(project.path)
    judge_here(project.path)
    result = project.run("-v")
    result.assert_outcomes(passed=1)
    text = words(result)
    assert "simcheck.toml::seeker::neg_feedback::neg_feedback PASSED" in text
    assert "points at least 5.00 within" in text
    assert "uncalibrated, as allowed" in text
    assert "judge: ollama:tiny:latest, rubric" in text


def test_what_is_not_judged_fails_with_the_command(project):
    write_judged(project.path)
    result = project.run()
    result.assert_outcomes(failed=1)
    text = words(result)
    assert "90 of 90 scores that judges give to simulator 'seeker' are not recorded" in text
    assert "nobody has judged yet" in text
    assert "next: crs-simcheck record seeker" in text


def test_a_judge_that_nobody_calibrated_decides_nothing(project):
    write_judged(project.path, NOT_ALLOWED)
    judge_here(project.path)
    result = project.run()
    result.assert_outcomes(failed=1)
    text = words(result)
    assert "INCONCLUSIVE" in text
    assert "uncalibrated: no calibration says whether this judge agrees with people" in text
    assert "next: crs-simcheck judge show seeker" in text


def test_recording_from_pytest_asks_the_judge(project):
    write_judged(
        project.path, SETTINGS.replace("ollama:tiny", "rules").replace("min = 5", "min = 2")
    )
    project.run("--simcheck-record=new").assert_outcomes(passed=1)
    rows = (project.path / "judgements" / "seeker" / "neg_feedback.jsonl").read_text().splitlines()
    assert len(rows) == 90
    assert json.loads(rows[0])["meta"]["engine"] == "rules"
    project.run().assert_outcomes(passed=1)
