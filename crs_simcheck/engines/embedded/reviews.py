"""Short reviews: sentences on aspects, each with a sentiment."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from crs_simcheck.engines.embedded import vocabulary
from crs_simcheck.engines.embedded.directives import Directives
from crs_simcheck.engines.embedded.draws import pick
from crs_simcheck.engines.embedded.grammar import Speaker, begun, length, shortened
from crs_simcheck.engines.embedded.lengths import meant_words
from crs_simcheck.engines.embedded.vocabulary import listed

__all__ = ["POLARITIES", "SUBJECT_TABLES", "review", "sentence_about"]

Polarity = Literal["pos", "neu", "neg"]
POLARITIES: Final[tuple[Polarity, ...]] = ("pos", "neu", "neg")
SUBJECT_TABLES: Final = (
    *("telling", "people", "craft", "music", "feel", "ideas", "shape", "made_from", "copy"),
)
# Words of a review: what people write in the middle, and the ramble of the naive seeker.
_BRIEF, _RAMBLE = 70, 125
_MOST_SENTENCES = 40
# Shares of sentiments of sentences where honesty is asked for, by stars: at 3 stars, and how much
# of it goes from negative to positive with each star more.
_SHARES: Final = {"pos": 0.40, "neu": 0.33, "neg": 0.27}
_PER_STAR: Final = 0.07
_HARSH: Final = {"pos": 0.02, "neu": 0.13, "neg": 0.85}
# How a sentence is made, where several aspects are asked for: by itself, on one of the aspects
# that everybody speaks of, or on any. Scenes only where they are asked for.
_WHOLE, _COMMON, _SCENE = 0.28, 0.16, 0.22
_COMMON_SUBJECTS: Final = (
    ("telling", "the plot"),
    ("telling", "the story"),
    ("people", "the acting"),
    ("shape", "the ending"),
    ("shape", "the pacing"),
    ("people", "the director"),
    ("music", "the soundtrack"),
    ("people", "+the actors"),
)
_NARROW_SUBJECTS: Final = (("telling", "the story"), ("people", "the acting"))
# How often the naive seeker sums up in the middle of it all.
_CLOSES = 0.1
# How often something stands around a sentence, where the wording shall vary.
_BEFORE, _AFTER = 0.28, 0.28


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a sentence is about, the table of its predicates, and the sentiments it can have."""

    table: str
    words: str
    plural: bool
    polarities: frozenset[str]


def _subject(table: str, entry: str) -> _Subject:
    words, mark, marked = entry.removeprefix("+").partition(" (")
    allowed = marked.rstrip(")").split() if mark else POLARITIES
    return _Subject(table, words, entry.startswith("+"), frozenset(allowed))


@cache
def _subjects() -> Mapping[Polarity, tuple[_Subject, ...]]:
    file = vocabulary.table("reviews")
    every = [_subject(t, s) for t in SUBJECT_TABLES for s in listed(file[t]["subjects"])]
    return {p: tuple(s for s in every if p in s.polarities) for p in POLARITIES}


def sentence_about(
    table: str, subject: str, polarity: Polarity, predicate: str, before: str = "", after: str = ""
) -> str:
    """Return the sentence of a subject and a predicate, as their file writes them."""
    about = _subject(table, subject)
    if polarity not in about.polarities:
        raise ValueError(f"'{about.words}' is never {polarity}")
    return _joined(about, predicate, before, after)


def _joined(about: _Subject, predicate: str, before: str, after: str) -> str:
    forms = {"was": "were", "it": "them", "its": "their"} if about.plural else {}
    for slot in ("was", "its", "it"):
        predicate = predicate.replace(f"{{{slot}}}", forms.get(slot, slot))
    return begun(f"{before} {about.words} {predicate.rstrip('.')}{after}")


