import contextlib
import math
from pathlib import Path

import jsonschema
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.engines import Options
from crs_simcheck.errors import SettingsError
from crs_simcheck.gate import GATE_KEYS
from crs_simcheck.metrics import METRICS
from crs_simcheck.project import SETTINGS_FILE, find_settings, parse_settings, read_settings
from crs_simcheck.project.keys import JUDGE_KEYS
from crs_simcheck.records import TASKS
from crs_simcheck.schemas import load_schema

WHERE = Path("/nowhere/simcheck.toml")
SCHEMA = jsonschema.Draft202012Validator(load_schema("simcheck"))


def settings_of(**table):
    table = {"responses": "a.jsonl", **table}
    return parse_settings({"simulator": {"seeker": table}}, WHERE).simulators[0]


def refused(**table) -> str:
    with pytest.raises(SettingsError) as caught:
        settings_of(**table)
    return str(caught.value)


# ------------------------------------------------------------------------------- what is read


def test_a_table_with_answers_alone_has_every_default():
    made = settings_of()
    assert (made.name, made.folder, made.source) == ("seeker", WHERE.parent, "a.jsonl")
    assert (made.seed, made.draws, made.least_seekers, made.like_at) == (0, 1000, 20, None)
    assert made.gates is None
    assert made.seekers is None
    assert made.tasks == ()
    assert made.baselines == {}
    assert not made.allow_not_people


def test_every_key_is_read():
    made = settings_of(
        catalogue="c.csv", profiles="p.jsonl", baseline={"items_talk": "a", "bin_pref": "b"},
        seekers=50, seed=3, draws=100, least_seekers=2, like_at=4, allow_not_people=True,
        tasks={"items_talk": {"n_items": "people"}, "neg_feedback": {"unfit": 0, "fit": 2}},
        engine="ollama:x", judge="j", calibration="c", repeats=2, temperature=0, num_ctx=1,
        num_predict=1, configuration=["zero_shot", "pag"],
    )  # fmt: skip
    assert (made.catalogue, made.profiles) == ("c.csv", "p.jsonl")
    assert made.baselines == {"items_talk": "a", "bin_pref": "b"}
    assert (made.seekers, made.seed, made.draws, made.least_seekers) == (50, 3, 100, 2)
    assert made.like_at == 4.0
    assert made.allow_not_people
    assert made.tasks == ("items_talk", "neg_feedback")
    assert settings_of(baseline="redial-seekers").baselines == {"": "redial-seekers"}


@pytest.mark.parametrize(
    "key, value", [("rubric", "r.toml"), ("judge_repeats", 2), ("calibration", "c.json")]
)
def test_what_is_of_a_judge_needs_one(key, value):
    with pytest.raises(SettingsError, match=rf"{key}.*no judge.*name the judge"):
        settings_of(**{key: value})
    assert settings_of(judge="rules", **{key: value}).judge is not None
    document = {"simulator": {"s": {"responses": "r", key: value}}}
    assert not SCHEMA.is_valid(document)


@pytest.mark.parametrize("key, fix", [("judge", "take it out"), ("calibration", "in the gate")])
def test_a_group_is_judged_by_nobody(key, fix):
    table = {"group": "g", "judge": "rules"} if key == "judge" else {"group": "g", key: "c"}
    document = {"simulator": {"s": table}}
    with pytest.raises(SettingsError, match=rf"{key}.*beside group.*{fix}"):
        parse_settings(document, WHERE)


def test_several_simulators_keep_their_order():
    tables = {name: {"group": "g"} for name in ("zeta", "alpha")}
    made = parse_settings({"simulator": tables}, WHERE)
    assert [s.name for s in made.simulators] == ["zeta", "alpha"]
    assert [s.source for s in made.simulators] == ["g", "g"]


# ------------------------------------------------------------------------------------- gates


def gates_of(**gates):
    return {(s.task, s.metric.name): s for s in settings_of(gates=gates).gates}


