"""Assertions on answers: each is a gate, in one line of a test of your own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NoReturn

from crs_simcheck.baselines import Group
from crs_simcheck.errors import InputError, SimcheckError
from crs_simcheck.gate import GateSpec, Verdict
from crs_simcheck.project import SimulatorRun, SimulatorSettings
from crs_simcheck.project.answers import Answers, answers_from
from crs_simcheck.project.judge_settings import RULES, JudgeSettings
from crs_simcheck.recordings import Responses
from crs_simcheck.records import TaskName
from crs_simcheck.report import verdict_words
from pytest_crs_simcheck.baseline import HumanBaseline
from pytest_crs_simcheck.gates import SimcheckWarning
from pytest_crs_simcheck.repository import as_message
from pytest_crs_simcheck.simulator import CrsSimulator, gate_on, where_of

__all__ = [
    "People",
    "assert_aspect_entropy",
    "assert_bin_pref_correlation",
    "assert_item_entropy",
    "assert_neg_feedback",
    "assert_no_leakage",
    "assert_sentiment_entropy",
    "assert_within",
]

People = str | Path | Group | HumanBaseline | Mapping[TaskName, str] | None
"""Whom answers are compared with: a shipped name, a folder, the fixture; what ships by default."""

# pytest puts "E", blanks and, on the first line, "AssertionError: " before what is printed.
_WIDTH, _BEFORE = 88, 16


def assert_within(  # noqa: PLR0913 - all but the first two have a default
    responses: Answers | CrsSimulator,
    metric: str,
    baseline: People = None,
    *,
    task: TaskName | None = None,
    n: int | None = None,
    margin: float | None = None,
    min: float | None = None,
    max: float | None = None,
    rule: Literal["target", "estimate"] | None = None,
    top_k: int | None = None,
    inconclusive: Literal["fail", "warn"] = "fail",
    catalogue: str | Path | None = None,
    profiles: str | Path | None = None,
    seed: int | None = None,
    draws: int | None = None,
    **more: Any,
) -> Verdict:
    """Fail unless a metric of these answers is within the range of groups of people of their size.

    Parameters
    ----------
    responses:
        The fixture ``crs_simulator``; the path of a file of response rows; rows; or bare answers
        with ``task``: texts or lists of titles, as a list, as ``(seeker, answer)`` pairs, or as a
        mapping ``seeker → answer``.
    metric:
        Its name; see ``docs/metrics.md``, and ``crs_simcheck.metric`` for your own.
    baseline:
        Shipped name or folder, or the fixture ``human_baseline``; by default the simulator's own
        people, or those that ship for the task.
    task:
        May be left out where the metric stands on one task that has answers.
    n:
        Look at so many seekers only.
    margin, min, max, rule, top_k:
        As in a gate's table of ``simcheck.toml``.
    inconclusive:
        ``warn``: a verdict that cannot be reached is a warning and no failure.
    catalogue, profiles, seed, draws, more:
        Settings of a simulator as in ``simcheck.toml``: for answers that have none there.

    Returns
    -------
    verdict:
        What it rests on; ``within``, or ``inconclusive`` where that warns.
    """
    __tracebackhide__ = True
    given = {"catalogue": catalogue, "profiles": profiles, "seed": seed, "draws": draws, **more}
    keys = {"margin": margin, "min": min, "max": max, "rule": rule, "top_k": top_k}
    try:
        run = _run_of(responses, task or _task_of(metric), baseline, n, given)
        verdicts = [run.verdict(_spec(run, metric, task, keys))]
    except SimcheckError as error:
        _fail(as_message(error))
    return _judged(run, verdicts, inconclusive)[0]


def assert_item_entropy(
    responses: Answers | CrsSimulator, baseline: People = None, **keys: Any
) -> Verdict:
    """Fail unless the films named are as varied as people's; see :func:`assert_within`."""
    __tracebackhide__ = True
    return assert_within(responses, "item_entropy", baseline, **keys)


def assert_aspect_entropy(
    responses: Answers | CrsSimulator, baseline: People = None, **keys: Any
) -> Verdict:
    """Fail unless reviews speak of as many aspects as people's; see :func:`assert_within`."""
    __tracebackhide__ = True
    return assert_within(responses, "aspect_entropy", baseline, **keys)


def assert_sentiment_entropy(
    responses: Answers | CrsSimulator, baseline: People = None, **keys: Any
) -> Verdict:
    """Fail unless reviews are as balanced in sentiment as people's; see :func:`assert_within`."""
    __tracebackhide__ = True
    return assert_within(responses, "sentiment_entropy", baseline, **keys)


def assert_bin_pref_correlation(
    responses: Answers | CrsSimulator, baseline: People = None, **keys: Any
) -> Verdict:
    """Fail unless Yes and No follow people's ratings as people's own do; see the same."""
    __tracebackhide__ = True
    return assert_within(responses, "bin_pref_correlation", baseline, **keys)


def assert_neg_feedback(
    responses: Answers | CrsSimulator,
    baseline: People = None,
    *,
    judge: str | None = None,
    uncalibrated: Literal["refuse", "allow"] | None = None,
    calibration: str | Path | None = None,
    inconclusive: Literal["fail", "warn"] = "fail",
    min: float | None = None,
    n: int | None = None,
    **more: Any,
) -> Verdict:
    """Fail unless answers to a recommendation that does not fit say so well; see the same.

    Parameters
    ----------
    judge:
        Who scores answers that are no simulator of ``simcheck.toml``: ``rules``, which needs no
        server. A simulator has its own, with what it replied recorded.
    uncalibrated, calibration:
        As in the gate's table: a judge that nobody held against people decides nothing, unless
        that is allowed.
    """
    __tracebackhide__ = True
    keys = {"min": min, "uncalibrated": uncalibrated, "calibration": _text(calibration)}
    with tempfile.TemporaryDirectory() as folder:
        try:
            if judge is not None:
                if judge != RULES or isinstance(responses, CrsSimulator):
                    raise InputError(
                        f"found judge = {judge!r}; only '{RULES}' judges answers that are given "
                        "as rows",
                        field="judge",
                        fix="give the simulator a judge in simcheck.toml, and its fixture here",
                    )
                more["judge"] = JudgeSettings((RULES,), kept_in=Path(folder), record="new")
            run = _run_of(responses, "neg_feedback", baseline, n, more)
            verdicts = [run.verdict(_spec(run, "neg_feedback", "neg_feedback", keys))]
        except SimcheckError as error:
            _fail(as_message(error))
        return _judged(run, verdicts, inconclusive)[0]


