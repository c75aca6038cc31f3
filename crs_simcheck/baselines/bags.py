"""Columns whose cells are no single number: bags of keys, and vectors.

A bag says how often a response holds each of some keys (aspects, kinds of words). As a value it is
a sorted tuple with repeats; as a column, a sparse matrix. A vector is kept in half precision: as a
value the bytes of its little-endian numbers, as a column a (R × d) array. None is "not read".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = [
    "HALF",
    "Bags",
    "bag_cell",
    "bag_of_cell",
    "packed_bags",
    "unpacked",
    "unpacked_bags",
    "vector_column",
    "vector_value",
    "vector_values",
]

HALF = np.dtype("<f2")
# How an empty bag is written; one that was not read is an empty cell.
_EMPTY = "-"


@dataclass(frozen=True, eq=False)
class Bags:
    """A column of R bags over V keys.

    Parameters
    ----------
    keys:
        (V,) the keys, sorted; each is in one bag at least.
    counts:
        (R × V) how often each bag holds each key.
    read:
        (R,) whether the bag was read at all; one that was may be empty.
    """

    keys: tuple[str, ...]
    counts: csr_array
    read: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of bags."""
        return int(self.read.size)

    @classmethod
    def of_values(cls, values: Sequence[tuple[str, ...] | None]) -> Bags:
        """Build a column from values."""
        keys = tuple(sorted({key for value in values for key in value or ()}))
        number = {key: i for i, key in enumerate(keys)}
        data: list[int] = []
        indices: list[int] = []
        indptr = [0]
        for value in values:
            for key, count in sorted(Counter(value or ()).items()):
                indices.append(number[key])
                data.append(count)
            indptr.append(len(indices))
        shape = (len(values), len(keys))
        counts = csr_array(
            (np.array(data, np.float64), np.array(indices, np.int32), np.array(indptr, np.int32)),
            shape=shape,
        )
        return cls(keys, counts, np.array([value is not None for value in values], dtype=bool))

    def values(self) -> list[tuple[str, ...] | None]:
        """Return the bags as values, the inverse of :meth:`of_values`."""
        ends = self.counts.indptr.tolist()
        columns, data = self.counts.indices.tolist(), self.counts.data.tolist()
        bags: list[tuple[str, ...] | None] = []
        for row, read in enumerate(self.read.tolist()):
            span = range(ends[row], ends[row + 1])
            bag = tuple(key for i in span for key in (self.keys[columns[i]],) * int(data[i]))
            bags.append(bag if read else None)
        return bags


def bag_cell(bag: tuple[str, ...] | None) -> str:
    """Return a bag as text: its keys in order, ``key:2`` for one that it holds twice."""
    if bag is None:
        return ""
    counts = sorted(Counter(bag).items())
    return " ".join(key if n == 1 else f"{key}:{n}" for key, n in counts) or _EMPTY


def bag_of_cell(text: str) -> tuple[str, ...] | None:
    """Return the bag that a text stands for, the inverse of :func:`bag_cell`.

    Raises
    ------
    ValueError
        Where a number of times is none.
    """
    if not text:
        return None
    bag: list[str] = []
    for part in () if text == _EMPTY else text.split(" "):
        key, colon, times = part.partition(":")
        if not key or (colon and not (times.isdecimal() and 0 < int(times) < 1 << 31)):
            raise ValueError(f"found '{part[:40]}', need keys, or key:2 for a key that comes twice")
        bag += [key] * (int(times) if colon else 1)
    return tuple(sorted(bag))


def packed_bags(name: str, bags: Bags) -> dict[str, NDArray[Any]]:
    """Return a column of bags as arrays to be stored."""
    return {
        f"{name}.keys": np.array(bags.keys, dtype=np.str_),
        f"{name}.counts": bags.counts.data.astype(np.float64),
        f"{name}.indices": bags.counts.indices.astype(np.int64),
        f"{name}.indptr": bags.counts.indptr.astype(np.int64),
        f"{name}.read": bags.read,
    }


def unpacked_bags(name: str, arrays: Mapping[str, NDArray[Any]]) -> Bags:
    """Return the column that :func:`packed_bags` stored.

    Raises
    ------
    KeyError, ValueError
        Where an array is missing, or they do not fit together.
    """
    keys = tuple(arrays[f"{name}.keys"].astype(np.str_).tolist())
    read = arrays[f"{name}.read"].astype(bool)
    data = arrays[f"{name}.counts"].astype(np.float64)
    counts = csr_array(
        (data, arrays[f"{name}.indices"], arrays[f"{name}.indptr"]), shape=(read.size, len(keys))
    )
    counts.check_format(full_check=True)
    whole = np.isfinite(data).all() and (data >= 1).all() and (data == np.round(data)).all()
    if list(keys) != sorted(set(keys)) or not whole:
        raise ValueError(f"'{name}' holds no counts of different keys")
    # Of the two kinds of indices, products of small ones are faster.
    indices, indptr = counts.indices.astype(np.int32), counts.indptr.astype(np.int32)
    return Bags(keys, csr_array((data, indices, indptr), shape=counts.shape), read)


def vector_value(vector: NDArray[np.floating]) -> bytes:
    """Return a vector (d,) as the bytes that a row keeps of it."""
    return np.ascontiguousarray(vector, dtype=HALF).tobytes()


def vector_column(values: Sequence[bytes | None]) -> NDArray[np.float16]:
    """Return the (R × d) column of such values; NaN where there is None.

    Raises
    ------
    ValueError
        Where the vectors do not have one dimension.
    """
    lengths = {len(value) for value in values if value is not None}
    if len(lengths) > 1:
        found = ", ".join(str(n // HALF.itemsize) for n in sorted(lengths))
        raise ValueError(f"vectors of one column have one dimension, found {found}")
    size = lengths.pop() if lengths else 0
    nothing = np.full(size // HALF.itemsize, np.nan, dtype=HALF).tobytes()
    joined = b"".join(nothing if value is None else value for value in values)
    return np.frombuffer(joined, dtype=HALF).reshape(len(values), size // HALF.itemsize)


def vector_values(column: NDArray[np.float16]) -> list[bytes | None]:
    """Return the values of a column, the inverse of :func:`vector_column`."""
    rows = np.ascontiguousarray(column, dtype=HALF)
    return [None if not row.size or np.isnan(row).any() else row.tobytes() for row in rows]


def unpacked(column: NDArray[np.float16]) -> NDArray[np.float64]:
    """Return a column of vectors in double precision, zeros where there is none."""
    return np.nan_to_num(column.astype(np.float64))
