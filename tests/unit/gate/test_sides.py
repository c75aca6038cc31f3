from dataclasses import replace

import pytest

from crs_simcheck.baselines import load_baseline, unknown_label
from crs_simcheck.baselines.table_files import TablesOnDisk
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.gate import Comparison, GateSpec, joint_catalogue
from crs_simcheck.metrics import metric_named
from tests.unit.gate.made_up import FAST, mentions_of, verdict

DATED = Catalogue("dated", (Item("Heat", 1995, ("crime",)), Item("Cars", 2006, ("family",))))
UNDATED = Catalogue("undated", (Item("Heat"), Item("Cars", 2006)))


def entropy_of_both(first, second, first_films, second_films, user=None):
    """The number of films of a comparison whose two sides name one film each."""
    comparison = Comparison(
        "items_talk",
        mentions_of([first_films] * 20, first, name="sim", speakers="simulator"),
        mentions_of([second_films] * 20, second),
        catalogue=user,
        settings=FAST,
    )
    mentions = comparison.sides._mentions
    return int(((mentions[0] + mentions[1]) > 0).sum()), comparison


def test_a_film_without_a_year_on_one_side_is_the_same_film():
    for first, second in ((DATED, UNDATED), (UNDATED, DATED)):
        labels = [first.items[0].label], [second.items[0].label]
        n_films, _ = entropy_of_both(first, second, *labels)
        assert n_films == 1
        n_films, _ = entropy_of_both(first, second, *labels, user=DATED)
        assert n_films == 1


def test_two_films_of_one_title_stay_two():
    kings = Catalogue("kings", (Item("King Kong", 1933), Item("King Kong", 1976)))
    n_films, _ = entropy_of_both(kings, kings, ["King Kong (1933)"], ["King Kong (1976)"])
    assert n_films == 2


def test_attributes_of_both_sides_come_from_one_catalogue():
    user = Catalogue("user", (Item("Heat", 1995, ("thriller",), "US", popularity=3.0),))
    _, comparison = entropy_of_both(
        DATED, DATED, ["Heat (1995)"], ["Heat (1995)", "Cars (2006)"], user=user
    )
    sides = comparison.sides
    heat = sides.catalogue[sides.joint.labels["Heat (1995)"]]
    cars = sides.catalogue[sides.joint.labels["Cars (2006)"]]
    assert heat.genres == ("thriller",)  # the user's, on both sides
    assert cars.genres == ("family",)  # known to the baseline alone
    assert sides.joint.popularity_from == "user"


def test_a_group_with_a_catalogue_of_its_own_is_joined():
    own = Catalogue("own", (Item("Heat", 1995, ("war",)), Item("Solo Film", 1999, ("war",))))
    n_films, comparison = entropy_of_both(
        own, DATED, ["Heat (1995)", "Solo Film (1999)"], ["Heat (1995)"]
    )
    assert n_films == 2
    genres = {i.label: i.genres for i in comparison.sides.catalogue}
    assert genres["Heat (1995)"] == ("crime",)  # the baseline's goes before the simulator's own
    assert genres["Solo Film (1999)"] == ("war",)


def test_unknown_titles_are_films_behind_all_others_shared_by_their_hash():
    one, two = unknown_label("aaaa"), unknown_label("bbbb")
    n_films, comparison = entropy_of_both(DATED, DATED, [one], [one, two])
    assert n_films == 2
    assert comparison.sides.n_unknown == 2
    assert comparison.sides.label("mentions", len(comparison.sides.catalogue)) == "unknown title 1"


def test_a_joint_catalogue_of_nobody_is_empty():
    joint = joint_catalogue(None, None)
    assert len(joint.catalogue) == 0
    assert (joint.popularity_from, joint.mean_rating_from) == (None, None)


def test_a_comparison_of_a_side_with_itself_is_in_the_middle():
    group = mentions_of([["Heat (1995)"], ["Cars (2006)"]] * 20, DATED)
    found = verdict(group, group, "item_entropy")
    assert found.value == found.people.center == 1.0
    spec = GateSpec("items_talk", metric_named("item_entropy"))
    assert Comparison("items_talk", group, group, settings=FAST).missing(spec) is None


def test_a_gate_on_the_length_of_answers_reads_no_words():
    group = load_baseline("redial-seekers")
    statistics = group.tasks["rec_request"]

    def refuse():
        raise OSError("read")

    tables = TablesOnDisk({"responses": lambda: statistics.tables["responses"], "texts": refuse})
    people = group.with_tasks({"rec_request": replace(statistics, tables=tables)})
    comparison = Comparison("rec_request", people, people, settings=FAST)
    spec = GateSpec("rec_request", metric_named("words_per_response"))
    assert comparison.verdict(spec).outcome == "within"
    with pytest.raises(OSError, match="read"):
        comparison.verdict(GateSpec("rec_request", metric_named("aspect_entropy")))
