"""What a search for prompts passes on: what a prompt came to, each step, and the result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from crs_simcheck.gate import Verdict
from crs_simcheck.optimize.evaluator import Rated
from crs_simcheck.prompts import Prompt
from crs_simcheck.records import TaskName

__all__ = [
    "Candidate",
    "Evaluate",
    "Evaluation",
    "LoopSettings",
    "Optimized",
    "Optimizer",
    "Rate",
    "Rescore",
    "Step",
]


@dataclass(frozen=True)
class Evaluation:
    """What a prompt's simulator came to.

    Parameters
    ----------
    verdicts:
        One for each gate.
    guards:
        Of the other metrics that can be measured: they count where a prompt makes them drift.
        They may be decided when they are first looked at.
    answers:
        The texts.
    material:
        The same, each with what it was given to, for a model that rates them.
    """

    verdicts: tuple[Verdict, ...]
    guards: Sequence[Verdict] = ()
    answers: tuple[str, ...] = ()
    material: tuple[Mapping[str, object], ...] = ()

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
    def nearness(self) -> Mapping[str, float]:
        """Metric → score; of one that is at its floor, less than 1 the farther the value is.

        So a search that goes by what has become better sees that far off came nearer. 0 is what
        could not be measured.
        """
        return {v.gate.metric.name: _nearness(v) for v in self.verdicts}

    @property
    def done(self) -> bool:
        """Whether every gate is within."""
        return all(v.outcome == "within" for v in self.verdicts)

    def outcome_of(self, metric: str) -> str | None:
        """Return the verdict of a metric."""
        each = (*self.verdicts, *self.guards)
        return next((v.outcome for v in each if v.gate.metric.name == metric), None)


def _nearness(verdict: Verdict) -> float:
    value, target = verdict.value, verdict.target
    if verdict.score is None or value is None or target is None:
        return 0.0
    if verdict.score > 1:
        return verdict.score
    if math.isinf(target.low) or math.isinf(target.high):
        past, unit = max(target.low - value, value - target.high), verdict.margin or 0.0
    else:
        past, unit = abs(value - target.middle), (target.high - target.low) / 2
    # At two of these from the middle the score has come down to 1.
    return 1 / max(past / unit - 1, 1.0) if unit > 0 else 1.0


class Evaluate(Protocol):
    """Asks the simulator of a prompt, and measures it."""

    def __call__(self, prompt: Prompt, seekers: Sequence[str]) -> Evaluation:
        """Return what it came to with these seekers."""


Rescore = Callable[[Prompt, Sequence[str]], float]
Rate = Callable[[Evaluation], Rated]
"""Has a model rate the answers of an evaluation."""


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
    most_asked:
        How many seekers all steps may ask together; who is asked with two prompts counts twice.
        None for no limit.
    """

    steps: int = 3
    batch: int = 100
    fixed: bool = False
    seed: int = 0
    trade_off: tuple[str, ...] = ()
    least_seekers: int = 20
    most_asked: int | None = None


@dataclass(frozen=True)
class Step:
    """One step: what was measured, what was said of it, and which sections were rewritten.

    ``refused`` holds section → why its rewrites were not taken; ``calls`` counts the editor's
    requests; ``asked`` is how many seekers were asked by all steps up to this one's measuring;
    ``rated`` is what a model said of the answers, where one was asked.
    """

    number: int
    prompt: Prompt
    seekers: tuple[str, ...]
    evaluation: Evaluation
    feedback: str
    gradients: Mapping[str, str]
    refused: Mapping[str, str]
    calls: int
    asked: int = 0
    rated: Rated | None = None


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


@runtime_checkable
class Optimizer(Protocol):
    """Looks for a better prompt of one task."""

    def run(self, prompt: Prompt, seekers: Iterable[str]) -> Optimized:
        """Return the best prompt that it finds, or none.

        Parameters
        ----------
        seekers:
            Ids of all that there are; see :func:`part_of` for who serves what.

        Raises
        ------
        InputError
            Where one of the three parts has too few.
        """
