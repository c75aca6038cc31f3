import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crs_simcheck.baselines import Group, Provenance, SeekerStatistics, read_group, write_group
from crs_simcheck.baselines.bags import vector_value
from crs_simcheck.baselines.build import build, rebuild
from crs_simcheck.baselines.merge import merge, merge_groups, parse_merge
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.tables import COLUMNS
from crs_simcheck.baselines.verify import verify
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.errors import InputError, InstrumentError
from tests.unit.baselines import made_up

FILMS = (
    Item("Blue Harbour", 1995, ("crime",)),
    # One film in two spellings.
    Item("The Long Orbit", 2001),
    Item("Long Orbit", 2001, ("sci-fi",)),
    Item("Paper Lions", None),
)
LABELS = [film.label for film in FILMS] + ["?0123456789", "?abcdef0123"]

numbers = st.sampled_from([None, 0.0, 1.0])
cells = {
    "film": st.sampled_from(LABELS),
    "text": st.sampled_from(["", "0123456789", "abcdef0123"]),
    "label": st.just(""),
    "number": numbers,
    "bag": st.none() | st.lists(st.sampled_from("abc"), max_size=3).map(lambda b: tuple(sorted(b))),
    "vector": st.none()
    | st.lists(st.sampled_from([0.0, 0.5, -1.0]), min_size=2, max_size=2).map(
        lambda v: vector_value(np.array(v))
    ),
}


def rows_of(table):
    columns = COLUMNS[table].items()
    row = st.tuples(*(cells.get(column, cells[kind]) for column, kind in columns))
    return st.lists(row, max_size=3)


@st.composite
def statistics(draw):
    names = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=4, unique=True))
    seeker = st.fixed_dictionaries({name: rows_of(name) for name in names})
    seekers = draw(st.lists(seeker, min_size=1, max_size=4))
    design = draw(st.sampled_from([{}, {"cap": 5}, {"cap": 3}, {"films": [FILMS[1].label]}]))
    return SeekerStatistics.of_seekers(seekers, names, design)


@st.composite
def groups(draw, name):
    tasks = st.sampled_from(["items_talk", "bin_pref", "rec_request"])
    return Group(
        name=name,
        speakers="people",
        tasks=draw(st.dictionaries(tasks, statistics(), min_size=1, max_size=3)),
        catalogue=Catalogue(name, FILMS),
        instruments={"words": 1},
        provenance=Provenance(source=name, source_sha256={"file": name * 64}),
    )


def table_bytes(group, folder):
    """Write a group; return its files, without what says where it comes from."""
    write_group(group, folder)
    files = made_up.all_bytes(folder)
    del files["group.toml"]
    for path in folder.iterdir():
        path.unlink()
    designs = {task: dict(s.design) for task, s in group.tasks.items()}
    sizes = {task: s.n_seekers for task, s in group.tasks.items()}
    return files, designs, sizes, tuple(group.tasks)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(groups("a"), groups("b"), groups("c"))
def test_it_depends_neither_on_order_nor_on_what_was_merged_first(tmp_path, a, b, c):
    folder = tmp_path / "group"

    def sum_of(*parts):
        return merge_groups(parts, name="sum")

    pair = table_bytes(sum_of(a, b), folder)
    assert table_bytes(sum_of(b, a), folder) == pair
    three = table_bytes(sum_of(a, b, c), folder)
    assert table_bytes(sum_of(merge_groups([a, b], name="ab"), c), folder) == three
    assert table_bytes(sum_of(a, merge_groups([c, b], name="cb")), folder) == three


@settings(max_examples=40, deadline=None)
@given(groups("a"), groups("b"))
def test_no_seeker_and_no_row_is_lost_or_added(a, b):
    total = merge_groups([a, b], name="sum")
    assert set(total.tasks) == a.tasks.keys() | b.tasks.keys()
    for task, found in total.tasks.items():
        parts = [g.tasks[task] for g in (a, b) if task in g.tasks]
        assert found.n_seekers == sum(part.n_seekers for part in parts)
        for name, table in found.tables.items():
            assert len(table) == sum(len(part.tables[name]) for part in parts)
        assert set(found.tables) == set.intersection(*(set(p.tables) for p in parts))
        assert set(found.films) <= {f.label for f in total.catalogue} | set(LABELS[-2:])


