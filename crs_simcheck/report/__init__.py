"""Words and tables for people, JSON for machines. No figure is made here."""

from crs_simcheck.report.behind import behind, excerpt
from crs_simcheck.report.run import run_as_json, table_row
from crs_simcheck.report.signs import STAND_INS, legible
from crs_simcheck.report.table import TableRow, summary_line, verdict_table
from crs_simcheck.report.words import (
    WIDTH,
    Where,
    amount,
    answers_file,
    describe,
    headline,
    range_words,
    verdict_words,
    wrapped,
)

__all__ = [
    "STAND_INS",
    "WIDTH",
    "TableRow",
    "Where",
    "amount",
    "answers_file",
    "behind",
    "describe",
    "excerpt",
    "headline",
    "legible",
    "range_words",
    "run_as_json",
    "summary_line",
    "table_row",
    "verdict_table",
    "verdict_words",
    "wrapped",
]
