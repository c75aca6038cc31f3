import pytest

from crs_simcheck.report import TableRow, summary_line, table_row, verdict_table
from tests.unit.report.made_up import VERDICTS

ROWS = [table_row("seeker", v) for v in VERDICTS.values()]


def test_a_table_has_a_line_for_each_gate_under_its_task():
    text = verdict_table(ROWS)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    for row in ROWS:
        assert any(
            row.metric in line and row.value in line and row.outcome in line for line in lines
        )
    assert any("seeker · items_talk" in line for line in lines)
    assert "seeker" not in verdict_table(ROWS, simulators=False)
    assert "\x1b" not in text


def test_colours_only_where_asked_for():
    assert "\x1b[" in verdict_table(ROWS, color=True)


def test_markup_in_names_is_text():
    row = TableRow("[red]x[/red]", "items_talk", "item_entropy", "1", "2", "within", "10.0")
    assert "[red]x[/red]" in verdict_table([row])


def test_a_row_survives_json():
    assert [TableRow.from_json(r.as_json()) for r in ROWS] == ROWS


@pytest.mark.parametrize(
    "outcomes, words",
    [
        ([], "no gate"),
        (["within"], "1 within"),
        (["drifted", "within", "inconclusive", "within"], "2 within, 1 drifted, 1 inconclusive"),
        (["error"], "1 error"),
    ],
)
def test_summary_lines(outcomes, words):
    assert summary_line(outcomes) == words
