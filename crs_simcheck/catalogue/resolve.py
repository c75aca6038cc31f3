"""Find the film that a title mention means, or say that it is not known or not clear.

A mention is never resolved by a silent guess: where two films answer to it, the match is
``ambiguous`` and lists them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from crs_simcheck.catalogue.forms import (
    SHORT_TITLE,
    long_names,
    number_signature,
    short_names,
    spelling,
    spelt_alike,
    title_forms,
)
from crs_simcheck.catalogue.items import Catalogue
from crs_simcheck.catalogue.normalise import article_title, split_year

__all__ = ["Match", "MatchKind", "Resolver"]

MatchKind = Literal["exact", "normalised", "fuzzy", "ambiguous", "unknown"]

_FUZZY_CUTOFF = 90.0
_FUZZY_TIE = 3.0


@dataclass(frozen=True, slots=True)
class Match:
    """What a title mention was resolved to.

    ``index`` is the film's place in the catalogue, and None for ``ambiguous`` and ``unknown``.
    ``candidates`` are the films that it may mean: those between which it is ambiguous, or, where it
    is unknown, those of the same title and another year, or of a part of the title.
    """

    kind: MatchKind
    index: int | None
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choices:
    """The spellings of one year's films that have one number signature, each with its film."""

    names: list[str]
    films: list[int]


_Names = Mapping[str, tuple[int, ...]]
_UNKNOWN = Match("unknown", None)


