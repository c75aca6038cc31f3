import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crs_simcheck.catalogue import (
    Catalogue,
    Item,
    read_catalogue,
    read_catalogue_counted,
    write_catalogue,
)
from crs_simcheck.errors import EmptyInputError, InputError

SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADER = "title,year,genres\n"


def written(tmp_path, content, name="films.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_or_error(path, **options):
    try:
        return read_catalogue(path, **options)
    except InputError as error:
        return error


def refused(path, **options):
    with pytest.raises(InputError) as caught:
        read_catalogue(path, **options)
    error = caught.value
    assert str(path) in str(error)
    assert error.path == str(path)
    return error


def test_a_catalogue_is_read(tmp_path):
    path = written(
        tmp_path,
        "title,year,genres,region,popularity,mean_rating,description,imdb\r\n"
        'Heat,1995,Crime|Thriller|suspense,US,12.5,4.1,"Cops, and\r\nrobbers",tt0113277\r\n'
        "\r\n"
        '"Matrix, The (1999)",,Science Fiction,,0,,,\r\n'
        "Ran,,(no genres listed),,,,,\r\n",
    )
    mine = read_catalogue(path)
    assert mine.name == "films"
    assert mine.items == (
        Item(
            "Heat",
            1995,
            ("crime", "thriller"),
            "US",
            12.5,
            4.1,
            "Cops, and\nrobbers",
            {"imdb": "tt0113277"},
        ),
        Item("Matrix, The", 1999, ("sci-fi",), popularity=0.0),
        Item("Ran"),
    )


def test_compressed_files_and_byte_order_marks_are_read(tmp_path):
    content = ("\ufeff" + HEADER + "Amélie,2001,Romance\n").encode()
    packed = written(tmp_path, gzip.compress(content), "films.csv.gz")
    assert read_catalogue(packed).name == "films"
    assert read_catalogue(packed, name="mine") == read_catalogue(
        written(tmp_path, content), name="mine"
    )
    assert read_catalogue(str(written(tmp_path, gzip.compress(content))))[0].title == "Amélie"


def test_column_order_and_case_do_not_matter_and_unnamed_empty_columns_are_ignored(tmp_path):
    path = written(tmp_path, "Genres, Year ,TITLE,\nDrama,1985,Ran,\n")
    assert read_catalogue(path).items == (Item("Ran", 1985, ("drama",)),)


@pytest.mark.parametrize(
    "rows, line, field, words",
    [
        (",1995,Drama\n", 2, "title", "empty"),
        ("Heat,95,Drama\n", 2, "year", "'95'; a whole number from 1880 to 2100"),
        ("Heat,1995.0,Drama\n", 2, "year", "write 1995"),
        ("Heat,1879,Drama\n", 2, "year", "1879"),
        ("Heat,١٩٩٥,Drama\n", 2, "year", "whole number"),
        ("Heat (1986),1995,Drama\n", 2, "year", "1986"),
        ("Ran,1985,Drama\n\nHeat,x,Drama\n", 4, "year", "'x'"),
        ('"Two\nlines",1985,Drama\nHeat,x,Drama\n', 4, "year", "'x'"),
        ("Good, the Bad,1966,Western\n", 2, None, "4 fields where the header has 3.*quote"),
        ("Heat,1995\n", 2, None, "2 fields where the header has 3"),
        ('"Heat,1995,Drama\nRan,1985,Drama\n', 2, None, "never closed"),
        ('"Heat" x,1995,Drama\n', 2, None, "not CSV"),
        ("Heat\0,1995,Drama\n", 2, "title", "NUL"),
        ("x" * 200_000 + ",1995,Drama\n", 2, None, "longer than 131,072"),
    ],
)
def test_a_broken_row_is_named(tmp_path, rows, line, field, words):
    path = written(tmp_path, HEADER + rows)
    error = refused(path)
    assert (error.line, error.field) == (line, field)
    with pytest.raises(InputError, match=words):
        raise error


@pytest.mark.parametrize("bad", ["nan", "inf", "1e999", "1_0", "-1", "many", "٣"])
def test_a_popularity_is_a_finite_number(tmp_path, bad):
    path = written(tmp_path, f"title,year,genres,popularity\nHeat,1995,Drama,{bad}\n")
    assert refused(path).field == "popularity"


@pytest.mark.parametrize("bad", ["nan", "0.4", "5.1", "0", "x"])
def test_a_mean_rating_is_in_stars(tmp_path, bad):
    path = written(tmp_path, f"title,year,genres,mean_rating\nHeat,1995,Drama,{bad}\n")
    error = refused(path)
    assert error.field == "mean_rating"
    assert "0.5 to 5" in str(error)


def test_a_row_that_says_the_same_again_is_left_out(tmp_path):
    rows = '"Matrix, The",1999,Drama\nMatrix (1999),,drama\nThe Matrix (1999),,drama\n'
    mine, skipped = read_catalogue_counted(written(tmp_path, HEADER + rows + rows))
    assert [item.label for item in mine] == ["Matrix, The (1999)", "Matrix (1999)"]
    assert (mine.notes, skipped) == ((), ())


def test_films_whose_titles_differ_by_an_article_are_two(tmp_path):
    rows = "Holiday,2006,Drama\nThe Holiday,2006,Comedy\nHOLIDAY,2006,Musical\n"
    mine = read_catalogue(written(tmp_path, HEADER + rows))
    assert [item.genres for item in mine] == [("drama",), ("comedy",), ("musical",)]
    assert mine.notes == ()


def test_rows_of_one_label_that_differ_are_one_film_and_a_note_says_so(tmp_path):
    rows = (
        "Emma,1996,Romance,,US\nRan,1985,War,,\nEmma (1996),,Comedy|Drama|Romance,,\n"
        "Emma,1996,War,,\nRan,1985,Drama,,\n"
    )
    path = written(tmp_path, "title,year,genres,popularity,region\n" + rows)
    mine, skipped = read_catalogue_counted(path)
    assert mine.items == (
        Item("Emma", 1996, ("comedy", "drama", "romance"), "US"),
        Item("Ran", 1985, ("war",)),
    )
    (note,) = mine.notes
    assert note.startswith("2 titles stand in films.csv several times with other attributes")
    assert note.endswith("the first is Emma (1996), lines 2 and 4 and 5")
    assert skipped == ()


def test_of_films_with_one_label_the_better_known_is_meant(tmp_path):
    rows = "Emma,1996,Drama|Romance,3\nEmma,1996,Comedy,8.5\nEmma,1996,War|Drama|Crime,\n"
    path = written(tmp_path, "title,year,genres,popularity\n" + rows)
    (emma,) = read_catalogue(path)
    assert (emma.genres, emma.popularity) == (("comedy",), 8.5)
    assert "1 title stands" in read_catalogue(path).notes[0]


def test_broken_rows_can_be_skipped_and_are_counted(tmp_path):
    rows = "Heat,x,Drama\nRan,1985,Drama\nJaws,1975\nRan,85,War\n"
    path = written(tmp_path, (HEADER + rows).encode() + b"Am\xe9lie,2001,Romance\nET,1982,Family\n")
    mine, skipped = read_catalogue_counted(path, skip_broken=True)
    assert [item.title for item in mine] == ["Ran", "ET"]
    assert [error.line for error in skipped] == [2, 4, 5, 6]
    assert read_catalogue(path, skip_broken=True) == mine


def test_a_file_of_broken_rows_only_is_empty(tmp_path):
    path = written(tmp_path, HEADER + "Heat,x,Drama\n")
    with pytest.raises(EmptyInputError, match=r"all 1 rows are broken.*'x'"):
        read_catalogue(path, skip_broken=True)


@pytest.mark.parametrize("content", ["", "\ufeff", "\n\n", HEADER, HEADER + "\n\n"])
def test_nothing_in_it_is_an_error_of_its_own(tmp_path, content):
    with pytest.raises(EmptyInputError, match=r"films\.csv"):
        read_catalogue(written(tmp_path, content))


@pytest.mark.parametrize(
    "header, field, words",
    [
        ("titel,year,genres", "title", "rename column 'titel'"),
        ("title,year,genre", "genres", "rename column 'genre'"),
        ("movieId,title,genres", "year", "add a column 'year'"),
        ("title,year,genres,year", "year", "2 times"),
        ("title,year,genres,x,x", None, "2 times"),
    ],
)
def test_a_header_that_lacks_or_repeats_a_column_is_named(tmp_path, header, field, words):
    error = refused(written(tmp_path, header + "\nHeat,1995,Drama\n"), skip_broken=True)
    assert (error.line, error.field) == (1, field)
    assert words in str(error)


def test_not_utf8_is_named_with_its_line(tmp_path):
    error = refused(written(tmp_path, HEADER.encode() + b"Am\xe9lie,2001,Romance\n"))
    assert (error.line, error.field) == (2, "title")
    assert "UTF-8" in str(error)
    str(error).encode()  # a message must be printable
    sixteen = refused(written(tmp_path, (HEADER + "Heat,1995,Drama\n").encode("utf-16")))
    assert "UTF-16" in str(sixteen)


def test_a_value_in_a_column_without_a_name_is_not_lost_silently(tmp_path):
    assert "without a name" in str(refused(written(tmp_path, "title,year,genres,\nRan,,,x\n")))


def test_files_that_are_no_files_are_named(tmp_path):
    assert "no such file" in str(refused(tmp_path / "none.csv"))
    assert "folder" in str(refused(tmp_path))
    with pytest.raises(InputError, match="cannot be read"):
        read_catalogue("nul\0.csv")


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "cannot be read" in str(refused(tmp_path / "films.csv"))


def test_damaged_gzip_is_named(tmp_path):
    whole = gzip.compress((HEADER + "Heat,1995,Drama\n").encode())
    for content in (whole[:-5], whole[:15] + b"\xff\xff\xff" + whole[18:], b"title", b""):
        assert "gzip" in str(refused(written(tmp_path, content, "films.csv.gz")))


def test_an_absurdly_large_decompressed_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("crs_simcheck.catalogue.reader._MAX_BYTES", 1000)
    path = written(tmp_path, gzip.compress(b"x" * 2000), "films.csv.gz")
    assert "more than 1,000 bytes" in str(refused(path))


CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), min_size=1)
TRIMMED = CELL.map(str.strip).filter(bool)
TITLES = CELL.map(lambda text: " ".join(text.split())).filter(
    lambda text: text and not text.endswith((")", "]"))
)
ITEMS = st.builds(
    Item,
    title=TITLES,
    year=st.none() | st.integers(1880, 2100),
    genres=st.lists(st.sampled_from(["drama", "sci-fi", "film-noir"]), unique=True).map(tuple),
    region=st.none() | TRIMMED,
    popularity=st.none() | st.floats(0, allow_infinity=False),
    mean_rating=st.none() | st.floats(0.5, 5),
    description=st.none() | TRIMMED,
    extra=st.dictionaries(st.sampled_from(["imdb", "Länge, min", 'a"b']), TRIMMED),
)
CATALOGUES = st.lists(ITEMS, min_size=1, max_size=6, unique_by=lambda item: item.key).map(
    lambda items: Catalogue("films", tuple(items))
)


