"""A team's own metric: a decorated function becomes a gate, with all that the others have."""

from __future__ import annotations

import numpy as np
import pytest

import crs_simcheck
from crs_simcheck.cli import main
from crs_simcheck.errors import SettingsError
from crs_simcheck.gate.sides import Sides, joint_catalogue
from crs_simcheck.metrics import METRICS, metric_named
from crs_simcheck.metrics.own import BLOCKS
from crs_simcheck.metrics.registry import OWN
from crs_simcheck.project import check, read_settings
from crs_simcheck.project.plugins import load_plugin
from tests.plugin.test_messages import messages, summary

PLUGIN = '''
import crs_simcheck
from crs_simcheck.stats import entropy_bits, ratio, row_sums


@crs_simcheck.metric(task="items_talk", unit="bits", margin=0.4, blocks=("titles",))
def own_entropy(pool, frame):
    """Variety of the films named, once more."""
    return entropy_bits(pool.block("titles"))


@crs_simcheck.metric(
    task="items_talk", margin=0.2, side="high", too_high="old films are named more often"
)
def old_share(pool, frame):
    """Share of the films named that are from before 1980."""
    titles = pool.block("titles")
    old = frame.per_film(lambda film: film.year is not None and film.year < 1980)
    return ratio(titles @ old, row_sums(titles))


@crs_simcheck.metric(task=["items_talk", "bin_pref"], unit="words", margin=9, table="responses")
def own_words(pool, frame):
    sums = pool.block("sums")
    return ratio(sums[:, 0], sums[:, 1])
'''
SETTINGS = """
plugins = ["my_metrics.py"]
[simulator.alike]
responses = "alike.jsonl"
catalogue = "films.csv"
baseline = "crowd"
draws = 200
[simulator.narrow]
responses = "narrow.jsonl"
catalogue = "films.csv"
baseline = "crowd"
draws = 200
[simulator.narrow.gates]
own_entropy = { margin = 0.5 }
old_share = {}
"""


@pytest.fixture(autouse=True)
def forgotten():
    before = dict(OWN)
    yield
    OWN.clear()
    OWN.update(before)


@pytest.fixture
def team(project, monkeypatch):
    project.write("my_metrics.py", PLUGIN)
    project.settings(SETTINGS)
    monkeypatch.chdir(project.path)
    return project


def test_it_is_a_gate_like_any_other(team):
    result = team.run("-v", "-k", "own_entropy or own_words or old_share")
    ids = [line.partition(" ")[0] for line in result.outlines if "::" in line]
    assert "simcheck.toml::alike::items_talk::own_entropy" in ids
    assert "simcheck.toml::alike::bin_pref::own_words" in ids
    assert "simcheck.toml::narrow::items_talk::old_share" in ids
    result.assert_outcomes(passed=4, failed=2, deselected=15)
    told = messages(result)["narrow / items_talk / own_entropy"]
    assert "own_entropy of simulator 'narrow' in items_talk: 1.58 bits [" in told
    assert "DRIFTED (too low)" in told
    assert "lower than people's" in told
    assert "at this size a drift of" in told
    flat = " ".join(told.replace("\\\n", " ").split())
    assert "crs-simcheck show narrow.jsonl --metric own_entropy" in flat
    assert "--plugin my_metrics.py" in flat
    drifted = messages(result)["narrow / items_talk / old_share"]
    assert "old films are named more often than" not in drifted  # its own words, and no others
    assert "old films are named more often" in drifted
    assert any("own_entropy" in line for line in summary(result))


def test_the_same_function_gives_the_same_verdict_as_the_one_that_ships(team):
    settings = read_settings(team.path / "simcheck.toml")
    assert [m.name for m in settings.simulators[0].own_metrics] == [
        "own_entropy", "old_share", "own_words",
    ]  # fmt: skip
    options = {"catalogue": "films.csv", "draws": 200}
    own, shipped = check("alike.jsonl", "crowd", metrics=["own_entropy", "item_entropy"], **options)
    for name in ("outcome", "value", "interval", "target", "score", "least_drift", "people"):
        assert getattr(own, name) == getattr(shipped, name), name


def test_the_command_line_knows_it_by_its_file(team, capsys):
    options = ["--catalogue", "films.csv", "--baseline", "crowd", "--plugin", "my_metrics.py"]
    assert main(["check", "narrow.jsonl", "--metric", "own_entropy", *options]) == 1
    assert "DRIFTED" in capsys.readouterr().out
    assert main(["show", "narrow.jsonl", "--metric", "own_entropy", *options]) == 0
    assert "Made Up 000" in capsys.readouterr().out


