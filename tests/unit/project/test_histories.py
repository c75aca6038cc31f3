"""Histories from the sources that groups are built from as well."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.errors import EmptyInputError, InputError, UnknownNameError
from crs_simcheck.profiles.history import Seen
from crs_simcheck.project.histories import HISTORY_KINDS, HistorySource, read_histories
from tests.unit.baselines import made_up, made_up_amazon


def read(kind, path, **settings):
    return read_histories(HistorySource(kind, path, **settings))


def by_person(found):
    return {history.person: history for history in found.people}


def rows(path, *some):
    path.write_text("".join(json.dumps(row) + "\n" for row in some), encoding="utf-8")
    return path


def row(seeker, item, rating=None, task="open_pref", text="", **more):
    return {"task": task, "seeker": seeker, "stimulus": {"item": item}, "text": text} | (
        {} if rating is None else {"rating": rating}
    ) | more  # fmt: skip


# ------------------------------------------------------------------------------- movielens


def test_movielens_people_come_with_all_they_rated(tmp_path):
    source = made_up.write_movielens(tmp_path / "ml", n_people=3)
    found = read("movielens", source)
    people = by_person(found)
    assert people.keys() == {"7000", "7001", "7002"}
    films = people["7000"].films
    assert len(films) == 8
    assert films[0] == Seen("The Story 1 (1981)", 1981, ("action", "family"), 0.5)
    assert "Nobody Saw It" in found.titles
    assert found.usual_stars == 2.5


def test_movielens_people_who_saw_too_little_are_left_out(tmp_path):
    source = made_up.write_movielens(tmp_path / "ml", n_people=5)
    assert by_person(read("movielens", source, least=8)).keys() < {f"700{i}" for i in range(5)}
    with pytest.raises(EmptyInputError, match="nobody has seen 9 films"):
        read("movielens", source, least=9)


def test_a_newcomer_changes_the_order_of_nobody(tmp_path):
    few = read("movielens", made_up.write_movielens(tmp_path / "few", n_people=20))
    more = read("movielens", made_up.write_movielens(tmp_path / "more", n_people=25))
    order = [history.person for history in few.people]
    assert [h.person for h in more.people if h.person in order] == order
    assert order != sorted(order)
    other = read("movielens", tmp_path / "few", seed=1)
    assert [history.person for history in other.people] != order


def test_movielens_without_its_files(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        read("movielens", tmp_path / "nowhere")


# ------------------------------------------------------------------------------------ rows


def test_rows_join_all_that_is_said_of_a_film(tmp_path):
    source = rows(
        tmp_path / "rows.jsonl",
        row("a", "Paper Lion (1995)", 4.5, text="A warm film."),
        row("a", "Paper Lion (1995)", 1.0, task="bin_pref", text="No"),
        row("a", "Green Winter (2001)", task="bin_pref", text="Yes"),
        row("a", "Green Winter (2001)", 3.0, task="bin_pref"),
        row("a", "Never Seen (1980)", task="neg_feedback", text="No thanks."),
        {"task": "rec_request", "seeker": "a", "text": "Hi", "history": ["Old Road (1950)"]},
        row("b", "Paper Lion (1995)", 2.0),
    )
    (history,) = read("rows", source, least=3).people
    assert history.person == "a"
    assert history.films == (
        Seen("Paper Lion (1995)", 1995, (), 4.5, "A warm film."),
        Seen("Green Winter (2001)", 2001, (), 3.0),
        Seen("Old Road (1950)", 1950),
    )
    found = read("rows", source, least=1)
    assert len(by_person(found)) == 2
    assert found.usual_stars == 2.9  # of 3.75 and 2.0
    assert set(found.titles) == {"Paper Lion (1995)", "Green Winter (2001)", "Old Road (1950)"}


def test_genres_of_rows_come_from_the_catalogue(tmp_path):
    films = Catalogue("mine", (Item("Paper Lion", 1995, ("drama",)),))
    source = rows(tmp_path / "rows.jsonl", row("a", "paper lion"), row("a", "Paper Lion (1995)"))
    (history,) = read("rows", source, least=1, catalogue=films).people
    assert history.films == (Seen("Paper Lion (1995)", 1995, ("drama",)),)


@given(st.lists(st.text(st.characters(exclude_categories=()), min_size=1), min_size=1, max_size=4))
def test_any_titles_can_be_in_a_history(tmp_path_factory, titles):
    place = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    source = rows(place, *(row("a", title) for title in titles))
    (history,) = read("rows", source, least=1).people
    assert 1 <= len(history.films) <= len(titles)


# ---------------------------------------------------------------------------------- amazon


def amazon(folder, kind="amazon-2023"):
    """Three people with six reviews each of named products, and one of a product unnamed."""
    make = {
        "amazon-2023": made_up_amazon.review_2023,
        "amazon-2018": made_up_amazon.review_2018,
    }[kind]
    reviews = [
        make(who, 2 * what, float(1 + (who + what) % 5), made_up_amazon.SAID[2])
        for who in range(3)
        for what in range(7)
    ]
    meta = [
        {
            "title": f"Paper Lion {what} (199{what}) [DVD]",
            "parent_asin": made_up_amazon.product(2 * what),
            "categories": ["Movies & TV", "Comedy"],
        }
        for what in range(6)
    ]
    folder.mkdir()
    made_up_amazon.write(folder / "meta.jsonl", meta)
    return made_up_amazon.write(folder / "reviews.jsonl.gz", reviews), folder / "meta.jsonl"


@pytest.mark.parametrize("kind", ["amazon-2023", "amazon-2018"])
def test_amazon_reviews_are_a_history_of_titled_products(tmp_path, kind):
    source, meta = amazon(tmp_path / "a", kind)
    found = read(kind, source, meta=meta)
    people = list(found.people)
    assert len(people) == 3
    for history in people:
        assert "SECRET" not in history.person
        assert sorted(film.item for film in history.films) == [
            f"Paper Lion {i} (199{i})" for i in range(6)
        ]
        assert {film.genres for film in history.films} == {("comedy",)}
        assert {film.text for film in history.films} == {
            'A secret-person told me "see it" & I did.'
        }
    assert found.usual_stars is not None
    assert len(found.titles) == 6


def test_amazon_people_with_too_few_titles_are_told_of(tmp_path):
    source, meta = amazon(tmp_path / "a")
    with pytest.raises(EmptyInputError, match="nobody of 3 people reviewed 7 films"):
        read("amazon-2023", source, meta=meta, least=7)


def test_amazon_needs_its_list_of_products(tmp_path):
    source, _ = amazon(tmp_path / "a")
    with pytest.raises(InputError, match="--meta"):
        read("amazon-2023", source)


# ----------------------------------------------------------------------------------- kinds


def test_an_unknown_kind_offers_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'movielens'"):
        read("movielense", tmp_path)
    assert len(HISTORY_KINDS) == 5


def test_only_amazon_has_a_list_of_products(tmp_path):
    with pytest.raises(InputError, match="no list of products"):
        read("rows", tmp_path, meta=tmp_path)
