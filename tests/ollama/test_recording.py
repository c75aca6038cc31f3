"""Recording a real Ollama: all tasks, replay, crashes of the server, a model that was replaced."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from crs_simcheck.project import SimulatorRun, read_settings
from crs_simcheck.project.record import record
from crs_simcheck.recordings import read_recording
from crs_simcheck.records import TASKS
from tests.ollama.server import MODEL
from tests.plugin.live_project import write_live
from tests.plugin.small_project import write_project

pytestmark = pytest.mark.ollama

SETTINGS = """
[simulator.seeker]
prompts = "prompts/seeker"
engine = "{engine}"
profiles = "profiles.jsonl"
catalogue = "films.csv"
baseline = "crowd"
draws = 100
seekers = {seekers}
num_ctx = 2048
num_predict = 8
slots = 4
[simulator.seeker.tasks]
items_talk = {{ n_items = 2 }}
bin_pref = {{ asked = 2 }}
open_pref = {{}}
rec_request = {{}}
neg_feedback = {{ unfit = 1, fit = 1 }}
[simulator.seeker.gates]
role_confusion_rate = {{ max = 0.5 }}
"""
PER_SEEKER = 7
# Noise answers as well to a short prompt, and sooner.
SHORT = "# Task\nWHAT?\n# Persona\n{{ persona }}\n# Guidelines\nBe brief.\n# Output\nText.\n"
SHOWN = {"items_talk": "{{ n_items }} films", "rec_request": "Ask for a film"}
SEEKERS = 12


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    write_project(folder)
    return folder


@pytest.fixture
def project(tmp_path, small_folder):
    folder = tmp_path / "project"
    shutil.copytree(small_folder, folder)
    write_live(folder)
    for task in TASKS:
        prompt = folder / "prompts" / "seeker" / f"{task}.md"
        prompt.write_text(SHORT.replace("WHAT", SHOWN.get(task, "{{ item }}")))
    rows = [json.loads(line) for line in (folder / "profiles.jsonl").read_text().splitlines()]
    with (folder / "profiles.jsonl").open("w") as file:
        for row in rows:
            file.write(json.dumps({**row, "traits": {"genres": ["comedy"]}}) + "\n")

    def settings(engine, seekers=SEEKERS):
        text = SETTINGS.format(engine=engine, seekers=seekers)
        (folder / "simcheck.toml").write_text(text)
        return SimulatorRun(read_settings(folder / "simcheck.toml").simulators[0]).live

    settings.folder = folder
    return settings


def engine_at(*servers):
    return f"ollama:{MODEL}@{','.join(server.host for server in servers)}"


def pytest_in(folder, *arguments):
    command = [sys.executable, "-m", "pytest", "--crs-simcheck", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, timeout=110, check=False
    )


def start_recording(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "crs_simcheck", "record"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def wait_for_answers(folder, count, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        held = len(read_recording(folder / "recordings" / "seeker"))
        if held >= count:
            return held
        time.sleep(0.02)
    raise AssertionError(f"no {count} answers within {seconds} s")


def rows_of(folder):
    held = read_recording(folder / "recordings" / "seeker")
    return {key: row for rows in held.rows.values() for key, row in rows.items()}


def test_all_five_tasks_are_recorded_and_replayed_without_the_server(project, shared_server):
    run = project(engine_at(shared_server), seekers=25)
    done = record(run)
    assert done.collected.answered == done.planned == 25 * PER_SEEKER
    assert done.collected.failed == 0
    assert (done.collected.probed, done.collected.differing) == (2, 0)
    held = read_recording(run.folder)
    assert set(held.rows) == set(TASKS)
    for rows in held.rows.values():
        for row in rows.values():
            meta = row["meta"]
            assert meta["engine"] == "ollama"
            assert len(meta["digest"].removeprefix("sha256:")) == 64
            assert meta["server"]
            assert meta["prompt_tokens"] > 20
            assert meta["done_reason"] in ("stop", "length")
    project("ollama:tiny@127.0.0.1:9", seekers=25)  # nobody is there
    result = pytest_in(project.folder, "--simcheck-record=none")
    assert "not recorded" not in result.stdout, result.stdout
    assert "5 passed" in result.stdout, result.stdout


def test_the_same_seed_again_gives_the_same_recording(project, shared_server):
    run = project(engine_at(shared_server), seekers=8)
    record(run)
    files = sorted(run.folder.glob("*.jsonl"))
    before = {f.name: f.read_bytes() for f in files}
    assert len(before) == 5
    record(run, "all")
    assert {f.name: f.read_bytes() for f in files} == before


def test_a_recording_killed_with_its_process_goes_on(project, shared_server):
    project(engine_at(shared_server))
    process = start_recording(project.folder)
    wait_for_answers(project.folder, 20)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    held = rows_of(project.folder)
    assert 20 <= len(held) < SEEKERS * PER_SEEKER
    done = record(project(engine_at(shared_server)))
    assert done.asked == SEEKERS * PER_SEEKER - len(held)
    after = rows_of(project.folder)
    assert len(after) == SEEKERS * PER_SEEKER
    assert all(after[key]["text"] == row["text"] for key, row in held.items())


def test_the_server_is_killed_and_started_again_while_recording(project, new_server):
    server = new_server(num_parallel=4)
    run = project(engine_at(server))
    result = {}
    thread = threading.Thread(target=lambda: result.update(done=record(run)))
    thread.start()
    wait_for_answers(project.folder, 15)
    server.kill()
    time.sleep(1.0)
    server.start()
    thread.join(90)
    done = result["done"]
    assert (done.collected.answered, done.collected.failed) == (SEEKERS * PER_SEEKER, 0)
    assert done.collected.retries > 0
    assert len(rows_of(project.folder)) == SEEKERS * PER_SEEKER


def test_two_hosts_share_the_work_and_one_may_die(project, new_server):
    first, second = new_server(num_parallel=4), new_server(num_parallel=4)
    run = project(engine_at(first, second))
    result = {}
    thread = threading.Thread(target=lambda: result.update(done=record(run, probe=0)))
    thread.start()
    wait_for_answers(project.folder, 30)
    second.kill()
    thread.join(90)
    assert result["done"].collected.answered == SEEKERS * PER_SEEKER
    assert "/api/chat" in first.log
    assert "/api/chat" in second.log


def test_a_model_that_was_replaced_is_told_and_asked_again_with_all(project, new_server):
    server = new_server(num_parallel=4)
    run = project(engine_at(server), seekers=6)
    first = record(run, limit=20)
    assert first.changed_digest is None
    old = {row["meta"]["digest"] for row in rows_of(project.folder).values()}
    server.replace_model(seed=5)
    rest = record(project(engine_at(server), seekers=6))
    assert rest.changed_digest is not None
    assert rest.changed_digest not in old
    assert set(rest.digests) == old
    run = project(engine_at(server), seekers=6)
    assert any("by another model than the rest" in note for note in run.notes)
    record(run, "all")
    digests = {row["meta"]["digest"] for row in rows_of(project.folder).values()}
    assert digests == {rest.changed_digest}


def test_a_missing_model_ends_the_run_with_what_to_do(project, shared_server):
    project(f"ollama:nope@{shared_server.host}", seekers=3)
    process = start_recording(project.folder)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "ollama pull nope" in out
    assert "Traceback" not in out


def test_a_prompt_that_does_not_fit_is_told_and_no_answer_is_made_of_a_part_of_it(
    project, shared_server
):
    run = project(engine_at(shared_server), seekers=3)
    settings = project.folder / "simcheck.toml"
    settings.write_text(settings.read_text().replace("num_ctx = 2048", "num_ctx = 32"))
    process = start_recording(project.folder)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "num_ctx" in out
    assert len(read_recording(run.folder)) == 0


def test_the_openai_engine_records_from_the_same_server(project, shared_server):
    run = project(f"openai:{MODEL}@{shared_server.url}/v1", seekers=4)
    done = record(run)
    assert done.collected.answered == 4 * PER_SEEKER
    rows = rows_of(project.folder)
    assert {row["meta"]["engine"] for row in rows.values()} == {"openai"}
    assert all(row["meta"]["prompt_tokens"] > 20 for row in rows.values())


def test_two_processes_record_into_one_folder(project, shared_server):
    project(engine_at(shared_server))
    processes = [start_recording(project.folder) for _ in range(2)]
    outs = [process.communicate(timeout=100)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outs
    lines = [
        line
        for file in (project.folder / "recordings" / "seeker").glob("*.jsonl")
        for line in file.read_text().splitlines()
    ]
    assert len(lines) == len({json.loads(line)["request"] for line in lines})
    assert len(lines) == SEEKERS * PER_SEEKER
    assert sum("nothing to ask" in out for out in outs) == 1, outs


def test_a_model_that_is_replaced_while_it_is_asked_is_told(project, new_server):
    server = new_server(num_parallel=4)
    run = project(engine_at(server))
    result = {}
    thread = threading.Thread(target=lambda: result.update(done=record(run)))
    thread.start()
    wait_for_answers(project.folder, 10)
    server.replace_model(seed=5)
    thread.join(90)
    assert result["done"].replaced_meanwhile
    assert not record(project(engine_at(server)), "all").replaced_meanwhile
