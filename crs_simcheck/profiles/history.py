"""What people watched, as profiles are built from it, and the order in which people are drawn.

Whoever reads a source puts it into these records; profiles know no file formats.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Histories", "History", "Seen", "draw_key", "usual_stars"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A film that somebody watched.

    Parameters
    ----------
    item:
        Title with its year where that is known: ``"Heat (1995)"``.
    genres:
        Canonical names.
    rating:
        Stars, 0.5 to 5, or None.
    text:
        A review, or None.
    """

    item: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    rating: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All films that a person is known to have watched, each once.

    ``person`` is the source's own id. It decides what is drawn, and never reaches a profile, a
    message or a report.
    """

    person: str = field(repr=False)
    films: tuple[Seen, ...] = field(repr=False)


@dataclass(frozen=True)
class Histories:
    """The people of a source.

    Parameters
    ----------
    people:
        In the order in which they are drawn, see :func:`draw_key`; read once, and no further than
        needed.
    titles:
        Labels of the source's films, none of which a persona may name.
    usual_stars:
        What people of the source give, see :func:`usual_stars`, or None where nobody gives stars.
    notes:
        What whoever builds should know, in a sentence each.
    """

    people: Iterable[History]
    titles: tuple[str, ...] = ()
    usual_stars: float | None = None
    notes: tuple[str, ...] = ()


def draw_key(seed: int, *parts: str) -> bytes:
    """Return a hash that orders people (or one's films) at random: the smallest are drawn.

    It depends on the seed and on what is drawn alone, so that another person more or less changes
    nothing of the others, except that somebody may be displaced at the end.
    """
    digest = hashlib.sha256(f"{seed}".encode())
    for part in parts:
        digest.update(b"\0" + part.encode("utf-8", "surrogatepass"))
    return digest.digest()


def usual_stars(means: Iterable[float]) -> float | None:
    """Return the middle of people's mean stars to a tenth, or None where there is none.

    To a tenth, so that a person more or less hardly ever moves it: it is in everybody's profile.
    """
    known = list(means)
    return round(statistics.median(known), 1) if known else None
