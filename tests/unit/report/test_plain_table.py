"""The table that is laid out without rich is rich's, to the letter."""

import subprocess
import sys

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crs_simcheck.report import TableRow, verdict_table
from crs_simcheck.report.plain_table import plain_table
from crs_simcheck.report.table import _COLUMNS, _lines, _rich_table

CELLS = st.text("abc XYZ019.,:%[]_–×…·≥", max_size=40)
ROWS = st.lists(
    st.builds(
        TableRow,
        simulator=st.sampled_from(["one", "two", "", "a long name of a simulator"]) | CELLS,
        task=st.sampled_from(["items_talk", "bin_pref", ""]),
        metric=CELLS,
        value=CELLS,
        target=CELLS,
        outcome=st.sampled_from(["within", "drifted", "inconclusive", "error"]) | CELLS,
        score=st.text("0123456789.– ", max_size=5),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(60, 130), st.booleans())
def test_it_is_what_rich_lays_out(rows, width, simulators):
    lines = _lines(rows, simulators=simulators)
    made = plain_table(_COLUMNS, lines, width)
    assume(made is not None)  # too little room for these cells: rich cuts them
    assert made == _rich_table(lines, width, color=False)


def test_a_table_that_is_too_wide_is_cut():
    row = TableRow("seeker", "items_talk", "m" * 60, "1", "2 to 3", "inconclusive", "10.0")
    lines = verdict_table([row], width=60).splitlines()
    assert max(map(len, lines)) <= 60
    assert sum(line.count("…") for line in lines) >= 2


@pytest.mark.parametrize("name", ["映画", "e\u0301", "tab\there", "two\nlines", "\x1b[31m", "🎬"])
def test_what_takes_more_than_one_column_a_sign_is_left_to_rich(name):
    row = TableRow(name, "items_talk", "item_entropy", "1", "2", "within", "10.0")
    assert plain_table(_COLUMNS, _lines([row], simulators=True), 100) is None
    assert "item_entropy" in verdict_table([row])


@pytest.mark.parametrize("lines, width", [([], 100), ([("a", "b", "c", "d", "e")], 12)])
def test_no_line_and_no_room_are_left_to_rich(lines, width):
    assert plain_table(_COLUMNS, lines, width) is None


def test_rich_is_not_imported_for_it():
    program = (
        "import sys\n"
        "from crs_simcheck.report import TableRow, verdict_table\n"
        "row = TableRow('a', 'items_talk', 'item_entropy', '1', '2', 'within', '10.0')\n"
        "assert 'within' in verdict_table([row])\n"
        "assert 'rich' not in sys.modules\n"
        "assert '\\x1b[' in verdict_table([row], color=True)\n"
        "assert 'rich' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
