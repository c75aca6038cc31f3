"""A map over blocks, in this process, in several, or on a cluster: the results come in order.

What is done with a block depends on the block and on what all share (``context``), so that it makes
no difference where it is done. Few blocks are on their way at a time, however many there are.
"""

from __future__ import annotations

import copyreg
import io
import os
import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, TypeVar

from crs_simcheck.errors import InputError

__all__ = ["spread"]

_Context = TypeVar("_Context")
_Block = TypeVar("_Block")
_Result = TypeVar("_Result")

# Blocks that are done here before it is worth while to start other processes.
_AT_HOME = 4
# Blocks on their way for each worker.
_EACH = 2
# How often a cluster tries a block again whose worker is gone.
_RETRIES = 5


def spread(
    function: Callable[[_Context, _Block], _Result],
    context: _Context,
    blocks: Iterable[_Block],
    *,
    workers: int | None = 1,
    cluster: str | None = None,
) -> Iterator[_Result]:
    """Yield ``function(context, block)`` of each block, in order.

    Parameters
    ----------
    function:
        One of a module: other processes find it by its name.
    workers:
        Number of processes; None is one for each core, once there is work enough for several.
    cluster:
        Address of a Dask scheduler that does the work instead.

    Raises
    ------
    InputError
        No such cluster, the extra is not installed, or a worker died again and again.
    """
    if cluster is not None:
        yield from _on_cluster(function, context, blocks, cluster)
        return
    number = workers if workers is not None else os.cpu_count() or 1
    # Packed before any work is done with it, which may load what no other process needs to get.
    shared = _packed((function, context)) if number > 1 else b""
    rest = iter(blocks)
    for block in islice(rest, _AT_HOME if workers is None else 0):
        yield function(context, block)
    if number == 1:
        for block in rest:
            yield function(context, block)
        return
    more = next(rest, None)
    if more is not None:
        yield from _in_processes(shared, chain((more,), rest), number)


def _in_processes(shared: bytes, blocks: Iterable[Any], workers: int) -> Iterator[Any]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # Not "fork": threads that read ahead run in this process.
    pool = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(shared,),
    )
    try:
        yield from _in_order(
            lambda block: pool.submit(_work_here, _packed(block)), blocks, _EACH * workers
        )
    except BrokenProcessPool as error:
        raise InputError(
            "a worker process ended before its work was done",
            field="workers",
            fix="check the memory; --workers 1 works without any. A script that builds needs "
            "'if __name__ == \"__main__\":' around it",
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


# What a worker process of ours got once, at its start.
_held: list[bytes] = []


def _begin(shared: bytes) -> None:
    _held[:] = [shared]
    _end_with_parent()


def _work_here(block: bytes) -> bytes:
    return _work(_held[0], block)


def _end_with_parent() -> None:
    """See that a worker process ends when the one that started it does, however that ends."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)


def _packed(value: Any) -> bytes:
    """Return what carries a value to another process; read-only mappings, too."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table | {MappingProxyType: _mapping}
    pickler.dump(value)
    return buffer.getvalue()


def _mapping(mapping: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return _read_only, (dict(mapping),)


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


@lru_cache(maxsize=1)
def _shared(packed: bytes) -> Any:
    return pickle.loads(packed)  # noqa: S301 - packed above, by the process that asks for the work


def _work(shared: bytes, block: bytes) -> bytes:
    """Do the work of one block; runs in a worker, which got both from the process that asks."""
    function, context = _shared(shared)
    return _packed(function(context, pickle.loads(block)))  # noqa: S301


def _in_order(
    submit: Callable[[_Block], Any], blocks: Iterable[_Block], most: int
) -> Iterator[Any]:
    """Yield the results of futures in the order of blocks, ``most`` of them on their way."""
    waiting: deque[Any] = deque()
    for block in blocks:
        waiting.append(submit(block))
        if len(waiting) >= most:
            yield pickle.loads(waiting.popleft().result())  # noqa: S301 - our own worker made it
    while waiting:
        yield pickle.loads(waiting.popleft().result())  # noqa: S301


def _on_cluster(
    function: Callable[[_Context, _Block], _Result],
    context: _Context,
    blocks: Iterable[_Block],
    address: str,
) -> Iterator[_Result]:
    with _client(address) as client:
        from distributed.scheduler import KilledWorker

        # A task and not scattered data: a task is done again where the worker that held it dies.
        shared = client.submit(_itself, _packed((function, context)), pure=False, retries=_RETRIES)

        def submit(block: _Block) -> Any:
            return client.submit(_work, shared, _packed(block), pure=False, retries=_RETRIES)

        most = max(4, _EACH * sum(client.nthreads().values()))
        try:
            yield from _in_order(submit, blocks, most)
        except KilledWorker as error:
            raise InputError(
                f"workers of the cluster die at this work: {error}",
                field="dask",
                fix="check their memory and that they have this version of crs-simcheck",
            ) from error


def _itself(shared: bytes) -> bytes:
    return shared


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            "a cluster needs Dask, which is not installed",
            field="dask",
            fix="pip install 'crs-simcheck[cluster]'",
        ) from error
    try:
        client = Client(address, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"no Dask scheduler answers at '{address}': {error}",
            field="dask",
            fix="give its address, such as tcp://127.0.0.1:8786",
        ) from error
    with client:
        yield client
