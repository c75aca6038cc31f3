"""Tables of systems: the best one, the people, and texts that would break a table."""

from __future__ import annotations

import csv
import io
import json

import pytest
from jsonschema import Draft202012Validator

from crs_simcheck.gate import GateSpec, People, Verdict
from crs_simcheck.metrics import metric_named
from crs_simcheck.report.matrix import (
    MatrixRow,
    MatrixTable,
    matrix_as_csv,
    matrix_as_json,
    matrix_as_markdown,
    matrix_as_text,
)
from crs_simcheck.schemas import load_schema
from crs_simcheck.stats import ConfidenceInterval, Range

HOSTILE = "a|b *c* `d` <e>\n[f](g) \\ _h_ #i"


def verdict(metric, value, score, *, n=100, speakers="people", outcome="within"):
    people = People("folk", speakers, 271, n, 8.2, 2.0, 0.4, 1000)
    return Verdict(
        GateSpec("items_talk", metric_named(metric)),
        outcome,
        n,
        value,
        ConfidenceInterval(value - 0.2, value + 0.2),
        Range(7.8, 8.6),
        score=score,
        people=people,
    )


def table(*rows):
    metrics = tuple(map(metric_named, ("item_entropy", "era_entropy")))
    return MatrixTable("items_talk", metrics, rows)


FAR = MatrixRow(
    "far", "x", "pag", "base", verdicts={"item_entropy": verdict("item_entropy", 7.0, 1.2)}
)
NEAR = MatrixRow(
    "near",
    "x",
    "pag",
    "tuned",
    verdicts={
        "item_entropy": verdict("item_entropy", 8.1, 8.9),
        "era_entropy": verdict("era_entropy", 2.0, 3.0),
    },
)
AWAY = MatrixRow("away", problem=f"no engine; {HOSTILE}")


def test_the_best_is_nearest_to_people():
    both = table(FAR, NEAR, AWAY)
    item, era = both.metrics
    assert both.best(item) == {"near"}
    assert both.best(era) == {"near"}
    tie = MatrixRow("tie", verdicts={"item_entropy": verdict("item_entropy", 8.3, 8.9)})
    assert table(FAR, NEAR, tie).best(item) == {"near", "tie"}
    assert table(AWAY).best(item) == frozenset()


@pytest.mark.parametrize("width", [40, 80, 100, 160])
def test_text_fits_and_says_all(width):
    text = matrix_as_text(table(FAR, NEAR, AWAY), width=width)
    assert all(len(line) <= max(width, 100) for line in text.splitlines())
    assert "8.10 bits *" in text
    assert "[7.90, 8.30]" in text
    assert "within 8.9" in text
    assert "not measured" in text
    assert "note: away: no engine" in text
    assert "7.80 to 8.60" in text
    assert "\x1b" not in text


def test_people_are_those_of_the_largest_group_and_their_size_is_told():
    few = MatrixRow("few", verdicts={"item_entropy": verdict("item_entropy", 7.5, 5.0, n=50)})
    both = table(few, NEAR)
    assert both.people(both.metrics[0]).n_seekers == 100
    assert "systems have 50 to 100 seekers" in both.notes[0]
    assert table(NEAR).notes == ()


def test_who_is_not_people_is_told():
    one = MatrixRow(
        "s", verdicts={"item_entropy": verdict("item_entropy", 7.5, 5.0, speakers="synthetic")}
    )
    assert "'folk' is not people: synthetic" in table(one).notes
    assert "'folk' is not people" in matrix_as_markdown([table(one)])


def test_markdown_has_as_many_cells_in_each_line():
    hostile = MatrixRow(HOSTILE, verdicts=NEAR.verdicts)
    lines = [
        line
        for line in matrix_as_markdown([table(FAR, hostile, AWAY)], HOSTILE).splitlines()
        if line.startswith("|")
    ]
    assert len(lines) == 2 + 3 + 1
    assert {line.replace("\\|", "").count("|") for line in lines} == {4}
    assert "**8.10 bits**" in lines[3]
    assert "<e>" not in "".join(lines).replace("\\<", "")


def test_csv_and_json_hold_every_figure():
    tables = [table(FAR, NEAR, AWAY)]
    lines = list(csv.DictReader(io.StringIO(matrix_as_csv(tables))))
    assert [line["system"] for line in lines] == ["far", "near", "near", "away", *["people"] * 2]
    assert lines[1]["value"] == "8.1"
    assert (lines[1]["best"], lines[0]["best"]) == ("True", "False")
    assert lines[3]["problem"] == AWAY.problem
    assert lines[4]["value"] == "8.2"
    document = matrix_as_json(tables, {"title": HOSTILE, "version": "1"})
    Draft202012Validator(load_schema("matrix")).validate(json.loads(json.dumps(document)))
    systems = document["tasks"]["items_talk"]["systems"]
    assert systems[1]["best_in"] == ["item_entropy", "era_entropy"]
    assert systems[2]["problem"] == AWAY.problem


def test_the_page_shows_all_and_foreign_text_is_only_text():
    from crs_simcheck.report.html import matrix_page

    hostile = MatrixRow("<script>alert(1)</script>$x_y$\u202e", verdicts=NEAR.verdicts)
    page = matrix_page([table(FAR, hostile, AWAY)], HOSTILE)
    assert page == matrix_page([table(FAR, hostile, AWAY)], HOSTILE)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "not measured: <bdi>no engine" in page
    assert "<strong>8.10 bits</strong>" in page
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http://www.w3.org/", "").replace("http-equiv", "")


def test_the_page_of_an_optimized_prompt_shows_how_each_metric_went():
    from crs_simcheck.report.html import StepShown, optimize_page

    before, after = (
        verdict("item_entropy", value, score, outcome=outcome)
        for value, score, outcome in ((7.0, 1.2, "drifted"), (8.1, 8.9, "within"))
    )
    page = optimize_page(
        task="items_talk",
        best=True,
        summary=f"Better. {HOSTILE}",
        facts={"editor": HOSTILE},
        before=[before],
        after=[after],
        prompts=[("at first", [before]), ("after step 1", [after])],
        diff=["--- before", "+++ after", "@@ -1 +1 @@", f"+{HOSTILE}"],
        steps=[StepShown(1, "1.20", 100, HOSTILE, [("Persona", HOSTILE)], [("Guidelines", "no")])],
    )
    assert page.count("<svg") == 1
    assert "at first: 7.00 bits, drifted; after step 1: 8.10 bits, within" in page
    assert "Guidelines was not rewritten" in page
    assert "<e>" not in page
    none = optimize_page(
        task="items_talk",
        best=False,
        summary="Nothing.",
        facts={},
        before=[before],
        after=[],
        prompts=[("at first", [before])],
        diff=[],
        steps=[],
    )
    assert "no better prompt" in none
    assert "The change" not in none
