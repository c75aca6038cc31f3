"""The file of a lexicon: aspects in groups, each with the terms that speak of it."""

from __future__ import annotations

import itertools
import math
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crs_simcheck.errors import EmptyInputError, InputError, nearest_name
from crs_simcheck.instruments.words import words

GAP = "*"
"""Stands in a sequence of words for up to ``WIDEST_GAP`` words of any kind."""
WIDEST_GAP = 2
RULES = 1
"""Counts up with every change of what a term of the same file is found in."""

_MOST_WORDS = 10
_MOST_FORMS = 400
_KEYS = ("aspects", "ignored", "name")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_POSSESSIVE = re.compile(r"(?<=[^\d ])'s(?= |\Z)")  # the 's of "the 70's" is a plural
_NO_PLURAL = ("ed", "ing", "ly", "ous", "ful", "less", "able", "ible", "iest")
_VOWELS = frozenset("aeiou")
_SIGNS = frozenset("*?+=()|,;")


@dataclass(frozen=True, slots=True)
class LexiconFile:
    """What a file holds.

    Its name, per aspect id its terms as written, in the order of the file, and the phrases that
    hold a term and speak of nothing.
    """

    name: str
    terms: dict[str, tuple[str, ...]]
    ignored: tuple[str, ...]


def tokens(text: str) -> list[str]:
    """Return the words of a text as terms are compared with them.

    Hyphens part words, an ``'s`` at the end is left away, and so are other apostrophes, which
    many people leave away as well.
    """
    joined = " ".join(words(text))
    if joined.isalnum():
        return [joined]
    if "'" in joined:
        joined = _POSSESSIVE.sub("", joined).replace("'", "")
    return joined.replace("-", " ").split()