def review(
    item: str, genre: str, stars: float, directives: Directives, draws: random.Random
) -> str:
    """Return a review.

    Parameters
    ----------
    item:
        The film; "this film" where it is not known.
    genre:
        A kind that the seeker likes.
    stars:
        What it thinks of the film.
    """
    words = meant_words(directives, _BRIEF, draws)
    most = _RAMBLE if words is None else words
    if "all_aspects" in directives and words is None:
        most = 2 * _RAMBLE
    writer = _Writer(item, genre, directives, draws)
    sentences: list[str] = []
    used = 0
    while used < most and len(sentences) < _MOST_SENTENCES:
        sentence = writer.sentence(_polarity(stars, directives, draws), first=not sentences)
        added = length(sentence)
        # A last sentence that would go further beyond than it is short is left out.
        if sentences and used + added - most > most - used:
            break
        sentences.append(sentence)
        used += added
    text = " ".join(sentences)
    if directives.at_most and directives.words is not None:
        return shortened(text, directives.words)
    return text


def _polarity(stars: float, directives: Directives, draws: random.Random) -> Polarity:
    if "harsh" in directives:
        shares: Mapping[str, float] = _HARSH
    elif "honest" in directives:
        moved = _PER_STAR * (stars - 3)
        shares = {**_SHARES, "pos": _SHARES["pos"] + moved, "neg": _SHARES["neg"] - moved}
    else:
        return "pos"
    at = draws.random()
    for polarity in POLARITIES:
        at -= shares[polarity]
        if at < 0:
            return polarity
    return "neg"


class _Writer:
    """Writes the sentences of one review."""

    def __init__(self, item: str, genre: str, directives: Directives, draws: random.Random) -> None:
        self._directives = directives
        self._draws = draws
        file = vocabulary.table("reviews")
        self._file = file
        lists = {name: listed(text) for name, text in file["words"].items()}
        self._speaker = Speaker(lists, {"item": item, "genre": genre}, draws)
        self._naive = {name: listed(text) for name, text in file["naive"].items()}
        self._done: set[str] = set()
        self._wide = "aspects" in directives or "all_aspects" in directives
        self._rich = "wording" in directives

    def sentence(self, polarity: Polarity, *, first: bool) -> str:
        """Return the next sentence."""
        plain = not (self._wide or self._rich or polarity != "pos")
        if "scenes" in self._directives and self._draws.random() < _SCENE:
            return self._scene(polarity)
        if plain:
            return self._by_habit(first=first)
        if self._wide and self._draws.random() < _WHOLE:
            return self._whole(polarity)
        return self._made(polarity)

    def _by_habit(self, *, first: bool) -> str:
        if first:
            return self._speaker.fill(pick(self._draws, self._naive["open"]))
        closes = self._draws.random() < _CLOSES
        return self._new(self._naive["close" if closes else "body"])

    def _whole(self, polarity: Polarity) -> str:
        return self._new(listed(self._file["sentences"][polarity]))

    def _scene(self, polarity: Polarity) -> str:
        moved = self._speaker.pick(listed(self._file["scenes"]["moved"][polarity]))
        frame = pick(self._draws, listed(self._file["scenes"]["frames"]))
        return begun(self._speaker.fill(frame.replace("{moved}", moved)))

    def _made(self, polarity: Polarity) -> str:
        about = self._about(polarity)
        predicates = listed(self._file[about.table][polarity])
        around = self._file["around"]
        before = after = ""
        if self._rich:
            if self._draws.random() < _BEFORE:
                before = self._new(listed(around["before"]))
            if self._draws.random() < _AFTER:
                after = self._new(listed(around["after"]))
        else:
            predicates = predicates[:2]
        return _joined(about, self._new(predicates), before, after.removeprefix(" "))

    def _about(self, polarity: Polarity) -> _Subject:
        usual = _COMMON_SUBJECTS if self._wide else _NARROW_SUBJECTS
        common = "all_aspects" not in self._directives and self._draws.random() < _COMMON
        if common or not self._wide:
            return _subject(*pick(self._draws, usual))
        every = _subjects()[polarity]
        about = pick(self._draws, every)
        for _ in range(3):
            if about.words not in self._done:
                break
            about = pick(self._draws, every)
        self._done.add(about.words)
        return about

    def _new(self, some: Sequence[str]) -> str:
        return self._speaker.pick(some)