# ------------------------------------------------------------------------------------ folders


def people(folder, name, seeker="ann", **more):
    """Build a group of two answers from rows of its own."""
    rows = [
        {"task": "rec_request", "seeker": seeker, "stimulus": {}, "text": f"A film like {name}"},
        {"task": "rec_request", "seeker": "bob", "stimulus": {}, "text": "Anything"},
    ]
    source = made_up.write_rows(folder / f"{name}.jsonl", rows)
    given = {"speakers": "people", "origin": f"made up {name}", "licence": "CC0 1.0"} | more
    build("rows", source, folder / name, options=BuildOptions(date=made_up.DATE, **given))
    return folder / name


def test_a_merged_group_is_read_verified_and_built_again(tmp_path):
    parts = [people(tmp_path, name) for name in ("one", "two", "three")]
    merge(parts, tmp_path / "sum", date=made_up.DATE)
    group = read_group(tmp_path / "sum")
    assert group.task("rec_request").n_seekers == 6
    assert group.provenance.command == (
        f"crs-simcheck baseline merge one two three --date {made_up.DATE} -o sum"
    )
    assert verify(tmp_path / "sum") == []
    assert verify(tmp_path / "sum", tmp_path) == []
    rebuild(tmp_path / "sum", tmp_path, tmp_path / "again")
    assert made_up.all_bytes(tmp_path / "again") == made_up.all_bytes(tmp_path / "sum")


def test_verify_sees_that_a_part_is_another_one_now(tmp_path):
    parts = [people(tmp_path, name) for name in ("one", "two")]
    merge(parts, tmp_path / "sum", date=made_up.DATE)
    people(tmp_path, "two", seeker="bob")
    problems = verify(tmp_path / "sum", tmp_path)
    assert any("differs from what its source gives" in problem for problem in problems)


def test_a_part_that_is_missing_is_named(tmp_path):
    merge([people(tmp_path, "one"), people(tmp_path, "two")], tmp_path / "sum")
    with pytest.raises(InputError, match="no group 'one', which is a part of this one"):
        rebuild(tmp_path / "sum", tmp_path / "sum", tmp_path / "again")
    with pytest.raises(InputError, match="no group 'one'"):
        rebuild(tmp_path / "sum", None, tmp_path / "again")


def test_where_it_comes_from_is_where_the_parts_come_from(tmp_path):
    one = people(tmp_path, "one", attribution="Thank A.")
    two = people(tmp_path, "two", attribution="Thank B.", licence="MIT")
    origin = merge([one, two], tmp_path / "sum", name="all of them").provenance
    assert origin.source == "made up one; made up two"
    assert origin.licence == "CC0 1.0; MIT"
    assert origin.attribution == "Thank A. Thank B."
    assert set(origin.source_sha256) == {"one/one.jsonl", "two/two.jsonl"}
    assert origin.description.startswith("The seekers of 'one', 'two' together.")
    assert "where speakers of different parts say the same, it is not seen" in origin.description
    assert "--name 'all of them'" in origin.command
    three = merge([tmp_path / "sum", people(tmp_path, "three")], tmp_path / "more").provenance
    assert three.licence == "CC0 1.0; MIT; CC0 1.0" or three.licence == "CC0 1.0; MIT"
    assert three.description.count("not seen") == 1


def test_equal_answers_are_seen_within_a_part_alone(tmp_path):
    """Both parts hold "Anything": their keys differ, for their secrets do."""
    total = merge([people(tmp_path, "one"), people(tmp_path, "two")], tmp_path / "sum")
    keys = total.task("rec_request").tables["responses"].columns["text"].tolist()
    assert len(set(keys)) == 4


