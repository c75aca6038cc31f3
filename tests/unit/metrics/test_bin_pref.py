import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.metrics import (
    METRICS,
    answer_rows,
    correlations,
    correlations_in_pairs,
    mean_ratings,
)
from crs_simcheck.stats import Pool, draw_pools
from tests.unit.metrics.made_up import flat, same, share
from tests.unit.stats.test_functions import plain_pearson

WIDTH = 5
answer = st.tuples(
    st.integers(0, WIDTH - 1),
    st.sampled_from([0.0, 1.0, math.nan]),
    st.sampled_from([0.5, 2.0, 3.5, 5.0, math.nan]),
)
people = st.lists(st.lists(answer, max_size=6), min_size=1, max_size=5)
ratings = st.lists(
    st.sampled_from([1.0, 2.5, 3.0, 4.5, math.nan]), min_size=WIDTH, max_size=WIDTH
).map(lambda row: np.array([row]))


def rows_of(seekers):
    owner, answers = flat(seekers)
    film, yes, stars = (np.array([a[i] for a in answers]) for i in range(3))
    return answer_rows(owner, len(seekers), film.astype(np.int64), yes, stars, WIDTH)


def clear(seekers):
    return [a for one in seekers for a in one if not math.isnan(a[1])]


def plain_correlation(seekers, ratings):
    pairs = []
    for film in range(WIDTH):
        said = [a[1] for a in clear(seekers) if a[0] == film]
        if said and not math.isnan(ratings[film]):
            pairs.append((sum(said) / len(said), ratings[film]))
    return plain_pearson([p[0] for p in pairs], [p[1] for p in pairs])


@given(people)
def test_acceptance_rate_is_the_share_of_yes_among_clear_answers(seekers):
    said = clear(seekers)
    found = METRICS["acceptance_rate"].compute(Pool.whole(rows_of(seekers)), None)[0]
    assert same(found, share(sum(a[1] for a in said), len(said)))


@given(people, ratings)
def test_correlation_is_of_each_films_acceptance_with_peoples_mean_rating(seekers, rated):
    found = correlations(Pool.whole(rows_of(seekers)), rated)[0]
    assert np.allclose(found, plain_correlation(seekers, rated[0]), atol=1e-6, equal_nan=True)


@given(people, ratings, ratings, st.integers(0, 5))
def test_groups_by_ratings_are_pairs_of_both(seekers, one, two, seed):
    size = max(1, len(seekers) // 2)
    draws = draw_pools(rows_of(seekers), size, 3, np.random.default_rng(seed))
    found = correlations_in_pairs(draws.pool, np.vstack([one, two]))
    assert found.shape == (3, 2)
    for j, rated in enumerate((one, two)):
        assert np.allclose(found[:, j], correlations(draws.pool, rated), atol=1e-6, equal_nan=True)


@given(people)
def test_mean_ratings_are_plain_means_and_nan_where_nobody_rated(seekers):
    pool = Pool.whole(rows_of(seekers))
    found = mean_ratings(pool.block("stars"), pool.block("rated"))[0]
    for film in range(WIDTH):
        stars = [a[2] for one in seekers for a in one if a[0] == film and not math.isnan(a[2])]
        assert same(found[film], share(sum(stars), len(stars)))


def test_one_answer_to_all_has_no_correlation():
    seekers = [[(f, 1.0, math.nan) for f in range(WIDTH)]] * 3
    rated = np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])
    assert np.isnan(correlations(Pool.whole(rows_of(seekers)), rated)).all()
    assert METRICS["acceptance_rate"].compute(Pool.whole(rows_of(seekers)), None)[0] == 1.0


def test_unclear_answers_alone_have_no_value():
    pool = Pool.whole(rows_of([[(0, math.nan, math.nan)]]))
    assert np.isnan(METRICS["acceptance_rate"].compute(pool, None)).all()
