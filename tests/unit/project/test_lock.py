"""``simcheck.lock``: written as it is read, the same bytes each time, and nothing else is taken."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from crs_simcheck.errors import SettingsError
from crs_simcheck.project.lock import (
    Lock,
    LockedGate,
    LockedSimulator,
    LockedTask,
    lock_text,
    read_lock,
    write_lock,
)
from crs_simcheck.records import TASKS
from crs_simcheck.schemas import load_schema

INF = float("inf")
numbers = st.integers(-(10**7), 10**7).map(lambda n: n / 10**4)
spans = st.tuples(numbers, numbers).map(lambda two: (min(two), max(two)))
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
hashes = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)
gates = st.builds(
    LockedGate,
    st.sampled_from(["within", "drifted", "inconclusive"]),
    st.integers(0, 10**6),
    st.none() | numbers,
    st.none() | spans,
    st.none() | spans | st.just((-INF, 0.05)) | st.just((0.6, INF)),
    st.none() | numbers.map(abs),
    words,
)
tasks = st.builds(
    LockedTask,
    words,
    st.dictionaries(words, st.integers(0, 99) | words, max_size=3),
    st.dictionaries(words, gates, max_size=3),
    st.none() | hashes,
    st.none() | words,
)
simulators = st.builds(
    LockedSimulator,
    st.dictionaries(st.sampled_from(TASKS), tasks, min_size=1, max_size=2),
    st.none() | words,
    st.lists(words, unique=True, max_size=2).map(lambda d: tuple(sorted(d))),
)
locks = st.builds(Lock, st.dictionaries(words, simulators, max_size=2))
GATE = LockedGate("within", 100, 7.98651, (7.8322, 8.14083), (7.7576, 8.5576), 0.4)
LOCK = Lock(
    {"seeker": LockedSimulator({"items_talk": LockedTask("b", {}, {"item_entropy": GATE})})}
)


@settings(max_examples=40)
@given(locks)
def test_what_is_written_is_read(lock):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "simcheck.lock"
        write_lock(lock, path)
        text = path.read_text(encoding="utf-8")
        assert read_lock(path) == lock
        assert lock_text(read_lock(path)) == text
        Draft202012Validator(load_schema("lock")).validate(tomllib.loads(text))


def test_a_gate_is_a_line_and_floats_are_rounded():
    line = next(one for one in lock_text(LOCK).splitlines() if one.startswith("item_entropy"))
    assert line == (
        'item_entropy = { verdict = "within", value = 7.9865, interval = [7.8322, 8.1408], '
        "range = [7.7576, 8.5576], margin = 0.4000, seekers = 100 }"
    )
    assert "-0.0000" not in lock_text(
        Lock({"s": LockedSimulator({"bin_pref": LockedTask("", {}, {"m": LockedGate("within", 1,
                                                                                    -1e-9)})})})
    )  # fmt: skip


def test_no_file_is_no_lock(tmp_path):
    assert read_lock(tmp_path / "simcheck.lock") is None


@pytest.mark.parametrize(
    "text,word",
    [
        ("", "found format = None"),
        ("format = 2", "found format = 2"),
        ("<<<<<<< HEAD\nformat = 1", "is no TOML"),
        ("format = 1\nsimulator = 3", "need a table"),
        ("format = 1\n[simulator.s]\ntasks = 1", "simulator.s.tasks"),
        ("format = 1\n[simulator.s.tasks.talk]", "'talk'"),
        ("format = 1\n[simulator.s.tasks.bin_pref]", "baseline"),
        ('format = 1\n[simulator.s.tasks.bin_pref]\nbaseline = "b"\ngates = { m = 1 }', "gates.m"),
        (
            'format = 1\n[simulator.s.tasks.bin_pref]\nbaseline = "b"\n'
            'gates = { m = { verdict = "regressed", seekers = 1 } }',
            "'regressed'",
        ),
        (
            'format = 1\n[simulator.s.tasks.bin_pref]\nbaseline = "b"\n'
            'gates = { m = { verdict = "within", seekers = 1, interval = [2, 1] } }',
            "the lower first",
        ),
        (
            'format = 1\n[simulator.s.tasks.bin_pref]\nbaseline = "b"\n'
            'gates = { m = { verdict = "within", seekers = 1, value = nan } }',
            "need a number",
        ),
        ("\x00", "is no TOML"),
    ],
)
def test_what_is_no_lock_says_so(tmp_path, text, word):
    path = tmp_path / "simcheck.lock"
    path.write_text(text)
    with pytest.raises(SettingsError, match="crs-simcheck accept") as caught:
        read_lock(path)
    assert word in str(caught.value)


def test_a_lock_that_is_no_text(tmp_path):
    path = tmp_path / "simcheck.lock"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_lock(path)
