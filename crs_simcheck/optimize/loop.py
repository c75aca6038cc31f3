"""The loop: measure a prompt, turn what is off into feedback, have sections rewritten, go on.

arXiv 2607.00010 takes the last prompt of the loop. Here all are compared on seekers that none of
them was made for, and the result is the best of them, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from crs_simcheck.gate import Verdict
from crs_simcheck.optimize.base import Edit, Editor, EditRequest
from crs_simcheck.optimize.checks import Checks
from crs_simcheck.optimize.evaluator import Rated
from crs_simcheck.optimize.feedback import Finding, feedback_text, findings
from crs_simcheck.optimize.parts import batch_of, folds_of, split
from crs_simcheck.optimize.results import (
    Candidate,
    Evaluate,
    Evaluation,
    LoopSettings,
    Optimized,
    Rate,
    Rescore,
    Step,
)
from crs_simcheck.prompts import EDITABLE, Prompt
from crs_simcheck.records import TaskName
from crs_simcheck.stats import t_quantile

__all__ = ["Found", "Look", "Search"]

_USUAL = LoopSettings()
_ATTEMPTS = 3  # to get a section that can be taken


@dataclass(frozen=True)
class Look:
    """What a step goes by: the numeric scores, or the number that a model gave.

    Parameters
    ----------
    feedback:
        What an editor is told.
    off:
        Whether there is anything to be changed.
    done:
        Whether nothing is left to be changed.
    score, objectives:
        At most 10, in all and of each thing that counts; see :attr:`Evaluation.nearness`.
    """

    prompt: Prompt
    seekers: tuple[str, ...]
    evaluation: Evaluation
    feedback: str
    off: bool
    done: bool
    score: float
    objectives: Mapping[str, float]
    rated: Rated | None = None


@dataclass
class Found:
    """What a search comes across. Not frozen: it grows.

    ``made`` holds each prompt with the step that it came from, the first one with 0; ``asked`` the
    pairs of a prompt and a seeker who was asked with it.
    """

    made: list[tuple[int, Prompt]]
    steps: list[Step] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)

    def new(self, prompt: Prompt, seekers: Sequence[str]) -> int:
        """Return how many of these seekers were not asked with this prompt."""
        return sum((prompt.content, seeker) not in self.asked for seeker in seekers)

    def knows(self, prompt: Prompt) -> bool:
        """Tell whether a prompt was come across before."""
        return any(prompt.content == one.content for _, one in self.made)


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
        Is told what has been done: ``measured``, ``step``, ``candidate`` or ``test``, and what
        came of it.
    rate:
        Has a model rate answers: its number then says where to go, and not the measured scores.
        Which prompt is taken in the end, gates say in either case.
    """

    task: TaskName
    evaluate: Evaluate
    rescore: Rescore
    editor: Editor
    criteria: Callable[[Sequence[Verdict]], str]
    checks: Checks
    settings: LoopSettings = _USUAL
    tell: Callable[[str, object], object] = lambda _what, _about: None
    rate: Rate | None = None

    def run(self, prompt: Prompt, seekers: Iterable[str]) -> Optimized:
        """Return the best prompt that rewriting leads to, or none; see :class:`Optimizer`.

        Raises
        ------
        InputError
            Where one of the three parts has too few.
        """
        parts = split(seekers, self.settings.seed, self.settings.least_seekers)
        found = self.explored(prompt, parts["train"])
        candidates = self._compared(found.made, parts["validation"])
        best = max(
            (c for c in candidates[1:] if c.accepted(self.settings.trade_off)),
            key=lambda c: (c.gain, -c.step),
            default=None,
        )
        before = self._measured(prompt, parts["test"])
        after = None if best is None else self._measured(best.prompt, parts["test"])
        self.tell("test", after)
        return Optimized(self.task, tuple(found.steps), candidates, best, before, after)

    def explored(self, prompt: Prompt, train: Sequence[str]) -> Found:
        """Return the steps, and the prompts to choose from, by seekers to tune on alone."""
        settings, found = self.settings, Found([(0, prompt)])
        current = prompt
        for number in range(1, settings.steps + 1):
            which = 0 if settings.fixed else number
            batch = batch_of(train, settings.batch, settings.seed, which)
            if not self.affords(found, found.new(current, batch)):
                break
            look = self.look(current, batch, found)
            current = self.rewritten(look, found)
            if not found.knows(current):
                found.made.append((number, current))
            if look.done:
                break
        return found

    def affords(self, found: Found, more: int) -> bool:
        """Tell whether so many more seekers may be asked."""
        most = self.settings.most_asked
        return most is None or len(found.asked) + more <= most

    def _measured(self, prompt: Prompt, seekers: Sequence[str]) -> Evaluation:
        evaluation = self.evaluate(prompt, seekers)
        self.tell("measured", evaluation)
        return evaluation

    def look(self, prompt: Prompt, seekers: Sequence[str], found: Found) -> Look:
        """Ask these seekers with a prompt, and read what a step goes by."""
        found.asked.update((prompt.content, seeker) for seeker in seekers)
        evaluation = self._measured(prompt, seekers)
        rated = None if self.rate is None else self.rate(evaluation)
        if rated is None:
            seen = findings(evaluation.verdicts)
            off, done = any(one.side != "fine" for one in seen), evaluation.done
            objectives = evaluation.nearness
            score = sum(objectives.values()) / max(len(objectives), 1)
        else:
            seen = (Finding("rating", "too low", rated.score, rated.sentence),)
            done = rated.value == rated.most
            off = rated.value is not None and not done  # without a number nobody knows what is off
            score = rated.score or 1.0
            objectives = {"rating": score}
        feedback = feedback_text(seen, evaluation.answers)
        return Look(
            prompt, tuple(seekers), evaluation, feedback, off, done, score, objectives, rated
        )

    def rewritten(self, look: Look, found: Found) -> Prompt:
        """Have each section rewritten by what was seen; note the step, and return the prompt."""
        gradients: dict[str, str] = {}
        refused: dict[str, str] = {}
        number = len(found.steps) + 1
        changed, calls = look.prompt, 0
        criteria = self.criteria(look.evaluation.verdicts) if look.off else ""
        for section in EDITABLE if look.off else ():
            asked = EditRequest(
                self.task,
                section,
                look.prompt.section(section).body,
                look.prompt.content,
                criteria,
                look.feedback,
                number,
            )
            changed, edit, made, problem = self._section(changed, asked)
            calls += made
            gradients[section] = edit.gradient
            if problem:
                refused[section] = problem
        step = Step(
            number,
            look.prompt,
            look.seekers,
            look.evaluation,
            look.feedback,
            gradients,
            refused,
            calls,
            len(found.asked),
            look.rated,
        )
        found.steps.append(step)
        self.tell("step", step)
        return changed

    def _section(self, prompt: Prompt, asked: EditRequest) -> tuple[Prompt, Edit, int, str]:
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
        folds = folds_of(seekers)
        found: list[Candidate] = []
        first: tuple[Evaluation, list[float]] | None = None
        for step, prompt in made:
            whole = self._measured(prompt, seekers)
            each = [self.rescore(prompt, [s for s in seekers if s not in fold]) for fold in folds]
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
