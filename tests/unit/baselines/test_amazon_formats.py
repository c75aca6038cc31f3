"""Lines as they come, and lines as they should not."""

import gzip
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.amazon import lines as lines_of_the_benchmark
from crs_simcheck.baselines.sources.amazon.formats import EDITIONS, Filters, NotReadError, parse
from crs_simcheck.baselines.sources.amazon.reading import Draw, draw
from crs_simcheck.baselines.sources.stream import line_blocks
from crs_simcheck.errors import InputError
from tests.unit.baselines import made_up_amazon as made_up

MAKERS = {
    "2018": made_up.review_2018,
    "2023": made_up.review_2023,
    "copy": made_up.review_copy,
}


def line(edition="2023", **more):
    return json.dumps(MAKERS[edition](3, 7, 4.0, "Fine.") | more).encode()


@pytest.mark.parametrize("edition", MAKERS)
def test_the_fields_of_each_edition(edition):
    review = parse(line(edition), EDITIONS[edition])
    assert (review.person, review.stars, review.text) == (made_up.person(3), 4.0, "Fine.")
    assert review.product == made_up.product(7)
    assert review.key == made_up.product(6 if edition == "2023" else 7)
    assert review.verified is (edition != "copy")
    expected = None if edition == "copy" else "2015-08-31"
    assert (review.day and review.day.isoformat()) == expected


@pytest.mark.parametrize(
    "value,day",
    [
        (1_440_385_637_000, "2015-08-24"),
        (1_440_385_637, "2015-08-24"),
        (1_440_385_637.5, "2015-08-24"),
        (99_999_999_999, "5138-11-16"),
        (100_000_000_000, "1973-03-03"),
        (0, "1970-01-01"),
        (-5, None),
        (True, None),
        ("1440385637", None),
        (9_999_999_999_999_999, None),
        (1e300, None),
        (None, None),
    ],
)
def test_seconds_and_milliseconds(value, day):
    found = parse(line(timestamp=value), EDITIONS["2023"]).day
    assert (found and found.isoformat()) == day


@pytest.mark.parametrize(
    "raw,problem",
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "no object"),
        (b"7", "no object"),
        (b'{"rating": 4.0}', "no field 'user_id'"),
        (b'{"user_id": "", "rating": 4.0}', "no field 'user_id'"),
        (b'{"user_id": 7, "rating": 4.0}', "no field 'user_id'"),
        (b'{"user_id": "a"}', "'rating' is 'None', need stars from 1 to 5"),
        (b'{"user_id": "a", "rating": 0}', "'rating' is '0'"),
        (b'{"user_id": "a", "rating": 6}', "'rating' is '6'"),
        (b'{"user_id": "a", "rating": -1e400}', "'rating' is '-inf'"),
        (b'{"user_id": "a", "rating": NaN}', "'rating' is 'nan'"),
        (b'{"user_id": "a", "rating": "5.0"}', "'rating' is '5.0'"),
        (b'{"user_id": "a", "rating": true}', "'rating' is 'True'"),
        (b'{"user_id": "a", "rating": 3.7}', "'rating' is '3.7'"),
        (b'{"user_id": "\xff", "rating": 3}', "not JSON"),
        (b'{"user_id": "a", "rating": ' + b"1" * 5_000 + b"}", "not JSON"),
        (b"[" * 200_000, "not JSON"),
    ],
)
def test_lines_that_hold_no_review_say_why(raw, problem):
    with pytest.raises(NotReadError) as raised:
        parse(raw, EDITIONS["2023"])
    assert problem in str(raised.value)


@given(st.text(), st.text(min_size=1))
def test_any_text_and_any_id_are_read(text, person):
    record = made_up.review_2023(1, 1, text=text) | {"user_id": person}
    review = parse(json.dumps(record).encode(), EDITIONS["2023"])
    assert (review.text, review.person) == (text, person)
    assert 0 <= review.mark(b"k") < 2**64
    assert review.mark(b"k") & 15 == 8


def test_marks_differ_in_everything_that_makes_a_review():
    first = {"text": "a", "rating": 4.0, "asin": "x", "timestamp": 5, "user_id": "p"}
    changes = ({"text": "b"}, {"rating": 5.0}, {"asin": "y"}, {"timestamp": 6}, {"user_id": "q"})
    marks = {
        parse(json.dumps(first | change).encode(), EDITIONS["2023"]).mark(b"k")
        for change in ({}, {"helpful_vote": 9}, *changes)
    }
    assert len(marks) == 6


def test_filters():
    import datetime

    edition = EDITIONS["2018"]

    def takes(filters, **more):
        return filters.take(parse(line("2018", **more), edition))

    assert takes(Filters())
    assert takes(Filters(verified=True))
    assert not takes(Filters(verified=True), verified=False)
    assert not takes(Filters(verified=True), verified="true")
    assert not takes(Filters(), reviewText="")
    assert not takes(Filters(), reviewText="<br /> &nbsp;")
    assert not takes(Filters(), reviewText=None)
    assert takes(Filters(text=False), reviewText=None)
    day = datetime.date(2015, 8, 31)
    after, before = day + datetime.timedelta(1), day - datetime.timedelta(1)
    assert takes(Filters(since=day, until=day))
    assert not takes(Filters(since=after))
    assert not takes(Filters(until=before))
    assert not takes(Filters(since=before), unixReviewTime=None)
    assert takes(Filters(language="en"), reviewText="It was the best film of the year")
    assert not takes(Filters(language="en"), reviewText="Muy buena la película, con el disco")
    assert takes(Filters(language="es"), reviewText="Muy buena la película, con el disco")


