"""Sheets go out blinded and shuffled, and come back as people and their programs leave them."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.judge import (
    SHEET_COLUMNS,
    Case,
    default_rubric,
    guide_for,
    read_annotations,
    sheet_for,
)

CASES = [Case(f"Likes {i}.", f"Film {i} (1990)", f"No, not {i}.", "About it.") for i in range(40)]


def rows_of(sheet):
    return list(csv.DictReader(io.StringIO(sheet, newline="")))


def filled(sheet, scores=lambda _i: (1, 2, 3, 4), dialect="excel", **more):
    rows = rows_of(sheet)
    for place, row in enumerate(rows):
        row.update(zip("ABCD", scores(place), strict=True), **more)
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, rows[0].keys(), dialect=dialect)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def test_a_sheet_is_drawn_shuffled_and_the_same_for_one_seed():
    sheet = sheet_for(CASES, answers=10, seed=1, rater="1")
    assert sheet == sheet_for(reversed(CASES), answers=10, seed=1, rater="1")
    other = sheet_for(CASES, answers=10, seed=1, rater="2")
    ids, others = ([row["case"] for row in rows_of(s)] for s in (sheet, other))
    assert sorted(ids) == sorted(others)
    assert ids != others
    assert ids != sorted(ids)
    assert {row["case"] for row in rows_of(sheet_for(CASES, answers=10, seed=2))} != set(ids)


def test_a_sheet_names_nobody():
    sheet = sheet_for(CASES, answers=5, seed=0)
    assert sheet.splitlines()[0] == ",".join(SHEET_COLUMNS)
    assert not {"simulator", "seeker", "engine", "model"} & set(SHEET_COLUMNS)


def test_an_answer_that_several_gave_stands_once():
    assert len(rows_of(sheet_for([*CASES, *CASES], answers=1000, seed=0))) == len(CASES)


def test_no_answers_make_no_sheet():
    with pytest.raises(EmptyInputError):
        sheet_for([], answers=5, seed=0)


def test_the_guide_has_the_ends_of_every_criterion():
    guide = guide_for(default_rubric())
    for criterion in default_rubric().criteria:
        assert criterion.low in guide
        assert criterion.high in guide


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=30), min_size=3))
def test_any_text_comes_back_as_it_was(tmp_path_factory, texts):
    case = Case(*(text.replace("\0", "") for text in texts[:3]))
    path = tmp_path_factory.mktemp("sheet") / "sheet.csv"
    path.write_text(filled(sheet_for([case], answers=1, seed=0)), encoding="utf-8", newline="")
    (found,) = read_annotations([path]).cases
    assert found == case


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'=", "'"])
def test_no_cell_is_a_formula(start):
    case = Case(f"{start}1+1", "Heat (1995)", f'{start}HYPERLINK("x")')
    (row,) = rows_of(sheet_for([case], answers=1, seed=0))
    assert row["answer"][0] == row["persona"][0] == "'"


def test_lone_surrogates_can_be_written(tmp_path):
    sheet = sheet_for([Case("Likes \ud800.", "Heat", "No \udc00")], answers=1, seed=0)
    (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8")


def test_raters_are_files_or_names(tmp_path):
    sheet = sheet_for(CASES, answers=6, seed=0)
    for name, score in (("ann", 3), ("bob", 5)):
        text = filled(sheet, lambda _i, s=score: (s, s, "", s), rater="")
        (tmp_path / f"{name}.csv").write_text(text)
    found = read_annotations([tmp_path / "ann.csv", tmp_path / "bob.csv"])
    assert found.raters == ("ann", "bob")
    assert found.scores.shape == (6, 2, 4)
    assert np.isnan(found.scores[:, :, 2]).all()
    assert np.isnan(found.total).all()
    assert (found.scores[:, 0, 0] == 3).all()


def test_one_table_holds_any_number_of_raters(tmp_path):
    sheet = sheet_for(CASES, answers=4, seed=0)
    head, *rows = filled(sheet, rater="ann").splitlines()
    more = filled(sheet, lambda i: (i, i, i, i), rater="cy").splitlines()[1:-1]
    (tmp_path / "all.csv").write_text("\n".join([head, *rows, *more]))
    found = read_annotations([tmp_path / "all.csv"])
    assert found.raters == ("ann", "cy")
    assert np.isfinite(found.total[:, 0]).all()
    assert np.isnan(found.total[:, 1]).sum() == 1


def test_as_spreadsheet_programs_leave_it(tmp_path):
    class Semicolons(csv.excel):
        delimiter = ";"

    text = filled(
        sheet_for(CASES, answers=3, seed=0), lambda _i: ("7,5", " 8 ", "", 10), Semicolons
    )
    (tmp_path / "s.csv").write_bytes(b"\xef\xbb\xbf" + text.encode() + b";;;;;;;;;\r\n")
    found = read_annotations([tmp_path / "s.csv"])
    assert found.scores[0, 0].tolist()[:2] == [7.5, 8.0]
    assert len(found.cases) == 3


def test_headers_in_other_cases_and_empty_columns_do_no_harm(tmp_path):
    text = "sep=;\r\nPersona;Film;Answer;a;b;c;d;;\r\nLikes it.;Heat;No.;1;2;3;4;;\r\n"
    (tmp_path / "s.csv").write_text(text)
    found = read_annotations([tmp_path / "s.csv"])
    assert found.scores[0, 0].tolist() == [1, 2, 3, 4]


def test_no_id_of_an_answer_can_be_taken_for_a_number():
    assert all(case.id.startswith("c") for case in CASES)


def test_a_known_case_needs_no_text(tmp_path):
    (tmp_path / "s.csv").write_text(f"case,rater,A,B,C,D\n{CASES[0].id},ann,1,2,3,4\n")
    found = read_annotations([tmp_path / "s.csv"], {CASES[0].id: CASES[0]})
    assert found.cases == (CASES[0],)
    with pytest.raises(InputError, match="nobody knows the answer"):
        read_annotations([tmp_path / "s.csv"])


HEAD = "persona,film,answer,A,B,C,D\n"


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "found the columns none; need A"),
        ("persona,film,answer,A,B,C\n", "need D"),
        ("A,B,C,D\n1,2,3,4\n", "need a column 'answer'"),
        ("answer,A,B,C,D,A\n", "'A' stands twice"),
        (HEAD, "no score in it"),
        (HEAD + "p,f,a,,,,\n", "no score in it"),
        (HEAD + "p,f,a,11,0,0,0\n", r"s.csv:2: field 'A': found '11', need a number from 0 to 10"),
        (HEAD + "p,f,a,-1,0,0,0\n", "found '-1'"),
        (HEAD + "p,f,a,nan,0,0,0\n", "found 'nan'"),
        (HEAD + "p,f,a,1_0,0,0,0\n", "found '1_0'"),
        (HEAD + "p,f,a,0,x,0,0\n", "field 'B': found 'x'"),
        (HEAD + "p,f,a,1,1,1,1,1\n", "found 8 cells, need 7"),
        (HEAD + "p,f\n", "found 2 cells, need 7"),
        (HEAD + "p,f,a,1,1,1,1\np,f,a,2,2,2,2\n", "scored this answer twice"),
        (HEAD + 'p,f,"a,1,1,1,1\n', r"s.csv:2: not CSV"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(tmp_path, text, said):
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        read_annotations([tmp_path / "s.csv"])


def test_other_bytes_are_no_table(tmp_path):
    (tmp_path / "s.csv").write_bytes(b"persona,film,answer,A,B,C,D\n\xff\xfe,f,a,1,1,1,1\n")
    with pytest.raises(InputError, match="not UTF-8"):
        read_annotations([tmp_path / "s.csv"])
    with pytest.raises(InputError, match="no such file"):
        read_annotations([tmp_path / "none.csv"])


def test_a_long_answer_is_read(tmp_path):
    case = Case("p", "f", "no " * 200_000)
    sheet = sheet_for([case], answers=1, seed=0)
    (tmp_path / "s.csv").write_text(sheet.replace(",,,,", ",1,2,3,4"))
    limit = csv.field_size_limit()
    assert read_annotations([tmp_path / "s.csv"]).cases == (case,)
    assert csv.field_size_limit() == limit
