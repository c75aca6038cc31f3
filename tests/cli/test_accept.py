"""``crs-simcheck accept``: shows, asks for consent, and writes the same bytes."""

from __future__ import annotations

import shutil
import tomllib

import pytest
from jsonschema import Draft202012Validator

from crs_simcheck.cli import main
from crs_simcheck.schemas import load_schema
from tests.cli.conftest import Ran
from tests.plugin.conftest import SETTINGS as USUAL
from tests.plugin.live_project import PROMPTS, record_here, write_live

SETTINGS = USUAL.replace("format_violation_rate = {}", "format_violation_rate = { max = 0.2 }")


@pytest.fixture
def accept(tmp_path, project_folder, monkeypatch, capsys):
    shutil.copytree(project_folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "simcheck.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        code = main(["accept", *map(str, arguments)])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    run.path, run.lock = tmp_path, tmp_path / "simcheck.lock"
    return run


def test_it_writes_the_same_bytes_and_then_has_nothing_to_do(accept):
    ran = accept("alike")
    assert ran.code == 0, ran.out
    assert "alike: new" in ran.out
    assert "simcheck.lock written; commit it" in ran.out
    text = accept.lock.read_bytes()
    document = tomllib.loads(text.decode())
    Draft202012Validator(load_schema("lock")).validate(document)
    task = document["simulator"]["alike"]["tasks"]["items_talk"]
    assert "prompt" not in task
    assert task["baseline"].startswith("crowd sha256:")
    assert task["gates"]["item_entropy"]["verdict"] == "within"
    again = accept("alike")
    assert again.code == 0
    assert "simcheck.lock stays as it is" in again.out
    assert "items_talk: 2 gates as before" in again.out
    accept.lock.unlink()
    accept("alike")
    assert accept.lock.read_bytes() == text


def test_a_dry_run_writes_nothing(accept):
    assert "was not written (--dry-run)" in accept("alike", "--dry-run").out
    assert not accept.lock.exists()


def test_what_drifted_is_accepted_only_by_consent(accept):
    ran = accept()
    assert ran.code == 1
    assert "not accepted: narrow · items_talk · item_entropy is drifted" in ran.out
    assert "--even drifted" in ran.out
    assert not accept.lock.exists()
    assert accept("--even", "inconclusive").code == 1
    assert accept("--even", "drifted").code == 0
    gates = tomllib.loads(accept.lock.read_text())["simulator"]["narrow"]["tasks"]["items_talk"]
    assert gates["gates"]["item_entropy"]["verdict"] == "drifted"


def test_what_is_inconclusive_is_another_exit_code(accept):
    text = USUAL.replace("format_violation_rate = {}", "unknown_item_rate = { max = 0.001 }")
    (accept.path / "simcheck.toml").write_text(text)
    ran = accept("alike")
    assert ran.code == 2
    assert "is inconclusive" in ran.out
    assert accept("alike", "--even", "inconclusive").code == 0


def test_other_simulators_stay_and_those_that_are_gone_go(accept):
    assert accept("--even", "drifted").code == 0
    (accept.path / "simcheck.toml").write_text(SETTINGS.split("[simulator.narrow]")[0])
    before = accept.lock.read_text()
    assert accept("alike", "--dry-run").code == 0
    ran = accept()
    assert "narrow: goes out; the settings do not have it" in ran.out
    assert "narrow" in before
    assert "narrow" not in accept.lock.read_text()


def test_a_value_that_regressed_takes_consent(accept):
    # An end of one's own, far away: within before and after, and a third of the room is lost.
    text = SETTINGS.split("[simulator.narrow]")[0].split("[simulator.alike.gates]")[0]
    text += "[simulator.alike.gates]\nacceptance_rate = { max = 0.95 }\n"
    (accept.path / "simcheck.toml").write_text(text)
    assert accept().code == 0
    rows = (accept.path / "alike.jsonl").read_text().splitlines()
    kinder = [
        row.replace('"No"', '"Yes"') if i % 2 and "bin_pref" in row else row
        for i, row in enumerate(rows)
    ]
    (accept.path / "alike.jsonl").write_text("\n".join(kinder) + "\n")
    ran = accept()
    assert ran.code == 1
    assert "REGRESSED" in ran.out
    assert "not accepted: alike · bin_pref · acceptance_rate is regressed" in ran.out
    assert accept("--even", "regressed").code == 0
    assert accept().code == 0


def test_a_changed_prompt_is_shown(accept):
    write_live(accept.path, PROMPTS)
    record_here(accept.path)
    assert accept("--even", "drifted", "--even", "inconclusive").code == 0
    simulator = tomllib.loads(accept.lock.read_text())["simulator"]["seeker"]
    assert simulator["engine"] == "ollama:tiny"
    assert simulator["digests"] == ["sha256:aa"]
    prompt = accept.path / "prompts" / "seeker" / "bin_pref.md"
    prompt.write_text(prompt.read_text().replace("# Guidelines\n", "# Guidelines\n\nBe kind.\n", 1))
    refused = accept()
    assert refused.code == 3
    assert "not recorded" in refused.err
    record_here(accept.path)
    ran = accept("--even", "drifted", "--even", "inconclusive")
    assert ran.code == 0
    assert "seeker · bin_pref: prompt sha256:" in ran.out


@pytest.mark.parametrize(
    "arguments,word",
    [(["aliek"], "alike"), (["--config", "nowhere.toml"], "nowhere.toml"),
     (["--even", "everything"], "--even")],
)  # fmt: skip
def test_bad_input(accept, arguments, word):
    ran = accept(*arguments)
    assert ran.code == 3
    assert word in ran.err
    assert "Traceback" not in ran.err


def test_a_lock_that_cannot_be_read_is_not_written_over(accept):
    accept.lock.write_text("<<<<<<< HEAD\n")
    ran = accept("alike")
    assert ran.code == 3
    assert "is no TOML" in ran.err
    assert accept.lock.read_text() == "<<<<<<< HEAD\n"
