"""What people read, held to golden texts.

After a change that is meant: CRS_SIMCHECK_GOLDEN=1 pytest tests/unit/report, and read the diff.
"""

import os
import shlex
from dataclasses import replace
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.cli.app import app
from crs_simcheck.gate import Named
from crs_simcheck.metrics import METRICS, metric_named
from crs_simcheck.report import (
    WIDTH,
    Where,
    amount,
    headline,
    range_words,
    run_as_json,
    table_row,
    verdict_words,
    wrapped,
)
from tests.unit.report.made_up import VERDICTS

GOLDEN = Path(__file__).parent / "golden"
WHERE = Where("seeker", "recordings/seeker/answers.jsonl", "my films.csv", "profiles.jsonl")


@pytest.mark.parametrize("name", VERDICTS)
def test_words_are_those_of_the_golden_text(name):
    text = verdict_words(VERDICTS[name], WHERE) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CRS_SIMCHECK_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_every_golden_text_has_its_verdict():
    assert {p.stem for p in GOLDEN.iterdir()} == set(VERDICTS)


def _command(text: str) -> list[str]:
    """The command of a message, as a shell reads it."""
    return shlex.split(text.split("next:", 1)[1].replace("\\\n", " "))


def _parsed(words: list[str]) -> dict:
    """The arguments of a command, parsed as the command line does; fails for one it has not."""
    assert words[0] == "crs-simcheck"
    command, context, rest = app, click.Context(app, **app.context_settings), words[1:]
    while isinstance(command, click.Group):
        name, command, rest = command.resolve_command(context, rest)
        assert command is not None, name
    return command.make_context(name, rest, parent=context).params


WHERES = [
    WHERE,
    Where("s", "a b.jsonl"),
    Where(
        "s", "answers.jsonl", "c.csv", "p.jsonl", {"": "redial-seekers", "bin_pref": "my raters"}
    ),
    Where("s", "ecir2026-mistral-nemo", is_group=True),
    Where("s", "folder/" * 14 + "answers.jsonl", "other/" * 14 + "catalogue.csv", "p.jsonl"),
]


@pytest.mark.parametrize("where", WHERES)
@pytest.mark.parametrize("name", VERDICTS)
def test_the_next_command_is_one_that_exists(name, where):
    verdict = VERDICTS[name]
    found = _parsed(_command(verdict_words(verdict, where)))
    assert where.source in found.values()
    if not where.is_group:
        assert found["metric"] == verdict.gate.metric.name
        assert found["task"] in (None, verdict.gate.task)
        assert found["catalogue"] in (None, where.catalogue)
        assert found["baseline"] in (None, *where.baselines.values())


@pytest.mark.parametrize("where", WHERES)
@pytest.mark.parametrize("name", VERDICTS)
def test_a_message_fits_a_terminal_of_100_columns(name, where):
    text = verdict_words(VERDICTS[name], where)
    words, command = text.split("  answers: ", 1)
    assert max(map(len, words.splitlines())) <= WIDTH == 100
    for line in command.splitlines()[1:]:  # a path is never broken
        longest = max(len(piece) for piece in (where.source, where.catalogue or ""))
        assert len(line) <= WIDTH or longest > 60


@given(st.text(max_size=80), st.text(max_size=300), st.lists(st.text(max_size=60), max_size=3))
def test_nothing_that_others_wrote_steers_the_terminal(simulator, film, notes):
    verdict = replace(
        VERDICTS["drifted"], evidence=Named(((film, 3),), 0.5, None), notes=tuple(notes)
    )
    text = verdict_words(verdict, Where(simulator, ""))
    assert all(c.isprintable() for line in text.split("\n") for c in line)
    assert "\x1b" not in text


def test_words_are_wrapped_with_an_indent():
    text = wrapped("word " * 60, "  ")
    assert all(line.startswith("  ") for line in text.splitlines())
    assert all(line.startswith("    ") for line in text.splitlines()[1:])
    assert text.split() == ["word"] * 60


@pytest.mark.parametrize(
    "metric, value, words",
    [
        ("item_entropy", 7.554, "7.55 bits"),
        ("words_per_response", 12.34, "12.3 words"),
        ("leakage_rate", 0.0716, "7.2 %"),
        ("leakage_rate", 0.0, "0.0 %"),
        ("bin_pref_correlation", -0.126, "r = -0.13"),
        ("mean_log_rank", 1.936, "1.94"),
        ("item_entropy", None, "–"),
        ("item_entropy", float("nan"), "–"),
        ("item_entropy", float("inf"), "–"),
    ],
)
def test_amounts(metric, value, words):
    assert amount(metric_named(metric), value) == words


