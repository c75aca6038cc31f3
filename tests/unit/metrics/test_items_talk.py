import math
from collections import Counter
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.metrics import METRICS, Frame, mention_rows
from crs_simcheck.stats import Allowance, Pool, cut_once, draw_pools, leave_one_out
from tests.unit.metrics.made_up import (
    CATALOGUE,
    FILMS,
    bins_of,
    entropy,
    flat,
    item_of,
    same,
    share,
)

N = len(FILMS)
N_UNKNOWN = 2
WIDTH = N + N_UNKNOWN
people = st.lists(st.lists(st.integers(0, WIDTH - 1), max_size=5), min_size=1, max_size=6)


def rows_of(seekers):
    owner, films = flat(seekers)
    return mention_rows(owner, len(seekers), np.array(films, dtype=np.int64), N, WIDTH)


def frame(**changes):
    return Frame(CATALOGUE, N_UNKNOWN, **changes)


def plain(name, films, seekers, attributes=("genre", "era", "region"), top_k=2):
    """The metric of one group, film by film."""
    known = [f for f in films if f < N]
    # Ranks by popularity 10, 5, 5, 1 and nothing: 1, then the middle of 2 and 3, then 4, then 5.
    rank = {0: 1.0, 1: 2.5, 2: 2.5, 4: 4.0, 3: 5.0}
    match name:
        case "item_entropy":
            return entropy(Counter(films))
        case "item_bin_entropy":
            bins: Counter = Counter()
            for film in films:
                bins.update(bins_of(film, attributes))
            return entropy(bins)
        case "era_entropy":
            return entropy(Counter(item_of(f).decade or "unknown" for f in films))
        case "popularity_share":
            best = [0, 2, 1, 4][:top_k]  # of equals, "Paper Lions" goes before "The Long Orbit"
            return share(sum(f in best for f in films), len(films))
        case "mean_log_rank":
            return share(math.fsum(math.log10(rank[f]) for f in known), len(known))
        case "unknown_item_rate":
            return share(len(films) - len(known), len(films))
        case "repeat_rate":
            repeats = sum(len(one) - len(set(one)) for one in seekers)
            return share(repeats, len(films))
    raise AssertionError(name)


NAMES = [m.name for m in METRICS.values() if m.table == "mentions"]


@pytest.mark.parametrize("name", NAMES)
@given(seekers=people)
def test_a_metric_is_its_definition(name, seekers):
    value = METRICS[name].compute(Pool.whole(rows_of(seekers)), frame(top_k=2))
    assert value.shape == (1,)
    assert same(value[0], plain(name, list(chain(*seekers)), seekers))


@pytest.mark.parametrize("name", NAMES)
@given(seekers=people, data=st.data())
def test_so_it_is_of_every_group_of_a_draw(name, seekers, data):
    rows = rows_of(seekers)
    size = data.draw(st.integers(1, len(seekers)))
    draws = draw_pools(rows, size, 5, np.random.default_rng(0))
    found = METRICS[name].compute(draws.pool, frame(top_k=2))
    for value, group in zip(found, draws.groups.tolist(), strict=True):
        members = [seekers[i] for i in group]
        assert same(value, plain(name, list(chain(*members)), members))


@pytest.mark.parametrize("name", NAMES)
@given(seekers=people.filter(lambda s: len(s) > 1))
def test_and_with_one_seeker_left_out(name, seekers):
    metric = METRICS[name]
    made = frame(top_k=2)
    found = leave_one_out(rows_of(seekers), lambda p: metric.compute(p, made), metric.blocks)
    for i, value in enumerate(found):
        others = seekers[:i] + seekers[i + 1 :]
        assert same(value, plain(name, list(chain(*others)), others))


@given(people, st.randoms(use_true_random=False))
def test_the_order_of_seekers_and_mentions_never_matters(seekers, random):
    shuffled = [random.sample(one, len(one)) for one in seekers]
    random.shuffle(shuffled)
    for name in NAMES:
        one, two = (
            METRICS[name].compute(Pool.whole(rows_of(s)), frame()) for s in (seekers, shuffled)
        )
        assert same(one, two)


@pytest.mark.parametrize("attributes", [("genre",), ("era",), ("region",), ("genre", "era")])
@given(seekers=people)
def test_bins_are_of_the_attributes_that_are_used(attributes, seekers):
    films = list(chain(*seekers))
    found = METRICS["item_bin_entropy"].compute(
        Pool.whole(rows_of(seekers)), frame(attributes=attributes)
    )
    assert same(found[0], plain("item_bin_entropy", films, seekers, attributes))


def test_a_repeat_that_the_cut_takes_away_is_no_repeat():
    rows = rows_of([[0, 0, 0, 1]])
    allowance = Allowance(np.array([2]), rows.counts)
    seen = set()
    for seed in range(60):
        cut = cut_once(rows, allowance, np.random.default_rng(seed))
        films = np.asarray(cut.blocks["titles"].argmax(axis=1)).reshape(-1).tolist()
        found = METRICS["repeat_rate"].compute(Pool.whole(cut), frame())[0]
        assert found == (0.5 if films == [0, 0] else 0.0)
        seen.add(found)
    assert seen == {0.0, 0.5}


def test_the_same_film_from_two_seekers_is_no_repeat():
    assert METRICS["repeat_rate"].compute(Pool.whole(rows_of([[0], [0]])), frame())[0] == 0.0


def test_nothing_named_has_no_value():
    for name in NAMES:
        assert np.isnan(METRICS[name].compute(Pool.whole(rows_of([[], []])), frame())).all(), name


def test_only_unknown_titles_have_no_rank_but_all_else():
    pool = Pool.whole(rows_of([[N, N + 1]]))
    values = {name: METRICS[name].compute(pool, frame())[0] for name in NAMES}
    assert math.isnan(values.pop("mean_log_rank"))
    assert values == {
        "item_entropy": 1.0,
        "item_bin_entropy": 0.0,
        "era_entropy": 0.0,
        "popularity_share": 0.0,
        "unknown_item_rate": 1.0,
        "repeat_rate": 0.0,
    }
