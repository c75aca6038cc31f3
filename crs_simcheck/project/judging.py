"""What the judges of a simulator are asked, what they gave, and whether they can be believed."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from crs_simcheck.baselines import Judged, Measured
from crs_simcheck.engines import Engine
from crs_simcheck.errors import InputError, UnrecordedError, shown_path
from crs_simcheck.gate import Verdict
from crs_simcheck.judge import (
    MOST_CHARS,
    RULES_MODEL,
    TOTAL,
    Case,
    JudgeSpec,
    Rubric,
    default_rubric,
    identity_of,
    keys_of,
    read_calibration,
    read_rubric,
    replay_judgements,
)
from crs_simcheck.judge import Judged as JudgedAnswer
from crs_simcheck.project.judge_settings import RULES, JudgeSettings, check_judge
from crs_simcheck.project.keys import JUDGEMENTS
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.recordings import Recording, read_recording
from crs_simcheck.records import Response

__all__ = ["JudgeRun", "believed", "judge_specs", "open_judge", "rubric_of", "to_be_judged"]

# Metric → the score of a calibration that says whether it can be believed.
_SCORE_OF = {"rejection_clarity": "A", "reformulation": "C"}


def rubric_of(judge: JudgeSettings, folder: Path) -> Rubric:
    """Return the rubric that answers are scored by."""
    return default_rubric() if judge.rubric is None else read_rubric(folder / judge.rubric)


def judge_specs(judge: JudgeSettings, rubric: Rubric) -> tuple[JudgeSpec, ...]:
    """Return the judges, as they stand in the keys of what is recorded of them.

    Raises :class:`SimcheckError` where there is no such judge.
    """
    from crs_simcheck.engines.named import parse_engine

    specs = []
    for name in judge.judges:
        if name == RULES:
            specs.append(JudgeSpec(RULES, RULES_MODEL, rubric, repeats=judge.repeats))
            continue
        check_judge(name)
        engine = parse_engine(name)
        specs.append(JudgeSpec(engine.kind, engine.model, rubric, repeats=judge.repeats))
    return tuple(specs)


def open_judge(name: str) -> Engine:
    """Open a judge; nothing is asked of it yet."""
    if name == RULES:
        from crs_simcheck.judge import RuleJudge

        return RuleJudge()
    from crs_simcheck.engines.named import open_engine, parse_engine

    return open_engine(parse_engine(name))


def to_be_judged(response: Response) -> bool:
    """Tell whether an answer is one to a film that does not fit, which alone are judged."""
    return response.task == "neg_feedback" and response.stimulus.get("relevant") is False


class JudgeRun:
    """The judges of one simulator. Each step is done once, when it is first asked for.

    Parameters
    ----------
    settings:
        Of the simulator; ``settings.judge`` says who judges.
    answers:
        Its answers to neg_feedback.
    personas:
        Seeker → persona; a persona in the row itself goes before.
    descriptions:
        Label of a film → what it is about.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        answers: Sequence[Response],
        personas: Mapping[str, str],
        descriptions: Mapping[str, str],
    ) -> None:
        if settings.judge is None:
            raise ValueError("nobody judges this simulator")
        self.settings = settings
        self.judge: JudgeSettings = settings.judge
        self._answers, self._personas, self._descriptions = answers, personas, descriptions

    @property
    def folder(self) -> Path:
        """Where replies of judges are recorded."""
        usual = self.settings.folder / JUDGEMENTS / self.settings.name
        return (self.judge.kept_in or usual).absolute()

    @property
    def asked(self) -> bool:
        """Whether there is anything to judge."""
        return any(map(to_be_judged, self._answers))

    @cached_property
    def rubric(self) -> Rubric:
        """What answers are scored by."""
        return rubric_of(self.judge, self.settings.folder)

    @cached_property
    def specs(self) -> tuple[JudgeSpec, ...]:
        """The judges."""
        return judge_specs(self.judge, self.rubric)

    @cached_property
    def identity(self) -> str:
        """Who judges by what, in a line: figures of two identities cannot be compared."""
        return identity_of(self.specs)

    @cached_property
    def cases(self) -> tuple[tuple[Response, Case], ...]:
        """The answers that are judged, as judges see them.

        Raises
        ------
        InputError
            Where a seeker's persona is not known: grounds and tone are judged by it.
        """
        cases, unknown = [], []
        for response in filter(to_be_judged, self._answers):
            persona = response.persona or self._personas.get(response.seeker, "")
            film = str(response.stimulus.get("item", ""))
            if not persona.strip():
                unknown.append(response.seeker)
            about = self._descriptions.get(film, "")
            cases.append((response, Case(persona, film, response.text, about)))
        if unknown:
            seekers = sorted(set(unknown))
            raise InputError(
                f"{len(unknown):,} of {len(cases):,} answers cannot be judged: nobody knows the "
                f"persona of seeker {seekers[0]!r}"
                + (f" and {len(seekers) - 1:,} more" if len(seekers) > 1 else ""),
                path=self.settings.source,
                fix='give profiles = "profiles.jsonl", or rows with a "persona"',
            )
        return tuple(cases)

    @cached_property
    def recording(self) -> Recording:
        """What is recorded of judges."""
        return read_recording(self.folder)

    @cached_property
    def judged(self) -> tuple[JudgedAnswer, ...]:
        """What is recorded of each answer, in the order of :attr:`cases`."""
        return replay_judgements(self.specs, self.cases, self.recording)

    @cached_property
    def unasked(self) -> int:
        """How many judgements are not recorded."""
        return sum(one.unasked for one in self.judged)

    @property
    def to_ask(self) -> int:
        """How many are worth asking for: also those that the engine failed to give."""
        return self.unasked + sum(one.failed for one in self.judged)

    def forget(self) -> None:
        """Read what is recorded anew when it is next asked for."""
        for name in ("recording", "judged", "unasked", "problem", "digests", "notes"):
            self.__dict__.pop(name, None)

    def unused(self, recording: Recording) -> tuple[str, ...]:
        """Return the keys of recorded replies that nothing asks for."""
        wanted = keys_of(self.specs, self.cases)
        return tuple(k for k in recording.rows.get("neg_feedback", ()) if k not in wanted)

    @cached_property
    def problem(self) -> InputError | None:
        """Why there are no scores: of some seekers no persona is known, or some are not recorded.

        The latter, an :class:`UnrecordedError`, says what has changed.
        """
        try:
            return self._unrecorded() if self.unasked else None
        except InputError as error:
            return error

    def _unrecorded(self) -> UnrecordedError:
        name, total = self.settings.name, sum(len(one.judgements) for one in self.judged)
        lines = [
            *self._changes(),
            f"next: crs-simcheck record {shlex.quote(name)}",
            f"where the judge is; then commit {shown_path(self.folder)}",
        ]
        return UnrecordedError(
            f"{self.unasked:,} of {total:,} scores that judges give to simulator '{name}' are not "
            "recorded\n" + "\n".join(f"  {line}" for line in lines),
            path=self.folder,
        )

    def _changes(self) -> Iterator[str]:
        rows = self.recording.rows.get("neg_feedback", {}).values()
        metas = [meta for row in rows if isinstance(meta := row.get("meta"), Mapping)]
        if not metas:
            yield "nobody has judged yet"
            return
        rubrics = {str(meta.get("rubric")) for meta in metas}
        judges = {f"{meta.get('engine')}:{meta.get('model')}" for meta in metas}
        found = False
        if self.rubric.sha256 not in rubrics:
            found = True
            yield (
                f"the rubric has changed: {self._rubric_name} is not the one that recorded scores "
                f"were given by ({', '.join(sorted(r[:12] for r in rubrics))})"
            )
        for spec in self.specs:
            if spec.name not in judges:
                found = True
                yield f"the judge is {spec.name}; recorded are {', '.join(sorted(judges))}"
        if not found:
            yield (
                "answers, personas, descriptions of films or judge_repeats are not those of the "
                "recorded scores, or judging was not finished"
            )

    @property
    def _rubric_name(self) -> str:
        path = self.rubric.path
        where = "the shipped rubric" if self.judge.rubric is None else shown_path(path or "")
        return f"{where} ({self.rubric.sha256[:12]})"

    # -- what it says ------------------------------------------------------------------------

    def scored(self, measured: Sequence[Measured]) -> tuple[Measured, ...]:
        """Return what was measured with the scores; without any where there is a problem."""
        if self.problem is not None:
            return tuple(measured)
        by_answer = {id(one.response): one for one in self.judged}
        return tuple(
            replace(one, judged=_as_measured(found))
            if (found := by_answer.get(id(one.response))) is not None
            else one
            for one in measured
        )

    @cached_property
    def digests(self) -> frozenset[str]:
        """Digests of the models that gave the scores, where they are known."""
        wanted = keys_of(self.specs, self.cases)
        rows = self.recording.rows.get("neg_feedback", {})
        metas = (row.get("meta") for key, row in rows.items() if key in wanted)
        return frozenset(
            str(meta["digest"])
            for meta in metas
            if isinstance(meta, Mapping) and meta.get("digest")
        )

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader of scores should know of how they came about."""
        notes = [f"judge: {self.identity}"]
        if RULES in self.judge.judges:
            notes = ["judge: by rule, no LLM; it counts words and knows nothing of meaning"]
            if len(self.specs) > 1:
                notes.append(f"judges: {self.identity}")
        missing = Counter(one.missing for one in self.judged if one.missing)
        if missing:
            total = sum(missing.values())
            why = ", ".join(f"{count:,} × {reason}" for reason, count in missing.most_common())
            notes.append(
                f"no score for {total:,} of {len(self.judged):,} answers "
                f"({100 * total / len(self.judged):.1f} %: {why}); they may be anything from 0 to "
                "10, and the interval reaches as far"
            )
        if len(self.digests) > len({(spec.kind, spec.model) for spec in self.specs}):
            notes.append(
                f"scores are of {len(self.digests)} states of one model; judge all again: "
                f"crs-simcheck record {self.settings.name} --all"
            )
        long = sum(len(case.answer) > MOST_CHARS for _, case in self.cases)
        if long:
            notes.append(f"{long:,} answers were cut at {MOST_CHARS:,} characters for the judge")
        spreads = [one.spread for one in self.judged if one.spread is not None]
        if spreads:
            notes.append(
                f"median of {len(self.specs) * self.judge.repeats} judgements of each answer, "
                f"which lie {sum(spreads) / len(spreads):.2f} points apart on average"
            )
        return tuple(notes)


def believed(
    verdict: Verdict, settings: SimulatorSettings, identity: str, digests: Iterable[str] = ()
) -> Verdict:
    """Return a verdict as far as its judge can be believed: see ``Verdict.uncalibrated``.

    Parameters
    ----------
    identity, digests:
        Who gave the scores that it rests on.

    Raises
    ------
    InputError
        Where the calibration that is named cannot be read.
    """
    gate = verdict.gate
    name = gate.calibration or (settings.judge and settings.judge.calibration)
    if not name:
        why = (
            "no calibration says whether this judge agrees with people: crs-simcheck judge "
            'sheet, then judge calibrate, make one; uncalibrated = "allow" goes without'
        )
    else:
        score = _SCORE_OF.get(gate.metric.name, TOTAL)
        why = read_calibration(settings.folder / name).problem(identity, digests, score)
    if not why or verdict.value is None:
        return verdict
    if gate.uncalibrated == "allow":
        return replace(
            verdict, uncalibrated=why, notes=(*verdict.notes, f"uncalibrated, as allowed: {why}")
        )
    return replace(
        verdict,
        outcome="inconclusive",
        reason=f"uncalibrated: {why}",
        uncalibrated=why,
        seekers_needed=None,
        people_needed=None,
    )


def _as_measured(found: JudgedAnswer) -> Judged:
    return Judged(found.scores or {}, found.missing, found.spread)
