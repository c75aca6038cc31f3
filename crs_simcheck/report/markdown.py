"""The summary of a run in Markdown, short enough for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crs_simcheck.report.texts import cut, shown

__all__ = ["summary_of"]

_SIGNS = {"within": "✅", "drifted": "❌", "inconclusive": "❔"}
_SPECIAL = re.compile(r"([\\`*_\[\]|~<>&@])")
_MOST_OF_ERROR = 600


def summary_of(document: Mapping[str, Any]) -> str:
    """Return the summary of a document (see :mod:`crs_simcheck.report.document`)."""
    counts = ", ".join(f"{n} {outcome}" for outcome, n in document["verdicts"].items() if n)
    lines = ["# Simulators against people", "", f"**{counts or 'no gate'}**", ""]
    for simulator in document["simulators"]:
        lines += [f"## {_code(simulator['simulator'])}", ""]
        lines += _remarks(simulator)
        for task, found in simulator["tasks"].items():
            people = (found["about"] or {}).get("baseline")
            against = f", against {_code(people['name'])}" if people else ""
            lines += [f"### {task}: {found['seekers']} seekers{against}", "", *_table(found), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _remarks(simulator: Mapping[str, Any]) -> Iterator[str]:
    ran, gates = simulator["ran"], simulator["gates"]
    if ran < gates:
        yield f"**Only {ran} of {gates} gates ran.**"
        yield ""
    for error in simulator["errors"]:
        where = " ".join(filter(None, (error["task"], error["metric"])))
        message, left = cut(" ".join(error["message"].split()), _MOST_OF_ERROR, 1)
        yield f"- **error** {where}: {_code(message + ('…' if left else ''))}"
    if simulator["errors"]:
        yield ""


def _table(found: Mapping[str, Any]) -> Iterator[str]:
    yield "| metric | value | 90 % interval | range | verdict | score | advice |"
    yield "|---|--:|---|---|---|--:|---|"
    for metric, gate in found["metrics"].items():
        words = gate["words"]
        score = "–" if gate["score"] is None else f"{gate['score']:.1f}"
        cells = (
            _code(metric),
            _plain(words["value"]),
            _plain(words["interval"]) or "–",
            _plain(words["range"]),
            f"{_SIGNS[gate['verdict']]} {gate['verdict']}",
            score,
            _plain(words["advice"]),
        )
        yield "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it stands, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(shown(text).split()))


def _code(text: str) -> str:
    """Return foreign text as code: nothing in it is a link, a mention or markup."""
    return "`" + " ".join(shown(text).replace("`", "'").split()).replace("|", "\\|") + "`"
