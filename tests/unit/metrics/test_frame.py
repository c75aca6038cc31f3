import numpy as np
import pytest

from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.metrics import METRICS, Frame, usable_attributes
from tests.unit.metrics.made_up import CATALOGUE, FILMS


def test_a_film_of_k_genres_counts_one_kth_in_each_of_its_bins():
    bins = Frame(CATALOGUE, attributes=("genre", "era")).bins
    lions = bins[[2]].toarray()
    assert sorted(lions[lions > 0]) == pytest.approx([1 / 3] * 3)
    assert np.allclose(bins.sum(axis=1), 1.0)


def test_what_is_not_known_is_a_bin_of_its_own():
    frame = Frame(CATALOGUE, n_unknown=1, attributes=("genre",))
    winter, unknown = frame.bins[[3]].toarray(), frame.bins[[5]].toarray()
    assert np.array_equal(winter, unknown)
    others = frame.bins[[0, 1, 2, 4]].toarray()
    assert (others @ winter.T).sum() == 0
    decades = Frame(CATALOGUE).decades.toarray()
    assert (decades[3] @ decades[[0, 1, 2, 4]].T).sum() == 0
    assert decades[0] @ decades[4] == 1  # the 1990s
    assert decades[1] @ decades[2] == 1  # the 2000s


def test_films_that_nobody_names_need_no_bins():
    frame = Frame(CATALOGUE, named=np.array([1, 3]))
    assert np.asarray(frame.bins.sum(axis=1)).reshape(-1) == pytest.approx([0, 1, 0, 1, 0])


def test_films_of_equal_fame_share_the_middle_of_their_ranks():
    ranks = 10 ** Frame(CATALOGUE, n_unknown=1).log_rank
    assert ranks[:5] == pytest.approx([1.0, 2.5, 2.5, 5.0, 4.0])
    assert np.isnan(ranks[5])


def test_the_best_known_are_never_more_than_have_a_popularity():
    assert Frame(CATALOGUE, top_k=1).top.tolist() == [1, 0, 0, 0, 0]
    assert Frame(CATALOGUE, top_k=2).top.tolist() == [1, 0, 1, 0, 0]  # the tie goes by label
    assert Frame(CATALOGUE, n_unknown=2, top_k=50).top.tolist() == [1, 1, 1, 0, 1, 0, 0]


def test_labels():
    frame = Frame(CATALOGUE, n_unknown=2)
    assert frame.label(0) == "Blue Harbour (1995)"
    assert frame.label(3) == "Green Winter"
    assert frame.label(6) == "unknown title 2"
    assert frame.width == 7


def test_an_empty_catalogue_has_frames_too():
    frame = Frame(Catalogue("none", ()), n_unknown=2)
    assert frame.bins.shape[0] == 2
    assert np.isnan(frame.log_rank).all()
    assert frame.top.sum() == 0
    assert not frame.has_popularity


def _films(n_with, n_without):
    return Catalogue(
        "c",
        tuple(
            Item(f"F{i}", 1990, ("drama",), "US" if i < n_with else None)
            for i in range(n_with + n_without)
        ),
    )


@pytest.mark.parametrize("n_with, usable", [(9, True), (8, False)])
def test_an_attribute_needs_nine_mentions_of_ten_on_both_sides(n_with, usable):
    films = _films(n_with, 10 - n_with)
    first, second = np.ones(10), np.ones(10)
    attributes, coverage = usable_attributes(films, first, second)
    assert ("region" in attributes) == usable
    assert coverage["region"] == (n_with / 10, n_with / 10)
    assert {"genre", "era"} <= set(attributes)


def test_mentions_count_and_not_films_and_unknown_titles_do_not():
    films = _films(1, 1)
    attributes, coverage = usable_attributes(
        films, np.array([99.0, 1.0, 500.0]), np.array([1.0, 0.0, 0.0])
    )
    assert coverage["region"] == (0.99, 1.0)
    assert "region" in attributes
    one_side, _ = usable_attributes(films, np.array([99.0, 1.0]), np.array([1.0, 1.0]))
    assert "region" not in one_side


def test_without_a_baseline_the_simulator_alone_decides():
    films = _films(1, 0)
    attributes, coverage = usable_attributes(films, np.array([4.0, 1.0]), np.zeros(2))
    assert attributes == ("genre", "era", "region")
    assert coverage["era"] == (1.0, 1.0)


def test_a_side_of_unknown_titles_alone_has_no_attributes():
    attributes, coverage = usable_attributes(_films(1, 0), np.array([0.0, 3.0]), np.array([1.0, 0]))
    assert attributes == ()
    assert coverage["genre"] == (0.0, 1.0)


def test_metrics_say_what_a_frame_lacks():
    plain = Frame(Catalogue("c", (Item("F"),)), attributes=())
    for name in ("popularity_share", "mean_log_rank"):
        assert "popularity" in METRICS[name].needs(plain)
    assert "nine in ten" in METRICS["item_bin_entropy"].needs(plain)
    assert "the year is not known" in METRICS["era_entropy"].needs(plain)
    whole = Frame(Catalogue("c", FILMS))
    assert [m.name for m in METRICS.values() if m.needs(whole) is not None] == []
