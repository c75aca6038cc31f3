"""``crs-simcheck check``: exit codes, words, JSON."""

import json
from pathlib import Path

import pytest

CHECK = ("--baseline", "crowd", "--catalogue", "films.csv", "--draws", "200")
KEYS = {
    "verdict",
    "value",
    "unit",
    "interval",
    "range",
    "score",
    "margin",
    "rule",
    "seekers",
    "reason",
    "least_drift",
    "seekers_needed",
    "people_needed",
    "baseline",
    "evidence",
    "notes",
    "uncalibrated",
    "published",
}


def strict(text):
    """Read JSON that has no NaN and no Infinity."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@pytest.mark.parametrize(
    "answers,metric,code",
    [
        ("alike.jsonl", "item_entropy", 0),
        ("narrow.jsonl", "item_entropy", 1),
        ("alike.jsonl", "role_confusion_rate", 2),
        ("robots", "item_entropy", 0),
        ("crowd", "acceptance_rate", 0),
        ("eager.jsonl", "acceptance_rate", 1),
    ],
)
def test_the_exit_code_is_the_verdict(cli, answers, metric, code):
    ran = cli("check", answers, *CHECK, "--metric", metric, "-q")
    assert ran.code == code, ran.out
    assert ran.err == ""


def test_drifted_goes_before_inconclusive(cli):
    ran = cli("check", "narrow.jsonl", *CHECK, "-q")
    assert ran.code == 1
    assert "drifted" in ran.out
    assert "inconclusive" in ran.out


def test_what_did_not_pass_is_explained_unless_quiet(cli):
    arguments = ("check", "narrow.jsonl", *CHECK, "--metric", "item_entropy")
    told, quiet = cli(*arguments).out, cli(*arguments, "-q").out
    assert told.startswith(quiet)
    assert "item_entropy of simulator 'narrow' in items_talk: 1.58 bits" in told
    assert "DRIFTED" not in quiet
    assert all(len(line) <= 100 for line in told.splitlines())


def test_the_json_of_a_run(cli, tmp_path):
    file = tmp_path / "out.json"
    ran = cli("check", "narrow.jsonl", *CHECK, "--json", file)
    found = strict(file.read_text(encoding="utf-8"))
    assert ran.code == 1
    assert found["format"] == 1
    assert found["simulator"] == "narrow"
    assert found["source"] == "narrow.jsonl"
    assert len(found["source_sha256"]) == 64
    assert found["broken_rows"] == 0
    assert found["seed"] == 0
    assert found["version"]
    task = found["tasks"]["items_talk"]
    assert task["seekers"] == 40
    for name, metric in task["metrics"].items():
        assert set(metric) == KEYS, name
        assert metric["verdict"] in ("within", "drifted", "inconclusive")
        assert len(metric["interval"]) == len(metric["range"]) == 2
        assert 1 <= metric["score"] <= 10
    entropy = task["metrics"]["item_entropy"]
    assert entropy["verdict"] == "drifted"
    assert entropy["interval"][0] < entropy["value"] < entropy["interval"][1] < entropy["range"][0]
    assert entropy["baseline"]["name"] == "crowd"
    assert entropy["baseline"]["seekers"] == 80
    assert entropy["baseline"]["group_size"] == 40
    assert entropy["baseline"]["speakers"] == "people"
    assert entropy["baseline"]["draws"] == 200
    assert entropy["evidence"]["kind"] == "named"
    (missing,) = (m for m in found["not_measured"] if m["metric"] == "leakage_rate")
    assert missing["task"] == "items_talk"
    assert "give profiles" in missing["reason"]


def test_json_on_stdout_is_json_alone(cli):
    ran = cli("check", "narrow.jsonl", *CHECK, "--json", "-")
    assert ran.code == 1
    assert strict(ran.out)["tasks"]["items_talk"]
    assert ran.err == ""


def test_json_of_what_has_no_value_is_strict(cli, tmp_path):
    """A constant answer has no correlation; a one-sided range has an open end."""
    rows = Path("eager.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    file = tmp_path / "few.jsonl"
    file.write_text("".join(row for row in rows if "eager-00" in row), encoding="utf-8")
    ran = cli("check", file, *CHECK, "--json", "-")
    metrics = strict(ran.out)["tasks"]["bin_pref"]["metrics"]
    assert metrics["acceptance_rate"]["value"] is None
    assert metrics["acceptance_rate"]["verdict"] == "inconclusive"
    assert metrics["format_violation_rate"]["range"][0] is None
    assert ran.code == 2


def test_the_same_bytes_every_time(cli):
    first, again, other = (
        cli("check", "alike.jsonl", *CHECK, "--json", "-", "--seed", seed).out for seed in (7, 7, 8)
    )
    assert first == again != other


def test_only_some_tasks_and_metrics(cli):
    found = strict(cli("check", "alike.jsonl", *CHECK, "--task", "bin_pref", "--json", "-").out)
    assert list(found["tasks"]) == ["bin_pref"]
    assert {m["task"] for m in found["not_measured"]} == {"bin_pref"}
    arguments = ("--metric", "item_entropy", "--metric", "acceptance_rate", "--json", "-")
    found = strict(cli("check", "alike.jsonl", *CHECK, *arguments).out)
    assert {t: list(m["metrics"]) for t, m in found["tasks"].items()} == {
        "items_talk": ["item_entropy"],
        "bin_pref": ["acceptance_rate"],
    }


def test_seekers_looks_at_so_many(cli):
    for answers in ("alike.jsonl", "robots"):
        ran = cli("check", answers, *CHECK, "--seekers", "25", "--json", "-")
        assert strict(ran.out)["tasks"]["items_talk"]["seekers"] == 25


def test_a_baseline_for_each_task(cli):
    ran = cli("check", "alike.jsonl", "--catalogue", "films.csv", "--draws", "200", "--json", "-",
              "--baseline", "items_talk=crowd", "--baseline", "bin_pref=robots",
              "--allow-not-people")  # fmt: skip
    tasks = strict(ran.out)["tasks"]
    assert tasks["items_talk"]["metrics"]["item_entropy"]["baseline"]["name"] == "crowd"
    assert tasks["bin_pref"]["metrics"]["acceptance_rate"]["baseline"]["name"] == "robots"


def test_two_baselines_for_one_task_are_refused(cli):
    ran = cli("check", "alike.jsonl", "--baseline", "crowd", "--baseline", "robots")
    assert ran.code == 3
    assert "found two baselines" in ran.err


def test_a_baseline_of_a_simulator_is_refused_unless_allowed_and_then_said(cli):
    arguments = ("check", "alike.jsonl", "--baseline", "robots", "--catalogue", "films.csv",
                 "--metric", "item_entropy", "--draws", "200")  # fmt: skip
    ran = cli(*arguments)
    assert ran.code == 3
    assert "baseline 'robots' is not of people" in ran.err
    assert "--allow-not-people" in ran.err
    assert ran.out == ""
    ran = cli(*arguments, "--allow-not-people")
    assert ran.code == 0
    assert "note: baseline 'robots' is not people: simulator" in ran.out
    metric = strict(cli(*arguments, "--allow-not-people", "--json", "-").out)
    entropy = metric["tasks"]["items_talk"]["metrics"]["item_entropy"]
    assert entropy["baseline"]["speakers"] == "simulator"
    assert any("is not people" in note for note in entropy["notes"])


def test_skip_broken_counts_what_it_leaves_out(cli, tmp_path):
    file = tmp_path / "some.jsonl"
    good = Path("alike.jsonl").read_text(encoding="utf-8")
    file.write_text(good + "no json\n{}\n", encoding="utf-8")
    arguments = ("check", file, *CHECK, "--metric", "item_entropy")
    ran = cli(*arguments)
    assert ran.code == 3
    assert f"{file}:521" in ran.err
    ran = cli(*arguments, "--skip-broken")
    assert ran.code == 0
    assert ran.out.startswith("2 broken rows were left out; the first: ")
    assert f"{file}:521" in ran.out
    assert strict(cli(*arguments, "--skip-broken", "--json", "-").out)["broken_rows"] == 2


def test_the_next_command_reads_the_answers_as_this_one_did(cli, tmp_path):
    import shlex

    file = tmp_path / "narrow.jsonl"
    good = Path("narrow.jsonl").read_text(encoding="utf-8")
    file.write_text(good + "no json\n", encoding="utf-8")
    ran = cli("check", file, *CHECK, "--metric", "item_entropy", "--skip-broken", "--like-at", "4")
    command = shlex.split(ran.out.partition("next:")[2].replace("\\\n", " "))
    assert "--skip-broken" in command
    assert command[-2:] == ["--like-at", "4"]
    assert cli(*command[1:]).code == 0


def test_a_shipped_baseline_is_the_default(cli):
    ran = cli("check", "narrow.jsonl", "--catalogue", "films.csv", "--metric", "item_entropy",
              "--json", "-", "--draws", "100")  # fmt: skip
    entropy = strict(ran.out)["tasks"]["items_talk"]["metrics"]["item_entropy"]
    assert entropy["baseline"]["name"] == "redial-seekers"


def test_a_task_that_has_no_people_is_measured_as_far_as_it_can_be(cli):
    ran = cli("check", "eager.jsonl", "--catalogue", "films.csv", "--json", "-")
    found = strict(ran.out)
    assert "format_violation_rate" in found["tasks"]["bin_pref"]["metrics"]
    (missing,) = (m for m in found["not_measured"] if m["metric"] == "acceptance_rate")
    assert "no baseline of people for bin_pref" in missing["reason"]
