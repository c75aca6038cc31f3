"""A map in one process and in several: the same results in the same order."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import MappingProxyType

import pytest

from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.spread import spread
from crs_simcheck.baselines.total import Work
from crs_simcheck.errors import InputError, InstrumentError
from tests.unit.baselines import made_up, made_up_amazon
from tests.unit.baselines.made_up import all_bytes
from tests.unit.baselines.test_build import OPTIONS, SOURCES

ROOT = Path(__file__).resolve().parents[3]


def squared(context, block):
    return {"of": block, "is": MappingProxyType({"square": context["plus"] + block * block})}


def where(_context, _block):
    return os.getpid()


def end_it(_context, block):
    if block == 5:
        os._exit(3)
    return block


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2, None])
def test_results_come_in_order(workers):
    context = MappingProxyType({"plus": 1})
    found = list(spread(squared, context, iter(range(25)), workers=workers))
    assert [one["of"] for one in found] == list(range(25))
    assert [one["is"]["square"] for one in found] == [1 + n * n for n in range(25)]
    assert list(spread(squared, context, [], workers=workers)) == []


def test_little_work_is_done_here_and_more_by_others():
    assert set(spread(where, None, range(4), workers=None)) == {os.getpid()}
    assert os.getpid() not in set(spread(where, None, range(4), workers=2))


@pytest.mark.slow
def test_blocks_are_not_taken_long_before_they_are_needed():
    taken = []

    def blocks():
        for i in range(50):
            taken.append(i)
            yield i

    results = spread(squared, {"plus": 0}, blocks(), workers=2)
    next(results)
    assert len(taken) <= 8
    results.close()


def test_a_worker_that_ends_is_told_of():
    with pytest.raises(InputError, match="a worker process ended before its work was done"):
        list(spread(end_it, None, range(20), workers=2))


def test_no_cluster_where_none_answers():
    try:
        import distributed
    except ImportError:
        with pytest.raises(InputError, match=r"pip install 'crs-simcheck\[cluster\]'"):
            list(spread(squared, {"plus": 0}, range(3), cluster="tcp://127.0.0.1:1"))
    else:
        assert distributed


@pytest.mark.parametrize("number", [0, -1, True])
def test_workers_are_a_number_from_1(number):
    with pytest.raises(InputError, match="field 'workers'"):
        Work(number)


@pytest.mark.parametrize("kind", ["amazon-2023", "redial", "rows"])
def test_any_number_of_workers_gives_the_same_bytes(tmp_path, kind, monkeypatch):
    monkeypatch.setattr("crs_simcheck.baselines.total.BLOCK", 2)
    source = SOURCES[kind](tmp_path / "machine" / kind)
    given = {"date": made_up.DATE, **OPTIONS.get(kind, {})}
    if kind == "rows":
        given["catalogue"] = source.parent / "catalogue.csv"
        given["profiles"] = source.parent / "profiles.jsonl"
    for folder, work in (("one", Work(1)), ("two", Work(2))):
        out = tmp_path / folder / "group"
        build(kind, source, out, options=BuildOptions(**given), work=work)
    assert all_bytes(tmp_path / "one" / "group") == all_bytes(tmp_path / "two" / "group")


def test_cutting_into_blocks_changes_nothing(tmp_path, monkeypatch):
    source = made_up.write_redial(tmp_path / "redial")
    options = BuildOptions(date=made_up.DATE, cap=1)
    build("redial", source, tmp_path / "a" / "group", options=options)
    monkeypatch.setattr("crs_simcheck.baselines.total.BLOCK", 1)
    build("redial", source, tmp_path / "b" / "group", options=options)
    assert all_bytes(tmp_path / "a" / "group") == all_bytes(tmp_path / "b" / "group")


def test_a_worker_with_other_instruments_is_refused(tmp_path, monkeypatch):
    from crs_simcheck.baselines import total

    def elsewhere(how, block, real=total._measured):
        part = real(how, block)
        return dataclasses.replace(part, versions={**part.versions, "words": 99})

    monkeypatch.setattr(total, "_measured", elsewhere)
    source = made_up.write_usersimcrs(tmp_path / "s")
    with pytest.raises(InstrumentError, match=r"a worker has instrument 'words/99', .* 'words/"):
        build("usersimcrs", source, tmp_path / "out")


def running(process):
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").split()[2] != "Z"
    except FileNotFoundError:
        return False


def children_of(process):
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process:
            found.append(int(path.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to look in")
def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path):
    reviews = made_up_amazon.some(made_up_amazon.review_2018, people=4_000)
    source = made_up_amazon.write(tmp_path / "x.jsonl", reviews)
    command = [sys.executable, "-m", "crs_simcheck", "baseline", "build", str(source)]
    command += ["--kind", "amazon-2018", "--people", "all", "--workers", "2", "-o", "out"]
    with subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}) as one:
        limit = time.monotonic() + 60
        while len(workers := children_of(one.pid)) < 2:
            assert one.poll() is None
            assert time.monotonic() < limit
            time.sleep(0.05)
        time.sleep(0.5)
        one.send_signal(signal.SIGKILL)
    while any(map(running, workers)):
        assert time.monotonic() < limit
        time.sleep(0.05)
    assert not (tmp_path / "out").exists()