def parse(text: str, path: Path | str) -> LexiconFile:
    """Return what the text of a lexicon's file holds; an `InputError` names what is wrong in it."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"is no TOML: {error}", path=path) from error
    for key in document:
        if key not in _KEYS:
            raise _unknown(key, key, path)
    name = document.get("name")
    if not isinstance(name, str) or _ID.fullmatch(name) is None:
        raise InputError(
            f"found {_shown(name)}; needs a name of small letters, digits and _, such as 'film'",
            path=path,
            field="name",
        )
    groups = document.get("aspects", {})
    if not isinstance(groups, dict):
        raise InputError("needs tables such as [aspects.story]", path=path, field="aspects")
    found: dict[str, tuple[str, ...]] = {}
    for group, aspects in groups.items():
        _check_id(group, f"aspects.{group}", path)
        if not isinstance(aspects, dict):
            raise InputError(
                f"found {_shown(aspects)}; needs a table of aspects, each with its terms",
                path=path,
                field=f"aspects.{group}",
                fix=f"write [aspects.{group}] and under it a line per aspect: plot = 'plot, story'",
            )
        for aspect, terms in aspects.items():
            _check_id(aspect, f"aspects.{group}.{aspect}", path)
            found[f"{group}.{aspect}"] = _terms(terms, f"aspects.{group}.{aspect}", path)
    if not found:
        raise EmptyInputError("holds no aspect", path=path, field="aspects")
    ignored = _terms(document["ignored"], "ignored", path) if "ignored" in document else ()
    return LexiconFile(name, found, ignored)


def sequences(term: str, field: str, path: Path | str) -> list[tuple[str, ...]]:
    """Return every sequence of words that a term is found in."""
    *head, last = term.split(" ")
    if not head and last.isalpha():  # most terms are one word
        return [(form,) for form in _last_forms(last)]
    try:
        slots = [_slot(part, False) for part in head]
        slots.append(_slot(last, True))
    except _NotAWordError as error:
        raise _bad(term, f"has '{error}', which no text can hold", field, path) from error
    if math.prod(map(len, slots)) > _MOST_FORMS:
        raise _bad(term, f"stands for more than {_MOST_FORMS} phrases", field, path)
    found = [sum(choice, ()) for choice in itertools.product(*slots)]
    longest = max(map(len, found))
    if longest > _MOST_WORDS:
        raise _bad(term, f"is longer than {_MOST_WORDS} words", field, path)
    if GAP in term or longest != min(map(len, found)):
        for sequence in found:
            if not sequence or GAP in (sequence[0], sequence[-1]) or sequence.count(GAP) > 2:
                raise _bad(term, "needs a word at both ends, and at most two *", field, path)
    return found


def first_words(term: str, field: str, path: Path | str) -> set[str]:
    """Return the words that a term can begin with."""
    parts = term.split(" ")
    if parts[0].isalpha() and parts[0].isascii():  # most terms begin with a plain word
        return set(_last_forms(term)) if len(parts) == 1 else {parts[0]}
    found: set[str] = set()
    for part in parts:
        try:
            choices = _slot(part, len(parts) == 1)
        except _NotAWordError as error:
            raise _bad(term, f"has '{error}', which no text can hold", field, path) from error
        found.update(run[0] for run in choices if run)
        if () not in choices:
            break
    return found


class _NotAWordError(ValueError):
    """A part of a term is neither words nor a sign that a term may have."""


@cache
def _slot(part: str, last: bool) -> tuple[tuple[str, ...], ...]:
    """Return what may stand in one place of a term, each as a run of words."""
    if part == GAP:
        return ((GAP,),)
    optional = part.endswith("?")
    body = part.removesuffix("?")
    if optional and body.startswith("(") and body.endswith(")"):
        body = body[1:-1]
    found: dict[tuple[str, ...], None] = {(): None} if optional else {}
    for choice in body.split("|"):
        sign = choice[-1:] if choice.endswith(("+", "=")) else ""
        bare = choice.removesuffix(sign)
        runs = [bare] if bare.isalpha() and bare.isascii() else _words_of(bare, part)
        *head, word = runs
        if sign == "+":
            forms = _verb_forms(word)
        else:
            forms = _last_forms(word) if last and not sign else (word,)
        for form in forms:
            found[*head, form] = None
    return tuple(found)


def _words_of(written: str, part: str) -> list[str]:
    found = tokens(written) if _SIGNS.isdisjoint(written) else []
    if not found:
        raise _NotAWordError(part)
    return found


@cache
def _last_forms(word: str) -> tuple[str, ...]:
    """Return a word and, where it can have one, its plural."""
    if word.endswith(_NO_PLURAL) or not word.isalpha():
        return (word,)
    plural = _with_s(word)
    return (word,) if plural == word else (word, plural)


def _with_s(word: str) -> str:
    if word.endswith(("ss", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("s"):
        return word
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + "s"


def _verb_forms(word: str) -> tuple[str, ...]:
    """Return a verb and its -s, -ed and -ing; where a consonant may be doubled, both spellings."""
    forms = [word, _with_s(word)]
    if word.endswith("e"):
        forms += [word + "d", word[:-1] + "ing"]
    elif word.endswith("y") and word[-2:-1] not in _VOWELS:
        forms += [word[:-1] + "ied", word + "ing"]
    else:
        forms += [word + "ed", word + "ing"]
        end = word[-3:]
        if len(end) == 3 and end[1] in _VOWELS and not _VOWELS & {end[0], end[2]}:
            forms += [word + word[-1] + "ed", word + word[-1] + "ing"]
    return tuple(dict.fromkeys(forms))


def _terms(value: Any, field: str, path: Path | str) -> tuple[str, ...]:
    if not isinstance(value, str):
        raise InputError(
            f"found {_shown(value)}; needs a text with the terms, parted by commas",
            path=path,
            field=field,
            fix="write plot = 'plot, plot line'",
        )
    terms = [" ".join(term.split()) for term in value.split(",")]
    if not terms[-1]:
        terms.pop()  # a comma may stand after the last one
    if not terms:
        raise EmptyInputError("holds no term", path=path, field=field)
    seen: set[str] = set()
    for term in terms:
        if not term:
            raise InputError("holds an empty term, between two commas", path=path, field=field)
        if term != term.lower():
            raise _bad(term, "holds capitals; terms are written small", field, path)
        if term in seen:
            raise _bad(term, "stands twice", field, path)
        seen.add(term)
    return tuple(terms)


def _check_id(name: str, field: str, path: Path | str) -> None:
    if _ID.fullmatch(name) is None:
        raise InputError(
            f"'{name}' is no name for an aspect or a group; use small letters, digits and _",
            path=path,
            field=field,
        )


def _bad(term: str, problem: str, field: str, path: Path | str) -> InputError:
    return InputError(f"the term '{term}' {problem}", path=path, field=field)


def _unknown(key: str, field: str, path: Path | str) -> InputError:
    near = nearest_name(key, _KEYS)
    hint = f"did you mean '{near}'?" if near else f"known keys: {', '.join(_KEYS)}"
    return InputError("is an unknown key", path=path, field=field, fix=hint)


def _shown(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:60]!r}"
