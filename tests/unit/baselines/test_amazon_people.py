"""Who is drawn, against a plain definition of it that holds everything."""

import gzip
import hashlib
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crs_simcheck.baselines.sources.amazon.formats import EDITIONS, Filters, NotReadError, parse
from crs_simcheck.baselines.sources.amazon.people import Sketch, insert, seed_key
from crs_simcheck.baselines.sources.amazon.reading import Draw, draw, keep
from crs_simcheck.errors import EmptyInputError
from tests.unit.baselines.made_up_amazon import SAID, as_lines, person, review_2023, some, write

EDITION = EDITIONS["2023"]


def by_hand(lines, of):
    """The definition: different reviews of each person, then the smallest hashes."""
    key = seed_key(of.seed)
    marks = {}
    for line in lines:
        try:
            review = parse(line, of.edition)
        except NotReadError:
            continue
        if of.filters.take(review):
            name = review.person.encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(name, digest_size=8, key=key).digest()
            marks.setdefault(digest, set()).add(review.mark(key))
    ready = sorted(p for p, found in marks.items() if len(found) >= of.least)[: of.people]
    return {p: sorted(marks[p])[: of.most] for p in ready}


_reviews = st.lists(
    st.builds(
        review_2023,
        st.integers(0, 25),
        st.integers(0, 6),
        st.sampled_from([1.0, 3.0, 5.0]),
        st.sampled_from([*SAID, "", "Genial, me gusta mucho la película y el disco."]),
    ),
    min_size=1,
    max_size=80,
)


