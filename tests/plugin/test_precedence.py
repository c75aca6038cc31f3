"""A flag goes before the environment, that before the ini file, that before simcheck.toml."""

from __future__ import annotations

import sys

import pytest

from tests.plugin.live_project import OWN, write_live

ORDER = ("flag", "environment", "ini", "toml")


def given(project, monkeypatch, name, values):
    """Give an option in several places; return the arguments of pytest."""
    if "environment" in values:
        monkeypatch.setenv(f"CRS_SIMCHECK_{name.upper()}", values["environment"])
    if "ini" in values:
        project.write("pytest.ini", f"[pytest]\nsimcheck_{name} = {values['ini']}\n")
    return [f"--simcheck-{name}={values['flag']}"] if "flag" in values else []


def each_wins(words):
    """Yield, for each place, words where that place alone must win over all below it."""
    for place in range(len(ORDER)):
        yield {ORDER[place]: words[0], **dict.fromkeys(ORDER[place + 1 :], words[1])}


@pytest.mark.parametrize("values", list(each_wins(("warn", "fail"))), ids=ORDER)
def test_inconclusive(project, monkeypatch, values):
    project.simulator("alike", "unknown_item_rate = { max = 0.001 }")
    text = (project.path / "simcheck.toml").read_text()
    if "toml" in values:
        project.settings(f'[pytest]\ninconclusive = "{values["toml"]}"\n{text}')
    result = project.run("-W", "default", *given(project, monkeypatch, "inconclusive", values))
    result.assert_outcomes(passed=1, warnings=1)


@pytest.mark.parametrize("values", list(each_wins(("25", "30"))), ids=ORDER)
def test_seekers(project, monkeypatch, values):
    keys = {"seekers": values["toml"]} if "toml" in values else {}
    project.simulator("alike", "words_per_response = { max = 99 }", **keys)
    project.write(
        "test_own.py",
        "def test_it(simcheck):\n"
        "    found = simcheck.simulator('alike').verdict('words_per_response', 'bin_pref')\n"
        "    assert found.n_seekers == 25\n",
    )
    result = project.run(*given(project, monkeypatch, "seekers", values), flag=False)
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("values", list(each_wins(("new", "none"))), ids=ORDER)
def test_record(project, monkeypatch, values):
    monkeypatch.delitem(sys.modules, "mysim", raising=False)
    write_live(project.path, OWN)
    if "toml" in values:
        project.settings(f'[pytest]\nrecord = "{values["toml"]}"\n{OWN}')
    result = project.run(*given(project, monkeypatch, "record", values))
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("values", list(each_wins(("other", "seeker"))), ids=ORDER)
def test_engine(project, monkeypatch, values):
    """Another model may not answer: the message names the one that was chosen."""
    engine = {key: f"ollama:{value}@127.0.0.1:9" for key, value in values.items()}
    write_live(project.path)
    if tuple(values) == ("toml",):
        text = (project.path / "simcheck.toml").read_text()
        project.settings(text.replace("ollama:tiny", "ollama:other"))
        engine = {}
    arguments = given(project, monkeypatch, "engine", engine)
    project.write(
        "test_own.py",
        "def test_it(simcheck):\n"
        "    live = simcheck.simulator('seeker').settings.live\n"
        "    assert 'other' in (live.engine_at or live.engine)\n",
    )
    project.run(*arguments, flag=False).assert_outcomes(passed=1)


@pytest.mark.parametrize("values", list(each_wins(("right.toml", "gone.toml")))[:3], ids=ORDER[:3])
def test_config(project, monkeypatch, values):
    values.pop("toml", None)
    text = (project.path / "simcheck.toml").read_text()
    project.write("right.toml", text.replace("simulator.narrow", "simulator.right"))
    result = project.run("-v", *given(project, monkeypatch, "config", values))
    assert "right.toml::right::items_talk::item_entropy" in result.stdout.str()


def test_an_empty_value_says_nothing(project, monkeypatch):
    for name in ("CONFIG", "RECORD", "ENGINE", "SEEKERS", "INCONCLUSIVE"):
        monkeypatch.setenv(f"CRS_SIMCHECK_{name}", " ")
    project.run().assert_outcomes(passed=3, failed=2)


@pytest.mark.parametrize(
    "name, value, told",
    [
        ("SEEKERS", "many", "CRS_SIMCHECK_SEEKERS: found many, need 1 or more"),
        ("SEEKERS", "0", "CRS_SIMCHECK_SEEKERS: found 0, need 1 or more"),
        ("SEEKERS", "²", "CRS_SIMCHECK_SEEKERS: found ²"),
        ("RECORD", "sometimes", "CRS_SIMCHECK_RECORD: found 'sometimes', need none, new or all"),
        ("INCONCLUSIVE", "x", "CRS_SIMCHECK_INCONCLUSIVE: found 'x', need fail or warn"),
        ("CONFIG", "gone.toml", "gone.toml"),
    ],
)
def test_a_wrong_value_names_where_it_was_given(project, monkeypatch, name, value, told):
    monkeypatch.setenv(f"CRS_SIMCHECK_{name}", value)
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in result.stderr.str()


@pytest.mark.parametrize(
    "table, told",
    [
        ('record = "sometimes"', "found 'sometimes', need one of none, new, all"),
        ("inconclusive = 3", "found 3, need one of fail, warn"),
        ('recrod = "new"', "unknown key 'recrod' (did you mean 'record'?)"),
    ],
)
def test_a_wrong_table_of_pytest(project, table, told):
    text = (project.path / "simcheck.toml").read_text()
    project.settings(f"[pytest]\n{table}\n{text}")
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in result.stderr.str()


def test_help_tells_where_each_option_may_be_given(project):
    text = " ".join(project.run("--help", flag=False).stdout.str().split())
    for name in ("config", "record", "engine", "seekers", "inconclusive"):
        assert f"[environment: CRS_SIMCHECK_{name.upper()}; ini: simcheck_{name}" in text
    assert "flag goes before the environment, that before the ini file" in text
