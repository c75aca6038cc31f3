"""The groups that ship with crs-simcheck, by name, and which of them stands for each task."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from crs_simcheck.baselines.group import Group
from crs_simcheck.baselines.storage import GROUP_FILE, read_group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import UnknownNameError, shown_path
from crs_simcheck.records import TaskName

__all__ = [
    "DEFAULT_BASELINES",
    "MEAN_RATINGS_GROUP",
    "find_group",
    "load_baseline",
    "mean_rating_catalogue",
    "shipped_folder",
    "shipped_names",
]

# The shipped people of each task; a task that is not here has none.
DEFAULT_BASELINES: Mapping[TaskName, str] = MappingProxyType(
    {
        "items_talk": "redial-seekers",
        "open_pref": "amazon-movies-reviewers",
        "rec_request": "redial-seekers",
    }
)
# The group whose catalogue carries people's mean rating of films.
MEAN_RATINGS_GROUP = "agent4rec-gpt35"
_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_folder() -> Path:
    """Return the folder of the shipped groups: inside the wheel, or at the root of a checkout."""
    inside = _PACKAGE / "_baselines"
    return inside if inside.is_dir() else _PACKAGE.parent / "baselines"


def shipped_names() -> tuple[str, ...]:
    """Return the names of the shipped groups, sorted."""
    folder = shipped_folder()
    if not folder.is_dir():
        return ()
    return tuple(sorted(p.parent.name for p in folder.glob(f"*/{GROUP_FILE}")))


def find_group(name_or_folder: str | Path, base: Path | None = None) -> Path:
    """Return the folder of a group, given by a shipped name or by a path.

    Parameters
    ----------
    base:
        Folder that relative paths start from; the working folder by default.
    """
    text = str(name_or_folder)
    local = (base or Path()) / text
    if (local / GROUP_FILE).is_file():
        return local
    shipped = shipped_folder() / text
    # A name and no path; a look at this folder alone, for a run asks many times.
    if shipped.name == text != ".." and (shipped / GROUP_FILE).is_file():
        return shipped
    raise UnknownNameError(
        "baseline",
        text,
        shipped_names(),
        hint=f"and no folder '{shown_path(local)}' holds a {GROUP_FILE}; "
        "build one: crs-simcheck baseline build",
    )


@lru_cache(maxsize=32)
def _read_cached(folder: Path, _stamp: int) -> Group:
    return read_group(folder, late=True)


def load_baseline(name_or_folder: str | Path, base: Path | None = None) -> Group:
    """Load a group by shipped name or folder; a folder that has not changed is read once."""
    folder = find_group(name_or_folder, base).resolve()
    return _read_cached(folder, max(p.stat().st_mtime_ns for p in folder.iterdir()))


def mean_rating_catalogue() -> Catalogue:
    """Return the shipped catalogue of people's mean ratings (0.5 to 5 stars)."""
    return load_baseline(MEAN_RATINGS_GROUP).catalogue