@settings(max_examples=60)
@given(
    _reviews,
    st.one_of(st.none(), st.integers(1, 12)),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(1, 40),
    st.integers(0, 3),
    st.sampled_from([Filters(), Filters(text=False), Filters(verified=True, language="en")]),
    st.randoms(use_true_random=False),
)
def test_the_draw_is_the_definition_in_any_order_and_over_any_files(
    tmp_path_factory, reviews, people, least, most, window, seed, filters, shuffle
):
    folder = tmp_path_factory.mktemp("draw")
    reviews = [*reviews, *shuffle.sample(reviews, len(reviews) // 4)]
    files = (write(folder / "a.jsonl", reviews),)
    of = Draw(files, EDITION, filters, seed, people, least, most, window)
    expected = by_hand(as_lines(reviews).splitlines(), of)
    shuffle.shuffle(reviews)
    cut = len(reviews) // 3
    parts = (
        write(folder / "b.jsonl.gz", reviews[:cut]),
        write(folder / "c.jsonl", reviews[cut:]),
    )
    apart = Draw(parts, EDITION, filters, seed, people, least, most, window)
    if not expected:
        for one in (of, apart):
            with pytest.raises(EmptyInputError, match="nobody is left"):
                draw(one)
        return
    assert draw(of) == draw(apart) == (expected, "")
    kept = keep(apart, expected)
    assert kept.marks == expected
    read = [(p, r.mark(seed_key(seed))) for p, r in kept.reviews()]
    assert read == [(p, mark) for p, marks in expected.items() for mark in marks]


def test_a_longer_file_draws_the_same_people_but_for_newcomers_before_them(tmp_path):
    first = [review_2023(who, what) for who in range(300) for what in range(2)]
    more = [review_2023(who, what) for who in range(280, 600) for what in range(2, 4)]
    short = Draw((write(tmp_path / "a.jsonl", first),), EDITION, Filters(), people=40)
    long = Draw((write(tmp_path / "b.jsonl", first + more),), EDITION, Filters(), people=40)
    before, after = set(draw(short)[0]), set(draw(long)[0])
    assert len(before) == len(after) == 40
    gone, new = before - after, after - before
    assert gone
    assert len(before & after) > 10
    assert max(new) < min(gone)


def test_another_seed_draws_others(tmp_path):
    files = (write(tmp_path / "a.jsonl", some(review_2023, people=400)),)
    drawn = [set(draw(Draw(files, EDITION, Filters(), seed, people=50))[0]) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1]
    assert not drawn[0] & drawn[2]


def test_what_is_held_does_not_grow_with_people():
    draw_of = random.Random(0)
    sizes = {}
    for people in (5_000, 100_000):
        sketch = Sketch(100, least=3, kept=5, window=1_000)
        largest = 0
        for _ in range(3 * people):
            digest = draw_of.randrange(people).to_bytes(8, "big")
            digest = hashlib.blake2b(digest, digest_size=8).digest()
            if digest < sketch.below:
                sketch.add(digest, draw_of.getrandbits(60) << 4 | 10)
                largest = max(largest, len(sketch))
        assert len(sketch.drawn()) >= 100
        sizes[people] = largest
    assert max(sizes.values()) <= 1_251


@given(st.lists(st.integers(0, 30)), st.integers(1, 6))
def test_insert_keeps_the_smallest_of_different_marks(marks, kept):
    held = []
    for mark in marks:
        before = list(held)
        assert insert(held, mark, kept) is (held != before)
    assert held == sorted(set(marks))[:kept]


ODD_SPELLINGS = [
    # The field of another object, in front of the right one and behind it.
    b'{"x": {"user_id": "%s"}, "user_id": "%s", "rating": 5, "text": "Good."}',
    b'{"user_id": "%s", "x": [{"user_id": "%s"}], "rating": 5, "text": "Good."}',
    # JSON keeps the last of two fields of one name.
    b'{"user_id": "%s", "user_id": "%s", "rating": 5, "text": "Good."}',
]


@pytest.mark.parametrize("spelt", ODD_SPELLINGS)
def test_the_person_is_the_one_that_json_says(tmp_path, spelt):
    names = [person(1).encode(), person(2).encode()]
    for pair in (names, names[::-1]):
        line = spelt % tuple(pair)
        path = tmp_path / "odd.jsonl"
        path.write_bytes(as_lines(some(review_2023)) + line + b"\n")
        of = Draw((path,), EDITION, Filters(), people=1_000)
        assert draw(of)[0] == by_hand(path.read_bytes().splitlines(), of)
        for wanted in names:
            only = parse(line, EDITION).person.encode() == wanted
            one = Draw((path,), EDITION, Filters(), people=None)
            digest = hashlib.blake2b(wanted, digest_size=8, key=seed_key(0)).digest()
            mark = parse(line, EDITION).mark(seed_key(0))
            assert (mark in draw(one)[0].get(digest, [])) is only


def test_escaped_and_tight_json_mean_the_same_person(tmp_path):
    loose = {"user_id": "AÅ\U0001f600", "rating": 4, "text": "Fine.", "asin": "B1"}
    lines = [
        json.dumps(loose),
        json.dumps(loose | {"asin": "B2"}, ensure_ascii=False),
        json.dumps(loose | {"asin": "B3"}, separators=(",", ":")),
        json.dumps(loose | {"asin": "B4"}, ensure_ascii=False, separators=(",", ":")),
        json.dumps(loose | {"asin": "B5"}, indent=None).replace("user_id", "user\\u005fid"),
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    found, note = draw(Draw((path,), EDITION, Filters(), people=1, most=9))
    assert [len(marks) for marks in found.values()] == [5]
    assert note == ""


def test_a_text_that_quotes_the_field_is_only_a_text(tmp_path):
    trap = review_2023(1, 1, text='he wrote "user_id": "NOBODY" and "user_id')
    path = write(tmp_path / "a.jsonl", [trap, review_2023(2, 2, text='"user_id"')])
    of = Draw((path,), EDITION, Filters())
    assert draw(of)[0] == by_hand(path.read_bytes().splitlines(), of)
    assert len(draw(of)[0]) == 2


def test_members_of_gzip_put_together_are_one_file(tmp_path):
    reviews = some(review_2023)
    half = len(reviews) // 2
    path = tmp_path / "a.jsonl.gz"
    parts = [gzip.compress(as_lines(r)) for r in (reviews[:half], reviews[half:])]
    path.write_bytes(parts[0] + b"\0" * 512 + parts[1] + b"\0" * 700)
    whole = write(tmp_path / "b.jsonl", reviews)
    found = [draw(Draw((p,), EDITION, Filters()))[0] for p in (path, whole)]
    assert found[0] == found[1]
