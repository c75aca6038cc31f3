import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.baselines import COLUMNS, SeekerStatistics, Table, merge_statistics

_films = st.sampled_from(["Blue Harbour (1995)", "Paper Lions", "?0123456789", "Zebra (1990)"])
_answer = st.tuples(
    _films, st.sampled_from([0.0, 1.0, None]), st.sampled_from([0.5, 3.0, 5.0, None])
)
_seeker = st.fixed_dictionaries(
    {
        "answers": st.lists(_answer, max_size=4),
        "mentions": st.lists(st.tuples(_films), max_size=4),
    }
)
_seekers = st.lists(_seeker, max_size=5)
_TABLES = ("mentions", "answers")


def _statistics(seekers, design=None):
    return SeekerStatistics.of_seekers(seekers, _TABLES, design)


def _plain(statistics):
    return (
        statistics.n_seekers,
        {name: table.rows() for name, table in statistics.tables.items()},
        dict(statistics.design),
    )


@given(_seekers, st.randoms(use_true_random=False))
def test_the_order_of_seekers_and_rows_never_shows(seekers, random):
    shuffled = [{k: random.sample(v, len(v)) for k, v in one.items()} for one in seekers]
    random.shuffle(shuffled)
    assert _plain(_statistics(shuffled)) == _plain(_statistics(seekers))


@given(_seekers)
def test_seekers_is_the_inverse_of_of_seekers(seekers):
    statistics = _statistics(seekers)
    assert _plain(_statistics(statistics.seekers())) == _plain(statistics)


@given(_seekers, _seekers, _seekers)
def test_merging_is_commutative_and_associative(a, b, c):
    one, two, three = map(_statistics, (a, b, c))
    assert _plain(merge_statistics(one, two)) == _plain(merge_statistics(two, one))
    left = merge_statistics(merge_statistics(one, two), three)
    right = merge_statistics(one, merge_statistics(two, three))
    assert _plain(left) == _plain(right)
    assert left.n_seekers == len(a) + len(b) + len(c)


def test_merging_keeps_what_both_sides_have_and_agree_on():
    one = SeekerStatistics.of_seekers([{}], ("mentions", "answers"), {"cap": 5, "asked": 3})
    two = SeekerStatistics.of_seekers([{}], ("mentions",), {"cap": 5, "asked": 4})
    merged = merge_statistics(one, two)
    assert set(merged.tables) == {"mentions"}
    assert merged.design == {"cap": 5}


def test_a_seeker_without_a_row_still_counts():
    statistics = _statistics([{}, {"mentions": [("Zebra (1990)",)]}])
    assert statistics.n_seekers == 2
    assert len(statistics.tables["mentions"]) == 1
    assert statistics.films == ("Zebra (1990)",)


def test_an_empty_column_is_not_known():
    table = Table.of_rows("answers", [(0, ("Zebra", None, 3.0)), (1, ("Zebra", None, None))])
    assert not table.known("yes")
    assert table.known("rating")
    assert np.isnan(table.columns["rating"]).tolist() == [False, True]
    assert list(table.columns) == list(COLUMNS["answers"])