def test_a_metric_gates_every_task_that_it_stands_on():
    made = gates_of(leakage_rate={"max": 0.1}, item_entropy={})
    assert set(made) == {
        *((task, "leakage_rate") for task in TASKS),
        ("items_talk", "item_entropy"),
    }
    assert all(s.maximum == 0.1 for (_, name), s in made.items() if name == "leakage_rate")
    assert all(s.named and not s.of_task for s in made.values())


def test_a_tasks_own_table_goes_before():
    made = gates_of(
        words_per_response={"margin": 5}, rec_request={"words_per_response": {"margin": 3}}
    )
    assert len(made) == len(TASKS)
    own = made["rec_request", "words_per_response"]
    assert (own.margin, own.of_task) == (3.0, True)
    assert made["open_pref", "words_per_response"].margin == 5.0
    other_way = gates_of(
        rec_request={"words_per_response": {"margin": 3}}, words_per_response={"margin": 5}
    )
    assert other_way["rec_request", "words_per_response"] == own


def test_a_tasks_table_gates_that_task_alone():
    made = gates_of(items_talk={"leakage_rate": {}})
    assert set(made) == {("items_talk", "leakage_rate")}


def test_an_empty_table_of_gates_is_no_gate_and_not_every_metric():
    assert settings_of(gates={}).gates == ()


# -------------------------------------------------------------------------- what is not read


@pytest.mark.parametrize(
    "table, place, near",
    [
        ({"respones": "a"}, "'simulator.seeker'", "did you mean 'responses'?"),
        ({"least_seeker": 3}, "'simulator.seeker'", "did you mean 'least_seekers'?"),
        ({"baseline": {"item_talk": "a"}}, "seeker.baseline'", "did you mean 'items_talk'?"),
        ({"gates": {"item_entropi": {}}}, "gates.item_entropi'", "did you mean 'item_entropy'?"),
        ({"gates": {"rec_requests": {}}}, "gates.rec_requests'", "unknown metric"),
        (
            {"gates": {"bin_pref": {"aceptance_rate": {}}}},
            "gates.bin_pref'",
            "did you mean 'acceptance_rate'?",
        ),
        (
            {"gates": {"item_entropy": {"margins": 1}}},
            "gates.item_entropy'",
            "did you mean 'margin'?",
        ),
        ({"tasks": {"itemstalk": {}}}, "seeker.tasks'", "did you mean 'items_talk'?"),
        ({"tasks": {"bin_pref": {"film": 3}}}, "tasks.bin_pref'", "did you mean 'films'?"),
        ({"xyzzy": 1}, "'simulator.seeker'", "known: responses, group"),
    ],
)
def test_an_unknown_key_names_its_place_and_the_nearest_known_one(table, place, near):
    message = refused(**table)
    assert message.startswith(str(WHERE))
    assert place in message
    assert near in message


@pytest.mark.parametrize(
    "table, words",
    [
        ({"group": "g"}, "found responses and group, need one of"),
        ({"responses": ""}, "found '', need a text"),
        ({"responses": 3}, "found 3, need a text"),
        ({"profiles": " "}, "found ' ', need a text"),
        ({"seekers": 0}, "found 0, need a whole number of at least 1"),
        ({"seekers": 1.0}, "found 1.0, need a whole number"),
        ({"seed": -1}, "need a whole number of at least 0"),
        ({"draws": 99}, "at least 100"),
        ({"least_seekers": True}, "found True, need a whole number"),
        ({"like_at": 0.4}, "need a number from 0.5 to 5"),
        ({"like_at": math.nan}, "need a number from 0.5 to 5"),
        ({"like_at": "3"}, "found '3', need a number"),
        ({"allow_not_people": 1}, "found 1, need true or false"),
        ({"baseline": 3}, "need a name, a folder, or a table task = name"),
        ({"baseline": {"bin_pref": ""}}, "found '', need a name or a folder"),
        ({"gates": 3}, "found 3, need a table"),
        ({"gates": {"item_entropy": 3}}, "found 3, need a table"),
        ({"gates": {"bin_pref": {"item_entropy": {}}}}, "item_entropy does not stand on bin_pref"),
        ({"gates": {"leakage_rate": {"calibration": "c"}}}, "belongs to the neg_feedback gate"),
        ({"gates": {"item_entropy": {"min": 3, "max": 1}}}, "min = 3 is above max = 1"),
        ({"tasks": []}, "found [], need a table"),
        ({"tasks": {"items_talk": {"n_items": "all"}}}, "found 'all', need a whole number"),
        ({"tasks": {"bin_pref": {"films": "people"}}}, "found 'people', need a whole number"),
        ({"configuration": "few"}, "need one or a list of zero_shot, icl, rag, pag"),
        ({"configuration": []}, "need one or a list of"),
        ({"temperature": -1}, "need a number from 0 to 100"),
        ({"repeats": 0}, "at least 1"),
    ],
)
def test_what_was_found_and_what_is_needed(table, words):
    message = refused(**table)
    assert words in message
    assert message.startswith(f"{WHERE}: field 'simulator.seeker")


