"""A real Dask scheduler with two workers, one of which is killed half-way."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.amazon import kinds
from crs_simcheck.baselines.spread import spread
from crs_simcheck.baselines.total import Work
from crs_simcheck.errors import InputError
from tests.unit.baselines import made_up_amazon
from tests.unit.baselines.made_up import DATE, all_bytes
from tests.unit.baselines.test_spread import squared

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).resolve().parents[3]
LOCAL = ["--host", "127.0.0.1", "--no-dashboard"]


def started(module, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A worker finds the functions of tests as well, and numpy uses one core of the few.
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler, and two workers of one thread each."""
    pytest.importorskip("distributed", reason="needs the extra `cluster`")
    from distributed import Client

    where = tmp_path / "scheduler.json"
    flags = ["--port", "0", "--scheduler-file", where, *LOCAL]
    running = [started("distributed.cli.dask_scheduler", *flags)]
    flags = ["--scheduler-file", where, "--nthreads", "1", "--no-nanny", *LOCAL]
    flags += ["--local-directory", tmp_path / "scratch"]
    workers = [started("distributed.cli.dask_worker", *flags) for _ in range(2)]
    try:
        limit = time.monotonic() + 60
        while not where.exists():
            assert time.monotonic() < limit
            assert running[0].poll() is None
            time.sleep(0.05)
        with Client(scheduler_file=str(where), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield address, workers
    finally:
        for process in [*workers, *running]:
            process.kill()
            process.wait()


def test_a_map_on_a_cluster_is_in_order(cluster):
    address, _ = cluster
    found = list(spread(squared, {"plus": 1}, iter(range(40)), cluster=address))
    assert [one["is"]["square"] for one in found] == [1 + n * n for n in range(40)]


def test_one_worker_killed_half_way_changes_no_byte(cluster, tmp_path, monkeypatch):
    address, workers = cluster
    monkeypatch.setattr("crs_simcheck.baselines.total.BLOCK", 20)
    reviews = made_up_amazon.some(made_up_amazon.review_2023, people=400)
    source = made_up_amazon.write(tmp_path / "in" / "reviews.jsonl.gz", reviews)
    options = BuildOptions(date=DATE)
    build("amazon-2023", source, tmp_path / "one" / "group", options=options)
    read = 0

    def written(kept, labels, real=kinds._written):
        nonlocal read
        for response in real(kept, labels):
            read += 1
            if read == len(reviews) // 2:
                workers[0].kill()
                workers[0].wait()
            yield response

    monkeypatch.setattr(kinds, "_written", written)
    out = tmp_path / "two" / "group"
    build("amazon-2023", source, out, options=options, work=Work(cluster=address))
    assert read > len(reviews) // 2
    assert workers[0].poll() is not None
    assert workers[1].poll() is None
    assert all_bytes(out) == all_bytes(tmp_path / "one" / "group")


def test_from_the_command_line(cluster, tmp_path):
    address, _ = cluster
    source = made_up_amazon.write_2018(tmp_path / "in")
    for name, more in (("one", []), ("two", ["--dask", address])):
        out = tmp_path / name / "group"
        command = [sys.executable, "-m", "crs_simcheck", "baseline", "build", str(source)]
        command += ["--kind", "amazon-2018", "--date", DATE, *more, "-o", str(out)]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert all_bytes(tmp_path / "one" / "group") == all_bytes(tmp_path / "two" / "group")


def test_no_scheduler_at_an_address():
    pytest.importorskip("distributed", reason="needs the extra `cluster`")
    import dask

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(InputError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:1'"),
    ):
        list(spread(squared, {"plus": 0}, range(3), cluster="tcp://127.0.0.1:1"))
