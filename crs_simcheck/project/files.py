"""Catalogues and profiles of a repository, read once for all of its simulators."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from crs_simcheck.baselines import Group
from crs_simcheck.catalogue import Catalogue, read_catalogue_counted
from crs_simcheck.errors import InputError
from crs_simcheck.gate import JointCatalogue, joint_catalogue
from crs_simcheck.profiles import Profiles, read_profiles

__all__ = ["catalogue_at", "joint_at", "profiles_at"]


@lru_cache(maxsize=8)
def catalogue_at(
    path: Path, _stamp: int, skip_broken: bool
) -> tuple[Catalogue, tuple[InputError, ...]]:
    """Read a catalogue; ``_stamp`` changes with the file."""
    return read_catalogue_counted(path, skip_broken=skip_broken)


@lru_cache(maxsize=8)
def joint_at(path: Path, stamp: int, skip_broken: bool, baseline: Group | None) -> JointCatalogue:
    """Join a catalogue with a baseline's; simulators of one repository share both."""
    return joint_catalogue(catalogue_at(path, stamp, skip_broken)[0], baseline)


@lru_cache(maxsize=2)
def profiles_at(path: Path, _stamp: tuple[int, int], skip_broken: bool) -> Profiles:
    """Read profiles; ``_stamp`` changes with the file. Two files at most: they may be large."""
    return read_profiles(path, skip_broken=skip_broken)
