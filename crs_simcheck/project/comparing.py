"""``compare``: a simulator before and after a change, seeker by seeker, and which is nearer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from crs_simcheck.baselines import TABLES_OF, Group, SeekerStatistics, TableName, rows_by_seeker
from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.gate import LEVEL, Change, GateSpec, PairedComparison, Settings, decided
from crs_simcheck.metrics import metrics_of
from crs_simcheck.project.gates import NotMeasured, gates_of
from crs_simcheck.project.keys import JUDGEMENTS
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.project.two_sides import Answers, Wanted, answers_of
from crs_simcheck.recordings import Responses
from crs_simcheck.records import TASKS, Response, TaskName

__all__ = ["FORMAT", "Compared", "LeftOut", "compare_answers", "compare_sides", "paired_rows"]

FORMAT = 1
"""Of the JSON."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What of a task is compared, and what has no counterpart on the other side.

    Parameters
    ----------
    seekers, answers:
        Compared: seekers of both sides, and pairs of answers to the same stimulus.
    seekers_old, seekers_new:
        Seekers of one side alone.
    answers_old, answers_new:
        Answers of one side alone, of the seekers that both have.
    """

    task: TaskName
    seekers: int
    answers: int
    seekers_old: int = 0
    seekers_new: int = 0
    answers_old: int = 0
    answers_new: int = 0


@dataclass(frozen=True)
class Compared:
    """What came of a comparison. ``name`` is that of the simulator."""

    name: str
    old: Answers
    new: Answers
    tasks: tuple[LeftOut, ...]
    changes: tuple[Change, ...]
    not_measured: tuple[NotMeasured, ...] = ()
    notes: tuple[str, ...] = ()
    seed: int = 0
    swaps: int = 2000
    changed_prompts: Mapping[TaskName, tuple[str, str]] | None = None

    @property
    def outcome(self) -> Literal["fine", "worse", "undecided"]:
        """Whether anything is worse, or something that cannot be told may be.

        Undecided is what too few were asked for, or what differs and has nobody to be nearer to.
        """
        if any(change.outcome == "worse" for change in self.changes):
            return "worse"
        unsure = any(
            change.outcome == "undecided"
            or (change.outcome == "different" and change.nearer is None)
            for change in self.changes
        )
        return "undecided" if unsure else "fine"

    @property
    def n_adjusted(self) -> int:
        """For how many metrics p is adjusted."""
        return sum(c.p_value is not None and c.least_p <= LEVEL for c in self.changes)

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain JSON values; see the schema ``compare``."""
        tasks: dict[str, dict[str, Any]] = {}
        for one in self.tasks:
            tasks[one.task] = {k: v for k, v in asdict(one).items() if k != "task"}
            tasks[one.task]["metrics"] = {}
        for change in self.changes:
            tasks[change.gate.task]["metrics"][change.gate.metric.name] = change.as_json()
        prompts = self.changed_prompts
        return {
            "format": FORMAT,
            "version": version("crs-simcheck"),
            "simulator": self.name,
            "outcome": self.outcome,
            "old": _source(self.old),
            "new": _source(self.new),
            "seed": self.seed,
            "permutations": self.swaps,
            "level": LEVEL,
            "adjusted_for": self.n_adjusted,
            "changed_prompts": None
            if prompts is None
            else {t: list(p) for t, p in prompts.items()},
            "tasks": tasks,
            "not_measured": [
                {"task": m.task, "metric": m.metric, "reason": m.reason} for m in self.not_measured
            ],
            "notes": list(self.notes),
        }


def _source(side: Answers) -> dict[str, str | None]:
    return {"given": side.name, "commit": side.commit, "sha256": side.responses.sha256}


def compare_answers(
    old: str,
    new: str,
    wanted: Wanted,
    given: SimulatorSettings,
    *,
    metrics: Iterable[str] = (),
    tasks: Iterable[TaskName] = (),
    swaps: int = 2000,
) -> Compared:
    """Compare what two names stand for; see :func:`answers_of`.

    Parameters
    ----------
    given:
        How answers are read and whom they are held against, as far as the settings of a simulator
        do not say.
    metrics, tasks:
        Only these; all that can be measured by default.

    Raises
    ------
    InputError
        Where a side cannot be read, or the two have nothing in common.
    UnknownNameError
        Where there is no such metric, simulator or baseline.
    """
    with TemporaryDirectory(prefix="crs-simcheck-") as folder:
        sides = []
        for name, place in ((old, "old"), (new, "new")):
            own = Path(folder).resolve() / place
            own.mkdir()
            sides.append(answers_of(name, wanted, own))
        before, after = sides
        base = after.settings or before.settings
        settings = given if base is None else _merged(base, given)
        return compare_sides(before, after, settings, metrics=metrics, tasks=tasks, swaps=swaps)


