import pickle
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.catalogue import Catalogue, Item, canonical_genre, split_year, union

HEAT = Item("Heat", 1995, ("crime",), popularity=10.0)


def catalogue(*items, name="mine"):
    return Catalogue(name, items)


def test_an_item_has_label_key_and_decade():
    assert (HEAT.label, HEAT.key, HEAT.decade) == ("Heat (1995)", ("heat", 1995), "1990s")
    plain = Item("The Heat")
    assert (plain.label, plain.key, plain.decade) == ("The Heat", ("heat", None), None)


def test_items_and_catalogues_are_frozen_hashable_and_picklable():
    item = replace(HEAT, extra={"imdb": "tt0113277"})
    with pytest.raises(FrozenInstanceError):
        item.title = "Ronin"
    mine = catalogue(item)
    assert hash(mine) == hash(catalogue(replace(HEAT, extra={"imdb": "tt0113277"})))
    assert mine.index_of("Heat (1995)") == 0
    assert pickle.loads(pickle.dumps(mine)) == mine


@pytest.mark.parametrize(
    "name, expected",
    [
        ("Science Fiction", "sci-fi"),
        (" SciFi ", "sci-fi"),
        ("sci  fi", "sci-fi"),
        ("Sci-Fi", "sci-fi"),
        ("Children's", "family"),
        ("Kids", "family"),
        ("Film Noir", "film-noir"),
        ("noir", "film-noir"),
        ("Biopic", "biography"),
        ("Suspense", "thriller"),
        ("Anime", "animation"),
        ("(no genres listed)", ""),
        ("", ""),
        ("Drama", "drama"),
        ("Telenovela", "telenovela"),
    ],
)
def test_genres_have_one_name(name, expected):
    assert canonical_genre(name) == expected


@given(st.text())
def test_a_canonical_genre_is_canonical(name):
    assert canonical_genre(canonical_genre(name)) == canonical_genre(name)


def test_index_of_finds_by_label_or_key_only():
    mine = catalogue(
        HEAT, Item("Matrix, The", 1999), Item("Ran"), Item("Heat", 1995), Item("July 4, 1976")
    )
    assert mine.index_of("the matrix (1999)") == 1
    assert mine.index_of(Item("The Matrix", 1999)) == 1
    assert mine.index_of("Heat (1995)") == 0
    assert mine.index_of("Heat") is None
    assert mine.index_of("Heat (1996)") is None
    assert mine.index_of("ran") == 2
    assert mine.index_of("July 4, 1976") == 4
    assert (len(mine), mine[1].title, list(mine)) == (5, "Matrix, The", list(mine.items))


def test_has_tells_whether_any_film_has_the_attribute():
    mine = catalogue(HEAT, Item("Ran"))
    present = [
        a
        for a in ("genres", "region", "year", "popularity", "mean_rating", "description")
        if mine.has(a)
    ]
    assert present == ["genres", "year", "popularity"]
    with pytest.raises(ValueError, match=r"no attribute 'genre'.*genres"):
        mine.has("genre")


def test_a_popularity_of_zero_is_a_value():
    assert catalogue(Item("Ran", popularity=0.0)).has("popularity")


def test_union_keeps_the_first_and_adds_what_only_the_second_has():
    second = catalogue(Item("Ran", 1985), Item("HEAT", 1995, ("drama",), region="US"), name="other")
    joined = union(catalogue(HEAT), second, "both")
    assert joined.catalogue.name == "both"
    assert [item.label for item in joined.catalogue] == ["Heat (1995)", "Ran (1985)"]
    assert joined.catalogue[0] == replace(HEAT, region="US")
    assert (joined.from_first, joined.from_second) == ((0,), (1, 0))


def test_union_never_mixes_popularity_and_mean_rating():
    first = catalogue(HEAT, Item("Ran", 1985), name="one")
    second = catalogue(
        Item("Ran", 1985, popularity=7.0, mean_rating=4.5),
        Item("Jaws", 1975, popularity=8.0, mean_rating=4.0),
        name="two",
    )
    joined = union(first, second, "both")
    assert [item.popularity for item in joined.catalogue] == [10.0, None, None]
    assert [item.mean_rating for item in joined.catalogue] == [None, 4.5, 4.0]
    assert (joined.popularity_from, joined.mean_rating_from) == ("one", "two")
    neither = union(catalogue(Item("Ran")), catalogue(Item("Jaws")), "neither")
    assert (neither.popularity_from, neither.mean_rating_from) == (None, None)


@pytest.mark.parametrize("swap", [False, True])
def test_union_joins_a_film_without_a_year_to_the_one_film_of_its_title(swap):
    sides = [catalogue(Item("The Ran"), name="one"), catalogue(Item("Ran", 1985), name="two")]
    joined = union(*reversed(sides), "both") if swap else union(*sides, "both")
    assert len(joined.catalogue) == 1
    assert joined.catalogue[0].year == 1985


