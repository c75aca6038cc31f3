import numpy as np
import pytest

from crs_simcheck.baselines.synthetic import (
    named_films,
    rated_films,
    synthetic_namers,
    synthetic_raters,
    synthetic_stars,
)
from crs_simcheck.metrics.frame import Frame


def _entropy(counts):
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def _film_numbers(statistics):
    place = {item.label: i for i, item in enumerate(named_films())}
    return np.array([place[f] for f in statistics.tables["mentions"].columns["film"].tolist()])


def test_raters_have_the_shares_of_movielens():
    stars = synthetic_stars(4000, np.random.default_rng(1))
    assert set(np.unique(stars)) <= set(np.arange(1, 11) / 2)
    assert (stars >= 3.5).mean() == pytest.approx(0.61, abs=0.01)
    neg, pos = (stars <= 2).mean(), (stars >= 3.5).mean()
    assert _entropy(np.array([neg, 1 - neg - pos, pos])) == pytest.approx(1.32, abs=0.02)


def _agreement(quality, rng):
    """Mean r of 100 raters, 10 films asked, with the mean stars of 171 others."""
    found = []
    for _ in range(60):
        others = synthetic_stars(171, rng).mean(axis=0)
        table = synthetic_raters(100, rng, quality=quality, asked=10).tables["answers"]
        place = {item.label: i for i, item in enumerate(rated_films())}
        film = np.array([place[f] for f in table.columns["film"].tolist()])
        yes = np.bincount(film, table.columns["yes"], 30) / np.bincount(film, minlength=30)
        found.append(np.corrcoef(yes, others)[0, 1])
    return np.mean(found)


def test_raters_agree_as_people_do_and_less_with_half_of_the_signal():
    rng = np.random.default_rng(2)
    assert _agreement(1.0, rng) == pytest.approx(0.91, abs=0.015)
    assert _agreement(0.5, rng) == pytest.approx(0.75, abs=0.05)


def test_eager_raters_turn_that_share_of_no_into_yes():
    rng = np.random.default_rng(3)
    for eagerness in (0.45, 1.0):
        yes = synthetic_raters(2000, rng, eagerness=eagerness).tables["answers"].columns["yes"]
        assert yes.mean() == pytest.approx(1 - 0.39 * (1 - eagerness), abs=0.01)


def test_each_rater_is_asked_about_as_many_films_and_the_design_says_which():
    statistics = synthetic_raters(50, np.random.default_rng(4), asked=10)
    answers = statistics.tables["answers"]
    assert set(np.bincount(answers.owner)) == {10}
    assert all(len(set(rows)) == 10 for rows in np.split(answers.columns["film"], 50))
    assert statistics.design["films"] == [item.label for item in rated_films()]
    assert statistics.design["films"][0] == "Synthetic Film 01 (1990)"
    assert np.all(np.diff(answers.owner) >= 0)


def test_namers_are_as_varied_and_as_fond_of_fame_as_redial_seekers():
    rng = np.random.default_rng(5)
    entropies = [
        _entropy(np.bincount(_film_numbers(synthetic_namers(100, rng)))) for _ in range(60)
    ]
    assert np.mean(entropies) == pytest.approx(8.19, abs=0.04)
    many = synthetic_namers(10_000, rng)
    films = _film_numbers(many)
    frame = Frame(named_films())
    assert len(films) / 100 == pytest.approx(406, abs=4)
    assert frame.top[films].mean() == pytest.approx(0.19, abs=0.02)
    assert frame.log_rank[films].mean() == pytest.approx(2.47, abs=0.1)
    counts = np.bincount(many.tables["mentions"].owner)
    assert (counts.min(), counts.max()) == (1, 5)


@pytest.mark.parametrize("share,drop", [(0.2, 0.34), (0.4, 0.79)])
def test_concentrated_namers_drift_by_a_known_amount(share, drop):
    rng = np.random.default_rng(6)
    means = [
        np.mean(
            [
                _entropy(np.bincount(_film_numbers(synthetic_namers(100, rng, concentrate=c))))
                for _ in range(60)
            ]
        )
        for c in (0.0, share)
    ]
    assert means[0] - means[1] == pytest.approx(drop, abs=0.06)


def test_namers_keep_to_a_genre():
    statistics = synthetic_namers(5000, np.random.default_rng(7), mentions=2)
    genres = [set(named_films()[i].genres) for i in _film_numbers(statistics)]
    together = np.mean([bool(genres[i] & genres[i + 1]) for i in range(0, 10_000, 2)])
    strangers = np.mean([bool(genres[i] & genres[i + 3]) for i in range(0, 9_990, 2)])
    assert together > strangers + 0.07


def test_the_films_that_are_named_have_all_that_metrics_need():
    films = named_films()
    assert len(films) == 3_000
    assert len({item.key for item in films}) == 3_000
    assert all(item.genres and item.year and item.popularity is not None for item in films)


def test_the_same_seed_gives_the_same_people():
    one, two = (synthetic_namers(30, np.random.default_rng(8)) for _ in range(2))
    assert one.tables["mentions"].rows() == two.tables["mentions"].rows()
