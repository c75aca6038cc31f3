"""The report of a run as one document of plain JSON values: what page and summary are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from crs_simcheck.gate import Verdict
from crs_simcheck.report.words import (
    Where,
    amount,
    describe,
    headline,
    interval_words,
    range_words,
)
from crs_simcheck.stats import FloatArray

__all__ = [
    "FORMAT",
    "OUTCOMES",
    "assemble",
    "gate_entry",
    "histogram",
    "without_surrogates",
]

FORMAT = 1
OUTCOMES = ("within", "drifted", "inconclusive", "error")
_N_BINS = 36


def histogram(drawn: FloatArray | None) -> dict[str, Any] | None:
    """Return how the values of groups of people lie: both ends, and counts in bins of equal width.

    None where no group was drawn; where all have one value, both ends are that value.
    """
    if drawn is None or not drawn.size:
        return None
    low, high = float(drawn.min()), float(drawn.max())
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        return {"low": _plain(low), "high": _plain(low), "counts": [int(drawn.size)]}
    counts, _ = np.histogram(drawn, bins=_N_BINS, range=(low, high))
    return {"low": _plain(low), "high": _plain(high), "counts": counts.tolist()}


def gate_entry(verdict: Verdict, where: Where, behind: Iterable[str] = ()) -> dict[str, Any]:
    """Return a verdict with the words that a reader needs, and what lies behind its value.

    Parameters
    ----------
    behind:
        The lines of :func:`~crs_simcheck.report.behind`, where there are any.
    """
    metric = verdict.gate.metric
    people = verdict.people
    return {
        **verdict.as_json(),
        "title": metric.title,
        "direction": metric.direction,
        "words": {
            "value": amount(metric, verdict.value),
            "interval": interval_words(verdict, " to "),
            "range": range_words(verdict, short=True),
            "headline": headline(verdict, where.simulator),
            "explained": list(describe(verdict)),
            "advice": _advice(verdict),
        },
        "next": " ".join(where.command(verdict)) if where.source else None,
        "groups": None if people is None else histogram(people.drawn),
        "behind": list(behind),
    }


def _advice(verdict: Verdict) -> str:
    """Return the one clause that says what is wrong, or what would decide; empty of a pass."""
    if verdict.reason or verdict.outcome == "within":
        return verdict.reason
    metric = verdict.gate.metric
    return metric.too_high if verdict.too_high else metric.too_low


def assemble(parts: Iterable[Mapping[str, Any]], version: str) -> dict[str, Any]:
    """Return the document that the parts of a run make.

    Parameters
    ----------
    parts:
        One for each gate, or for each failure to decide any; see
        :mod:`crs_simcheck.project.reporting`. Their order does not matter.
    version:
        Of crs-simcheck.
    """
    simulators: dict[str, dict[str, Any]] = {}
    counts = dict.fromkeys(OUTCOMES, 0)
    for part in sorted(parts, key=lambda one: one["place"]):
        name = part["simulator"]
        entry = simulators.setdefault(name, _nothing_of(name, part["gates"]))
        entry["about"].update(part.get("about", {}))
        entry["prompts"].update(part.get("prompts", {}))
        _add_remarks(entry, part)
        verdict = part.get("verdict")
        if verdict is None:
            counts["error"] += 1
            entry["errors"].append({key: part[key] for key in ("task", "metric", "message")})
            continue
        counts[verdict["verdict"]] += 1
        task = entry["tasks"].setdefault(part["task"], {"seekers": 0, "about": {}, "metrics": {}})
        task["seekers"] = max(task["seekers"], verdict["seekers"])
        task["about"].update(part.get("about_task", {}))
        task["metrics"][part["metric"]] = verdict
    for entry in simulators.values():
        entry["ran"] = len(entry["errors"]) + sum(
            len(task["metrics"]) for task in entry["tasks"].values()
        )
    found: dict[str, Any] = without_surrogates(
        {
            "format": FORMAT,
            "version": version,
            "verdicts": counts,
            "simulators": list(simulators.values()),
        }
    )
    return found


def _nothing_of(name: str, gates: int) -> dict[str, Any]:
    return {
        "simulator": name,
        "gates": gates,
        "ran": 0,
        "about": {},
        "tasks": {},
        "errors": [],
        "prompts": {},
        "not_measured": [],
        "notes": [],
    }


def _add_remarks(entry: dict[str, Any], part: Mapping[str, Any]) -> None:
    """Add what was not measured and what should be known, each once: every gate tells it."""
    for task, metric, reason in part.get("not_measured", ()):
        missing = {"task": task, "metric": metric, "reason": reason}
        if missing not in entry["not_measured"]:
            entry["not_measured"].append(missing)
    for note in part.get("notes", ()):
        if note not in entry["notes"]:
            entry["notes"].append(note)


def without_surrogates(value: Any) -> Any:
    r"""Return JSON values that UTF-8 can write: half a character becomes ``\udXXX``, spelt out."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {without_surrogates(k): without_surrogates(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [without_surrogates(one) for one in value]
    return value


def _plain(value: float) -> float:
    return float(f"{value:.6g}")
