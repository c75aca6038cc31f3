"""Systems side by side, one table for each task: as text, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crs_simcheck.gate import Verdict
from crs_simcheck.metrics import Metric
from crs_simcheck.records import TaskName
from crs_simcheck.report.table import printed
from crs_simcheck.report.words import amount, range_words, wrapped

__all__ = [
    "MATRIX_FORMAT",
    "MatrixRow",
    "MatrixTable",
    "interval_words",
    "matrix_as_csv",
    "matrix_as_json",
    "matrix_as_markdown",
    "matrix_as_text",
    "people_words",
    "score_words",
]

MATRIX_FORMAT = 1
_PEOPLE = "people"
_STYLES = {"within": "green", "drifted": "red", "inconclusive": "yellow"}
_CELL = 20  # columns of a terminal that a metric takes
_NAME = 28
_CSV = (
    *("task", "system", "engine", "configuration", "prompts", "reference", "metric", "unit"),
    *("seekers", "value", "low", "high", "range_low", "range_high", "verdict", "score", "best"),
    "problem",
)


@dataclass(frozen=True)
class MatrixRow:
    """A system in the table of one task.

    Parameters
    ----------
    engine, configuration, prompts:
        What it is made of; empty where its answers were given.
    is_reference:
        Whether it is a reference simulator that ships.
    verdicts:
        Name of a metric → verdict, of those that could be measured.
    problem:
        Why there is none; empty where there are.
    """

    name: str
    engine: str = ""
    configuration: str = ""
    prompts: str = ""
    is_reference: bool = False
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    problem: str = ""

    @property
    def label(self) -> str:
        """What it is called in a table."""
        return f"{self.name} (reference)" if self.is_reference else self.name


@dataclass(frozen=True)
class MatrixTable:
    """The systems on one task.

    Parameters
    ----------
    metrics:
        The columns: every metric that at least one system was measured by.
    """

    task: TaskName
    metrics: tuple[Metric, ...]
    rows: tuple[MatrixRow, ...]

    def best(self, metric: Metric) -> frozenset[str]:
        """Return the names of the systems nearest to people: those with the best score."""
        scores = {row.name: v.score for row in self.rows if (v := row.verdicts.get(metric.name))}
        most = max((score for score in scores.values() if score is not None), default=None)
        return frozenset(n for n, score in scores.items() if score is not None and score == most)

    def people(self, metric: Metric) -> Verdict | None:
        """Return the verdict that shows people best, that of the largest group; None without."""
        seen = [
            (v.people.size, v)
            for row in self.rows
            if (v := row.verdicts.get(metric.name)) is not None and v.people is not None
        ]
        return max(seen, key=lambda pair: pair[0], default=(0, None))[1]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of all of it."""
        sizes = sorted({v.n_seekers for row in self.rows for v in row.verdicts.values()})
        notes = []
        if len(sizes) > 1:
            notes.append(
                f"systems have {sizes[0]:,} to {sizes[-1]:,} seekers, and each is compared with "
                "groups of people of its own size; the row of people is of the largest"
            )
        others = {
            f"'{v.people.name}' is not people: {v.people.speakers}"
            for row in self.rows
            for v in row.verdicts.values()
            if v.people is not None and v.people.speakers != "people"
        }
        return (*notes, *sorted(others))


