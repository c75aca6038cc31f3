"""The loop: measure a prompt, turn what is off into feedback, have sections rewritten, go on.

arXiv 2607.00010 takes the last prompt of the loop. Here all are compared on seekers that none of
them was made for, and the result is the best of them, or none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from crs_simcheck.errors import InputError
from crs_simcheck.gate import Verdict
from crs_simcheck.optimize.base import Edit, Editor, EditRequest
from crs_simcheck.optimize.checks import Checks
from crs_simcheck.optimize.feedback import feedback_text, findings
from crs_simcheck.prompts import EDITABLE, Prompt
from crs_simcheck.records import TaskName
from crs_simcheck.stats import t_quantile

__all__ = [
    "FOLDS",
    "Candidate",
    "Evaluate",
    "Evaluation",
    "LoopSettings",
    "Optimized",
    "Part",
    "Search",
    "Step",
    "part_of",
]

Part = Literal["train", "validation", "test"]
FOLDS = 10
"""Groups of seekers, each of which is left out once, to see how sure a difference is."""

_SHARES = (0.4, 0.7)  # train below, test from the second on
_ATTEMPTS = 3  # to get a section that can be taken


def part_of(seeker: str, seed: int = 0) -> Part:
    """Return whether a seeker is there to tune prompts on, to choose by, or for the report.

    By a hash of the id: 40, 30 and 30 %, whoever else there is.
    """
    digest = hashlib.sha256(f"{seed} part {seeker}".encode("utf-8", "surrogatepass")).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < _SHARES[0]:
        return "train"
    return "validation" if place < _SHARES[1] else "test"


@dataclass(frozen=True)
class Evaluation:
    """What a prompt's simulator came to.

    Parameters
    ----------
    verdicts:
        One for each gate.
    guards:
        Of the other metrics that can be measured: they count where a prompt makes them drift.
    answers:
        Some of the texts.
    """

    verdicts: tuple[Verdict, ...]
    guards: tuple[Verdict, ...] = ()
    answers: tuple[str, ...] = ()

    @property
    def scores(self) -> Mapping[str, float]:
        """Metric → score, 1 to 10, of what could be measured."""
        return {v.gate.metric.name: v.score for v in self.verdicts if v.score is not None}

    @property
    def score(self) -> float:
        """The mean score; 1 where nothing could be measured."""
        scores = list(self.scores.values())
        return sum(scores) / len(scores) if scores else 1.0

    @property
    def done(self) -> bool:
        """Whether every gate is within."""
        return all(v.outcome == "within" for v in self.verdicts)

    def outcome_of(self, metric: str) -> str | None:
        """Return the verdict of a metric."""
        each = (*self.verdicts, *self.guards)
        return next((v.outcome for v in each if v.gate.metric.name == metric), None)


class Evaluate(Protocol):
    """Asks the simulator of a prompt, and measures it."""

    def __call__(self, prompt: Prompt, seekers: Sequence[str]) -> Evaluation:
        """Return what it came to with these seekers."""


Rescore = Callable[[Prompt, Sequence[str]], float]


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """How the loop goes.

    Parameters
    ----------
    steps:
        T: how often the prompt is rewritten.
    batch:
        B: how many of the training seekers each step looks at.
    fixed:
        Whether each step looks at the same ones.
    trade_off:
        Metrics that may leave their range.
    least_seekers:
        Fewer in one of the three parts say nothing.
    """

    steps: int = 3
    batch: int = 100
    fixed: bool = False
    seed: int = 0
    trade_off: tuple[str, ...] = ()
    least_seekers: int = 20


@dataclass(frozen=True)
class Step:
    """One step: what was measured, what was said of it, and which sections were rewritten.

    ``refused`` holds section → why its rewrites were not taken.
    """

    number: int
    prompt: Prompt
    seekers: tuple[str, ...]
    evaluation: Evaluation
    feedback: str
    gradients: Mapping[str, str]
    refused: Mapping[str, str]
    calls: int


@dataclass(frozen=True)
class Candidate:
    """A prompt on the validation seekers, against the one that the loop began with.

    Parameters
    ----------
    step:
        After which step it came to be; 0 for the one at the beginning.
    gain, low:
        Mean score above that of the beginning, and the lower end of its 90 % interval.
    leaves:
        Metrics that were not ``drifted`` at the beginning and are now.
    """

    step: int
    prompt: Prompt
    evaluation: Evaluation
    gain: float = 0.0
    low: float = 0.0
    leaves: tuple[str, ...] = ()

    def accepted(self, trade_off: Iterable[str] = ()) -> bool:
        """Whether it is better for sure, and at no other metric's cost."""
        return self.low > 0 and not set(self.leaves) - set(trade_off)


@dataclass(frozen=True)
class Optimized:
    """What came of a run. ``best`` is None where no prompt is better."""

    task: TaskName
    steps: tuple[Step, ...]
    candidates: tuple[Candidate, ...]
    best: Candidate | None
    before: Evaluation
    after: Evaluation | None