def test_words_are_not_counted_across_parts(tmp_path):
    parts = [people(tmp_path, "one"), people(tmp_path, "two")]
    assert read_group(parts[0]).task("rec_request").tables["texts"].known("types")
    texts = merge(parts, tmp_path / "sum").task("rec_request").tables["texts"]
    assert not texts.known("types")
    assert texts.known("neu")
    assert texts.known("aspects")


def test_a_column_that_one_part_did_not_read_is_left_empty(tmp_path):
    source = made_up.write_laps(tmp_path / "source")
    build("laps", source, tmp_path / "laps", options=BuildOptions(date=made_up.DATE))
    one = people(tmp_path, "one")
    assert read_group(one).task("rec_request").tables["responses"].known("violation")
    total = merge([one, tmp_path / "laps"], tmp_path / "sum")
    assert not total.task("rec_request").tables["responses"].known("violation")
    # What read nothing that is still there is no reason to refuse the sum one day.
    assert "format" in read_group(one).instruments
    assert "format" not in total.instruments
    assert "words" in total.instruments
    assert total.task("rec_request").tables["responses"].known("words")


def test_a_task_of_one_part_alone_is_kept_and_told(tmp_path):
    source = made_up.write_redial(tmp_path / "source")
    build("redial", source, tmp_path / "redial", options=BuildOptions(date=made_up.DATE))
    total = merge([people(tmp_path, "one"), tmp_path / "redial"], tmp_path / "sum")
    before = read_group(tmp_path / "redial").task("items_talk")
    assert total.task("items_talk").seekers() == before.seekers()
    assert total.task("items_talk").design == {"cap": 5}
    assert "items_talk is of redial alone." in total.provenance.description
    assert total.provenance.popularity.endswith("(group 'redial')")
    assert verify(tmp_path / "sum", tmp_path) == []


# ------------------------------------------------------------------------------------- films


def with_films(name, *films, popularity=""):
    rows = [{"mentions": [(film.label,)]} for film in films]
    return Group(
        name=name,
        speakers="people",
        tasks={"items_talk": SeekerStatistics.of_seekers(rows, ["mentions"])},
        catalogue=Catalogue(name, films),
        provenance=Provenance(popularity=popularity, source_sha256={"f": name}),
    )


def test_one_film_in_two_spellings_is_one_film():
    a = with_films("a", Item("The Long Orbit", 2001, popularity=4.0), popularity="votes")
    b = with_films("b", Item("Long Orbit", 2001, ("sci-fi",), region="us", popularity=900.0))
    total = merge_groups([a, b], name="sum")
    assert total.catalogue.items == (
        Item("Long Orbit", 2001, ("sci-fi",), region="us", popularity=4.0),
    )
    assert total.task("items_talk").films == ("Long Orbit (2001)",)
    assert total.provenance.popularity == "votes (group 'a')"


def test_popularity_is_of_one_scale():
    a = with_films("a", Item("Heat", 1995))
    b = with_films("b", Item("Cars", 2006, popularity=9.0), popularity="votes")
    c = with_films("c", Item("Heat", 1995, popularity=0.5), popularity="share")
    films = merge_groups([a, b, c], name="sum").catalogue
    assert {film.label: film.popularity for film in films} == {
        "Cars (2006)": 9.0,
        "Heat (1995)": None,
    }


# ------------------------------------------------------------------------- what is refused


def test_parts_read_by_other_versions_are_refused_with_both(tmp_path):
    one, two = people(tmp_path, "one"), people(tmp_path, "two")
    header = two / "group.toml"
    header.write_text(header.read_text().replace("\nwords = 1\n", "\nwords = 2\n"))
    with pytest.raises(
        InstrumentError, match=r"'one' was read by .*'words/1', .*'two' by 'words/2'"
    ):
        merge([one, two], tmp_path / "sum")
    assert not (tmp_path / "sum").exists()


def test_people_and_simulators_are_refused(tmp_path):
    one, two = people(tmp_path, "one"), people(tmp_path, "two", speakers="simulator")
    with pytest.raises(InputError, match="found simulator, need people as in group 'one'"):
        merge([one, two], tmp_path / "sum")