def test_union_leaves_a_film_without_a_year_alone_where_it_could_be_two():
    first = catalogue(Item("Heat"))
    second = catalogue(Item("Heat", 1986), Item("Heat", 1995), name="other")
    assert len(union(first, second, "both").catalogue) == 3
    assert len(union(second, first, "both").catalogue) == 3


def test_union_keeps_apart_what_one_catalogue_keeps_apart():
    first = catalogue(Item("Heat"), Item("Heat", 1995))
    second = catalogue(Item("Heat", 1995), name="other")
    assert union(first, second, "both").from_second == (1,)
    assert union(second, first, "both").from_second == (1, 0)


def test_union_makes_repeated_labels_one_film():
    first = catalogue(HEAT, HEAT, Item("Ran"))
    second = catalogue(Item("Jaws"), Item("Jaws", genres=("horror",)), name="other")
    joined = union(first, second, "both")
    assert (joined.from_first, joined.from_second) == ((0, 0, 1), (2, 2))
    assert joined.catalogue[2].genres == ()


def labels_of(*labels):
    return Catalogue("any", tuple(Item(*split_year(label)) for label in labels))


@pytest.mark.parametrize(
    "first, second, same",
    [
        # Label to label, whatever else is alike.
        (["Holiday (2006)"], ["The Holiday (2006)", "Holiday (2006)"], {1: 0}),
        (["Holiday (2006)", "The Holiday (2006)"], ["The Holiday (2006)"], {0: 1}),
        # Alone with its normalised title and year on both sides.
        (["Holiday (2006)"], ["The Holiday (2006)"], {0: 0}),
        (["Matrix, The (1999)"], ["THE MATRIX (1999)"], {0: 0}),
        # Several of them: the article tells.
        (["Holiday (2006)", "The Holiday (2006)"], ["Holiday, The (2006)"], {0: 1}),
        (["Holiday (2006)"], ["A Holiday (2006)", "HOLIDAY (2006)"], {1: 0}),
        (["Holiday (2006)", "The Holiday (2006)"], ["A Holiday (2006)"], {}),
        (["Holiday (2006)", "The Holiday (2006)"], ["HOLIDAY (2006)", "Holiday! (2006)"], {}),
        # Without a year: only where nothing else of that title is there.
        (["The Take (2007)", "Take (2007)"], ["Take"], {}),
        (["Take"], ["The Take (2007)", "Take (2007)"], {}),
        (["Take"], ["The Take (2007)"], {0: 0}),
        (["Take", "The Take"], ["The Take (2007)"], {}),
        (["Take", "Take (1990)"], ["The Take (2007)"], {0: 0}),
    ],
)
def test_union_matches_labels_then_titles_then_titles_without_years(first, second, same):
    for one, other, expected in (
        (first, second, same),
        (second, first, {there: here for here, there in same.items()}),
    ):
        joined = union(labels_of(*one), labels_of(*other), "both")
        found = {
            here: joined.from_first.index(place)
            for here, place in enumerate(joined.from_second)
            if place in joined.from_first
        }
        assert found == expected


def test_index_of_is_none_where_a_normalised_title_leads_to_several_films():
    mine = labels_of("Holiday (2006)", "The Holiday (2006)", "The Take (2007)", "The Take (2007)")
    assert mine.index_of("The Holiday (2006)") == 1
    assert mine.index_of(Item("Holiday", 2006)) == 0
    assert mine.index_of("HOLIDAY (2006)") is None
    assert mine.index_of("take (2007)") == 2


def test_notes_are_no_part_of_what_a_catalogue_is_and_a_union_keeps_them():
    noted = Catalogue("mine", (HEAT,), ("one note",))
    assert noted == catalogue(HEAT)
    assert union(noted, Catalogue("other", (), ("another",)), "both").catalogue.notes == (
        "one note",
        "another",
    )


FILMS = st.builds(
    Item,
    title=st.sampled_from(["Heat", "The Heat", "Ran", "Jaws II", "Jaws 2", "七人の侍"]),
    year=st.none() | st.integers(1994, 1996),
    popularity=st.none() | st.floats(0, 10),
)
CATALOGUES = st.lists(FILMS, max_size=8).map(tuple)


@given(CATALOGUES, CATALOGUES)
def test_union_holds_every_film_of_both_once(one, two):
    first, second = Catalogue("one", one), Catalogue("two", two)
    joined = union(first, second, "both")
    for side, places in ((first, joined.from_first), (second, joined.from_second)):
        for item, place in zip(side, places, strict=True):
            known = joined.catalogue[place]
            assert known.key[0] == item.key[0]
            assert item.year in (None, known.year)
        assert len(set(places)) == len({item.label for item in side})
    assert set(joined.from_first) | set(joined.from_second) == set(range(len(joined.catalogue)))


@given(CATALOGUES)
def test_union_with_itself_changes_nothing_but_repeats(items):
    mine = Catalogue("mine", items)
    joined = union(mine, mine, "mine")
    assert joined.from_first == joined.from_second
    assert union(joined.catalogue, mine, "mine").catalogue == joined.catalogue