@dataclass(frozen=True)
class Search:
    """Rewrites a prompt of one task as long as it helps.

    Parameters
    ----------
    evaluate:
        Asks a prompt's simulator and measures it.
    rescore:
        The same of seekers who were asked already; only the mean score.
    editor:
        Rewrites sections.
    criteria:
        Verdicts → what the editor is told a good prompt does.
    checks:
        What a rewritten prompt must pass.
    tell:
        Is told what has been done: ``step``, ``candidate`` or ``test``, and what came of it.
    """

    task: TaskName
    evaluate: Evaluate
    rescore: Rescore
    editor: Editor
    criteria: Callable[[Sequence[Verdict]], str]
    checks: Checks
    settings: LoopSettings = LoopSettings()
    tell: Callable[[str, object], object] = lambda _what, _about: None

    def run(self, prompt: Prompt, seekers: Iterable[str]) -> Optimized:
        """Return the best prompt that rewriting leads to, or none.

        Parameters
        ----------
        seekers:
            Ids of all that there are; see :func:`part_of` for who serves what.

        Raises
        ------
        InputError
            Where one of the three parts has too few.
        """
        parts: dict[Part, list[str]] = {"train": [], "validation": [], "test": []}
        for seeker in sorted(set(seekers)):
            parts[part_of(seeker, self.settings.seed)].append(seeker)
        for part, those in parts.items():
            if len(those) < self.settings.least_seekers:
                raise InputError(
                    f"{len(those)} seekers for {part}; at least {self.settings.least_seekers} are "
                    "needed",
                    fix="give about a hundred profiles or more: they are split in three",
                )
        steps: list[Step] = []
        made: list[tuple[int, Prompt]] = [(0, prompt)]
        current = prompt
        for number in range(1, self.settings.steps + 1):
            step, current = self._step(number, current, parts["train"])
            steps.append(step)
            self.tell("step", step)
            if current.content not in {one.content for _, one in made}:
                made.append((number, current))
            if step.evaluation.done:
                break
        candidates = self._compared(made, parts["validation"])
        best = max(
            (c for c in candidates[1:] if c.accepted(self.settings.trade_off)),
            key=lambda c: (c.gain, -c.step),
            default=None,
        )
        before = self.evaluate(prompt, parts["test"])
        after = None if best is None else self.evaluate(best.prompt, parts["test"])
        self.tell("test", after)
        return Optimized(self.task, tuple(steps), candidates, best, before, after)

    def _step(self, number: int, prompt: Prompt, train: Sequence[str]) -> tuple[Step, Prompt]:
        batch = _batch(train, self.settings, number)
        evaluation = self.evaluate(prompt, batch)
        found = findings(evaluation.verdicts)
        feedback = feedback_text(found, evaluation.answers)
        gradients: dict[str, str] = {}
        refused: dict[str, str] = {}
        changed, calls = prompt, 0
        off = any(one.side != "fine" for one in found)
        criteria = self.criteria(evaluation.verdicts) if off else ""
        for section in EDITABLE if off else ():
            asked = EditRequest(
                self.task,
                section,
                prompt.section(section).body,
                prompt.content,
                criteria,
                feedback,
                number,
            )
            changed, edit, made, problem = self._rewritten(changed, asked)
            calls += made
            gradients[section] = edit.gradient
            if problem:
                refused[section] = problem
        step = Step(number, prompt, tuple(batch), evaluation, feedback, gradients, refused, calls)
        return step, changed

    def _rewritten(self, prompt: Prompt, asked: EditRequest) -> tuple[Prompt, Edit, int, str]:
        """Return the prompt with a section anew, or as it is with what was wrong to the last."""
        calls, problem = 0, ""
        for attempt in range(_ATTEMPTS):
            edit = self.editor.rewrite(replace(asked, attempt=attempt, problem=problem))
            calls += edit.calls
            if edit.text is None:
                problem = edit.problem or "There was no new text."
                continue
            taken, problem = self.checks.applied(prompt, asked.section, edit.text)
            if taken is not None:
                return taken, edit, calls, ""
        return prompt, edit, calls, problem

    def _compared(
        self, made: Sequence[tuple[int, Prompt]], seekers: Sequence[str]
    ) -> tuple[Candidate, ...]:
        """Return all prompts on the same seekers, each against the first, seeker by seeker.

        How sure a gain is follows from leaving out a tenth of the seekers at a time, the same
        tenth on both sides (delete-a-group jackknife).
        """
        folds = _folds(seekers)
        found: list[Candidate] = []
        first: tuple[Evaluation, list[float]] | None = None
        for step, prompt in made:
            whole = self.evaluate(prompt, seekers)
            each = [
                self.evaluate(prompt, [s for s in seekers if s not in fold]).score for fold in folds
            ]
            if first is None:
                first = whole, each
                found.append(Candidate(step, prompt, whole))
            else:
                found.append(_against(first, step, prompt, whole, each))
            self.tell("candidate", found[-1])
        return tuple(found)


def _against(
    first: tuple[Evaluation, list[float]],
    step: int,
    prompt: Prompt,
    whole: Evaluation,
    each: list[float],
) -> Candidate:
    gain = whole.score - first[0].score
    differences = np.array(each) - np.array(first[1])
    k = max(len(each), 2)
    spread = float(np.sum((differences - differences.mean()) ** 2)) if each else np.inf
    leaves = tuple(
        v.gate.metric.name
        for v in (*whole.verdicts, *whole.guards)
        if v.outcome == "drifted" and first[0].outcome_of(v.gate.metric.name) != "drifted"
    )
    low = gain - t_quantile(k) * float(np.sqrt((k - 1) / k * spread))
    return Candidate(step, prompt, whole, gain, low, leaves)


def _batch(train: Sequence[str], settings: LoopSettings, number: int) -> list[str]:
    """Return the seekers that a step looks at, drawn by a hash of their ids."""
    which = 0 if settings.fixed else number

    def place(seeker: str) -> bytes:
        text = f"{settings.seed} batch {which} {seeker}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

    return sorted(sorted(train, key=place)[: settings.batch])


def _folds(seekers: Sequence[str]) -> list[frozenset[str]]:
    folds: list[set[str]] = [set() for _ in range(FOLDS)]
    for place, seeker in enumerate(sorted(seekers)):
        folds[place % FOLDS].add(seeker)
    return [frozenset(fold) for fold in folds if fold]
