import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck import check
from crs_simcheck.baselines import SeekerStatistics, load_baseline, write_group
from crs_simcheck.errors import EmptyInputError, InputError, SettingsError, UnknownNameError
from crs_simcheck.gate import GateSpec
from crs_simcheck.metrics import METRICS
from crs_simcheck.profiles import write_profiles
from crs_simcheck.project import SimulatorRun, SimulatorSettings, parse_settings
from crs_simcheck.project.sampling import sampled
from crs_simcheck.recordings import write_responses
from crs_simcheck.records import HistoryItem, Profile, Response
from tests.unit.gate.made_up import measured

TALK = [
    Response("items_talk", f"s{i:02}", f"Heat (1995)\nFilm {i % 17} (1990)", {"n_items": 2})
    for i in range(40)
]
CHAT = [Response("rec_request", f"s{i:02}", "something " * (1 + i % 7)) for i in range(40)]


@pytest.fixture
def answers(tmp_path):
    write_responses([*TALK, *CHAT], tmp_path / "answers.jsonl")
    return tmp_path / "answers.jsonl"


def run_of(folder, **table):
    table = {"responses": "answers.jsonl", "draws": 100, **table}
    document = {"simulator": {"sim": table}}
    return SimulatorRun(parse_settings(document, folder / "simcheck.toml").simulators[0])


def names(run):
    return {(s.task, s.metric.name) for s in run.gates}


# --------------------------------------------------------------------------------------- gates


def test_without_a_table_of_gates_everything_measurable_is_gated(answers):
    run = run_of(answers.parent)
    assert run.tasks == ("items_talk", "rec_request")
    assert ("items_talk", "item_entropy") in names(run)
    assert ("rec_request", "words_per_response") in names(run)
    left = {(m.task, m.metric): m.reason for m in run.not_measured}
    assert names(run).isdisjoint(left)
    assert "give profiles" in left["items_talk", "leakage_rate"]
    assert left["items_talk", "words_per_response"] == (
        "baseline 'redial-seekers' has no responses in items_talk"
    )
    assert not any(s.named for s in run.gates)
    for spec in run.gates:
        verdict = run.verdict(spec)
        assert verdict.value is not None or verdict.reason in ("", spec.metric.absent)


def test_a_metric_gates_the_tasks_that_were_answered(answers):
    run = run_of(answers.parent, gates={"format_violation_rate": {}})
    assert names(run) == {
        ("items_talk", "format_violation_rate"),
        ("rec_request", "format_violation_rate"),
    }
    assert run.not_measured == ()


def test_a_gate_that_was_named_and_cannot_be_measured_is_inconclusive(answers):
    run = run_of(answers.parent, gates={"leakage_rate": {}})
    assert len(run.gates) == 2
    for spec in run.gates:
        found = run.verdict(spec)
        assert found.outcome == "inconclusive"
        assert "give profiles" in found.reason


@pytest.mark.parametrize(
    "table",
    [
        {"gates": {"acceptance_rate": {}}},
        {"gates": {"acceptance_rate": {}, "item_entropy": {}}},
        {"gates": {"bin_pref": {"format_violation_rate": {}}, "item_entropy": {}}},
        {"tasks": {"bin_pref": {}}},
        {"gates": {"format_violation_rate": {}}, "tasks": {"bin_pref": {}}},
    ],
)
def test_a_task_without_answers_fails(answers, table):
    run = run_of(answers.parent, **table)
    (missing,) = [s for s in run.gates if s.task not in run.tasks]
    assert missing.task == "bin_pref"
    with pytest.raises(EmptyInputError, match="simulator 'sim' has no answers to bin_pref"):
        run.verdict(missing)


def test_a_task_table_changes_that_task_alone(answers):
    gates = {"words_per_response": {"max": 99}, "rec_request": {"words_per_response": {"max": 1}}}
    run = run_of(answers.parent, gates=gates)
    found = {s.task: run.verdict(s).outcome for s in run.gates}
    assert found == {"items_talk": "within", "rec_request": "drifted"}


def test_each_verdict_is_made_once(answers):
    run = run_of(answers.parent, gates={"item_entropy": {}})
    (spec,) = run.gates
    assert run.verdict(spec) is run.verdict(spec)
    assert run.comparison("items_talk") is run.comparison("items_talk")


