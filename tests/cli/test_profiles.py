"""``crs-simcheck profiles``: build and leakage."""

from __future__ import annotations

import json
import re

import pytest

from crs_simcheck.engines import ScriptedEngine
from crs_simcheck.engines import named as named_engines
from crs_simcheck.errors import EngineUnavailableError
from crs_simcheck.profiles import read_profiles
from tests.plugin.small_project import FILMS

DATE = ("--date", "2026-01-02")


@pytest.fixture
def source(tmp_path):
    """MovieLens' files, of thirty people who rated most of forty films that do not exist."""
    folder = tmp_path / "ml"
    folder.mkdir()
    genres = ("Drama", "Comedy|Crime", "Horror")
    films = [f'{i},"Story {i}, The ({1960 + i})",{genres[i % 3]}' for i in range(1, 41)]
    stars = [
        f"{7000 + p},{i},{1 + (i * p) % 9 / 2},0" for p in range(30) for i in range(1, 41) if i % 7
    ]
    (folder / "movies.csv").write_text("\n".join(["movieId,title,genres", *films]))
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *stars]))
    return folder


@pytest.fixture
def engine(monkeypatch):
    """Have every engine that is named answer by a function; return how to set it."""
    opened = []

    def use(script):
        def open_engine(spec, **_settings):
            opened.append(spec)
            return ScriptedEngine(script, model=spec.model)

        monkeypatch.setattr(named_engines, "open_engine", open_engine)
        return opened

    return use


def built(cli, source, out, *more, code=0):
    ran = cli("profiles", "build", source, "--kind", "movielens", "-o", out, *DATE, *more)
    assert ran.code == code, (ran.out, ran.err)
    return ran


def test_build_writes_profiles_and_tells_nothing_of_anybody(cli, source, tmp_path):
    out = tmp_path / "profiles.jsonl"
    ran = built(cli, source, out, "--seekers", 20)
    assert ran.out == f"20 profiles written to {out}: private, keep them out of git\n"
    assert ran.err == ""
    found = list(read_profiles(out))
    assert len(found) == 20
    for profile in found:
        assert len(profile.history) == 5
        assert profile.persona.startswith(("This person", "Films are"))
        assert not re.search(r"Story|\b70\d\d", profile.persona + profile.seeker)
        assert profile.extra["made"] == {
            "kind": "movielens",
            "date": "2026-01-02",
            "seed": 0,
            "persona": "rule",
        }


def test_build_repeats_with_its_salt(cli, source, tmp_path):
    salt = ("--salt-file", tmp_path / "salt")
    one, two, three = (tmp_path / f"{i}.jsonl" for i in range(3))
    assert "made, keep it private" in built(cli, source, one, *salt).err
    assert "made" not in built(cli, source, two, *salt).err
    built(cli, source, three)
    assert one.read_bytes() == two.read_bytes()
    ids = [set(read_profiles(file).by_seeker) for file in (one, three)]
    assert not ids[0] & ids[1]
    assert (tmp_path / "salt").read_text().strip() not in one.read_text()


def test_build_says_where_people_are_too_few(cli, source, tmp_path):
    ran = built(cli, source, tmp_path / "p.jsonl")
    assert "100 were wanted; there are no more people" in ran.err
    assert ran.out.startswith("30 profiles")


def test_build_by_an_engine(cli, source, tmp_path, engine):
    def script(request):
        films = request.messages[1].content.splitlines()
        if films[1].endswith("5)"):
            return f"They liked {films[1][2:]}."
        return "This person likes quiet stories."

    opened = engine(script)
    out = tmp_path / "p.jsonl"
    ran = built(cli, source, out, "--persona", "ollama:mine@10.0.0.7", "--items", 40)
    assert [spec.kind for spec in opened] == ["ollama"]
    assert re.search(r"left out: \d+ × persona: names titles", ran.err)
    assert "Story" not in ran.out + ran.err
    text = out.read_text()
    assert "10.0.0.7" not in text
    assert '"persona":"ollama:mine:latest"' in text


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--persona", "rul"], "did you mean 'rule'"),
        (["--persona", "embedded"], "writes no personas"),
        (["--persona", "ollama:"], "needs the name of a model"),
        (["--demographics"], "made up by an engine"),
        (["--date", "2026-1-2"], "need a date as YYYY-MM-DD"),
        (["--kind", "movielense"], "did you mean 'movielens'"),
        (["--meta", "x"], "no list of products"),
        (["--seekers", "0"], "--seekers"),
        (["--least", "999"], "nobody has seen 999 films"),
    ],
)
def test_build_refuses(cli, source, tmp_path, arguments, message):
    out = tmp_path / "p.jsonl"
    ran = cli("profiles", "build", source, "--kind", "movielens", "-o", out, *arguments)
    assert ran.code == 3
    assert message in ran.err
    assert not out.exists()


