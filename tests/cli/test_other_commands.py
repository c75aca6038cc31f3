"""``show``, ``baseline`` and ``controls``."""

import json
import shutil

import pytest

from crs_simcheck.metrics import METRICS
from tests.plugin.small_project import named, write_rows


def lines(ran, code=0):
    assert ran.code == code, (ran.out, ran.err)
    return ran.out.splitlines()


def test_show_films(cli):
    shown = lines(cli("show", "narrow.jsonl", "--metric", "item_entropy", "--catalogue",
                      "films.csv"))  # fmt: skip
    assert shown[0].startswith("item_entropy (")
    assert shown[1] == "120 mentions of 3 films that a catalogue knows"
    assert shown[2] == "   40 × Made Up 000 (1950), by 40 seekers"


def test_show_takes_films_of_the_baseline_too(cli):
    shown = lines(cli("show", "narrow.jsonl", "--metric", "item_entropy", "--baseline", "crowd"))
    assert shown[1] == "120 mentions of 3 films that a catalogue knows"


@pytest.mark.parametrize("metric", METRICS)
def test_show_has_something_to_say_of_every_metric(cli, metric):
    shown = lines(cli("show", "alike.jsonl", "--metric", metric, "--catalogue", "films.csv"))
    assert len(shown) >= 2
    assert shown[0].startswith(f"{metric} (")


def test_show_where_in_the_file_it_is(cli, tmp_path):
    file = tmp_path / "odd.jsonl"
    write_rows(file, iter([named("a", ["Made Up 001 (1951)"]), named("b", ["Made Up 999 (1999)"])]))
    shown = lines(cli("show", file, "--metric", "unknown_item_rate", "--catalogue", "films.csv"))
    assert shown[2].startswith(f"{file}:2 b: Made Up 999")


def test_show_obeys_no_control_sequence(cli, tmp_path):
    file = tmp_path / "odd.jsonl"
    evil = "\x1b[31mred\x07 \u202e" + "x" * 500
    write_rows(file, iter([named("\x1b[2J", [evil]), named("b", [evil])]))
    for metric in ("words_per_response", "unknown_item_rate", "response_repetition"):
        ran = cli("show", file, "--metric", metric, "--task", "items_talk")
        assert ran.code == 0
        assert ran.out.replace("\n", "").isprintable()


def test_baseline_show(cli):
    text = cli("baseline", "show", "crowd").out
    assert "speakers     people" in text
    assert "80 seekers" in text
    assert all(len(line) <= 100 for line in text.splitlines())
    listed = lines(cli("baseline", "show"))
    assert any(line.startswith("redial-seekers") and " people " in line for line in listed)


def build(cli, out, *more, kind="rows"):
    return cli("baseline", "build", "people.jsonl", "--kind", kind, "--speakers", "people",
               "--licence", "none", "--origin", "made up", "--attribution", "nobody",
               "--catalogue", "films.csv", "--date", "2026-11-23", "-o", out, *more)  # fmt: skip


def test_baseline_build_and_verify(cli, tmp_path, project_folder):
    lines(build(cli, tmp_path / "crowd"))
    for file in (project_folder / "crowd").iterdir():
        assert (tmp_path / "crowd" / file.name).read_bytes() == file.read_bytes()
    shown = lines(cli("baseline", "verify", tmp_path / "crowd"))
    assert shown == [f"{tmp_path / 'crowd'}: nothing is wrong"]
    shown = lines(cli("baseline", "verify", tmp_path / "crowd", "--source", "people.jsonl"))
    assert shown[-1].endswith("and built again it has the same bytes")


def test_verify_finds_what_was_changed(cli, tmp_path, project_folder):
    folder = tmp_path / "crowd"
    shutil.copytree(project_folder / "crowd", folder)
    path = folder / "group.toml"
    text = path.read_text(encoding="utf-8").replace("seekers = 80", "seekers = 79", 1)
    path.write_text(text, encoding="utf-8")
    ran = cli("baseline", "verify", folder)
    assert ran.code in (1, 3)
    assert "seekers must be numbered 0 to 78" in ran.out + ran.err


def test_the_shipped_groups_are_as_they_should_be(cli):
    for line in lines(cli("baseline", "show")):
        name = line.split()[0]
        assert lines(cli("baseline", "verify", name)) == [f"{name}: nothing is wrong"]


def test_controls_are_found(cli):
    """All but popular: 50 of the 120 films that there are here are no few."""
    kinds = ("people", "eager", "parrot", "echo")
    chosen = [word for kind in kinds for word in ("--control", kind)]
    shown = lines(cli("controls", "--baseline", "crowd", "--seekers", "60", *chosen))
    assert shown[-1] == "all as expected"
    assert tuple(line.split()[0] for line in shown[:-1] if not line.startswith(" ")) == kinds


def test_controls_write_answers_that_check_reads(cli, tmp_path):
    lines(cli("controls", "--baseline", "crowd", "--control", "eager", "--task", "bin_pref",
              "--seekers", "40", "--write", tmp_path))  # fmt: skip
    rows = [json.loads(r) for r in (tmp_path / "eager.jsonl").read_text("utf-8").splitlines()]
    assert {row["text"] for row in rows} == {"Yes"}
    ran = cli("check", tmp_path / "eager.jsonl", "--baseline", "crowd", "--metric",
              "acceptance_rate", "-q", "--draws", "100")  # fmt: skip
    assert ran.code == 1


def test_controls_of_who_is_not_people_say_so(cli):
    ran = cli("controls", "--baseline", "robots", "--control", "eager", "--seekers", "40")
    assert ran.code == 0
    assert ran.out.startswith("baseline 'robots' is not people: simulator")


def test_controls_that_are_not_as_expected_are_1(cli, monkeypatch):
    from crs_simcheck.controls import make

    ways = {**make._ANSWERS, ("bin_pref", "eager"): make._people_answers}
    monkeypatch.setattr(make, "_ANSWERS", ways)
    ran = cli("controls", "--baseline", "crowd", "--control", "eager", "--task", "bin_pref",
              "--seekers", "60")  # fmt: skip
    assert ran.code == 1
    assert "EXPECTED drifted" in ran.out
    assert ran.out.endswith("1 not as expected\n")


def test_too_few_seekers_are_undecided_and_no_fault_of_the_gate(cli):
    ran = cli("controls", "--baseline", "redial-seekers", "--seekers", "50", "--control", "people",
              "--task", "items_talk")  # fmt: skip
    assert ran.code == 2
    assert "undecided: 50 seekers are too few" in ran.out