# ------------------------------------------------------------------------------ whole files

ODD = [
    b"{",
    b"\xff\xfe",
    b'{"user_id": "%s", "rating": 99, "text": "x"}' % made_up.person(0).encode(),
    b'{"rating": 4}',
    b'"user_id": "',
    b'{"user_id": "',
]


OTHER_FILE = r"x\.jsonl:1: 30 of 30 lines .*no field 'user_id'.*--kind"


def drawn_from(path, **more):
    return draw(Draw((path,), EDITIONS["2023"], Filters(), **more))


def test_a_few_odd_lines_are_left_out_and_told_of(tmp_path):
    good = made_up.some(made_up.review_2023, people=200)
    clean = drawn_from(made_up.write(tmp_path / "clean.jsonl", good))
    lines = made_up.as_lines(good).splitlines()
    random.Random(0).shuffle(lines)
    mixed = [*lines[:100], *ODD, b"", b"  \r", *lines[100:]]
    path = tmp_path / "odd.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(mixed))
    found, note = drawn_from(path)
    assert found == clean[0]
    assert clean[1] == ""
    assert note.startswith("6 lines hold no review and were left out; the first, line 101: not")


def test_another_file_is_refused_with_the_first_line_and_what_is_wrong(tmp_path):
    path = made_up.write(tmp_path / "x.jsonl", made_up.some(made_up.review_2018))
    with pytest.raises(InputError, match=OTHER_FILE):
        drawn_from(path)
    many = made_up.as_lines(made_up.some(made_up.review_2023)) + b"{\n" * 21
    path.write_bytes(many)
    with pytest.raises(InputError, match=r"x\.jsonl:31: 21 of 51 lines"):
        drawn_from(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_line_of_a_megabyte_is_a_review_like_others(tmp_path, compressed):
    long = "great " * 200_000
    reviews = [*made_up.some(made_up.review_2023), made_up.review_2023(77, 1, text=long)]
    name = "x.jsonl.gz" if compressed else "x.jsonl"
    found, _ = drawn_from(made_up.write(tmp_path / name, reviews))
    assert len(found) == 13


def test_lines_without_end_are_cut(tmp_path, monkeypatch):
    monkeypatch.setattr("crs_simcheck.baselines.sources.stream.MAX_LINE_BYTES", 5_000_000)
    path = tmp_path / "x.jsonl.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(line() + b"\n")
        for _ in range(20):
            file.write(b"a" * 1_000_000)
        file.write(b"\n" + line() + b"\n")
    lines = [found for block in line_blocks(path) for found in block]
    assert [len(found) for found in lines][0::2] == [len(line())] * 2
    assert len(lines) == 3
    assert len(lines[1]) <= 256


@pytest.mark.slow
@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path, keep):
    draw_of = random.Random(1)
    texts = ("".join(draw_of.choices("abcdefgh ", k=300)) for _ in range(20_000))
    data = gzip.compress(b"".join(line(text=text) + b"\n" for text in texts), 1)
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(data[: int(keep * len(data))])
    with pytest.raises(InputError, match=r"x\.jsonl\.gz: the gzip data are cut short.*gzip -t"):
        drawn_from(path)


def test_damage_in_the_middle_is_found(tmp_path):
    data = bytearray(gzip.compress(made_up.as_lines(made_up.some(made_up.review_2023, 3_000))))
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"x\.jsonl\.gz: the gzip data are damaged"):
        drawn_from(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            list(line_blocks(path))


@given(st.binary(max_size=400), st.integers(1, 50))
def test_blocks_hold_the_lines_of_the_file(tmp_path_factory, data, size):
    folder = tmp_path_factory.mktemp("lines")
    plain = folder / "plain"
    # What begins as gzip does is gzip.
    plain.write_bytes(b"x" + data)
    packed = folder / "packed.gz"
    packed.write_bytes(gzip.compress(b"x" + data))
    expected = (b"x" + data).split(b"\n")
    if not expected[-1]:
        expected.pop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crs_simcheck.baselines.sources.stream._BLOCK", size)
        patch.setattr("crs_simcheck.baselines.sources.stream._PACKED_BLOCK", size + 20)
        for path in (plain, packed):
            seen = []
            lines = [found for block in line_blocks(path, seen.append) for found in block]
            assert lines == expected
            assert 0 < sum(seen) <= path.stat().st_size


def test_the_reviews_of_the_benchmark_have_the_format_of_2023():
    found = [parse(one, EDITIONS["2023"]) for one in lines_of_the_benchmark(400)]
    assert all(Filters().take(review) for review in found)
    assert {review.stars for review in found} == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert {bool(review.verified) for review in found} == {True, False}
    assert 100 < len({review.person for review in found}) < 400
    fields = list(json.loads(next(lines_of_the_benchmark(1))))
    assert fields == list(made_up.review_2023(1, 1))


@pytest.mark.slow
def test_a_reader_that_is_left_half_way_leaves_no_thread(tmp_path):
    import threading

    path = made_up.write(tmp_path / "x.jsonl", made_up.some(made_up.review_2023, 40_000))
    before = threading.active_count()
    blocks = line_blocks(path)
    next(blocks)
    blocks.close()
    assert threading.active_count() == before
