import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crs_simcheck.baselines import read_group
from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.laps import KIND
from crs_simcheck.errors import EmptyInputError, InputError
from tests.unit.baselines import hostile, made_up

OPTIONS = BuildOptions(date=made_up.DATE)


def said(folder):
    return [(r.seeker, r.text) for r in KIND.read(folder, OPTIONS).responses]


def test_only_the_users_side_is_read_and_a_worker_is_a_seeker(tmp_path):
    assert said(made_up.write_laps(tmp_path / "laps")) == [
        ("worker-77", "A slow film please"),
        ("worker-77", "Any"),
        ("worker-77", "hello again"),
        ("worker-88", "something done well"),
        ("worker-88", "the end of it"),
    ]


@pytest.mark.parametrize("closing", ["done", "Done.", " END ", "'end'"])
def test_what_closes_a_session_is_no_turn(tmp_path, closing):
    session = made_up.laps_session("a film", "ok", closing)
    workers = [{"worker_id": "w", "sessions": [session]}]
    assert said(made_up.write_laps(tmp_path / "laps", workers)) == [("w", "a film")]


def test_the_group(tmp_path):
    build("laps", made_up.write_laps(tmp_path / "laps"), tmp_path / "out", options=OPTIONS)
    group = read_group(tmp_path / "out")
    assert group.speakers == "people"
    assert set(group.tasks) == {"rec_request"}
    assert group.task("rec_request").n_seekers == 2
    # Nobody asked them for a format.
    assert not group.task("rec_request").tables["responses"].known("violation")
    assert "format" not in group.instruments
    assert group.provenance.licence == "MIT"
    assert set(group.provenance.source_sha256) == {"movie_dataset.json.gz"}


def test_the_plain_file_is_read_as_well(tmp_path):
    (tmp_path / "movie_dataset.json").write_text(json.dumps(made_up.LAPS_WORKERS))
    assert len(said(tmp_path)) == 5


@pytest.mark.parametrize(
    "workers, message",
    [
        ({}, "need a list of workers"),
        ([3], "worker 1 has no worker_id"),
        ([{"worker_id": 7, "sessions": []}], "field 'worker_id': worker 1 has no worker_id"),
        ([{"worker_id": "w"}], "field 'sessions': worker 1 has no list 'sessions'"),
        ([{"worker_id": "w", "sessions": [None]}], "a session of worker 1 has no list 'dialogue'"),
        (
            [{"worker_id": "w", "sessions": [{"dialogue": [{"role": "User"}]}]}],
            "a turn of worker 1 has no role",
        ),
        (
            [{"worker_id": "w", "sessions": [{"dialogue": [{"role": "Bot", "message": "x"}]}]}],
            "a turn of worker 1 has no role",
        ),
    ],
)
def test_what_is_not_laps_is_told(tmp_path, workers, message):
    folder = made_up.write_laps(tmp_path / "laps", workers)
    with pytest.raises(InputError, match=r"movie_dataset\.json\.gz: .*informagi/laps") as raised:
        KIND.read(folder, OPTIONS)
    assert message in str(raised.value)


def test_nobody_who_says_anything_is_an_error(tmp_path):
    folder = made_up.write_laps(tmp_path / "laps", [{"worker_id": "w", "sessions": []}])
    with pytest.raises(EmptyInputError, match="no turn of a User"):
        KIND.read(folder, OPTIONS)
    with pytest.raises(InputError, match="no such folder"):
        KIND.read(tmp_path / "nowhere", OPTIONS)
    with pytest.raises(InputError, match=r"no movie_dataset\.json\.gz or movie_dataset\.json"):
        KIND.read(tmp_path, OPTIONS)


def test_a_file_that_is_cut_short_is_told(tmp_path):
    folder = made_up.write_laps(tmp_path / "laps")
    hostile.check_cut_short("laps", folder, folder / "movie_dataset.json.gz", OPTIONS)


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_any_text_is_measured(tmp_path, text):
    workers = [{"worker_id": "w", "sessions": [made_up.laps_session(text, "ok", "film")]}]
    build("laps", made_up.write_laps(tmp_path / "laps", workers), tmp_path / "out", options=OPTIONS)
    assert len(read_group(tmp_path / "out").task("rec_request").tables["responses"]) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_told(tmp_path, data):
    (tmp_path / "movie_dataset.json").write_bytes(data)
    assert "movie_dataset.json" in hostile.outcome("laps", tmp_path, OPTIONS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_in_any_place_is_read_or_told(tmp_path, data):
    workers = hostile.mutated(made_up.LAPS_WORKERS, data.draw)
    (tmp_path / "movie_dataset.json").write_text(json.dumps(workers))
    found = hostile.outcome("laps", tmp_path, OPTIONS)
    assert found.endswith("responses") or "movie_dataset.json" in found


def test_the_real_file_has_190_workers_and_3031_turns_less_ten_that_close_a_session(data_dir):
    responses = KIND.read(data_dir / "laps", OPTIONS).responses
    assert len({r.seeker for r in responses}) == 190
    assert len(responses) == 3031 - 10