def test_another_task_in_the_file_changes_no_verdict(answers, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    write_responses(TALK, other / "answers.jsonl")
    gates = {"gates": {"item_entropy": {}}}
    one, two = (run_of(folder, **gates) for folder in (answers.parent, other))
    assert one.verdict(one.gates[0]).as_json() == two.verdict(two.gates[0]).as_json()


def test_a_task_without_people_has_the_gates_that_need_none(tmp_path):
    unfit = {"item": "Heat (1995)", "relevant": False}
    said = Response("neg_feedback", "s", "so good", unfit)
    write_responses([said, said], tmp_path / "answers.jsonl")
    run = run_of(tmp_path)
    assert {s.metric.name for s in run.gates} == {
        "format_violation_rate",
        "role_confusion_rate",
        "title_mention_rate",
    }
    assert run_of(tmp_path, gates={}).gates == ()


def test_an_empty_file_is_an_error(tmp_path):
    (tmp_path / "answers.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(EmptyInputError):
        _ = run_of(tmp_path).gates


# ------------------------------------------------------------------------------------ baselines


def test_a_baseline_that_is_not_people_must_be_allowed(answers):
    gates = {"gates": {"item_entropy": {}}}
    write_group(measured(TALK, speakers="synthetic", name="made"), answers.parent / "made")
    run = run_of(answers.parent, baseline="made", **gates)
    with pytest.raises(SettingsError, match=r"not of people but of a synthetic group.*--allow-not"):
        run.verdict(run.gates[0])
    allowed = run_of(answers.parent, baseline="made", allow_not_people=True, **gates)
    assert "not people" in " ".join(allowed.verdict(allowed.gates[0]).notes)


def test_two_baselines_of_one_name_are_two_baselines(answers):
    talk = measured(TALK, speakers="people", name="same")
    chat = measured(CHAT[::-1], speakers="people", name="same")
    write_group(talk, answers.parent / "one")
    write_group(chat, answers.parent / "two")
    run = run_of(answers.parent, baseline={"items_talk": "one", "rec_request": "two"})
    _, first = run.measured("items_talk")
    _, second = run.measured("rec_request")
    assert set(first.tasks) == {"items_talk"}
    assert set(second.tasks) == {"rec_request"}


def test_a_missing_baseline_fails(answers):
    run = run_of(answers.parent, baseline="redial-seeker", gates={"item_entropy": {}})
    with pytest.raises(UnknownNameError, match="did you mean 'redial-seekers'"):
        run.verdict(run.gates[0])


def test_a_group_stands_for_answers(answers):
    films = load_baseline("redial-seekers").catalogue
    write_group(measured([*TALK, *CHAT], films), answers.parent / "counted")
    settings = parse_settings(
        {"simulator": {"sim": {"group": "counted", "draws": 100, "gates": {"item_entropy": {}}}}},
        answers.parent / "simcheck.toml",
    )
    run = SimulatorRun(settings.simulators[0])
    rows = run_of(answers.parent, gates={"item_entropy": {}})
    assert run.tasks == rows.tasks
    assert run.measured("items_talk")[0] == ()
    assert run.verdict(run.gates[0]).value == pytest.approx(rows.verdict(rows.gates[0]).value)


def test_profiles_make_leakage_known(answers):
    profiles = [Profile(f"s{i:02}", history=(HistoryItem("Film 3 (1990)"),)) for i in range(40)]
    write_profiles(profiles, answers.parent / "p.jsonl")
    run = run_of(answers.parent, profiles="p.jsonl", gates={"items_talk": {"leakage_rate": {}}})
    found = run.verdict(run.gates[0])
    assert found.value == sum(i % 17 == 3 for i in range(40)) / 40


def test_broken_rows_are_counted_where_that_was_asked_for(answers):
    with answers.open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    with pytest.raises(InputError, match=r"answers\.jsonl:81"):
        _ = run_of(answers.parent).tasks
    run = SimulatorRun(
        SimulatorSettings("sim", answers.parent, responses="answers.jsonl", skip_broken=True)
    )
    assert len(run.broken) == 1


# -------------------------------------------------------------------------------------- seekers

ids = st.sets(st.text(min_size=1, max_size=4), min_size=1, max_size=20)


def kept(seekers, most, seed=0):
    rows = tuple(Response("rec_request", s, "x") for s in seekers for _ in range(2))
    settings = SimulatorSettings("s", Path(), seekers=most, seed=seed)
    return {r.seeker for r in sampled(rows, settings)}


@given(ids, st.text(min_size=1, max_size=5), st.integers(1, 12), st.integers(0, 3))
def test_a_seeker_more_changes_nobody_else(seekers, new, most, seed):
    before = kept(sorted(seekers), most, seed)
    after = kept(sorted(seekers | {new}), most, seed)
    assert len(before) == min(most, len(seekers))
    assert after <= before | {new}
    assert len(before - after) <= (new in after)


@given(ids, st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_order_of_rows_chooses_nobody(seekers, most, random):
    shuffled = random.sample(sorted(seekers), len(seekers))
    assert kept(shuffled, most) == kept(sorted(seekers), most)


def test_all_rows_of_a_seeker_go_together(answers):
    run = run_of(answers.parent, seekers=25, gates={"item_entropy": {}})
    assert run.verdict(run.gates[0]).n_seekers == 25
    by_task = {t: {m.response.seeker for m in run.measured(t)[0]} for t in run.tasks}
    assert by_task["items_talk"] == by_task["rec_request"]


# ------------------------------------------------------------------------------------------ api


def test_check_is_one_verdict_for_each_metric_and_task(answers):
    found = check(answers, metrics=["item_entropy", "format_violation_rate"], draws=100)
    assert [(v.gate.task, v.gate.metric.name) for v in found] == [
        ("items_talk", "item_entropy"),
        ("items_talk", "format_violation_rate"),
        ("rec_request", "format_violation_rate"),
    ]
    assert len(check(answers, draws=100)) > 5


def test_check_of_a_metric_that_no_answer_serves_is_an_error(answers):
    with pytest.raises(EmptyInputError, match="acceptance_rate stands on bin_pref"):
        check(answers, metrics=["item_entropy", "acceptance_rate"])
    with pytest.raises(UnknownNameError, match="did you mean"):
        check(answers, metrics=["item_entropie"])


def test_check_takes_a_baseline_by_name_by_folder_or_by_task(answers):
    write_group(measured(TALK, speakers="people", name="p"), answers.parent / "p")
    (one,) = check(answers, answers.parent / "p", metrics=["item_entropy"], draws=100)
    (two,) = check(
        answers, {"items_talk": str(answers.parent / "p")}, metrics=["item_entropy"], draws=100
    )
    assert json.dumps(one.as_json()) == json.dumps(two.as_json())
    assert one.people.name == "p"


def test_stars_mean_yes_from_where_the_baseline_was_built(tmp_path):
    """Rows without a Yes or No are read as the people's were, and as given where that is given."""
    rows = [
        Response("bin_pref", f"s{i}", "", {"item": "Synthetic Film 05 (1994)"}, rating=3.5)
        for i in range(3)
    ]
    write_responses(rows, tmp_path / "answers.jsonl")
    people = load_baseline("synthetic-raters")
    statistics = people.tasks["bin_pref"]
    strict = SeekerStatistics(
        statistics.n_seekers, statistics.tables, {**statistics.design, "like_at": 4.0}
    )
    write_group(people.with_tasks({"bin_pref": strict}), tmp_path / "strict")

    def yes(**changed):
        settings = SimulatorSettings(
            name="s",
            folder=tmp_path,
            responses="answers.jsonl",
            baselines={"": "strict"},
            allow_not_people=True,
            **changed,
        )
        run = SimulatorRun(settings)
        measured, _ = run.measured("bin_pref")
        return measured[0].observation.yes, run.notes_on(
            GateSpec("bin_pref", METRICS["acceptance_rate"])
        )

    said, notes = yes()
    assert said is False
    assert not any("stars" in note for note in notes)
    said, notes = yes(like_at=3.5)
    assert said is True
    assert any("3.5 stars here, and 4 in the baseline" in note for note in notes)


FILMS = ("Toy Story", "Jumanji", "Heat", "Babe", "Seven", "Casino", "Braveheart", "Apollo 13")


def test_mean_ratings_that_ship_serve_a_least_of_ones_own(tmp_path):
    """Neither catalogue nor baseline is needed: titles are looked up where the ratings are."""
    rows = [
        Response("bin_pref", f"s{i:02}", "Yes" if i % 8 >= j else "No", {"item": f"{film} (1995)"})
        for i in range(40)
        for j, film in enumerate(FILMS)
    ]
    write_responses(rows, tmp_path / "answers.jsonl")
    run = run_of(tmp_path, gates={"bin_pref_correlation": {"min": -1.0}})
    (gate,) = run.gates
    verdict = run.verdict(gate)
    assert verdict.value is not None, verdict.reason
    assert "mean ratings from MovieLens-1M people, as shipped" in verdict.notes


def test_seekers_who_named_nothing_are_told_of(tmp_path):
    rows = [
        r if i % 2 else Response("items_talk", r.seeker, "Sorry, I cannot.", r.stimulus)
        for i, r in enumerate(TALK)
    ]
    write_responses(rows, tmp_path / "answers.jsonl")
    run = run_of(tmp_path, gates={"item_entropy": {}})
    (gate,) = run.gates
    assert "items_talk: 20 of 40 seekers are left out: they named no film that could be read" in (
        run.notes_on(gate)
    )


def test_broken_rows_of_catalogue_and_profiles_are_left_out_too(answers):
    folder = answers.parent
    (folder / "films.csv").write_text("title,year,genres\nHeat,1995,crime\nBad,19x5,drama\n")
    (folder / "people.jsonl").write_text('{"seeker":"s01","history":[]}\n{"seeker":7\n')
    settings = SimulatorSettings(
        "sim",
        folder,
        responses="answers.jsonl",
        catalogue="films.csv",
        profiles="people.jsonl",
        skip_broken=True,
    )
    run = SimulatorRun(settings)
    assert run.catalogue is not None
    assert len(run.catalogue) == 1
    assert set(run.histories) == {"s01"}
    assert [error.line for error in run.broken] == [2, 3]


def test_a_note_tells_of_films_that_stand_twice_in_the_catalogue(answers):
    rows = "title,year,genres\nHeat,1995,Crime\nHeat,1995,Crime|Drama\n"
    (answers.parent / "films.csv").write_text(rows, encoding="utf-8")
    run = run_of(answers.parent, catalogue="films.csv")
    said = {spec.task: run.notes_on(spec) for spec in run.gates if spec.metric.rate is None}
    assert any(n.startswith("1 title stands in films.csv several") for n in said["items_talk"])
    assert not any("films.csv" in note for note in said["rec_request"])
