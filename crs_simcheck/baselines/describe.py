"""Say in words what a group holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crs_simcheck.baselines.group import UNKNOWN_TITLE, Group
from crs_simcheck.baselines.tables import SeekerStatistics, Table

__all__ = ["describe"]

_SPEAKERS = {"people": "people", "simulator": "a simulator", "synthetic": "synthetic: not people"}


def describe(group: Group) -> list[tuple[str, str]]:
    """Return the facts of a group as (what, value), in the order in which to print them."""
    origin = group.provenance
    facts = [
        ("name", group.name),
        ("speakers", _SPEAKERS[group.speakers]),
        ("description", origin.description),
    ]
    for task, statistics in group.tasks.items():
        facts.append((task, "; ".join(_of_task(statistics))))
    for task, figures in group.published.items():
        shown = ", ".join(f"{metric} {value:g}" for metric, value in figures.items())
        facts.append((task, f"published figures of a group of unknown size: {shown}"))
    facts += [
        ("films", f"{len(group.catalogue):,} in its catalogue" if len(group.catalogue) else ""),
        ("popularity", origin.popularity),
        ("mean rating", origin.mean_rating),
        ("source", origin.source),
        ("licence", origin.licence),
        ("attribution", origin.attribution),
        ("date", origin.date),
        ("command", origin.command),
        ("read by", ", ".join(_instrument(n, v) for n, v in sorted(group.instruments.items()))),
    ]
    return [(what, value) for what, value in facts if value]


def _instrument(name: str, version: int | str) -> str:
    return f"{name}/{version}" if isinstance(version, int) else f"{name} {version}"


def _of_task(statistics: SeekerStatistics) -> Iterator[str]:
    yield f"{statistics.n_seekers:,} seekers"
    for name, table in statistics.tables.items():
        if name == "mentions":
            yield from _of_mentions(table)
        elif name == "answers":
            yield from _of_answers(table)
        elif name == "responses":
            yield from _of_responses(table)
        elif name == "texts":
            yield from _of_texts(table)
        else:
            yield f"{len(table):,} responses with {name.replace('_', ' ')}"
    films = statistics.design.get("films")
    if isinstance(films, list):
        yield f"everybody is asked about the same {len(films)} films"
    elif films == "natural":
        yield "films of each seeker's own"
    if "cap" in statistics.design:
        yield f"at most {statistics.design['cap']} mentions each"


def _of_mentions(table: Table) -> Iterator[str]:
    films = table.array("film").tolist()
    unknown = sum(f.startswith(UNKNOWN_TITLE) for f in films)
    yield f"{len(films):,} mentions of {len(set(films)):,} films"
    if unknown:
        yield f"{unknown:,} mentions that no catalogue knows"


def _of_answers(table: Table) -> Iterator[str]:
    yes = table.array("yes")
    clear = yes[np.isfinite(yes)]
    share = f", {100 * clear.mean():.1f} % Yes" if clear.size else ""
    yield f"{len(table):,} answers{share}"


def _of_responses(table: Table) -> Iterator[str]:
    words = table.array("words")
    mean = f", {np.nanmean(words):.1f} words each" if table.known("words") else ""
    yield f"{len(table):,} responses{mean}"


def _of_texts(table: Table) -> Iterator[str]:
    counts = [np.nansum(table.array(name)) for name in ("neg", "neu", "pos")]
    if sum(counts):
        shares = ", ".join(
            f"{100 * n / sum(counts):.0f} % {name}"
            for n, name in zip(counts, ("negative", "neutral", "positive"), strict=True)
        )
        yield f"{sum(counts):,.0f} sentences ({shares})"
    for column, what in (("aspects", "aspects"), ("types", "words")):
        bags = table.bags(column)
        if table.known(column):
            yield f"{bags.counts.sum():,.0f} {what}, {len(bags.keys):,} different"
    if table.known("stars"):
        yield f"{np.isfinite(table.array('stars')).sum():,} with stars"
