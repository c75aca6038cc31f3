"""``matrix.toml``: what stands side by side, and what is wrong in a file."""

from __future__ import annotations

import tomllib

import pytest

from crs_simcheck.errors import SettingsError
from crs_simcheck.project.matrix_settings import parse_matrix, read_matrix

WHOLE = """
title = "two of ours"
configurations = ["zero_shot", "pag"]
[engines]
first = "ollama:a"
[engines."second 2.0"]
engine = "openai:b@http://127.0.0.1:1/v1"
prompts = "base"
configurations = "rag"
temperature = 0
[prompts]
base = "p/base"
tuned = "p/tuned"
[common]
profiles = "profiles.jsonl"
temperature = 0.5
seed = 3
[common.gates]
item_entropy = {}
[given]
ours = { responses = "ours.jsonl", seed = 4 }
"""


def parsed(text, tmp_path):
    return parse_matrix(tomllib.loads(text), tmp_path / "matrix.toml")


def test_engines_times_prompts_times_configurations(tmp_path):
    found = parsed(WHOLE, tmp_path)
    assert [one.name for one in found.systems] == [
        "first-zero_shot-base",
        "first-pag-base",
        "first-zero_shot-tuned",
        "first-pag-tuned",
        "second 2.0-rag-base",
        "ours",
    ]
    assert found.title == "two of ours"
    assert found.references


def test_what_is_common_holds_unless_a_system_has_its_own(tmp_path):
    by_name = {one.name: one for one in parsed(WHOLE, tmp_path).systems}
    first, second, ours = (
        by_name[name] for name in ("first-pag-tuned", "second 2.0-rag-base", "ours")
    )
    assert (first.engine, first.configuration, first.prompts) == ("first", "pag", "tuned")
    assert first.settings.live.prompts == "p/tuned"
    assert first.settings.live.configuration == "pag"
    assert first.settings.live.options.temperature == 0.5
    assert second.settings.live.options.temperature == 0
    assert (first.settings.seed, ours.settings.seed) == (3, 4)
    assert ours.settings.live is None
    assert ours.settings.responses == "ours.jsonl"
    assert all(one.settings.gates for one in by_name.values())
    assert all(one.settings.folder == tmp_path for one in by_name.values())


WRONG = {
    "nothing": ("", "there is no system"),
    "no prompts": ('[engines]\na = "embedded"', "need names of [prompts]"),
    "unknown key": ("enginse = 1", "unknown key 'enginse'"),
    "unknown prompts": (
        '[engines]\na = { engine = "embedded", prompts = "x" }\n[prompts]\nb = "b"',
        "there are b",
    ),
    "unknown configuration": ('configurations = ["pig"]', "zero_shot, icl, rag, pag"),
    "no engine": ("[engines]\na = 3\n[prompts]\nb = 'b'", "engines.a"),
    "no such engine": ('[engines]\na = "olama:x"\n[prompts]\nb = "b"', "engines.a.engine"),
    "a dot": ('[engines]\ngpt-3.5 = "openai:x@http://h/v1"\n[prompts]\nb = "b"', "in quotes"),
    "what tells apart": ('[common]\nengine = "embedded"', "common.engine"),
    "no folder": ("[prompts]\nb = 3", "need a folder"),
    "wrong in common": (
        '[engines]\na = "embedded"\n[prompts]\nb = "b"\n[common]\nseekers = -1',
        "seekers",
    ),
    "wrong gate": ('[given]\na = { responses = "a" }\n[common.gates]\nitm = {}', "item_entropy"),
    "title": ('title = 3\n[given]\na = { responses = "a" }', "need a text"),
    "references": ('references = "x"\n[given]\na = { responses = "a" }', "true or false"),
    "a name": ('[given]\n"a/b" = { responses = "a" }', "name of a test"),
    "nothing given": ("[given]\na = {}", "given.a"),
    "twice": (
        'configurations = ["pag"]\n[engines]\na = "embedded"\n[prompts]\nb = "b"\n'
        '[given]\na-pag-b = { responses = "a" }',
        "two systems would be called 'a-pag-b'",
    ),
}


@pytest.mark.parametrize("text, told", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, told):
    with pytest.raises(SettingsError) as caught:
        parsed(text, tmp_path)
    assert told in str(caught.value)
    assert "matrix.toml" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[", None], ids=repr)
def test_any_file_is_read_or_refused(tmp_path, content):
    path = tmp_path / "matrix.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"matrix\.toml"):
        read_matrix(path)
