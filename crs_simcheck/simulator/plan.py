"""What each seeker is asked: a pure function of seed, seeker, task, profile, films and people.

Nothing depends on who else is asked: another seeker changes nobody else's questions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from crs_simcheck.catalogue import Catalogue, Item, canonical_genre, normalise_title
from crs_simcheck.errors import InputError
from crs_simcheck.recordings import seed_of
from crs_simcheck.records import Profile, TaskName

__all__ = [
    "DEFAULT_ASKED",
    "POOL",
    "Question",
    "TaskPlan",
    "has_ratings",
    "plan_task",
    "rated_films",
]

DEFAULT_ASKED: Mapping[TaskName, Mapping[str, Any]] = MappingProxyType(
    {
        "items_talk": MappingProxyType({"n_items": "people"}),
        "bin_pref": MappingProxyType({"films": 30, "asked": 10}),
        "open_pref": MappingProxyType({"films": 1}),
        "rec_request": MappingProxyType({"requests": 1}),
        "neg_feedback": MappingProxyType({"unfit": 3, "fit": 2}),
    }
)
POOL = 500
"""Films that are shown come from this many of the best known: what nobody knows says nothing."""

_Stimuli = Callable[[Profile, random.Random], list[dict[str, Any]]]
_NOBODY_COUNTED = 5  # films to name where no people say how many


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that one seeker is asked. ``repeat`` tells equal questions apart, from 0."""

    task: TaskName
    seeker: str
    stimulus: Mapping[str, Any]
    repeat: int = 0


@dataclass(frozen=True)
class TaskPlan:
    """How the seekers of a task are asked.

    Parameters
    ----------
    asked:
        The task's table of ``simcheck.toml``; see :data:`DEFAULT_ASKED`.
    films:
        What can be shown.
    people_named:
        How many films each person of the baseline named; empty where nobody counted.
    fixed_films:
        Labels of the films that the people of the baseline were asked about; empty where there is
        no such list.
    repeats:
        How often each question is put.
    """

    task: TaskName
    films: Catalogue
    asked: Mapping[str, Any] = field(default_factory=dict)
    people_named: tuple[int, ...] = ()
    fixed_films: tuple[str, ...] = ()
    repeats: int = 1
    seed: int = 0

    def number(self, key: str) -> Any:
        """Return a setting of the task, or its default."""
        return self.asked.get(key, DEFAULT_ASKED[self.task][key])


def plan_task(plan: TaskPlan, profiles: Iterable[Profile]) -> Iterator[Question]:
    """Yield the questions of a task, seeker by seeker.

    Raises
    ------
    InputError
        Where there are too few films to ask about.
    """
    stimuli = _STIMULI[plan.task](plan)
    for profile in profiles:
        rng = random.Random(seed_of(plan.seed, profile.seeker, plan.task))
        shown = stimuli(profile, rng)
        for repeat in range(plan.repeats):
            if plan.task == "rec_request":  # the same question, once for each request
                count = len(shown)
                for place, stimulus in enumerate(shown):
                    yield Question(plan.task, profile.seeker, stimulus, repeat * count + place)
                continue
            for stimulus in shown:
                yield Question(plan.task, profile.seeker, stimulus, repeat)


class _ItemsTalk:
    def __init__(self, plan: TaskPlan) -> None:
        wanted = plan.number("n_items")
        people = tuple(sorted(plan.people_named)) or (_NOBODY_COUNTED,)
        self.counts = people if wanted == "people" else (int(wanted),)

    def __call__(self, _profile: Profile, rng: random.Random) -> list[dict[str, Any]]:
        return [{"n_items": rng.choice(self.counts)}]


class _BinPref:
    def __init__(self, plan: TaskPlan) -> None:
        self.films = plan.fixed_films or rated_films(plan.films, plan.number("films"))
        self.asked = min(plan.number("asked"), len(self.films))

    def __call__(self, _profile: Profile, rng: random.Random) -> list[dict[str, Any]]:
        return [{"item": label} for label in sorted(rng.sample(self.films, self.asked))]


class _OpenPref:
    def __init__(self, plan: TaskPlan) -> None:
        self.films = _known(plan, plan.number("films"))
        self.asked = plan.number("films")

    def __call__(self, _profile: Profile, rng: random.Random) -> list[dict[str, Any]]:
        return [{"item": item.label} for item in rng.sample(self.films, self.asked)]


class _RecRequest:
    def __init__(self, plan: TaskPlan) -> None:
        self.requests = plan.number("requests")

    def __call__(self, _profile: Profile, _rng: random.Random) -> list[dict[str, Any]]:
        return [{} for _ in range(self.requests)]


