import csv
import gzip
import json
import re
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crs_simcheck.baselines import read_group
from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.mapped import FIELDS, KIND
from crs_simcheck.baselines.verify import verify
from crs_simcheck.errors import EmptyInputError, InputError, SimcheckError, UnknownNameError
from tests.unit.baselines import hostile, made_up

MAP = ("seeker=who", "text=said")
ROW = {"who": "ann", "said": "a fine film", "stars": 4, "film": "Heat (1995)"}


def options(*more, task="open_pref", **given):
    mapping = given.pop("map", (*MAP, "item==Heat (1995)", *more))
    return BuildOptions(
        **{"speakers": "people", "date": made_up.DATE, "map": mapping, "task": task, **given}
    )


def write(folder, *rows, name="rows.jsonl"):
    return made_up.write_rows(folder / name, rows)


def read(source, *more, **given):
    return tuple(KIND.read(source, options(*more, **given)).responses)


def test_a_response_is_what_the_mapping_says(tmp_path):
    source = write(tmp_path, ROW)
    (one,) = read(source, map=(*MAP, "rating=stars", "item=film"))
    assert (one.task, one.seeker, one.text, one.rating) == ("open_pref", "ann", "a fine film", 4.0)
    assert one.stimulus == {"item": "Heat (1995)"}
    assert one.line == 1


def test_values_within_one_another(tmp_path):
    source = write(tmp_path, {"a": {"who": [{"id": 7}]}, "b.c": "plain", "b": {"c": "nested"}})
    (one,) = read(source, task="rec_request", map=("seeker=a.who.0.id", "text=b.c"))
    # A key that has a dot in it is itself meant.
    assert (one.seeker, one.text) == ("7", "plain")


def test_fixed_values(tmp_path):
    (one,) = read(write(tmp_path, ROW), "rating==3.5", task="open_pref")
    assert (one.rating, one.stimulus["item"]) == (3.5, "Heat (1995)")


def test_the_task_may_be_a_column(tmp_path):
    rows = (ROW | {"t": "open_pref"}, ROW | {"t": "rec_request"})
    found = read(write(tmp_path, *rows), "task=t", task=None)
    assert [one.task for one in found] == ["open_pref", "rec_request"]


def test_numbers_and_truths_that_are_written_as_text(tmp_path):
    row = ROW | {"stars": " 4.5 ", "n": "3", "fits": "False"}
    (one,) = read(write(tmp_path, row), "rating=stars", "n_items=n", "relevant=fits")
    assert one.rating == 4.5
    assert one.stimulus == {"item": "Heat (1995)", "n_items": 3, "relevant": False}


@pytest.mark.parametrize("ending, delimiter", [("csv", ","), ("tsv", "\t"), ("csv.gz", ",")])
def test_csv_gives_the_same_as_json_lines(tmp_path, ending, delimiter):
    text = 'two\nlines, "quoted"\tand more'
    rows = [ROW, ROW | {"said": text, "who": "bob"}]
    plain = tmp_path / "plain.csv"
    with plain.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(ROW), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    source = tmp_path / f"rows.{ending}"
    data = plain.read_bytes()
    source.write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    mapping = (*MAP, "rating=stars", "item=film")
    found = read(source, map=mapping)
    assert found == read(write(tmp_path, *rows), map=mapping)
    assert found[1].text == text


def test_rows_that_answer_nothing_are_left_out_and_told(tmp_path):
    rows = (ROW, ROW | {"said": " "}, ROW | {"said": None}, {"who": "bob"}, ROW | {"who": "bob"})
    data = KIND.read(write(tmp_path, *rows), options("rating=stars"))
    assert len(tuple(data.responses)) == 2
    assert data.notes == ("3 rows that answer nothing were left out.",)
    assert "3 rows that answer nothing were left out." in data.description


def test_stars_alone_answer_bin_pref_and_are_no_words(tmp_path):
    rows = (ROW, ROW | {"said": ""}, ROW | {"who": "bob", "said": "", "stars": 1})
    source = write(tmp_path, *rows)
    given = options("rating=stars", task="bin_pref", origin="made up")
    build("mapped", source, tmp_path / "out", options=given)
    statistics = read_group(tmp_path / "out").task("bin_pref")
    assert set(statistics.tables) == {"answers"}
    assert statistics.tables["answers"].rows() == [
        (0, statistics.films[0], 0.0, 1.0),
        (1, statistics.films[0], 1.0, 4.0),
        (1, statistics.films[0], 1.0, 4.0),
    ]