@pytest.mark.parametrize(
    "name, long, short",
    [
        ("drifted", "groups of 100 people: 7.79 to 8.59 bits", "7.79 to 8.59 bits"),
        ("drifted-rare", "at most 2.0 % is asked for", "at most 2.0 %"),
        ("drifted-lower", "at least r = 0.60 is asked for", "at least r = 0.60"),
        (
            "not-people",
            "groups of 100 synthetic speakers (not people): 50.0 to 74.0 %",
            "50.0 to 74.0 %",
        ),
        ("not-measured", "–", "–"),
    ],
)
def test_ranges(name, long, short):
    def plain(text):  # a unit behind the last end may or may not be written
        return text.removesuffix(" bits").replace("r = ", "")

    assert plain(range_words(VERDICTS[name])) == plain(long)
    assert plain(range_words(VERDICTS[name], short=True)) == plain(short)


@pytest.mark.parametrize(
    "share, words",
    [
        (0.0, "lower than any of 1,000 groups"),
        (1.0, "higher than any of 1,000 groups"),
        (0.999, "higher than 99.9 % of 1,000 groups"),
        (0.004, "higher than 0.4 % of 1,000 groups"),
        (0.5, "higher than 50 % of 1,000 groups"),
    ],
)
def test_a_rank_among_groups_never_says_all_or_none_where_it_is_not(share, words):
    drifted = VERDICTS["drifted"]
    verdict = replace(drifted, people=replace(drifted.people, share_below=share))
    assert words in " ".join(verdict_words(verdict, WHERE).split())


def test_a_drift_says_what_it_means():
    for name in METRICS:
        metric = METRICS[name]
        for too_high, meaning in ((True, metric.too_high), (False, metric.too_low)):
            if not meaning:
                continue
            value = 99.0 if too_high else -99.0
            verdict = replace(
                VERDICTS["drifted"],
                gate=replace(VERDICTS["drifted"].gate, metric=metric),
                value=value,
            )
            text = " ".join(verdict_words(verdict, WHERE).split())
            assert meaning in text
            assert f"DRIFTED (too {'high' if too_high else 'low'})" in text


def test_a_headline_says_value_interval_range_verdict_and_score():
    text = headline(VERDICTS["drifted"], "seeker")
    for part in ("item_entropy", "'seeker'", "items_talk", "7.55", "[7.38, 7.72]", "DRIFTED",
                 "2.8/10", "groups of 100 people: 7.79 to 8.59"):  # fmt: skip
        assert part in text


# ------------------------------------------------------------------------------- rows and JSON


def test_a_table_row_is_the_verdict_in_short():
    row = table_row("seeker", VERDICTS["drifted-rare"])
    assert (row.simulator, row.task, row.metric) == ("seeker", "items_talk", "leakage_rate")
    assert (row.value, row.target, row.outcome, row.score) == (
        "7.1 %",
        "at most 2.0 %",
        "drifted",
        "5.4",
    )
    assert table_row("s", VERDICTS["not-measured"]).score == "–"


def test_a_run_as_json_is_by_task_and_metric():
    chosen = [VERDICTS[n] for n in ("drifted", "drifted-rare", "inconclusive", "not-measured")]
    made = run_as_json("seeker", chosen, [("bin_pref", "leakage_rate", "why")], {"seed": 3})
    assert (made["simulator"], made["seed"], made["format"]) == ("seeker", 3, 1)
    assert {t: list(e["metrics"]) for t, e in made["tasks"].items()} == {
        "items_talk": ["item_entropy", "leakage_rate"],
        "bin_pref": ["acceptance_rate"],
        "rec_request": ["leakage_rate"],
    }
    assert made["tasks"]["items_talk"]["seekers"] == 100
    assert made["not_measured"] == [{"task": "bin_pref", "metric": "leakage_rate", "reason": "why"}]
    plain = made["tasks"]["items_talk"]["metrics"]["leakage_rate"]
    assert plain["range"] == [None, 0.02]
    assert plain["evidence"] == {"kind": "events", "events": 71, "responses": 1000, "seekers": 23}