def asked(**table):
    return parse_settings({"simulator": {"s": table}}, WHERE).simulators


def test_a_simulator_that_is_asked_says_how():
    (made,) = asked(
        prompts="p", engine="ollama:x@a,b", temperature=0, top_p=1, top_k=0, num_ctx=512,
        num_predict=64, think=True, slots=3, timeout=9.5, repeats=2, seekers=7,
        tasks={"bin_pref": {"films": 20}, "items_talk": {}},
    )  # fmt: skip
    live = made.live
    assert (live.prompts, live.python, live.engine) == ("p", None, "ollama:x@a,b")
    assert live.options == Options(0, 0.0, 1.0, 0, 512, 64, True)
    assert (live.slots, live.timeout, live.repeats, live.record) == (3, 9.5, 2, "none")
    assert live.asked == {"items_talk": {}, "bin_pref": {"films": 20}}
    assert (live.configuration, live.retrieval) == ("pag", "bm25")
    assert made.source == "recordings/s"
    assert asked(python="m:f")[0].live.python == "m:f"
    assert settings_of().live is None


def test_several_configurations_are_several_simulators():
    made = asked(prompts="p", engine="embedded", configuration=["zero_shot", "pag", "pag"])
    assert [(s.name, s.live.configuration) for s in made] == [
        ("s-zero_shot", "zero_shot"),
        ("s-pag", "pag"),
    ]
    (one,) = asked(prompts="p", engine="embedded", configuration=["rag"])
    assert (one.name, one.live.configuration) == ("s", "rag")
    both = {
        "s": {"prompts": "p", "engine": "embedded", "configuration": ["rag", "pag"]},
        "s-pag": {"group": "g"},
    }
    with pytest.raises(SettingsError, match="two simulators would be called 's-pag'"):
        parse_settings({"simulator": both}, WHERE)


@pytest.mark.parametrize(
    "table, words",
    [
        ({"prompts": "p"}, "prompts need an engine"),
        ({"python": "m:f", "engine": "embedded"}, "a function answers by itself"),
        ({"python": "m:f", "configuration": "icl"}, "no file of them is given"),
        ({"python": "m:f", "prompts": "p"}, "found prompts and python"),
        ({"python": "m:f", "slots": 0}, "at least 1"),
        ({"python": "m:f", "configuration": []}, "one or a list of zero_shot"),
        ({"python": "m:f", "configuration": "cot"}, "one or a list of zero_shot"),
        ({"python": "m:f", "think": 1}, "true or false"),
    ],
)
def test_what_cannot_be_asked_is_told(table, words):
    with pytest.raises(SettingsError, match=words):
        asked(**table)


@pytest.mark.parametrize("document", [{}, {"simulator": {}}, {"simulator": 3}])
def test_no_simulator_is_an_error(document):
    with pytest.raises(SettingsError, match="there is no simulator"):
        parse_settings(document, WHERE)


def test_a_simulator_without_answers_is_an_error():
    with pytest.raises(SettingsError, match="found none of them, need one of responses"):
        parse_settings({"simulator": {"s": {}}}, WHERE)
    with pytest.raises(SettingsError, match=r"unknown key 'simulators'.*did you mean 'simulator'"):
        parse_settings({"simulators": {}}, WHERE)


