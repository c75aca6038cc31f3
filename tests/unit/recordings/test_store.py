"""A recording loses nothing: not to a crash, not to two writers, not to a full disk."""

from __future__ import annotations

import contextlib
import gzip
import json
import multiprocessing
import os
import random
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import InputError
from crs_simcheck.recordings import (
    Recorder,
    read_recording,
    read_summary,
    recording_file,
    request_key,
    summary_of,
    write_summary,
)
from crs_simcheck.recordings import store as store_module
from crs_simcheck.records import Message, Response


def answer(number, text="Yes", seeker=None, task="bin_pref", **meta):
    seeker = f"u{number % 7}" if seeker is None else seeker
    key = request_key("scripted", "m", {"seed": number}, [Message("user", task)])
    return Response(
        task, seeker, text, {"item": f"Film {number} (1990)"}, request=key, meta=meta or None
    )


def recorded(folder, answers, *, finish=True):
    with Recorder(folder) as recorder:
        for one in answers:
            recorder.add(one)
        if finish:
            recorder.finish()


def test_what_a_killed_writer_left_beside_the_files_goes(tmp_path):
    recorded(tmp_path, [answer(0)])
    before = sorted(path.name for path in tmp_path.iterdir())
    (tmp_path / ".bin_pref.jsonl.00c0ffee.tmp").write_text("{")
    (tmp_path / ".summary.json.tmp").write_text("{")
    recorded(tmp_path, [answer(0)])
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_what_is_added_is_read_back(tmp_path):
    answers = [answer(i, text=f"Sí \u2028 {i} \ud800") for i in range(20)]
    recorded(tmp_path / "sim", answers)
    held = read_recording(tmp_path / "sim")
    assert len(held) == 20
    assert [held.get("bin_pref", a.request) for a in answers] == answers
    assert held.get("bin_pref", "sha256:" + "0" * 64) is None
    assert not held.cut


def test_no_folder_is_an_empty_recording(tmp_path):
    assert len(read_recording(tmp_path / "nowhere")) == 0


@given(st.permutations(range(12)))
def test_the_same_answers_are_the_same_bytes_in_any_order(tmp_path_factory, order):
    folder = tmp_path_factory.mktemp("sim")
    recorded(folder / "a", [answer(i) for i in range(12)])
    recorded(folder / "b", [answer(i) for i in order])
    first, second = (recording_file(folder / s, "bin_pref").read_bytes() for s in "ab")
    assert first == second


def test_the_last_answer_to_a_request_counts(tmp_path):
    recorded(tmp_path, [answer(1, "Yes"), answer(2), answer(1, "No")], finish=False)
    held = read_recording(tmp_path)
    assert held.get("bin_pref", answer(1).request).text == "No"
    assert held.repeated == {"bin_pref": 1}
    recorded(tmp_path, [])
    assert len(recording_file(tmp_path, "bin_pref").read_text().splitlines()) == 2


@pytest.mark.parametrize("left", [1, 10, 70, -2])
def test_a_line_cut_short_is_dropped_told_and_written_over(tmp_path, left):
    recorded(tmp_path, [answer(i) for i in range(5)])
    file = recording_file(tmp_path, "bin_pref")
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:4]) + lines[4][:left])
    held = read_recording(tmp_path)
    assert len(held) == 4
    assert "cut short" in str(held.cut[0])
    assert held.cut[0].line == 5
    recorded(tmp_path, [answer(9)], finish=False)
    after = read_recording(tmp_path)
    assert (len(after), after.cut) == (5, ())


def test_a_whole_last_line_without_its_line_break_is_kept(tmp_path):
    """Some editors take the last line break away: nothing is lost with it."""
    recorded(tmp_path, [answer(i) for i in range(3)])
    file = recording_file(tmp_path, "bin_pref")
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    assert len(read_recording(tmp_path)) == 3
    recorded(tmp_path, [answer(8)], finish=False)
    assert len(read_recording(tmp_path)) == 4