class Resolver:
    """Resolves title mentions against one catalogue; cheap to build, indexed at first use.

    In this order, the first that finds anything decides:

    1. the label as it is written (``exact``); of items with one label, the first;
    2. the normalised title with the same year, then with a year off by one (``normalised``); of
       "Holiday (2006)" and "The Holiday (2006)", the one whose article the mention has;
    3. another name of the film, which stands in brackets behind its title, with the same year,
       then with a year off by one (``normalised``);
    4. the normalised title alone, where the mention or the only film of that title has no year;
    5. a part of the film's title, with the same year: "The Empire Strikes Back (1980)" for "Star
       Wars: Episode V - The Empire Strikes Back"; the other way round, only behind a credit or a
       numbered series (``fuzzy``);
    6. a title that is at least 90 % alike (rapidfuzz ratio) and differs in spelling only, among
       the films of that year ± 1, where the mention has a year (``fuzzy``). Short titles, and
       titles that differ in a number, are never alike.

    What leads to several films is ``ambiguous``. A title that is known with other years only is
    ``unknown`` and goes no further.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._cache: dict[str, Match] = {}
        # Titles of a year are looked at more closely only where a mention of that year needs it.
        self._short: dict[int, _Names] = {}
        self._spelt: dict[int, dict[tuple[str, ...], _Choices]] = {}

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue that an index of a ``Match`` points into."""
        return self._catalogue

    def resolve(self, text: str) -> Match:
        """Resolve one mention, such as ``"Heat (1995)"`` or ``"heat"``. Never raises on text."""
        match = self._cache.get(text)
        if match is None:
            match = self._cache[text] = self._resolve(text)
        return match

    def _resolve(self, text: str) -> Match:
        title, year = split_year(text)
        labels = [" ".join(text.split())]
        if year is not None:
            labels.append(f"{title} ({year})")
        for label in labels:
            film = self._labels.get(label)
            if film is not None:
                return Match("exact", film)
        forms = title_forms(title)
        if not forms:
            return _UNKNOWN
        if year is None:
            return self._without_year(title, forms)
        return self._with_year(title, forms, year)

    def _with_year(self, title: str, forms: tuple[str, ...], year: int) -> Match:
        known = self._titles.get(forms[0], ())
        near = self._near(known, year) or self._near(self._known_as(forms), year)
        if near:
            return _decided("normalised", self._same_article(title, near))
        if known:
            undated = tuple(film for film in known if self._catalogue[film].year is None)
            if len(undated) == len(known):
                return _decided("normalised", self._same_article(title, known))
            if undated:
                # One of them has a wrong year for certain; the other may or may not be meant.
                return Match("ambiguous", None, known)
            return Match("unknown", None, known)
        sure, unsure = long_names(title)
        named = self._called(forms, self._short_in(year))
        named += self._within(self._known_as(sure), year, 0)
        if named:
            return _decided("fuzzy", tuple(sorted(set(named))))
        match = self._fuzzy(forms, year)
        if match.kind == "unknown":
            return Match("unknown", None, self._within(self._known_as(unsure), year, 0))
        return match

    def _without_year(self, title: str, forms: tuple[str, ...]) -> Match:
        known = self._titles.get(forms[0]) or self._known_as(forms)
        if not known:
            return _UNKNOWN
        if len({self._catalogue[film].year for film in known}) == 1:
            known = self._same_article(title, known)
        return _decided("normalised", known)

    def _near(self, films: Iterable[int], year: int) -> tuple[int, ...]:
        """Keep the films of that year, or else those whose year is off by one."""
        return self._within(films, year, 0) or self._within(films, year, 1)

    def _within(self, films: Iterable[int], year: int, distance: int) -> tuple[int, ...]:
        """Keep the films whose year is known and at most ``distance`` away."""
        kept = []
        for film in films:
            own = self._catalogue[film].year
            if own is not None and abs(own - year) <= distance:
                kept.append(film)
        return tuple(kept)

    def _same_article(self, title: str, films: tuple[int, ...]) -> tuple[int, ...]:
        """Keep the films with the mention's own article, or all where none has it."""
        if len(films) == 1:
            return films
        meant = article_title(title)
        return tuple(f for f in films if article_title(self._catalogue[f].title) == meant) or films

    def _known_as(self, forms: Iterable[str]) -> tuple[int, ...]:
        """Films that any of these names belongs to, in the order of the catalogue."""
        return self._called(forms, self._names)

    def _called(self, forms: Iterable[str], names: _Names) -> tuple[int, ...]:
        return tuple(sorted({film for form in forms for film in names.get(form, ())}))

    def _fuzzy(self, forms: tuple[str, ...], year: int) -> Match:
        from rapidfuzz import fuzz, process  # heavy, and most mentions never come here

        scores: dict[int, float] = {}
        for spelt in map(spelling, forms):
            if len(spelt) <= SHORT_TITLE:
                continue
            signature = number_signature(spelt)
            for near_year in (year - 1, year, year + 1):
                choices = self._spelt_in(near_year).get(signature)
                if choices is None:
                    continue
                for name, score, place in process.extract(
                    spelt, choices.names, scorer=fuzz.ratio, score_cutoff=_FUZZY_CUTOFF, limit=None
                ):
                    if spelt_alike(spelt, name):
                        film = choices.films[place]
                        scores[film] = max(score, scores.get(film, 0.0))
        if not scores:
            return _UNKNOWN
        best = max(scores.values())
        return _decided(
            "fuzzy", tuple(sorted(f for f, score in scores.items() if best - score <= _FUZZY_TIE))
        )

    @cached_property
    def _labels(self) -> Mapping[str, int]:
        """Films by their labels, white space aside."""
        found: dict[str, int] = {}
        for label, film in self._catalogue.places.items():
            found.setdefault(" ".join(label.split()), film)
        return found

    @cached_property
    def _forms(self) -> Mapping[int, tuple[str, ...]]:
        """The names of each film; of items with one label only the first is a film."""
        places = self._catalogue.places.values()
        return {film: title_forms(self._catalogue[film].title) for film in places}

    @cached_property
    def _titles(self) -> _Names:
        """Films by their whole normalised title."""
        return _grouped((forms[0], film) for film, forms in self._forms.items() if forms)

    @cached_property
    def _names(self) -> _Names:
        """Films by every name they go by."""
        return _grouped((form, film) for film, forms in self._forms.items() for form in forms)

    @cached_property
    def _by_year(self) -> Mapping[int, tuple[int, ...]]:
        """Films by their year, of those whose year is known."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for film in self._forms:
            year = self._catalogue[film].year
            if year is not None:
                found[year].append(film)
        return {year: tuple(films) for year, films in found.items()}

    def _short_in(self, year: int) -> _Names:
        """Films of a year by the parts of their titles that people may name them by."""
        names = self._short.get(year)
        if names is None:
            names = self._short[year] = _grouped(
                (part, film)
                for film in self._by_year.get(year, ())
                for part in short_names(self._catalogue[film].title)
            )
        return names

    def _spelt_in(self, year: int) -> Mapping[tuple[str, ...], _Choices]:
        """Spellings of the titles of a year, by the numbers in them."""
        found = self._spelt.get(year)
        if found is None:
            found = self._spelt[year] = {}
            for film in self._by_year.get(year, ()):
                for spelt in map(spelling, self._forms[film]):
                    if len(spelt) > SHORT_TITLE:
                        key = number_signature(spelt)
                        choices = found.setdefault(key, _Choices([], []))
                        choices.names.append(spelt)
                        choices.films.append(film)
        return found


def _decided(kind: MatchKind, films: tuple[int, ...]) -> Match:
    """Return a match of this kind where one film answers, an ambiguous one where several do."""
    return Match(kind, films[0]) if len(films) == 1 else Match("ambiguous", None, films)


def _grouped(pairs: Iterable[tuple[str, int]]) -> _Names:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for name, film in pairs:
        found[name].append(film)
    return {name: tuple(films) for name, films in found.items()}
