import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.baselines.bags import (
    Bags,
    bag_cell,
    bag_of_cell,
    packed_bags,
    unpacked_bags,
    vector_column,
    vector_value,
    vector_values,
)

keys = st.text("abcdef.0123456789", min_size=1, max_size=6)
bags = st.none() | st.lists(keys, max_size=8).map(lambda bag: tuple(sorted(bag)))
vectors = st.none() | st.lists(st.floats(-1, 1, width=16), min_size=3, max_size=3).map(
    lambda v: vector_value(np.array(v))
)


@given(st.lists(bags, max_size=6))
def test_a_column_of_bags_gives_its_values_back(values):
    column = Bags.of_values(values)
    assert column.values() == values
    assert len(column) == len(values)
    assert column.counts.sum() == sum(len(value or ()) for value in values)
    assert list(column.keys) == sorted({key for value in values for key in value or ()})


@given(bags)
def test_a_cell_gives_its_bag_back(bag):
    assert bag_of_cell(bag_cell(bag)) == bag


@given(st.text(max_size=30))
def test_any_cell_is_a_bag_or_a_clear_complaint(text):
    with contextlib.suppress(ValueError):  # its message is looked at below
        bag = bag_of_cell(text)
        assert bag is None or bag == tuple(sorted(bag))


def test_an_empty_bag_is_not_an_unread_one():
    assert (bag_cell(()), bag_cell(None)) == ("-", "")
    assert bag_cell(("acting", "acting", "plot")) == "acting:2 plot"
    column = Bags.of_values([(), None])
    assert column.read.tolist() == [True, False]


@pytest.mark.parametrize("cell", ["acting:0", "acting:x", " acting", ":2", "acting:99999999999"])
def test_a_cell_that_is_no_bag_is_refused(cell):
    with pytest.raises(ValueError, match="need keys"):
        bag_of_cell(cell)


@given(st.lists(bags, max_size=6))
def test_packed_bags_unpack(values):
    arrays = packed_bags("aspects", Bags.of_values(values))
    assert unpacked_bags("aspects", arrays).values() == values


@pytest.mark.parametrize(
    "part, value",
    [
        ("indices", np.array([7, 0])),
        ("indptr", np.array([0, 9, 2])),
        ("counts", np.array([0.5, 1.0])),
        ("counts", np.array([np.nan, 1.0])),
        ("keys", np.array(["b", "a"])),
        ("keys", np.array(["a", "a"])),
    ],
)
def test_damaged_bags_are_refused(part, value):
    arrays = packed_bags("aspects", Bags.of_values([("a",), ("b",)]))
    arrays[f"aspects.{part}"] = value
    with pytest.raises(ValueError, match=r"\w"):
        unpacked_bags("aspects", arrays)


@given(st.lists(vectors, max_size=5))
def test_a_column_of_vectors_gives_its_values_back(values):
    column = vector_column(values)
    assert vector_values(column) == values
    assert column.shape[0] == len(values)


def test_vectors_of_two_dimensions_are_no_column():
    with pytest.raises(ValueError, match="one dimension, found 2, 3"):
        vector_column([vector_value(np.ones(2)), vector_value(np.ones(3))])
