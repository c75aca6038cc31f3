import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.gate.evidence import _quantile

SOME = st.lists(st.floats(0, 1e6), min_size=1, max_size=40)


@given(SOME, st.sampled_from([0.25, 0.5, 0.75]))
def test_quartiles_are_those_of_numpy(numbers, share):
    assert _quantile(sorted(numbers), share) == np.percentile(numbers, 100 * share)
