import numpy as np

from crs_simcheck.baselines import COLUMNS, TABLES_OF, measure, measure_group, unknown_label
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.instruments import INSTRUMENTS
from crs_simcheck.records import TASKS, Response
from crs_simcheck.tasks import READ_BY, VECTORS

CATALOGUE = Catalogue("made up", (Item("Blue Harbour", 1995), Item("Paper Lions", 2004)))
CHAT = [
    Response("rec_request", "a", "Something slow please"),
    Response("rec_request", "b", "- one\n- two"),
]


def _group(responses, **more):
    seen = measure(responses, CATALOGUE, histories=more.pop("histories", None))
    return measure_group(seen, CATALOGUE, name="g", speakers="people", **more)


def test_each_column_has_its_instruments():
    assert {name: set(columns) for name, columns in READ_BY.items()} == {
        name: set(columns) for name, columns in COLUMNS.items()
    }
    named = {i for columns in READ_BY.values() for names in columns.values() for i in names}
    assert named - {"aspects", "judge", *VECTORS} <= set(INSTRUMENTS)
    assert set(TABLES_OF) == set(TASKS)


def test_what_is_left_unread_is_empty_and_its_instrument_not_named():
    read = _group(CHAT)
    assert read.task("rec_request").tables["responses"].columns["violation"].sum() == 1
    assert set(read.instruments) == {"words", "format", "role-markers", "text-key"}
    left = _group(CHAT, unread={"rec_request": ("violation", "text")})
    table = left.task("rec_request").tables["responses"]
    assert np.isnan(table.columns["violation"]).all()
    assert set(table.columns["text"].tolist()) == {""}
    assert set(left.instruments) == {"words", "role-markers"}


def test_unread_holds_for_its_task_alone():
    rows = [*CHAT, Response("bin_pref", "a", "Hm, yes", {"item": "Blue Harbour (1995)"})]
    group = _group(rows, unread={"rec_request": ("violation",)})
    assert group.task("bin_pref").tables["responses"].columns["violation"].tolist() == [1.0]
    assert "format" in group.instruments


def test_a_known_history_makes_leakage_read():
    group = _group(
        [Response("rec_request", "a", "As good as Paper Lions")],
        histories={"a": ("Paper Lions (2004)",)},
    )
    assert group.task("rec_request").tables["responses"].columns["leak"].tolist() == [1.0]
    assert "leakage" in group.instruments


def test_titles_are_counted_under_the_catalogues_label_or_a_hash():
    group = _group([Response("items_talk", "a", "blue harbour (1995)\nOther (1990)\nOther (1990)")])
    films = group.task("items_talk").tables["mentions"].columns["film"].tolist()
    unknown = [f for f in films if f.startswith("?")]
    assert films.count("Blue Harbour (1995)") == 1
    assert len(unknown) == 2
    assert len(set(unknown)) == 1
    assert unknown_label("0123456789") == "?0123456789"


def test_tables_that_are_not_asked_for_are_not_kept():
    rows = [*CHAT, Response("items_talk", "a", "Blue Harbour (1995)")]
    group = _group(rows, tables={"items_talk": ("mentions",)})
    assert set(group.tasks) == {"items_talk"}
    assert set(group.task("items_talk").tables) == {"mentions"}
    assert set(group.instruments) == {"mentions"}
