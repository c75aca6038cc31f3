"""``matrix.toml``: the systems to stand side by side, as engines × configurations × prompts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from crs_simcheck.engines.named import parse_engine
from crs_simcheck.errors import SettingsError, SimcheckError, known_names
from crs_simcheck.project.keys import JUDGE_KEYS, LIVE_KEYS
from crs_simcheck.project.settings import SimulatorSettings, parse_settings
from crs_simcheck.prompts import CONFIGURATIONS, ConfigurationName

__all__ = ["MatrixSettings", "System", "parse_matrix", "read_matrix"]

_KEYS = ("title", "configurations", "references", "engines", "prompts", "common", "given")
# What tells systems apart is no part of what they have in common.
_APART = ("prompts", "python", "engine", "configuration", "responses", "group")
_OF_ENGINES = tuple(key for key in LIVE_KEYS if key not in _APART)


@dataclass(frozen=True)
class System:
    """A row of the tables.

    Parameters
    ----------
    settings:
        As those of a simulator of ``simcheck.toml``.
    engine, configuration, prompts:
        Names in the file; empty where the answers are given.
    is_reference:
        Whether it is a reference simulator that ships.
    """

    settings: SimulatorSettings
    engine: str = ""
    configuration: str = ""
    prompts: str = ""
    is_reference: bool = False

    @property
    def name(self) -> str:
        """What it is called, and what its recordings are kept under."""
        return self.settings.name


@dataclass(frozen=True)
class MatrixSettings:
    """What a file asks for.

    Parameters
    ----------
    systems:
        In the order of the file: engines, in each its prompts, in each its configurations; then
        those whose answers are given.
    common:
        What all have in common, as a simulator that nobody asks.
    references:
        Whether the reference simulators that ship stand beside them.
    """

    path: Path
    title: str
    systems: tuple[System, ...]
    common: SimulatorSettings
    references: bool


def read_matrix(path: Path) -> MatrixSettings:
    """Read a file of systems.

    Raises
    ------
    SettingsError
        Names the file, the key, what was found, what is needed, and the nearest known key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise SettingsError(f"cannot be read: {reason}", path=path) from error
    return parse_matrix(document, path)


def parse_matrix(document: Mapping[str, Any], path: Path) -> MatrixSettings:
    """Check a document that was read from ``path``."""
    read = _Reader(path)
    read.known(document, _KEYS, "")
    common = read.table(document.get("common", {}), "common")
    for key in _APART:
        if key in common:
            raise SettingsError(
                f"found {key}, which tells systems apart",
                path=path,
                field=f"common.{key}",
                fix="it belongs to [engines], [prompts], configurations or [given]",
            )
    every = _configurations(document.get("configurations", ["pag"]), "configurations", path)
    folders = read.texts(document.get("prompts", {}), "prompts")
    systems: dict[str, System] = {}
    for engine, entry in read.table(document.get("engines", {}), "engines").items():
        of_engine = {"engine": entry} if isinstance(entry, str) else entry
        for one in _asked(engine, of_engine, folders, every, common, read):
            _add(systems, one, path)
    for name, entry in read.table(document.get("given", {}), "given").items():
        own = read.table(entry, f"given.{name}")
        judged = () if "responses" in own else JUDGE_KEYS
        table = {**_without(common, (*LIVE_KEYS, *judged)), **own}
        _add(systems, System(read.simulator(name, table, f"given.{name}")), path)
    if not systems:
        raise SettingsError(
            "there is no system",
            path=path,
            fix="name an engine in [engines] and a folder in [prompts], or answers in [given]: "
            'mine = { responses = "answers.jsonl" }',
        )
    title, references = document.get("title", ""), document.get("references", True)
    if not isinstance(title, str) or not isinstance(references, bool):
        field = "title" if not isinstance(title, str) else "references"
        needed = "a text" if field == "title" else "true or false"
        raise SettingsError(f"found {document[field]!r}, need {needed}", path=path, field=field)
    # Nobody asks it: it holds whom to compare with, and which gates there are.
    unasked = _without(common, (*LIVE_KEYS, *JUDGE_KEYS))
    plain = read.simulator("common", {**unasked, "group": "-"}, "common")
    return MatrixSettings(path, title, tuple(systems.values()), plain, references)


