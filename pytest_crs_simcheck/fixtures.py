"""What the fixtures of ``plugin`` give, and which simulator, people or judge each stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pytest

from crs_simcheck.baselines import DEFAULT_BASELINES, Group, load_baseline
from crs_simcheck.errors import SimcheckError, UnknownNameError
from crs_simcheck.records import TASKS, TaskName
from pytest_crs_simcheck.baseline import HumanBaseline
from pytest_crs_simcheck.judge import CrsJudge
from pytest_crs_simcheck.repository import Simcheck, as_message, repository_of
from pytest_crs_simcheck.simulator import CrsSimulator

__all__ = ["baseline_of", "judge_of", "loaded", "optimized_of", "parametrize", "simulator_of"]

_KEY = pytest.StashKey[Simcheck]()
_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True)
class _Wrong:
    """Stands for a parameter that could not be found: the fixture then fails with the reason."""

    message: str


def _told(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Have what cannot be used fail a test by its message alone."""

    @wraps(function)
    def inner(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        __tracebackhide__ = True
        try:
            return function(*args, **kwargs)
        except SimcheckError as error:
            message = as_message(error)
        except pytest.UsageError as error:
            message = str(error)
        pytest.fail(message, pytrace=False)

    return inner


# -- which -------------------------------------------------------------------------------------


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give the fixtures that a test asks for their parameters."""
    taken = set(_parametrized(metafunc.definition))
    for name, names_for in _NAMES.items():
        if name not in metafunc.fixturenames or name in taken:
            continue
        try:
            names: Iterable[Any] | None = names_for(metafunc)
        except (SimcheckError, pytest.UsageError) as error:
            wrong = as_message(error) if isinstance(error, SimcheckError) else str(error)
            metafunc.parametrize(name, [_Wrong(wrong)], ids=["?"], indirect=True)
        else:
            if names is not None:
                names = tuple(names)
                metafunc.parametrize(name, names, ids=names, indirect=True)


def _parametrized(definition: pytest.Item) -> Iterator[str]:
    """Yield the names that a test parametrizes itself."""
    for mark in definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs.get("argnames", ())
        given = names.split(",") if isinstance(names, str) else names
        yield from (name.strip() for name in given)


def _marked(metafunc: pytest.Metafunc, marker: str) -> tuple[str, ...]:
    mark = metafunc.definition.get_closest_marker(marker)
    if mark is None:
        return ()
    if not mark.args or mark.kwargs or not all(isinstance(name, str) for name in mark.args):
        raise pytest.UsageError(
            f"crs-simcheck: found @pytest.mark.{marker} with {mark.args!r}, need names: "
            f'@pytest.mark.{marker}("NAME")'
        )
    return tuple(dict.fromkeys(mark.args))


def _simulators(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    """Return the simulators of a test: its marker's, else the ini file's, else all."""
    every = tuple(repository_of(metafunc.config).runs)
    wanted = _marked(metafunc, "crs_simulator") or _of_ini(metafunc.config)
    for name in wanted:
        if name not in every:
            raise UnknownNameError("simulator", name, every)
    return wanted or every


def _of_ini(config: pytest.Config) -> tuple[str, ...]:
    return tuple(dict.fromkeys(config.getini("simcheck_simulators")))


def _optimized(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    """Return the same; by default those with a prompt that says that it was optimized."""
    if _marked(metafunc, "crs_simulator") or _of_ini(metafunc.config):
        return _simulators(metafunc)
    from crs_simcheck.project.provenance import was_optimized

    held = loaded_quietly(metafunc.config)
    asked = [s for s in held.simulators.values() if s.prompts]
    found = [s.name for s in asked if any(map(was_optimized, s.prompts.values()))]
    if not found and not asked:
        raise pytest.UsageError(
            f"crs-simcheck: no simulator of {held.path} has prompts, which an optimizer could "
            'have written; give one prompts = "FOLDER" and an engine'
        )
    return tuple(found) or tuple(s.name for s in asked)


def _people(metafunc: pytest.Metafunc) -> tuple[str, ...] | None:
    return _marked(metafunc, "human_baseline") or None


def _judge(metafunc: pytest.Metafunc) -> tuple[str, ...] | None:
    return _marked(metafunc, "crs_judge") or None


_NAMES: dict[str, Callable[[pytest.Metafunc], Iterable[str] | None]] = {
    "crs_simulator": _simulators,
    "optimized_simulator": _optimized,
    "human_baseline": _people,
    "crs_judge": _judge,
}


def _asked_for(request: Any) -> str | None:
    wanted = getattr(request, "param", None)
    if isinstance(wanted, _Wrong):
        raise pytest.UsageError(wanted.message)
    return wanted


# -- what --------------------------------------------------------------------------------------


def loaded_quietly(config: pytest.Config) -> Simcheck:
    """Return the configuration, once; raises what its file raises."""
    if _KEY not in config.stash:
        config.stash[_KEY] = Simcheck(repository_of(config))
    return config.stash[_KEY]


@_told
def loaded(config: pytest.Config) -> Simcheck:
    """Return the configuration, or fail the test."""
    return loaded_quietly(config)


@_told
def simulator_of(request: Any) -> CrsSimulator:
    """Return the simulator of a test."""
    name = _asked_for(request)
    held = loaded_quietly(request.config)
    return held.simulator(name or _only(held.names, "crs_simulator"))


@_told
def optimized_of(request: Any) -> CrsSimulator:
    """Return the simulator of a test, once it is sure that its prompts are what was measured."""
    from crs_simcheck.project.provenance import optimized_prompts

    name = _asked_for(request)
    held = loaded_quietly(request.config)
    found = held.simulator(name or _only(held.names, "crs_simulator"))
    optimized_prompts(found.name, found.prompts)
    return found


@_told
def judge_of(request: Any) -> CrsJudge:
    """Return the judge of a simulator: of the one that is named, or of all that have one."""
    name = _asked_for(request)
    held = loaded_quietly(request.config)
    if name is not None:
        return CrsJudge(held.simulator(name).settings)
    judged = [one.settings for one in held.simulators.values() if one.settings.judge is not None]
    if not judged:
        return CrsJudge(held.simulator(held.names[0]).settings)  # which says what is missing
    if len({(one.judge.judges, one.judge.rubric) for one in judged if one.judge}) > 1:
        names = tuple(one.name for one in judged)
        return CrsJudge(held.simulator(_only(names, "crs_judge")).settings)
    return CrsJudge(judged[0])


@_told
def baseline_of(request: Any) -> HumanBaseline:
    """Return the people of a test: its marker's, else the ini file's, else of simcheck.toml."""
    config = request.config
    named = _asked_for(request) or str(config.getini("simcheck_baseline")).strip()
    if named:
        people = load_baseline(named, config.rootpath)
        return HumanBaseline(dict.fromkeys(people.tasks, people))
    held = loaded_quietly(config)
    first = held.simulator(_of_ini(config)[0] if _of_ini(config) else held.names[0])
    return HumanBaseline(
        dict(_of_settings(held)),
        first.run.catalogue if first.settings.catalogue else None,
        seed=first.settings.seed,
        draws=first.settings.draws,
    )


def _of_settings(held: Simcheck) -> Iterator[tuple[TaskName, Group]]:
    """Yield each task with the one group of people that simcheck.toml compares it with."""
    for task in TASKS:
        named: dict[str, Group] = {}
        for one in held.simulators.values():
            given = one.settings.baselines
            name = given.get(task, given.get("")) or DEFAULT_BASELINES.get(task)
            if name is not None and name not in named:
                named[name] = load_baseline(name, one.settings.folder)
        asked = {name: group for name, group in named.items() if task in group.tasks}
        if len(asked) > 1:
            raise UnknownNameError(
                "baseline",
                "",
                asked,
                hint=f"simcheck.toml compares {task} with several; say which: "
                '@pytest.mark.human_baseline("NAME")',
            )
        for group in asked.values():
            yield task, group


def _only(names: tuple[str, ...], marker: str) -> str:
    """Return the only name, or say how to name one."""
    if len(names) == 1:
        return names[0]
    raise UnknownNameError("simulator", "", names, hint=f'say which: @pytest.mark.{marker}("NAME")')
