"""The names that one film may go by, and what tells two films of like names apart."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crs_simcheck.catalogue.normalise import normalise_title

__all__ = [
    "SHORT_TITLE",
    "long_names",
    "number_signature",
    "short_names",
    "spelling",
    "spelt_alike",
    "title_forms",
]

SHORT_TITLE = 4
"""Titles of this many normalised characters or fewer are too short to match by likeness."""

_NUMBER_WORDS = {
    word: str(number)
    for number, names in enumerate(
        (
            ("one", "first", "i"),
            ("two", "second"),
            ("three", "third"),
            ("four", "fourth"),
            ("five", "fifth"),
            ("six", "sixth"),
            ("seven", "seventh"),
            ("eight", "eighth"),
            ("nine", "ninth"),
            ("ten", "tenth"),
            ("eleven", "eleventh"),
            ("twelve", "twelfth"),
        ),
        start=1,
    )
    for word in names
}
_VOLUME_WORDS = frozenset({"part", "pt", "volume", "vol", "chapter", "episode", "book", "season"})
_ABBREVIATIONS = {
    "vol": "volume",
    "pt": "part",
    "ep": "episode",
    "vs": "versus",
    "dr": "doctor",
    "mr": "mister",
    "st": "saint",
}
# Words that come and go between two spellings of one title. "of" is none of them: "Battle: Los
# Angeles" and "Battle of Los Angeles" are two films of one year.
_SMALL_WORDS = frozenset({"the", "a", "an", "and", "in"})

_ALSO_KNOWN_AS = re.compile(r"^a\.?k\.?a\.?:?\s+", re.IGNORECASE)
_SEPARATOR = re.compile(r",?\s+or[:,]\s+|\s*[:;]\s+|\s+[-–—]\s+", re.IGNORECASE)
# "Tyler Perry's …" and "Dr. Seuss' …", but not "The Emperor's New Clothes".
_CREDIT = re.compile(r"^(?!(?:the|a|an)\s)[^\W\d]+\.?\s+[^\W\d]+['’]s?\s+", re.IGNORECASE)


def title_forms(title: str) -> tuple[str, ...]:
    """Return the normalised names under which a title may be known, the whole title first.

    "City of Lost Children, The (Cité des enfants perdus, La)" is also known by the part before
    the brackets and by the part inside. A bracket that only numbers the film is part of the title
    ("Kill Bill (Vol. 2)"); one of four letters or fewer is a remark, not a name ("(TV)").
    """
    forms = [normalise_title(title)]
    base = title.rstrip()
    if not base.endswith((")", "]")):  # most titles, and catalogues have thousands
        return tuple(filter(None, forms))
    base = " ".join(base.split())
    inside: list[str] = []
    while base.endswith((")", "]")) and len(inside) < 4:
        start = max(base.rfind("("), base.rfind("["))
        group = base[start + 1 : -1].strip()
        alias = normalise_title(_ALSO_KNOWN_AS.sub("", group))
        if start <= 0 or (_only_numbers(alias) and not _ALSO_KNOWN_AS.match(group)):
            break
        base = base[:start].rstrip()
        if len(alias) > SHORT_TITLE:
            inside.append(alias)
    forms += [normalise_title(base), *inside]
    return tuple(dict.fromkeys(form for form in forms if form))


def short_names(title: str) -> tuple[str, ...]:
    """Return normalised parts of a film's title under which people may name it.

    They stand before or behind a colon or a dash, or behind a credit: "empire strikes back" is
    one of "Star Wars: Episode V - The Empire Strikes Back", "daddys little girls" of "Tyler
    Perry's Daddy's Little Girls". A part is two words, or one of seven letters at least.
    """
    title = " ".join(title.split())
    parts: list[str] = []
    for found in _SEPARATOR.finditer(title):
        parts += [title[: found.start()], title[found.end() :]]
    return _names([*parts, *_without_credit(title)])


def long_names(title: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sure and the unsure parts of a mention that may be the whole title of a film.

    Sure are what follows a credit and what follows a numbered series ("Star Wars: Episode V -").
    Others are unsure, since a longer name is often another film: "Watchmen: Tales of the Black
    Freighter" is not "Watchmen".
    """
    title = " ".join(title.split())
    sure = _without_credit(title)
    unsure: list[str] = []
    for found in _SEPARATOR.finditer(title):
        before, behind = title[: found.start()], title[found.end() :]
        numbered = number_signature(normalise_title(before))
        (sure if numbered else unsure).append(behind)
        unsure.append(before)
    return _names(sure), _names(unsure)


def number_signature(normalised: str) -> tuple[str, ...]:
    """Return the numbers and single letters of a normalised title, sorted.

    Two titles with different signatures are different films however alike they look: "rocky 2"
    and "rocky 3", "part one" and "part two". Number words count as digits.
    """
    found: list[str] = []
    for word in normalised.split():
        if word in _NUMBER_WORDS:
            found.append(_NUMBER_WORDS[word])
        elif len(word) == 1 and word != "a":
            found.append(word)
        else:
            found.extend(re.findall(r"\d+", word))
    return tuple(sorted(found))


def spelling(normalised: str) -> str:
    """Return the words of a normalised title that count, each written one way.

    "kill bill volume two" and "kill bill vol 2" have one spelling; so have titles that differ in
    an article only.
    """
    *words, last = normalised.split() or [""]
    # A small word at the end is none that comes and goes: "Breathe" and "Breathe In".
    kept = [*(word for word in words if word not in _SMALL_WORDS), last]
    return " ".join(_NUMBER_WORDS.get(word, _ABBREVIATIONS.get(word, word)) for word in kept)


def spelt_alike(first: str, second: str) -> bool:
    """Tell whether two spellings (``spelling``) are of one title.

    They are when the same letters are spaced in another way ("old boy"), or when every pair of
    words that differs is a slip of spelling ("judgement", "judgment"). A like ratio alone is not
    enough: "Cops and Robbers" and "Cops and Robbersons" are two films.
    """
    if first.replace(" ", "") == second.replace(" ", ""):
        return True
    one, other = first.split(), second.split()
    return len(one) == len(other) and all(
        a == b or _slip(a, b) for a, b in zip(one, other, strict=True)
    )


def _names(parts: Iterable[str]) -> tuple[str, ...]:
    """Normalise parts of a title, and keep those that are enough of a name to know a film by."""
    forms = dict.fromkeys(normalise_title(part) for part in parts)
    return tuple(
        form for form in forms if (" " in form or len(form) >= 7) and not _only_numbers(form)
    )


def _without_credit(title: str) -> list[str]:
    found = _CREDIT.match(title)
    return [] if found is None else [title[found.end() :]]


def _only_numbers(normalised: str) -> bool:
    """Tell whether a name does nothing but number a film: "part 2", "volume one"."""
    words = normalised.split()
    numbers = [word for word in words if word.isdigit() or word in _NUMBER_WORDS]
    return bool(numbers) and all(word in _VOLUME_WORDS or word in numbers for word in words)


def _slip(first: str, second: str) -> bool:
    """Tell whether two words are a slip of spelling apart, not two words.

    A slip keeps the first letter ("witch" is not "bitch") and neither word is the other with
    an ending ("sister" and "sisters" are two titles); short words have none ("date", "daze").
    """
    from rapidfuzz.distance import OSA

    longest = max(len(first), len(second))
    if first[0] != second[0] or first.startswith(second) or second.startswith(first):
        return False
    allowed = 0 if longest < 6 else 1 if longest < 9 else 2
    return OSA.distance(first, second) <= allowed
