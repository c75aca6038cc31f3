from collections import Counter

import numpy as np
import pytest

from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.errors import InputError
from tests.unit.baselines import made_up


@pytest.fixture
def group(tmp_path):
    source = made_up.write_redial(tmp_path / "redial")
    return build("redial", source, tmp_path / "seekers", options=BuildOptions(date=made_up.DATE))


def _films(statistics):
    table = statistics.tables["mentions"]
    return [table.columns["film"][table.owner == s].tolist() for s in range(statistics.n_seekers)]


def test_a_film_counts_once_a_dialogue_and_again_in_the_next(group):
    per_seeker = _films(group.task("items_talk"))
    assert sorted(map(len, per_seeker)) == [1, 3]
    longest = max(per_seeker, key=len)
    assert Counter(longest) == {"Blue Harbour (1995)": 2, "The Long Orbit (2001)": 1}


def test_a_title_that_the_source_does_not_know_is_counted_under_a_hash(group):
    unknown = [f for films in _films(group.task("items_talk")) for f in films if f.startswith("?")]
    assert len(unknown) == 1
    assert "Lost" not in unknown[0]


def test_every_turn_of_a_seeker_is_a_response_with_titles_for_ids(group):
    responses = group.task("rec_request").tables["responses"]
    assert group.task("rec_request").n_seekers == 3
    # "Hi! I loved Blue Harbour and also The Long Orbit" and so on, years left out.
    assert sorted(responses.columns["words"].tolist()) == [2, 5, 5, 5, 10]


def test_what_was_not_asked_for_is_not_measured(group):
    responses = group.task("rec_request").tables["responses"]
    assert np.isnan(responses.columns["violation"]).all()
    assert np.isnan(responses.columns["leak"]).all()
    assert set(group.instruments) == {
        "aspects",
        "mentions",
        "role-markers",
        "sentences",
        "sentiment",
        "text-key",
        "title-mentions",
        "word-vectors",
        "words",
    }
    assert set(group.task("items_talk").tables) == {"mentions"}


def test_popularity_is_the_recommenders_alone_one_a_dialogue_and_film(group):
    popularity = {item.label: item.popularity for item in group.catalogue}
    assert popularity == {
        "Blue Harbour (1995)": 2.0,
        # Both of its ids, in one dialogue.
        "The Long Orbit (2001)": 2.0,
        "Paper Lions": 1.0,
        "Green Winter (1988)": 0.0,
    }


def test_ids_are_one_film_where_no_text_could_tell_them_apart(tmp_path):
    films = {
        "100": {"name": "Tea (2006)", "genre": ["drama"]},
        "101": {"name": "The Tea (2006)", "genre": ["comedy"]},
        "102": {"name": "Fog (1999)", "genre": ["horror"]},
        "103": {"name": "Fog  (1999)", "genre": ["horror", "drama"]},
    }
    talks = [
        made_up.dialogue(1, 2, [("s", "@100 @101 @102 @103"), ("r", "@102 @103")]),
        made_up.dialogue(3, 4, [("s", "@103"), ("r", "@103")]),
        made_up.dialogue(5, 4, [("r", "@103")]),
    ]
    source = made_up.write_redial(tmp_path / "redial", talks, films)
    group = build("redial", source, tmp_path / "out")
    assert [(item.label, item.genres, item.popularity) for item in group.catalogue] == [
        ("Fog (1999)", ("horror", "drama"), 3.0),
        ("Tea (2006)", ("drama",), 0.0),
        ("The Tea (2006)", ("comedy",), 0.0),
    ]
    assert sorted(map(sorted, _films(group.task("items_talk")))) == [
        ["Fog (1999)"],
        ["Fog (1999)", "Tea (2006)", "The Tea (2006)"],
    ]
    assert group.provenance.description.endswith(
        "The source's 4 films have 3 different titles with years, which are the films of the "
        "catalogue."
    )


def test_a_seeker_keeps_at_most_cap_mentions_and_keeps_them_whoever_else_speaks(tmp_path):
    films = {str(i): {"name": f"Film {i} (2000)", "genre": []} for i in range(100, 140)}
    many = made_up.dialogue(1, 2, [("s", " ".join(f"@{i}" for i in range(100, 140)))])
    few = made_up.dialogue(3, 2, [("s", "@100 @101")])
    options = BuildOptions(date=made_up.DATE, cap=4, seed=7)
    alone, both = (
        build(
            "redial",
            made_up.write_redial(tmp_path / name / "redial", dialogues, films),
            tmp_path / name / "out",
            options=options,
        )
        for name, dialogues in (("alone", [many]), ("both", [few, many]))
    )
    (kept,) = _films(alone.task("items_talk"))
    assert len(kept) == 4
    assert sorted(map(sorted, _films(both.task("items_talk")))) == sorted(
        [sorted(kept), ["Film 100 (2000)", "Film 101 (2000)"]]
    )
    assert alone.task("items_talk").design == {"cap": 4}


def test_another_seed_keeps_other_mentions(tmp_path):
    films = {str(i): {"name": f"Film {i} (2000)", "genre": []} for i in range(100, 140)}
    many = made_up.dialogue(1, 2, [("s", " ".join(f"@{i}" for i in range(100, 140)))])
    source = made_up.write_redial(tmp_path / "redial", [many], films)
    kept = [
        _films(
            build("redial", source, tmp_path / f"{seed}", options=BuildOptions(seed=seed)).task(
                "items_talk"
            )
        )
        for seed in (0, 1)
    ]
    assert kept[0] != kept[1]


def test_a_missing_file_is_named_with_where_to_get_it(tmp_path):
    source = made_up.write_redial(tmp_path / "redial")
    (source / "id2info.json.gz").unlink()
    with pytest.raises(InputError, match=r"no id2info\.json\.gz or id2info\.json.*iEvaLM-CRS"):
        build("redial", source, tmp_path / "out")


@pytest.mark.parametrize(
    "row",
    [
        {"messages": []},
        {"initiatorWorkerId": 1},
        {"initiatorWorkerId": 1, "messages": [{"text": "hi"}]},
        {"initiatorWorkerId": 1, "messages": ["hi"]},
    ],
)
def test_a_row_that_is_no_dialogue_is_an_error_with_its_line(tmp_path, row):
    source = made_up.write_redial(tmp_path / "redial", [made_up.REDIAL_DIALOGUES[0], row])
    with pytest.raises(InputError, match=r"valid_data\.jsonl\.gz:2: "):
        build("redial", source, tmp_path / "out")


def test_films_without_a_name_are_an_error(tmp_path):
    source = made_up.write_redial(tmp_path / "redial", films={"1": {"genre": []}})
    with pytest.raises(InputError, match="film 1"):
        build("redial", source, tmp_path / "out")


def test_no_dialogue_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no dialogue"):
        build("redial", made_up.write_redial(tmp_path / "redial", []), tmp_path / "out")