def _merged(base: SimulatorSettings, given: SimulatorSettings) -> SimulatorSettings:
    """Return a simulator's settings with what the command line says in its place."""

    def here(name: str | None, own: str | None) -> str | None:
        if name is None:
            return own
        path = given.folder / name
        return str(path.resolve()) if path.exists() else name

    return replace(
        base,
        catalogue=here(given.catalogue, base.catalogue),
        profiles=here(given.profiles, base.profiles),
        aspects=here(given.aspects, base.aspects),
        word_vectors=here(given.word_vectors, base.word_vectors),
        sentence_model=here(given.sentence_model, base.sentence_model),
        baselines={t: here(n, n) or n for t, n in given.baselines.items()} or base.baselines,
        seekers=given.seekers or base.seekers,
        seed=given.seed or base.seed,
        draws=base.draws if given.draws == SimulatorSettings.draws else given.draws,
        like_at=base.like_at if given.like_at is None else given.like_at,
        allow_not_people=given.allow_not_people or base.allow_not_people,
        skip_broken=given.skip_broken or base.skip_broken,
    )


def compare_sides(
    old: Answers,
    new: Answers,
    settings: SimulatorSettings,
    *,
    metrics: Iterable[str] = (),
    tasks: Iterable[TaskName] = (),
    swaps: int = 2000,
) -> Compared:
    """Compare two sides that are at hand; as :func:`compare_answers`."""
    rows_old, rows_new, left_out = paired_rows(old.responses.rows, new.responses.rows)
    runs = (_run(old, rows_old, settings), _run(new, rows_new, settings))
    common = [one.task for one in left_out if one.answers]
    wanted = tuple(tasks) or tuple(common)
    for task in wanted:
        if task not in common:
            raise EmptyInputError(
                f"the two sides have no answer to {task} in common",
                fix=f"they have {', '.join(common)}",
            )
    specs, named = _specs(settings, tuple(metrics), common, wanted)
    paired = {task: _paired(task, runs, settings, swaps) for task in wanted}
    changes: list[Change] = []
    missing: list[NotMeasured] = []
    for spec in specs:
        reason = _unjudged(spec, runs) or paired[spec.task].missing(spec)
        if reason is not None and not named:
            missing.append(NotMeasured(spec.task, spec.metric.name, reason))
        elif reason is not None:
            changes.append(Change(spec, reason=reason))
        else:
            changes.append(paired[spec.task].change(spec))
    if not changes:
        why = "; ".join(sorted({m.reason for m in missing}))[:500]
        raise InputError("nothing can be compared", fix=why or None)
    return Compared(
        settings.name,
        old,
        new,
        tuple(one for one in left_out if one.task in {spec.task for spec in specs}),
        decided(changes),
        tuple(missing),
        (*old.notes, *new.notes, *_notes(runs, wanted)),
        settings.seed,
        swaps,
        _changed_prompts(old, new),
    )


# -- who is compared with whom -----------------------------------------------------------------


def paired_rows(
    old: Iterable[Response], new: Iterable[Response]
) -> tuple[tuple[Response, ...], tuple[Response, ...], tuple[LeftOut, ...]]:
    """Return the answers of both sides to the same questions to the same seekers, in one order.

    A question is a task, a seeker and a stimulus. Where it was asked several times, answers pair
    in the order in which they stand.

    Raises
    ------
    EmptyInputError
        Where there is none.
    """
    first, second = _by_question(old), _by_question(new)
    kept_old: list[Response] = []
    kept_new: list[Response] = []
    pairs: dict[tuple[TaskName, str], int] = {}
    for key in sorted(first.keys() & second.keys()):
        count = min(len(first[key]), len(second[key]))
        kept_old += first[key][:count]
        kept_new += second[key][:count]
        place = (first[key][0].task, key[1])
        pairs[place] = pairs.get(place, 0) + count
    if not pairs:
        raise EmptyInputError(
            "the two sides have no answer in common: no seeker was asked the same on both",
            fix="a pair is two answers with the same task, seeker and stimulus",
        )
    left_out = []
    for task in TASKS:
        asked = [_seekers(side, task) for side in (first, second)]
        if not any(asked):
            continue
        both = {seeker for of, seeker in pairs if of == task}
        answers = sum(pairs[task, seeker] for seeker in both)
        own = [sum(n for seeker, n in one.items() if seeker in both) - answers for one in asked]
        alone = [len(one.keys() - both) for one in asked]
        left_out.append(LeftOut(task, len(both), answers, *alone, *own))
    return tuple(kept_old), tuple(kept_new), tuple(left_out)


