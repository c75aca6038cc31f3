import json
import shlex

import numpy as np
import pytest

from crs_simcheck.baselines import load_baseline, read_group
from crs_simcheck.baselines.build import build, rebuild
from crs_simcheck.baselines.describe import describe
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources import KINDS
from crs_simcheck.baselines.verify import verify
from crs_simcheck.errors import InputError, UnknownNameError
from tests.unit.baselines import made_up, made_up_amazon

SOURCES = {
    "agent4rec": made_up.write_agent4rec,
    "amazon-2018": made_up_amazon.write_2018,
    "amazon-2023": made_up_amazon.write_2023,
    "amazon-copy": made_up_amazon.write_copy,
    "dialoguekit": made_up.write_dialoguekit,
    "iard": made_up.write_iard,
    "inspired": made_up.write_inspired,
    "laps": made_up.write_laps,
    "mapped": made_up.write_mapped,
    "movielens": made_up.write_movielens,
    "redial": made_up.write_redial,
    "rows": made_up.write_rows_source,
    "usersimcrs": made_up.write_usersimcrs,
}
OPTIONS = {
    "agent4rec": {"answers": "stars"},
    "amazon-2018": {"people": 4, "min_reviews": 2, "language": "en"},
    "amazon-2023": {"people": 5, "max_reviews": 2, "verified": "only", "since": "2015-01-01"},
    "dialoguekit": {"speakers": "people", "unit": "user", "origin": "talks"},
    "inspired": {"cap": 2},
    "mapped": {
        "map": ("seeker=user.id", "text=review", "rating=stars", "item=film.0"),
        "task": "open_pref",
        "speakers": "people",
        "origin": "a made-up table",
    },
    "movielens": {"films": 4, "pool": 9, "asked": 3},
    "redial": {"cap": 1, "seed": 3},
    "rows": {"speakers": "people", "licence": "CC0 1.0", "origin": "a made-up source"},
}
# What must never reach a group: texts, ids of people, of dialogues and of raters.
RAW = ("loved", "unforgettable", "secret-person", "9001", "7003", "same-id", "slow film", "Harry",
       "SECRETID", "Secret", "worker-77", "_live.pkl", "user_31", "heist")  # fmt: skip


def made(kind, folder, **more):
    """Build a group of this kind from its made-up source; return source, folder and options."""
    source = None if kind == "synthetic" else SOURCES[kind](folder / "machine" / kind)
    given = {"date": made_up.DATE, **OPTIONS.get(kind, {}), **more}
    if kind == "rows":
        given |= {
            "catalogue": source.parent / "catalogue.csv",
            "profiles": source.parent / "profiles.jsonl",
        }
    options = BuildOptions(**given)
    out = folder / f"{kind}-group"
    build(kind, source, out, options=options)
    return source, out, options


@pytest.mark.parametrize("kind", KINDS)
def test_building_twice_gives_the_same_bytes(tmp_path, kind):
    source, out, options = made(kind, tmp_path)
    first = made_up.all_bytes(out)
    build(kind, source, tmp_path / "again" / out.name, options=options)
    assert made_up.all_bytes(tmp_path / "again" / out.name) == first
    build(kind, source, out, options=options)
    assert made_up.all_bytes(out) == first


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_group_verifies_with_its_source_at_hand(tmp_path, kind):
    source, out, _ = made(kind, tmp_path)
    assert verify(out) == []
    assert verify(out, source) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_raw_text_no_raw_id_and_no_machine_path_in_a_group(tmp_path, kind):
    _, out, _ = made(kind, tmp_path)
    for name, data in made_up.all_bytes(out).items():
        text = data.decode("latin-1" if name.endswith(".npz") else "utf-8")
        assert str(tmp_path) not in text, name
        assert "machine" not in text, name
        if name == "group.toml":
            text = "".join(line for line in text.splitlines() if "sha256" not in line[:8])
            text = "\n".join(line for line in text.split("\n") if len(line) < 64)
        for raw in RAW:
            assert raw not in text, (name, raw)


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_names_everything_that_is_not_at_its_default(tmp_path, kind):
    _source, out, options = made(kind, tmp_path)
    words = shlex.split(read_group(out).provenance.command)
    assert words[:3] == ["crs-simcheck", "baseline", "build"]
    assert words[-2:] == ["-o", out.name]
    flags = words[words.index("--kind") :: 2]
    expected = {"--kind", "--date", "--seed", "-o"}
    expected |= {"--" + name.replace("_", "-") for name in options.changed()}
    assert set(flags) == expected


def test_sources_are_named_with_their_hashes(tmp_path):
    _, out, _ = made("rows", tmp_path)
    assert set(read_group(out).provenance.source_sha256) == {
        "answers.jsonl",
        "catalogue.csv",
        "profiles.jsonl",
    }


def test_the_groups_name_may_differ_from_its_folder(tmp_path):
    source = made_up.write_usersimcrs(tmp_path / "sims")
    options = BuildOptions(date=made_up.DATE)
    build("usersimcrs", source, tmp_path / "folder", name="other name", options=options)
    group = read_group(tmp_path / "folder")
    assert group.name == "other name"
    assert "--name 'other name' -o folder" in group.provenance.command
    assert verify(tmp_path / "folder", source) == []


def test_without_a_date_it_is_today(tmp_path):
    group = build("usersimcrs", made_up.write_usersimcrs(tmp_path / "s"), tmp_path / "out")
    assert len(group.provenance.date) == 10
    assert f"--date {group.provenance.date}" in group.provenance.command


