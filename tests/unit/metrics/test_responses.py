import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.metrics import METRICS, RESPONSE_NUMBERS, response_rows
from crs_simcheck.stats import Allowance, Pool, cut_once, draw_pools, leave_one_out
from tests.unit.metrics.made_up import flat, same, share

flag = st.sampled_from([0.0, 1.0, math.nan])
response = st.tuples(
    st.sampled_from([0.0, 1.0, 7.0, 12.0, math.nan]), flag, flag, flag, st.integers(-1, 3)
)
people = st.lists(st.lists(response, max_size=4), min_size=1, max_size=6)
RATES = {"format_violation_rate": 1, "role_confusion_rate": 2, "leakage_rate": 3}


def rows_of(seekers):
    owner, said = flat(seekers)
    numbers = {
        name: np.array([one[i] for one in said], dtype=np.float64)
        for i, name in enumerate(RESPONSE_NUMBERS)
    }
    return response_rows(
        owner, len(seekers), numbers, np.array([one[4] for one in said], dtype=np.int64)
    )


def plain_mean(seekers, column):
    values = [r[column] for one in seekers for r in one if not math.isnan(r[column])]
    return share(math.fsum(values), len(values))


def plain_repetition(seekers):
    givers = defaultdict(set)
    for seeker, one in enumerate(seekers):
        for said in one:
            if said[4] >= 0:
                givers[said[4]].add(seeker)
    read = [said[4] for one in seekers for said in one if said[4] >= 0]
    return share(sum(len(givers[text]) > 1 for text in read), len(read))


def compute(name, pool):
    return METRICS[name].compute(pool, None)


@given(people)
def test_words_and_rates_are_means_of_what_could_be_read(seekers):
    pool = Pool.whole(rows_of(seekers))
    assert same(compute("words_per_response", pool)[0], plain_mean(seekers, 0))
    for name, column in RATES.items():
        assert same(compute(name, pool)[0], plain_mean(seekers, column))


@given(people)
def test_repetition_is_the_share_of_answers_that_another_seeker_gave_too(seekers):
    assert same(
        compute("response_repetition", Pool.whole(rows_of(seekers)))[0], plain_repetition(seekers)
    )


@given(people, st.integers(0, 9))
def test_repetition_in_a_group_is_between_its_own_members(seekers, seed):
    size = max(1, len(seekers) - 1)
    draws = draw_pools(rows_of(seekers), size, 4, np.random.default_rng(seed))
    found = compute("response_repetition", draws.pool)
    for value, group in zip(found, draws.groups.tolist(), strict=True):
        assert same(value, plain_repetition([seekers[i] for i in group]))


@given(people.filter(lambda s: len(s) > 1))
def test_repetition_with_one_seeker_left_out(seekers):
    metric = METRICS["response_repetition"]
    found = leave_one_out(rows_of(seekers), lambda p: metric.compute(p, None), metric.blocks)
    for i, value in enumerate(found):
        assert same(value, plain_repetition(seekers[:i] + seekers[i + 1 :]))


@given(people, st.integers(0, 9))
def test_repetition_after_a_cut_is_of_what_is_left(seekers, seed):
    rows = rows_of(seekers)
    allowance = Allowance(np.minimum(rows.counts, 2), rows.counts)
    keys = [r[4] for one in seekers for r in one]
    # The rows of a cut, found again by their place: one more block that numbers them.
    numbered = type(rows)(
        rows.owner, rows.n_units, {**rows.blocks, "place": np.arange(len(rows))[:, None]}, rows.maps
    )
    cut = cut_once(numbered, allowance, np.random.default_rng(seed))
    left: list[list[tuple]] = [[] for _ in seekers]
    for owner, place in zip(cut.owner, cut.blocks["place"][:, 0], strict=True):
        left[owner].append((0, 0, 0, 0, keys[place]))
    assert same(compute("response_repetition", Pool.whole(cut))[0], plain_repetition(left))


def test_one_seeker_who_says_the_same_twice_repeats_nobody():
    rows = rows_of([[(1, 0, 0, 0, 0)] * 3, [(1, 0, 0, 0, 1)]])
    assert compute("response_repetition", Pool.whole(rows))[0] == 0.0


def test_all_saying_the_same_is_all_repeated():
    rows = rows_of([[(1, 0, 0, 0, 0)]] * 4)
    assert compute("response_repetition", Pool.whole(rows))[0] == 1.0


@pytest.mark.parametrize("name", [*RATES, "words_per_response", "response_repetition"])
def test_what_could_not_be_read_has_no_value(name):
    rows = rows_of([[(math.nan, math.nan, math.nan, math.nan, -1)]])
    assert np.isnan(compute(name, Pool.whole(rows))).all()
