"""The page of systems side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crs_simcheck.gate import Verdict
from crs_simcheck.report.html.page import render
from crs_simcheck.report.html.side_by_side import Labelled, plot_of_systems
from crs_simcheck.report.matrix import MatrixTable, interval_words, people_words, score_words
from crs_simcheck.report.words import amount

__all__ = ["matrix_page"]


def matrix_page(tables: Iterable[MatrixTable], title: str = "") -> str:
    """Return the page of all tables, each with a plot for each metric."""
    return render(
        "matrix.html.j2",
        title=title,
        tables=[_table(number, table) for number, table in enumerate(tables)],
    )


def _table(number: int, table: MatrixTable) -> dict[str, Any]:
    plots = []
    for place, metric in enumerate(table.metrics):
        seen = [
            Labelled(row.label, verdict)
            for row in table.rows
            if (verdict := row.verdicts.get(metric.name)) is not None
        ]
        plot = plot_of_systems(f"plot-{number}-{place}", seen)
        if plot is not None:
            plots.append((metric.name, plot))
    best = {metric.name: table.best(metric) for metric in table.metrics}
    return {
        "task": table.task,
        "metrics": [metric.name for metric in table.metrics],
        "rows": [
            {
                "label": row.label,
                "problem": row.problem,
                "cells": [
                    (_cell(row.verdicts.get(m.name)), row.name in best[m.name])
                    for m in table.metrics
                ],
            }
            for row in table.rows
        ],
        "people": [people_words(table, metric, "; ") for metric in table.metrics],
        "notes": table.notes,
        "plots": plots,
    }


def _cell(verdict: Verdict | None) -> dict[str, str] | None:
    if verdict is None:
        return None
    return {
        "value": amount(verdict.gate.metric, verdict.value),
        "interval": interval_words(verdict),
        "verdict": verdict.outcome,
        "score": score_words(verdict),
    }