def test_rebuild_follows_the_recorded_command_wherever_the_source_is_now(tmp_path):
    source, out, _ = made("redial", tmp_path)
    moved = source.rename(tmp_path / "elsewhere")
    rebuild(out, moved, tmp_path / "new")
    assert made_up.all_bytes(tmp_path / "new") == made_up.all_bytes(out)


def test_rebuild_says_which_file_it_misses(tmp_path):
    source, out, _ = made("rows", tmp_path)
    (source.parent / "profiles.jsonl").unlink()
    with pytest.raises(InputError, match=r"profiles\.jsonl: no such file .*beside the source"):
        rebuild(out, source, tmp_path / "new")


def test_an_unknown_kind_offers_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'movielens'"):
        build("movielense", tmp_path, tmp_path / "out")


def test_an_option_that_means_nothing_to_a_kind_is_refused(tmp_path):
    source = made_up.write_usersimcrs(tmp_path / "s")
    with pytest.raises(InputError, match="field 'cap': kind 'usersimcrs' has no such option"):
        build("usersimcrs", source, tmp_path / "out", options=BuildOptions(cap=3))


def test_a_kind_without_a_source_takes_none_and_others_need_one(tmp_path):
    with pytest.raises(InputError, match="reads no source"):
        build("synthetic", tmp_path, tmp_path / "out")
    with pytest.raises(InputError, match="needs a source"):
        build("redial", None, tmp_path / "out")


def test_usersimcrs_takes_a_dialogue_for_a_seeker_and_leaves_moviebot_out(tmp_path):
    _, out, _ = made("usersimcrs", tmp_path)
    group = load_baseline(out)
    assert group.speakers == "simulator"
    assert group.task("rec_request").n_seekers == 3
    words = group.task("rec_request").tables["responses"].columns["words"]
    assert sorted(words.tolist()) == [1, 2, 4, 4]
    assert len(group.catalogue) == 0


@pytest.mark.parametrize(
    "text", ["{", '{"a": 1}', '[{"conversation": 1}]', '[{"conversation":[1]}]']
)
def test_odd_dialogue_files_are_named(tmp_path, text):
    source = made_up.write_usersimcrs(tmp_path / "s")
    (source / "BOT_one.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"BOT_one\.json"):
        build("usersimcrs", source, tmp_path / "out")


def test_rows_measure_every_task_with_histories_and_stars(tmp_path):
    _, out, _ = made("rows", tmp_path)
    group = load_baseline(out)
    assert set(group.tasks) == {"items_talk", "bin_pref", "rec_request"}
    answers = {row[1]: row[2] for row in group.task("bin_pref").tables["answers"].rows()}
    assert answers == {"Paper Lions (2004)": 0.0, "The Long Orbit (2001)": 1.0}
    films = group.task("items_talk").tables["mentions"].columns["film"].tolist()
    assert "Blue Harbour (1995)" in films
    assert sum(f.startswith("?") for f in films) == 1
    leak = group.task("rec_request").tables["responses"].columns["leak"]
    assert leak.tolist() == [1.0]
    assert np.isnan(group.task("bin_pref").tables["responses"].columns["leak"]).any()
    assert group.provenance.licence == "CC0 1.0"


def test_rows_of_people_are_capped_and_those_of_a_simulator_are_not(tmp_path):
    text = "\n".join(f"Film {i} ({1950 + i})" for i in range(9))
    row = {"task": "items_talk", "seeker": "a", "stimulus": {"n_items": 9}, "text": text}
    source = made_up.write_rows(tmp_path / "rows.jsonl", [row])
    kept = {
        speakers: len(
            build("rows", source, tmp_path / speakers, options=BuildOptions(speakers=speakers))
            .task("items_talk")
            .tables["mentions"]
        )
        for speakers in ("people", "simulator")
    }
    assert kept == {"people": 5, "simulator": 9}


def test_rows_must_be_told_who_speaks(tmp_path):
    source = made_up.write_rows(tmp_path / "rows.jsonl", made_up.ROWS)
    with pytest.raises(InputError, match=r"field 'speakers'.*--speakers people"):
        build("rows", source, tmp_path / "out")


def test_a_broken_row_is_an_error_with_its_line(tmp_path):
    source = made_up.write_rows(tmp_path / "rows.jsonl", [made_up.ROWS[0], {"task": "bin_pref"}])
    with pytest.raises(InputError, match=r"rows\.jsonl:2"):
        build("rows", source, tmp_path / "out", options=BuildOptions(speakers="people"))


def test_describe_gives_facts_in_words(tmp_path):
    _, out, _ = made("redial", tmp_path)
    facts = dict(describe(read_group(out)))
    assert facts["speakers"] == "people"
    assert "2 seekers; 2 mentions of 2 films" in facts["items_talk"]
    assert "words each" in facts["rec_request"]
    assert facts["licence"] == "CC BY 4.0"
    assert all(isinstance(value, str) and value for value in facts.values())
    assert json.dumps(facts)


@pytest.mark.parametrize("kind", ["amazon-2023", "movielens", "synthetic"])
def test_a_kind_that_keeps_no_vectors_refuses_a_model_for_them(tmp_path, kind):
    with pytest.raises(InputError, match="keep no vectors"):
        made(kind, tmp_path, sentence_model="all-MiniLM-L6-v2")
    assert not (tmp_path / f"{kind}-group").exists()
