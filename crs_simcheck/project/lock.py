"""``simcheck.lock``: what was accepted of every simulator, a line a gate, to be read in a diff."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crs_simcheck.errors import SettingsError
from crs_simcheck.records import TASKS

__all__ = [
    "LOCK_FILE",
    "Lock",
    "LockedGate",
    "LockedSimulator",
    "LockedTask",
    "lock_text",
    "read_lock",
    "write_lock",
]

LOCK_FILE = "simcheck.lock"
"""Its name, beside the settings file."""

FORMAT = 1
_VERDICTS = ("within", "drifted", "inconclusive")
_DIGITS = 4
_HEAD = "# Written by `crs-simcheck accept`; commit it, and change nothing by hand.\n"


@dataclass(frozen=True)
class LockedGate:
    """What was accepted of a gate; value, interval and range are None where there was none.

    ``gate`` is what the settings said of it, empty where nothing.
    """

    verdict: str
    seekers: int
    value: float | None = None
    interval: tuple[float, float] | None = None
    target: tuple[float, float] | None = None
    margin: float | None = None
    gate: str = ""


@dataclass(frozen=True)
class LockedTask:
    """What was accepted of a task: the gates, and what their values rest on.

    Parameters
    ----------
    prompt:
        Its hash, or None where there is no prompt.
    baseline:
        Name and hash of the people, or ``none``.
    catalogue:
        Hash of the user's films, or None.
    instruments:
        Name → version of what read the answers.
    """

    baseline: str
    instruments: Mapping[str, int | str]
    gates: Mapping[str, LockedGate]
    prompt: str | None = None
    catalogue: str | None = None


@dataclass(frozen=True)
class LockedSimulator:
    """What was accepted of a simulator. ``digests`` are those of the models that answered."""

    tasks: Mapping[str, LockedTask]
    engine: str | None = None
    digests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lock:
    """All that was accepted."""

    simulators: Mapping[str, LockedSimulator] = field(default_factory=dict)


# -- writing -----------------------------------------------------------------------------------


def lock_text(lock: Lock) -> str:
    """Return a lock as TOML: the same bytes for the same lock, a line for each gate."""
    return _HEAD + f"format = {FORMAT}\n" + "".join(_simulators(lock))


def _simulators(lock: Lock) -> Iterator[str]:
    for name, simulator in sorted(lock.simulators.items()):
        place = f"simulator.{_key(name)}"
        if simulator.engine is not None or simulator.digests:
            yield f"\n[{place}]\n"
            if simulator.engine is not None:
                yield f"engine = {_text(simulator.engine)}\n"
            if simulator.digests:
                yield f"digests = [{', '.join(map(_text, sorted(simulator.digests)))}]\n"
        for task in (task for task in TASKS if task in simulator.tasks):
            yield from _task(f"{place}.tasks.{task}", simulator.tasks[task])


def _task(place: str, task: LockedTask) -> Iterator[str]:
    yield f"\n[{place}]\n"
    if task.prompt is not None:
        yield f"prompt = {_text(task.prompt)}\n"
    yield f"baseline = {_text(task.baseline)}\n"
    if task.catalogue is not None:
        yield f"catalogue = {_text(task.catalogue)}\n"
    read = ", ".join(
        f"{_key(name)} = {version if isinstance(version, int) else _text(version)}"
        for name, version in sorted(task.instruments.items())
    )
    yield f"instruments = {{ {read} }}\n" if read else "instruments = {}\n"
    yield f"\n[{place}.gates]\n"
    for name, gate in sorted(task.gates.items()):
        yield f"{_key(name)} = {{ {', '.join(_gate(gate))} }}\n"


def _gate(gate: LockedGate) -> Iterator[str]:
    yield f"verdict = {_text(gate.verdict)}"
    if gate.value is not None:
        yield f"value = {_number(gate.value)}"
    for name, span in (("interval", gate.interval), ("range", gate.target)):
        if span is not None:
            yield f"{name} = [{_number(span[0])}, {_number(span[1])}]"
    if gate.margin is not None:
        yield f"margin = {_number(gate.margin)}"
    yield f"seekers = {gate.seekers}"
    if gate.gate:
        yield f"gate = {_text(gate.gate)}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return f"{round(value, _DIGITS) + 0.0:.{_DIGITS}f}"  # no negative zero


def _text(text: str) -> str:
    """Return a text as TOML has it; JSON's way to quote is one that TOML reads."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "_").replace("_", "a").isalnum()
    return name if bare and name else _text(name)


