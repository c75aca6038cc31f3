"""What ``crs-simcheck init`` puts into a repository: settings, prompts, seekers, a test."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from crs_simcheck.errors import InputError, SettingsError, shown_path
from crs_simcheck.project.settings import SETTINGS_FILE, find_settings
from crs_simcheck.prompts.folder import DEFAULT_PROMPTS

__all__ = ["starter_files", "starter_folder", "write_starter"]

_PACKAGE = Path(__file__).resolve().parent.parent
_ENGINE = 'engine   = "embedded"'


def starter_folder() -> Path:
    """Return the folder of prompts and seekers to begin with: in the wheel, or in a checkout."""
    inside = _PACKAGE / "_starter"
    return inside if inside.is_dir() else _PACKAGE.parent / "examples" / "prompts"


def starter_files(engine: str = "embedded", *, untuned: bool = False) -> Mapping[str, bytes]:
    """Return path (relative, with ``/``) → content of each file.

    Parameters
    ----------
    engine:
        Whom to ask.
    untuned:
        Take the prompts that say what is asked and nothing more.
    """
    folder = starter_folder()
    prompts = DEFAULT_PROMPTS if untuned else folder / "prompts" / "better"
    files = {f"prompts/{p.name}": p.read_bytes() for p in sorted(prompts.glob("*.md"))}
    texts = resources.files("crs_simcheck.project") / "starter"
    settings = (texts / "simcheck.toml").read_text(encoding="utf-8")
    if engine != "embedded":
        settings = settings.replace(_ENGINE, f'engine   = "{engine}"', 1)
    test = (texts / "test_simulator.py.txt").read_bytes()
    return {
        SETTINGS_FILE: settings.encode(),
        **files,
        "profiles.jsonl": (folder / "profiles.jsonl").read_bytes(),
        "tests/test_simulator.py": test,
    }


def write_starter(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a repository, all or none of those that are there already.

    Raises
    ------
    SettingsError
        Where the repository has settings.
    InputError
        Where a file is there already with another content, or cannot be written.
    """
    there = find_settings(folder) if folder.is_dir() else None
    if there is not None and (
        there.name != SETTINGS_FILE or there.read_bytes() != files[SETTINGS_FILE]
    ):
        raise SettingsError(
            "this repository has settings already",
            path=there,
            fix="crs-simcheck doctor looks at them; init is for a repository without",
        )
    taken = [
        name
        for name, content in files.items()
        if (folder / name).exists() and _content(folder / name) != content
    ]
    if taken:
        raise InputError(
            f"{', '.join(taken)} would be overwritten; nothing was written",
            path=folder,
            fix="move them away, or give another folder: crs-simcheck init FOLDER",
        )
    for name, content in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise InputError(
                f"{shown_path(path)} cannot be written: {error.strerror or error}", path=folder
            ) from error


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
