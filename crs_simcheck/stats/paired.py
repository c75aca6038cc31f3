"""Two sides of the same units: how they differ, and how sure that is.

Unit i of one side belongs with unit i of the other. Where nothing has changed between the sides,
the two of a pair could as well have come the other way round: that gives the test. How far the
difference reaches is told by leaving out a pair at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, issparse

from crs_simcheck.stats.functions import dense
from crs_simcheck.stats.rows import FloatArray, IntArray, Matrix, Pool, Rows
from crs_simcheck.stats.rule import ConfidenceInterval

__all__ = [
    "Pairs",
    "SwapTest",
    "correlation_of_errors",
    "cut_pairs",
    "difference_interval",
    "holm",
    "sum_interval",
    "swap_test",
]

_Function = Callable[[Pool], FloatArray]
# Numbers in one dense block of swapped pools: bounds memory to some 16 MB a block.
_CHUNK = 2_000_000
# Values nearer than this share of their size differ by rounding alone.
_ROUNDING = 1e-10


@dataclass(frozen=True, eq=False)
class Pairs:
    """Rows of two sides; both have the same units, in the same order, and the same columns.

    Raises
    ------
    ValueError
        Where they do not.
    """

    first: Rows
    second: Rows

    def __post_init__(self) -> None:
        """Refuse what cannot be paired."""
        if self.first.n_units != self.second.n_units:
            raise ValueError(f"{self.first.n_units} units cannot pair with {self.second.n_units}")
        for name, block in self.first.blocks.items():
            if self.second.blocks[name].shape[1] != block.shape[1]:
                raise ValueError(f"block '{name}' has other columns on the other side")

    def __len__(self) -> int:
        """Return the number of pairs."""
        return self.first.n_units

    @cached_property
    def _changes(self) -> dict[str, Matrix]:
        return {}

    def change(self, name: str) -> Matrix:
        """Return (n × F): the sums of a block of the second side less those of the first."""
        if name not in self._changes:
            self._changes[name] = self.second.unit_sums(name) - self.first.unit_sums(name)
        return self._changes[name]

    def differing(self, blocks: Sequence[str]) -> IntArray:
        """Return the pairs whose two sides are not the same in these blocks."""
        found = np.zeros(len(self), dtype=bool)
        for name in blocks:
            size = abs(self.change(name)).max(axis=1)
            found |= (size.toarray() if issparse(size) else np.asarray(size)).reshape(-1) > 0
        return np.flatnonzero(found)

    def units(self, wanted: IntArray) -> Pairs:
        """Return these pairs alone."""
        return Pairs(self.first.units(wanted), self.second.units(wanted))


def cut_pairs(first: Rows, second: Rows, rng: np.random.Generator) -> Pairs:
    """Return two sides with as many rows in each unit as the side with fewer has, at random."""
    keep = np.minimum(first.counts, second.counts)
    return Pairs(_cut(first, keep, rng), _cut(second, keep, rng))


def _cut(rows: Rows, keep: IntArray, rng: np.random.Generator) -> Rows:
    if np.array_equal(rows.counts, keep):
        return rows
    order = np.lexsort((rng.random(len(rows)), rows.owner))  # at random within each unit
    place = np.arange(len(rows)) - rows.starts[rows.owner]
    return rows.select(order[place < keep[rows.owner]])


# -- is there a difference? --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SwapTest:
    """A test of whether two sides differ.

    Parameters
    ----------
    difference:
        Value of the second side less that of the first; NaN where either does not exist.
    p_value:
        Two-sided; 1 where no pair differs.
    differing:
        How many pairs differ at all.
    exact:
        Whether all ways to swap were looked at, and not some at random.
    least_p:
        The least that p could have been, whatever was seen: the share of ways to swap that give the
        largest difference. 1 where all give the same (an event that nobody has).
    """

    difference: float
    p_value: float
    differing: int
    exact: bool
    least_p: float


def swap_test(
    pairs: Pairs,
    function: _Function,
    blocks: Sequence[str],
    n_draws: int,
    rng: np.random.Generator,
) -> SwapTest:
    """Test by swapping the two of a pair, for any set of pairs, whether two sides differ.

    If nothing but chance parts the sides, each of the 2ᵏ ways to swap k pairs is as likely as what
    was seen (Fisher 1935; Pitman 1937). p is the share of ways with a difference at least as large,
    of all of them where there are no more than ``n_draws``, else of as many at random and the one
    that was seen (so that p is never 0). Pairs that are the same on both sides change nothing and
    are not counted among the k. A way in which the value does not exist counts as at least as
    large.

    Parameters
    ----------
    function:
        Pool of G groups → (G,) values.
    blocks:
        Names of the blocks that it reads.
    n_draws:
        At least 1.
    """
    if n_draws < 1:
        raise ValueError(f"at least one way to swap must be looked at, got {n_draws}")
    where = pairs.differing(blocks)
    exact = where.size - 1 <= math.log2(n_draws)
    swaps = _all_swaps(where.size) if exact else _some_swaps(where.size, n_draws, rng)
    seen = _differences(pairs, where, np.zeros((1, where.size)), function, blocks)[0]
    if not np.isfinite(seen) or where.size == 0:
        return SwapTest(float(seen), 1.0, int(where.size), exact, 1.0)
    found = _differences(pairs, where, swaps, function, blocks)
    size = np.abs(np.nan_to_num(found, nan=np.inf))
    least = abs(seen) * (1 - _ROUNDING) - _ROUNDING
    as_large = int(np.count_nonzero(size >= least))
    most = float(size.max())
    least_p = int(np.count_nonzero(size >= most * (1 - _ROUNDING) - _ROUNDING)) / size.size
    p_value = as_large / size.size if exact else (1 + as_large) / (1 + size.size)
    return SwapTest(float(seen), p_value, int(where.size), exact, least_p)


def _all_swaps(k: int) -> FloatArray:
    """Return every way to swap but those that only turn the sign: the last pair stays."""
    ways = np.arange(2 ** max(k - 1, 0))
    return ((ways[:, None] >> np.arange(k)) & 1).astype(np.float64)


def _some_swaps(k: int, n_draws: int, rng: np.random.Generator) -> FloatArray:
    return rng.integers(0, 2, (n_draws, k)).astype(np.float64)


def _differences(
    pairs: Pairs, where: IntArray, swaps: FloatArray, function: _Function, blocks: Sequence[str]
) -> FloatArray:
    """Return the (D,) differences where pairs are swapped: (D × k) zeros and ones."""
    found = [
        function(second) - function(first) for first, second in _pools(pairs, where, swaps, blocks)
    ]
    return np.concatenate(found)


def _pools(
    pairs: Pairs, where: IntArray, swaps: FloatArray, blocks: Sequence[str]
) -> Iterator[tuple[Pool, Pool]]:
    """Yield the pools of both sides, some ways to swap at a time.

    What a swap takes to one side it takes from the other, so one product serves both.
    """
    totals = {
        name: tuple(_total(rows.blocks[name]) for rows in (pairs.first, pairs.second))
        for name in blocks
    }
    columns = {name: np.flatnonzero(abs(a) + abs(b)) for name, (a, b) in totals.items()}
    widest = max((c.size for c in columns.values()), default=1)
    step = max(1, _CHUNK // max(1, widest))
    moved = {name: dense(pairs.change(name)[where][:, columns[name]]) for name in blocks}
    for first in range(0, len(swaps), step):
        some = swaps[first : first + step]
        given: tuple[dict[str, Matrix], dict[str, Matrix]] = {}, {}
        for name, (a, b) in totals.items():
            at, change = columns[name], some @ moved[name]
            sparse = issparse(pairs.first.blocks[name])
            for side, values in zip(given, (a[at] + change, b[at] - change), strict=True):
                side[name] = _placed(values, at, a.size, sparse)
        yield (
            Pool(len(some), pairs.first, given=given[0]),
            Pool(len(some), pairs.second, given=given[1]),
        )


def _total(block: Matrix) -> FloatArray:
    return np.asarray(block.sum(axis=0), dtype=np.float64).reshape(-1)


def _placed(values: FloatArray, columns: IntArray, width: int, sparse: bool) -> Matrix:
    """Return values as columns of a wider matrix, sparse or dense as the rows are."""
    n = values.shape[0]
    if not sparse:
        whole = np.zeros((n, width))
        whole[:, columns] = values
        return whole
    ends = np.arange(n + 1, dtype=np.int32) * columns.size
    indices = np.tile(columns.astype(np.int32), n)
    return csr_array((values.reshape(-1), indices, ends), shape=(n, width))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for how many they are (Holm 1979), in the order given.

    The i-th smallest of m is multiplied by m − i + 1, and none falls below a smaller one: with
    those up to α called different, the chance that any of them is wrong is at most α, whatever
    hangs on what.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [1.0] * len(p_values)
    largest = 0.0
    for place, i in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - place) * p_values[i]))
        adjusted[i] = largest
    return adjusted


# -- how large is it? --------------------------------------------------------------------------


def correlation_of_errors(first: FloatArray, second: FloatArray) -> float:
    """Return the correlation of two sides' errors from their (n,) leave-one-out values.

    0 where either does not vary, or does not exist.
    """
    if not (np.isfinite(first).all() and np.isfinite(second).all()) or first.size < 2:
        return 0.0
    a, b = first - first.mean(), second - second.mean()
    size = math.sqrt(float(a @ a) * float(b @ b))
    noise = _ROUNDING * float(np.abs(first).max() * np.abs(second).max()) * first.size
    return 0.0 if size <= noise**2 or size == 0 else max(-1.0, min(1.0, float(a @ b) / size))


def difference_interval(
    values: tuple[float, float],
    intervals: tuple[ConfidenceInterval, ConfidenceInterval],
    correlation: float,
) -> ConfidenceInterval:
    """Return the interval of the second value less the first, from the interval of each.

    ``d − √((v₂ − l₂)² − 2ρ (v₂ − l₂)(u₁ − v₁) + (u₁ − v₁)²)`` below, and the like above (Zou and
    Donner 2008; Newcombe 1998 for rates). Where both are v ± t·se of the jackknife and ρ is the
    correlation of their leave-one-out values, it is d ± t·se of the paired jackknife to the digit.

    Parameters
    ----------
    correlation:
        ρ, of the errors of the two.
    """
    (v1, v2), (one, two) = values, intervals
    low = _joined(v2 - two.low, one.high - v1, -correlation)
    high = _joined(two.high - v2, v1 - one.low, -correlation)
    return ConfidenceInterval(v2 - v1 - low, v2 - v1 + high)


def sum_interval(
    values: tuple[float, float],
    intervals: tuple[ConfidenceInterval, ConfidenceInterval],
    correlation: float,
) -> ConfidenceInterval:
    """Return the interval of the sum of two values; as :func:`difference_interval`."""
    (v1, v2), (one, two) = values, intervals
    low = _joined(v1 - one.low, v2 - two.low, correlation)
    high = _joined(one.high - v1, two.high - v2, correlation)
    return ConfidenceInterval(v1 + v2 - low, v1 + v2 + high)


def _joined(a: float, b: float, correlation: float) -> float:
    return math.sqrt(max(0.0, a * a + b * b + 2 * correlation * a * b))