def test_the_same_people_twice_are_refused(tmp_path):
    one = people(tmp_path, "one")
    copy = tmp_path / "copy"
    build(
        "rows",
        tmp_path / "one.jsonl",
        copy,
        options=BuildOptions(speakers="people", origin="again", date=made_up.DATE),
    )
    with pytest.raises(InputError, match="the same speakers would count twice"):
        merge([one, copy], tmp_path / "sum")
    merge([one, people(tmp_path, "two")], tmp_path / "sum")
    with pytest.raises(InputError, match="the same speakers would count twice"):
        merge([tmp_path / "sum", copy], tmp_path / "more")


def test_stars_that_mean_yes_from_different_numbers_on_are_refused(tmp_path):
    folders = []
    for name, like_at in (("one", 3.5), ("two", 4.0)):
        row = {"task": "bin_pref", "seeker": name, "stimulus": {"item": "Heat (1995)"}, "text": ""}
        source = made_up.write_rows(tmp_path / f"{name}.jsonl", [row | {"rating": 3.5}])
        options = BuildOptions(speakers="people", origin="x", like_at=like_at, date=made_up.DATE)
        build("rows", source, tmp_path / name, options=options)
        folders.append(tmp_path / name)
    with pytest.raises(InputError, match=r"field 'like_at': stars mean yes from 4\.0 on, .*3\.5"):
        merge(folders, tmp_path / "sum")


def test_fewer_than_two_and_two_of_one_name_are_refused(tmp_path):
    one = people(tmp_path, "one")
    other = people(tmp_path / "elsewhere", "one", seeker="eve")
    with pytest.raises(InputError, match="need two groups or more"):
        merge([one], tmp_path / "sum")
    with pytest.raises(InputError, match="'one' stands twice among the groups to merge"):
        merge([one, other], tmp_path / "sum")
    with pytest.raises(InputError, match="one of the groups to merge"):
        merge([one, people(tmp_path, "two")], one)
    with pytest.raises(InputError, match="need a date as YYYY-MM-DD"):
        merge([one, tmp_path / "two"], tmp_path / "sum", date="tomorrow")


def test_what_is_no_group_is_told(tmp_path):
    with pytest.raises(InputError, match=r"a group is a folder with a group\.toml"):
        merge([people(tmp_path, "one"), Path(tmp_path / "nothing")], tmp_path / "sum")


@pytest.mark.parametrize(
    "command",
    [
        "crs-simcheck baseline merge a b -o",
        "crs-simcheck baseline merge a b --date 2026-01-01",
        "crs-simcheck baseline merge a b -o c -o d",
        "crs-simcheck baseline merge a b --seed 3 -o c",
    ],
)
def test_a_merge_that_cannot_be_read_is_told(command):
    with pytest.raises(InputError, match="need 'crs-simcheck baseline merge A B"):
        parse_merge(command)


def test_another_command_is_no_merge():
    assert parse_merge("crs-simcheck baseline build x --kind redial -o y") is None
    assert parse_merge("'") is None
    assert parse_merge("") is None


@given(
    st.lists(st.from_regex(r"[a-z][a-z ']{0,6}", fullmatch=True), min_size=2, max_size=4),
    st.from_regex(r"[a-z][a-z ']{0,6}", fullmatch=True),
)
def test_a_command_is_read_back_as_it_was_written(parts, name):
    from crs_simcheck.baselines.merge import MergeCommand

    said = MergeCommand(tuple(parts), name, "2026-11-23", "out")
    assert parse_merge(said.line()) == said


def test_no_raw_text_and_no_path_is_in_a_merged_group(tmp_path):
    merge([people(tmp_path, "one"), people(tmp_path, "two")], tmp_path / "sum")
    for name, data in made_up.all_bytes(tmp_path / "sum").items():
        text = data.decode("utf-8", "replace")
        assert "Anything" not in text, name
        assert str(tmp_path) not in text, name
        assert json.dumps("ann") not in text
