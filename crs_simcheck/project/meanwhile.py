"""While a simulator is asked, the processor waits: what needs no answer can be done then."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from crs_simcheck.baselines import Group, label_resolver
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.project.live import LiveRun
from crs_simcheck.project.readers import readers_for
from crs_simcheck.project.record import record
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.records import Response, TaskName
from crs_simcheck.tasks import TEXT_TASKS, observe

__all__ = ["meanwhile", "prepare", "record_meanwhile"]

# Threads take turns after so many seconds: with the usual 5 ms, answers that are there would wait.
_TURN = 0.0005


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Do some work in a thread beside what is done within; it is done when this ends well.

    What the work raises is not told: whoever needs its result does it again, and is told then.
    """

    def quietly() -> None:
        with suppress(Exception):
            work()

    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    thread = threading.Thread(target=quietly, name="crs-simcheck prepares", daemon=True)
    thread.start()
    try:
        yield
        thread.join()
    finally:
        sys.setswitchinterval(before)


def record_meanwhile(
    run: LiveRun,
    tasks: Iterable[TaskName],
    compared: Callable[[], Iterable[tuple[Group | None, Catalogue]]],
) -> None:
    """Ask what a simulator's settings say is to be asked, and prepare its measuring meanwhile."""
    _ = run.planned  # what is wrong with it is told before anything is prepared
    prose = any(task in TEXT_TASKS for task in tasks)
    with meanwhile(lambda: prepare(run.settings, compared(), prose)):
        record(run, run.live.record)


def prepare(
    settings: SimulatorSettings, compared: Iterable[tuple[Group | None, Catalogue]], prose: bool
) -> None:
    """Make ready what measuring a simulator needs beside its answers.

    Parameters
    ----------
    compared:
        The people that it is compared with, and the films that it is resolved against.
    prose:
        Whether any task asks for prose.
    """
    for people, films in compared:
        label_resolver(films)("nothing")
        if prose:
            readers = readers_for(settings, films, people)
            observe(Response("rec_request", "", "A quiet film."), readers=readers)