# ------------------------------------------------------------------------- schema and reader
#
# The reader is stricter than the schema, on purpose, in this: exactly one of responses and group
# (prompts and python are for later); no blank text; no 1.0 for a whole number; a temperature of at
# most 100; no empty list of configurations; nothing that is not finite; and gates must name a
# metric that exists and stands on the task, not mix a margin with ends, be in order, lie on the
# scale of what is judged, and give top_k to popularity_share and a calibration to what is judged
# alone.

texts = st.sampled_from(["a", "a.jsonl", "redial-seekers"])
wholes = st.integers(1, 500)
gate = st.one_of(
    st.fixed_dictionaries(
        {}, optional={"margin": st.floats(0, 9), "rule": st.sampled_from(["target", "estimate"])}
    ),
    st.fixed_dictionaries({"max": st.floats(5, 9)}, optional={"min": st.integers(-4, 4)}),
    st.fixed_dictionaries({}, optional={"min": st.floats(-9, 9)}),
)
PLAIN = [name for name, m in METRICS.items() if m.default_max is None]


judged_gate = st.fixed_dictionaries(
    {},
    optional={
        "min": st.floats(0, 5),
        "max": st.floats(5, 10),
        "calibration": texts,
        "uncalibrated": st.sampled_from(["allow", "refuse"]),
    },
)


def some_gates(names):
    """A table of up to three of these metrics, each with a gate that it may have."""
    return st.lists(st.sampled_from(names), unique=True, max_size=3).flatmap(
        lambda chosen: st.fixed_dictionaries(
            {name: gate if METRICS[name].scale is None else judged_gate for name in chosen}
        )
    )


def task_gates(task):
    return some_gates([n for n in PLAIN if task in METRICS[n].tasks])


good_table = st.fixed_dictionaries(
    {"responses": texts},
    optional={
        "engine": texts,
        "profiles": texts,
        "catalogue": texts,
        "judge": st.one_of(texts, st.lists(texts, min_size=1, max_size=3)),
        "judge_repeats": wholes,
        "rubric": texts,
        "calibration": texts,
        "baseline": st.one_of(texts, st.dictionaries(st.sampled_from(TASKS), texts)),
        "seekers": wholes,
        "seed": st.integers(0, 99),
        "repeats": wholes,
        "temperature": st.floats(0, 2),
        "num_ctx": wholes,
        "num_predict": wholes,
        "top_p": st.floats(0, 1),
        "top_k": st.integers(0, 99),
        "think": st.booleans(),
        "slots": wholes,
        "timeout": st.floats(0.1, 900),
        "examples": texts,
        "retrieval": texts,
        "configuration": st.one_of(
            st.sampled_from(["zero_shot", "icl", "rag", "pag"]),
            st.lists(st.sampled_from(["zero_shot", "pag"]), min_size=1, max_size=2),
        ),
        "like_at": st.floats(0.5, 5),
        "least_seekers": st.integers(2, 99),
        "draws": st.integers(100, 9999),
        "allow_not_people": st.booleans(),
        "gates": st.one_of(
            some_gates(PLAIN),
            st.fixed_dictionaries({}, optional={task: task_gates(task) for task in TASKS}),
        ),
        "tasks": st.fixed_dictionaries(
            {},
            optional={
                "items_talk": st.fixed_dictionaries(
                    {}, optional={"n_items": st.one_of(wholes, st.just("people"))}
                ),
                "bin_pref": st.fixed_dictionaries({}, optional={"films": wholes, "asked": wholes}),
                "open_pref": st.fixed_dictionaries({}, optional={"films": wholes}),
                "rec_request": st.fixed_dictionaries({}, optional={"requests": wholes}),
                "neg_feedback": st.fixed_dictionaries(
                    {}, optional={"unfit": st.integers(0, 9), "fit": st.integers(0, 9)}
                ),
            },
        ),
    },
).map(lambda table: {k: v for k, v in table.items() if "judge" in table or k not in JUDGE_KEYS})


@given(good_table)
def test_what_the_schema_says_is_right_the_reader_reads(table):
    document = {"simulator": {"s": table}}
    assert SCHEMA.is_valid(document)
    made = parse_settings(document, WHERE).simulators[0]
    assert made.seed == table.get("seed", 0)
    assert (made.gates is None) == ("gates" not in table)


