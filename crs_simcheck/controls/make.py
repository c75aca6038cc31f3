"""Controls: simulators whose fault is known, made from any baseline by seeded drawing.

No text of others is in them: films are titles of the catalogue, and where only lengths are known
the words are ours. A gate that calls the control ``people`` drifted, or lets another one pass, is
wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from crs_simcheck.baselines import UNKNOWN_TITLE, Group, TableName
from crs_simcheck.catalogue import Catalogue, Resolver
from crs_simcheck.errors import InputError, UnknownNameError
from crs_simcheck.gate import joint_catalogue
from crs_simcheck.records import HistoryItem, Profile, Response, TaskName

__all__ = ["CONTROLS", "Control", "ControlKind", "make_control"]

# How many films a control's seeker has in its history, and among how many "popular" chooses.
_HISTORY, _POPULAR = 5, 50
# Stands for a year that no catalogue knows; no film is as old.
_NO_YEAR = 1880
_OWN_WORDS = (
    *("slow", "funny", "quiet", "dark", "warm", "recent", "older", "clever", "tense", "light"),
    *("strange", "gentle", "loud", "short", "long", "story", "film", "evening", "family"),
    *("friends", "night", "scenes", "music", "ending", "hero", "city", "winter", "road"),
)

_Rows = Mapping[TableName, Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class ControlKind:
    """A known fault.

    Parameters
    ----------
    fault:
        What is wrong with it, as a clause.
    drifts:
        Task → metrics that must be ``drifted``. For the control without a fault nothing may be.
    """

    name: str
    fault: str
    drifts: Mapping[TaskName, tuple[str, ...]]


CONTROLS: Mapping[str, ControlKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            ControlKind("people", "none: drawn from the baseline", {}),
            ControlKind(
                "popular",
                "names only famous films",
                {"items_talk": ("item_entropy", "popularity_share", "mean_log_rank")},
            ),
            ControlKind("eager", "accepts everything", {"bin_pref": ("acceptance_rate",)}),
            ControlKind(
                "parrot",
                "every seeker says the same",
                {
                    "items_talk": ("item_entropy", "item_bin_entropy"),
                    "rec_request": ("response_repetition",),
                },
            ),
            ControlKind("echo", "says its own history back", {"items_talk": ("leakage_rate",)}),
        )
    }
)


@dataclass(frozen=True)
class Control:
    """The answers of a control, and the profiles of its seekers."""

    kind: ControlKind
    responses: tuple[Response, ...]
    profiles: tuple[Profile, ...]


def make_control(
    name: str,
    baseline: Group,
    n_seekers: int,
    rng: np.random.Generator,
    catalogue: Catalogue | None = None,
) -> Control:
    """Make the answers of a control to every task of the baseline that it can answer.

    Parameters
    ----------
    n_seekers:
        How many seekers; fewer where the baseline has fewer people on a task.
    catalogue:
        The user's films: years that the baseline does not know come from there.

    Raises
    ------
    UnknownNameError
        Where there is no such control.
    InputError
        Where the baseline has nothing that this control could be made from.
    """
    if name not in CONTROLS:
        raise UnknownNameError("control", name, CONTROLS)
    kind = CONTROLS[name]
    joint = joint_catalogue(catalogue, baseline)
    films = _Films(joint.catalogue, joint.labels, rng)
    responses: list[Response] = []
    histories: dict[str, tuple[str, ...]] = {}
    for task, statistics in baseline.tasks.items():
        answer = _ANSWERS.get((task, name))
        if answer is None:
            continue
        people = [one for one in statistics.seekers() if any(one.values())]
        size = min(n_seekers, len(people))
        for place, number in enumerate(rng.permutation(len(people))[:size]):
            seeker = f"{name}-{place + 1:03}"
            if seeker not in histories:
                histories[seeker] = films.some(_HISTORY)
            person = _asked(people[int(number)], statistics.design.get("asked"), rng)
            responses += answer(seeker, person, films, histories[seeker])
    if not responses:
        raise InputError(
            f"control '{name}' cannot be made from baseline '{baseline.name}'",
            fix=f"the baseline has {', '.join(baseline.tasks)}",
        )
    if name != "echo":  # who names a film of its own history by chance would leak
        histories = _unsaid(histories, responses)
    profiles = tuple(
        Profile(seeker, history=tuple(HistoryItem(title) for title in titles))
        for seeker, titles in histories.items()
    )
    return Control(kind, tuple(responses), profiles)


def _asked(person: _Rows, most: int | None, rng: np.random.Generator) -> _Rows:
    """Keep as many answers as each person was asked for, in a random choice."""
    answers = person.get("answers", ())
    if most is None or len(answers) <= most:
        return person
    kept = sorted(rng.permutation(len(answers))[:most].tolist())
    return {**person, "answers": [answers[i] for i in kept]}


def _unsaid(
    histories: Mapping[str, tuple[str, ...]], responses: Sequence[Response]
) -> dict[str, tuple[str, ...]]:
    """Return the histories without titles that their seekers name."""
    said = dict.fromkeys(histories, "")
    for response in responses:
        said[response.seeker] += response.text.casefold() + "\n"
    return {
        seeker: tuple(t for t in titles if t.rpartition(" (")[0].casefold() not in said[seeker])
        for seeker, titles in histories.items()
    }


class _Films:
    """The films that controls name, written as the format asks for: with a year."""

    def __init__(
        self, catalogue: Catalogue, labels: Mapping[str, int], rng: np.random.Generator
    ) -> None:
        self.rng = rng
        self.catalogue, self.labels = catalogue, labels
        self.resolver = Resolver(catalogue)
        dated = [item for item in catalogue.items if item.year is not None]
        self.all = [item.label for item in dated]
        by_fame = sorted(dated, key=lambda item: (-(item.popularity or 0.0), item.label))
        self.famous = [item.label for item in by_fame[:_POPULAR]]

    def written(self, label: str) -> str | None:
        """Return a title with a year, as it reads back to the same film; None where none does.

        Where no catalogue knows the year, any reads back as that film: :data:`_NO_YEAR` is taken.
        """
        if label.startswith(UNKNOWN_TITLE):
            return None
        index = self.labels[label]
        item = self.catalogue[index]
        text = item.label if item.year is not None else f"{item.title} ({_NO_YEAR})"
        match = self.resolver.resolve(text)
        return text if match.index == index else None

    def some(self, count: int, famous: bool = False) -> tuple[str, ...]:
        """Return different films at random."""
        pool = self.famous if famous else self.all
        chosen = self.rng.permutation(len(pool))[:count]
        return tuple(pool[int(i)] for i in chosen)


def _list(seeker: str, titles: Sequence[str]) -> list[Response]:
    if not titles:
        return []
    text = "\n".join(f"{place}. {title}" for place, title in enumerate(titles, start=1))
    return [Response("items_talk", seeker, text, {"n_items": len(titles)})]


def _named(person: _Rows, films: _Films) -> list[str]:
    labels = [films.written(label) for (label,) in person["mentions"]]
    return [label for label in labels if label is not None]


def _people_list(
    seeker: str, person: _Rows, films: _Films, _history: Sequence[str]
) -> list[Response]:
    return _list(seeker, _named(person, films))


def _popular_list(
    seeker: str, person: _Rows, films: _Films, _history: Sequence[str]
) -> list[Response]:
    return _list(seeker, films.some(len(person["mentions"]), famous=True))


def _parrot_list(
    seeker: str, person: _Rows, films: _Films, _history: Sequence[str]
) -> list[Response]:
    return _list(seeker, films.famous[: len(person["mentions"])])


def _echo_list(
    seeker: str, person: _Rows, _films: _Films, history: Sequence[str]
) -> list[Response]:
    return _list(seeker, history[: len(person["mentions"])])


def _yes_or_no(seeker: str, person: _Rows, says_yes: Callable[[float], bool]) -> list[Response]:
    return [
        Response("bin_pref", seeker, "Yes" if says_yes(yes) else "No", {"item": film})
        for film, yes, _rating in person["answers"]
        if yes is not None and not film.startswith(UNKNOWN_TITLE)
    ]


def _people_answers(
    seeker: str, person: _Rows, _films: _Films, _history: Sequence[str]
) -> list[Response]:
    return _yes_or_no(seeker, person, bool)


def _eager_answers(
    seeker: str, person: _Rows, _films: _Films, _history: Sequence[str]
) -> list[Response]:
    return _yes_or_no(seeker, person, lambda _yes: True)


def _people_requests(
    seeker: str, person: _Rows, _films: _Films, _history: Sequence[str]
) -> list[Response]:
    """Say as many words as people did, in words of ours; what people repeated is repeated."""
    return [
        Response("rec_request", seeker, _words(int(words), key))
        for words, _violation, _role, _leak, key in person["responses"]
        if words is not None
    ]


def _words(count: int, key: str) -> str:
    own = np.random.default_rng(list(key.encode()))
    return " ".join(_OWN_WORDS[int(i)] for i in own.integers(0, len(_OWN_WORDS), count))


def _parrot_requests(
    seeker: str, person: _Rows, _films: _Films, _history: Sequence[str]
) -> list[Response]:
    text = "I would love to see a warm and funny film tonight"
    return [Response("rec_request", seeker, text) for _ in person["responses"]]


_Answer = Callable[[str, _Rows, _Films, Sequence[str]], list[Response]]
_ANSWERS: Mapping[tuple[TaskName, str], _Answer] = MappingProxyType(
    {
        ("items_talk", "people"): _people_list,
        ("items_talk", "popular"): _popular_list,
        ("items_talk", "parrot"): _parrot_list,
        ("items_talk", "echo"): _echo_list,
        ("bin_pref", "people"): _people_answers,
        ("bin_pref", "eager"): _eager_answers,
        ("rec_request", "people"): _people_requests,
        ("rec_request", "parrot"): _parrot_requests,
    }
)
