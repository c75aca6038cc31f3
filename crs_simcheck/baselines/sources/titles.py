"""Titles as MovieLens writes them, made into titles as people write them."""

from __future__ import annotations

import re

from crs_simcheck.catalogue import Item, canonical_genre, split_year

__all__ = ["movielens_item", "natural_title"]

# Articles of the languages that MovieLens moves behind a comma.
_ARTICLES = (
    "The|A|An|Le|La|Les|L'|Un|Une|Des|Der|Die|Das|Ein|Eine|El|Los|Las|Il|Lo|Gli|I|Uno|Una|"
    "O|Os|As|Um|Uma|De|Het|Een|En|Ett|Det|Den"
)
_MOVED = re.compile(rf"^(?P<title>[^()]+), (?P<article>{_ARTICLES})$")


def natural_title(text: str) -> str:
    """Return a title with its article in front, in its brackets as well.

    >>> natural_title("City of Lost Children, The (Cité des enfants perdus, La)")
    'The City of Lost Children (La Cité des enfants perdus)'
    """
    parts = re.split(r"([()])", re.sub(r"\s+\)", ")", " ".join(text.split())))
    moved = []
    for part in parts:
        found = _MOVED.match(part.strip())
        if found is None:
            moved.append(part)
            continue
        article = found["article"]
        front = article if article.endswith("'") else article + " "
        tail = " " if part.endswith(" ") else ""
        moved.append(front + found["title"] + tail)
    return "".join(moved)


def movielens_item(title: str, genres: str) -> Item:
    """Return the film of a title such as ``"Matrix, The (1999)"`` and its ``"Action|Sci-Fi"``."""
    plain, year = split_year(title)
    names = (canonical_genre(g) for g in genres.split("|"))
    return Item(natural_title(plain), year, tuple(dict.fromkeys(g for g in names if g)))
