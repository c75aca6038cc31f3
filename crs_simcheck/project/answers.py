"""Answers as a test may hold them: rows, texts or titles, with their seekers or without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import Any, TypeAlias

from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.recordings import Responses, parse_response, read_responses
from crs_simcheck.records import Response, TaskName

__all__ = ["Answers", "answers_from"]

Answers: TypeAlias = (
    str | PathLike[str] | Responses | Iterable[Any] | Mapping[str, str | Iterable[Any]]
)
"""What :func:`answers_from` takes."""

_NEED = (
    "need response rows, texts, lists of titles, (seeker, text) pairs, a mapping of seekers to "
    "texts or titles, or the path of a file"
)
_OF_FILMS = ("bin_pref", "open_pref", "neg_feedback")


def answers_from(given: Answers, task: TaskName | None = None) -> Responses:
    """Return answers as response rows.

    Parameters
    ----------
    given:
        A file or folder of response rows; rows (as :class:`Response` or as the objects of a file);
        or bare answers: texts or lists of titles, of a seeker each, as pairs ``(seeker, answer)``
        or as a mapping ``seeker → answer``. A mapping may hold several texts of a seeker in a list
        (of a task other than items_talk, where a list is one of titles).
    task:
        What bare answers are to; rows know it themselves.

    Raises
    ------
    InputError
        Where something is none of these; its message counts answers from 0, as lists do.
    EmptyInputError
        Where there is no answer.
    """
    if isinstance(given, (str, PathLike)):
        return read_responses(str(given))
    if isinstance(given, Responses):
        return given
    if isinstance(given, Mapping):
        rows = tuple(_of_mapping(given, task))
    elif isinstance(given, Iterable):
        rows = tuple(row for place, one in enumerate(given) for row in _rows_of(one, place, task))
    else:
        raise InputError(f"found {type(given).__name__}; {_NEED}", field="responses")
    if not rows:
        raise EmptyInputError("there is no answer", field="responses", fix="check what is given")
    return Responses(rows)


def _of_mapping(given: Mapping[str, Any], task: TaskName | None) -> Iterator[Response]:
    for place, (seeker, answer) in enumerate(given.items()):
        several = isinstance(answer, (list, tuple)) and task != "items_talk"
        for one in answer if several else (answer,):
            yield _bare(str(seeker), one, place, task)


def _rows_of(one: Any, place: int, task: TaskName | None) -> Iterator[Response]:
    if isinstance(one, Response):
        yield one
    elif isinstance(one, Mapping):
        try:
            yield parse_response(one)
        except InputError as error:
            raise InputError(error.problem, field=_at(place, error.field), fix=error.fix) from None
    elif isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str):
        yield _bare(one[0], one[1], place, task)
    else:
        yield _bare(f"seeker-{place + 1:04}", one, place, task)


def _bare(seeker: str, answer: Any, place: int, task: TaskName | None) -> Response:
    """Return the row of a bare answer: a text, or the titles that somebody named."""
    if task is None or task in _OF_FILMS:
        needs = "which task they answer" if task is None else "the film that each is about"
        raise InputError(
            f"bare answers do not say {needs}",
            field=_at(place),
            fix="give task = …, or response rows"
            if task is None
            else f'give rows: {{"task": "{task}", "seeker": …, "stimulus": {{"item": …}}, …}}',
        )
    if isinstance(answer, str):
        return Response(task, seeker, answer)
    titles = list(answer) if isinstance(answer, Iterable) else None
    if task != "items_talk" or titles is None or not all(isinstance(t, str) for t in titles):
        raise InputError(f"found {type(answer).__name__}; {_NEED}", field=_at(place))
    text = "\n".join(f"{n}. {' '.join(title.split())}" for n, title in enumerate(titles, start=1))
    return Response(task, seeker, text, {"n_items": len(titles)} if titles else {})


def _at(place: int, field: str | None = None) -> str:
    return f"responses[{place}]" if field is None else f"responses[{place}].{field}"