class _NegFeedback:
    """Films that fit a seeker's taste and films that do not, in a random order."""

    def __init__(self, plan: TaskPlan) -> None:
        self.unfit, self.fit = plan.number("unfit"), plan.number("fit")
        self.films = [item for item in _known(plan, self.unfit + self.fit) if item.genres]
        self.shown = [(item.label, frozenset(item.genres)) for item in self.films]
        self.kinds = {genres for _, genres in self.shown}
        self.plain = {item.label: normalise_title(item.label) for item in self.films}
        self.genres = {
            label: frozenset(item.genres)
            for label, item in zip(plan.films.labels, plan.films, strict=True)
            if item.genres
        }

    def __call__(self, profile: Profile, rng: random.Random) -> list[dict[str, Any]]:
        liked = self._liked(profile)
        seen = {normalise_title(entry.item) for entry in profile.history}
        fit, unfit = (
            [label for label in labels if self.plain[label] not in seen]
            for labels in self._by_fit(liked)
        )
        if not liked or len(unfit) < self.unfit or len(fit) < self.fit:
            return []  # nothing is known of this taste: no film can be said not to fit
        shown = [{"item": i, "relevant": False} for i in rng.sample(unfit, self.unfit)]
        shown += [{"item": i, "relevant": True} for i in rng.sample(fit, self.fit)]
        rng.shuffle(shown)
        return shown

    @lru_cache(maxsize=256)  # noqa: B019 - lives as long as the plan of one task
    def _by_fit(self, liked: frozenset[str]) -> tuple[list[str], list[str]]:
        """Return the films that fit a taste best, and those that share no genre with it."""
        # Hundreds of films have a few dozen sets of genres.
        share = {genres: len(liked & genres) / len(genres) for genres in self.kinds}
        best = max(share.values(), default=0.0)
        fit = [label for label, genres in self.shown if share[genres] == best > 0]
        return fit, [label for label, genres in self.shown if share[genres] == 0]

    def _liked(self, profile: Profile) -> frozenset[str]:
        """Return the genres of a taste: from the traits, else of what was rated well."""
        named = profile.traits.get("genres")
        if isinstance(named, list | tuple) and named:
            return frozenset(canonical_genre(str(name)) for name in named)
        well = [e for e in profile.history if e.rating is None or e.rating >= 3.5]
        found: dict[str, int] = {}
        for entry in well:
            for genre in self.genres.get(entry.item, ()):
                found[genre] = found.get(genre, 0) + 1
        return frozenset(sorted(found, key=lambda g: (-found[g], g))[:3])


_STIMULI: Mapping[TaskName, Callable[[TaskPlan], _Stimuli]] = {
    "items_talk": _ItemsTalk,
    "bin_pref": _BinPref,
    "open_pref": _OpenPref,
    "rec_request": _RecRequest,
    "neg_feedback": _NegFeedback,
}


@lru_cache(maxsize=4)
def _by_fame(films: Catalogue) -> tuple[Item, ...]:
    """Return the films, each label once, best known first."""
    films_by_label = [
        (-(films[place].popularity or 0.0), label, films[place])
        for label, place in films.places.items()
    ]
    return tuple(item for _, _, item in sorted(films_by_label, key=lambda entry: entry[:2]))


def _known(plan: TaskPlan, need: int) -> list[Item]:
    """Return the best-known films, or say that there are too few."""
    films = list(_by_fame(plan.films)[:POOL])
    if len(films) < need:
        raise InputError(
            f"{plan.task} shows each seeker {need} films, and {len(films)} are known",
            fix="give a catalogue, or a baseline that has one",
        )
    return films


def rated_films(films: Catalogue, count: int) -> tuple[str, ...]:
    """Return labels of films at equal steps in the order of people's mean rating, sorted.

    They are chosen among the :data:`POOL` best-known films that have a mean rating: among the most
    liked alone, no correlation could be seen. Where too few have one, the order is that of fame:
    see :func:`has_ratings`.

    Raises
    ------
    InputError
        Where there are fewer films.
    """
    known = [item for item in _by_fame(films) if item.year is not None]
    if has_ratings(films, count):
        rated = [item for item in known if item.mean_rating is not None][:POOL]
        ordered = sorted(rated, key=lambda item: (item.mean_rating or 0.0, item.label))
    else:
        ordered = known[:POOL]
    if len(ordered) < count:
        raise InputError(
            f"bin_pref asks about {count} films, and {len(ordered)} with a year are known",
            fix="give a catalogue, or lower films in tasks.bin_pref",
        )
    return tuple(sorted(ordered[place].label for place in _steps(len(ordered), count)))


def has_ratings(films: Catalogue, count: int) -> bool:
    """Tell whether so many films have people's mean rating (and a year)."""
    rated = {
        label
        for label, item in zip(films.labels, films, strict=True)
        if item.mean_rating is not None and item.year is not None
    }
    return len(rated) >= count


def _steps(length: int, count: int) -> Sequence[int]:
    """Return ``count`` places from the first to the last at equal steps."""
    if count == 1:
        return [length // 2]
    return [round(k * (length - 1) / (count - 1)) for k in range(count)]
