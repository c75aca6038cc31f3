import contextlib
import re
import tomllib

import jsonschema
import pytest

from crs_simcheck.baselines import (
    Group,
    SeekerStatistics,
    find_group,
    load_baseline,
    read_group,
    shipped_folder,
    shipped_names,
    table_files,
    write_group,
)
from crs_simcheck.baselines.group import Provenance
from crs_simcheck.baselines.storage import _own_items
from crs_simcheck.baselines.verify import verify
from crs_simcheck.catalogue import Catalogue, Item, read_catalogue
from crs_simcheck.errors import InputError, InstrumentError, UnknownNameError
from crs_simcheck.instruments import INSTRUMENTS
from crs_simcheck.schemas import load_schema
from tests.unit.baselines.made_up import all_bytes

KEY = "0123456789"


def _group(rows=3):
    mentions = [{"mentions": [("Heat (1995)",), ("?" + KEY,)]} for _ in range(rows)]
    responses = [{"responses": [(3.0, None, 0.0, 1.0, KEY)]}]
    return Group(
        name="made up",
        speakers="people",
        tasks={
            "items_talk": SeekerStatistics.of_seekers(mentions, ("mentions",), {"cap": 5}),
            "rec_request": SeekerStatistics.of_seekers(responses, ("responses",)),
        },
        catalogue=Catalogue("made up", (Item("Heat", 1995, ("crime",)),)),
        instruments={
            name: INSTRUMENTS[name].version
            for name in ("mentions", "words", "role-markers", "leakage", "text-key")
        },
        provenance=Provenance(
            source="made up", date="2026-11-23", command="crs-simcheck baseline build x -o y"
        ),
    )


@pytest.fixture
def folder(tmp_path):
    write_group(_group(), tmp_path / "group")
    return tmp_path / "group"


def test_reading_gives_what_was_written(folder):
    group, read = _group(), read_group(folder)
    assert (read.name, read.speakers, read.provenance) == (
        group.name,
        group.speakers,
        group.provenance,
    )
    assert read.catalogue.items == group.catalogue.items
    for task, statistics in group.tasks.items():
        assert read.task(task).seekers() == statistics.seekers()
        assert dict(read.task(task).design) == dict(statistics.design)
    assert verify(folder) == []


def test_the_header_keeps_its_schema(folder):
    header = tomllib.loads((folder / "group.toml").read_text(encoding="utf-8"))
    jsonschema.validate(header, load_schema("group"))


def test_large_tables_are_packed_and_give_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "_MOST_CSV_ROWS", 4)
    for name in ("one", "two"):
        write_group(_group(), tmp_path / name)
    assert (tmp_path / "one" / "items_talk.mentions.npz").is_file()
    assert all_bytes(tmp_path / "one") == all_bytes(tmp_path / "two")
    assert read_group(tmp_path / "one").task("items_talk").seekers() == (
        _group().task("items_talk").seekers()
    )
    assert verify(tmp_path / "one") == []
    # A smaller group in the same folder leaves no packed table behind.
    write_group(_group(rows=1), tmp_path / "one")
    assert not (tmp_path / "one" / "items_talk.mentions.npz").exists()
    assert read_group(tmp_path / "one").task("items_talk").n_seekers == 1


def test_a_group_that_names_no_film_has_an_empty_catalogue(tmp_path):
    group = _group()
    alone = Group(
        group.name,
        group.speakers,
        {"rec_request": group.task("rec_request")},
        Catalogue("made up", ()),
        group.instruments,
        group.provenance,
    )
    write_group(alone, tmp_path / "group")
    assert len(read_group(tmp_path / "group").catalogue) == 0
    assert verify(tmp_path / "group") == []


def test_files_of_others_in_the_folder_stay(tmp_path):
    own = tmp_path / "my ratings.csv"
    own.write_text("a,b\n", encoding="utf-8")
    write_group(_group(), tmp_path)
    assert own.read_text(encoding="utf-8") == "a,b\n"
    assert verify(tmp_path) == ["my ratings.csv: a file that belongs to no group"]


