"""Metrics of a team's own: a decorated function of pooled statistics is a metric like any other.

The function is called as ``function(pool, frame)`` with the sums of G groups, and returns their G
values, NaN where one does not exist. Each block of the pool is a (G × F) matrix, sparse where it is
wide. So groups of people, the simulator and the jackknife all go through the same few lines::

    @crs_simcheck.metric(task="bin_pref", margin=0.1, blocks=("rated", "asked"))
    def share_rated(pool, frame):
        "Share of answers with stars."
        return ratio(row_sums(pool.block("rated")), row_sums(pool.block("asked")))
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import numpy as np

from crs_simcheck.errors import InputError, SettingsError
from crs_simcheck.metrics.base import Compute, Margin, Metric, Table
from crs_simcheck.metrics.frame import Frame
from crs_simcheck.metrics.registry import OWN
from crs_simcheck.records import TASKS, TaskName
from crs_simcheck.stats import Direction, FloatArray, Pool

__all__ = ["BLOCKS", "Side", "metric", "own_metric_of"]

Side = Literal["both", "low", "high"]
_F = TypeVar("_F", bound=Callable[..., Any])

BLOCKS: Mapping[Table, tuple[str, ...]] = MappingProxyType(
    {
        "mentions": ("titles", "pairs", "sums"),
        "answers": ("asked", "yes", "rated", "stars"),
        "responses": ("sums", "texts_read", "shared"),
        "texts": ("sentiments", "stars", "aspects", "types", "sums"),
        "word_vectors": ("vectors", "counts"),
        "sentence_vectors": ("vectors", "counts"),
        "conduct": ("sums",),
        "reactions": ("sums",),
        "judged": ("sums",),
    }
)
"""Table of seeker statistics → its blocks; ``crs_simcheck.metrics.blocks`` has the columns."""

_TABLE_OF: Mapping[TaskName, Table] = MappingProxyType(
    {
        "items_talk": "mentions",
        "bin_pref": "answers",
        "open_pref": "texts",
        "rec_request": "texts",
        "neg_feedback": "reactions",
    }
)
_DIRECTIONS: Mapping[str, Direction] = MappingProxyType(
    {"both": "two-sided", "low": "lower", "high": "upper"}
)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def own_metric_of(function: object) -> Metric:
    """Return the metric that a decorated function defines."""
    found: Metric = function.__simcheck_metric__  # type: ignore[attr-defined]
    return found


def metric(  # noqa: PLR0913 - all but the first two have a default
    *,
    task: TaskName | Iterable[TaskName],
    margin: float,
    unit: str = "",
    side: Side = "both",
    table: Table | None = None,
    blocks: Iterable[str] | None = None,
    name: str | None = None,
    title: str | None = None,
    relative: bool = False,
    reason: str = "as its author chose",
    too_low: str = "lower than people's",
    too_high: str = "higher than people's",
) -> Callable[[_F], _F]:
    """Make a function of pooled statistics a metric; it is returned as it was.

    Parameters
    ----------
    task:
        The task, or tasks, that it stands on.
    margin, relative, reason:
        How far from people's value a simulator may be before anybody should mind: in its unit, or
        as a share of people's value; and why so much.
    unit:
        Printed behind a value; empty for a share, which is printed in per cent.
    side:
        Of people's value, on which a simulator may not be.
    table, blocks:
        What it reads of the seeker statistics (see :data:`BLOCKS`): by default all of the table
        that is the task's own. ``responses`` stands on every task.
    name, title:
        The function's name and the first line of its docstring by default.
    too_low, too_high:
        What a drift to either side means, as a clause about the simulator.
    """

    def defined(function: _F) -> _F:
        called = name or function.__name__
        tasks = (task,) if isinstance(task, str) else tuple(task)
        _check(called, tasks, unit, side, margin)
        reads, read = _reads(called, tasks[0], table, blocks)
        made = Metric(
            name=called,
            unit=unit,
            title=title or _first_line(function) or called.replace("_", " "),
            direction=_DIRECTIONS[side],
            tasks=tasks,
            table=reads,
            blocks=read,
            compute=_guarded(function, called, read),
            margin=Margin(margin, reason, relative),
            too_low=too_low,
            too_high=too_high,
        )
        OWN[called] = made
        function.__simcheck_metric__ = made  # type: ignore[attr-defined]
        return function

    return defined


def _reads(
    name: str, task: TaskName, table: Table | None, blocks: Iterable[str] | None
) -> tuple[Table, tuple[str, ...]]:
    """Return the table and the blocks that a metric reads."""
    reads = table or _TABLE_OF[task]
    there = BLOCKS.get(reads, ())
    read = there if blocks is None else tuple(blocks)
    unknown = [block for block in read if block not in there]
    if not there or unknown or not read:
        block = f"block '{unknown[0]}'" if unknown else "no block"
        raise SettingsError(
            f"found {block if there else f'table {reads!r}'}",
            field=f"metric '{name}'",
            fix=f"one of {', '.join(there or BLOCKS)}",
        )
    return reads, read


def _check(name: str, tasks: tuple[str, ...], unit: Any, side: str, margin: Any) -> None:
    from crs_simcheck.metrics import METRICS

    problem = ""
    if not _NAME.fullmatch(name) or name in TASKS:
        problem = f"found the name '{name}', need small letters, digits and _, and no task's name"
    elif name in METRICS:
        problem = f"there is a metric '{name}' that ships: take another name"
    elif not tasks or any(one not in TASKS for one in tasks):
        problem = f"found task {tasks!r}, need one or several of {', '.join(TASKS)}"
    elif side not in _DIRECTIONS:
        problem = f"found side = {side!r}, need one of {', '.join(_DIRECTIONS)}"
    elif not isinstance(unit, str):
        problem = f"found unit = {unit!r}, need a text"
    elif isinstance(margin, bool) or not isinstance(margin, (int, float)) or not 0 <= margin < 1e9:
        problem = f"found margin = {margin!r}, need a number of 0 or more"
    if problem:
        raise SettingsError(problem, field=f"metric '{name}'")


def _first_line(function: Callable[..., Any]) -> str:
    told = (inspect.getdoc(function) or "").partition("\n")[0].strip().rstrip(".")
    return told[:1].lower() + told[1:] if told[1:2].islower() or told[1:2] == " " else told


def _guarded(function: Callable[..., Any], name: str, blocks: tuple[str, ...]) -> Compute:
    """Return the function, held to its contract: what it does wrong is told with its file."""
    code = getattr(function, "__code__", None)
    path, line = (code.co_filename, code.co_firstlineno) if code is not None else (None, None)

    def wrong(problem: str, fix: str | None = None) -> InputError:
        return InputError(f"metric '{name}' {problem}", path=path, line=line, fix=fix)

    def compute(pool: Pool, frame: Frame) -> FloatArray:
        try:
            with np.errstate(all="ignore"):  # 0/0 is a value that does not exist, and no warning
                found = np.asarray(function(pool, frame), dtype=np.float64)
        except KeyError as error:
            raise wrong(
                f"asked for {error}, which is not there", f"it reads {', '.join(blocks)}"
            ) from error
        except Exception as error:
            raise wrong(f"raised {type(error).__name__}: {error}") from error
        if found.ndim == 2 and 1 in found.shape:
            found = found.reshape(-1)
        if found.shape != (pool.n_groups,):
            raise wrong(
                f"returned shape {found.shape}, need ({pool.n_groups},): a value for each group",
                "sum over the columns of a block (axis=1), never over its rows",
            )
        return found

    return compute