def test_of_stars_alone_nothing_is_read_in_texts(tmp_path):
    data = KIND.read(write(tmp_path, ROW), options(map=("seeker=who", "rating=stars", "item=film")))
    assert len(tuple(data.responses)) == 1
    assert not {"responses", "word_vectors", "sentence_vectors"} & set(data.tables["open_pref"])
    assert "stars" not in data.unread["open_pref"]


def test_people_were_asked_for_no_format(tmp_path):
    assert KIND.read(write(tmp_path, ROW), options()).unread["open_pref"] == ("violation",)
    assert not KIND.read(write(tmp_path, ROW), options(speakers="simulator")).unread


def test_the_group_is_built_again_from_its_command(tmp_path):
    source = made_up.write_mapped(tmp_path / "here")
    (tmp_path / "here" / "films.csv").write_text("title,year,genres\nHeat,1995,crime\n")
    given = BuildOptions(
        speakers="people",
        date=made_up.DATE,
        origin="a table of reviews",
        task="bin_pref",
        map=("seeker=user.id", "text=review", "rating=stars", "item==Heat (1995)"),
        catalogue=tmp_path / "here" / "films.csv",
    )
    build("mapped", source, tmp_path / "out", options=given)
    assert verify(tmp_path / "out", source) == []
    command = read_group(tmp_path / "out").provenance.command
    assert "--map seeker=user.id --map text=review --map rating=stars --map 'item==Heat" in command


# ------------------------------------------------------------------------------ what is wrong


@pytest.mark.parametrize(
    "mapping, message",
    [
        ((), "need a column of 'seeker' and one of 'text' or 'rating'"),
        (("text=said",), "need a column of 'seeker'"),
        (("seeker=who",), "one of 'text' or 'rating'"),
        ((*MAP, "rating"), "found 'rating', need FIELD=COLUMN"),
        ((*MAP, "rating="), "found 'rating=', need FIELD=COLUMN"),
        ((*MAP, "item=="), "found 'item==', need FIELD=COLUMN"),
        ((*MAP, "text=other"), "'text' is mapped twice"),
    ],
)
def test_a_mapping_that_says_too_little_is_told(tmp_path, mapping, message):
    with pytest.raises(InputError, match="field 'map': ") as raised:
        read(write(tmp_path, ROW), map=mapping)
    assert message in str(raised.value)


def test_an_unknown_field_offers_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'rating'"):
        read(write(tmp_path, ROW), "ratings=stars")


@pytest.mark.parametrize("more, task", [((), None), (("task=t",), "open_pref")])
def test_the_task_is_said_once(tmp_path, more, task):
    with pytest.raises(InputError, match="field 'task': what the rows answer must be said once"):
        read(write(tmp_path, ROW), *more, task=task)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv"])
@pytest.mark.parametrize("mapping", [("seeker=whoo", "text=said"), (*MAP, "rating=star")])
def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path, name, mapping):
    source = tmp_path / name
    if name.endswith("csv"):
        source.write_text("who,said,stars\nann,fine,3\n")
    else:
        write(tmp_path, {"who": "ann", "said": "fine", "stars": 3})
    with pytest.raises(InputError, match=r"no such column.* there are who, said, stars") as raised:
        read(source, task="rec_request", map=mapping)
    near = "seeker=who" if "whoo" in str(raised.value) else "rating=stars"
    assert f"did you mean --map {near}?" in str(raised.value)


def test_columns_within_one_another_are_named_so(tmp_path):
    source = write(tmp_path, {"user": {"name": "ann", "age": 3}, "said": "x"})
    with pytest.raises(InputError, match=r"there are user\.name, user\.age, said .*=user\.name\?"):
        read(source, task="rec_request", map=("seeker=user.nam", "text=said"))


def test_an_optional_column_may_be_missing_in_some_rows(tmp_path):
    found = read(write(tmp_path, ROW, {"who": "b", "said": "x"}), "rating=stars")
    assert [one.rating for one in found] == [4.0, None]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"who": None}, "field 'who'"),
        ({"who": 1.5}, "field 'who'"),
        ({"said": 7}, r"field 'said': found 7; a string is needed \(read as text\)"),
        ({"said": ["x"]}, "found a list; a string is needed"),
        ({"stars": "many"}, r"field 'stars': found 'many', need a number \(read as rating\)"),
        ({"stars": 11}, "found 11; a number of stars from 0.5 to 5 is needed"),
        ({"stars": "nan"}, "a number of stars from 0.5 to 5 is needed"),
        ({"film": 1917}, r"found 1917; a string is needed \(read as item\)"),
        ({"film": ""}, r"field 'film'|field 'item'"),
        ({"fits": "perhaps"}, "found 'perhaps', need true or false"),
    ],
)
def test_a_value_that_a_field_cannot_have_is_told_with_line_and_column(tmp_path, change, message):
    source = write(tmp_path, ROW | {"fits": True}, ROW | {"fits": True} | change)
    with pytest.raises(InputError, match=r"rows\.jsonl:2: ") as raised:
        read(source, map=(*MAP, "rating=stars", "item=film", "relevant=fits"))
    assert re.search(message, str(raised.value)), str(raised.value)


