"""``show``, ``baseline`` and ``controls``."""

import json
import os
import shutil
import subprocess
import sys

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
def test_show_has_something_to_say_of_every_metric(cli, metric, tmp_path):
    answers = tmp_path / "alike.jsonl"
    shutil.copy("alike.jsonl", answers)
    with answers.open("a", encoding="utf-8") as file:
        for task in ("open_pref", "rec_request"):
            row = {"task": task, "seeker": "p", "text": "The plot of Made Up 001 was great."}
            row["stimulus"] = {"item": "Made Up 001 (1951)"} if task == "open_pref" else {}
            file.write(json.dumps(row | {"rating": 4.5}) + "\n")
        film = {"item": "Made Up 001 (1951)", "relevant": False}
        row = {"task": "neg_feedback", "seeker": "p", "stimulus": film, "text": "No, thanks."}
        file.write(json.dumps(row) + "\n")
    shown = lines(cli("show", answers, "--metric", metric, "--catalogue", "films.csv"))
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


def rows_group(cli, folder, name, **more):
    """Build a group of two people from rows of their own, and return its folder."""
    row = {"task": "rec_request", "seeker": name, "stimulus": {}, "text": f"A film like {name}"}
    folder.mkdir(exist_ok=True)
    write_rows(folder / f"{name}.jsonl", iter([row, {**row, "seeker": "bob", **more}]))
    lines(cli("baseline", "build", folder / f"{name}.jsonl", "--kind", "rows", "--speakers",
              "people", "--origin", "made up", "--date", "2026-11-23", "-o",
              folder / name))  # fmt: skip
    return folder / name


def test_baseline_merge_and_rebuild(cli, tmp_path):
    parts = [rows_group(cli, tmp_path, name) for name in ("one", "two")]
    total = tmp_path / "sum"
    shown = lines(cli("baseline", "merge", *parts, "--date", "2026-11-23", "-o", total))
    assert shown[-1] == f"written to {total}"
    assert any("4 seekers; 4 responses" in line for line in shown)
    again = lines(cli("baseline", "verify", total, "--source", tmp_path))
    assert again[-1].endswith("and built again it has the same bytes")
    shown = lines(cli("baseline", "rebuild", total, "--source", tmp_path))
    assert shown == [f"written to {total}", "the bytes are the same"]


def test_baseline_rebuild_of_a_changed_source_says_what_changed(cli, tmp_path):
    one = rows_group(cli, tmp_path, "one")
    before = (one / "rec_request.responses.csv").read_bytes()
    rows_group(cli, tmp_path / "new", "one", text="Something else altogether")
    shown = lines(cli("baseline", "rebuild", one, "--source", tmp_path / "new" / "one.jsonl",
                      "-o", tmp_path / "other"))  # fmt: skip
    assert shown[0] == f"written to {tmp_path / 'other'}"
    assert "group.toml" in shown[1]
    assert "rec_request.responses.csv" in shown[1]
    # The group itself is left as it is where another folder is named.
    assert (one / "rec_request.responses.csv").read_bytes() == before
    ran = cli("baseline", "rebuild", one)
    assert ran.code == 3
    assert "needs a source" in ran.err


def test_baseline_merge_that_cannot_be_is_3_and_writes_nothing(cli, tmp_path):
    one = rows_group(cli, tmp_path, "one")
    for others in ((), (one,), ("ecir2026-mistral-nemo",)):
        ran = cli("baseline", "merge", one, *others, "-o", tmp_path / "sum")
        assert ran.code == 3, ran.out
        assert not (tmp_path / "sum").exists()
    assert "found simulator, need people as in group 'one'" in ran.err


def test_baseline_build_by_a_mapping(cli, tmp_path):
    table = tmp_path / "reviews.csv"
    table.write_text("person,review,stars\nann,What a film,4\nbob,,\n", encoding="utf-8")
    given = ("baseline", "build", table, "--kind", "mapped", "--speakers", "people", "--origin",
             "made up", "--map", "seeker=person", "--map", "rating=stars", "--map",
             "item==Heat (1995)", "--task", "open_pref", "--date", "2026-11-23", "-o",
             tmp_path / "out")  # fmt: skip
    ran = cli(*given, "--map", "text=review")
    assert lines(ran)[-1] == f"written to {tmp_path / 'out'}"
    assert "1 row that answers nothing was left out." in ran.err
    again = lines(cli("baseline", "verify", tmp_path / "out", "--source", table))
    assert again[-1].endswith("and built again it has the same bytes")
    ran = cli(*given, "--map", "text=reviews")
    assert ran.code == 3
    assert "there are person, review, stars (did you mean --map text=review?)" in ran.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_are_completed_in_a_shell(shell):
    done = subprocess.run(
        [sys.executable, "-m", "crs_simcheck"],
        env={
            **os.environ,
            "_CRS_SIMCHECK_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": "crs-simcheck opt",
            "COMP_CWORD": "opt" if shell == "fish" else "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "optimize" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")