def _edit(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    "name,old,new,problem",
    [
        ("group.toml", "format = 1", "format = 2", "field 'format': found format 2, need 1"),
        ("group.toml", 'speakers = "people"', 'speakers = "robots"', "field 'speakers'"),
        ("group.toml", "[tasks.items_talk]", "[tasks.items]", "unknown task 'items'"),
        ("group.toml", "mentions = 6", "mentions = 7", "found 6 rows, group.toml says 7"),
        ("group.toml", "seekers = 3", "seekers = 2", "seekers must be numbered 0 to 1"),
        ("group.toml", "[instruments]", "[instruments", "cannot be read"),
        ("items_talk.mentions.csv", "seeker,film", "seeker,films", "'films' looks like 'film'"),
        ("items_talk.mentions.csv", "0,Heat", "x,Heat", r"mentions.csv:\d+: field 'seeker'"),
        ("items_talk.mentions.csv", "Heat (1995)", "Cold (1995)", "'Cold (1995)' is named in"),
        ("items_talk.mentions.csv", "0,Heat", "0,1,Heat", "found 3 fields, need 2"),
        ("rec_request.responses.csv", "0,3,", "0,nan,", "responses.csv:2: field 'words'"),
        ("catalogue.csv", "1995", "19", "field 'year'"),
    ],
)
def test_a_damaged_group_is_an_error_that_says_where(folder, name, old, new, problem):
    _edit(folder, name, old, new)
    pattern = problem if "\\" in problem else re.escape(problem)
    with pytest.raises(InputError, match=pattern):
        read_group(folder)
    (found,) = verify(folder)
    assert re.search(pattern, found)


@pytest.mark.parametrize(
    "name,old,new,problem",
    [
        ("rec_request.responses.csv", "0,3,", "0,2.5,", "column 'words' cannot hold 2.5"),
        ("rec_request.responses.csv", ",0,1,", ",0,7,", "column 'leak' cannot hold 7.0"),
        ("rec_request.responses.csv", KEY, "some text", "column 'text' cannot hold 'some text'"),
        ("items_talk.mentions.csv", "?" + KEY, "?user17", "column 'film' cannot hold '?user17'"),
        ("group.toml", "build x", "build /home/me/x", "names a path of one machine: /home/me/x"),
        ("group.toml", 'date = "2026-11-23"', 'date = ""', "field 'date' is empty"),
        ("group.toml", "format = 1", "format = 1\nuser = 3", "group.toml: differs from"),
        ("catalogue.csv", "Heat,1995,crime", "Heat,1995,Crime", "catalogue.csv: differs from"),
        ("catalogue.csv", "Heat,1995,crime", "Heat,1995,c\nHeat,1995,d", "lines 2 and 3"),
    ],
)
def test_verify_finds_what_no_build_would_write(folder, name, old, new, problem):
    _edit(folder, name, old, new)
    assert any(problem in found for found in verify(folder))


def test_verify_finds_seekers_in_an_order_of_their_own(tmp_path):
    group = _group()
    seekers = [{"mentions": [("Heat (1995)",)]}, {"mentions": [("?" + KEY,)]}]
    statistics = SeekerStatistics.of_seekers(seekers, ("mentions",))
    write_group(group.with_tasks({"items_talk": statistics}), tmp_path)
    path = tmp_path / "items_talk.mentions.csv"
    assert path.read_text(encoding="utf-8") == f"seeker,film\n0,?{KEY}\n1,Heat (1995)\n"
    path.write_text(f"seeker,film\n0,Heat (1995)\n1,?{KEY}\n", encoding="utf-8")
    assert verify(tmp_path) == [
        "items_talk.mentions.csv: differs from what crs-simcheck would write"
    ]


def test_other_instruments_are_refused_and_both_are_named(folder):
    _edit(folder, "group.toml", "words = 1", "words = 99")
    with pytest.raises(InstrumentError, match=r"'words/99'.*'words/\d+'"):
        read_group(folder)
    assert read_group(folder, check=False).instruments["words"] == 99
    assert any("words/99" in problem for problem in verify(folder))


