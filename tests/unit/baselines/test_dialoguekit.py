import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crs_simcheck.baselines import read_group
from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources import KINDS
from crs_simcheck.baselines.sources.dialoguekit import KIND, user_turns
from crs_simcheck.errors import EmptyInputError, InputError
from tests.unit.baselines import hostile, made_up

OPTIONS = BuildOptions(date=made_up.DATE, speakers="simulator", origin="talks")
TALK = {
    "conversation": [{"participant": "USER", "utterance": "a film"}],
    "user": {"id": 7, "type": "USER"},
}


def said(source, **options):
    given = {"date": made_up.DATE, "speakers": "people", **options}
    return [(r.seeker, r.text.strip()) for r in KIND.read(source, BuildOptions(**given)).responses]


def write(folder, document, name="one.json"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return folder


def test_the_turns_of_the_user_are_read_and_bare_commands_are_not(tmp_path):
    assert said(made_up.write_dialoguekit(tmp_path)) == [
        ("one.json:1", "A slow film please"),
        ("one.json:2", "Comedy, and/or drama"),
        ("two.json.gz:1", "Bye now"),
    ]


def test_a_seeker_may_be_a_user_instead_of_a_dialogue(tmp_path):
    seekers = [who for who, _ in said(made_up.write_dialoguekit(tmp_path), unit="user")]
    assert seekers == ["secret-person-1", "secret-person-2", "secret-person-1"]
    assert said(write(tmp_path / "n", [TALK]), unit="user") == [("7", "a film")]


def test_another_participant(tmp_path):
    assert said(made_up.write_dialoguekit(tmp_path), participant="AGENT") == [
        ("one.json:1", "Hi"),
        ("one.json:1", "Ok"),
        ("one.json:2", "Sure"),
        ("two.json.gz:1", "Bye"),
    ]


def test_one_file_is_a_source_too(tmp_path):
    made_up.write_dialoguekit(tmp_path)
    assert said(tmp_path / "two.json.gz") == [("two.json.gz:1", "Bye now")]


def test_people_are_asked_for_no_format_and_simulators_are(tmp_path):
    source = made_up.write_dialoguekit(tmp_path / "talks")
    known = {}
    for speakers in ("people", "simulator"):
        options = BuildOptions(date=made_up.DATE, speakers=speakers, origin="talks")
        build("dialoguekit", source, tmp_path / speakers, options=options)
        group = read_group(tmp_path / speakers)
        assert group.speakers == speakers
        known[speakers] = group.task("rec_request").tables["responses"].known("violation")
    assert known == {"people": False, "simulator": True}


def test_usersimcrs_is_a_special_case_of_it(tmp_path):
    folder = made_up.write_usersimcrs(tmp_path)
    (folder / "IAI_MovieBot_x.json").unlink()
    special = KINDS["usersimcrs"].read(folder, OPTIONS).responses
    assert special == KIND.read(folder, OPTIONS).responses


def test_what_a_simulator_answers_to_stop_counts_where_it_is_asked_for(tmp_path):
    folder = write(tmp_path, [{"conversation": [{"participant": "USER", "utterance": "\\giveup"}]}])
    assert list(user_turns(folder / "one.json")) == []
    assert [r.text for r in user_turns(folder / "one.json", commands=True)] == ["\\giveup"]


def test_who_speaks_must_be_said(tmp_path):
    folder = write(tmp_path, [TALK])
    with pytest.raises(InputError, match="field 'speakers': the source does not say who speaks"):
        KIND.read(folder, BuildOptions())


def test_a_participant_who_says_nothing_is_told_with_those_who_do(tmp_path):
    folder = write(tmp_path, [TALK])
    with pytest.raises(EmptyInputError, match=r"no turn of 'User'.* turns of USER \(did you mean"):
        said(folder, participant="User")
    with pytest.raises(EmptyInputError, match="there are turns of nobody"):
        said(write(tmp_path / "e", []))


@pytest.mark.parametrize(
    "document, message",
    [
        ({}, "need a list of dialogues"),
        ([1], "field 'conversation': dialogue 1 has no list of turns"),
        ([TALK, {"conversation": {}}], "dialogue 2 has no list of turns"),
        ([{"conversation": ["x"]}], "a turn of dialogue 1 has no participant and utterance"),
        (
            [{"conversation": [{"participant": "USER", "utterance": None}]}],
            "field 'utterance': a turn of dialogue 1",
        ),
        ([{"conversation": [{"participant": 3, "utterance": "x"}]}], "a turn of dialogue 1"),
    ],
)
def test_what_is_no_dialogue_is_told(tmp_path, document, message):
    with pytest.raises(InputError, match=r"one\.json: ") as raised:
        said(write(tmp_path, document))
    assert message in str(raised.value)


@pytest.mark.parametrize("user", [None, "x", {}, {"id": None}, {"id": ""}, {"id": True}])
def test_a_user_without_an_id_is_told(tmp_path, user):
    folder = write(tmp_path, [TALK | {"user": user}])
    with pytest.raises(InputError, match=r"field 'user\.id': dialogue 1 .*leave out --unit"):
        said(folder, unit="user")


def test_no_such_place_is_told(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        said(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"no \.json file in it"):
        said(tmp_path)


def test_a_file_that_is_cut_short_is_told(tmp_path):
    made_up.write_dialoguekit(tmp_path)
    hostile.check_cut_short("dialoguekit", tmp_path, tmp_path / "two.json.gz", OPTIONS)


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_any_text_is_measured(tmp_path, text):
    talk = {"conversation": [{"participant": "USER", "utterance": text}]}
    build("dialoguekit", write(tmp_path / "d", [talk]), tmp_path / "out", options=OPTIONS)
    assert len(read_group(tmp_path / "out").task("rec_request").tables["responses"]) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_told(tmp_path, data):
    (tmp_path / "one.json").write_bytes(data)
    assert str(tmp_path) in hostile.outcome("dialoguekit", tmp_path, OPTIONS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.sampled_from(["dialogue", "user"]))
def test_any_value_in_any_place_is_read_or_told(tmp_path, data, unit):
    write(tmp_path, hostile.mutated([TALK, TALK], data.draw))
    options = BuildOptions(speakers="people", unit=unit)
    found = hostile.outcome("dialoguekit", tmp_path, options)
    assert found.endswith("responses") or str(tmp_path) in found


def test_real_files_of_dialoguekit(data_dir):
    file = data_dir / "iard" / "annotated_gold.json"
    options = BuildOptions(speakers="people", unit="user")
    responses = KIND.read(file, options).responses
    dialogues = json.loads(file.read_text(encoding="utf-8"))
    turns = [t for d in dialogues for t in d["conversation"] if t["participant"] == "USER"]
    assert len(responses) == len(turns)
    assert len({r.seeker for r in responses}) == len({d["user"]["id"] for d in dialogues})
