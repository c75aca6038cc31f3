"""What is known of the films that a comparison is about: bins, decades, fame.

Both sides of a comparison are read with one frame, so that a film has the same genre and the same
rank wherever it is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from scipy.sparse import csr_array

from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.stats import FloatArray, IntArray

__all__ = ["BIN_ATTRIBUTES", "COVERAGE_NEEDED", "Frame", "usable_attributes"]

BIN_ATTRIBUTES = ("genre", "era", "region")
# An attribute that one side knows of fewer of its mentions would compare what is known, not what
# was named: famous films are the ones whose region a small catalogue has.
COVERAGE_NEEDED = 0.9
_NOTHING = "unknown"


@dataclass(frozen=True, eq=False)
class Frame:
    """The films of a comparison, numbered: those of the catalogue, then unknown titles.

    Parameters
    ----------
    catalogue:
        F₀ films.
    n_unknown:
        Number of different titles that no catalogue knows; they are numbered from F₀ on.
    named:
        The films that either side names: the others need no bins. None is all.
    attributes:
        Which of :data:`BIN_ATTRIBUTES` bins are made of.
    top_k:
        How many of the best-known films :attr:`top` marks.
    popularity_from:
        Whose popularity it is, for reports; None where there is none.
    """

    catalogue: Catalogue
    n_unknown: int = 0
    named: IntArray | None = None
    attributes: tuple[str, ...] = BIN_ATTRIBUTES
    top_k: int = 50
    popularity_from: str | None = None

    @property
    def width(self) -> int:
        """Number of films and unknown titles, F."""
        return len(self.catalogue) + self.n_unknown

    def label(self, film: int) -> str:
        """Return the title and year of a film, or a word for a title that is not known."""
        if film < len(self.catalogue):
            return self.catalogue[film].label
        return f"unknown title {film - len(self.catalogue) + 1}"

    def per_film(self, function: Callable[[Item], float], unknown: float = 0.0) -> FloatArray:
        """Return (F,) numbers of films, for metrics of a team's own; ``unknown`` of other titles.

        ``pool.block("titles") @ frame.per_film(…)`` adds them up over what each group names.
        """
        known = [float(function(item)) for item in self.catalogue.items]
        return np.array([*known, *[unknown] * self.n_unknown], dtype=np.float64)

    @cached_property
    def bins(self) -> csr_array:
        """(F × bins) share of each named film in each (genre, era, region) bin; rows add to 1.

        A film of k genres counts 1/k in each of its bins; what is missing is a value of its own.
        """
        return self._membership(self._bins_of)

    @cached_property
    def decades(self) -> csr_array:
        """(F × decades) share of each named film in each decade; no year is a decade of its own."""
        return self._membership(lambda item: {(item.decade or _NOTHING,): 1.0})

    def _bins_of(self, item: Item) -> dict[tuple[str, ...], float]:
        genres = item.genres or (_NOTHING,)
        values = {
            "genre": genres,
            "era": (item.decade or _NOTHING,),
            "region": (item.region or _NOTHING,),
        }
        combinations = list(product(*(values[a] for a in self.attributes)))
        return dict.fromkeys(combinations, 1 / len(combinations))

    def _membership(
        self, shares_of: Callable[[Item], Mapping[tuple[str, ...], float]]
    ) -> csr_array:
        """Return (F × K) shares; rows of films that nobody names are empty."""
        named = np.arange(self.width) if self.named is None else self.named
        nothing = Item(title=_NOTHING)
        columns: dict[tuple[str, ...], int] = {}
        rows: list[int] = []
        indices: list[int] = []
        data: list[float] = []
        for film in named.tolist():
            item = self.catalogue[film] if film < len(self.catalogue) else nothing
            for key, share in shares_of(item).items():
                rows.append(film)
                indices.append(columns.setdefault(key, len(columns)))
                data.append(share)
        shape = (self.width, max(1, len(columns)))
        places = np.array([rows, indices], dtype=np.int32)
        return csr_array((np.array(data), (places[0], places[1])), shape=shape)

    @cached_property
    def popularity(self) -> FloatArray:
        """(F,) popularity; 0 where a film has none, NaN for unknown titles."""
        known = [i.popularity or 0.0 for i in self.catalogue.items]
        return np.array([*known, *[np.nan] * self.n_unknown], dtype=np.float64)

    @cached_property
    def log_rank(self) -> FloatArray:
        """(F,) log10 of the popularity rank, 1 being the best known; NaN for unknown titles.

        Films of equal popularity share the middle of their ranks.
        """
        known = self.popularity[: len(self.catalogue)]
        values, inverse, counts = np.unique(-known, return_inverse=True, return_counts=True)
        below = np.cumsum(counts) - counts
        middle = below + (counts + 1) / 2
        ranks = np.full(self.width, np.nan)
        if values.size:
            ranks[: known.size] = np.log10(middle[inverse])
        return ranks

    @cached_property
    def top(self) -> FloatArray:
        """(F,) 1 for the ``top_k`` best-known films; ties at the end are broken by label."""
        marks = np.zeros(self.width)
        known = self.popularity[: len(self.catalogue)]
        candidates = np.flatnonzero(known > 0)
        best = sorted(candidates, key=lambda f: (-known[f], self.catalogue[int(f)].label))
        marks[best[: self.top_k]] = 1.0
        return marks

    @cached_property
    def has_popularity(self) -> bool:
        """Whether any film of the catalogue has a popularity."""
        return self.catalogue.has("popularity")


def usable_attributes(
    catalogue: Catalogue, first: FloatArray, second: FloatArray
) -> tuple[tuple[str, ...], Mapping[str, tuple[float, float]]]:
    """Return the attributes that both sides have, and the share of mentions that has each.

    Parameters
    ----------
    first, second:
        (F,) mentions of each film on the two sides; unknown titles behind the films are left out.
        A side without any mention (there is no baseline) stands back behind the other.

    Returns
    -------
    attributes:
        Those of :data:`BIN_ATTRIBUTES` that at least :data:`COVERAGE_NEEDED` of the mentions of
        either side have.
    coverage:
        Attribute → its share on the two sides.
    """
    has = {
        "genre": np.array([bool(i.genres) for i in catalogue.items], dtype=np.float64),
        "era": np.array([i.year is not None for i in catalogue.items], dtype=np.float64),
        "region": np.array([bool(i.region) for i in catalogue.items], dtype=np.float64),
    }
    n = len(catalogue)
    coverage: dict[str, tuple[float, float]] = {}
    sides = [side if side.any() else other for side, other in ((first, second), (second, first))]
    for name in BIN_ATTRIBUTES:
        shares = [
            float(side[:n] @ has[name] / side[:n].sum()) if side[:n].sum() else 0.0
            for side in sides
        ]
        coverage[name] = (shares[0], shares[1])
    usable = tuple(a for a in BIN_ATTRIBUTES if min(coverage[a]) >= COVERAGE_NEEDED)
    return usable, coverage
