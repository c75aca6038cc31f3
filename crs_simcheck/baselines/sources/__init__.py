"""The kinds of sources that groups are built from, one module for each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crs_simcheck.baselines.sources import (
    agent4rec,
    amazon,
    dialoguekit,
    iard,
    inspired,
    laps,
    mapped,
    movielens,
    redial,
    rows,
    synthetic,
    usersimcrs,
)
from crs_simcheck.baselines.sources.base import Kind, SourceData

__all__ = ["KINDS", "Kind", "SourceData"]

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            agent4rec.KIND,
            *amazon.KINDS,
            dialoguekit.KIND,
            iard.KIND,
            inspired.KIND,
            laps.KIND,
            mapped.KIND,
            movielens.KIND,
            redial.KIND,
            rows.KIND,
            synthetic.KIND,
            usersimcrs.KIND,
        )
    }
)
