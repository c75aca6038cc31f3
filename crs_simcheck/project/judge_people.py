"""What judges are measured with: people's scores, and people's own answers."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar_date
from pathlib import Path
from typing import Any

from crs_simcheck.baselines import Group
from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.measure import SeekerRows
from crs_simcheck.baselines.sources import SourceData
from crs_simcheck.errors import InputError, SettingsError, SimcheckError, UnknownNameError
from crs_simcheck.judge import (
    Annotations,
    Calibration,
    Case,
    JudgeSpec,
    calibrate,
    identity_of,
    read_annotations,
    replay_judgements,
)
from crs_simcheck.judge import Judged as JudgedAnswer
from crs_simcheck.metrics import JUDGED
from crs_simcheck.project.judge_record import Progress, ask_judges, digests_of
from crs_simcheck.project.judge_settings import RULES, JudgeSettings, check_judge
from crs_simcheck.project.judging import JudgeRun, judge_specs, rubric_of
from crs_simcheck.project.keys import JUDGEMENTS
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.project.settings import ProjectSettings, SimulatorSettings
from crs_simcheck.recordings import read_recording
from crs_simcheck.records import Response

__all__ = ["WITHOUT_PERSONA", "Bench", "bench_for", "calibrated", "judged_people", "runs_of"]

WITHOUT_PERSONA = ("A", "C")
"""The criteria that can be scored where nobody knows the person."""

_CALIBRATION, _PEOPLE = "_calibration", "_people"  # no simulator's name begins so


@dataclass(frozen=True)
class Bench:
    """Judges that are to be measured.

    Parameters
    ----------
    judge:
        Who judges.
    folder:
        Where relative paths start, and what judges reply is kept.
    """

    judge: JudgeSettings
    folder: Path

    @property
    def specs(self) -> tuple[JudgeSpec, ...]:
        """The judges, by their rubric."""
        return judge_specs(self.judge, rubric_of(self.judge, self.folder))


def runs_of(
    project: ProjectSettings | None,
    names: Sequence[str] = (),
    say: Callable[[str], object] = lambda _text: None,
) -> tuple[JudgeRun, ...]:
    """Return the simulators that have answers to films that do not fit, each with its judges.

    Parameters
    ----------
    names:
        Only these; one without such answers is then an error.
    say:
        Is told of each that was not named and cannot be used.

    Raises
    ------
    UnknownNameError
        Where there is no such simulator.
    InputError
        Where the answers of one that was named cannot be used.
    """
    known = {} if project is None else {s.name: s for s in project.simulators}
    for name in names:
        if name not in known:
            raise UnknownNameError("simulator", name, known)
    runs = []
    for settings in (known[name] for name in names) if names else known.values():
        try:
            run = _run_of(settings)
        except SimcheckError as error:
            if names:
                raise
            say(f"left out: simulator '{settings.name}': {str(error).splitlines()[0]}")
            continue
        if run is not None and run.asked:
            runs.append(run)
        elif names:
            raise InputError(
                f"simulator '{settings.name}' has no answer to a film that does not fit",
                path=settings.source,
                fix='rows of neg_feedback with "relevant": false in their stimulus',
            )
    return tuple(runs)


def _run_of(settings: SimulatorSettings) -> JudgeRun | None:
    if settings.group is not None:
        return None
    judge = settings.judge or JudgeSettings((RULES,))
    run = SimulatorRun(replace(settings, judge=judge)).judging
    assert run is not None
    return run


def bench_for(
    project: ProjectSettings | None,
    *,
    simulators: Sequence[str] = (),
    judges: Sequence[str] = (),
    rubric: str | None = None,
    repeats: int | None = None,
) -> Bench:
    """Return the judges that are named, or else those of the simulators.

    Raises
    ------
    SettingsError
        Where nobody is named, or simulators have different judges.
    """
    folder = Path() if project is None else project.path.parent
    names = () if project is None else tuple(s.name for s in project.simulators)
    for name in simulators:
        if name not in names:
            raise UnknownNameError("simulator", name, names)
    for name in judges:
        check_judge(name)
    if judges:
        named = JudgeSettings(tuple(dict.fromkeys(judges)), rubric, repeats or 1)
        return Bench(named, folder)
    found = {
        replace(s.judge, calibration=None)
        for s in (() if project is None else project.simulators)
        if s.judge is not None and (not simulators or s.name in simulators)
    }
    if len(found) != 1:
        what = "different judges" if found else "no judge"
        raise SettingsError(
            f"the simulators have {what}",
            field="judge",
            fix="name one simulator (--simulator NAME), or the judge: --judge ollama:MODEL",
        )
    judge = found.pop()
    return Bench(
        replace(judge, rubric=rubric or judge.rubric, repeats=repeats or judge.repeats), folder
    )


def calibrated(
    bench: Bench,
    files: Sequence[str | Path],
    runs: Sequence[JudgeRun] = (),
    *,
    smooth: bool = False,
    progress: Progress | None = None,
    today: str | None = None,
) -> Calibration:
    """Hold judges against people's scores; what they have not judged they are asked about.

    Parameters
    ----------
    files:
        Tables of people's scores; see :func:`read_annotations`.
    runs:
        Simulators whose answers are known, and may be judged already.

    Raises
    ------
    InputError
        Where a table or the rubric cannot be read.
    EngineError
        Where a judge can be asked nothing more.
    """
    known = {case.id: case for run in runs for case in _cases(run)}
    annotations = read_annotations(files, known)
    specs, given, recordings = bench.specs, dict[str, JudgedAnswer](), []
    for run in runs:
        recordings.append(run.recording)
        replayed = replay_judgements(specs, run.cases, run.recording)
        for (_, case), one in zip(run.cases, replayed, strict=True):
            if not one.unasked:
                given[case.id] = one
    folder = (bench.folder / JUDGEMENTS / _CALIBRATION).absolute()
    rest = [(_row_of(case), case) for case in annotations.cases if case.id not in given]
    if rest:
        ask_judges(specs, bench.judge.judges, rest, folder, progress=progress)
        recordings.append(read_recording(folder))
        for (_, case), one in zip(
            rest, replay_judgements(specs, rest, recordings[-1]), strict=True
        ):
            given[case.id] = one
    scored = [(_row_of(case), case) for case in annotations.cases]
    about = {str(sorted(d.items())): d for r in recordings for d in digests_of(r, specs, scored)}
    return calibrate(
        specs,
        annotations,
        [given[case.id] for case in annotations.cases],
        others=_others(annotations, runs, given),
        judges=[about[key] for key in sorted(about)],
        smooth=smooth,
        date=today or calendar_date.today().isoformat(),
    )


def _others(
    annotations: Annotations, runs: Sequence[JudgeRun], given: Mapping[str, JudgedAnswer]
) -> list[tuple[str, float]]:
    """Return persona and score of the answers that the judge alone has scored, each answer once.

    They are of the simulators of which people scored any.
    """
    scored = {case.id for case in annotations.cases}
    found = {
        case.id: (case.persona, value)
        for run in runs
        if scored & {case.id for case in _cases(run)}
        for case in _cases(run)
        if case.id not in scored
        and case.id in given
        and (value := given[case.id].value) is not None
    }
    return list(found.values())


def _cases(run: JudgeRun) -> Iterable[Case]:
    return (case for _, case in run.cases)


def _row_of(case: Case) -> Response:
    """Return the row of an answer of nobody known."""
    return Response("neg_feedback", case.id, case.answer, {"item": case.film, "relevant": False})


def judged_people(
    bench: Bench,
    source: Path,
    out: Path,
    *,
    kind: str = "iard",
    name: str | None = None,
    progress: Progress | None = None,
) -> Group:
    """Build a group of people's rejections with the scores that judges give them.

    Nobody knows the persona of these people, so that they are scored by :data:`WITHOUT_PERSONA`
    alone.

    Raises
    ------
    InputError
        Where the source cannot be read, or holds no answer to a film that does not fit.
    EngineError
        Where a judge can be asked nothing more.
    """
    rubric = rubric_of(bench.judge, bench.folder)
    specs = tuple(
        replace(spec, rubric=rubric.only(WITHOUT_PERSONA))
        for spec in judge_specs(bench.judge, rubric)
    )
    folder = (bench.folder / JUDGEMENTS / _PEOPLE).absolute()

    def with_scores(data: SourceData) -> SourceData:
        responses = tuple(data.responses)
        pairs = [(r, Case("", str(r.stimulus.get("item", "")), r.text)) for r in responses]
        if not pairs or not all(r.task == "neg_feedback" for r in responses):
            raise InputError("these are no answers to a recommendation", path=source)
        asked = [(_row_of(case), case) for _, case in pairs]
        ask_judges(specs, bench.judge.judges, asked, folder, progress=progress)
        judged = replay_judgements(specs, pairs, read_recording(folder))
        return replace(
            data,
            responses=responses,
            rows=_rows(judged),
            judge=identity_of(judge_specs(bench.judge, rubric)),
            command=" ".join(command),
            description=f"{data.description} Scored on {' and '.join(WITHOUT_PERSONA)} by a judge.",
        )

    command = ["crs-simcheck judge people", shlex.quote(source.name), "--kind", kind]
    command += [f"--judge {shlex.quote(spec.name)}" for spec in specs]  # and never its hosts
    command += [] if bench.judge.rubric is None else ["--rubric", shlex.quote(bench.judge.rubric)]
    command += ["-o", shlex.quote(out.name)]
    return build(kind, source, out, name=name, amend=with_scores)


def _rows(judged: Iterable[JudgedAnswer]) -> SeekerRows:
    by_seeker: dict[str, Any] = {}
    for one in judged:
        scores: Mapping[str, float] = one.scores or {}
        mine = by_seeker.setdefault(one.response.seeker, defaultdict(list))
        mine["judged"].append(tuple(scores.get(letter) for letter in JUDGED))
    return {"neg_feedback": by_seeker}
