import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crs_simcheck.baselines import read_group
from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.inspired import KIND
from crs_simcheck.errors import EmptyInputError, InputError
from tests.unit.baselines import hostile, made_up

OPTIONS = BuildOptions(date=made_up.DATE)
HEADER = "\t".join(made_up.INSPIRED_COLUMNS)


def said(source, task):
    return [(r.seeker, r.text) for r in KIND.read(source, OPTIONS).responses if r.task == task]


def write_lines(folder, *rows, name="train.tsv", end="\n"):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        HEADER,
        *(row if isinstance(row, str) else made_up.inspired_line(*row) for row in rows),
    ]
    (folder / name).write_text(end.join(lines) + end, encoding="utf-8", newline="")
    return folder


def test_the_sentences_of_a_turn_are_one_response(tmp_path):
    assert said(made_up.write_inspired(tmp_path, survey=False), "rec_request") == [
        ("20200101-1_live.pkl", 'I loved "Blue Harbour". And Lion\'s Paper; Lost Reel too'),
        ("20200101-1_live.pkl", "In the future I might Blue Harbour again?"),
        ("20200102-2_live.pkl", "A slow film please"),
        ("20200103-3_live.pkl", "Blue Harbour or nothing"),
    ]


def test_who_talks_twice_is_one_seeker_where_the_survey_says_so(tmp_path):
    seekers = [seeker for seeker, _ in said(made_up.write_inspired(tmp_path), "rec_request")]
    assert seekers == ["user_31", "user_31", "20200102-2_live.pkl", "user_31"]
    description = KIND.read(tmp_path, OPTIONS).description
    assert "one seeker, as the survey of the source says" in description


def test_films_count_once_a_dialogue_and_only_where_the_dialogues_list_has_them(tmp_path):
    assert said(made_up.write_inspired(tmp_path), "items_talk") == [
        ("user_31", "Blue Harbour (1995)"),
        ("user_31", "Lion's Paper (2004)"),
        ("user_31", "Lost Reel"),
        ("user_31", "Blue Harbour (1995)"),
    ]


def test_popularity_is_what_the_recommenders_name(tmp_path):
    films = KIND.read(made_up.write_inspired(tmp_path), OPTIONS).catalogue
    assert {film.label: film.popularity for film in films} == {
        "Blue Harbour (1995)": 1.0,
        "Lion's Paper (2004)": 0.0,
        "Lost Reel": 0.0,
    }


def test_the_group(tmp_path):
    source = made_up.write_inspired(tmp_path / "data")
    build("inspired", source, tmp_path / "out", options=OPTIONS)
    group = read_group(tmp_path / "out")
    assert group.task("rec_request").n_seekers == 2
    assert len(group.task("rec_request").tables["responses"]) == 4
    # A bare title without a year is read as prose, as everywhere.
    assert group.task("items_talk").design == {"cap": 5}
    assert group.provenance.licence.startswith("none is stated")
    assert sorted(group.provenance.source_sha256) == [
        "dialog_data/dev.tsv",
        "dialog_data/train.tsv",
        "survey_data/list_of_dialog_ids_with_movie_id_all.tsv",
        "survey_data/seeker_demographic.tsv",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_folder_of_dialogues_alone_and_one_file_are_sources_too(tmp_path, end):
    folder = write_lines(tmp_path / "d", *made_up.INSPIRED_ROWS, end=end)
    assert len(said(folder, "rec_request")) == 4
    assert said(folder / "train.tsv", "rec_request") == said(folder, "rec_request")
    packed = tmp_path / "p" / "dev.tsv.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress((folder / "train.tsv").read_bytes()))
    assert said(packed.parent, "items_talk") == said(folder, "items_talk")


def test_quotes_and_other_line_ends_are_text(tmp_path):
    row = ("d", "SEEKER", 1, '"half a quote \u2028 and \x85 more', "", 1)
    folder = write_lines(tmp_path / "d", row, ("d", "SEEKER", 2, "next", "", 1))
    assert [text for _, text in said(folder, "rec_request")] == [row[3], "next"]


@pytest.mark.parametrize(
    "rows, message",
    [
        ([("d", "BOT", 1, "x", "", 1)], r"train\.tsv:2: field 'speaker': found 'BOT'"),
        (["d\t1\tSEEKER"], r"train\.tsv:2: found 3 fields, need 19"),
        ([], "no SEEKER says anything"),
        ([("d", "RECOMMENDER", 1, "x", "", 1)], "no SEEKER says anything"),
    ],
)
def test_what_is_not_inspired_is_told(tmp_path, rows, message):
    with pytest.raises(InputError, match=message):
        KIND.read(write_lines(tmp_path / "d", *rows), OPTIONS)


def test_a_missing_column_is_named(tmp_path):
    (tmp_path / "dev.tsv").write_text(HEADER.replace("speaker", "who") + "\n")
    with pytest.raises(InputError, match=r"dev\.tsv:1: field 'speaker': found columns dialog_id, "):
        KIND.read(tmp_path, OPTIONS)


def test_no_such_place_is_told(tmp_path):
    with pytest.raises(InputError, match=r"no train\.tsv, dev\.tsv or test\.tsv in it"):
        KIND.files(tmp_path, OPTIONS)
    with pytest.raises(InputError, match="no such file or folder"):
        KIND.read(tmp_path / "nowhere", OPTIONS)
    (tmp_path / "train.tsv").write_text("")
    with pytest.raises(InputError, match="field 'dialog_id'"):
        KIND.read(tmp_path, OPTIONS)


def test_a_survey_without_its_columns_is_told(tmp_path):
    made_up.write_inspired(tmp_path)
    (tmp_path / "survey_data" / "seeker_demographic.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(InputError, match=r"seeker_demographic\.tsv:1: field 'seeker_survey_id'"):
        KIND.read(tmp_path, OPTIONS)


def test_a_file_that_is_cut_short_is_told(tmp_path):
    folder = write_lines(tmp_path / "d", *made_up.INSPIRED_ROWS)
    plain = (folder / "train.tsv").read_bytes()
    (folder / "train.tsv").unlink()
    (folder / "train.tsv.gz").write_bytes(gzip.compress(plain))
    hostile.check_cut_short("inspired", folder, folder / "train.tsv.gz", OPTIONS)


@pytest.mark.parametrize("text", [t for t in hostile.TEXTS if "\ud800" not in t])
def test_any_text_is_measured(tmp_path, text):
    folder = write_lines(tmp_path / "d", ("d", "SEEKER", 1, text, text[:99], 0))
    build("inspired", folder, tmp_path / "out", options=OPTIONS)
    assert len(read_group(tmp_path / "out").task("rec_request").tables["responses"]) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.booleans())
def test_arbitrary_bytes_are_told(tmp_path, data, headed):
    (tmp_path / "test.tsv").write_bytes((HEADER.encode() + b"\n" if headed else b"") + data)
    found = hostile.outcome("inspired", tmp_path, OPTIONS)
    assert str(tmp_path) in found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40), st.integers(0, 18))
def test_any_value_in_any_column_is_read_or_told(tmp_path, text, place):
    cells = made_up.inspired_line(*made_up.INSPIRED_ROWS[1]).split("\t")
    cells[place] = text
    write_lines(tmp_path, *made_up.INSPIRED_ROWS[:3], "\t".join(cells))
    found = hostile.outcome("inspired", tmp_path, OPTIONS)
    assert found.endswith("responses") or "train.tsv" in found


def test_nobody_is_an_empty_input(tmp_path):
    with pytest.raises(EmptyInputError):
        KIND.read(write_lines(tmp_path / "d"), OPTIONS)
