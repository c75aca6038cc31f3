"""A group is written whole or not at all, whatever happens to the process."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crs_simcheck.baselines import read_group
from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.publish import write_whole
from crs_simcheck.errors import InputError
from tests.unit.baselines import made_up, made_up_amazon
from tests.unit.baselines.made_up import DATE, all_bytes

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def group(tmp_path):
    source = made_up.write_usersimcrs(tmp_path / "source")
    return build("usersimcrs", source, tmp_path / "first", options=BuildOptions(date=DATE))


def beside(folder):
    return sorted(p.name for p in folder.parent.iterdir() if folder.name in p.name)


def test_folders_are_made_and_nothing_is_left_beside(tmp_path, group):
    out = tmp_path / "new" / "deep" / "group"
    write_whole(group, out)
    assert all_bytes(out) == all_bytes(tmp_path / "first")
    assert beside(out) == ["group"]


def test_other_files_stay_and_stale_tables_go(tmp_path, group):
    out = tmp_path / "group"
    write_whole(group, out)
    (out / "README.md").write_text("mine", encoding="utf-8")
    (out / "items_talk.mentions.csv").write_text("seeker,film\n", encoding="utf-8")
    write_whole(group, out)
    assert set(all_bytes(out)) == {*all_bytes(tmp_path / "first"), "README.md"}
    assert beside(out) == ["group"]


def test_a_link_keeps_pointing_where_it_did(tmp_path, group):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(group, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert read_group(tmp_path / "real").name == group.name


def test_a_group_that_cannot_be_written_leaves_the_old_one(tmp_path, group, monkeypatch):
    out = tmp_path / "group"
    write_whole(group, out)
    before = all_bytes(out)

    def half(_group, folder):
        (folder / "group.toml").write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crs_simcheck.baselines.publish.write_group", half)
    with pytest.raises(InputError, match="cannot be written: No space left"):
        write_whole(group, out)
    assert all_bytes(out) == before
    assert beside(out) == ["group"]


def test_a_file_in_the_way_is_not_replaced(tmp_path, group):
    (tmp_path / "group").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="a file; need a folder"):
        write_whole(group, tmp_path / "group")
    assert (tmp_path / "group").read_text(encoding="utf-8") == "mine"


def test_what_a_killed_process_left_is_put_right(tmp_path, group):
    out = tmp_path / "group"
    write_whole(group, out)
    (out / "README.md").write_text("mine", encoding="utf-8")
    out.rename(tmp_path / ".group.old")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".group.{dead.pid}-0123abcd.tmp").mkdir()
    (tmp_path / f".group.{os.getpid()}-0123abcd.tmp").mkdir()  # of one that runs
    (tmp_path / ".group.mine.tmp").mkdir()
    write_whole(group, out)
    assert (out / "README.md").read_text(encoding="utf-8") == "mine"
    assert beside(out) == [f".group.{os.getpid()}-0123abcd.tmp", ".group.mine.tmp", "group"]


WRITE_ON = """
import sys
from pathlib import Path
from crs_simcheck.baselines import read_group
from crs_simcheck.baselines.publish import write_whole

one, two, out = (Path(p) for p in sys.argv[1:])
groups = [read_group(one), read_group(two)]
for number in range(1_000_000):
    for group in groups:
        write_whole(group, out)
    if not number:
        print("begun", flush=True)
"""


def killed_after(command, seconds, ready=False):
    """Start a command, kill it with SIGKILL after a while, and return whether it still ran."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as child:
        if ready:
            assert child.stdout.readline() == b"begun\n"
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            return True
        return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_while_writing_it_is_the_old_group_or_the_new(tmp_path, group):
    write_whole(group, tmp_path / "one")
    source = made_up.write_redial(tmp_path / "redial")
    build("redial", source, tmp_path / "two", options=BuildOptions(date=DATE))
    whole = [all_bytes(tmp_path / name) for name in ("one", "two")]
    out = tmp_path / "out"
    command = [sys.executable, "-c", WRITE_ON, *map(str, (tmp_path / "one", tmp_path / "two", out))]
    draw = random.Random(0)
    for _ in range(8):
        assert killed_after(command, draw.uniform(0.001, 0.1), ready=True)
        assert all_bytes(out if out.exists() else tmp_path / ".out.old") in whole
    write_whole(group, out)
    assert all_bytes(out) == whole[0]
    assert beside(out) == ["out"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_while_building_a_second_run_gives_the_bytes_of_an_undisturbed_one(tmp_path):
    reviews = made_up_amazon.some(made_up_amazon.review_2023, people=500)
    source = made_up_amazon.write(tmp_path / "reviews.jsonl.gz", reviews)
    program = [sys.executable, "-m", "crs_simcheck", "baseline", "build", str(source)]
    program += ["--kind", "amazon-2023", "--date", DATE, "--workers", "2", "-o"]
    begun = time.monotonic()
    subprocess.run([*program, str(tmp_path / "a" / "group")], check=True, cwd=ROOT)
    takes = time.monotonic() - begun
    expected = all_bytes(tmp_path / "a" / "group")
    out = tmp_path / "b" / "group"
    draw = random.Random(1)
    kills = 0
    for i in range(4):
        kills += killed_after([*program, str(out)], draw.uniform(0.3, 1.0) * takes)
        assert not out.exists() or all_bytes(out) == expected, i
    assert kills
    subprocess.run([*program, str(out)], check=True, cwd=ROOT)
    assert all_bytes(out) == expected
    assert beside(out) == ["group"]