def write_lock(lock: Lock, path: Path) -> None:
    """Write a lock, whole or not at all.

    Raises
    ------
    SettingsError
        Where it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.write_text(lock_text(lock), encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SettingsError(f"cannot be written: {error.strerror}", path=path) from error


# -- reading -----------------------------------------------------------------------------------


def read_lock(path: Path) -> Lock | None:
    """Return a lock, or None where there is no such file.

    Raises
    ------
    SettingsError
        Where it is none, or one of another format.
    """
    try:
        data = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, f"cannot be read: {error}") from error
    try:
        found = tomllib.loads(data)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _broken(path, f"is no TOML: {error}") from error
    if found.get("format") != FORMAT:
        raise _broken(path, f"found format = {found.get('format')!r}, need {FORMAT}")
    try:
        simulators = {
            name: _read_simulator(_table(one, f"simulator.{name}"), f"simulator.{name}")
            for name, one in _table(found.get("simulator", {}), "simulator").items()
        }
    except _WrongError as error:
        raise _broken(path, str(error)) from None
    return Lock(simulators)


class _WrongError(ValueError):
    """What a lock cannot hold."""


def _broken(path: Path, problem: str) -> SettingsError:
    return SettingsError(
        problem,
        path=path,
        fix="restore it from version control, or write it anew: crs-simcheck accept",
    )


def _table(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _WrongError(f"found {value!r} at {place}, need a table")
    return value


def _need(value: object, kind: type, place: str) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _WrongError(f"found {value!r} at {place}, need a {kind.__name__}")
    return value


def _read_simulator(table: Mapping[str, Any], place: str) -> LockedSimulator:
    tasks = _table(table.get("tasks", {}), f"{place}.tasks")
    for task in tasks:
        if task not in TASKS:
            raise _WrongError(f"found '{task}' at {place}.tasks, need one of {', '.join(TASKS)}")
    digests = table.get("digests", [])
    engine = table.get("engine")
    return LockedSimulator(
        {task: _read_task(_table(tasks[task], task), f"{place}.tasks.{task}") for task in tasks},
        None if engine is None else _need(engine, str, f"{place}.engine"),
        tuple(_need(one, str, f"{place}.digests") for one in _need(digests, list, place)),
    )


def _read_task(table: Mapping[str, Any], place: str) -> LockedTask:
    prompt, catalogue = table.get("prompt"), table.get("catalogue")
    return LockedTask(
        _need(table.get("baseline"), str, f"{place}.baseline"),
        dict(_table(table.get("instruments", {}), f"{place}.instruments")),
        {
            name: _read_gate(_table(one, f"{place}.gates.{name}"), f"{place}.gates.{name}")
            for name, one in _table(table.get("gates", {}), f"{place}.gates").items()
        },
        None if prompt is None else _need(prompt, str, f"{place}.prompt"),
        None if catalogue is None else _need(catalogue, str, f"{place}.catalogue"),
    )


def _read_gate(table: Mapping[str, Any], place: str) -> LockedGate:
    verdict = table.get("verdict")
    if verdict not in _VERDICTS:
        raise _WrongError(f"found {verdict!r} at {place}.verdict, need {' or '.join(_VERDICTS)}")
    return LockedGate(
        verdict,
        _need(table.get("seekers"), int, f"{place}.seekers"),
        _float(table.get("value"), f"{place}.value"),
        _span(table.get("interval"), f"{place}.interval"),
        _span(table.get("range"), f"{place}.range"),
        _float(table.get("margin"), f"{place}.margin"),
        _need(table.get("gate", ""), str, f"{place}.gate"),
    )


def _float(value: object, place: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        raise _WrongError(f"found {value!r} at {place}, need a number")
    return float(value)


def _span(value: object, place: str) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise _WrongError(f"found {value!r} at {place}, need two numbers")
    low, high = (_float(end, place) for end in value)
    if low is None or high is None or low > high:
        raise _WrongError(f"found {value!r} at {place}, need two numbers, the lower first")
    return low, high
