"""Reading and writing of profile rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.profiles import (
    format_profile,
    iter_profiles,
    parse_profile,
    read_profiles,
    write_profiles,
)
from crs_simcheck.records import HistoryItem, Profile
from tests.unit.recordings.strategies import (
    as_file,
    assert_rows_or_input_error,
    hostile_bytes,
    profiles,
    whole,
)

KEYS = ["seeker", "persona", "traits", "history"]
ROW = {
    "seeker": "u17",
    "persona": "Likes slow crime.",
    "traits": {"age": 30},
    "history": [{"item": "Heat (1995)", "rating": 4.5, "text": "Cold."}, {"item": "Cars (2006)"}],
}
profile_rows = profiles().map(format_profile)


def test_the_row_of_the_design_is_read():
    assert parse_profile(ROW) == Profile(
        "u17",
        "Likes slow crime.",
        {"age": 30},
        (HistoryItem("Heat (1995)", 4.5, "Cold."), HistoryItem("Cars (2006)")),
    )


def test_only_the_seeker_is_needed():
    expected = Profile("17")
    assert parse_profile({"seeker": 17}) == expected
    nothing = {"seeker": "17", "persona": None, "traits": None, "history": None}
    assert parse_profile(nothing) == expected


@given(profiles())
def test_a_profile_survives_being_a_row(profile):
    row = format_profile(profile)
    assert parse_profile(row) == profile
    assert list(row) == KEYS + list(profile.extra)


@given(profiles(), st.randoms(use_true_random=False))
def test_the_order_of_keys_means_nothing(profile, rng):
    row = list(format_profile(profile).items())
    rng.shuffle(row)
    assert parse_profile(dict(row)) == profile


@given(st.lists(profiles(), min_size=1, max_size=4, unique_by=lambda p: p.seeker))
def test_a_file_of_profiles_is_read_back(tmp_path_factory, rows):
    rows = [parse_profile(whole(format_profile(row))) for row in rows]
    file = tmp_path_factory.mktemp("profiles") / "profiles.jsonl.gz"
    write_profiles(rows, file)
    found = read_profiles(file)
    assert list(found) == rows
    assert list(found.by_seeker) == [row.seeker for row in rows]


@pytest.mark.parametrize(
    "change, field, words",
    [
        ({"seeker": ""}, "seeker", ["empty"]),
        ({"seeker": False}, "seeker", ["found false"]),
        ({"seeker": None}, "seeker", ["found null"]),
        ({"persona": 3}, "persona", ["found 3"]),
        ({"traits": []}, "traits", ["found a list"]),
        ({"history": {}}, "history", ["found an object", "a list"]),
        ({"history": ["Heat (1995)"]}, "history[0]", ['{"item": "Title (year)"}']),
        ({"history": [None]}, "history[0]", ["found null", "an object"]),
        ({"history": [{"item": "a"}, {}]}, "history[1].item", ["missing"]),
        ({"history": [{"title": "a"}]}, "history[0].item", ["missing"]),
        ({"history": [{"item": ""}]}, "history[0].item", ["empty"]),
        ({"history": [{"item": "a", "rating": 9}]}, "history[0].rating", ["0.5 to 5"]),
        ({"history": [{"item": "a", "text": 9}]}, "history[0].text", ["found 9"]),
    ],
)
def test_a_field_that_is_wrong_is_named(change, field, words):
    with pytest.raises(InputError) as caught:
        parse_profile({**ROW, **change}, "f.jsonl", 7)
    assert (caught.value.path, caught.value.line, caught.value.field) == ("f.jsonl", 7, field)
    for word in words:
        assert word in str(caught.value)


def test_a_second_row_of_a_seeker_names_both_lines(tmp_path):
    file = tmp_path / "p.jsonl"
    file.write_bytes(as_file([{**ROW, "seeker": "17"}, ROW, {"seeker": 17}]))
    with pytest.raises(InputError, match="'17' is on line 1 and again on line 3") as caught:
        read_profiles(file)
    assert (caught.value.line, caught.value.field) == (3, "seeker")
    found = read_profiles(file, skip_broken=True)
    assert found.by_seeker["17"].line == 1
    assert len(found) == 2
    assert len(found.broken) == 1
    assert found.path == file


def test_a_seeker_twice_is_not_written(tmp_path):
    file = tmp_path / "p.jsonl"
    with pytest.raises(InputError, match="'a' comes twice"):
        write_profiles([Profile("a"), Profile("b"), Profile("a")], file)
    assert not file.exists()


def test_extra_may_not_pose_as_a_field():
    with pytest.raises(InputError, match=r"Profile\.persona"):
        format_profile(Profile("u", extra={"persona": "x"}))


def test_unknown_keys_of_the_row_are_kept():
    assert parse_profile({**ROW, "source": "redial"}).extra == {"source": "redial"}


def test_broken_rows_are_raised_or_collected(tmp_path):
    file = tmp_path / "p.jsonl"
    file.write_bytes(as_file([ROW, {}]) + b"{\n")
    with pytest.raises(InputError, match=r"p\.jsonl:2: field 'seeker'"):
        read_profiles(file)
    assert [error.line for error in read_profiles(file, skip_broken=True).broken] == [2, 3]
    assert [type(row) for row in iter_profiles(file)] == [Profile, InputError, InputError]


def test_a_file_without_profiles_is_an_error_with_a_fix(tmp_path):
    file = tmp_path / "p.jsonl"
    for data, words in ((b"\n", "no profile"), (b"{}\n", "none of its 1 rows")):
        file.write_bytes(data)
        with pytest.raises(EmptyInputError, match=words) as caught:
            read_profiles(file, skip_broken=True)
        assert caught.value.fix


@given(hostile_bytes(profile_rows, KEYS), st.booleans())
def test_any_bytes_are_rows_or_an_error_that_names_the_file(tmp_path_factory, data, skip):
    file = tmp_path_factory.mktemp("hostile") / "rows.jsonl"
    file.write_bytes(data)
    assert_rows_or_input_error(read_profiles, file, skip)


def test_a_gzip_cut_at_any_byte_is_an_error(tmp_path):
    file = tmp_path / "rows.jsonl.gz"
    write_profiles([parse_profile(ROW)], file)
    data = file.read_bytes()
    for end in range(len(data)):
        file.write_bytes(data[:end])
        with pytest.raises(InputError) as caught:
            read_profiles(file, skip_broken=True)
        assert caught.value.path == str(file)