def matrix_as_text(table: MatrixTable, *, width: int = 100, color: bool = False) -> str:
    """Return a table for a terminal; where the metrics do not fit side by side, in several."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    each = max(1, (width - _NAME - 2) // (_CELL + 2))
    parts = []
    for start in range(0, max(1, len(table.metrics)), each):
        metrics = table.metrics[start : start + each]
        out = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
        out.add_column(Text(table.task, style="bold"), width=_NAME)
        for metric in metrics:
            out.add_column(Text(metric.name), justify="right", width=_CELL)
        for row in table.rows:
            if row.problem:
                out.add_row(Text(row.label), Text("not measured", style="yellow"))
                continue
            out.add_row(Text(row.label), *(_text_cell(table, row, m) for m in metrics))
        out.add_section()
        out.add_row(Text(_PEOPLE), *(Text(people_words(table, m, "\n")) for m in metrics))
        parts.append(printed(out, width=width, color=color))
    lacking = (f"{row.label}: {row.problem}" for row in table.rows if row.problem)
    told = (wrapped(f"note: {note}") for note in (*lacking, *table.notes))
    return "\n".join([*parts, *told])


def _text_cell(table: MatrixTable, row: MatrixRow, metric: Metric) -> Any:
    from rich.text import Text

    verdict = row.verdicts.get(metric.name)
    if verdict is None or verdict.value is None:
        return Text("–" if verdict is None else verdict.outcome)
    best = row.name in table.best(metric)
    cell = Text(amount(metric, verdict.value) + (" *" if best else ""), style="bold" * best)
    cell.append(f"\n{interval_words(verdict)}", style="not bold")
    cell.append(f"\n{verdict.outcome}", style=f"not bold {_STYLES[verdict.outcome]}")
    return cell.append(f" {score_words(verdict)}", style="not bold")


def interval_words(verdict: Verdict) -> str:
    """Return an interval as two figures in brackets."""
    ends = verdict.interval
    if ends is None:
        return "[–]"
    metric = verdict.gate.metric
    return f"[{amount(metric, ends.low, unit=False)}, {amount(metric, ends.high, unit=False)}]"


def score_words(verdict: Verdict) -> str:
    """Return a score with one digit."""
    return "–" if verdict.score is None else f"{verdict.score:.1f}"


def people_words(table: MatrixTable, metric: Metric, gap: str) -> str:
    """Return what groups of people have: their mean, and the target range behind ``gap``."""
    verdict = table.people(metric)
    if verdict is None or verdict.people is None:
        given = next((v for row in table.rows if (v := row.verdicts.get(metric.name))), None)
        return "–" if given is None else f"–{gap}{range_words(given, short=True)}"
    value = amount(metric, verdict.people.center)
    return f"{value}{gap}{range_words(verdict, short=True)}"


def matrix_as_markdown(tables: Iterable[MatrixTable], title: str = "") -> str:
    """Return all tables as Markdown; the system nearest to people is in bold."""
    lines = [f"# {_plain(title)}", ""] if title else []
    for table in tables:
        lines += [f"## {table.task}", "", *_markdown_table(table), ""]
        lines += [f"{_plain(note[0].upper() + note[1:])}.\n" for note in table.notes]
    lines.append(
        "Value, 90 % interval, verdict, score (1 to 10). People: mean and target range of groups "
        "of people of the same size. Bold: the best score."
    )
    return "\n".join(lines) + "\n"


def _markdown_table(table: MatrixTable) -> Iterator[str]:
    yield "| " + " | ".join(["system", *(m.name for m in table.metrics)]) + " |"
    yield "|" + "---|" * (1 + len(table.metrics))
    for row in table.rows:
        if row.problem:
            cells = [f"*{_plain(row.problem)}*", *[""] * (len(table.metrics) - 1)]
        else:
            cells = [_markdown_cell(table, row, metric) for metric in table.metrics]
        yield "| " + " | ".join([_plain(row.label), *cells]) + " |"
    yield (
        "| " + " | ".join([_PEOPLE, *(people_words(table, m, "; ") for m in table.metrics)]) + " |"
    )


def _markdown_cell(table: MatrixTable, row: MatrixRow, metric: Metric) -> str:
    verdict = row.verdicts.get(metric.name)
    if verdict is None or verdict.value is None:
        return "–" if verdict is None else verdict.outcome
    value = amount(metric, verdict.value)
    value = f"**{value}**" if row.name in table.best(metric) else value
    return f"{value} {interval_words(verdict)} {verdict.outcome} {score_words(verdict)}"


def _plain(text: str) -> str:
    """Return a text that ends no cell and starts no markup."""
    flat = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\|*_`<[#" else sign for sign in flat)


def matrix_as_csv(tables: Iterable[MatrixTable]) -> str:
    """Return a line for each system and metric, and for people; numbers are not rounded off."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _CSV, lineterminator="\n", restval="")
    writer.writeheader()
    for table in tables:
        for row in table.rows:
            about = _about(table, row)
            if row.problem:
                writer.writerow({**about, "problem": row.problem})
            for name, verdict in row.verdicts.items():
                best = name in {m.name for m in table.metrics if row.name in table.best(m)}
                writer.writerow({**about, **_figures(verdict), "best": best})
        for metric in table.metrics:
            shows = table.people(metric)
            if shows is not None and shows.people is not None:
                told = _figures(shows)
                told |= {"seekers": shows.people.size, "value": shows.people.center}
                blank = dict.fromkeys(("low", "high", "verdict", "score"), "")
                writer.writerow({"task": table.task, "system": _PEOPLE, **told, **blank})
    return out.getvalue()


def _about(table: MatrixTable, row: MatrixRow) -> dict[str, Any]:
    return {
        "task": table.task,
        "system": row.name,
        "engine": row.engine,
        "configuration": row.configuration,
        "prompts": row.prompts,
        "reference": row.is_reference,
    }


def _figures(verdict: Verdict) -> dict[str, Any]:
    found = verdict.as_json()
    low, high = found["interval"] or (None, None)
    range_low, range_high = found["range"] or (None, None)
    return {
        "metric": verdict.gate.metric.name,
        "unit": found["unit"],
        "seekers": found["seekers"],
        "value": found["value"],
        "low": low,
        "high": high,
        "range_low": range_low,
        "range_high": range_high,
        "verdict": found["verdict"],
        "score": found["score"],
    }


def matrix_as_json(tables: Sequence[MatrixTable], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``{"tasks": {task: {"metrics": […], "systems": [{…, "metrics": {name: verdict}}]}}}``.

    Parameters
    ----------
    about:
        Further keys: title, version.
    """
    return {
        "format": MATRIX_FORMAT,
        **about,
        "tasks": {
            table.task: {
                "metrics": [metric.name for metric in table.metrics],
                "notes": list(table.notes),
                "systems": [
                    {
                        "name": row.name,
                        "engine": row.engine or None,
                        "configuration": row.configuration or None,
                        "prompts": row.prompts or None,
                        "reference": row.is_reference,
                        "problem": row.problem or None,
                        "best_in": [m.name for m in table.metrics if row.name in table.best(m)],
                        "metrics": {name: dict(v.as_json()) for name, v in row.verdicts.items()},
                    }
                    for row in table.rows
                ],
            }
            for table in tables
        },
    }