def test_build_looks_where_it_shall_write_before_it_reads(cli, tmp_path):
    ran = cli("profiles", "build", tmp_path / "none", "--kind", "rows", "-o", tmp_path)
    assert ran.code == 3
    assert "this is a folder" in ran.err


@pytest.mark.parametrize("error", [EngineUnavailableError("gone"), KeyboardInterrupt()])
def test_build_that_ends_early_leaves_what_was_there(cli, source, tmp_path, engine, error):
    asked = []

    def script(request):
        asked.append(request)
        if len(asked) > 5:
            raise error
        return "This person likes quiet stories."

    engine(script)
    out = tmp_path / "out" / "p.jsonl"
    out.parent.mkdir()
    out.write_text("before")
    code = 3 if isinstance(error, EngineUnavailableError) else 130
    built(cli, source, out, "--persona", "ollama:mine", code=code)
    assert out.read_text() == "before"
    assert [file.name for file in out.parent.iterdir()] == ["p.jsonl"]


# --------------------------------------------------------------------------------- leakage


@pytest.fixture
def seekers(tmp_path):
    """Thirty profiles, whose histories are of the films that the crowd knows."""
    file = tmp_path / "profiles.jsonl"
    rows = [
        {
            "seeker": f"SECRET-{i}",
            "persona": "This person likes dramas.",
            "history": [{"item": FILMS[(3 * i + j) % len(FILMS)]} for j in range(5)],
        }
        for i in range(30)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def parrot(request):
    told = [line[2:] for line in request.messages[0].content.splitlines() if "- Made" in line]
    return "\n".join(told or (FILMS[(request.options.seed + i) % len(FILMS)] for i in range(4)))


def test_leakage_prints_one_table(cli, seekers, engine):
    engine(parrot)
    ran = cli("profiles", "leakage", seekers, "--baseline", "crowd", "--engine", "ollama:mine")
    assert ran.code == 0, ran.err
    lines = {line.split("  ")[0].strip(): line.split() for line in ran.out.splitlines()}
    assert lines["prompt holds"]
    assert lines["raw history"][-6:] == ["%", "30", "6.415", "bits", "nearly", "all"]
    assert "100" in lines["raw history"]
    assert lines["persona"][-4:] == ["30", "9.269", "bits", "none"]
    assert lines["people"][-6:] == ["–", "–", "–", "10.067", "bits", "–"]
    assert "arXiv 2607.00010" in ran.out
    assert "no LLM" not in ran.out
    assert "Made Up" not in ran.out
    assert "SECRET" not in ran.out


def test_leakage_as_json(cli, seekers, engine, tmp_path):
    engine(parrot)
    file = tmp_path / "figures.json"
    command = ("profiles", "leakage", seekers, "--baseline", "crowd", "--seekers", 20)
    ran = cli(*command, "--json", file, "--n-items", 3)
    assert "agenda-1" in ran.out
    found = json.loads(file.read_text())
    assert found["rows"]["raw history"]["leakage_rate"] == 1.0
    assert found["rows"]["raw history"]["answers"] == 20
    assert json.loads(cli(*command, "--json", "-", "--n-items", 3).out) == found


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--baseline", "nobody"], "nobody"),
        (["--engine", "olama:x"], "did you mean 'ollama'"),
        (["--prompt", "none.md"], "none.md"),
        (["--baseline", "robots", "--catalogue", "none.csv"], "none.csv"),
    ],
)
def test_leakage_refuses(cli, seekers, arguments, message):
    ran = cli("profiles", "leakage", seekers, *arguments)
    assert ran.code == 3
    assert message in ran.err


def test_leakage_without_profiles(cli, tmp_path):
    ran = cli("profiles", "leakage", tmp_path / "none.jsonl")
    assert ran.code == 3
    assert "there is no such file" in ran.err