def test_it_serves_assertions_too(team):
    team.write(
        "test_own.py",
        "from pytest_crs_simcheck import assert_within\n"
        "def test_it(simcheck):\n"
        "    assert_within(simcheck.simulator('alike'), 'own_entropy')\n"
        "def test_people(human_baseline):\n"
        "    assert human_baseline.groups('old_share', 40).mean() > 0.1\n",
    )
    team.run(flag=False).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    "body, told",
    [
        ("return [1.0]", "returned shape (1,), need (200,): a value for each group"),
        ("return pool.block('titles').sum(axis=0)", "returned shape (120,), need (200,)"),
        ("return 1 / 0", "raised ZeroDivisionError"),
        ("return pool.block('tittles')", "asked for 'tittles', which is not there"),
        ("return 'much'", "raised ValueError"),
    ],
)
def test_a_function_that_breaks_its_contract_is_told_with_its_place(team, body, told):
    start = PLUGIN.index("    titles = pool")
    end = PLUGIN.index("\n\n\n@crs_simcheck.metric(task=[")
    team.write("my_metrics.py", PLUGIN[:start] + f"    {body}" + PLUGIN[end:])
    result = team.run("-k", "narrow and old_share")
    result.assert_outcomes(failed=1, deselected=result.parseoutcomes()["deselected"])
    text = " ".join(result.stdout.str().split())
    assert f"metric 'old_share' {told}" in text
    assert "my_metrics.py:12" in text
    assert "Traceback" not in text


def test_a_value_that_does_not_exist_is_inconclusive(team):
    team.write("my_metrics.py", PLUGIN.replace("ratio(titles @ old", "0 * ratio(titles @ old"
               ).replace(", row_sums(titles))", ", row_sums(titles)) / 0"))  # fmt: skip
    result = team.run("-k", "narrow and old_share")
    assert "INCONCLUSIVE" in result.stdout.str()
    assert result.ret == 1


@pytest.mark.parametrize(
    "keys, told",
    [
        ({"task": "items_talks"}, "found task"),
        ({"task": ()}, "found task"),
        ({"side": "left"}, "found side = 'left', need one of both, low, high"),
        ({"margin": -1}, "found margin = -1"),
        ({"margin": float("nan")}, "found margin = nan"),
        ({"margin": "much"}, "found margin = 'much'"),
        ({"unit": 3}, "found unit = 3"),
        ({"name": "item_entropy"}, "a metric 'item_entropy' that ships"),
        ({"name": "Wrong Name"}, "found the name 'Wrong Name'"),
        ({"name": "open_pref"}, "no task's name"),
        ({"table": "mansions"}, "found table 'mansions'"),
        ({"blocks": ("title",)}, "found block 'title'"),
        ({"blocks": ()}, "found no block"),
    ],
)
def test_what_a_metric_is_told_wrongly(keys, told):
    with pytest.raises(SettingsError, match=told.replace("(", r"\(")):
        crs_simcheck.metric(**{"task": "items_talk", "margin": 1, "name": "mine", **keys})(max)


@pytest.mark.parametrize(
    "plugins, code, told",
    [
        ('"my_metrics.py"', PLUGIN, "need a list of Python files"),
        ('["gone.py"]', PLUGIN, "there is no such file"),
        ('["my_metrics.py"]', "x = 1", "it defines no metric"),
        ('["my_metrics.py"]', "x = ", "it cannot be run: SyntaxError"),
        ('["my_metrics.py"]', "raise RuntimeError('my fault')", "RuntimeError: my fault"),
        ('["my_metrics.py"]', PLUGIN.replace("margin=0.4", "margin=-4"), "found margin = -4"),
        ('["films.csv"]', PLUGIN, "it is no Python file"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_a_usage_error(team, plugins, code, told):
    team.write("my_metrics.py", code)
    team.settings(SETTINGS.replace('["my_metrics.py"]', plugins))
    result = team.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in result.stderr.str()


def test_a_gate_of_an_unknown_metric_offers_ones_own(team):
    team.settings(SETTINGS.replace("own_entropy = {", "own_entropi = {"))
    result = team.run()
    assert "did you mean 'own_entropy'?" in result.stderr.str()


def test_a_file_is_run_once_and_again_when_it_has_changed(team):
    file = team.path / "my_metrics.py"
    first = load_plugin(file)
    assert load_plugin(file)[0] is first[0]
    text = file.read_text().replace("margin=0.4", "margin=0.7")
    file.write_text(text)
    import os

    os.utime(file, ns=(1, 1))
    assert load_plugin(file)[0].margin.value == 0.7
    assert metric_named("own_entropy").margin.value == 0.7
    assert "own_entropy" not in METRICS


def test_the_blocks_that_are_listed_are_those_that_there_are(team):
    group = crs_simcheck.load_baseline(team.path / "crowd")
    seen = set()
    for task, statistics in group.tasks.items():
        sides = Sides(task, group, group, joint_catalogue(None, group))
        for table in statistics.tables:
            rows = sides.simulator_rows(table)
            if rows is not None:
                seen.add(table)
                assert tuple(rows.blocks) == BLOCKS[table], table
    assert {"mentions", "answers", "responses"} <= seen
    assert set(BLOCKS) == set(__import__("crs_simcheck.baselines").baselines.COLUMNS)


def test_per_film(team):
    from crs_simcheck.metrics import Frame

    films = crs_simcheck.read_catalogue(team.path / "films.csv")
    values = Frame(films, n_unknown=2).per_film(lambda film: film.year, unknown=np.nan)
    assert values.shape == (122,)
    assert values[0] == 1950
    assert np.isnan(values[-2:]).all()