def assert_no_leakage(
    responses: Answers | CrsSimulator,
    histories: Mapping[str, Iterable[str]] | None = None,
    *,
    task: TaskName | None = None,
    max: float | None = None,
    inconclusive: Literal["fail", "warn"] = "fail",
    n: int | None = None,
    **more: Any,
) -> tuple[Verdict, ...]:
    """Fail where seekers say back titles of their own history, more than ``max`` of the answers.

    Parameters
    ----------
    histories:
        Seeker → titles; or ``profiles = "profiles.jsonl"``; a simulator has its own.
    task:
        Of bare answers; or the only one to look at.

    Returns
    -------
    verdicts:
        One for each task that has answers.
    """
    __tracebackhide__ = True
    try:
        if histories is not None and not isinstance(responses, CrsSimulator):
            responses = _with_histories(answers_from(responses, task), histories)
        run = _run_of(responses, task, None, n, more)
        on = [one for one in run.tasks if task in (None, one)]
        verdicts = [run.verdict(_spec(run, "leakage_rate", one, {"max": max})) for one in on]
    except SimcheckError as error:
        _fail(as_message(error))
    return tuple(_judged(run, verdicts, inconclusive))


# -- how -----------------------------------------------------------------------------------------


def _run_of(
    responses: Answers | CrsSimulator,
    task: TaskName | None,
    baseline: People,
    n: int | None,
    given: Mapping[str, Any],
) -> SimulatorRun:
    """Return a run of these answers, against these people."""
    changes = {key: _text(value) for key, value in given.items() if value is not None}
    if n is not None:
        changes["seekers"] = n
    if baseline is not None:
        changes["baselines"] = _names(baseline)
    unknown = [key for key in changes if key not in SimulatorSettings.__dataclass_fields__]
    if unknown:
        raise InputError(f"found {unknown[0]} = …, which is no setting", field=unknown[0])
    if isinstance(responses, CrsSimulator):
        run = responses.run
        if not changes:
            return run
        return SimulatorRun(replace(run.settings, **changes), run.responses)
    # What is relative starts in the working folder, as paths in a test do.
    source = str(responses) if isinstance(responses, (str, Path)) else None
    name = "responses" if source is None else Path(source).stem
    settings = SimulatorSettings(name=name, folder=Path(), responses=source, **changes)
    return SimulatorRun(settings, None if source else answers_from(responses, task))


def _task_of(metric: str) -> TaskName | None:
    from crs_simcheck.metrics import metric_named

    tasks = metric_named(metric).tasks
    return tasks[0] if len(tasks) == 1 else None


def _names(baseline: People) -> Mapping[str, str]:
    """Return task → baseline, as settings have it."""
    if isinstance(baseline, HumanBaseline):
        return {task: _place(group) for task, group in baseline.people.items()}
    if isinstance(baseline, Group):
        return {"": _place(baseline)}
    if isinstance(baseline, Mapping):
        return {str(task): name for task, name in baseline.items()}
    return {"": str(baseline)}


def _place(group: Group) -> str:
    if group.path is None:
        raise InputError(
            f"the group '{group.name}' lies in no folder",
            field="baseline",
            fix="write it by crs_simcheck.baselines.write_group",
        )
    return str(group.path)


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _with_histories(responses: Responses, histories: Mapping[str, Iterable[str]]) -> Responses:
    known = {str(seeker): tuple(titles) for seeker, titles in histories.items()}
    return Responses(
        tuple(replace(row, history=known.get(row.seeker, row.history)) for row in responses)
    )


def _spec(
    run: SimulatorRun, metric: str, task: TaskName | None, keys: Mapping[str, Any]
) -> GateSpec:
    """Return the gate; where no key is given, that of the settings counts."""
    spec = gate_on(metric, task, run.tasks, **keys)
    if any(value is not None for value in keys.values()):
        return spec
    own = (s for s in run.settings.gates or () if s.metric.name == metric and s.task == spec.task)
    return next(own, spec)


def _judged(run: SimulatorRun, verdicts: list[Verdict], inconclusive: str) -> list[Verdict]:
    """Return the verdicts where each is within; what is not fails, or warns."""
    __tracebackhide__ = True
    where = where_of(run.settings, Path.cwd())
    failed: list[str] = []
    for verdict in verdicts:
        if verdict.outcome == "within":
            continue
        if verdict.outcome == "inconclusive" and inconclusive == "warn":
            pytest_warn(verdict_words(verdict, where))
            continue
        before = 0 if failed else _BEFORE
        failed.append(verdict_words(verdict, where, width=_WIDTH, before=before))
    if failed:
        _fail("\n".join(failed))
    return verdicts


def pytest_warn(message: str) -> None:
    """Warn, with the line of the test and none of ours."""
    import warnings

    warnings.warn(SimcheckWarning(message), stacklevel=4)


def _fail(message: str) -> NoReturn:
    __tracebackhide__ = True
    raise AssertionError(message) from None
