"""Sources of yes and no: MovieLens, Agent4Rec, and raters who do not exist."""

import numpy as np
import pytest

from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.titles import movielens_item, natural_title
from crs_simcheck.errors import InputError
from tests.unit.baselines import made_up


def _answers(group):
    return group.task("bin_pref").tables["answers"]


def test_movielens_asks_everybody_about_the_same_films_from_worst_to_best(tmp_path):
    source = made_up.write_movielens(tmp_path / "ml")
    group = build(
        "movielens",
        source,
        tmp_path / "out",
        options=BuildOptions(date=made_up.DATE, films=4, pool=9, asked=3),
    )
    design = group.task("bin_pref").design
    assert len(design["films"]) == 4
    assert design["asked"] == 3
    assert {"The Story 1 (1981)", "The Story 9 (1989)"} <= set(design["films"])
    answers = _answers(group)
    assert set(answers.columns["film"].tolist()) == set(design["films"])
    assert np.bincount(answers.owner).min() >= 3
    np.testing.assert_array_equal(
        answers.columns["yes"], (answers.columns["rating"] >= 3.5).astype(float)
    )
    assert {item.label for item in group.catalogue} == set(design["films"])
    assert not group.catalogue.has("mean_rating")
    assert group.catalogue[0].genres == ("action", "family")
    assert set(group.task("bin_pref").tables) == {"answers"}


def test_movielens_people_who_rated_too_few_of_the_films_are_left_out(tmp_path):
    source = made_up.write_movielens(tmp_path / "ml")
    sizes = [
        build(
            "movielens",
            source,
            tmp_path / f"{asked}",
            options=BuildOptions(films=6, pool=9, asked=asked),
        )
        .task("bin_pref")
        .n_seekers
        for asked in (3, 5)
    ]
    assert sizes[0] == 8
    assert sizes[1] < 8


def test_movielens_natural_keeps_as_many_of_each_persons_own_ratings(tmp_path):
    source = made_up.write_movielens(tmp_path / "ml")
    group = build("movielens", source, tmp_path / "out", options=BuildOptions(films="all", asked=6))
    assert group.task("bin_pref").design["films"] == "natural"
    assert set(np.bincount(_answers(group).owner)) == {6}
    assert "--films all" in group.provenance.command


def test_like_at_moves_yes(tmp_path):
    source = made_up.write_movielens(tmp_path / "ml")
    shares = [
        _answers(
            build(
                "movielens",
                source,
                tmp_path / f"{like_at}",
                options=BuildOptions(films="all", asked=5, like_at=like_at),
            )
        )
        .columns["yes"]
        .mean()
        for like_at in (2.0, 4.5)
    ]
    assert shares[0] > shares[1]


@pytest.mark.parametrize(
    "name,text,problem",
    [
        ("ratings.csv", "userId,movieId,rating\n1,1,9\n", r"ratings\.csv:2: field 'rating'"),
        ("ratings.csv", "userId,movieId,rating\n1,77,3\n", r"ratings\.csv:2: field 'movieId'"),
        ("ratings.csv", "user,movie,stars\n", r"ratings\.csv:1: field 'userId'"),
        ("ratings.csv", "userId,movieId,rating\n1,1\n", r"ratings\.csv:2: found 2 fields"),
        ("ratings.csv", "userId,movieId,rating\n1,1,3\n", "1 films are rated, need 30"),
        ("movies.csv", "movieId,title,genres\n1,,x\n", r"movies\.csv:2: field 'title'"),
    ],
)
def test_odd_movielens_files_are_named_with_line_and_field(tmp_path, name, text, problem):
    source = made_up.write_movielens(tmp_path / "ml")
    (source / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        build("movielens", source, tmp_path / "out")


def test_no_such_folder_says_where_to_get_movielens(tmp_path):
    with pytest.raises(InputError, match=r"no such folder.*grouplens\.org"):
        build("movielens", tmp_path / "nowhere", tmp_path / "out")


@pytest.mark.parametrize(
    "written,natural",
    [
        ("Matrix, The", "The Matrix"),
        ("Postino, Il (The Postman)", "Il Postino (The Postman)"),
        ("White Balloon, The (Badkonake Sefid )", "The White Balloon (Badkonake Sefid)"),
        ("Avventura, L' (Adventure, The)", "L'Avventura (The Adventure)"),
        ("Good, the Bad and the Ugly, The", "The Good, the Bad and the Ugly"),
        ("Heat", "Heat"),
        ("Me, Myself & Irene", "Me, Myself & Irene"),
    ],
)
def test_articles_stand_in_front(written, natural):
    assert natural_title(written) == natural


def test_a_movielens_title_is_split_from_its_year():
    item = movielens_item("Matrix, The (1999)", "Action|Sci-Fi|(no genres listed)")
    assert item.label == "The Matrix (1999)"
    assert item.genres == ("action", "sci-fi")


def test_agent4rec_reads_yes_and_no(tmp_path):
    source = made_up.write_agent4rec(tmp_path / "agents")
    group = build("agent4rec", source, tmp_path / "out", options=BuildOptions(date=made_up.DATE))
    rows = {tuple(row[1:3]) for row in _answers(group).rows()}
    known = {r for r in rows if not r[0].startswith("?")}
    assert known == {
        ("The Jungle Tale (1994)", 1.0),
        ("The Jungle Tale (1994)", 0.0),
        ("King Tide (1976)", 1.0),
    }
    # Two films are called King Tide: the answer counts, and is about neither.
    assert len(rows) == 4
    assert group.speakers == "simulator"
    assert group.task("bin_pref").n_seekers == 2


def test_agent4rec_stars_are_read_as_yes_from_like_at(tmp_path):
    source = made_up.write_agent4rec(tmp_path / "agents")
    group = build("agent4rec", source, tmp_path / "out", options=BuildOptions(answers="stars"))
    assert sorted(_answers(group).columns["yes"].tolist()) == [0.0, 1.0]
    assert group.task("bin_pref").design["like_at"] == 3.5
    assert "--answers stars" in group.provenance.command


def test_agent4rec_brings_peoples_mean_ratings_and_repairs_titles(tmp_path):
    source = made_up.write_agent4rec(tmp_path / "agents")
    group = build("agent4rec", source, tmp_path / "out")
    ratings = {item.label: item.mean_rating for item in group.catalogue}
    assert ratings == {
        "The Jungle Tale (1994)": 3.1235,
        "King Tide (1933)": 4.5,
        "King Tide (1976)": 2.5,
        "Déjà Vu (1997)": 3.0,
    }
    assert group.provenance.mean_rating


def test_synthetic_raters_are_never_people(tmp_path):
    group = build("synthetic", None, tmp_path / "out", options=BuildOptions(date=made_up.DATE))
    assert group.speakers == "synthetic"
    assert group.task("bin_pref").n_seekers == 271
    assert len(_answers(group)) == 271 * 30
    assert not group.provenance.source_sha256
