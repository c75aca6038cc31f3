"""Raters who do not exist, made by the project's own code; for demos of bin_pref alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.base import Kind, SourceData
from crs_simcheck.baselines.synthetic import rated_films, synthetic_stars
from crs_simcheck.records import Response

__all__ = ["KIND"]

# Each answers all 30 films; a simulator that is asked as people are is asked about 10 of them.
_RATERS, _ASKED = 271, 10


def _files(_source: Path, _options: BuildOptions) -> tuple[Path, ...]:
    return ()


def _read(_source: Path, options: BuildOptions) -> SourceData:
    films = rated_films()
    rng = np.random.default_rng(options.seed)
    stars = synthetic_stars(_RATERS, rng, like_at=options.like_at)
    return SourceData(
        responses=tuple(
            Response("bin_pref", f"rater {rater}", "", {"item": film.label}, rating=float(given))
            for rater, row in enumerate(stars)
            for film, given in zip(films, row, strict=True)
        ),
        catalogue=films,
        speakers="synthetic",
        tables={"bin_pref": ("answers",)},
        designs={
            "bin_pref": {
                "films": [film.label for film in films],
                "asked": _ASKED,
                "like_at": options.like_at,
            }
        },
        source="crs_simcheck.baselines.synthetic",
        licence="Apache-2.0",
        attribution="Made by crs-simcheck; no person said any of it.",
        description=(
            f"Not people: {_RATERS} raters of 30 films, drawn by the project's own code so that "
            "shares of stars and agreement with each other are as in MovieLens."
        ),
    )


KIND = Kind(
    name="synthetic",
    title="raters made by the project's own code; reads no source",
    knows=("like_at",),
    files=_files,
    read=_read,
    needs_source=False,
    vectors=False,
)