_Questions = dict[tuple[str, str, str], list[Response]]


def _by_question(rows: Iterable[Response]) -> _Questions:
    found: _Questions = {}
    for row in rows:
        stimulus = json.dumps(row.stimulus, sort_keys=True, default=str)
        found.setdefault((row.task, row.seeker, stimulus), []).append(row)
    return found


def _seekers(questions: _Questions, task: TaskName) -> dict[str, int]:
    """Return seeker → answers to a task."""
    found: dict[str, int] = {}
    for (of, seeker, _), rows in questions.items():
        if of == task:
            found[seeker] = found.get(seeker, 0) + len(rows)
    return found


# -- both sides, measured alike ----------------------------------------------------------------


def _run(side: Answers, rows: tuple[Response, ...], settings: SimulatorSettings) -> SimulatorRun:
    """Return a side's answers, read as the settings of the comparison say."""
    judge = settings.judge
    if judge is not None and side.settings is not None:
        own = side.settings.folder / JUDGEMENTS / side.settings.name
        judge = replace(judge, kept_in=judge.kept_in or own, record="none")
    settings = replace(settings, live=None, group=None, responses=side.name, judge=judge)
    given = Responses(rows, side.responses.broken, side.responses.path, side.responses.sha256)
    return SimulatorRun(settings, given)


def _specs(
    settings: SimulatorSettings,
    metrics: tuple[str, ...],
    common: Sequence[TaskName],
    wanted: tuple[TaskName, ...],
) -> tuple[tuple[GateSpec, ...], bool]:
    """Return what is compared, and whether it was asked for by name."""
    if metrics:
        return gates_of(metrics, common, wanted, settings.source), True
    if settings.gates is not None:
        own = tuple(spec for spec in settings.gates if spec.task in wanted)
        if own:
            return own, True
    return tuple(
        GateSpec(task, metric) for task in wanted for metric in metrics_of(task) if metric.automatic
    ), False


def _paired(
    task: TaskName,
    runs: tuple[SimulatorRun, SimulatorRun],
    settings: SimulatorSettings,
    swaps: int,
) -> PairedComparison:
    """Return the comparison of a task: one group, the seekers before and then those after."""
    statistics: list[Mapping[TableName, Iterable[tuple[Any, ...]]]] = []
    groups: list[Group] = []
    order: list[str] = []
    for run in runs:
        measured, group = run.measured(task)
        rows = rows_by_seeker(measured)[task]
        order = order or sorted(rows)
        statistics += [rows[seeker] for seeker in order]
        groups.append(group)
    filled = {name for one in statistics for name, rows in one.items() if rows}
    both = SeekerStatistics.in_order(
        statistics, [name for name in TABLES_OF[task] if name in filled]
    )
    new = runs[1].comparison(task)
    return PairedComparison(
        task,
        groups[1].with_tasks({task: both}),
        runs[1].baseline(task),
        catalogue=new.sides.joint,
        settings=Settings(settings.seed, settings.draws, settings.least_seekers),
        unread=new.unread,
        n_swaps=swaps,
    )


def _unjudged(spec: GateSpec, runs: Iterable[SimulatorRun]) -> str | None:
    """Return why what a judge scores cannot be compared, or None."""
    if spec.metric.table != "judged":
        return None
    for run in runs:
        judging = run.judging
        if judging is not None and judging.problem is not None:
            return str(judging.problem).splitlines()[0]
    return None


def _notes(runs: tuple[SimulatorRun, SimulatorRun], tasks: Iterable[TaskName]) -> tuple[str, ...]:
    notes = []
    for run in runs:
        if run.broken:
            first = run.broken[0]
            notes.append(f"{len(run.broken):,} broken rows were left out; the first: {first}")
    for task in tasks:
        people = runs[1].baseline(task)
        if people is not None and people.speakers != "people":
            notes.append(f"baseline '{people.name}' is not people: {people.speakers}")
    return tuple(dict.fromkeys(notes))


def _changed_prompts(old: Answers, new: Answers) -> Mapping[TaskName, tuple[str, str]] | None:
    """Return task → hash before and after, of the prompts that changed; None without prompts."""
    if not old.prompts or not new.prompts:
        return None
    return {
        task: (old.prompts[task].sha256, new.prompts[task].sha256)
        for task in TASKS
        if task in old.prompts and task in new.prompts
        if old.prompts[task].sha256 != new.prompts[task].sha256
    }
