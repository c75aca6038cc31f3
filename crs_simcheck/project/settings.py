"""``simcheck.toml``: which simulators a repository has, and the gates that each must pass."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from crs_simcheck.errors import SettingsError, UnknownNameError
from crs_simcheck.gate import GATE_KEYS, GateSpec, gate_from_table
from crs_simcheck.metrics import Metric, known_metrics
from crs_simcheck.project.keys import JUDGE_KEYS, LIVE_KEYS, RECORDINGS
from crs_simcheck.project.table import TableReader, inner_table, known_keys, pytest_settings
from crs_simcheck.records import TASKS, TaskName

if TYPE_CHECKING:
    from crs_simcheck.project.judge_settings import JudgeSettings
    from crs_simcheck.project.live_settings import LiveSettings

__all__ = [
    "SETTINGS_FILE",
    "ProjectSettings",
    "SimulatorSettings",
    "find_settings",
    "parse_settings",
    "read_settings",
]

SETTINGS_FILE = "simcheck.toml"
_PYPROJECT = "pyproject.toml"
_SOURCES = ("responses", "group", "prompts", "python")
_TASK_KEYS: Mapping[TaskName, tuple[str, ...]] = MappingProxyType(
    {
        "items_talk": ("n_items",),
        "bin_pref": ("films", "asked"),
        "open_pref": ("films",),
        "rec_request": ("requests",),
        "neg_feedback": ("unfit", "fit"),
    }
)


@dataclass(frozen=True)
class SimulatorSettings:
    """One simulator of ``simcheck.toml``.

    Parameters
    ----------
    responses, group, live:
        Where its answers are: a file or folder of response rows, a group (folder or shipped name),
        or how it is asked. Exactly one is given.
    judge:
        Who judges answers to a recommendation, or None.
    catalogue, profiles:
        Files of the user; relative paths start at the folder of the settings file.
    aspects, word_vectors, sentence_model:
        A lexicon of aspects and word vectors (files), a sentence model (name or folder); by default
        those that read the people.
    baselines:
        Task → name or folder of the people to compare with; the key ``""`` stands for all others.
    seekers:
        How many of the seekers to look at; None for all.
    only:
        Ids of the seekers to look at, among those; None for all.
    like_at:
        Least stars that mean Yes; None for what the baseline was built with, or 3.5.
    gates:
        The gates asked for; None where there is no ``gates`` table: every metric that both sides
        can be measured on.
    tasks:
        The tasks that are configured, and so must have answers.
    own_metrics, plugins:
        The team's own, which are gated beside those that ship; the files that define them.
    """

    name: str
    folder: Path
    responses: str | None = None
    group: str | None = None
    live: LiveSettings | None = None
    judge: JudgeSettings | None = None
    catalogue: str | None = None
    profiles: str | None = None
    aspects: str | None = None
    word_vectors: str | None = None
    sentence_model: str | None = None
    baselines: Mapping[str, str] = field(default_factory=dict)
    seekers: int | None = None
    only: frozenset[str] | None = None
    seed: int = 0
    draws: int = 1000
    least_seekers: int = 20
    like_at: float | None = None
    allow_not_people: bool = False
    gates: tuple[GateSpec, ...] | None = None
    tasks: tuple[TaskName, ...] = ()
    skip_broken: bool = False
    own_metrics: tuple[Metric, ...] = ()
    plugins: tuple[str, ...] = ()

    @property
    def instruments(self) -> Mapping[str, str | None]:
        """Instrument that may be chosen → file or name of it, None where it was not."""
        return {
            "aspects": self.aspects,
            "word-vectors": self.word_vectors,
            "sentence-vectors": self.sentence_model,
        }

    @property
    def source(self) -> str:
        """Where the answers are, as it was written."""
        if self.live is not None:
            return f"{RECORDINGS}/{self.name}"
        return self.responses or self.group or ""


@dataclass(frozen=True)
class ProjectSettings:
    """All simulators of a settings file.

    Parameters
    ----------
    pytest:
        Options of the pytest plugin that neither flag, environment nor ini file gives.
    """

    path: Path
    simulators: tuple[SimulatorSettings, ...]
    pytest: Mapping[str, str] = field(default_factory=dict)


def find_settings(folder: Path, given: str | Path | None = None) -> Path | None:
    """Return the settings file: the one given, else of the folder; None where there is none.

    ``simcheck.toml`` goes before ``[tool.crs-simcheck]`` in ``pyproject.toml``.
    """
    if given is not None:
        return Path(os.path.normpath(folder / given))  # a link stays one: paths start beside it
    own = folder / SETTINGS_FILE
    if own.is_file():
        return own
    project = folder / _PYPROJECT
    if project.is_file() and _table_of(_load(project), project) is not None:
        return project
    return None


def read_settings(path: Path) -> ProjectSettings:
    """Read a settings file.

    Raises
    ------
    SettingsError
        Names the file, the key, what was found, what is needed, and the nearest known key.
    """
    table = _table_of(_load(path), path)
    if table is None:
        raise SettingsError("there is no table [tool.crs-simcheck]", path=path)
    return parse_settings(table, path)


def _load(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise SettingsError(f"cannot be read: {reason}", path=path) from error


def _table_of(document: Mapping[str, Any], path: Path) -> Mapping[str, Any] | None:
    if path.name != _PYPROJECT:
        return document
    tool = document.get("tool")
    table = tool.get("crs-simcheck") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def parse_settings(document: Mapping[str, Any], path: Path) -> ProjectSettings:
    """Check a settings table that was read from ``path``."""
    known_keys(document, ("simulator", "plugins", "pytest"), path, "")
    own, plugins = tuple[Metric, ...](), tuple[str, ...]()
    if "plugins" in document:
        from crs_simcheck.project.plugins import load_plugins

        own, plugins = load_plugins(document["plugins"], path), tuple(document["plugins"])
    simulators = document.get("simulator")
    if not isinstance(simulators, dict) or not simulators:
        raise SettingsError(
            "there is no simulator",
            path=path,
            fix='add a table [simulator.NAME] with responses = "answers.jsonl"',
        )
    found: dict[str, SimulatorSettings] = {}
    for name, table in simulators.items():
        for simulator in _simulator(name, inner_table(table, f"simulator.{name}", path), path):
            if simulator.name in found:
                raise SettingsError(
                    f"two simulators would be called '{simulator.name}'",
                    path=path,
                    field=f"simulator.{name}.configuration",
                    fix="a simulator in several configurations is one for each; rename the other",
                )
            found[simulator.name] = replace(simulator, own_metrics=own, plugins=plugins)
    return ProjectSettings(path, tuple(found.values()), pytest_settings(document, path))


def _simulator(name: str, table: Mapping[str, Any], path: Path) -> Iterator[SimulatorSettings]:
    """Yield a simulator, or one for each of its configurations where there are several."""
    place = f"simulator.{name}"
    if not re.fullmatch(r"[^\W_][\w. +-]*", name):
        raise SettingsError(
            f"found the name {name!r}, need letters, digits and any of . _ + - or blanks",
            path=path,
            field="simulator",
            fix="it becomes part of the name of a test",
        )
    known_keys(table, _KEYS, path, place)
    read = TableReader(table, place, path)
    asked = _asked(table.get("tasks", {}), path, f"{place}.tasks")
    given = [key for key in _SOURCES if key in table]
    if len(given) != 1:
        found = " and ".join(given) if given else "none of them"
        raise SettingsError(
            f"found {found}, need one of responses, group, prompts, python",
            path=path,
            field=place,
            fix='for instance responses = "answers.jsonl"',
        )
    live = []
    if any(key in table for key in LIVE_KEYS):
        from crs_simcheck.project.live_settings import live_settings

        live = list(live_settings(read, given[0], asked))
    judge = None
    if any(key in table for key in JUDGE_KEYS):
        from crs_simcheck.project.judge_settings import judge_settings

        judge = judge_settings(read)
    simulator = SimulatorSettings(
        name=name,
        folder=path.parent,
        responses=read.text("responses"),
        group=read.text("group"),
        judge=judge,
        catalogue=read.text("catalogue"),
        profiles=read.text("profiles"),
        aspects=read.text("aspects"),
        word_vectors=read.text("word_vectors"),
        sentence_model=read.text("sentence_model"),
        baselines=_baselines(read),
        seekers=read.whole("seekers", 0, 1) or None,
        seed=read.whole("seed", 0, 0),
        draws=read.whole("draws", 1000, 100),
        least_seekers=read.whole("least_seekers", 20, 2),
        like_at=read.number("like_at", 3.5, 0.5, 5.0) if "like_at" in table else None,
        allow_not_people=read.flag("allow_not_people"),
        gates=_gates(table["gates"], path, place) if "gates" in table else None,
        tasks=tuple(asked),
    )
    if given[0] in ("responses", "group"):
        yield simulator
        return
    for configuration, how in live:
        several = f"{name}-{configuration}" if len(live) > 1 else name
        yield replace(simulator, name=several, live=how)


_KEYS = (
    "responses",
    "group",
    "catalogue",
    "profiles",
    "aspects",
    "word_vectors",
    "sentence_model",
    "baseline",
    "seekers",
    "seed",
    "draws",
    "least_seekers",
    "like_at",
    "allow_not_people",
    "gates",
    "tasks",
    *JUDGE_KEYS,
    *LIVE_KEYS,
)


def _baselines(read: TableReader) -> Mapping[str, str]:
    value = read.table.get("baseline")
    if value is None:
        return {}
    if isinstance(value, str) and value.strip():
        return {"": value}
    if not isinstance(value, dict):
        raise read.fail("baseline", "a name, a folder, or a table task = name")
    known_keys(value, TASKS, read.path, f"{read.place}.baseline")
    for task, name in value.items():
        if not isinstance(name, str) or not name.strip():
            raise SettingsError(
                f"found {name!r}, need a name or a folder",
                path=read.path,
                field=f"{read.place}.baseline.{task}",
            )
    return dict(value)


def _gates(value: Any, path: Path, place: str) -> tuple[GateSpec, ...]:
    """Read the gates: a metric gates every task it stands on; a task's own table goes before."""
    table = inner_table(value, f"{place}.gates", path)
    metrics = known_metrics()
    specs: dict[tuple[str, str], GateSpec] = {}
    own: dict[tuple[str, str], GateSpec] = {}
    for key, entry in table.items():
        where = f"{place}.gates.{key}"
        inner = inner_table(entry, where, path)
        if key in TASKS and key in metrics:  # neg_feedback is both: what is in it tells which
            known_keys(inner, (*metrics, *GATE_KEYS), path, where)
            of_metric = {k: v for k, v in inner.items() if k in GATE_KEYS}
            if of_metric and key in inner:
                raise SettingsError(
                    f"found keys of the gate {key} beside another {key}: which of the two counts?",
                    path=path,
                    field=where,
                    fix="give them once",
                )
            if of_metric or not inner:
                specs[key, key] = _gate(key, key, of_metric, path, where)
            inner = {k: v for k, v in inner.items() if k not in GATE_KEYS}
        if key in TASKS:
            known_keys(inner, metrics, path, where)
            for metric, gate in inner.items():
                spec = _gate(key, metric, gate, path, f"{where}.{metric}", of_task=True)
                own[key, metric] = spec
        else:
            if key not in metrics:
                unknown = UnknownNameError("metric or task", key, (*metrics, *TASKS))
                raise SettingsError(str(unknown), path=path, field=where)
            for task in metrics[key].tasks:
                specs[task, key] = _gate(task, key, entry, path, where)
    return tuple((specs | own).values())


def _gate(
    task: TaskName, metric: str, value: Any, path: Path, where: str, *, of_task: bool = False
) -> GateSpec:
    table = inner_table(value, where, path)
    known_keys(table, GATE_KEYS, path, where)
    try:
        return gate_from_table(task, metric, table, where=where, of_task=of_task)
    except SettingsError as error:
        raise SettingsError(error.problem, path=path, field=error.field, fix=error.fix) from None


def _asked(value: Any, path: Path, place: str) -> dict[TaskName, Mapping[str, Any]]:
    """Return the tasks that are configured, in their usual order, each with its checked table."""
    table = inner_table(value, place, path)
    known_keys(table, TASKS, path, place)
    for task, asked in table.items():
        where = f"{place}.{task}"
        inner = inner_table(asked, where, path)
        known_keys(inner, _TASK_KEYS[cast(TaskName, task)], path, where)
        read = TableReader(inner, where, path)
        for key in inner:
            if inner[key] != "people" or key != "n_items":
                read.whole(key, 1, 0 if task == "neg_feedback" else 1)
    return {task: dict(table[task]) for task in TASKS if task in table}
