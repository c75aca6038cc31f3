"""Rows for hypothesis: a few units, each with a few rows of whole numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import csr_array

from crs_simcheck.stats import Rows


@st.composite
def rows_of_units(draw, min_units=1, max_units=6, max_rows=5, width=4, min_rows=0):
    n_units = draw(st.integers(min_units, max_units))
    counts = draw(st.lists(st.integers(min_rows, max_rows), min_size=n_units, max_size=n_units))
    owner = np.repeat(np.arange(n_units), counts)
    numbers = st.lists(st.integers(0, 5), min_size=width, max_size=width)
    table = draw(st.lists(numbers, min_size=owner.size, max_size=owner.size))
    dense = np.array(table, dtype=np.float64).reshape(owner.size, width)
    return Rows(owner, n_units, {"dense": dense, "sparse": csr_array(dense)})


def numbered_rows(counts) -> Rows:
    """Rows whose one block tells each row from every other."""
    counts = np.asarray(counts)
    owner = np.repeat(np.arange(counts.size), counts)
    return Rows(owner, counts.size, {"row": csr_array(np.eye(owner.size))})


def as_dense(block):
    return block if isinstance(block, np.ndarray) else block.toarray()
