"""Groups split in two by person: a simulator and a baseline who are one crowd."""

import numpy as np

from crs_simcheck.baselines import SeekerStatistics


def halves(group, task, seed, tables=None):
    """Yield the two halves of a group's people of one task, with these tables or all."""
    statistics = group.task(task)
    kept = [name for name in statistics.tables if tables is None or name in tables]
    people = statistics.seekers()
    order = np.random.default_rng(seed).permutation(len(people))
    for chosen in np.array_split(order, 2):
        half = SeekerStatistics.of_seekers([people[i] for i in chosen], kept, statistics.design)
        yield group.with_tasks({task: half})
