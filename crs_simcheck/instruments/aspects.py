"""The aspects that a text speaks of: by a lexicon of a domain, or by no list at all."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from crs_simcheck.errors import InputError
from crs_simcheck.instruments._lexicon_file import (
    GAP,
    RULES,
    WIDEST_GAP,
    LexiconFile,
    first_words,
    parse,
    sequences,
    tokens,
)
from crs_simcheck.instruments._open_aspects import open_aspects
from crs_simcheck.instruments.sentences import split_sentences

__all__ = ["Lexicon", "film_lexicon", "open_aspects", "read_lexicon"]

_END = ""
# Under `_END` of a phrase that holds a term and speaks of something else.
_IGNORED = "ignored"
_FILM = "film_aspects.toml"
# The same with all of its trees, since to grow them takes ten times as long as to read them.
_FILM_GROWN = "film_aspects.json"


class _Term(NamedTuple):
    """A term as its file has it, what it speaks of, and where it stands."""

    written: str
    aspect: str
    field: str
    path: Path | str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A list of aspects with the terms that speak of them; reads which ones a text speaks of.

    Made by `film_lexicon` or `read_lexicon`.

    Parameters
    ----------
    name:
        The domain, such as ``film``.
    version:
        Twelve digits of the SHA-256 of what the file holds, its comments and layout apart. Two
        readings can be compared only where it is the same.
    aspects:
        The ids of all aspects, ``group.aspect``, in the order of the file.
    """

    name: str
    version: str
    aspects: tuple[str, ...]
    # Per first word what may follow it: a tree of words with the aspect of the phrase that ends
    # there (under `_END`) and what may follow after a gap (under `GAP`); neither key is a word.
    # Until the word is met, it is the list of its terms: most texts meet few of them.
    _tree: dict[str, dict[str, Any] | list[_Term]] = field(repr=False, compare=False)

    def read(self, text: str) -> tuple[str, ...]:
        """Return the ids of the aspects that a text speaks of, in their order.

        An aspect counts at most once in a sentence (see `split_sentences`) and as often as there
        are sentences that speak of it. Of terms that overlap, the one that begins first counts,
        and of these the longest. Case, spaces, hyphens and apostrophes change nothing. Takes time
        linear in the text, and never raises.
        """
        found: list[str] = []
        for sentence in split_sentences(text):
            found.extend(dict.fromkeys(self._read_sentence(tokens(sentence))))
        return tuple(found)

    def _read_sentence(self, spoken: list[str]) -> Iterator[str]:
        tree, at = self._tree, 0
        while at < len(spoken):
            node = tree.get(spoken[at])
            at += 1
            if node is not None:
                if isinstance(node, list):
                    node = tree[spoken[at - 1]] = _grown(spoken[at - 1], node)
                end, aspect = _longest(node, spoken, at)
                if aspect is not None:
                    at = end
                    if aspect != _IGNORED:
                        yield aspect


def _longest(node: dict[str, Any], spoken: list[str], at: int) -> tuple[int, str | None]:
    """Return where the longest phrase of a tree ends that goes on at a word, and its aspect."""
    end, aspect = at, node.get(_END)
    if at == len(spoken):
        return end, aspect
    following = [(node.get(spoken[at]), at + 1)]
    gap = node.get(GAP)
    if gap is not None:
        reach = range(at, min(at + WIDEST_GAP + 1, len(spoken)))
        following += [(gap.get(spoken[place]), place + 1) for place in reach]
    for child, after in following:
        if child is not None:
            further, of = _longest(child, spoken, after)
            if of is not None and (aspect is None or further > end):
                end, aspect = further, of
    return end, aspect


@cache
def film_lexicon() -> Lexicon:
    """Return the lexicon of films and of what they are sold on, which comes with the package."""
    folder = resources.files("crs_simcheck.instruments").joinpath("data")
    text = folder.joinpath(_FILM).read_text(encoding="utf-8")
    grown = json.loads(folder.joinpath(_FILM_GROWN).read_text(encoding="utf-8"))
    if grown["of"] == _sign_of(text):
        return Lexicon(grown["name"], grown["version"], tuple(grown["aspects"]), grown["tree"])
    return _lexicon(parse(text, _FILM), _FILM)


def grown_film_lexicon(text: str) -> dict[str, Any]:
    """Return what ``film_aspects.json`` holds where this is ``film_aspects.toml``."""
    lexicon = _whole(_lexicon(parse(text, _FILM), _FILM))
    return {
        "of": _sign_of(text),
        "name": lexicon.name,
        "version": lexicon.version,
        "aspects": list(lexicon.aspects),
        "tree": lexicon._tree,
    }


def _sign_of(text: str) -> str:
    """Return what changes with a file and with the rules that its terms are read by."""
    return hashlib.sha256(f"{RULES}\n{text}".encode()).hexdigest()


def read_lexicon(path: Path | str) -> Lexicon:
    """Return the lexicon of another domain, from a file of the form of ``film_aspects.toml``.

    Raises
    ------
    InputError
        The file cannot be read or is not of that form; the message names the field. A term that
        stands under two aspects is refused with both.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", path=path) from error
    return _whole(_lexicon(parse(text, path), path))


def _whole(lexicon: Lexicon) -> Lexicon:
    """Return a lexicon of which every term was looked at before any text is."""
    for word, terms in lexicon._tree.items():
        if isinstance(terms, list):
            lexicon._tree[word] = _grown(word, terms)
    return lexicon


def _lexicon(file: LexiconFile, path: Path | str) -> Lexicon:
    terms = [_Term(term, _IGNORED, "ignored", path) for term in file.ignored]
    for aspect, written in file.terms.items():
        terms += [_Term(term, aspect, f"aspects.{aspect}", path) for term in written]
    begun: dict[str, Any] = defaultdict(list)
    for term in terms:
        for word in first_words(term.written, term.field, path):
            begun[word].append(term)
    return Lexicon(file.name, _version(file), tuple(file.terms), dict(begun))


def _grown(word: str, terms: list[_Term]) -> dict[str, Any]:
    """Return the tree of every phrase of some terms that begins with a word, without the word."""
    tree: dict[str, Any] = {}
    for term in terms:
        for first, *others in sequences(term.written, term.field, term.path):
            if first != word:
                continue
            node = tree
            for other in others:
                node = node.setdefault(other, {})
            aspect = node.setdefault(_END, term.aspect)
            if aspect != term.aspect:
                place = "an ignored phrase" if aspect == _IGNORED else f"a term of '{aspect}'"
                raise InputError(
                    f"the term '{term.written}' reads '{' '.join([first, *others])}', and so does"
                    f" {place}; a phrase can speak of one aspect",
                    path=term.path,
                    field=term.field,
                    fix="keep it in one place, or make it longer",
                )
    return tree


def _version(file: LexiconFile) -> str:
    terms = [[aspect, sorted(of)] for aspect, of in file.terms.items()]
    content = [RULES, file.name, sorted(file.ignored), terms]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]