@SHARED_FOLDER
@given(CATALOGUES)
def test_what_is_written_is_read_back(tmp_path, mine):
    for name in ("films.csv", "films.csv.gz"):
        path = tmp_path / name
        write_catalogue(mine, path)
        assert read_catalogue(path) == mine
        first = path.read_bytes()
        write_catalogue(read_catalogue(path), path)
        assert path.read_bytes() == first


@SHARED_FOLDER
@given(st.binary(max_size=300), st.booleans(), st.sampled_from(["", "header", "gzip"]))
@example(b"a,b,\xff\x00\n", True, "header")
def test_any_bytes_give_a_catalogue_or_an_input_error(tmp_path, content, skip, shape):
    if shape:
        content = HEADER.encode() + content
    path = written(tmp_path, gzip.compress(content) if shape == "gzip" else content)
    read = read_or_error(path, skip_broken=skip)
    if isinstance(read, InputError):
        assert str(path) in str(read)
        str(read).encode()
    else:
        assert len(read) > 0


@SHARED_FOLDER
@given(st.text(st.sampled_from('ab,"\n\r|1995 ().\0é'), max_size=80), st.booleans())
def test_any_rows_give_a_catalogue_or_an_input_error(tmp_path, rows, skip):
    read = read_or_error(written(tmp_path, HEADER + rows), skip_broken=skip)
    if isinstance(read, InputError):
        assert "films.csv" in str(read)
    else:
        write_catalogue(read, tmp_path / "again.csv")
        assert read_catalogue(tmp_path / "again.csv").items == read.items


