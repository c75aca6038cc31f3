"""One answer at a time before the judge of a simulator: what a test asks of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date as calendar_date
from functools import cached_property
from pathlib import Path
from typing import Any

from crs_simcheck.errors import SettingsError, UnrecordedError, shown_path
from crs_simcheck.judge import (
    Case,
    Judged,
    JudgeSpec,
    Rubric,
    RuleJudge,
    identity_of,
    judge_cases,
    replay_judgements,
    unjudged,
)
from crs_simcheck.project.asking import ASKED
from crs_simcheck.project.judge_record import ask_judges
from crs_simcheck.project.judge_settings import RULES, JudgeSettings
from crs_simcheck.project.judging import judge_specs, rubric_of
from crs_simcheck.project.keys import JUDGEMENTS
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.recordings import Recording, format_response, read_recording
from crs_simcheck.records import Response

__all__ = ["JudgeBesides"]


class JudgeBesides:
    """The judge of a simulator, for answers that come from elsewhere.

    What an engine replied is recorded in a folder of its own; the judge by rule needs none.
    Raises :class:`SettingsError` where nobody judges.
    """

    def __init__(self, settings: SimulatorSettings) -> None:
        if settings.judge is None:
            raise SettingsError(
                f"nobody judges simulator '{settings.name}'",
                field=f"simulator.{settings.name}.judge",
                fix=f'judge = "ollama:MODEL", or judge = "{RULES}" (no LLM)',
            )
        self.settings = settings
        self._judge: JudgeSettings = settings.judge

    @cached_property
    def rubric(self) -> Rubric:
        """What answers are scored by."""
        return rubric_of(self._judge, self.settings.folder)

    @cached_property
    def specs(self) -> tuple[JudgeSpec, ...]:
        """The judges."""
        return judge_specs(self._judge, self.rubric)

    @property
    def identity(self) -> str:
        """Who judges by what, in a line."""
        return identity_of(self.specs)

    @property
    def folder(self) -> Path:
        """Where replies are kept."""
        usual = self.settings.folder / JUDGEMENTS / self.settings.name / ASKED
        return (self._judge.kept_in or usual).absolute()

    def judged(self, case: Case) -> Judged:
        """Return what the judge says of an answer.

        Raises
        ------
        UnrecordedError
            Where that is not recorded and nobody may be asked.
        EngineError
            Where the judge does not answer.
        """
        row = Response("neg_feedback", case.id, case.answer, {"item": case.film, "relevant": False})
        cases = [(row, case)]
        held = read_recording(self.folder)
        by_rule = [spec for spec in self.specs if spec.kind == RULES]
        if by_rule:
            held = _with(held, asyncio.run(_ruled(by_rule, cases, held)))
        again = self._judge.record == "all"
        lacking = unjudged(self.specs, cases, Recording(self.folder, {}) if again else held)
        if len(by_rule) < len(self.specs) and lacking:
            if self._judge.record == "none":
                raise UnrecordedError(
                    f"what {self.identity} says of this answer is not recorded\n"
                    "  next: pytest --simcheck-record=new\n"
                    f"  where the judge is; then commit {shown_path(self.folder)}",
                    path=self.folder,
                )
            ask_judges(self.specs, self._judge.judges, cases, self.folder, again=again)
            held = _with(read_recording(self.folder), held.rows.get("neg_feedback", {}))
        (judged,) = replay_judgements(self.specs, cases, held)
        return judged


async def _ruled(
    specs: list[JudgeSpec], cases: list[tuple[Response, Case]], held: Recording
) -> dict[str, Mapping[str, Any]]:
    """Return the replies of the judge by rule, by key."""
    replies: list[Response] = []
    today = calendar_date.today().isoformat()
    for spec in specs:
        await judge_cases(spec, RuleJudge(), cases, held, replies.append, date=today)
    return {str(reply.request): format_response(reply) for reply in replies}


def _with(held: Recording, rows: Mapping[str, Mapping[str, Any]]) -> Recording:
    """Return a recording with more replies; those that it holds go before."""
    merged = {**rows, **held.rows.get("neg_feedback", {})}
    return Recording(held.folder, {"neg_feedback": merged})
