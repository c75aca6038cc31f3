"""Fewer seekers than there are: who is looked at where settings say how many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from crs_simcheck.baselines import Group, SeekerStatistics
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.records import TASKS, Response

__all__ = ["chosen", "in_order", "sampled", "sampled_group"]


def sampled(rows: tuple[Response, ...], settings: SimulatorSettings) -> tuple[Response, ...]:
    """Keep the rows of as many seekers as were asked for, chosen by a hash of their ids."""
    if settings.seekers is None:
        return rows
    kept = chosen((row.seeker for row in rows), settings.seekers, settings.seed)
    return tuple(row for row in rows if row.seeker in kept)


def chosen(seekers: Iterable[str], count: int | None, seed: int) -> frozenset[str]:
    """Return ``count`` of the seekers, chosen by a hash of their ids; all where it is None."""
    everybody = frozenset(seekers)
    if count is None or len(everybody) <= count:
        return everybody
    return frozenset(in_order(everybody, seed)[:count])


def in_order(seekers: Iterable[str], seed: int) -> list[str]:
    """Return the seekers in an order by a hash of their ids: whoever comes later moves nobody."""

    def place(seeker: str) -> bytes:
        return hashlib.sha256(f"{seed}/{seeker}".encode(errors="replace")).digest()

    return sorted(seekers, key=place)


def sampled_group(group: Group, settings: SimulatorSettings) -> Group:
    """Keep as many seekers of each task as were asked for; a group has no ids to choose by."""
    if settings.seekers is None:
        return group
    tasks = dict(group.tasks)
    for task, statistics in group.tasks.items():
        if statistics.n_seekers > settings.seekers:
            rng = np.random.default_rng([settings.seed, TASKS.index(task)])
            everybody = statistics.seekers()
            kept = rng.permutation(statistics.n_seekers)[: settings.seekers].tolist()
            tasks[task] = SeekerStatistics.of_seekers(
                [everybody[i] for i in kept], statistics.tables, statistics.design
            )
    return group.with_tasks(tasks)