def test_written_bytes_are_plain_and_leave_unused_columns_out(tmp_path):
    path = tmp_path / "films.csv"
    mine = Catalogue("films", (Item("Heat", 1995, ("crime", "drama"), popularity=3), Item("Ran")))
    write_catalogue(mine, path)
    assert path.read_bytes() == (
        b"title,year,genres,popularity\nHeat,1995,crime|drama,3.0\nRan,,,\n"
    )
    packed = tmp_path / "films.csv.gz"
    write_catalogue(mine, packed)
    assert packed.read_bytes()[4:8] == bytes(4)
    assert b"films" not in packed.read_bytes()[:30]


@pytest.mark.parametrize(
    "item, words",
    [
        (Item("Heat", 1995, ("a|b",)), r"\|"),
        (Item("Heat", 95), "whole number"),
        (Item(" "), "empty"),
        (Item("Heat", mean_rating=9.0), "0.5 to 5"),
        (Item("Heat", popularity=float("nan")), "a number"),
        (Item("Heat\ud800"), "not Unicode"),
        (Item("Heat\0"), "NUL"),
        (Item("Heat", description="x" * 200_000), "longer"),
        (Item("Heat", extra={"Title": "x"}), "2 times"),
        (Item("Heat", extra={"": "x"}), "without a name"),
    ],
)
def test_nothing_is_written_that_could_not_be_read(tmp_path, item, words):
    path = written(tmp_path, "before")
    with pytest.raises(InputError, match=words):
        write_catalogue(Catalogue("films", (item,)), path)
    assert path.read_bytes() == b"before"


def test_contradictions_and_emptiness_are_not_written(tmp_path):
    path = tmp_path / "films.csv"
    with pytest.raises(InputError, match="other attributes"):
        write_catalogue(Catalogue("x", (Item("Heat"), Item("Heat", genres=("drama",)))), path)
    with pytest.raises(EmptyInputError):
        write_catalogue(Catalogue("x", ()), path)
    assert not path.exists()
    with pytest.raises(InputError, match="cannot be written"):
        write_catalogue(Catalogue("x", (Item("Heat"),)), tmp_path / "no" / "films.csv")
