"""The JSON Lines reader and writer."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import stat
import threading
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck import jsonl
from crs_simcheck.errors import InputError
from crs_simcheck.jsonl import iter_lines, read_lines, write_lines
from tests.unit.recordings.strategies import json_objects, whole

# Without an id of its own pytest would try to show it, and cannot.
HUGE = pytest.param(10**5000, id="huge")


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def written(tmp_path, data, name="rows.jsonl"):
    file = tmp_path / name
    file.write_bytes(data)
    return file


def test_lines_are_numbered_and_blank_ones_skipped(tmp_path):
    file = written(tmp_path, b'\xef\xbb\xbf{"a":1}\r\n\r\n  \n{"b":"\xc3\xa9"}')
    assert list(read_lines(file)) == [(1, {"a": 1}), (4, {"b": "é"})]


def test_empty_file_has_no_lines(tmp_path):
    assert list(read_lines(written(tmp_path, b""))) == []


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz", "rows"])
def test_gzip_is_told_by_its_bytes_and_not_by_its_name(tmp_path, name):
    data = b'{"a":1}\n{"a":2}\n'
    rows = [(1, {"a": 1}), (2, {"a": 2})]
    assert list(read_lines(written(tmp_path, data, name))) == rows
    assert list(read_lines(written(tmp_path, gzip.compress(data), name))) == rows


def test_line_separators_of_unicode_end_no_line(tmp_path):
    rows = [{"text": "a\u2028b\x85c\x0cd\x1ee"}]
    write_lines(rows, tmp_path / "rows.jsonl")
    assert [row for _, row in read_lines(tmp_path / "rows.jsonl")] == rows


@pytest.mark.parametrize(
    "line, field, words",
    [
        (b'{"a": \xff}', None, ["not UTF-8", "0xff", "byte 7", "save the file as UTF-8"]),
        (b"\xff\xfe{\0", None, ["UTF-16"]),
        (b'{"a": 1,}', None, ["not JSON at column 9"]),
        (b"[", None, ["not JSON", "jq -c"]),
        (b"[1]", None, ["found a list", "an object", "jq -c"]),
        (b'"a"', None, ["found a string"]),
        (b"null", None, ["found null"]),
        (b"true", None, ["found true or false"]),
        (b"1", None, ["found a number"]),
        (b'{"a": NaN}', None, ["found NaN"]),
        (b'{"a": -Infinity}', None, ["found -Infinity"]),
        (b'{"a": 1e999}', None, ["too large"]),
        (b'{"a": {"b": 1, "c": 2, "b": 1}}', "b", ["twice", "keep one"]),
        (b'{"\\ud800": 1, "\\ud800": 1}', r"\ud800", ["twice"]),
        (b'{"a":' * 100_000, None, ["too deep"]),
        (b'{"a": ' + b"1" * 5000 + b"}", None, ["too many digits", "string"]),
    ],
)
def test_a_bad_line_is_named_and_reading_goes_on(tmp_path, line, field, words):
    file = written(tmp_path, b'{"ok":1}\n' + line + b'\n{"ok":2}\n')
    (_, first), (number, error), (_, last) = iter_lines(file)
    assert (first, last) == ({"ok": 1}, {"ok": 2})
    assert isinstance(error, InputError)
    assert (number, error.line, error.path, error.field) == (2, 2, str(file), field)
    assert error.fix
    for word in words:
        assert word in str(error)
    str(error).encode("utf-8")
    with pytest.raises(InputError) as caught:
        list(read_lines(file))
    assert str(caught.value) == str(error)


def test_a_last_line_without_its_end_may_be_a_crash(tmp_path):
    (_, error) = list(iter_lines(written(tmp_path, b'{"a":1}\n{"a":"hal')))[-1]
    assert "cut short" in str(error)


def test_a_line_without_end_is_not_held_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_LINE_BYTES", 10)
    data = b'{"a":1}\n' + b"x" * 35 + b'\n{"a":2}\n' + b"y" * 21
    for content in (data, gzip.compress(data)):
        found = list(iter_lines(written(tmp_path, content)))
        assert [number for number, _ in found] == [1, 2, 3, 4]
        assert found[2][1] == {"a": 2}
        assert "more than 10 bytes" in str(found[1][1])
        assert "more than 10 bytes" in str(found[3][1])


def test_missing_file_offers_the_nearest(tmp_path):
    written(tmp_path, b"", "answers.jsonl")
    with pytest.raises(InputError, match=r"no such file.*'answers\.jsonl'"):
        list(read_lines(tmp_path / "answer.jsonl"))
    with pytest.raises(InputError, match=r"check the path"):
        list(read_lines(tmp_path / "none" / "answer.jsonl"))


@pytest.mark.parametrize("name", ["", "a.jsonl/b", "\0", "x" * 5000])
def test_a_path_that_is_no_file_is_an_input_error(tmp_path, name):
    written(tmp_path, b"", "a.jsonl")
    with pytest.raises(InputError):
        list(read_lines(f"{tmp_path}/{name}"))


def test_a_gzip_cut_anywhere_is_an_error_of_the_file(tmp_path):
    data = gzip.compress(b'{"a":1}\n{"a":2}\n', mtime=0)
    for end in range(2, len(data)):
        file = written(tmp_path, data[:end])
        with pytest.raises(InputError, match="cut short or damaged after line") as caught:
            list(iter_lines(file))
        assert caught.value.path == str(file)


def test_digest_is_of_the_bytes_on_disk(tmp_path):
    data = b'{"a":1}\n' * 100_000
    for content in (data, gzip.compress(data)):
        digest = hashlib.sha256()
        assert len(list(iter_lines(written(tmp_path, content), digest=digest))) == 100_000
        assert digest.hexdigest() == hashlib.sha256(content).hexdigest()


def test_a_pipe_can_be_read(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = gzip.compress(b'{"a":1}\n')
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    digest = hashlib.sha256()
    assert list(iter_lines(pipe, digest=digest)) == [(1, {"a": 1})]
    writer.join()
    assert digest.hexdigest() == hashlib.sha256(data).hexdigest()


@given(rows=st.lists(json_objects, max_size=4), name=st.sampled_from(["r.jsonl", "r.jsonl.gz"]))
def test_what_is_written_is_read_back_and_always_the_same_bytes(tmp_path_factory, rows, name):
    rows = [json.loads(json.dumps(whole(row))) for row in rows]
    file = tmp_path_factory.mktemp("jsonl") / name
    write_lines(rows, file)
    first = file.read_bytes()
    assert [row for _, row in read_lines(file)] == rows
    write_lines((types.MappingProxyType(row) for row in rows), file)
    assert file.read_bytes() == first


def test_bytes_on_disk_are_fixed(tmp_path):
    file = tmp_path / "new" / "rows.jsonl"
    write_lines([{"b": "é\ud800\\", "a": {"c": [1, 2.5, None, True]}}, {}], file)
    text = '{"b":"é\\ud800\\\\","a":{"c":[1,2.5,null,true]}}\n{}\n'
    assert file.read_bytes() == text.encode()
    packed = tmp_path / "rows.jsonl.gz"
    write_lines([{"a": 1}], packed)
    # No time (bytes 4 to 7) and no file name (flag 8) that would change the bytes.
    assert packed.read_bytes()[:8] == b"\x1f\x8b\x08\0\0\0\0\0"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x", HUGE])
def test_a_row_that_is_not_json_leaves_the_old_file(tmp_path, value):
    file = written(tmp_path, b"old\n")
    with pytest.raises(InputError, match="cannot be written as JSON") as caught:
        write_lines([{"a": 1}, {"a": value}], file)
    assert caught.value.line == 2
    assert file.read_bytes() == b"old\n"
    assert names(tmp_path) == [file.name]


def test_a_list_in_itself_is_an_input_error(tmp_path):
    endless = []
    for _ in range(100_000):
        endless = [endless]
    with pytest.raises(InputError, match="cannot be written as JSON"):
        write_lines([{"a": endless}], tmp_path / "rows.jsonl")


def test_an_error_in_the_rows_leaves_the_old_file(tmp_path):
    file = written(tmp_path, b"old\n")

    def rows():
        yield {"a": 1}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_lines(rows(), file)
    assert file.read_bytes() == b"old\n"
    assert names(tmp_path) == [file.name]


def test_a_file_that_cannot_be_written_is_an_input_error(tmp_path):
    (tmp_path / "folder").mkdir()
    written(tmp_path, b"", "file")
    for target in (tmp_path / "folder", tmp_path / "file" / "rows.jsonl"):
        with pytest.raises(InputError, match="cannot be written"):
            write_lines([{}], target)
    assert names(tmp_path) == ["file", "folder"]


def test_a_link_and_the_permissions_are_kept(tmp_path):
    file = written(tmp_path, b"")
    file.chmod(0o600)
    link = tmp_path / "link.jsonl"
    link.symlink_to(file)
    write_lines([{"a": 1}], link)
    assert link.is_symlink()
    assert file.read_bytes() == b'{"a":1}\n'
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_can_be_rewritten_from_itself(tmp_path):
    file = written(tmp_path, b'{"a": 1}\n{"a": 2}\n')
    write_lines((row for _, row in read_lines(file)), file)
    assert file.read_bytes() == b'{"a":1}\n{"a":2}\n'