def _asked(
    engine: str,
    entry: Any,
    folders: Mapping[str, str],
    every: tuple[ConfigurationName, ...],
    common: Mapping[str, Any],
    read: _Reader,
) -> Iterator[System]:
    """Yield the systems of an engine: each of its prompts in each of its configurations."""
    place = f"engines.{engine}"
    table = dict(read.table(entry, place))
    if not isinstance(table.get("engine"), str):
        raise SettingsError(
            f"found {entry!r}, need an engine",
            path=read.path,
            field=place,
            fix='a name with a dot stands in quotes: "gpt-3.5" = "openai:gpt-3.5-turbo"',
        )
    read.known(table, ("engine", "prompts", "configurations", *_OF_ENGINES), place)
    try:
        parse_engine(table["engine"])
    except SimcheckError as error:
        raise SettingsError(str(error), path=read.path, field=f"{place}.engine") from None
    chosen = table.pop("prompts", list(folders))
    names = [chosen] if isinstance(chosen, str) else chosen
    if not isinstance(names, list) or not names or any(name not in folders for name in names):
        raise SettingsError(
            f"found {chosen!r}, need names of [prompts]",
            path=read.path,
            field=f"{place}.prompts",
            fix=f"there are {', '.join(folders)}" if folders else 'base = "prompts/base"',
        )
    configurations = every
    if "configurations" in table:
        given = table.pop("configurations")
        configurations = _configurations(given, f"{place}.configurations", read.path)
    for name in names:
        for configuration in configurations:
            whole = {**common, **table, "prompts": folders[name], "configuration": configuration}
            settings = read.simulator(f"{engine}-{configuration}-{name}", whole, place)
            yield System(settings, engine, configuration, name)


def _add(systems: dict[str, System], one: System, path: Path) -> None:
    if one.name in systems:
        raise SettingsError(
            f"two systems would be called '{one.name}'", path=path, fix="rename one of them"
        )
    systems[one.name] = one


def _configurations(value: Any, place: str, path: Path) -> tuple[ConfigurationName, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or any(n not in CONFIGURATIONS for n in names):
        raise SettingsError(
            f"found {value!r}, need one or a list of {', '.join(CONFIGURATIONS)}",
            path=path,
            field=place,
        )
    return cast(tuple[ConfigurationName, ...], tuple(dict.fromkeys(names)))


def _without(table: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}


@dataclass(frozen=True)
class _Reader:
    """Reads tables of one file, and says where in it something is wrong."""

    path: Path

    def known(self, table: Mapping[str, Any], keys: Iterable[str], place: str) -> None:
        keys = tuple(keys)
        for key in table:
            if key not in keys:
                raise SettingsError(
                    f"unknown key '{key}'",
                    path=self.path,
                    field=place or None,
                    fix=known_names(key, keys),
                )

    def table(self, value: Any, place: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise SettingsError(f"found {value!r}, need a table", path=self.path, field=place)
        return value

    def texts(self, value: Any, place: str) -> Mapping[str, str]:
        table = self.table(value, place)
        for key, text in table.items():
            if not isinstance(text, str) or not text.strip():
                raise SettingsError(
                    f"found {text!r}, need a folder", path=self.path, field=f"{place}.{key}"
                )
        return table

    def simulator(self, name: str, table: Mapping[str, Any], place: str) -> SimulatorSettings:
        """Return the settings of a system, read as those of a simulator."""
        try:
            project = parse_settings({"simulator": {name: dict(table)}}, self.path)
        except SettingsError as error:
            written = (error.field or "").replace(f"simulator.{name}", place)
            field = place if written == "simulator" else written
            raise SettingsError(error.problem, path=self.path, field=field, fix=error.fix) from None
        (settings,) = project.simulators
        return replace(settings, name=name)
