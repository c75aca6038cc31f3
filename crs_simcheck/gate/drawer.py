"""Groups of the same size, drawn once for all metrics and all simulators that need them."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from crs_simcheck.records import TaskName
from crs_simcheck.stats import Allowance, Draws, IntArray, Pool, Rows, draw_pools

__all__ = ["Drawer"]

# Draws that are kept for other simulators, in bytes.
_MOST_KEPT = 200_000_000


@dataclass(frozen=True, eq=False)
class Drawer:
    """Draws groups of the same size, each once for all metrics that need it.

    What is drawn depends on the seed and on what it is for, never on what was drawn before: so
    simulators that are held against the same people, and have as many answers, share the draws.
    """

    task: TaskName
    seed: int
    n_draws: int
    _made: dict[tuple[str, str, int], Draws] = field(default_factory=dict)

    def rng(self, *parts: str | int) -> np.random.Generator:
        """Return a generator for one purpose."""
        text = "/".join(map(str, (self.task, *parts)))
        return np.random.default_rng([self.seed, zlib.crc32(text.encode())])

    def groups(self, side: str, table: str, rows: Rows, size: int, both: Allowance) -> Draws:
        """Return draws of groups of one side, cut to what both sides have."""
        key = (side, table, size)
        if key not in self._made:
            cut = both if int(both.of_size(size).min()) < int(rows.counts.max()) else None
            groups, weights = self._drawn(key, rows, size, cut)
            self._made[key] = Draws(groups, Pool(self.n_draws, rows, weights))
        return self._made[key]

    def _drawn(
        self, key: tuple[str, str, int], rows: Rows, size: int, cut: Allowance | None
    ) -> tuple[IntArray, csr_array]:
        """Return which units and which rows are drawn; of the rows only their owners matter."""
        ends = b"" if cut is None else b"/".join((cut.first.tobytes(), cut.second.tobytes()))
        place = (self.task, self.seed, self.n_draws, key, rows.counts.tobytes(), ends)
        kept = _KEPT.get(place)
        if kept is None:
            bare = Rows(rows.owner, rows.n_units, {})
            made = draw_pools(bare, size, self.n_draws, self.rng(*key), cut)
            weights = made.pool.weights
            if weights is None:
                raise AssertionError("what was drawn has weights")
            kept = made.groups, weights
            _KEPT.put(place, kept)
        return kept


class _Kept:
    """What was drawn last, as far as it is not too much."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[object, tuple[IntArray, csr_array]] = OrderedDict()

    def get(self, place: object) -> tuple[IntArray, csr_array] | None:
        """Return what was drawn for a purpose, or None."""
        return self._drawn.get(place)

    def put(self, place: object, drawn: tuple[IntArray, csr_array]) -> None:
        """Keep what was drawn; the oldest goes where it becomes too much."""
        self._drawn[place] = drawn
        while sum(map(_bytes, self._drawn.values())) > _MOST_KEPT:
            self._drawn.popitem(last=False)


def _bytes(drawn: tuple[IntArray, csr_array]) -> int:
    groups, weights = drawn
    arrays = (groups, weights.data, weights.indices, weights.indptr)
    return sum(array.nbytes for array in arrays)


_KEPT = _Kept()