def test_no_group_at_all(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_group(tmp_path)
    with pytest.raises(UnknownNameError, match="did you mean 'redial-seekers'"):
        find_group("redial-seeker", tmp_path)


def test_a_changed_folder_is_read_again(folder):
    first = load_baseline(folder)
    assert load_baseline(folder) is first
    write_group(_group(rows=5), folder)
    assert load_baseline(folder).task("items_talk").n_seekers == 5


def test_these_groups_ship():
    assert shipped_names() == (
        "agent4rec-gpt35",
        "amazon-movies-reviewers",
        "ecir2026-mistral-nemo",
        "laps-seekers",
        "paper-amazon-movies",
        "redial-seekers",
        "synthetic-raters",
    )


@pytest.mark.parametrize("instrument", ["mentions", "words", "text-key"])
def test_what_was_read_by_nobody_knows_what_is_refused(folder, instrument):
    header = folder / "group.toml"
    text = header.read_text(encoding="utf-8")
    header.write_text(text.replace(f"{instrument} = 1\n", ""), encoding="utf-8")
    with pytest.raises(InstrumentError, match=f"an instrument '{instrument}'"):
        read_group(folder)
    assert any(instrument in problem for problem in verify(folder))


def test_a_packed_table_with_any_byte_changed_is_read_or_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "_MOST_CSV_ROWS", 0)
    write_group(_group(), tmp_path)
    packed = tmp_path / "rec_request.responses.npz"
    whole = packed.read_bytes()
    refused = 0
    for place in range(0, len(whole), 11):
        packed.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with contextlib.suppress(InputError):
            read_group(tmp_path)
            continue
        refused += 1
    assert refused > 20


def test_numbers_that_nobody_can_have_counted_are_refused(folder):
    path = folder / "rec_request.responses.csv"
    path.write_text(path.read_text("utf-8").replace("3,", "-3,", 1), encoding="utf-8")
    with pytest.raises(InputError, match="-3, need 0 or more"):
        read_group(folder)


@pytest.mark.parametrize("name", shipped_names())
def test_our_own_catalogues_are_read_as_any_user_s(name):
    path = shipped_folder() / name / "catalogue.csv"
    text = path.read_text(encoding="utf-8")
    items = _own_items(path)
    assert items is not None
    if text.count("\n") > 1:
        # A user's has a film once in whatever spelling.
        kept = set(read_catalogue(path).items)
        assert tuple(item for item in items if item in kept) == read_catalogue(path).items
        assert len(items) - len(kept) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title,year\nHeat,1995\n",
        "title,year,genres,director\nHeat,1995,crime,Mann\n",
        "title,year,genres,title\nHeat,1995,crime,Heat\n",
        "title,year,genres\nHeat,1995\n",
        "title,year,genres\nHeat,1995,crime\n\nCars,2006,family\n",
        "title,year,genres\n,1995,crime\n",
        "title,year,genres\nHeat,1879,crime\n",
        "title,year,genres\nHeat,soon,crime\n",
        "title,year,genres,popularity\nHeat,1995,crime,nan\n",
        "title,year,genres,popularity\nHeat,1995,crime,-1\n",
        "title,year,genres,mean_rating\nHeat,1995,crime,5.5\n",
        'title,year,genres\n"Heat"x",1995,crime\n"',
    ],
)
def test_what_we_would_not_write_is_left_to_the_careful_reader(tmp_path, text):
    path = tmp_path / "catalogue.csv"
    path.write_text(text, encoding="utf-8")
    assert _own_items(path) is None


@pytest.mark.parametrize("name", ["..", ".", "", "redial-seekers/", "../redial-seekers", "a\0b"])
def test_a_shipped_group_is_named_and_not_pointed_at(name, tmp_path):
    with pytest.raises(UnknownNameError):
        find_group(name, tmp_path)
