"""Vectors of a group's prose, read once all is known of whom: a few responses of each seeker.

Vectors are by far the largest part of a group and the dearest to read, and a simulator is seldom
asked more often than a few times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from crs_simcheck.baselines.measure import SeekerRows, vector_rows_of
from crs_simcheck.baselines.sources.base import speaker_rng
from crs_simcheck.baselines.tables import TableName
from crs_simcheck.errors import InputError
from crs_simcheck.records import Response, TaskName
from crs_simcheck.tasks import TEXT_TASKS, VECTORS, Readers

__all__ = ["SeekerTexts", "add_texts", "add_vectors", "texts_by_seeker"]

SeekerTexts: TypeAlias = dict[TaskName, dict[str, list[str]]]
_TABLES: Mapping[str, TableName] = {
    "word-vectors": "word_vectors",
    "sentence-vectors": "sentence_vectors",
}


def texts_by_seeker(responses: Iterable[Response]) -> SeekerTexts:
    """Return the texts of every seeker of every task that asks for prose, in their order."""
    texts: SeekerTexts = {}
    for response in responses:
        if response.task in TEXT_TASKS:
            of_task = texts.setdefault(response.task, {})
            of_task.setdefault(response.seeker, []).append(response.text)
    return texts


def add_texts(total: SeekerTexts, more: SeekerTexts) -> None:
    """Put the texts of ``more`` behind those of ``total``, seeker by seeker."""
    for task, seekers in more.items():
        of_task = total.setdefault(task, {})
        for seeker, texts in seekers.items():
            of_task.setdefault(seeker, []).extend(texts)


def add_vectors(
    rows: SeekerRows,
    texts: SeekerTexts,
    readers: Readers,
    tables: Mapping[TaskName, tuple[TableName, ...]],
    *,
    cap: int,
    seed: int,
) -> list[TaskName]:
    """Read the vectors of at most ``cap`` responses of each seeker, drawn by seed and seeker.

    Returns
    -------
    The tasks that have any.

    Raises
    ------
    InputError
        A model that is wanted is not at hand.
    """
    done = []
    for task, seekers in texts.items():
        wanted = [n for n in VECTORS if n in readers.vectors and _TABLES[n] in tables.get(task, ())]
        chosen = [
            (seeker, text)
            for seeker, all_of in seekers.items()
            for text in _some(seeker, all_of, cap, seed)
        ]
        for name in wanted:
            read = readers.vectors_of(name, [text for _, text in chosen])
            for problem in readers.problems.values():
                raise InputError(problem, field=name)
            for (seeker, _), vector in zip(chosen, read, strict=True):
                if vector is not None:
                    rows[task][seeker][_TABLES[name]].append(vector_rows_of(name, vector))
        if wanted:
            done.append(task)
    return done


def _some(seeker: str, texts: list[str], cap: int, seed: int) -> list[str]:
    if len(texts) <= cap:
        return texts
    draw = speaker_rng(seed, seeker).choice(len(texts), cap, replace=False)
    return [texts[i] for i in sorted(draw.tolist())]
