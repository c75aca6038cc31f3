"""Fewer seekers than there are: who is looked at where settings say how many."""

from __future__ import annotations

import hashlib

import numpy as np

from crs_simcheck.baselines import Group, SeekerStatistics
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.records import TASKS, Response

__all__ = ["sampled", "sampled_group"]


def sampled(rows: tuple[Response, ...], settings: SimulatorSettings) -> tuple[Response, ...]:
    """Keep the rows of as many seekers as were asked for, chosen by a hash of their ids."""
    if settings.seekers is None:
        return rows
    seekers = {row.seeker for row in rows}
    if len(seekers) <= settings.seekers:
        return rows

    def place(seeker: str) -> bytes:
        return hashlib.sha256(f"{settings.seed}/{seeker}".encode(errors="replace")).digest()

    kept = set(sorted(seekers, key=place)[: settings.seekers])
    return tuple(row for row in rows if row.seeker in kept)


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