odd = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 200),
        st.floats(-2, 200),
        st.sampled_from(["", "a", "people", "pag", "target", "mean"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from([*TASKS, *METRICS, *GATE_KEYS, "n_items", "films", "fit", "odd"]),
            inner,
            max_size=2,
        ),
    ),
    max_leaves=4,
)
KEYS = list(load_schema("simcheck")["$defs"]["simulator"]["properties"])
near_valid = st.builds(
    lambda good, changes, gone: {
        k: v for k, v in {**good, **changes}.items() if k != gone and v is not None
    },
    good_table,
    st.dictionaries(st.sampled_from([*KEYS, "odd"]), odd, max_size=2),
    st.sampled_from([*KEYS, ""]),
)


@given(near_valid)
def test_what_the_schema_says_is_wrong_the_reader_refuses(table):
    document = {"simulator": {"s": table}}
    if SCHEMA.is_valid(document):
        with contextlib.suppress(SettingsError):  # where it is stricter
            parse_settings(document, WHERE)
    else:
        with pytest.raises(SettingsError, match=str(WHERE)):
            parse_settings(document, WHERE)


def test_schema_and_reader_know_the_same_keys():
    from crs_simcheck.project import settings as module

    assert set(module._KEYS) | {"responses", "group"} == set(KEYS)
    of_schema = load_schema("simcheck")["$defs"]
    assert set(of_schema["gate"]["properties"]) == {*GATE_KEYS, "calibration", "uncalibrated"}
    for task, keys in module._TASK_KEYS.items():
        assert set(of_schema["tasks"]["properties"][task]["properties"]) == set(keys)


# -------------------------------------------------------------------------------------- files


@given(good_table)
def test_pyprojects_table_is_the_same_table(tmp_path_factory, table):
    folder = tmp_path_factory.mktemp("p")
    document = {"simulator": {"s": table}}
    (folder / SETTINGS_FILE).write_text(tomli_w.dumps(document), encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        tomli_w.dumps({"tool": {"crs-simcheck": document}}), encoding="utf-8"
    )
    one = read_settings(folder / SETTINGS_FILE).simulators
    assert one == read_settings(folder / "pyproject.toml").simulators
    assert find_settings(folder) == folder / SETTINGS_FILE
    (folder / SETTINGS_FILE).unlink()
    assert find_settings(folder) == folder / "pyproject.toml"


def test_a_folder_without_settings_has_none(tmp_path):
    assert find_settings(tmp_path) is None
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")
    assert find_settings(tmp_path) is None
    with pytest.raises(SettingsError, match=r"there is no table \[tool.crs-simcheck\]"):
        read_settings(tmp_path / "pyproject.toml")


def test_a_given_file_is_taken_whether_it_is_there_or_not(tmp_path):
    assert find_settings(tmp_path, "other.toml") == tmp_path / "other.toml"
    with pytest.raises(SettingsError, match=r"other\.toml: cannot be read: no such file"):
        read_settings(tmp_path / "other.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_by_name(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "bytes.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"bytes\.toml"):
        read_settings(path)


def test_brackets_without_end_are_refused_too(tmp_path):
    path = tmp_path / SETTINGS_FILE
    path.write_text("a = " + "[" * 50_000, encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(path)


def test_top_k_is_for_popularity_share_alone():
    where = Path("simcheck.toml")
    gates = {"popularity_share": {"top_k": 20}}
    (simulator,) = parse_settings(
        {"simulator": {"s": {"responses": "a", "gates": gates}}}, where
    ).simulators
    assert simulator.gates[0].top_k == 20
    with pytest.raises(SettingsError, match="belongs to popularity_share"):
        parse_settings(
            {"simulator": {"s": {"responses": "a", "gates": {"item_entropy": {"top_k": 20}}}}},
            where,
        )


def test_a_misspelt_task_of_gates_is_offered():
    gates = {"rec_reqest": {"words_per_response": {}}}
    with pytest.raises(SettingsError, match="did you mean 'rec_request'"):
        parse_settings(
            {"simulator": {"s": {"responses": "a", "gates": gates}}}, Path("simcheck.toml")
        )