def test_a_task_that_needs_a_film_says_how_to_give_it(tmp_path):
    with pytest.raises(InputError, match=r"field 'item'.*give --map item=COLUMN"):
        read(write(tmp_path, ROW), map=MAP)


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "none of its 0 rows"),
        ("who,said,item\n", "none of its 0 rows"),
        ("who,said\nann\n", r"rows\.csv:2: found 1 fields, need 2"),
        ("who,said,who\na,b,c\n", r"rows\.csv:1: field 'who': the column stands twice"),
        ("who,said\nann,\n", "none of its 1 rows is an answer"),
    ],
)
def test_what_is_no_table_is_told(tmp_path, text, message):
    (tmp_path / "rows.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read(tmp_path / "rows.csv", task="rec_request", map=MAP)


def test_no_such_file_is_told(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        KIND.files(tmp_path / "nowhere", options())
    with pytest.raises(InputError, match="a folder; need one file"):
        KIND.files(tmp_path, options())


def test_who_speaks_must_be_said(tmp_path):
    with pytest.raises(InputError, match="--speakers people"):
        read(write(tmp_path, ROW), speakers=None)


@pytest.mark.parametrize("name", ["rows.jsonl.gz", "rows.csv.gz"])
def test_a_file_that_is_cut_short_is_told(tmp_path, name):
    text = "who,said\n" + "ann,a film\n" * 500
    if "jsonl" in name:
        text = "".join(json.dumps(ROW) + "\n" for _ in range(500))
    source = tmp_path / name
    source.write_bytes(gzip.compress(text.encode()))
    given = options(task="rec_request", map=MAP)
    hostile.check_cut_short("mapped", source, source, given)


@pytest.mark.parametrize("text", [t for t in hostile.TEXTS if t])
def test_any_text_is_measured(tmp_path, text):
    source = write(tmp_path, ROW | {"said": text, "who": text[:100]})
    build("mapped", source, tmp_path / "out", options=options())
    assert len(read_group(tmp_path / "out").task("open_pref").tables["responses"]) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(["csv", "tsv", "jsonl"]), st.booleans())
def test_arbitrary_bytes_are_told(tmp_path, data, ending, headed):
    source = tmp_path / f"rows.{ending}"
    source.write_bytes((b"who,said\n" if headed else b"") + data)
    found = hostile.outcome("mapped", source, options(task="rec_request", map=MAP))
    assert found.endswith("responses") or f"rows.{ending}" in found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(list(ROW)), hostile.json_values, max_size=4))
def test_any_value_in_any_column_is_read_or_told(tmp_path, change):
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW | change) + "\n")
    mapping = (*MAP, "rating=stars", "item=film")
    found = hostile.outcome("mapped", tmp_path / "rows.jsonl", options(map=mapping))
    assert found.endswith("responses") or "rows.jsonl" in found


@given(st.lists(st.text(max_size=20), max_size=4))
def test_any_mapping_is_taken_or_told(tmp_path_factory, mapping):
    source = write(tmp_path_factory.getbasetemp() / "any", ROW)
    # The two columns that a mapping needs are not there by chance.
    with pytest.raises(SimcheckError):
        read(source, map=tuple(mapping))


def test_one_row_is_held_at_a_time(tmp_path):
    """40 MB of rows, and hardly more than one of them in memory."""
    source = tmp_path / "rows.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for i in range(400):
            file.write(
                json.dumps({"who": str(i), "said": "y" * 50_000, "rest": "x" * 50_000}) + "\n"
            )
    given = options(task="rec_request", map=MAP)
    tracemalloc.start()
    try:
        assert sum(1 for _ in KIND.read(source, given).responses) == 400
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


def test_every_field_is_in_the_help():
    from crs_simcheck.cli.baseline import _HELP

    assert all(field in _HELP["map"] for field in FIELDS)


def test_an_empty_input_is_an_error_of_its_own(tmp_path):
    with pytest.raises(EmptyInputError):
        read(write(tmp_path))