def test_a_broken_line_in_the_middle_is_an_error_with_its_place(tmp_path):
    recorded(tmp_path, [answer(i) for i in range(3)])
    file = recording_file(tmp_path, "bin_pref")
    lines = file.read_text().splitlines()
    for broken, problem in (
        ('{"task": "bin_pref", ', "not JSON"),
        ("[]", "an object is needed"),
        (lines[1].replace('"request":"sha256:', '"request":"sha1:'), "request"),
        (json.dumps({"task": "bin_pref", "seeker": "u", "text": "", "stimulus": {"item": "A"}}),
         "no 'request'"),
    ):  # fmt: skip
        file.write_text("\n".join([lines[0], broken, lines[2], ""]))
        with pytest.raises(InputError, match=problem) as found:
            read_recording(tmp_path)
        assert "bin_pref.jsonl:2" in str(found.value)


def test_an_answer_in_the_file_of_another_task_is_refused(tmp_path):
    recorded(tmp_path, [answer(1)])
    recording_file(tmp_path, "bin_pref").rename(recording_file(tmp_path, "open_pref"))
    held = read_recording(tmp_path)
    with pytest.raises(InputError, match="an answer to bin_pref in the file of open_pref"):
        held.get("open_pref", answer(1).request)


def test_a_packed_recording_is_read_and_replaced_by_a_plain_one(tmp_path):
    recorded(tmp_path, [answer(i) for i in range(4)])
    file = recording_file(tmp_path, "bin_pref")
    packed = file.with_name("bin_pref.jsonl.gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    assert len(read_recording(tmp_path)) == 4
    recorded(tmp_path, [answer(7)])
    assert len(read_recording(tmp_path)) == 5
    assert not packed.exists()


def test_a_finish_removes_what_is_not_wanted(tmp_path):
    recorded(tmp_path, [answer(i) for i in range(4)])
    with Recorder(tmp_path) as recorder:
        counts = recorder.finish({"bin_pref": [answer(i).request for i in (0, 1)]}).counts
    assert counts == {"bin_pref": 2}
    with Recorder(tmp_path) as recorder:
        assert recorder.finish({"bin_pref": [answer(i).request for i in (2, 3)]}).counts == {}
    assert not recording_file(tmp_path, "bin_pref").exists()


def test_a_finished_recording_is_not_written_again(tmp_path):
    recorded(tmp_path, [answer(i) for i in range(4)])
    before = recording_file(tmp_path, "bin_pref").stat()
    recorded(tmp_path, [])
    assert recording_file(tmp_path, "bin_pref").stat().st_ino == before.st_ino


def test_a_full_disk_loses_nothing(tmp_path, monkeypatch):
    real = os.write

    def half(descriptor, data):
        return real(descriptor, data[: len(data) // 2])

    with Recorder(tmp_path) as recorder:
        recorder.add(answer(1))
        monkeypatch.setattr(store_module.os, "write", half)
        with pytest.raises(InputError, match="no space is left"):
            recorder.add(answer(2))
        monkeypatch.undo()
    held = read_recording(tmp_path)
    assert (len(held), len(held.cut)) == (1, 1)
    recorded(tmp_path, [answer(2)])
    assert len(read_recording(tmp_path)) == 2


@pytest.mark.parametrize("what", ["removed", "replaced", "folder removed", "removed at the end"])
def test_a_file_that_is_removed_or_replaced_meanwhile_loses_nothing(tmp_path, what):
    """As a checkout, a stash or a sync does it while answers come in."""
    folder = tmp_path / "sim"
    recorded(folder, [answer(i) for i in range(4)])
    file = recording_file(folder, "bin_pref")
    before = file.read_bytes()
    with Recorder(folder) as recorder:
        recorder.add(answer(10))
        if what == "replaced":
            (tmp_path / "copy").write_bytes(before)
            (tmp_path / "copy").replace(file)
        elif what == "folder removed":
            shutil.rmtree(folder)
        elif what == "removed":
            file.unlink()
        recorder.add(answer(11))
        if what == "removed at the end":
            file.unlink()
        counts = recorder.finish().counts
    assert counts == {"bin_pref": 6}
    assert len(read_recording(folder)) == 6


def test_an_answer_without_a_request_is_refused(tmp_path):
    with Recorder(tmp_path) as recorder, pytest.raises(InputError, match="without a request"):
        recorder.add(Response("bin_pref", "u", "Yes", {"item": "A"}))


def _write_many(folder, first):
    for start in range(first, first + 60, 10):
        with Recorder(folder) as recorder:
            for number in range(start, start + 10):
                if not recorder.held.has("bin_pref", answer(number).request):
                    recorder.add(answer(number))
            recorder.finish()


def test_two_processes_lose_and_double_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_many, args=(tmp_path, s)) for s in (0, 30)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    lines = recording_file(tmp_path, "bin_pref").read_text().splitlines()
    assert len(lines) == len({json.loads(line)["request"] for line in lines}) == 90


def _hold(folder, ready, release):
    with Recorder(folder) as recorder:
        recorder.add(answer(1))
        ready.set()
        release.wait(30)


def test_the_second_writer_waits_says_so_and_finds_the_answers(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, release = context.Event(), context.Event()
    first = context.Process(target=_hold, args=(tmp_path, ready, release))
    first.start()
    assert ready.wait(30)
    said = []

    def waiting(text):
        said.append(text)
        release.set()

    with Recorder(tmp_path, waiting=waiting) as second:
        assert len(second.held) == 1
    first.join(30)
    assert first.exitcode == 0
    assert "another process records" in said[0]


def test_the_lock_ends_with_its_process(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, release = context.Event(), context.Event()
    first = context.Process(target=_hold, args=(tmp_path, ready, release))
    first.start()
    assert ready.wait(30)
    first.kill()
    first.join(30)
    with Recorder(tmp_path) as second:
        assert len(second.held) == 1


@given(st.binary(max_size=200), st.integers(0, 4))
def test_no_bytes_crash_the_reader(tmp_path_factory, data, line):
    folder = tmp_path_factory.mktemp("sim")
    recorded(folder, [answer(i) for i in range(4)])
    file = recording_file(folder, "bin_pref")
    lines = file.read_bytes().splitlines(keepends=True)
    lines.insert(line, data)
    file.write_bytes(b"".join(lines))
    with contextlib.suppress(InputError):  # that is how a reader says no; anything else is a fault
        assert len(read_recording(folder)) <= 5


# ------------------------------------------------------------------------------- summary


def test_a_summary_counts_what_is_there(tmp_path):
    rng = random.Random(0)
    rows = [
        answer(i, tokens=3, prompt_tokens=10, digest="sha256:aa", date=f"2026-11-{20 + i % 3}",
               done_reason=rng.choice(["stop", "length"]), engine="ollama")
        for i in range(9)
    ]  # fmt: skip
    recorded(tmp_path, rows)
    made = {"bin_pref": {"prompt": {"sha256": "x"}}}
    summary = summary_of(read_recording(tmp_path), made, about={"simulator": "s"})
    write_summary(tmp_path, summary)
    assert read_summary(tmp_path) == summary
    found = summary["tasks"]["bin_pref"]
    assert (found["answers"], found["seekers"]) == (9, 7)
    assert (found["tokens"], found["prompt_tokens"]) == (27, 90)
    assert found["dates"] == ["2026-11-20", "2026-11-22"]
    assert found["digest"] == {"sha256:aa": 9}
    assert sum(found["done_reason"].values()) == 9
    assert found["made_with"] == made["bin_pref"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"tasks": 3}', "\x00"])
def test_a_damaged_summary_stops_nothing(tmp_path, text):
    (tmp_path / "summary.json").write_text(text)
    assert isinstance(read_summary(tmp_path), dict)
