"""Reading and writing of response rows."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.recordings import (
    Responses,
    format_response,
    iter_responses,
    parse_response,
    read_responses,
    write_responses,
)
from crs_simcheck.records import TASKS, Response
from tests.unit.recordings.strategies import (
    as_file,
    assert_rows_or_input_error,
    hostile_bytes,
    responses,
    spoilt,
    whole,
)

KEYS = [
    "task", "seeker", "stimulus", "text", "rating", "dialogue", "turn", "persona", "request",
    "meta", "history",
]  # fmt: skip
ROW = {"task": "rec_request", "seeker": "u17", "text": "a slow crime film"}
HEAT = {"task": "bin_pref", "seeker": "u17", "stimulus": {"item": "Heat (1995)"}, "text": "Yes"}
response_rows = responses().map(format_response)


def test_the_rows_of_the_design_are_read():
    row = parse_response({**HEAT, "rating": 4.5})
    assert row == Response("bin_pref", "u17", "Yes", {"item": "Heat (1995)"}, 4.5)
    row = parse_response({**ROW, "task": "items_talk", "stimulus": {"n_items": 5}}, "f", 3)
    assert (row.stimulus, row.rating, row.line) == ({"n_items": 5}, None, 3)


@given(responses())
def test_a_response_survives_being_a_row(response):
    row = format_response(response)
    assert parse_response(row) == response
    known = [key for key in row if key in KEYS]
    assert list(row) == known + list(response.extra)
    assert known == [key for key in KEYS if key in known]
    assert all(row[key] is not None for key in known)


@given(responses(), st.randoms(use_true_random=False))
def test_the_order_of_keys_means_nothing(response, rng):
    row = list(format_response(response).items())
    rng.shuffle(row)
    assert parse_response(dict(row)) == response


@given(st.lists(responses(), min_size=1, max_size=4), st.sampled_from(["", ".gz"]))
def test_a_file_of_responses_is_read_back(tmp_path_factory, rows, suffix):
    rows = [parse_response(whole(format_response(row))) for row in rows]
    file = tmp_path_factory.mktemp("rows") / f"rows.jsonl{suffix}"
    write_responses(rows, file)
    found = read_responses(file)
    assert list(found) == rows
    assert [row.line for row in found] == list(range(1, len(rows) + 1))
    assert found.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_what_data_frames_write_is_understood():
    row = parse_response(
        {
            **dict.fromkeys(KEYS),
            **ROW,
            "seeker": 17.0,
            "dialogue": 3,
            "turn": 2.0,
            "stimulus": {"n_items": 5.0, "item": None, "other": None},
            "more": None,
        }
    )
    assert row == Response(
        "rec_request",
        "17",
        ROW["text"],
        {"n_items": 5, "other": None},
        dialogue="3",
        turn=2,
        extra={"more": None},
    )
    assert type(row.stimulus["n_items"]) is int
    assert type(row.turn) is int


def test_an_empty_answer_is_data():
    assert parse_response({**ROW, "text": ""}).text == ""


@pytest.mark.parametrize(
    "change, field, words",
    [
        ({"task": "bin_perf"}, "task", ["'bin_perf'", "did you mean 'bin_pref'?", *TASKS]),
        ({"task": 3}, "task", ["found 3"]),
        ({"task": ["bin_pref"]}, "task", ["found a list"]),
        ({"task": None}, "task", ["found null"]),
        ({"seeker": ""}, "seeker", ["empty"]),
        ({"seeker": True}, "seeker", ["found true", "a string or a whole number"]),
        ({"seeker": 1.5}, "seeker", ["found 1.5"]),
        pytest.param({"seeker": 10**5000}, "seeker", ["too many digits"], id="huge-seeker"),
        ({"text": 5}, "text", ["found 5", "a string"]),
        ({"text": None}, "text", ["found null", "it may be empty"]),
        ({"stimulus": "Heat"}, "stimulus", ["found 'Heat'", "an object"]),
        ({"stimulus": {"item": 3}}, "stimulus.item", ["found 3"]),
        ({"stimulus": {"item": ""}}, "stimulus.item", ["empty"]),
        ({"stimulus": {"n_items": 0}}, "stimulus.n_items", ["1 or more"]),
        ({"stimulus": {"n_items": True}}, "stimulus.n_items", ["found true"]),
        ({"stimulus": {"relevant": 1}}, "stimulus.relevant", ["true or false"]),
        ({"stimulus": {"context": []}}, "stimulus.context", ["found a list"]),
        ({"rating": 5.5}, "rating", ["found 5.5", "0.5 to 5"]),
        ({"rating": 0}, "rating", ["found 0", "leave the field out"]),
        ({"rating": True}, "rating", ["found true"]),
        ({"rating": "4"}, "rating", ["found '4'"]),
        ({"rating": float("nan")}, "rating", ["found nan"]),
        pytest.param({"rating": 10**5000}, "rating", ["a huge number"], id="huge-rating"),
        ({"dialogue": 1.5}, "dialogue", ["found 1.5"]),
        ({"turn": -1}, "turn", ["found -1", "0 or more"]),
        ({"turn": 0.5}, "turn", ["found 0.5"]),
        ({"turn": float("inf")}, "turn", ["found inf"]),
        ({"persona": {}}, "persona", ["found an object"]),
        ({"request": "sha256:" + "A" * 64}, "request", ["64 of 0-9 and a-f"]),
        ({"request": "sha256:" + "a" * 64 + "\n"}, "request", ["sha256:"]),
        ({"meta": []}, "meta", ["found a list", "an object"]),
        ({"history": "Heat (1995)"}, "history", ["a list"]),
        ({"history": ["a", {"item": "b"}]}, "history[1]", ["found an object", "profile"]),
    ],
)
def test_a_field_that_is_wrong_is_named(change, field, words):
    with pytest.raises(InputError) as caught:
        parse_response({**ROW, **change}, "f.jsonl", 7)
    assert (caught.value.path, caught.value.line, caught.value.field) == ("f.jsonl", 7, field)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("key", ["task", "seeker", "text"])
def test_a_required_field_that_is_missing_is_named(key):
    row = {k: v for k, v in ROW.items() if k != key}
    with pytest.raises(InputError, match="missing") as caught:
        parse_response(row)
    assert caught.value.field == key
    assert caught.value.line is None
    with pytest.raises(InputError, match=f"did you mean '{key}s'"):
        parse_response({**row, f"{key}s": "x"})


@pytest.mark.parametrize("task", TASKS)
def test_three_tasks_need_an_item(task):
    for stimulus in ({}, {"item": None}, None):
        row = {"task": task, "seeker": "u", "text": "", "stimulus": stimulus}
        if task in ("items_talk", "rec_request"):
            assert parse_response(row).stimulus == {}
        else:
            with pytest.raises(InputError, match=f"film that {task} is about"):
                parse_response(row)


@pytest.mark.parametrize("row", [None, [], "x", 3, True])
def test_a_row_that_is_no_object_is_an_input_error(row):
    with pytest.raises(InputError, match="an object is needed"):
        parse_response(row)


def test_a_long_value_is_cut_and_shown_on_one_line():
    with pytest.raises(InputError) as caught:
        parse_response({**ROW, "task": "\n\ud800" * 500})
    assert len(str(caught.value)) < 800
    assert "\n" not in str(caught.value)
    str(caught.value).encode("utf-8")


def test_extra_may_not_pose_as_a_field():
    with pytest.raises(InputError, match=r"Response\.rating"):
        format_response(Response("rec_request", "u", "", extra={"rating": 3}))


def test_records_do_not_share_the_row_they_were_read_from():
    row = {**HEAT, "meta": {"a": 1}}
    response = parse_response(row)
    row["stimulus"]["item"] = row["meta"]["a"] = "changed"
    assert response.stimulus == {"item": "Heat (1995)"}
    assert response.meta == {"a": 1}


# ----------------------------------------------------------------------------- whole files


def test_rows_come_by_task_in_the_usual_order(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes(as_file([ROW, HEAT, {**ROW, "seeker": "u2"}]))
    found = read_responses(str(file))
    assert len(found) == 3
    assert found.path == file
    assert found.broken == ()
    assert list(found.by_task()) == ["bin_pref", "rec_request"]
    assert [row.seeker for row in found.by_task()["rec_request"]] == ["u17", "u2"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.rows = ()


def test_broken_rows_are_raised_or_collected(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes(as_file([ROW, {}]) + b"no json\n" + as_file([HEAT]))
    with pytest.raises(InputError, match=r"a\.jsonl:2: field 'task'"):
        read_responses(file)
    found = read_responses(file, skip_broken=True)
    assert [row.line for row in found] == [1, 4]
    assert [(error.line, error.path) for error in found.broken] == [(2, str(file)), (3, str(file))]
    kinds = [type(row) for row in iter_responses(file)]
    assert kinds == [Response, InputError, InputError, Response]


@pytest.mark.parametrize(
    "data", [b"", b"\n \r\n", gzip.compress(b"", mtime=0)], ids=["empty", "blank", "packed"]
)
def test_a_file_without_rows_is_an_error_with_a_fix(tmp_path, data):
    file = tmp_path / "a.jsonl"
    file.write_bytes(data)
    for skip in (False, True):
        with pytest.raises(EmptyInputError, match="no response") as caught:
            read_responses(file, skip_broken=skip)
        assert caught.value.fix
        assert caught.value.path == str(file)
    assert list(iter_responses(file)) == []


def test_a_file_of_nothing_but_broken_rows_shows_the_first(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"{}\n[]\n")
    with pytest.raises(EmptyInputError, match=r"none of its 2 rows.*field 'task'"):
        read_responses(file, skip_broken=True)


def test_a_folder_is_read_in_sorted_order(tmp_path):
    write_responses([parse_response({**ROW, "seeker": "3"})], tmp_path / "b" / "rec_request.jsonl")
    write_responses([parse_response({**ROW, "seeker": "2"})], tmp_path / "a" / "z.jsonl.gz")
    write_responses([parse_response({**ROW, "seeker": "1"})], tmp_path / "a" / "items_talk.jsonl")
    (tmp_path / "a" / "notes.txt").write_text("no row")
    (tmp_path / "a" / ".items_talk.jsonl.0.tmp").write_text("no row")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "empty.jsonl").touch()
    found = read_responses(tmp_path)
    assert [row.seeker for row in found] == ["1", "2", "3"]
    assert [row.seeker for row in iter_responses(tmp_path)] == ["1", "2", "3"]
    assert found.path == tmp_path
    (tmp_path / "b" / "rec_request.jsonl").write_bytes(as_file([{**ROW, "seeker": "4"}]))
    assert read_responses(tmp_path).sha256 != found.sha256


def test_the_digest_of_a_folder_is_that_of_sha256sum(tmp_path):
    lines = ""
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(as_file([ROW]))
        lines += f"{hashlib.sha256(as_file([ROW])).hexdigest()}  {name}\n"
    assert read_responses(tmp_path).sha256 == hashlib.sha256(lines.encode()).hexdigest()


def test_a_folder_without_files_is_an_error(tmp_path):
    with pytest.raises(EmptyInputError, match=r"no \.jsonl"):
        read_responses(tmp_path)


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path, monkeypatch):
    def scandir(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(InputError, match="cannot be listed"):
        read_responses(tmp_path)


def test_a_missing_path_is_an_error(tmp_path):
    for path in (tmp_path / "none.jsonl", f"{tmp_path}/\0"):
        with pytest.raises(InputError):
            read_responses(path)


def test_responses_can_be_made_by_hand():
    row = parse_response(ROW)
    assert list(Responses((row,))) == [row]


@given(hostile_bytes(response_rows, KEYS), st.booleans())
def test_any_bytes_are_rows_or_an_error_that_names_the_file(tmp_path_factory, data, skip):
    file = tmp_path_factory.mktemp("hostile") / "rows.jsonl"
    file.write_bytes(data)
    assert_rows_or_input_error(read_responses, file, skip)


@given(st.lists(spoilt(response_rows, KEYS), min_size=1, max_size=5))
def test_a_broken_row_costs_only_itself(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("broken")
    good = parse_response(ROW)
    file = folder / "rows.jsonl"
    file.write_bytes(as_file([ROW, *rows]))
    found = read_responses(file, skip_broken=True)
    assert found.rows[0] == good
    assert len(found.rows) + len(found.broken) == len(rows) + 1


def test_a_gzip_cut_at_any_byte_is_an_error(tmp_path):
    file = tmp_path / "rows.jsonl.gz"
    write_responses([parse_response(ROW), parse_response(HEAT)], file)
    data = file.read_bytes()
    for skip in (False, True):
        for end in range(len(data)):
            file.write_bytes(data[:end])
            with pytest.raises(InputError) as caught:
                read_responses(file, skip_broken=skip)
            assert caught.value.path == str(file)
    file.write_bytes(data)
    assert len(read_responses(file)) == 2


def test_a_plain_file_cut_at_any_byte_loses_only_the_last_row(tmp_path):
    data = as_file([ROW, HEAT])
    file = tmp_path / "rows.jsonl"
    first = len(as_file([ROW]))
    for end in range(first, len(data)):
        file.write_bytes(data[:end])
        found = read_responses(file, skip_broken=True)
        assert found.rows[0] == parse_response(ROW)
        whole_last = end >= len(data) - 1  # all but the line break
        assert (len(found.rows), len(found.broken)) == (
            (2, 0) if whole_last else (1, int(end > first))
        )


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_large_file_is_read_row_by_row(tmp_path, suffix):
    file = tmp_path / f"rows.jsonl{suffix}"
    response = parse_response({**ROW, "text": "x" * 1000})
    tracemalloc.start()
    try:
        write_responses((response for _ in range(10_000)), file)
        assert sum(1 for _ in iter_responses(file)) == 10_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000  # the rows are 10 MB
