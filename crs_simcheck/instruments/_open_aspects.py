"""Aspects without a list of them: noun phrases that an opinion word stands near."""

from __future__ import annotations

from crs_simcheck.instruments._late import late
from crs_simcheck.instruments._open_words import TAGS
from crs_simcheck.instruments.sentences import split_sentences
from crs_simcheck.instruments.words import words

__all__ = ["open_aspects"]

_RUN = r"(N{1,3})"
# More nouns that the same opinion is about: great cast and story.
_MORE = r"(?:CD?R?O{0,2}(N{1,3}))?"
_PATTERNS = tuple(
    late(pattern)
    for pattern in (
        rf"O(?:C?R{{0,2}}O){{0,4}}G?{_RUN}{_MORE}",  # great acting
        rf"VR?D?R?O{{0,2}}G?{_RUN}{_MORE}",  # loved the music
        rf"{_RUN}(?:CD?N{{1,3}})?R{{0,2}}BR{{0,3}}D?R{{0,2}}O",  # plot was rather thin
        rf"{_RUN}R{{0,2}}X",  # pacing drags
    )
)
_SHORTEST = 3
_LONGEST = 30


def open_aspects(text: str) -> tuple[str, ...]:
    """Return what a text has an opinion of, in its own words, in their order.

    A run of content words (no closed class, no opinion word, no word as wide as *movie*) counts
    where an opinion word stands before it (``great camera work``), after it with a form of *be*
    or the like between (``the plot was thin``), or where somebody likes, hates or misses it
    (``loved the music``). Of a run the last two words are kept, the last one in the singular. A
    phrase counts at most once in a sentence.

    Nothing is known here of any domain, and nothing is tagged by a model. So verbs and names are
    taken for nouns where they stand in such a place, two names of one thing are two aspects, an
    aspect that is spoken of without an opinion word (``two hours and a half``) is not seen, and
    only English has opinion words. It suits a domain without a lexicon, and counts of how
    many different things are spoken of; the ids of a `Lexicon` compare better. Takes time linear
    in the text, and never raises.

    Examples
    --------
    >>> open_aspects("Great camera work, but the plot was rather thin. Loved the songs!")
    ('camera work', 'plot', 'song')
    """
    found: list[str] = []
    for sentence in split_sentences(text):
        found.extend(dict.fromkeys(_read_sentence(words(sentence))))
    return tuple(found)


def _read_sentence(spoken: list[str]) -> list[str]:
    tags = "".join([TAGS.get(word) or _tag(word) for word in spoken])
    if "O" not in tags and "V" not in tags and "X" not in tags:
        return []
    ends = {
        match.end(group)
        for pattern in _PATTERNS
        for match in pattern.finditer(tags)
        for group in range(1, match.re.groups + 1)
        if match[group]
    }
    return [_phrase(spoken, tags, end) for end in sorted(ends)]


def _tag(word: str) -> str:
    """Return the letter of a word that is on no list: content, unless it can be no noun."""
    if not _SHORTEST <= len(word) <= _LONGEST or not word[0].isalpha():
        return "P"
    if word.endswith("ly") and len(word) > 5:
        return "R"
    return "N"


def _phrase(spoken: list[str], tags: str, end: int) -> str:
    """Return the words of a run that ends at a word: the last two, the last one in the singular."""
    before = [spoken[end - 2]] if end > 1 and tags[end - 2] == "N" else []
    return " ".join([*before, _singular(spoken[end - 1].removesuffix("'s"))])


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4 and not word.endswith("series"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "series", "christmas")):
        return word[:-1]
    return word
