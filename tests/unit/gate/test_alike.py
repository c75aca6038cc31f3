"""People and simulators are measured by one way, and nothing of what they wrote is kept."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.baselines import UNKNOWN_TITLE, measure, measure_group, write_group
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.instruments import text_key
from crs_simcheck.records import Response

CATALOGUE = Catalogue("two", (Item("Heat", 1995), Item("Cars", 2006)))
texts = st.one_of(
    st.sampled_from(["Heat (1995)\nCars (2006)", "Yes", "no!", "1. Heat\n2. Nothing (1999)"]),
    st.text(max_size=40),
)
row = st.builds(
    lambda task, seeker, text, stars: Response(
        task,
        seeker,
        text,
        {"item": "Heat (1995)"} if task == "bin_pref" else {},
        rating=stars if task == "bin_pref" else None,
    ),
    st.sampled_from(["items_talk", "bin_pref", "rec_request"]),
    st.sampled_from(["ann-4711", "bob-4712"]),
    texts,
    st.sampled_from([None, 1.0, 4.5]),
)


def group_of(rows, speakers):
    return measure_group(measure(rows, CATALOGUE), CATALOGUE, name="g", speakers=speakers)


def plain(group):
    return {
        task: (s.n_seekers, {name: t.rows() for name, t in s.tables.items()})
        for task, s in group.tasks.items()
    }


@given(st.lists(row, max_size=8), st.randoms(use_true_random=False))
def test_the_same_text_gives_the_same_rows_whoever_wrote_it(rows, random):
    people = group_of(rows, "people")
    random.shuffle(rows)
    assert plain(group_of(rows, "simulator")) == plain(people)
    assert group_of(rows, "simulator").instruments == people.instruments


@given(st.lists(row, max_size=8))
def test_no_id_and_no_title_of_their_own_is_kept(rows):
    known = {item.label for item in CATALOGUE} | {UNKNOWN_TITLE}
    group = group_of(rows, "people")
    written = json.dumps(plain(group))
    assert "ann-4711" not in written
    assert "bob-4712" not in written
    for statistics in group.tasks.values():
        for table in statistics.tables.values():
            for name, values in table.columns.items():
                if name == "film":
                    assert all(f in known or f.startswith(UNKNOWN_TITLE) for f in values.tolist())
                elif name == "text":
                    assert set(values.tolist()) <= {text_key(r.text) for r in rows}
                else:
                    assert values.dtype == np.float64


def test_no_raw_text_is_written(tmp_path):
    rows = [
        Response("items_talk", "secret-person", "Heat\nMy Unforgettable Title (1999)"),
        Response("rec_request", "secret-person", "the unforgettable words of mine"),
    ]
    write_group(group_of(rows, "people"), tmp_path / "g")
    written = b"".join(p.read_bytes() for p in (tmp_path / "g").iterdir()).lower()
    assert b"heat" in written  # a film of the catalogue may be named
    for secret in (b"unforgettable", b"secret", b"of mine"):
        assert secret not in written
